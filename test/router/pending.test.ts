/** Calls that have not ended against a map, few and many, as they begin and end. */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Pending } from "../../src/router/pending.ts";

// Mostly beginning first and ending then, so that there are many for a while.
const id = fc.integer({ min: 1, max: 24 });
const step = fc.record({ id, ends: fc.boolean() });
const steps = fc
  .tuple(fc.array(id, { maxLength: 20 }), fc.array(step, { maxLength: 60, size: "max" }), fc.array(id))
  .map(([begin, mixed, end]) => [
    ...begin.map((id) => ({ id, ends: false })),
    ...mixed,
    ...end.map((id) => ({ id, ends: true })),
  ]);

test("DLR-16 what has not ended is found by its id, in the order in which it began, whatever ends around it", () => {
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
        expect(pending.keys()).toStrictEqual([...expected.keys()]);
        expect(pending.values()).toStrictEqual([...expected.values()]);
        for (let each = 0; each <= 25; each++) {
          expect(pending.get(each)).toBe(expected.get(each));
          expect(pending.has(each)).toBe(expected.has(each));
        }
      }
    }),
    { numRuns: 100, seed: 16 },
  );
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

/** A reference that was made in this turn lasts to its end. */
async function collected(): Promise<void> {
  await sleep(1);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // what the flag brings
}
