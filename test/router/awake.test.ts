/** Until when a realm should stay awake: as long as sleep would lose something, and not for anything else (RULE-16). */
import { expect, test } from "vitest";
import { mayEverything, Undecided } from "../../src/router/authorization.ts";
import { PARK_AFTER } from "../../src/router/realm.ts";
import { Scene } from "./scene.ts";

function served(): Scene {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.p");
  return scene;
}

test("RULE-16 who joins, subscribes, registers, publishes or asks the router itself keeps nobody awake", () => {
  const scene = served();
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 16, 2, { acknowledge: true, retain: true }, "com.x");
  scene.send("bob", 48, 2, {}, "wamp.session.count");
  expect(scene.realm.awakeUntil).toBeUndefined();
  expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER); // who joined has no row yet, which can wait
});

test("RULE-16 a call keeps the realm awake until it is parked, answered or not", () => {
  const scene = served();
  scene.send("bob", 48, 1, {}, "com.p");
  expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
  scene.pass(PARK_AFTER - 1);
  scene.send("alice", 70, 1, {});
  expect(scene.realm.awakeUntil).toBe(scene.clock + 1);
  scene.pass(1);
  expect(scene.realm.awakeUntil).toBeUndefined();
  scene.join("carol");
  expect(scene.realm.awakeUntil).toBeUndefined();
});

test("RULE-16 each step of a call that changes what is parked counts from then on", () => {
  const scene = served();
  const roles = {
    caller: ["progressive_call_results"],
    callee: ["progressive_call_results", "call_canceling"],
  };
  scene.joinAs("carol", { roles }).joinAs("dora", { roles });
  scene.send("carol", 64, 1, {}, "com.q");
  scene.send("dora", 48, 1, { receive_progress: true }, "com.q");
  for (const step of [
    () => scene.send("carol", 70, 1, { progress: true }, [1]),
    () => scene.send("dora", 49, 1, { mode: "kill" }),
    () => scene.send("carol", 8, 68, 1, {}, "com.no"),
  ]) {
    scene.pass(PARK_AFTER);
    expect(scene.realm.awakeUntil).toBeUndefined();
    step();
    expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
  }
});

test("RULE-16 AZN-14 a call that nobody could decide has changed nothing", () => {
  const scene = served();
  scene.pass(PARK_AFTER);
  scene.may = (identity, action, uri, match) => {
    throw new Undecided(identity, { action, uri, match });
  };
  expect(() => scene.send("bob", 48, 1, {}, "com.p")).toThrow(Undecided);
  scene.join("carol");
  expect(scene.realm.awakeUntil).toBeUndefined();
  scene.may = mayEverything;
  scene.send("bob", 48, 1, {}, "com.p");
  expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
});
