/** Progressive call results (requirements section 8.1). Who leaves in the middle of one: vanishing.test.ts. */
import { expect, test } from "vitest";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { failed } from "../answers.ts";
import { type Joining, Scene } from "../scene.ts";
import { AUTOBAHN_JS, EVERYTHING, serving, WAMPY } from "./announced.ts";

const STREAMS = serving("progressive_call_results", "call_canceling");

/** `bob` called `alice`'s com.x, as request 1, and takes progressive results. */
function streaming(alice: Joining = STREAMS): Scene {
  const scene = new Scene().joinAs("alice", alice).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { receive_progress: true }, "com.x");
  return scene;
}

/** INVOCATION.Details for a call that takes progressive results, at a callee that announced `callee`. */
function asked(progressiveResults: "compat" | "strict", callee: Joining): unknown {
  const scene = new Scene({ progressiveResults }).joinAs("alice", callee).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  return scene.send("bob", 48, 1, { receive_progress: true }, "com.x").alice?.[0]?.[3];
}

test("PCR-01 receive_progress reaches a callee that announced progressive results, and is omitted for others", () => {
  const scene = new Scene().joinAs("alice", STREAMS).joinAs("anna", serving("call_canceling")).join("bob");
  scene.send("alice", 64, 1, {}, "com.alice");
  scene.send("anna", 64, 1, {}, "com.anna");
  expect(scene.send("bob", 48, 1, { receive_progress: true }, "com.alice")).toStrictEqual({
    alice: [[68, 1, 1, { receive_progress: true }]],
  });
  expect(scene.send("bob", 48, 2, { receive_progress: true }, "com.anna")).toStrictEqual({
    anna: [[68, 1, 2, {}]],
  });
});

test("PCR-02 in strict mode a callee without call canceling counts as not supporting it, in compat it does", () => {
  const progress = { receive_progress: true };
  const cases: readonly (readonly [callee: Joining, compat: unknown, strict: unknown])[] = [
    [STREAMS, progress, progress],
    [serving("progressive_call_results", "call_cancelling"), progress, progress],
    [serving("progressive_call_results"), progress, {}],
    [AUTOBAHN_JS, progress, {}],
    [WAMPY, {}, {}],
    [serving(), {}, {}],
  ];
  for (const [callee, compat, strict] of cases) {
    expect(asked("compat", callee), `compat ${callee.roles?.callee}`).toStrictEqual(compat);
    expect(asked("strict", callee), `strict ${callee.roles?.callee}`).toStrictEqual(strict);
  }
  expect(DEFAULT_REALM_SETTINGS.progressiveResults).toBe("compat");
});

test("PCR-03 without receive_progress in CALL there is none in INVOCATION", () => {
  const scene = new Scene().joinAs("alice", STREAMS).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, { receive_progress: false }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, {}]],
  });
});

test("PCR-04 a YIELD with progress is forwarded at once, and the call stays pending", () => {
  const scene = streaming();
  for (const part of [1, 2, 3]) {
    expect(scene.send("alice", 70, 1, { progress: true }, [part])).toStrictEqual({
      bob: [[50, 1, { progress: true }, [part]]],
    });
  }
  expect(scene.send("alice", 70, 1, {}, ["all"])).toStrictEqual({ bob: [[50, 1, {}, ["all"]]] });
});

test("PCR-05 a YIELD without progress, or with progress false, ends the call; so does an ERROR", () => {
  for (const options of [{}, { progress: false }]) {
    const scene = streaming();
    scene.send("alice", 70, 1, { progress: true }, [1]);
    expect(scene.send("alice", 70, 1, options, [2])).toStrictEqual({ bob: [[50, 1, {}, [2]]] });
    expect(scene.send("alice", 70, 1, options, [3])).toStrictEqual({});
    expect(scene.send("bob", 49, 1, {})).toStrictEqual({});
  }
  const scene = streaming();
  scene.send("alice", 70, 1, { progress: true }, [1]);
  expect(scene.send("alice", 8, 68, 1, {}, "com.error.full", [2], { k: 3 })).toStrictEqual({
    bob: [[8, 48, 1, {}, "com.error.full", [2], { k: 3 }]],
  });
  expect(scene.send("alice", 8, 68, 1, {}, "com.error.full")).toStrictEqual({});
});

test("PCR-06 progressive and final payloads may be empty or of different shapes, and are forwarded as they are", () => {
  const scene = streaming();
  for (const payload of [[], [[1, "two"]], [[], { only: "keywords" }], [[null], { a: [] }], []]) {
    expect(scene.send("alice", 70, 1, { progress: true }, ...payload)).toStrictEqual({
      bob: [[50, 1, { progress: true }, ...payload]],
    });
  }
  expect(scene.send("alice", 70, 1, {})).toStrictEqual({ bob: [[50, 1, {}]] });
});

