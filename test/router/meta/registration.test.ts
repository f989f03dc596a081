/** Requirements section 11.3: the registration meta API. */
import { expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { ask, CREATED, refused, result, told } from "./ask.ts";

const REVOCABLE = { publisher: [], subscriber: [], caller: [], callee: ["registration_revocation"] };
const NO_SUCH_REGISTRATION = refused("wamp.error.no_such_registration");

/** Alice watches; bob, carol and dave are callees. */
function watched(settings = {}): Scene {
  const scene = new Scene(settings).join("alice", "bob", "carol", "dave");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.registration.");
  return scene;
}

test("RMA-01 on_create tells who registered first, and what", () => {
  const scene = watched();
  expect(
    scene.send("bob", 64, 1, { match: "wildcard", invoke: "roundrobin" }, "com..p").alice?.[0],
  ).toStrictEqual(
    told(1001, [
      "wamp.registration.on_create",
      102,
      { id: 1, created: CREATED, uri: "com..p", match: "wildcard", invoke: "roundrobin" },
    ])[0],
  );
  expect(
    scene.send("carol", 64, 1, { match: "wildcard", invoke: "roundrobin" }, "com..p").alice,
  ).toStrictEqual(told(1003, ["wamp.registration.on_register", 103, 1]));
});

test.each([undefined, "exact", "prefix", "wildcard"])(
  "RMA-02 the match policy %s is told as it counts",
  (match) => {
    for (const invoke of [undefined, "single", "roundrobin", "random", "first", "last"]) {
      const scene = watched();
      const registration = {
        id: 1,
        created: CREATED,
        uri: "com.p",
        match: match ?? "exact",
        invoke: invoke ?? "single",
      };
      expect(scene.send("bob", 64, 1, { match, invoke }, "com.p").alice?.[0]).toStrictEqual(
        told(1001, ["wamp.registration.on_create", 102, registration])[0],
      );
      expect(ask(scene, "alice", "wamp.registration.get", [1])).toStrictEqual({
        alice: [result(registration)],
      });
    }
  },
);

test("RMA-03 on_register tells of each callee", () => {
  const scene = watched();
  const registered = (name: string) => scene.send(name, 64, 1, { invoke: "last" }, "com.p").alice?.at(-1);
  expect(registered("bob")).toStrictEqual(told(1002, ["wamp.registration.on_register", 102, 1])[0]);
  expect(registered("carol")).toStrictEqual(told(1003, ["wamp.registration.on_register", 103, 1])[0]);
  expect(registered("dave")).toStrictEqual(told(1004, ["wamp.registration.on_register", 104, 1])[0]);
  expect(scene.send("dave", 64, 2, { invoke: "last" }, "com.p")).toStrictEqual({
    dave: [failed(64, 2, "wamp.error.procedure_already_exists")],
  });
});

test("RMA-04 the first callee's on_register follows on_create, each time the registration is made anew", () => {
  const scene = watched();
  for (const id of [1, 2]) {
    const events = scene.send("bob", 64, 1, {}, "com.p").alice ?? [];
    expect(events.map(([, , , details]) => details)).toStrictEqual([
      { topic: "wamp.registration.on_create" },
      { topic: "wamp.registration.on_register" },
    ]);
    scene.send("bob", 66, 2, id);
  }
});

test("RMA-05 on_unregister tells of each callee that is gone: by UNREGISTER, its session's end, or revocation", () => {
  const scene = watched({ metaKill: true }).join("eve");
  for (const name of ["bob", "carol", "dave", "eve"]) scene.send(name, 64, 1, { invoke: "last" }, "com.p");
  const gone = (session: number) => [["wamp.registration.on_unregister", session, 1]] as const;
  const { alice } = scene.send("bob", 66, 2, 1);
  expect(alice).toStrictEqual(told(1006, ...gone(102)));
  expect(scene.leave("carol").alice).toStrictEqual(told(1007, ...gone(103)));
  expect(ask(scene, "alice", "wamp.registration.remove_callee", [1, 104])).toStrictEqual({
    alice: [result(), ...told(1008, ...gone(104))],
  });
  expect(scene.send("bob", 66, 3, 1)).toStrictEqual({
    bob: [failed(66, 3, "wamp.error.no_such_registration")],
  });
});

test("RMA-06 on_delete follows the last callee's on_unregister", () => {
  const scene = watched();
  scene.send("bob", 64, 1, { invoke: "first" }, "com.p");
  scene.send("carol", 64, 1, { invoke: "first" }, "com.p");
  expect(scene.send("bob", 66, 2, 1).alice).toStrictEqual(
    told(1004, ["wamp.registration.on_unregister", 102, 1]),
  );
  expect(scene.sleep({ vanished: ["carol"] }).alice).toStrictEqual(
    told(1005, ["wamp.registration.on_unregister", 103, 1], ["wamp.registration.on_delete", 103, 1]),
  );
});

test("RMA-07 the reply to the callee comes before the events", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.registration.");
  const types = (sent: readonly (readonly unknown[])[] | undefined) => sent?.map(([type]) => type);
  expect(types(scene.send("alice", 64, 1, {}, "com.p").alice)).toStrictEqual([65, 36, 36]);
  expect(types(scene.send("alice", 66, 2, 1).alice)).toStrictEqual([67, 36, 36]);
});

