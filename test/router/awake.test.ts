/** Until when a realm should stay awake: as long as sleep would lose something, and not for anything else (RULE-16). */
import { expect, test } from "vitest";
import { mayEverything, Undecided } from "../../src/router/authorization.ts";
import { PARK_AFTER, PARK_SOON } from "../../src/router/realm.ts";
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
  expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_SOON);
  scene.pass(PARK_SOON);
  expect(scene.rowCounts()).toMatchObject({ invocations: 0 }); // it may be over in a moment
  expect(scene.realm.awakeUntil).toBe(scene.clock - PARK_SOON + PARK_AFTER);
  scene.pass(PARK_AFTER - PARK_SOON - 1);
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
    expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER); // less than ten seconds after the one before
  }
});

/** A call that is answered at once. */
function call(scene: Scene, request: number): void {
  scene.send("bob", 48, request, {}, "com.p");
  scene.send("alice", 70, request, {});
}

const stored = (scene: Scene) =>
  scene.store.sessions().map(({ lastCall, lastInvocation }) => [lastCall, lastInvocation]);

test("RULE-16 B11 calls that come alone and have ended keep nobody awake for more than half a second", () => {
  const scene = served();
  for (const first of [1, 4]) {
    call(scene, first);
    scene.pass(PARK_SOON);
    expect(scene.realm.awakeUntil).toBeUndefined();
    expect(stored(scene)).toContainEqual([0, first]);
    expect(stored(scene)).toContainEqual([first, 0]);
    scene.pass(10_000);
    // Those of half a second are one to them, also where the answer is an ERROR.
    call(scene, first + 1);
    scene.pass(PARK_SOON);
    expect(scene.realm.awakeUntil).toBeUndefined();
    scene.pass(10_000);
    scene.send("bob", 48, first + 2, {}, "com.p");
    scene.pass(PARK_SOON - 1);
    scene.send("alice", 8, 68, first + 2, {}, "com.no");
    expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_SOON);
    scene.pass(PARK_SOON - 1);
    expect(scene.realm.awakeUntil).toBe(scene.clock + 1);
    scene.pass(1);
    expect(scene.realm.awakeUntil).toBeUndefined();
    scene.pass(10_000);
  }
});

test("RULE-16 B11 calls that go on coming are written down once it is quiet, and not each by itself", () => {
  const scene = served();
  call(scene, 1);
  scene.pass(PARK_SOON);
  for (let request = 2; request <= 20; request++) {
    scene.pass(3_000);
    call(scene, request);
    expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
  }
  expect(stored(scene)).toContainEqual([1, 0]);
  scene.pass(PARK_AFTER);
  expect(scene.realm.awakeUntil).toBeUndefined();
  expect(stored(scene)).toContainEqual([20, 0]);
});

test("R17 where they cannot be written down it is tried again every five seconds, and not every half one", () => {
  const scene = served();
  const { putSession } = scene.store;
  scene.store.putSession = () => {
    throw new Error("disk full");
  };
  call(scene, 1);
  scene.pass(PARK_SOON);
  expect(scene.faults.length).toBe(1);
  expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
  scene.store.putSession = putSession;
  scene.pass(PARK_AFTER);
  expect(scene.realm.awakeUntil).toBeUndefined();
  expect(stored(scene)).toContainEqual([1, 0]);
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
  scene.pass(PARK_SOON + 1);
  scene.send("bob", 48, 1, {}, "com.p");
  expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_SOON); // none came with it
});
