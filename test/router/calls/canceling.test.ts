/** Call canceling (requirements section 8.3). Who leaves after a CANCEL: vanishing.test.ts. */
import { expect, test } from "vitest";
import { CANCELING, failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";
import { AUTOBAHN_JS, calling, EVERYTHING, serving } from "./announced.ts";

const CANCELED = failed(48, 1, "wamp.error.canceled");
const MODES = ["skip", "kill", "killnowait"] as const;

/** `bob` called com.x as request 1; `alice` has it as invocation 1 and can be interrupted. */
function called(): Scene {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { receive_progress: true }, "com.x");
  return scene;
}

test("CAN-01 CANCEL refers to the sender's own pending CALL of that id", () => {
  const scene = called();
  scene.send("carol", 48, 1, {}, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.send("bob", 49, 2, { mode: "killnowait" })).toStrictEqual({
    alice: [[69, 3, { mode: "killnowait" }]],
    bob: [failed(48, 2, "wamp.error.canceled")],
  });
  expect(scene.send("carol", 49, 1, { mode: "killnowait" })).toStrictEqual({
    alice: [[69, 2, { mode: "killnowait" }]],
    carol: [CANCELED],
  });
  expect(scene.send("alice", 70, 1, {}, ["bob's first"])).toStrictEqual({
    bob: [[50, 1, {}, ["bob's first"]]],
  });
});

test("CAN-02 CANCEL of an unknown, a finished or another session's call is ignored", () => {
  for (const mode of MODES) {
    const scene = called();
    expect(scene.send("bob", 49, 2, { mode })).toStrictEqual({});
    expect(scene.send("carol", 49, 1, { mode })).toStrictEqual({});
    expect(scene.send("alice", 49, 1, { mode })).toStrictEqual({});
    scene.send("alice", 70, 1, {}, ["done"]);
    expect(scene.send("bob", 49, 1, { mode })).toStrictEqual({});
    scene.send("bob", 48, 2, {}, "com.unknown");
    expect(scene.send("bob", 49, 2, { mode })).toStrictEqual({});
  }
});

test("CAN-03 mode skip: the caller gets its ERROR at once, the callee nothing, its answers are discarded", () => {
  const scene = called();
  expect(scene.send("bob", 49, 1, { mode: "skip" })).toStrictEqual({ bob: [CANCELED] });
  expect(scene.send("alice", 70, 1, { progress: true }, [1])).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {}, [2])).toStrictEqual({});
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.send("bob", 49, 2, { mode: "skip" })).toStrictEqual({
    bob: [failed(48, 2, "wamp.error.canceled")],
  });
  expect(scene.send("alice", 8, 68, 2, {}, "com.no")).toStrictEqual({});
});

test("CAN-04 mode kill: the callee gets INTERRUPT, and the caller nothing until the callee answers", () => {
  const scene = called();
  expect(scene.send("bob", 49, 1, { mode: "kill" })).toStrictEqual({ alice: [[69, 1, { mode: "kill" }]] });
  expect(scene.heard("bob")).toStrictEqual([]);
});

test("CAN-05 after kill the callee's ERROR is forwarded with its own URI and payload", () => {
  for (const error of ["wamp.error.canceled", "com.error.stopped", "wamp.error.unavailable"]) {
    const scene = called();
    scene.send("bob", 49, 1, { mode: "kill" });
    expect(scene.send("alice", 8, 68, 1, {}, error, ["half"], { at: 50 })).toStrictEqual({
      bob: [[8, 48, 1, {}, error, ["half"], { at: 50 }]],
    });
    expect(scene.send("alice", 70, 1, {})).toStrictEqual({});
  }
});

test("CAN-05 also wamp.error.unavailable of a callee that reroutes: nobody else is to do what was canceled", () => {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("anna", EVERYTHING).join("bob");
  for (const callee of ["alice", "anna"]) scene.send(callee, 64, 1, { invoke: "first" }, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("bob", 49, 1, { mode: "kill" });
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.unavailable")).toStrictEqual({
    bob: [[8, 48, 1, {}, "wamp.error.unavailable"]],
  });
});

test("CAN-06 after kill a final YIELD is forwarded as a normal RESULT", () => {
  const scene = called();
  scene.send("bob", 49, 1, { mode: "kill" });
  expect(scene.send("alice", 70, 1, {}, ["faster"])).toStrictEqual({ bob: [[50, 1, {}, ["faster"]]] });
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({});
});

test("CAN-07 after kill progressive results are forwarded until the final answer", () => {
  const scene = called();
  scene.send("bob", 49, 1, { mode: "kill" });
  for (const part of [1, 2]) {
    expect(scene.send("alice", 70, 1, { progress: true }, [part])).toStrictEqual({
      bob: [[50, 1, { progress: true }, [part]]],
    });
  }
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({
    bob: [[8, 48, 1, {}, "wamp.error.canceled"]],
  });
});

test("CAN-08 mode killnowait: ERROR to the caller, INTERRUPT to the callee, and what it says later is discarded", () => {
  for (const answer of [
    [70, 1, {}, ["late"]],
    [70, 1, { progress: true }, ["late"]],
    [8, 68, 1, {}, "wamp.error.canceled"],
  ]) {
    const scene = called();
    expect(scene.send("bob", 49, 1, { mode: "killnowait" })).toStrictEqual({
      alice: [[69, 1, { mode: "killnowait" }]],
      bob: [CANCELED],
    });
    expect(scene.send("alice", ...answer)).toStrictEqual({});
    expect(scene.send("alice", ...answer)).toStrictEqual({});
  }
});

