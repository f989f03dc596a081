/** ORD-22 and LVE-09: in which order the realm tells what happened. */
import { expect, test } from "vitest";
import { CANCELING, failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { ask, CREATED, told } from "./ask.ts";

test("ORD-22 on_join comes first and on_leave last, created before joined, left before deleted", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
  scene.join("bob");
  scene.send("bob", 64, 1, { invoke: "last" }, "com.p");
  scene.send("bob", 32, 2, { match: "wildcard" }, "com..x");
  scene.leave("bob");
  const [first, ...events] = scene.heard("alice");
  expect(first).toStrictEqual([33, 1, 1]);
  const identity = { session: 102, authid: "bob", authrole: "user" };
  expect(events).toStrictEqual(
    told(
      1001,
      ["wamp.session.on_join", { ...identity, authmethod: "anonymous", authprovider: "static" }],
      [
        "wamp.registration.on_create",
        102,
        { id: 1, created: CREATED, uri: "com.p", match: "exact", invoke: "last" },
      ],
      ["wamp.registration.on_register", 102, 1],
      ["wamp.subscription.on_create", 102, { id: 2, created: CREATED, uri: "com..x", match: "wildcard" }],
      ["wamp.subscription.on_subscribe", 102, 2],
      ["wamp.registration.on_unregister", 102, 1],
      ["wamp.registration.on_delete", 102, 1],
      ["wamp.subscription.on_unsubscribe", 102, 2],
      ["wamp.subscription.on_delete", 102, 2],
      ["wamp.session.on_leave", 102, "bob", "user"],
    ),
  );
});

/** Bob leaves with everything that a session can have. */
function laden(): Scene {
  const scene = new Scene({ metaKill: true }).join("alice").joinAs("bob", { roles: CANCELING }).join("carol");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
  scene.send("alice", 32, 2, {}, "com.will");
  scene.send("alice", 64, 3, {}, "com.alice");
  scene.send("bob", 64, 1, {}, "com.bob");
  scene.send("bob", 32, 2, {}, "com.will");
  ask(scene, "bob", "wamp.session.add_testament", ["com.will", ["destroyed"], {}]);
  ask(scene, "bob", "wamp.session.add_testament", ["com.will", ["detached"], {}], { scope: "detached" });
  scene.send("bob", 48, 9, {}, "com.alice");
  scene.send("alice", 48, 9, {}, "com.bob");
  return scene;
}

/** Bob's leaving as it looks to alice, publications counted from `first`. */
const departure = (first: number) => [
  failed(48, 9, "wamp.error.canceled"),
  [36, 2, first, {}, ["detached"]],
  [36, 2, first + 1, {}, ["destroyed"]],
  ...told(
    first + 2,
    ["wamp.registration.on_unregister", 102, 2],
    ["wamp.registration.on_delete", 102, 2],
    ["wamp.subscription.on_unsubscribe", 102, 2],
    ["wamp.session.on_leave", 102, "bob", "user"],
  ),
];

test("LVE-09 calls end, then testaments see the other subscribers, then meta events, on_leave last", () => {
  const scene = laden();
  // Told before: alice's subscription and registration, bob's two.
  expect(scene.leave("bob")).toStrictEqual({ alice: departure(1008) });
});

test("LVE-09 a session that vanished while the realm slept leaves in the same order", () => {
  const scene = laden();
  expect(scene.sleep({ vanished: ["bob"] })).toStrictEqual({ alice: departure(1008) });
  expect(scene.rowCounts()).toMatchObject({ sessions: 2, testaments: 0, invocations: 0 });
});

test("LVE-09 a session that is killed leaves in the same order", () => {
  const scene = laden();
  expect(ask(scene, "carol", "wamp.session.kill", [102])).toStrictEqual({
    carol: [[50, 1, {}]],
    bob: [[6, {}, "wamp.close.killed"]],
    alice: departure(1008),
  });
});