test("RMA-08 list has the ids by match policy, all three keys always", () => {
  const scene = watched();
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  scene.send("bob", 64, 1, {}, "com.a");
  scene.send("bob", 64, 2, { match: "prefix" }, "com.a");
  scene.send("carol", 64, 1, {}, "com.b");
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [1, 3], prefix: [2], wildcard: [] })],
  });
  scene.send("bob", 64, 3, { match: "wildcard" }, "com..b");
  scene.leave("carol");
  scene.sleep();
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [1], prefix: [2], wildcard: [4] })],
  });
});

test("RMA-09 what the router answers itself is not listed, looked up or matched", () => {
  const scene = new Scene({ metaKill: true, metaModify: true }).join("alice");
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  for (const procedure of ["wamp.registration.lookup", "wamp.registration.match"]) {
    expect(ask(scene, "alice", procedure, ["wamp.session.count"])).toStrictEqual({ alice: [result(null)] });
  }
});

test("RMA-10 lookup finds the registration of this very text and policy, or null", () => {
  const scene = watched();
  scene.send("bob", 64, 1, {}, "com.p");
  scene.send("bob", 64, 2, { match: "prefix" }, "com.p");
  scene.send("bob", 64, 3, { match: "wildcard" }, "com..p");
  const found = (...args: unknown[]) => ask(scene, "alice", "wamp.registration.lookup", args).alice;
  expect(found("com.p")).toStrictEqual([result(1)]);
  expect(found("com.p", {})).toStrictEqual([result(1)]);
  expect(found("com.p", null)).toStrictEqual([result(1)]);
  expect(found("com.p", { match: null })).toStrictEqual([result(1)]);
  expect(found("com.p", { match: "exact" })).toStrictEqual([result(1)]);
  expect(found("com.p", { match: "prefix" })).toStrictEqual([result(2)]);
  expect(found("com.p", { match: "wildcard" })).toStrictEqual([result(null)]);
  expect(found("com..p", { match: "wildcard" })).toStrictEqual([result(3)]);
  expect(found("com.a.p")).toStrictEqual([result(null)]);
  expect(found("com.p.q", { match: "prefix" })).toStrictEqual([result(null)]);
  expect(found("Com.p")).toStrictEqual([result(null)]);
});

test("RMA-11 match finds the registration that a call would reach, or null", () => {
  const scene = watched();
  scene.send("bob", 64, 1, {}, "com.a.p");
  scene.send("bob", 64, 2, { match: "prefix" }, "com.a");
  scene.send("bob", 64, 3, { match: "prefix" }, "com.a.p");
  scene.send("bob", 64, 4, { match: "wildcard" }, "com..p");
  for (const [uri, id] of [
    ["com.a.p", 1],
    ["com.a.p.q", 3],
    ["com.a.x", 2],
    ["com.b.p", 4],
  ] as const) {
    expect(ask(scene, "alice", "wamp.registration.match", [uri])).toStrictEqual({ alice: [result(id)] });
    expect(scene.send("carol", 48, 1, {}, uri).bob?.[0]?.[2]).toBe(id);
    scene.send("carol", 49, 1, {});
  }
  for (const uri of ["org.x", "com..p", "com.a.", "com.a p", ""]) {
    expect(ask(scene, "alice", "wamp.registration.match", [uri])).toStrictEqual({ alice: [result(null)] });
  }
});

