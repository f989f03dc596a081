/** Progressive call invocations (requirements section 8.2). Who leaves in the middle of one: vanishing.test.ts. */
import { expect, test } from "vitest";
import { Undecided } from "../../../src/router/authorization.ts";
import type { RequestIdCheck } from "../../../src/router/request-ids.ts";
import { failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";
import { calling, EVERYTHING, serving } from "./announced.ts";

const CHECKS: readonly RequestIdCheck[] = ["off", "increasing", "strict"];
const CHUNKS = "progressive_call_invocations";

/** `alice` serves com.x as registration 1; `bob` may send it chunks. */
function ready(requestIdCheck: RequestIdCheck = "strict"): Scene {
  const scene = new Scene({ requestIdCheck });
  scene.joinAs("alice", serving(CHUNKS, "call_canceling")).joinAs("bob", calling(CHUNKS));
  scene.send("alice", 64, 1, {}, "com.x");
  return scene;
}

test("PCI-01 CALLs with the same id and procedure are the chunks of one call; one without progress is the last", () => {
  for (const last of [{}, { progress: false }]) {
    const scene = ready();
    expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [1])).toStrictEqual({
      alice: [[68, 1, 1, { progress: true }, [1]]],
    });
    expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2])).toStrictEqual({
      alice: [[68, 1, 1, { progress: true }, [2]]],
    });
    expect(scene.send("bob", 48, 1, last, "com.x", [3])).toStrictEqual({ alice: [[68, 1, 1, {}, [3]]] });
    expect(scene.send("alice", 70, 1, {}, ["sum"])).toStrictEqual({ bob: [[50, 1, {}, ["sum"]]] });
  }
});

