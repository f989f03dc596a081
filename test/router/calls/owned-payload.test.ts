/** What is kept of a call that may move to another callee does not keep the frame that it came in (R11). */
import { describe, expect, test } from "vitest";
import { owned } from "../../../src/router/owned-payload.ts";
import { Scene } from "../scene.ts";

const FRAME = Uint8Array.from({ length: 100_000 }, (_, at) => at % 251);

describe("a payload that is kept", () => {
  test.each(["msgpack", "cbor"] as const)("R11 in %s is a copy of its own octets", (format) => {
    const body = FRAME.subarray(10, 30);
    const kept = owned({ format, count: 1, body });
    expect(kept).toStrictEqual({ format, count: 1, body: FRAME.slice(10, 30) });
    expect(kept.body.buffer.byteLength).toBe(20);
  });

  test("R11 is not copied where it is all there is", () => {
    const payload = { format: "cbor", count: 1, body: FRAME.slice(10, 30) } as const;
    expect(owned(payload)).toBe(payload);
  });

  test.each(['["a"]', '\ufeff["\u{1f600}", "\\ud800"]', ""])("SER-04 in JSON says the same: %j", (body) => {
    expect(owned({ format: "json", count: 2, body })).toStrictEqual({ format: "json", count: 2, body });
  });

  test("SER-04 of the router's own, and none, are as they were", () => {
    const values = { format: "values", args: [1] } as const;
    expect([owned(values), owned(undefined)]).toStrictEqual([values, undefined]);
  });
});

test("R11 RRT-05 a call that may be rerouted keeps its payload and not the frame", () => {
  const scene = new Scene().join("alice").joinAs("bob", { roles: { callee: ["call_reroute"] } });
  scene.send("bob", 64, 1, {}, "com.p");
  const payload = { format: "msgpack", count: 1, body: FRAME.subarray(10, 30) } as const;
  scene.realm.receive(scene.session("alice"), {
    type: "CALL",
    request: 1,
    options: {},
    procedure: "com.p",
    payload,
  });
  const [invocation] = scene.session("bob").invocations.values();
  const kept = invocation?.reroute?.payload;
  expect(kept).toStrictEqual({ ...payload, body: FRAME.slice(10, 30) });
  expect((kept as typeof payload).body.buffer.byteLength).toBe(20);
});
