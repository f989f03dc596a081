/** A pattern table hashes under the key that it is given: whoever does not know it cannot make patterns that look alike. */
import { describe, expect, test } from "vitest";
import { KeyedHash } from "../../src/router/keyed-hash.ts";
import { PatternTable } from "../../src/router/pattern-table.ts";

/** Two texts of one length that share a hash under this key: a birthday among 300,000. */
function pairUnder(key: number): readonly [string, string] {
  const hash = new KeyedHash(key);
  const first = new Map<number, string>();
  for (let at = 0; at < 300_000; at++) {
    const text = (Math.imul(at, 0x9e3779b1) >>> 0).toString(36).padStart(7, "0");
    const other = first.get(hash.of(text));
    if (other !== undefined) return [other, text];
    first.set(hash.of(text), text);
  }
  throw new Error("no two of them do");
}

const [one, other] = pairUnder(7);

/** Whether a table with that key takes the pattern of the one for a candidate when it looks for the other. */
function confuses(key: number, match: "prefix" | "wildcard"): boolean {
  let reads = 0;
  const table = new PatternTable<{ readonly match: "prefix" | "wildcard"; readonly uri: string }>(key);
  const uri = match === "prefix" ? `${one}.` : `${one}..x`;
  table.set({
    match,
    get uri() {
      reads++;
      return uri;
    },
  });
  reads = 0;
  expect(table.matching(`${other}.y.x`)).toStrictEqual([]);
  return reads > 0;
}

describe.each(["prefix", "wildcard"] as const)("a %s", (match) => {
  test("S14 is looked for under the table's own key", () => {
    expect(confuses(7, match)).toBe(true);
  });

  test("S14 is not taken for another under any other key, whichever half of it differs", () => {
    expect([1, 8, 2 ** 40 + 7, 2 ** 53].map((key) => confuses(key, match))).toStrictEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
