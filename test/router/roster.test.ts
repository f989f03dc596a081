/** Who is in the realm, by authid and by authrole, and how the gateway sends sessions away. */
import { describe, expect, test } from "vitest";
import { failed } from "./answers.ts";
import { Scene } from "./scene.ts";

const ids = (scene: Scene, authid: string) => scene.realm.sessionsOf(authid).map(({ id }) => id);
const counts = ({ realm }: Scene) => [
  realm.sessions.size,
  ...["user", "guest", "nobody"].map((role) => realm.sessions.countOf(role)),
];

function crowd(): Scene {
  const scene = new Scene({ metaModify: true, metaKill: true }).join("alice");
  return scene.joinAs("alice2", { authid: "alice", authrole: "guest" }).joinAs("bob", { authrole: "guest" });
}

describe("the sessions of a realm", () => {
  test("SMA-19 are found by authid in the order in which they joined, and counted by role", () => {
    const scene = crowd();
    expect([ids(scene, "alice"), ids(scene, "bob"), ids(scene, "nobody")]).toStrictEqual([
      [101, 102],
      [103],
      [],
    ]);
    expect(counts(scene)).toStrictEqual([3, 1, 2, 0]);
    expect([...scene.realm.sessions].map(({ id }) => id)).toStrictEqual([101, 102, 103]);
  });

  test("SMA-19 are forgotten when they leave", () => {
    const scene = crowd();
    scene.leave("alice");
    expect([ids(scene, "alice"), counts(scene)]).toStrictEqual([[102], [2, 0, 2, 0]]);
    const session = scene.session("alice2");
    scene.leave("alice2");
    expect(scene.does((realm) => realm.leave(session))).toStrictEqual({});
    expect([ids(scene, "alice"), counts(scene)]).toStrictEqual([[], [1, 0, 1, 0]]);
    expect(scene.realm.sessions.principals).toBe(1);
  });

  test("SES-51 are heard from when they join until they leave", () => {
    const { realm } = crowd();
    const [session] = realm.sessionsOf("bob");
    if (!session) throw new Error("bob is not there");
    const publish = { type: "PUBLISH", request: 1, options: {}, topic: "com.x", payload: undefined } as const;
    expect(realm.receive(session, publish)).toStrictEqual([]);
    realm.leave(session);
    expect(() => realm.receive(session, publish)).toThrow("has left the realm");
  });

  test("SMA-29 are found by what they are changed to, also after sleep", () => {
    const scene = crowd();
    const delta = { authid: "carol", authrole: "user" };
    scene.send("bob", 48, 1, {}, "wamp.session.modify_details", [102, delta]);
    for (const rest of [() => {}, () => scene.sleep()]) {
      rest();
      expect([ids(scene, "alice"), ids(scene, "carol")]).toStrictEqual([[101], [102]]);
      expect(counts(scene)).toStrictEqual([3, 2, 1, 0]);
    }
    expect(scene.send("bob", 48, 2, {}, "wamp.session.kill_by_authid", ["carol"])).toStrictEqual({
      alice2: [[6, {}, "wamp.close.killed"]],
      bob: [[50, 2, {}, [[102]]]],
    });
  });

  test("RULE-12 are those whose sockets are there after sleep", () => {
    const scene = crowd();
    scene.sleep({ vanished: ["alice"] });
    expect([ids(scene, "alice"), counts(scene)]).toStrictEqual([[102], [2, 0, 2, 0]]);
  });
});

describe("sessions that are dismissed", () => {
  test("SMA-12 SMA-24 are told why, and leave with all that follows", () => {
    const scene = crowd();
    scene.send("bob", 32, 1, { match: "prefix" }, "wamp.session.");
    scene.send("bob", 32, 2, {}, "com.will");
    scene.send("alice", 48, 1, {}, "wamp.session.add_testament", ["com.will", ["gone"], {}]);
    scene.send("alice", 64, 2, {}, "com.p");
    scene.send("bob", 48, 3, {}, "com.p");
    const [reason, message] = ["edgebahn.close.replaced", "the same device has signed in again"];
    expect(
      scene.does((realm) => realm.dismiss(realm.sessionsOf("alice"), { reason, message })),
    ).toStrictEqual({
      alice: [[6, { message }, reason]],
      alice2: [[6, { message }, reason]],
      bob: [
        failed(48, 3, "wamp.error.canceled"),
        [36, 2, 1001, {}, ["gone"]],
        [36, 1, 1002, { topic: "wamp.session.on_leave" }, [101, "alice", "user"]],
        [36, 1, 1003, { topic: "wamp.session.on_leave" }, [102, "alice", "guest"]],
      ],
    });
    expect(counts(scene)).toStrictEqual([1, 0, 1, 0]);
    expect(scene.send("bob", 64, 4, {}, "com.p")).toStrictEqual({ bob: [[65, 4, 2]] });
  });

  test("SMA-25 quietly, leave without testaments and without a word in the meta API", () => {
    const scene = crowd();
    scene.send("bob", 32, 1, { match: "prefix" }, "");
    scene.send("alice", 48, 1, {}, "wamp.session.add_testament", ["com.will", ["gone"], {}]);
    const goodbye = { reason: "wamp.close.killed", quietly: true };
    expect(scene.does((realm) => realm.dismiss([scene.session("alice")], goodbye))).toStrictEqual({
      alice: [[6, {}, "wamp.close.killed"]],
    });
  });

  test("SMA-23 who has left already, or is named twice, is dismissed once at most", () => {
    const scene = crowd();
    const [alice, bob] = [scene.session("alice"), scene.session("bob")];
    scene.leave("alice");
    const goodbye = { reason: "wamp.close.killed" };
    expect(scene.does((realm) => realm.dismiss([alice, bob, bob], goodbye))).toStrictEqual({
      bob: [[6, {}, "wamp.close.killed"]],
    });
    expect(scene.does((realm) => realm.dismiss([alice, bob], goodbye))).toStrictEqual({});
  });
});