test("RMA-12 get tells what on_create told, also after sleep", () => {
  const scene = watched();
  scene.send("bob", 64, 1, { match: "prefix", invoke: "random" }, "com.");
  const registration = { id: 1, created: CREATED, uri: "com.", match: "prefix", invoke: "random" };
  expect(ask(scene, "alice", "wamp.registration.get", [1])).toStrictEqual({ alice: [result(registration)] });
  scene.sleep();
  expect(ask(scene, "carol", "wamp.registration.get", [1])).toStrictEqual({ carol: [result(registration)] });
});

test("RMA-13 list_callees has the sessions that serve a registration", () => {
  const scene = watched();
  for (const name of ["carol", "bob"]) scene.send(name, 64, 1, { invoke: "first" }, "com.p");
  expect(ask(scene, "alice", "wamp.registration.list_callees", [1])).toStrictEqual({
    alice: [result([103, 102])],
  });
  scene.leave("carol");
  expect(ask(scene, "alice", "wamp.registration.list_callees", [1])).toStrictEqual({
    alice: [result([102])],
  });
});

test("RMA-14 count_callees has their number", () => {
  const scene = watched();
  for (const [at, name] of ["carol", "bob", "dave"].entries()) {
    scene.send(name, 64, 1, { invoke: "first" }, "com.p");
    expect(ask(scene, "alice", "wamp.registration.count_callees", [1])).toStrictEqual({
      alice: [result(at + 1)],
    });
  }
});

test.each(["get", "list_callees", "count_callees"])(
  "RMA-15 %s of what is not registered, or not any more",
  (name) => {
    const scene = watched();
    scene.send("bob", 64, 1, {}, "com.p");
    scene.send("bob", 66, 2, 1);
    for (const id of [1, 2]) {
      expect(ask(scene, "alice", `wamp.registration.${name}`, [id])).toStrictEqual({
        alice: [NO_SUCH_REGISTRATION],
      });
    }
  },
);

test("RMA-16 remove_callee takes a registration from its callee, and says so to one that announced revocation", () => {
  const scene = new Scene({ metaKill: true }).join("alice", "bob").joinAs("carol", { roles: REVOCABLE });
  for (const name of ["bob", "carol"]) scene.send(name, 64, 1, { invoke: "first" }, "com.p");
  expect(ask(scene, "alice", "wamp.registration.remove_callee", [1, 103, "com.example.moved"])).toStrictEqual(
    {
      alice: [result()],
      carol: [[67, 0, { registration: 1, reason: "com.example.moved" }]],
    },
  );
  expect(ask(scene, "alice", "wamp.registration.remove_callee", [1, 103])).toStrictEqual({
    alice: [NO_SUCH_REGISTRATION],
  });
  expect(ask(scene, "alice", "wamp.registration.remove_callee", [1, 102])).toStrictEqual({
    alice: [result()],
  });
  expect(ask(scene, "alice", "wamp.registration.remove_callee", [1, 102])).toStrictEqual({
    alice: [NO_SUCH_REGISTRATION],
  });
});

test("RMA-16 remove_callee knows neither sessions nor registrations that are not there, nor reasons that are no URI", () => {
  const scene = new Scene({ metaKill: true }).joinAs("alice", { roles: REVOCABLE });
  scene.send("alice", 64, 1, {}, "com.p");
  const remove = (...args: unknown[]) => ask(scene, "alice", "wamp.registration.remove_callee", args).alice;
  expect(remove(1, 102)).toStrictEqual([refused("wamp.error.no_such_session")]);
  expect(remove(2, 101)).toStrictEqual([NO_SUCH_REGISTRATION]);
  expect(remove(1, 101, "moved to another place")).toStrictEqual([refused("wamp.error.invalid_uri")]);
  expect(remove(1, 101, 7)).toStrictEqual([refused("wamp.error.invalid_uri")]);
  expect(remove(1, 101, null)).toStrictEqual([result(), [67, 0, { registration: 1 }]]);
});
