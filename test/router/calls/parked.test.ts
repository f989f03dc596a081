/**
 * Calls that sleep: whatever was said of a call before, it goes on as if the realm had been awake. Each conversation is
 * played without sleep, with sleep after one of its steps, and with sleep after every step, and says the same each time.
 */
import { expect, test } from "vitest";
import { PARK_AFTER } from "../../../src/router/realm.ts";
import { failed, violates } from "../answers.ts";
import { type Joining, Scene, type Sent, type Wire } from "../scene.ts";
import { EVERYTHING, serving } from "./announced.ts";

/** Who says what, and what is sent because of it. */
type Step = readonly [name: string, wire: Wire, sent: Sent];

const STREAM = { receive_progress: true, progress: true };

/** Plays the steps among `alice` and `anna`, who share com.x, and `bob`, with naps where `sleepsAfter` says so. */
function play(steps: readonly Step[], sleepsAfter: (step: number) => boolean, callees: Joining): Scene {
  const scene = new Scene().joinAs("alice", callees).joinAs("anna", callees).joinAs("bob", EVERYTHING);
  for (const callee of ["alice", "anna"]) scene.send(callee, 64, 1, { invoke: "roundrobin" }, "com.x");
  for (const [index, [name, wire, sent]] of steps.entries()) {
    expect(scene.send(name, ...wire), `step ${index + 1}`).toStrictEqual(sent);
    if (sleepsAfter(index)) expect(scene.sleep(), `sleep after step ${index + 1}`).toStrictEqual({});
  }
  return scene;
}

function playEveryWay(steps: readonly Step[], callees: Joining = EVERYTHING): void {
  const ways = [() => false, () => true, ...steps.map((_, at) => (step: number) => step === at)];
  for (const sleepsAfter of ways) {
    const scene = play(steps, sleepsAfter, callees);
    scene.sleep();
    expect(scene.rowCounts().invocations).toBe(0);
    for (const name of ["alice", "anna", "bob"]) expect(scene.leave(name)).toStrictEqual({});
  }
}

test("RULE-10 a progressive call stays open: chunks go on to the same callee under the same id", () => {
  playEveryWay([
    ["bob", [48, 1, { progress: true }, "com.x", [1]], { alice: [[68, 1, 1, { progress: true }, [1]]] }],
    ["bob", [48, 2, { progress: true }, "com.x", [1]], { anna: [[68, 1, 1, { progress: true }, [1]]] }],
    ["bob", [48, 1, { progress: true }, "com.x", [2]], { alice: [[68, 1, 1, { progress: true }, [2]]] }],
    ["bob", [48, 2, { progress: true }, "com.x", [2]], { anna: [[68, 1, 1, { progress: true }, [2]]] }],
    ["bob", [48, 1, {}, "com.other"], {}],
    ["bob", [48, 1, {}, "com.x", [3]], { alice: [[68, 1, 1, {}, [3]]] }],
    ["anna", [70, 1, {}, ["early"]], { bob: [[50, 2, {}, ["early"]]] }],
    ["bob", [48, 2, { progress: true }, "com.x", [3]], {}],
    ["alice", [70, 1, {}, ["end"]], { bob: [[50, 1, {}, ["end"]]] }],
    ["bob", [48, 2, {}, "com.x", [4]], {}],
    ["bob", [48, 1, {}, "com.x", [4]], {}],
    ["bob", [48, 3, {}, "com.x"], { alice: [[68, 2, 1, {}]] }],
    ["alice", [70, 2, {}], { bob: [[50, 3, {}]] }],
  ]);
});

test("PCI-15 what was not progressive, or got its last chunk, takes no further one after sleep either", () => {
  for (const first of [{}, { progress: true }]) {
    const scene = new Scene({ requestIdCheck: "strict" })
      .joinAs("alice", EVERYTHING)
      .joinAs("bob", EVERYTHING);
    scene.send("alice", 64, 1, {}, "com.x");
    scene.send("bob", 48, 1, first, "com.x");
    scene.sleep();
    if (first.progress) scene.send("bob", 48, 1, {}, "com.x");
    scene.sleep();
    violates(scene, "bob", 48, 1, {}, "com.x");
  }
});

test("PCI-16 the watermark is remembered, also of the call that gave its caller a row", () => {
  const scene = new Scene().joinAs("bob", EVERYTHING);
  const result = { bob: [[50, 5, {}]] };
  const call = [48, 5, {}, "wamp.session.add_testament", ["com.t", [], {}]] as const;
  expect(scene.send("bob", ...call)).toStrictEqual(result);
  scene.sleep();
  expect(scene.send("bob", ...call)).toStrictEqual({});
  expect(scene.send("bob", 48, 4, {}, "com.x")).toStrictEqual({});
  expect(scene.send("bob", 48, 6, {}, "com.x")).toStrictEqual({
    bob: [failed(48, 6, "wamp.error.no_such_procedure")],
  });
});

