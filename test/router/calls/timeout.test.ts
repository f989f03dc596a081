/** Call timeout (requirements section 8.4). Progressive results restart it: progressive-results.test.ts. */
import { expect, test, vi } from "vitest";
import { Deadlines } from "../../../src/router/deadlines.ts";
import { Invocation } from "../../../src/router/invocation.ts";
import { PARK_AFTER } from "../../../src/router/realm.ts";
import { CANCELING, failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";
import { EVERYTHING, serving } from "./announced.ts";

const TIMEOUT = failed(48, 1, "wamp.error.timeout");
const INTERRUPT = [69, 1, { mode: "killnowait" }];

/** `alice` serves com.x and can be interrupted. */
function served(register: object = {}): Scene {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob", "carol");
  scene.send("alice", 64, 1, register, "com.x");
  return scene;
}

test("TMO-01 timeout is a non-negative integer in milliseconds; absent or 0 means none", () => {
  const scene = served();
  for (const timeout of [-1, 1.5, "1000", true, [1]]) violates(scene, "bob", 48, 1, { timeout }, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("bob", 48, 2, { timeout: 0 }, "com.x");
  scene.send("bob", 48, 3, { timeout: null }, "com.x");
  expect(scene.pass(10 ** 9)).toStrictEqual({});
  scene.send("bob", 48, 4, { timeout: 1 }, "com.x");
  expect(scene.pass(1).bob).toStrictEqual([failed(48, 4, "wamp.error.timeout")]);
});

test("TMO-01 the longest timeout lies within what an alarm can be set to", () => {
  const scene = served();
  scene.pass(PARK_AFTER);
  scene.send("bob", 48, 1, { timeout: Number.MAX_SAFE_INTEGER }, "com.x");
  scene.pass(PARK_AFTER);
  const due = scene.realm.nextDeadline() ?? 0;
  expect(due).toBeGreaterThan(Date.UTC(2150, 0));
  expect(due).toBeLessThan(Date.UTC(2189, 0)); // workerd: "This API doesn't support dates after 2189."
});

test("TMO-02 the time starts when the CALL is received", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  expect(scene.realm.nextDeadline()).toBe(scene.clock + 1_000);
  expect(scene.pass(600)).toStrictEqual({});
  scene.send("carol", 48, 1, { timeout: 1_000 }, "com.x");
  expect(scene.pass(399)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
  expect(scene.pass(599)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({ alice: [[69, 2, { mode: "killnowait" }]], carol: [TIMEOUT] });
});

test("TMO-02 later chunks of a progressive call do not restart it", () => {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { progress: true, timeout: 1_000 }, "com.x");
  scene.pass(900);
  scene.send("bob", 48, 1, { progress: true, timeout: 1_000 }, "com.x");
  expect(scene.pass(100)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
});

test("TMO-03 several timers end their calls in the order in which their time is up", () => {
  const scene = served();
  const timeouts = [500, 100, 400, 100, 300, 200, 900];
  for (const [index, timeout] of timeouts.entries()) scene.send("bob", 48, index + 1, { timeout }, "com.x");
  scene.send("alice", 70, 5, {}, ["in time"]);
  const start = scene.clock;
  const ended: unknown[] = [];
  for (let due = scene.realm.nextDeadline(); due !== undefined && due <= start + 500; ) {
    const { bob = [] } = scene.pass(due - scene.clock);
    for (const error of bob) ended.push([scene.clock - start, error]);
    due = scene.realm.nextDeadline();
  }
  expect(ended).toStrictEqual([
    [100, failed(48, 2, "wamp.error.timeout")],
    [100, failed(48, 4, "wamp.error.timeout")],
    [200, failed(48, 6, "wamp.error.timeout")],
    [400, failed(48, 3, "wamp.error.timeout")],
    [500, failed(48, 1, "wamp.error.timeout")],
  ]);
  expect(scene.realm.nextDeadline()).toBe(start + 900);
});

test("TMO-03 timers that are found late all end their calls, the earliest first", () => {
  const scene = served();
  for (const [index, timeout] of [300, 100, 200].entries()) {
    scene.send("bob", 48, index + 1, { timeout }, "com.x");
  }
  expect(scene.pass(10_000).bob).toStrictEqual([
    failed(48, 2, "wamp.error.timeout"),
    failed(48, 3, "wamp.error.timeout"),
    failed(48, 1, "wamp.error.timeout"),
  ]);
});

test("TMO-04 on expiry a callee that supports canceling gets INTERRUPT killnowait, another one nothing", () => {
  for (const feature of ["call_canceling", "call_cancelling"]) {
    const scene = new Scene().joinAs("alice", serving(feature)).join("bob");
    scene.send("alice", 64, 1, {}, "com.x");
    scene.send("bob", 48, 1, { timeout: 50 }, "com.x");
    expect(scene.pass(50)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
  }
  const scene = new Scene().joinAs("alice", serving("call_timeout")).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { timeout: 50 }, "com.x");
  expect(scene.pass(50)).toStrictEqual({ bob: [TIMEOUT] });
});

test("RULE-06 where what sleep would lose cannot be written down, calls that are due end all the same", () => {
  const scene = new Scene().joinAs("alice", serving("call_canceling")).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { timeout: PARK_AFTER }, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  const write = vi.spyOn(scene.store, "putInvocation").mockImplementation(() => {
    throw new Error("the row is too large");
  });
  expect(scene.pass(PARK_AFTER)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
  expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
  expect(scene.rowCounts().invocations).toBe(0);
  write.mockRestore();
  expect(scene.pass(PARK_AFTER)).toStrictEqual({});
  expect(scene.rowCounts().invocations).toBe(1);
  expect(scene.realm.nextDeadline()).toBeUndefined();
});

test("TMO-05 what the callee says after expiry is discarded", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 50, receive_progress: true }, "com.x");
  scene.pass(50);
  expect(scene.send("alice", 70, 1, { progress: true }, [1])).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {}, [2])).toStrictEqual({});
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({});
  expect(scene.pass(10_000)).toStrictEqual({});
});