test("PCI-02 each chunk is an INVOCATION with the same id to the same callee, and the next call has the next id", () => {
  const scene = ready();
  scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  expect(scene.send("bob", 48, 2, { progress: true }, "com.x", ["other"])).toStrictEqual({
    alice: [[68, 2, 1, { progress: true }, ["other"]]],
  });
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2])).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }, [2]]],
  });
  expect(scene.send("bob", 48, 2, {}, "com.x", ["other end"])).toStrictEqual({
    alice: [[68, 2, 1, {}, ["other end"]]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x", [3])).toStrictEqual({ alice: [[68, 1, 1, {}, [3]]] });
  expect(scene.send("bob", 48, 3, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("PCI-03 progress from a caller that did not announce progressive invocations is a violation", () => {
  const scene = ready().joinAs("carol", calling("progressive_call_results", "call_canceling"));
  violates(scene, "carol", 48, 1, { progress: true }, "com.x");
  violates(scene, "carol", 48, 1, { progress: true }, "com.unknown");
  scene.joinAs("dave", serving(CHUNKS));
  violates(scene, "dave", 48, 1, { progress: true }, "com.x");
  expect(scene.heard("alice")).toStrictEqual([[65, 1, 1]]);
});

test("PCI-05 a callee without progressive invocations or call canceling: feature_not_supported, no INVOCATION", () => {
  for (const features of [[], [CHUNKS], ["call_canceling"], ["call_canceling", "progressive_call_results"]]) {
    const scene = ready().joinAs("anna", serving(...features));
    scene.send("anna", 64, 1, {}, "com.anna");
    expect(scene.send("bob", 48, 1, { progress: true }, "com.anna"), features.join()).toStrictEqual({
      bob: [failed(48, 1, "wamp.error.feature_not_supported")],
    });
    expect(scene.send("bob", 48, 1, {}, "com.anna"), "PCI-11").toStrictEqual({});
    expect(scene.send("bob", 48, 2, {}, "com.anna")).toStrictEqual({ anna: [[68, 1, 2, {}]] });
  }
  for (const spelling of ["call_canceling", "call_cancelling"]) {
    const scene = ready().joinAs("anna", serving(CHUNKS, spelling));
    scene.send("anna", 64, 1, {}, "com.anna");
    expect(scene.send("bob", 48, 1, { progress: true }, "com.anna")).toStrictEqual({
      anna: [[68, 1, 2, { progress: true }]],
    });
  }
});

/** com.s, registration 2, roundrobin: `one` and `three` take chunks, `two` does not. */
function shared(): Scene {
  const scene = ready().joinAs("one", serving(CHUNKS, "call_canceling")).joinAs("two", serving());
  scene.joinAs("three", serving(CHUNKS, "call_canceling"));
  for (const callee of ["one", "two", "three"]) scene.send(callee, 64, 1, { invoke: "roundrobin" }, "com.s");
  return scene;
}

test("PCI-06 the invocation policy chooses as usual; one that lacks support answers feature_not_supported", () => {
  const scene = shared();
  expect(scene.send("bob", 48, 1, { progress: true }, "com.s")).toStrictEqual({
    one: [[68, 1, 2, { progress: true }]],
  });
  expect(scene.send("bob", 48, 2, { progress: true }, "com.s")).toStrictEqual({
    bob: [failed(48, 2, "wamp.error.feature_not_supported")],
  });
  expect(scene.send("bob", 48, 3, { progress: true }, "com.s")).toStrictEqual({
    three: [[68, 1, 2, { progress: true }]],
  });
});

test("PCI-07 only the first chunk is subject to the invocation policy", () => {
  const scene = shared();
  scene.send("bob", 48, 1, { progress: true }, "com.s", [1]);
  expect(scene.send("bob", 48, 1, { progress: true }, "com.s", [2])).toStrictEqual({
    one: [[68, 1, 2, { progress: true }, [2]]],
  });
  expect(scene.send("bob", 48, 2, {}, "com.s")).toStrictEqual({ two: [[68, 1, 2, {}]] });
  expect(scene.send("bob", 48, 1, {}, "com.s", [3])).toStrictEqual({ one: [[68, 1, 2, {}, [3]]] });
});

test("PCI-08 all options but progress are frozen by the first CALL, those given and those left out", () => {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, { forward_timeout: true }, "com.x");
  const all = {
    disclose_me: true,
    receive_progress: true,
    timeout: 5_000,
    ppt_scheme: "x_a",
    ppt_serializer: "json",
    ppt_cipher: "c",
    ppt_keyid: "k",
    rkey: "r",
    runmode: "partition",
    _custom: 1,
  };
  const other = { ...all, ppt_scheme: "x_b", ppt_serializer: "cbor", ppt_cipher: "d", ppt_keyid: "l" };
  const details = {
    caller: 102,
    caller_authid: "bob",
    caller_authrole: "user",
    receive_progress: true,
    ppt_scheme: "x_a",
    ppt_serializer: "json",
    ppt_cipher: "c",
    ppt_keyid: "k",
  };
  expect(scene.send("bob", 48, 1, { progress: true, ...all }, "com.x", [1])).toStrictEqual({
    alice: [[68, 1, 1, { ...details, timeout: 5_000, progress: true }, [1]]],
  });
  expect(scene.send("bob", 48, 1, { progress: true, ...other }, "com.x", [2])).toStrictEqual({
    alice: [[68, 1, 1, { ...details, progress: true }, [2]]],
  });
  expect(scene.send("bob", 48, 1, { disclose_me: false, receive_progress: false }, "com.x")).toStrictEqual({
    alice: [[68, 1, 1, details]],
  });
  expect(scene.send("alice", 70, 1, { progress: true })).toStrictEqual({
    bob: [[50, 1, { progress: true }]],
  });

  scene.send("bob", 48, 2, { progress: true }, "com.x", [1]);
  expect(scene.send("bob", 48, 2, { progress: true, ...all }, "com.x", [2])).toStrictEqual({
    alice: [[68, 2, 1, { progress: true }, [2]]],
  });
  expect(scene.send("bob", 48, 2, all, "com.x", [3])).toStrictEqual({ alice: [[68, 2, 1, {}, [3]]] });
  expect(scene.send("alice", 70, 2, { progress: true })).toStrictEqual({});
  expect(scene.pass(10_000)).toStrictEqual({});
});

test("PCI-09 every INVOCATION repeats identity, procedure, receive_progress and ppt; timeout is in the first", () => {
  const scene = new Scene({ callTrust: [{ uri: "com", match: "prefix", level: 2 }] });
  scene.joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, { match: "prefix", forward_timeout: true, disclose_caller: true }, "com.");
  const details = {
    procedure: "com.x",
    caller: 102,
    caller_authid: "bob",
    caller_authrole: "user",
    receive_progress: true,
    trustlevel: 2,
    ppt_scheme: "x_a",
  };
  const options = { receive_progress: true, timeout: 700, ppt_scheme: "x_a" };
  expect(scene.send("bob", 48, 1, { ...options, progress: true }, "com.x", [1])).toStrictEqual({
    alice: [[68, 1, 1, { ...details, progress: true, timeout: 700 }, [1]]],
  });
  for (const part of [2, 3]) {
    expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [part])).toStrictEqual({
      alice: [[68, 1, 1, { ...details, progress: true }, [part]]],
    });
  }
  expect(scene.send("bob", 48, 1, {}, "com.x", [4])).toStrictEqual({ alice: [[68, 1, 1, details, [4]]] });
});

test("PCI-10 the callee's final YIELD or ERROR completes the call although chunks are still to come", () => {
  const scene = ready();
  scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  expect(scene.send("alice", 70, 1, {}, ["enough"])).toStrictEqual({ bob: [[50, 1, {}, ["enough"]]] });
  scene.send("bob", 48, 2, { progress: true }, "com.x", [1]);
  expect(scene.send("alice", 8, 68, 2, {}, "com.error.full")).toStrictEqual({
    bob: [[8, 48, 2, {}, "com.error.full"]],
  });
  expect(scene.leave("alice")).toStrictEqual({});
});

test("PCI-11 a chunk of a call that has ended is ignored without a reply", () => {
  for (const check of CHECKS) {
    const scene = ready(check);
    scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
    scene.send("alice", 70, 1, {}, ["enough"]);
    expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2]), check).toStrictEqual({});
    expect(scene.send("bob", 48, 1, {}, "com.x", [3]), check).toStrictEqual({});
    expect(scene.send("bob", 48, 2, { progress: true }, "com.unknown", [1])).toStrictEqual({
      bob: [failed(48, 2, "wamp.error.no_such_procedure")],
    });
    expect(scene.send("bob", 48, 2, {}, "com.unknown", [2]), check).toStrictEqual({});
    expect(scene.send("bob", 48, 3, {}, "com.x"), check).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  }
});