test("RULE-10 progressive results run on, both ways, with what the first CALL fixed", () => {
  const details = {
    caller: 103,
    caller_authid: "bob",
    caller_authrole: "user",
    receive_progress: true,
    ppt_scheme: "x_a",
  };
  playEveryWay([
    [
      "bob",
      [48, 1, { ...STREAM, disclose_me: true, ppt_scheme: "x_a" }, "com.x", ["in"]],
      { alice: [[68, 1, 1, { ...details, progress: true }, ["in"]]] },
    ],
    ["alice", [70, 1, { progress: true }, [1]], { bob: [[50, 1, { progress: true }, [1]]] }],
    ["bob", [48, 1, { progress: true }, "com.x"], { alice: [[68, 1, 1, { ...details, progress: true }]] }],
    ["alice", [70, 1, { progress: true }, [2]], { bob: [[50, 1, { progress: true }, [2]]] }],
    ["bob", [48, 1, {}, "com.x"], { alice: [[68, 1, 1, details]] }],
    ["alice", [70, 1, { progress: true }], { bob: [[50, 1, { progress: true }]] }],
    ["alice", [8, 68, 1, {}, "com.full"], { bob: [[8, 48, 1, {}, "com.full"]] }],
    ["alice", [70, 1, { progress: true }], {}],
  ]);
});

test("RULE-10 a call that takes no progressive results takes none after sleep", () => {
  playEveryWay([
    ["bob", [48, 1, {}, "com.x"], { alice: [[68, 1, 1, {}]] }],
    ["alice", [70, 1, { progress: true }, [1]], {}],
    ["alice", [70, 1, {}, [2]], { bob: [[50, 1, {}, [2]]] }],
  ]);
});

test("RULE-10 a kill stays pending: it is not repeated, and the callee's answer counts", () => {
  playEveryWay([
    ["bob", [48, 1, {}, "com.x"], { alice: [[68, 1, 1, {}]] }],
    ["bob", [48, 2, {}, "com.x"], { anna: [[68, 1, 1, {}]] }],
    ["bob", [49, 1, { mode: "kill" }], { alice: [[69, 1, { mode: "kill" }]] }],
    ["bob", [49, 2, { mode: "kill" }], { anna: [[69, 1, { mode: "kill" }]] }],
    ["bob", [49, 1, { mode: "kill" }], {}],
    ["alice", [8, 68, 1, {}, "wamp.error.unavailable"], { bob: [[8, 48, 1, {}, "wamp.error.unavailable"]] }],
    ["bob", [49, 2, { mode: "skip" }], { bob: [failed(48, 2, "wamp.error.canceled")] }],
    ["anna", [70, 1, {}], {}],
  ]);
});

test("RULE-10 a call can still move to another callee, with its payload, and not to who refused it", () => {
  const unavailable = [8, 68, 1, {}, "wamp.error.unavailable"];
  const payload = [["€", { n: 1.5 }], { k: null }];
  playEveryWay([
    ["bob", [48, 1, { disclose_me: false }, "com.x", ...payload], { alice: [[68, 1, 1, {}, ...payload]] }],
    ["alice", unavailable, { anna: [[68, 1, 1, {}, ...payload]] }],
    ["anna", unavailable, { bob: [failed(48, 1, "wamp.error.no_available_callee")] }],
    ["alice", unavailable, {}],
    ["bob", [48, 2, {}, "com.x"], { alice: [[68, 2, 1, {}]] }],
    ["alice", unavailable.with(2, 2), { anna: [[68, 2, 1, {}]] }],
    ["anna", [70, 2, {}, ["done"]], { bob: [[50, 2, {}, ["done"]]] }],
  ]);
});

test("RULE-10 a call that cannot move any more cannot move after sleep either", () => {
  playEveryWay([
    [
      "bob",
      [48, 1, { receive_progress: true }, "com.x"],
      { alice: [[68, 1, 1, { receive_progress: true }]] },
    ],
    ["alice", [70, 1, { progress: true }], { bob: [[50, 1, { progress: true }]] }],
    ["alice", [8, 68, 1, {}, "wamp.error.unavailable"], { bob: [[8, 48, 1, {}, "wamp.error.unavailable"]] }],
  ]);
  playEveryWay(
    [
      ["bob", [48, 1, {}, "com.x"], { alice: [[68, 1, 1, {}]] }],
      [
        "alice",
        [8, 68, 1, {}, "wamp.error.unavailable"],
        { bob: [[8, 48, 1, {}, "wamp.error.unavailable"]] },
      ],
    ],
    serving("call_canceling"),
  );
});