test("PCR-07 a callee may ignore receive_progress and answer once", () => {
  expect(streaming().send("alice", 70, 1, {}, [42])).toStrictEqual({ bob: [[50, 1, {}, [42]]] });
  expect(streaming().send("alice", 8, 68, 1, {}, "com.no")).toStrictEqual({
    bob: [[8, 48, 1, {}, "com.no"]],
  });
});

test("PCR-09 progress of a callee that did not announce it is forwarded, for the caller asked", () => {
  const scene = streaming(WAMPY);
  expect(scene.heard("alice")).toStrictEqual([
    [65, 1, 1],
    [68, 1, 1, {}],
  ]);
  expect(scene.send("alice", 70, 1, { progress: true }, ["half"])).toStrictEqual({
    bob: [[50, 1, { progress: true }, ["half"]]],
  });
  expect(scene.send("alice", 70, 1, {}, ["all"])).toStrictEqual({ bob: [[50, 1, {}, ["all"]]] });
});

test("PCR-10 no RESULT follows the final one", () => {
  for (const final of [
    [70, 1, {}, ["end"]],
    [8, 68, 1, {}, "com.error.end"],
  ]) {
    const scene = streaming();
    scene.send("alice", 70, 1, { progress: true }, [1]);
    scene.send("alice", ...final);
    expect(scene.send("alice", 70, 1, { progress: true }, [2])).toStrictEqual({});
    expect(scene.send("alice", 70, 1, {}, [3])).toStrictEqual({});
    expect(scene.send("alice", 8, 68, 1, {}, "com.error.again")).toStrictEqual({});
    expect(scene.heard("bob")).toHaveLength(2);
  }
});

test("ORD-13 results of one call arrive in the order of the YIELDs, also among those of other calls", () => {
  const scene = streaming().joinAs("carol", EVERYTHING);
  scene.send("carol", 48, 1, { receive_progress: true }, "com.x");
  for (let n = 0; n < 40; n++) scene.send("alice", 70, 1 + (n % 2), { progress: true }, [n]);
  scene.send("alice", 70, 2, {}, ["end"]);
  scene.send("alice", 70, 1, {}, ["end"]);
  for (const [name, first] of [
    ["bob", 0],
    ["carol", 1],
  ] as const) {
    expect(scene.heard(name)).toStrictEqual([
      ...Array.from({ length: 20 }, (_, index) => [50, 1, { progress: true }, [first + 2 * index]]),
      [50, 1, {}, ["end"]],
    ]);
  }
});

test("PCR-13 the time allowed begins anew with each progressive YIELD", () => {
  const scene = new Scene().joinAs("alice", STREAMS).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { receive_progress: true, timeout: 1_000 }, "com.x");
  for (const part of [1, 2, 3]) {
    expect(scene.pass(999)).toStrictEqual({});
    scene.send("alice", 70, 1, { progress: true }, [part]);
    expect(scene.realm.nextDeadline()).toBe(scene.clock + 1_000);
  }
  expect(scene.pass(999)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({
    alice: [[69, 1, { mode: "killnowait" }]],
    bob: [failed(48, 1, "wamp.error.timeout")],
  });
});

test("PCR-13 progress that the caller did not ask for buys no time", () => {
  const scene = new Scene().joinAs("alice", STREAMS).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  scene.pass(999);
  scene.send("alice", 70, 1, { progress: true }, ["half"]);
  expect(scene.pass(1).bob).toStrictEqual([failed(48, 1, "wamp.error.timeout")]);
});

test("PCR-14 each result carries its own ppt attributes, also while the call's own chunks come", () => {
  const scene = new Scene().joinAs("alice", EVERYTHING).joinAs("bob", EVERYTHING);
  scene.send("alice", 64, 1, {}, "com.x");
  const called = { ppt_scheme: "x_mine", ppt_keyid: "k1" };
  expect(
    scene.send("bob", 48, 1, { progress: true, receive_progress: true, ...called }, "com.x", ["in 1"]),
  ).toStrictEqual({ alice: [[68, 1, 1, { receive_progress: true, ...called, progress: true }, ["in 1"]]] });
  const first = { ppt_scheme: "wamp", ppt_serializer: "cbor", ppt_cipher: "aes256gcm", ppt_keyid: "k2" };
  expect(scene.send("alice", 70, 1, { progress: true, ...first }, ["out 1"])).toStrictEqual({
    bob: [[50, 1, { progress: true, ...first }, ["out 1"]]],
  });
  expect(scene.send("alice", 70, 1, { progress: true }, ["out 2"])).toStrictEqual({
    bob: [[50, 1, { progress: true }, ["out 2"]]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x", ["in 2"])).toStrictEqual({
    alice: [[68, 1, 1, { receive_progress: true, ...called }, ["in 2"]]],
  });
  expect(scene.send("alice", 70, 1, { ppt_scheme: "mqtt" }, ["out 3"])).toStrictEqual({
    bob: [[50, 1, { ppt_scheme: "mqtt" }, ["out 3"]]],
  });
});
