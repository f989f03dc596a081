/** Ids (requirements section 2.2), as far as they can be seen without a router. */
import { expect, test } from "vitest";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { isId, MAX_ID, nextId } from "../../src/wamp/id.ts";
import { parse, parseFromRouter } from "../../src/wamp/message.ts";

const NOT_IDS = [
  0,
  -0,
  -1,
  1.5,
  MAX_ID + 2,
  -MAX_ID,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "1",
  null,
  true,
  1n,
  [1],
  {},
];

test("ID-01 an id is an integer in 1..2^53 inclusive", () => {
  for (const id of [1, 2, 2 ** 32, MAX_ID - 1, MAX_ID]) expect(isId(id)).toBe(true);
  for (const not of NOT_IDS) expect(isId(not)).toBe(false);
});

test("ID-01 a client's id that is none is a violation, wherever it stands", () => {
  const places: readonly ((id: unknown) => readonly unknown[])[] = [
    (id) => [8, 68, id, {}, "com.e"],
    (id) => [16, id, {}, "com.x"],
    (id) => [16, 1, { exclude: [id] }, "com.x"],
    (id) => [16, 1, { eligible: [1, id] }, "com.x"],
    (id) => [32, id, {}, "com.x"],
    (id) => [34, id, 1],
    (id) => [34, 1, id],
    (id) => [48, id, {}, "com.p"],
    (id) => [49, id, {}],
    (id) => [64, id, {}, "com.p"],
    (id) => [66, id, 1],
    (id) => [66, 1, id],
    (id) => [70, id, {}],
    (id) => [337, id],
  ];
  for (const at of places) {
    for (const id of [1, MAX_ID]) expect(() => parse({ header: at(id), payload: undefined })).not.toThrow();
    for (const not of NOT_IDS) {
      expect(() => parse({ header: at(not), payload: undefined })).toThrow(ProtocolViolation);
      expect(() => parse({ header: at(not), payload: undefined })).toThrow(
        / must be an id, an integer in 1\.\.2\^53, not /,
      );
    }
  }
});

test("ID-02 0 stands for a request in a revocation, and in nothing else", () => {
  const read = (header: readonly unknown[]) => parseFromRouter({ header, payload: undefined });
  expect(read([35, 0, { subscription: 5 }])).toStrictEqual({
    type: "UNSUBSCRIBED",
    request: 0,
    details: { subscription: 5 },
  });
  expect(read([67, 0, { registration: 5 }])).toStrictEqual({
    type: "UNREGISTERED",
    request: 0,
    details: { registration: 5 },
  });
  const others = [
    [8, 32, 0, {}, "com.e"],
    [17, 0, 1],
    [33, 0, 1],
    [50, 0, {}],
    [65, 0, 1],
    [68, 0, 1, {}],
    [69, 0, {}],
  ];
  for (const header of others) expect(() => read(header)).toThrow(/\.Request must be an id/);
});

test("ID-09 a counted id goes up by one and wraps from 2^53 to 1", () => {
  expect(nextId(1)).toBe(2);
  expect(nextId(MAX_ID - 1)).toBe(MAX_ID);
  expect(nextId(MAX_ID)).toBe(1);
});
