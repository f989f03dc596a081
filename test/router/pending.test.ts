/** Calls that have not ended against a map, few and many, as they begin and end. */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Pending } from "../../src/router/pending.ts";

// Mostly beginning first and ending then, so that there are many for a while. Some ids are of the same place.
const id = fc.oneof(
  fc.integer({ min: 1, max: 24 }),
  fc.integer({ min: 0, max: 8 }).map((n) => 7 + n * 512),
  fc.constantFrom(2 ** 31, 2 ** 32 + 7, 2 ** 53 - 1, 2 ** 53),
);
const step = fc.record({ id, ends: fc.boolean() });
const steps = fc
  .tuple(fc.array(id, { maxLength: 20 }), fc.array(step, { maxLength: 60, size: "max" }), fc.array(id))
  .map(([begin, mixed, end]) => [
    ...begin.map((id) => ({ id, ends: false })),
    ...mixed,
    ...end.map((id) => ({ id, ends: true })),
  ]);

test("DLR-16 what has not ended is found by its id, whatever ends around it", () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const pending = new Pending<string>();
      const expected = new Map<number, string>();
      for (const [at, { id, ends }] of taken.entries()) {
        if (ends) {
          pending.delete(id);
          expected.delete(id);
        } else {
          pending.set(id, `${id} at ${at}`);
          expected.set(id, `${id} at ${at}`);
        }
        expect(pending.size).toBe(expected.size);
        expect(pending.keys().sort(up)).toStrictEqual([...expected.keys()].sort(up));
        expect(pending.values().sort()).toStrictEqual([...expected.values()].sort());
        for (const each of [0, 25, 2 ** 32, ...taken.map((one) => one.id)]) {
          expect(pending.get(each)).toBe(expected.get(each));
          expect(pending.has(each)).toBe(expected.has(each));
        }
      }
    }),
    { numRuns: 100, seed: 16 },
  );
});

test("DLR-16 the same holds for very many, whether their ids follow each other or meet at one place", () => {
  for (const step of [1, 512, 4_096]) {
    const pending = new Pending<number>();
    for (let turn = 0; turn < 2; turn++) {
      const ids = Array.from({ length: 600 }, (_, at) => 1 + (turn * 600 + at) * step);
      for (const id of ids) pending.set(id, -id);
      expect(pending.size).toBe(600);
      for (const id of ids.filter((_, at) => at % 3 > 0)) pending.delete(id);
      expect(ids.map((id) => pending.get(id))).toStrictEqual(
        ids.map((id, at) => (at % 3 > 0 ? undefined : -id)),
      );
      for (const id of ids) pending.delete(id);
      expect([pending.size, pending.keys()]).toStrictEqual([0, []]);
    }
  }
});

test("S14 what has ended is not kept, nor what ended while there were many", async () => {
  const pending = new Pending<object>();
  const ended: WeakRef<object>[] = [];
  const begin = (id: number): void => {
    const call = { id };
    ended.push(new WeakRef(call));
    pending.set(id, call);
  };
  for (let id = 1; id <= 20; id++) begin(id);
  for (let id = 1; id <= 20; id++) pending.delete(id);
  for (let id = 1; id <= 5; id++) begin(id);
  for (let id = 5; id >= 1; id--) pending.delete(id);
  await collected();
  expect(ended.filter((call) => call.deref() !== undefined)).toStrictEqual([]);
});

const up = (one: number, other: number): number => one - other;

/** A reference that was made in this turn lasts to its end. */
async function collected(): Promise<void> {
  await sleep(1);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // what the flag brings
}
