/** The cells in which rows are found by their hash, against a list of pairs. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Buckets } from "../../src/router/buckets.ts";

function rowsOf(buckets: Buckets, hash: number): number[] {
  const found: number[] = [];
  for (let cell = buckets.first(hash); cell >= 0; cell = buckets.after(hash, cell)) {
    found.push(buckets.row(cell));
  }
  return found.toSorted((a, b) => a - b);
}

// Few, of which some share their low bits, so that they stand in each other's cells; the last ones at the end.
const hash = fc.constantFrom(0, 1, 2, 8, 16, 7, 15, 23, 2 ** 20, -1, -8);
const step = fc.record({
  hash,
  act: fc.constantFrom("add", "add", "add", "remove", "move"),
  at: fc.nat(200),
});

test("S14 a row is found by its hash until it goes, whatever came and went around it", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
      const buckets = new Buckets();
      const pairs: [number, number][] = [];
      let row = 0;
      for (const { act, hash, at } of steps) {
        const there = pairs[at % Math.max(1, pairs.length)];
        if (act === "add" || !there) {
          pairs.push([hash, row]);
          buckets.add(hash, row++);
        } else if (act === "remove") {
          pairs.splice(pairs.indexOf(there), 1);
          buckets.remove(...there);
        } else {
          buckets.move(...there, row);
          there[1] = row++;
        }
        for (const each of [0, 1, 2, 8, 16, 7, 15, 23, 2 ** 20, -1, -8, 3]) {
          const expected = pairs.filter(([of]) => of === each).map(([, row]) => row);
          expected.sort((a, b) => a - b);
          expect(rowsOf(buckets, each)).toStrictEqual(expected);
        }
      }
    }),
    { numRuns: 200, seed: 14 },
  );
});

test("S14 what is not there cannot be removed or moved", () => {
  const buckets = new Buckets();
  buckets.add(5, 0);
  buckets.remove(5, 1);
  buckets.remove(6, 0);
  buckets.move(5, 1, 2);
  expect(rowsOf(buckets, 5)).toStrictEqual([0]);
});
