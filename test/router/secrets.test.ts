/** S11: what the router knows of a session and tells nobody: authextra, scope, expires and whatever else it is given. */
import { expect, test } from "vitest";
import { Scene, type Wire } from "./scene.ts";

const CANARY = "canary-7f3a9c";
const SHOWN = ["authid", "authmethod", "authprovider", "authrole", "session"];

/** Every procedure of the router to arguments for which it has something to tell. */
const PROCEDURES: Readonly<Record<string, readonly unknown[]>> = {
  "wamp.session.count": [],
  "wamp.session.list": [],
  "wamp.session.get": [102],
  "wamp.registration.list": [],
  "wamp.registration.lookup": ["com.p"],
  "wamp.registration.match": ["com.p"],
  "wamp.registration.get": [1],
  "wamp.registration.list_callees": [1],
  "wamp.registration.count_callees": [1],
  "wamp.subscription.list": [],
  "wamp.subscription.lookup": ["com.x"],
  "wamp.subscription.match": ["com.x"],
  "wamp.subscription.get": [1],
  "wamp.subscription.list_subscribers": [1],
  "wamp.subscription.count_subscribers": [1],
  "wamp.subscription.get_events": [1],
  "wamp.session.add_testament": ["com.will", [], {}],
  "wamp.session.flush_testaments": [],
  "wamp.session.modify_details": [102, { authrole: "changed" }],
  "wamp.registration.remove_callee": [1, 102],
  "wamp.subscription.remove_subscriber": [1, 102],
  "wamp.session.kill": [102],
  "wamp.session.kill_by_authid": ["victim"],
  "wamp.session.kill_by_authrole": ["victims"],
  "wamp.session.kill_all": [],
};
const ROLES = ["user", "admin", "anonymous"];

function victims(scene: Scene, authrole: string): Scene {
  const more = {
    authextra: { token: CANARY },
    scope: [{ uri: CANARY }],
    expires: 1_234_567_890_123,
    address: CANARY, // whatever an identity may come to hold
  };
  scene.joinAs("asking", { authrole, ...more });
  scene.send("asking", 32, 1, { match: "prefix" }, "wamp.");
  scene.send("asking", 32, 2, { match: "prefix" }, "com.");
  scene.joinAs("victim", { authrole: "victims", ...more });
  scene.send("victim", 32, 1, {}, "com.x");
  scene.send("victim", 64, 2, { invoke: "first" }, "com.p");
  scene.send("asking", 64, 3, { invoke: "first" }, "com.p");
  scene.send("victim", 16, 3, { disclose_me: true, retain: true }, "com.x");
  scene.send("victim", 48, 4, { disclose_me: true }, "com.p");
  scene.send("victim", 48, 5, {}, "wamp.session.add_testament", ["com.will", [], {}], {
    publish_options: { disclose_me: true },
  });
  return scene;
}

function everythingSaid(scene: Scene): readonly Wire[] {
  return ["asking", "victim"].flatMap((name) => scene.heard(name));
}

const HISTORY = [{ uri: "com.x", match: "exact", limit: 10, octets: 10_000 }] as const;
const cases = Object.keys(PROCEDURES).flatMap((procedure) => ROLES.map((role) => [procedure, role] as const));

test.each(cases)("S11 SMA-06 %s asked by %s tells nothing secret of anybody", (procedure, role) => {
  for (const asleep of [false, true]) {
    const scene = victims(new Scene({ metaKill: true, metaModify: true, history: HISTORY }), role);
    if (asleep) scene.sleep();
    const sent = scene.send("asking", 48, 10, {}, procedure, PROCEDURES[procedure]);
    expect(sent.asking?.[0]?.[0]).toBe(50);
    if (scene.realm.session(scene.id("victim"))) scene.leave("victim");
    const said = JSON.stringify(everythingSaid(scene));
    for (const secret of [CANARY, "authextra", "scope", "expires", "1234567890123", "address"]) {
      expect(said).not.toContain(secret);
    }
  }
});

test("S11 SMA-01 SMA-10 on_join and get tell five things of a session and no more", () => {
  const scene = victims(new Scene(), "user");
  const joined = scene.heard("asking").find(([type, , , details]) => {
    return type === 36 && (details as { topic?: string }).topic === "wamp.session.on_join";
  });
  const [details] = (joined?.[4] ?? [{}]) as [object];
  expect(Object.keys(details).sort()).toStrictEqual(SHOWN);
  const [answer] = scene.send("asking", 48, 10, {}, "wamp.session.get", [102]).asking ?? [];
  expect(answer?.[3]).toStrictEqual([details]);
});

test("S11 every procedure of the router is among those that are asked", async () => {
  const { metaProcedures } = await import("../../src/router/meta-procedures.ts");
  const { settings } = new Scene({ metaKill: true, metaModify: true, history: HISTORY });
  expect(Object.keys(PROCEDURES).sort()).toStrictEqual([...metaProcedures(settings).keys()].sort());
});

test("S11 what the router keeps of an identity is all there after sleep", () => {
  const scene = victims(new Scene(), "user");
  const { identity } = scene.session("victim");
  scene.sleep();
  expect(scene.session("victim").identity).toStrictEqual(identity);
  expect(identity).toMatchObject({ authextra: { token: CANARY }, expires: 1_234_567_890_123 });
});
