/** What is remembered of look-ups: never anything old, never more than its bound, and those that come again before those that come once. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { REMEMBERED, Recent } from "../../src/router/recent.ts";

test("B8 what was found is known until what was asked changes, and again once it was found anew", () => {
  const recent = new Recent<number>();
  expect(recent.get("com.x")).toBeUndefined();
  recent.set("com.x", 1);
  recent.set("com.y", 2);
  expect([recent.get("com.x"), recent.get("com.y"), recent.get("com.z")]).toStrictEqual([1, 2, undefined]);
  recent.outdate();
  expect([recent.get("com.x"), recent.get("com.y")]).toStrictEqual([undefined, undefined]);
  recent.set("com.x", 3);
  expect([recent.get("com.x"), recent.get("com.y")]).toStrictEqual([3, undefined]);
});

const known = (recent: Recent<number>, count: number, uri: (at: number) => string): number =>
  Array.from({ length: count }, (_, at) => recent.get(uri(at))).filter((found) => found !== undefined).length;

test("B8 a change of one URI makes only what was found for it old", () => {
  const recent = new Recent<number>();
  for (const [at, uri] of ["com.x", "com.y"].entries()) recent.set(uri, at);
  recent.forget("com.x");
  recent.forget("com.z");
  expect([recent.get("com.x"), recent.get("com.y"), recent.get("com.z")]).toStrictEqual([
    undefined,
    1,
    undefined,
  ]);
  recent.set("com.x", 3);
  expect(recent.get("com.x")).toBe(3);
});

test("S14 16,384 URIs are remembered; who asks for ever new ones does not push out those that are asked for again", () => {
  const recent = new Recent<number>();
  const device = (at: number): string => `com.device${at}`;
  const stranger = (at: number): string => `com.stranger${at}`;
  for (let at = 0; at < 16_384; at++) recent.set(device(at), at);
  for (let at = 0; at < 8 * 16_384 - 1; at++) recent.set(stranger(at), at);
  expect(known(recent, 16_384, device)).toBe(16_384);
  expect(known(recent, 8 * 16_384, stranger)).toBe(0);
});

test("S14 the ones that are not asked for any more make room in the end", () => {
  const recent = new Recent<number>();
  for (let at = 0; at < REMEMBERED; at++) recent.set(`com.old${at}`, at);
  for (let round = 0; round < 9; round++) {
    for (let at = 0; at < REMEMBERED; at++) recent.set(`com.new${at}`, at);
  }
  expect(known(recent, REMEMBERED, (at) => `com.old${at}`)).toBe(0);
  expect(known(recent, REMEMBERED, (at) => `com.new${at}`)).toBe(REMEMBERED);
});

test("S14 what does not hold any more of one URI makes room for others at once", () => {
  const recent = new Recent<number>();
  for (let at = 0; at < REMEMBERED; at++) recent.set(`com.old${at}`, at);
  for (let at = 0; at < REMEMBERED; at += 2) recent.forget(`com.old${at}`);
  for (let at = 0; at < REMEMBERED; at++) recent.set(`com.new${at}`, at);
  expect(known(recent, REMEMBERED, (at) => `com.old${at}`)).toBe(REMEMBERED / 2);
  expect(known(recent, REMEMBERED, (at) => `com.new${at}`)).toBe(REMEMBERED / 2);
});

test("S14 long URIs are found anew each time, so that what is remembered stays small", () => {
  const recent = new Recent<number>();
  recent.set("a".repeat(128), 1);
  recent.set("a".repeat(129), 2);
  expect([recent.get("a".repeat(128)), recent.get("a".repeat(129))]).toStrictEqual([1, undefined]);
});

test("S14 the frame that a URI was a piece of does not stay in memory with it", () => {
  const recent = new Recent<number>();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void; // what the flag brings
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let at = 0; at < 100; at++) {
    const frame = `com.a.device.with.a.long.name.${at}${"x".repeat(1_000_000)}`;
    recent.set(frame.slice(0, 32), at);
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
});
