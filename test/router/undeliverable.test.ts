/** A message that has no form in its receiver's serializer (SER-12): the call that it belongs to ends, nobody is cut off. */
import { expect, test } from "vitest";
import { failed } from "./answers.ts";
import { Scene } from "./scene.ts";

const WHY = "NaN has no form in JSON";
const PAYLOAD = { format: "values", args: [Number.NaN] } as const;

function called(): Scene {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 7, {}, "com.x", [Number.NaN]);
  return scene;
}

test("SER-12 an INVOCATION that cannot be written ends its call with an ERROR to the caller", () => {
  const scene = called();
  const invocation = {
    type: "INVOCATION",
    request: 1,
    registration: 1,
    details: {},
    payload: PAYLOAD,
  } as const;
  expect(scene.undeliverable("alice", invocation, WHY)).toStrictEqual({
    bob: [[8, 48, 7, {}, "wamp.error.invalid_argument", [WHY]]],
  });
  expect(scene.undeliverable("alice", invocation, WHY)).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {}, ["it never came"])).toStrictEqual({});
  expect(scene.send("bob", 48, 7, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.leave("alice")).toStrictEqual({ bob: [failed(48, 7, "wamp.error.canceled")] });
});

test("SER-12 a RESULT that cannot be written becomes an ERROR to the caller", () => {
  const scene = called();
  expect(scene.send("alice", 70, 1, {}, [0])).toStrictEqual({ bob: [[50, 7, {}, [0]]] });
  const result = { type: "RESULT", request: 7, details: {}, payload: PAYLOAD } as const;
  expect(scene.undeliverable("bob", result, WHY)).toStrictEqual({
    bob: [[8, 48, 7, {}, "wamp.error.invalid_argument", [WHY]]],
  });
  expect(scene.leave("alice")).toStrictEqual({});
});

test("SER-12 an ERROR that cannot be written reaches the caller with its URI, without its payload", () => {
  const scene = called();
  expect(scene.send("alice", 8, 68, 1, {}, "com.error.mine", [0])).toStrictEqual({
    bob: [[8, 48, 7, {}, "com.error.mine", [0]]],
  });
  const error = {
    type: "ERROR",
    requestType: 48,
    request: 7,
    details: {},
    error: "com.error.mine",
    payload: PAYLOAD,
  } as const;
  expect(scene.undeliverable("bob", error, WHY)).toStrictEqual({
    bob: [[8, 48, 7, {}, "com.error.mine", [WHY]]],
  });
});

test("SER-12 an EVENT that cannot be written skips its receiver, who goes on", () => {
  const scene = called();
  scene.send("bob", 32, 1, {}, "com.t");
  const event = { type: "EVENT", subscription: 1, publication: 1001, details: {}, payload: PAYLOAD } as const;
  expect(scene.undeliverable("bob", event, WHY)).toStrictEqual({});
  expect(scene.send("alice", 16, 2, {}, "com.t", [1])).toStrictEqual({ bob: [[36, 1, 1001, {}, [1]]] });
});

test("SER-12 what cannot be written to a session that has left is forgotten", () => {
  const scene = called();
  scene.send("alice", 70, 1, {}, [0]);
  scene.leave("bob");
  const result = { type: "RESULT", request: 7, details: {}, payload: PAYLOAD } as const;
  expect(scene.undeliverable("bob", result, WHY)).toStrictEqual({});
});

test.each([
  [1, {}],
  [2, { alice: [[69, 1, { mode: "killnowait" }]] }],
])(
  "SER-12 PCI-19 of a call whose chunk %d cannot be written only a callee that knows of it is told",
  (nth, told) => {
    const scene = new Scene();
    scene.joinAs("alice", { roles: { callee: ["call_canceling", "progressive_call_invocations"] } });
    scene.joinAs("bob", { roles: { caller: ["progressive_call_invocations"] } });
    scene.send("alice", 64, 1, {}, "com.x");
    for (let chunk = 1; chunk <= nth; chunk++) {
      if (chunk === 2) scene.sleep();
      scene.send("bob", 48, 7, { progress: true }, "com.x", [chunk]);
    }
    const details = { progress: true };
    const chunk = { type: "INVOCATION", request: 1, registration: 1, details, payload: PAYLOAD } as const;
    expect(scene.undeliverable("alice", chunk, WHY)).toStrictEqual({
      bob: [[8, 48, 7, {}, "wamp.error.invalid_argument", [WHY]]],
      ...told,
    });
    expect(scene.send("bob", 48, 7, {}, "com.x", ["late"])).toStrictEqual({});
  },
);