/** A realm in which `alice` serves com.x. */
function served(register: object = {}): Scene {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, register, "com.x");
  return scene;
}

test("TMO-02 a timer runs on asleep, and its call ends when its time is up", () => {
  for (const naps of [0, 1, 3]) {
    const scene = served();
    const start = scene.clock;
    scene.send("bob", 48, 1, { timeout: 20_000 }, "com.x");
    for (let nap = 0; nap < naps; nap++) expect(scene.sleep()).toStrictEqual({});
    scene.pass(start + 19_999 - scene.clock);
    expect(scene.realm.nextDeadline()).toBe(start + 20_000);
    expect(scene.pass(1)).toStrictEqual({
      alice: [[69, 1, { mode: "killnowait" }]],
      bob: [failed(48, 1, "wamp.error.timeout")],
    });
    expect(scene.rowCounts().invocations).toBe(0);
    expect(scene.send("alice", 70, 1, {})).toStrictEqual({});
  }
});

test("TMO-03 a timer whose time was up while the realm slept fires as soon as it wakes", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: PARK_AFTER + 10 }, "com.x");
  scene.send("bob", 48, 2, { timeout: PARK_AFTER + 5 }, "com.x");
  scene.sleep();
  scene.clock += 60_000;
  expect(scene.crash({ present: ["alice", "bob"] })).toStrictEqual({});
  expect(scene.realm.nextDeadline()).toBeLessThan(scene.clock);
  expect(scene.pass(0).bob).toStrictEqual([
    failed(48, 2, "wamp.error.timeout"),
    failed(48, 1, "wamp.error.timeout"),
  ]);
});

test("TMO-06 a call that its callee times is not timed by the dealer after sleep", () => {
  const scene = served({ forward_timeout: true });
  scene.send("bob", 48, 1, { timeout: 20_000, receive_progress: true }, "com.x");
  scene.sleep();
  scene.send("alice", 70, 1, { progress: true });
  expect(scene.pass(10 ** 6)).toStrictEqual({});
});

test("TMO-10 a timer that was stopped before or after sleep does not ring", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 20_000 }, "com.x");
  scene.send("bob", 48, 2, { timeout: 20_000 }, "com.x");
  scene.send("alice", 70, 1, {});
  scene.sleep();
  scene.send("alice", 70, 2, {});
  expect(scene.realm.nextDeadline()).toBeUndefined();
  scene.sleep();
  expect(scene.realm.nextDeadline()).toBeUndefined();
  expect(scene.pass(20_000)).toStrictEqual({});
});

test("PCR-13 time that a progressive result gave anew is kept asleep", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 20_000, receive_progress: true }, "com.x");
  scene.sleep();
  scene.pass(10_000);
  scene.send("alice", 70, 1, { progress: true });
  const due = scene.clock + 20_000;
  scene.sleep();
  expect(scene.realm.nextDeadline()).toBe(due);
  scene.pass(due - scene.clock - 1);
  scene.send("alice", 70, 1, { progress: true });
  scene.sleep();
  expect(scene.pass(20_000 - PARK_AFTER - 1)).toStrictEqual({});
  expect(scene.pass(1).bob).toStrictEqual([failed(48, 1, "wamp.error.timeout")]);
});

test("TMO-11 a kill and a timer are both remembered asleep", () => {
  const scene = served();
  scene.send("bob", 48, 1, { timeout: 20_000 }, "com.x");
  scene.send("bob", 49, 1, { mode: "kill" });
  scene.sleep();
  expect(scene.send("bob", 49, 1, { mode: "kill" })).toStrictEqual({});
  expect(scene.pass(20_000 - PARK_AFTER)).toStrictEqual({
    alice: [[69, 1, { mode: "killnowait" }]],
    bob: [failed(48, 1, "wamp.error.timeout")],
  });
});

test("RRT-08 the timer of a call that moved is kept asleep", () => {
  const scene = served({ invoke: "first" }).joinAs("anna", EVERYTHING);
  scene.send("anna", 64, 1, { invoke: "first" }, "com.x");
  scene.send("bob", 48, 1, { timeout: 20_000 }, "com.x");
  scene.sleep();
  scene.send("alice", 8, 68, 1, {}, "wamp.error.unavailable");
  scene.sleep();
  expect(scene.pass(20_000 - 2 * PARK_AFTER)).toStrictEqual({
    anna: [[69, 1, { mode: "killnowait" }]],
    bob: [failed(48, 1, "wamp.error.timeout")],
  });
});