test("PCI-12 the id after the last one of the shared sequence begins a new call", () => {
  const scene = ready("strict");
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [1])).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }, [1]]],
  });
  expect(scene.send("bob", 32, 2, {}, "com.t")).toStrictEqual({ bob: [[33, 2, 1]] });
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2])).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }, [2]]],
  });
  expect(scene.send("bob", 48, 3, { progress: true }, "com.x", ["new"])).toStrictEqual({
    alice: [[68, 2, 1, { progress: true }, ["new"]]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x", [3])).toStrictEqual({ alice: [[68, 1, 1, {}, [3]]] });
  expect(scene.send("bob", 64, 4, {}, "com.y")).toStrictEqual({ bob: [[65, 4, 2]] });
  expect(scene.send("bob", 48, 5, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("PCI-12 after 2^53 comes 1", () => {
  const scene = ready("increasing");
  expect(scene.send("bob", 48, 2 ** 53, { progress: true }, "com.x")).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }]],
  });
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, { progress: true }]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("PCI-13 an id beyond the next one is a violation", () => {
  const scene = ready("strict");
  scene.send("bob", 48, 1, { progress: true }, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  violates(scene, "bob", 48, 3, { progress: true }, "com.x");
  const other = ready("strict");
  violates(other, "bob", 48, 2, { progress: true }, "com.x");
});

test("PCI-14 an id of a running progressive call and its procedure: a further chunk, whatever came in between", () => {
  for (const check of CHECKS) {
    const scene = ready(check);
    for (const request of [1, 2, 3]) scene.send("bob", 48, request, { progress: true }, "com.x");
    scene.send("bob", 48, 4, {}, "com.unknown");
    for (const request of [2, 1, 3, 1]) {
      expect(scene.send("bob", 48, request, { progress: true }, "com.x"), check).toStrictEqual({
        alice: [[68, request, 1, { progress: true }]],
      });
    }
  }
});

test("PCI-15 an id of a running call that is not progressive, or got its last chunk, is a violation", () => {
  for (const check of CHECKS) {
    for (const first of [{}, { progress: true }]) {
      for (const again of [{}, { progress: true }]) {
        const scene = ready(check);
        scene.send("bob", 48, 1, first, "com.x");
        if (first.progress) scene.send("bob", 48, 1, {}, "com.x");
        violates(scene, "bob", 48, 1, again, "com.x");
        violates(scene, "bob", 48, 1, again, "com.other");
      }
    }
  }
});

test("PCI-16 an id at or below the watermark without a running call is discarded, in strict mode too", () => {
  for (const check of CHECKS) {
    const scene = ready(check);
    scene.send("bob", 32, 1, {}, "com.t");
    scene.send("bob", 48, 2, {}, "com.x");
    scene.send("alice", 70, 1, {});
    scene.send("bob", 48, 3, {}, "com.x");
    for (const request of [1, 2]) {
      expect(scene.send("bob", 48, request, {}, "com.x"), check).toStrictEqual({});
      expect(scene.send("bob", 48, request, { progress: true }, "com.y"), check).toStrictEqual({});
    }
  }
});

test("ID-10 PCI-11 calls that overtake each other on their way to the socket are all served, and each but once", () => {
  const scene = ready("off");
  scene.send("bob", 32, 2, {}, "com.t");
  const order = [5, 3, 7, 4, 6, 1];
  for (const [at, request] of order.entries()) {
    expect(scene.send("bob", 48, request, {}, "com.x", [request])).toStrictEqual({
      alice: [[68, at + 1, 1, {}, [request]]],
    });
    expect(scene.send("alice", 70, at + 1, {}, [request])).toStrictEqual({
      bob: [[50, request, {}, [request]]],
    });
  }
  for (const request of [1, 2, 3, 4, 5, 6, 7]) {
    expect(scene.send("bob", 48, request, {}, "com.x", ["late"])).toStrictEqual({});
  }
  expect(scene.send("bob", 48, 8, {}, "com.x")).toStrictEqual({ alice: [[68, 7, 1, {}]] });
});

test("ID-10 PCI-11 a call that was overtaken and had to be decided, or was refused, has come, too", () => {
  const scene = ready("off");
  scene.send("bob", 48, 3, {}, "com.x");
  const { may } = scene;
  scene.may = (identity, action, uri, match) => {
    throw new Undecided(identity, { action, uri, match });
  };
  expect(() => scene.send("bob", 48, 2, { progress: true }, "com.x", [1])).toThrow(Undecided);
  scene.may = may;
  expect(scene.send("bob", 48, 2, { progress: true }, "com.x", [1])).toStrictEqual({
    alice: [[68, 2, 1, { progress: true }, [1]]],
  });
  scene.send("alice", 70, 2, {}, ["enough"]);
  expect(scene.send("bob", 48, 2, {}, "com.x", [2])).toStrictEqual({});
  expect(scene.send("bob", 48, 1, { progress: true }, "com.unknown")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({});
});

test("ID-10 PCI-11 after some quiet nothing that was overtaken is on its way any more, awake or asleep", () => {
  for (const rest of ["awake", "asleep"]) {
    const scene = ready("off");
    scene.send("bob", 48, 2, {}, "com.unknown");
    if (rest === "asleep") scene.sleep();
    else scene.pass(60_000);
    expect(scene.send("bob", 48, 1, {}, "com.x"), rest).toStrictEqual({});
    scene.send("bob", 48, 5, {}, "com.unknown");
    scene.send("bob", 48, 7, {}, "com.unknown");
    expect(scene.send("bob", 48, 6, {}, "com.x"), rest).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  }
});

test("ID-10 PCI-11 the first calls after some quiet may overtake each other, too, and none of them waits for ever", () => {
  for (const rest of ["awake", "asleep"]) {
    const scene = ready("off");
    scene.send("bob", 48, 2, {}, "com.unknown");
    if (rest === "asleep") scene.sleep();
    else scene.pass(60_000);
    expect(scene.send("bob", 48, 5, {}, "com.x"), rest).toStrictEqual({ alice: [[68, 1, 1, {}]] });
    expect(scene.send("bob", 48, 3, {}, "com.x"), rest).toStrictEqual({ alice: [[68, 2, 1, {}]] });
    expect(scene.send("bob", 34, 4, 99), rest).toStrictEqual({
      bob: [failed(34, 4, "wamp.error.no_such_subscription")],
    });
    for (const late of [1, 2]) expect(scene.send("bob", 48, late, {}, "com.x"), rest).toStrictEqual({});
    scene.send("alice", 70, 2, {});
    expect(scene.send("bob", 48, 3, {}, "com.x"), rest).toStrictEqual({});
  }
});

test.each([
  [127, true],
  [128, true],
  [129, false],
])("ID-10 PCI-11 of %d ids that were passed over the first is still new: %s", (many, isNew) => {
  const scene = ready("off");
  scene.send("bob", 48, 10, {}, "com.unknown");
  scene.send("bob", 34, 11 + many, 99);
  scene.send("bob", 48, 12 + many, {}, "com.unknown");
  expect(scene.send("bob", 48, 11, {}, "com.x")).toStrictEqual(isNew ? { alice: [[68, 1, 1, {}]] } : {});
});

test("PCI-17 a chunk that names another procedure is discarded and never routed", () => {
  const scene = ready().joinAs("anna", serving(CHUNKS, "call_canceling"));
  scene.send("anna", 64, 1, {}, "com.y");
  scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  for (const procedure of ["com.y", "com.none", "wamp.session.count", "com..bad"]) {
    expect(scene.send("bob", 48, 1, { progress: true }, procedure, [2])).toStrictEqual({});
    expect(scene.send("bob", 48, 1, {}, procedure, [2])).toStrictEqual({});
  }
  expect(scene.send("bob", 48, 1, {}, "com.x", [2])).toStrictEqual({ alice: [[68, 1, 1, {}, [2]]] });
});

test("PCI-18 further chunks work although the procedure was unregistered, or registered by somebody else", () => {
  const scene = ready().joinAs("anna", serving(CHUNKS, "call_canceling"));
  scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  scene.send("alice", 66, 2, 1);
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2])).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }, [2]]],
  });
  scene.send("anna", 64, 1, {}, "com.x");
  expect(scene.send("bob", 48, 1, {}, "com.x", [3])).toStrictEqual({ alice: [[68, 1, 1, {}, [3]]] });
  expect(scene.send("alice", 70, 1, {}, ["done"])).toStrictEqual({ bob: [[50, 1, {}, ["done"]]] });
});

