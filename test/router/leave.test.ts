/** Leaving (requirements section 7.1). How a session comes to leave is the gateway's; what follows is the same. */
import { expect, test } from "vitest";
import { CANCELING, failed, violates } from "./answers.ts";
import { Scene } from "./scene.ts";

test("LVE-01 a callee that leaves with calls in flight: each caller gets one ERROR for each", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 64, 2, { match: "prefix" }, "com.p");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("carol", 48, 1, {}, "com.p.q");
  scene.send("bob", 48, 2, {}, "com.x");
  scene.send("bob", 48, 3, {}, "com.x");
  scene.send("alice", 70, 3, {}, ["answered in time"]);
  expect(scene.leave("alice")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.canceled"), failed(48, 3, "wamp.error.canceled")],
    carol: [failed(48, 1, "wamp.error.canceled")],
  });
  expect(scene.heard("bob")).toHaveLength(3);
});

test("LVE-02 the URI is wamp.error.canceled, with one l", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  expect(scene.leave("alice").bob?.[0]?.[4]).toBe("wamp.error.canceled");
});

test("LVE-04 a caller that leaves: its callees that announced call_canceling get INTERRUPT for each call", () => {
  const british = { ...CANCELING, callee: ["call_cancelling"] }; // PCI-05 spells it so
  const scene = new Scene().join("caller", "other");
  scene.joinAs("alice", { roles: CANCELING }).joinAs("bob", { roles: british });
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("bob", 64, 1, {}, "com.b");
  scene.send("caller", 48, 1, {}, "com.a");
  scene.send("other", 48, 1, {}, "com.a");
  scene.send("caller", 48, 2, {}, "com.a");
  scene.send("caller", 48, 3, {}, "com.b");
  expect(scene.leave("caller")).toStrictEqual({
    alice: [
      [69, 1, { mode: "killnowait" }],
      [69, 3, { mode: "killnowait" }],
    ],
    bob: [[69, 1, { mode: "killnowait" }]],
  });
  expect(scene.send("alice", 70, 2, {}, ["kept"])).toStrictEqual({ other: [[50, 1, {}, ["kept"]]] });
});

test("LVE-05 a callee that did not announce call_canceling gets no INTERRUPT", () => {
  const scene = new Scene().join("alice", "caller");
  const others = { publisher: [], subscriber: [], caller: ["call_canceling"], callee: ["call_timeout"] };
  scene.joinAs("bob", { roles: others }).joinAs("carol", { roles: { callee: [] } });
  for (const callee of ["alice", "bob", "carol"]) {
    scene.send(callee, 64, 1, {}, `com.${callee}`);
    scene.send("caller", 48, scene.id(callee), {}, `com.${callee}`);
  }
  expect(scene.leave("caller")).toStrictEqual({});
});

test("LVE-06 what a callee answers to a caller that left is discarded", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob", "caller");
  for (const callee of ["alice", "bob"]) {
    scene.send(callee, 64, 1, {}, `com.${callee}`);
    scene.send("caller", 48, scene.id(callee), {}, `com.${callee}`);
    scene.send("caller", 48, scene.id(callee) + 50, {}, `com.${callee}`);
  }
  scene.leave("caller");
  for (const callee of ["alice", "bob"]) {
    expect(scene.send(callee, 70, 1, {}, ["too late"])).toStrictEqual({});
    expect(scene.send(callee, 8, 68, 2, {}, "wamp.error.canceled")).toStrictEqual({});
    expect(scene.send(callee, 70, 2, { progress: true }, ["too late"])).toStrictEqual({});
    violates(scene, callee, 70, 3, {});
  }
});

test("LVE-07 a session that called itself just disappears", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 48, 2, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  expect(scene.leave("alice")).toStrictEqual({ bob: [failed(48, 1, "wamp.error.canceled")] });
});

test("LVE-09 a session that leaves ends its calls, its registrations and its subscriptions in one turn", () => {
  const scene = new Scene().join("alice").joinAs("bob", { roles: CANCELING }).join("carol");
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("alice", 32, 2, {}, "com.t");
  scene.send("carol", 32, 1, {}, "com.t");
  scene.send("bob", 64, 1, {}, "com.b");
  scene.send("alice", 48, 3, {}, "com.b");
  scene.send("carol", 48, 2, {}, "com.a");
  expect(scene.leave("alice")).toStrictEqual({
    bob: [[69, 1, { mode: "killnowait" }]],
    carol: [failed(48, 2, "wamp.error.canceled")],
  });
  expect(scene.send("carol", 48, 3, {}, "com.a")).toStrictEqual({
    carol: [failed(48, 3, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("bob", 16, 2, {}, "com.t")).toStrictEqual({ carol: [[36, 1, 1001, {}]] });
  expect(scene.send("bob", 64, 3, {}, "com.a")).toStrictEqual({ bob: [[65, 3, 3]] });
});

test("SES-60 leaving twice does nothing more", () => {
  const scene = new Scene().join("alice").joinAs("bob", { roles: CANCELING }).join("carol");
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("bob", 64, 1, {}, "com.b");
  scene.send("alice", 48, 2, {}, "com.b");
  scene.send("carol", 48, 1, {}, "com.a");
  const alice = scene.session("alice");
  expect(scene.realm.leave(alice)).toHaveLength(2);
  const { writes } = scene.store;
  expect(scene.realm.leave(alice)).toStrictEqual([]);
  expect(scene.store.writes).toBe(writes);
});

test("RULE-10 SBM-03 what is told of the subscriptions of who left comes in the order of their ids, as after sleep", () => {
  const scene = new Scene().join("alice", "bob", "watch");
  scene.send("bob", 32, 1, {}, "com.a");
  scene.send("bob", 32, 2, {}, "com.b");
  scene.send("alice", 32, 1, {}, "com.b");
  scene.send("alice", 32, 2, {}, "com.a");
  scene.send("watch", 32, 1, {}, "wamp.subscription.on_unsubscribe");
  const told = scene.leave("alice").watch?.map(([, , , , args]) => args);
  expect(told).toStrictEqual([
    [scene.id("alice"), 1],
    [scene.id("alice"), 2],
  ]);
});