test("TMO-06 with forward_timeout and call_timeout announced the callee is told, and the dealer runs no timer", () => {
  const scene = new Scene().joinAs("alice", serving("call_timeout", "call_canceling")).join("bob");
  scene.send("alice", 64, 1, { forward_timeout: true }, "com.x");
  expect(scene.send("bob", 48, 1, { timeout: 50 }, "com.x")).toStrictEqual({
    alice: [[68, 1, 1, { timeout: 50 }]],
  });
  expect(scene.send("bob", 48, 2, { timeout: 0 }, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("bob", 48, 3, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
  expect(scene.pass(10 ** 6)).toStrictEqual({});
  expect(scene.send("alice", 70, 1, { progress: true }, ["no timer starts now"])).toStrictEqual({});
  expect(scene.pass(10 ** 6)).toStrictEqual({});
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.timeout")).toStrictEqual({
    bob: [[8, 48, 1, {}, "wamp.error.timeout"]],
  });
});

test("TMO-07 without forward_timeout, or without call_timeout announced, the dealer times and forwards nothing", () => {
  for (const [register, features] of [
    [{}, ["call_timeout", "call_canceling"]],
    [{ forward_timeout: false }, ["call_timeout", "call_canceling"]],
    [{ forward_timeout: true }, ["call_canceling"]],
  ] as const) {
    const scene = new Scene().joinAs("alice", serving(...features)).join("bob");
    scene.send("alice", 64, 1, register, "com.x");
    expect(scene.send("bob", 48, 1, { timeout: 50 }, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
    expect(scene.pass(50)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
  }
});

test("TMO-09 forward_timeout counts for the callee that registered with it, also after sleep", () => {
  const scene = new Scene().joinAs("one", EVERYTHING).joinAs("two", EVERYTHING).join("bob");
  scene.send("one", 64, 1, { invoke: "roundrobin", forward_timeout: true }, "com.x");
  scene.send("two", 64, 1, { invoke: "roundrobin" }, "com.x");
  for (const request of [1, 3]) {
    expect(scene.send("bob", 48, request, { timeout: 60_000 }, "com.x")).toStrictEqual({
      one: [[68, (request + 1) / 2, 1, { timeout: 60_000 }]],
    });
    expect(scene.send("bob", 48, request + 1, { timeout: 60_000 }, "com.x")).toStrictEqual({
      two: [[68, (request + 1) / 2, 1, {}]],
    });
    scene.sleep();
  }
  expect(scene.pass(60_000).bob).toStrictEqual([
    failed(48, 2, "wamp.error.timeout"),
    failed(48, 4, "wamp.error.timeout"),
  ]);
});

test("TMO-10 RESULT, ERROR, CANCEL and leaving stop the timer", () => {
  const ends: Record<string, (scene: Scene) => void> = {
    RESULT: (scene) => scene.send("alice", 70, 1, {}),
    ERROR: (scene) => scene.send("alice", 8, 68, 1, {}, "com.no"),
    skip: (scene) => scene.send("bob", 49, 1, { mode: "skip" }),
    killnowait: (scene) => scene.send("bob", 49, 1, { mode: "killnowait" }),
    "callee leaves": (scene) => scene.leave("alice"),
    "caller leaves": (scene) => scene.leave("bob"),
  };
  for (const [how, end] of Object.entries(ends)) {
    const scene = served();
    scene.pass(PARK_AFTER);
    scene.send("bob", 48, 1, { timeout: 60_000 }, "com.x");
    end(scene);
    scene.pass(PARK_AFTER);
    expect(scene.realm.nextDeadline(), how).toBeUndefined();
    expect(scene.pass(60_000), how).toStrictEqual({});
  }
});

test("TMO-10 calls that ended, and time that was given anew, do not pile up until their time would be up", () => {
  const deadlines = new Deadlines();
  const scene = served();
  scene.send("bob", 48, 1, {}, "com.x");
  const [pattern] = scene.session("bob").calls.values();
  if (!pattern) throw new Error("the call is not there");
  const call = (id: number): Invocation => new Invocation({ ...pattern, id, request: id });
  const waiting = [call(2), call(3), call(4)];
  for (const [index, each] of waiting.entries()) deadlines.add(each, 5_000 - index);
  for (let n = 0; n < 10_000; n++) {
    const ended = call(5);
    deadlines.add(ended, 9_000 - (n % 100));
    ended.end();
    if (waiting[2]) deadlines.add(waiting[2], 4_998 + n);
  }
  expect(deadlines.size).toBeLessThan(200);
  expect([...deadlines.due(20_000)]).toStrictEqual([waiting[1], waiting[0], waiting[2]]);
});

test("LVE-08 when a session leaves the timers of its calls stop and those of others run on", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  scene.send("carol", 48, 1, { timeout: 1_000 }, "com.x");
  scene.leave("bob");
  expect(scene.pass(1_000)).toStrictEqual({ alice: [[69, 2, { mode: "killnowait" }]], carol: [TIMEOUT] });
});

test("TMO-11 the timer fires although a kill is pending, and ends the call with wamp.error.timeout", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  scene.pass(500);
  scene.send("bob", 49, 1, { mode: "kill" });
  expect(scene.pass(499)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({ alice: [INTERRUPT], bob: [TIMEOUT] });
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({});
});

test("TMO-12 a caller that times its call itself sends CANCEL and gets wamp.error.canceled", () => {
  const scene = served();
  scene.send("bob", 48, 1, {}, "com.x");
  scene.pass(1_000);
  expect(scene.send("bob", 49, 1, { mode: "killnowait" })).toStrictEqual({
    alice: [INTERRUPT],
    bob: [failed(48, 1, "wamp.error.canceled")],
  });
});