test("PCI-20 CANCEL works in any phase; chunks after skip or killnowait are discarded", () => {
  for (const mode of ["skip", "killnowait"]) {
    for (const chunks of [1, 2, 3]) {
      const scene = ready();
      for (let n = 1; n <= chunks; n++)
        scene.send("bob", 48, 1, n < 3 ? { progress: true } : {}, "com.x", [n]);
      expect(scene.send("bob", 49, 1, { mode })).toStrictEqual({
        bob: [failed(48, 1, "wamp.error.canceled")],
        ...(mode === "killnowait" && { alice: [[69, 1, { mode }]] }),
      });
      expect(scene.send("bob", 48, 1, { progress: true }, "com.x", ["late"])).toStrictEqual({});
      expect(scene.send("bob", 48, 1, {}, "com.x", ["late"])).toStrictEqual({});
      expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({});
    }
  }
});

test("PCI-20 after kill the call runs on, and its chunks too, until the callee answers", () => {
  const scene = ready();
  scene.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  expect(scene.send("bob", 49, 1, { mode: "kill" })).toStrictEqual({ alice: [[69, 1, { mode: "kill" }]] });
  expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [2])).toStrictEqual({
    alice: [[68, 1, 1, { progress: true }, [2]]],
  });
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({
    bob: [[8, 48, 1, {}, "wamp.error.canceled"]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x", [3])).toStrictEqual({});
});

test("PCI-21 both directions stream independently", () => {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { progress: true, receive_progress: true }, "com.x", ["a"]);
  for (const part of ["x", "y", "z"]) {
    expect(scene.send("alice", 70, 1, { progress: true }, [part])).toStrictEqual({
      bob: [[50, 1, { progress: true }, [part]]],
    });
  }
  for (const part of ["b", "c"]) {
    expect(scene.send("bob", 48, 1, { progress: true }, "com.x", [part])).toStrictEqual({
      alice: [[68, 1, 1, { receive_progress: true, progress: true }, [part]]],
    });
  }
  expect(scene.send("bob", 48, 1, {}, "com.x", ["d"])).toStrictEqual({
    alice: [[68, 1, 1, { receive_progress: true }, ["d"]]],
  });
  expect(scene.send("alice", 70, 1, { progress: true }, ["after the last chunk"])).toStrictEqual({
    bob: [[50, 1, { progress: true }, ["after the last chunk"]]],
  });
  expect(scene.send("alice", 70, 1, {}, ["end"])).toStrictEqual({ bob: [[50, 1, {}, ["end"]]] });
});