test("CAN-09 for a callee without call canceling every mode behaves as skip", () => {
  for (const callee of [serving(), serving("progressive_call_results"), AUTOBAHN_JS]) {
    for (const options of [{}, ...MODES.map((mode) => ({ mode }))]) {
      const scene = new Scene().joinAs("alice", callee).joinAs("bob", calling("call_canceling"));
      scene.send("alice", 64, 1, {}, "com.x");
      scene.send("bob", 48, 1, {}, "com.x");
      expect(scene.send("bob", 49, 1, options)).toStrictEqual({ bob: [CANCELED] });
      expect(scene.send("alice", 70, 1, {}, ["late"])).toStrictEqual({});
    }
  }
});

test("CAN-10 the URI is wamp.error.canceled", () => {
  for (const options of [{}, { mode: "skip" }, { mode: "killnowait" }]) {
    expect(called().send("bob", 49, 1, options).bob?.[0]?.[4]).toBe("wamp.error.canceled");
  }
});

test("CAN-11 CANCEL without a mode is killnowait", () => {
  for (const options of [{}, { mode: null }]) {
    expect(called().send("bob", 49, 1, options)).toStrictEqual({
      alice: [[69, 1, { mode: "killnowait" }]],
      bob: [CANCELED],
    });
  }
});

test("CAN-12 an unknown mode is a violation, and the call goes on", () => {
  const scene = called();
  for (const mode of ["abort", "", "KILL", 1, true, []]) violates(scene, "bob", 49, 1, { mode });
  violates(scene, "bob", 49, 7, { mode: "abort" });
  expect(scene.heard("bob")).toStrictEqual([]);
  expect(scene.send("alice", 70, 1, {}, [1])).toStrictEqual({ bob: [[50, 1, {}, [1]]] });
});

test("CAN-13 a caller that announces what AutobahnJS does gets the mandatory ERROR in every mode, kill's late", () => {
  for (const mode of MODES) {
    const scene = new Scene().joinAs("alice", { roles: CANCELING }).joinAs("bob", AUTOBAHN_JS);
    scene.send("alice", 64, 1, {}, "com.x");
    scene.send("bob", 48, 1, {}, "com.x");
    scene.send("bob", 49, 1, { mode });
    expect(scene.heard("bob"), mode).toStrictEqual(mode === "kill" ? [] : [CANCELED]);
    scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled");
    expect(scene.heard("bob"), mode).toHaveLength(1);
  }
});

test("CAN-14 a second CANCEL is ignored, but kill may be followed by killnowait or skip", () => {
  for (const first of MODES) {
    for (const second of MODES) {
      const scene = called();
      scene.send("bob", 49, 1, { mode: first });
      const escalates = first === "kill" && second !== "kill";
      expect(scene.send("bob", 49, 1, { mode: second }), `${first}, then ${second}`).toStrictEqual({
        ...(escalates && { bob: [CANCELED] }),
        ...(escalates && second === "killnowait" && { alice: [[69, 1, { mode: "killnowait" }]] }),
      });
      if (escalates) expect(scene.send("alice", 70, 1, {}, ["late"])).toStrictEqual({});
    }
  }
});

test("CAN-16 whichever comes first, the final YIELD or CANCEL: RESULT or ERROR, never both", () => {
  for (const mode of ["skip", "killnowait"]) {
    const yielded = called();
    yielded.send("alice", 70, 1, {}, ["result"]);
    yielded.send("bob", 49, 1, { mode });
    expect(yielded.heard("bob")).toStrictEqual([[50, 1, {}, ["result"]]]);
    expect(yielded.heard("alice")).toStrictEqual([
      [65, 1, 1],
      [68, 1, 1, {}],
    ]);
    const canceled = called();
    canceled.send("bob", 49, 1, { mode });
    canceled.send("alice", 70, 1, {}, ["result"]);
    expect(canceled.heard("bob")).toStrictEqual([CANCELED]);
  }
});

test("CAN-17 neither the canceled request nor its invocation id is heard of again", () => {
  for (const mode of ["skip", "killnowait"]) {
    const scene = called();
    scene.send("bob", 49, 1, { mode });
    expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
    scene.send("alice", 70, 1, {}, ["late"]);
    scene.send("alice", 8, 68, 1, {}, "com.late");
    scene.send("alice", 70, 2, {}, ["second"]);
    scene.leave("alice");
    expect(scene.heard("bob")).toStrictEqual([CANCELED, [50, 2, {}, ["second"]]]);
  }
});

test("CAN-18 CANCEL itself is not acknowledged", () => {
  const scene = called();
  expect(scene.send("bob", 49, 1, { mode: "kill" }).bob).toBeUndefined();
  scene.send("alice", 70, 1, {}, [1]);
  expect(scene.send("bob", 49, 1, { mode: "kill" })).toStrictEqual({});
  expect(scene.heard("bob")).toStrictEqual([[50, 1, {}, [1]]]);
});

test("CAN-19 INTERRUPT.Options holds the mode and nothing that the caller made up", () => {
  for (const mode of ["kill", "killnowait"]) {
    const scene = called();
    expect(scene.send("bob", 49, 1, { mode, reason: "com.mine", _x: 1 }).alice).toStrictEqual([
      [69, 1, { mode }],
    ]);
  }
});