/** Arguments[0] of the INVOCATIONs with this id that `alice` heard. */
function chunksOf(scene: Scene, id: number): unknown[] {
  return scene
    .heard("alice")
    .filter(([code, invocation]) => code === 68 && invocation === id)
    .map((wire) => (wire[4] as unknown[])[0]); // every chunk below has one argument
}

test("PCI-22 chunks reach the callee in the order sent", () => {
  const scene = ready();
  for (let n = 1; n <= 30; n++) scene.send("bob", 48, 1, { progress: n < 30 }, "com.x", [n]);
  expect(chunksOf(scene, 1)).toStrictEqual(Array.from({ length: 30 }, (_, index) => index + 1));
});

test("ORD-14 so do the chunks of calls that alternate, across sleep", () => {
  const scene = ready();
  for (let n = 1; n <= 20; n++) {
    scene.send("bob", 48, 1, { progress: true }, "com.x", [n]);
    scene.send("bob", 48, 2, { progress: true }, "com.x", [-n]);
    if (n % 7 === 0) scene.sleep();
  }
  const sent = Array.from({ length: 20 }, (_, index) => index + 1);
  expect(chunksOf(scene, 1)).toStrictEqual(sent);
  expect(chunksOf(scene, 2)).toStrictEqual(sent.map((n) => -n));
});

test("ID-12 in strict mode chunks do not advance the sequence that all requests share", () => {
  const scene = ready("strict");
  scene.send("bob", 48, 1, { progress: true }, "com.x");
  for (let n = 0; n < 5; n++) scene.send("bob", 48, 1, { progress: true }, "com.x");
  expect(scene.send("bob", 16, 2, { acknowledge: true }, "com.t")).toStrictEqual({ bob: [[17, 2, 1001]] });
  scene.send("bob", 48, 1, {}, "com.x");
  expect(scene.send("bob", 32, 3, {}, "com.t")).toStrictEqual({ bob: [[33, 3, 1]] });
  violates(scene, "bob", 16, 3, {}, "com.t");
});

test("ID-12 a caller that did not announce progressive invocations has no further chunks to send", () => {
  const scene = ready("strict").join("carol");
  scene.send("carol", 48, 1, {}, "com.x");
  scene.send("alice", 70, 1, {});
  violates(scene, "carol", 48, 1, {}, "com.x");
});
