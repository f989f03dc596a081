/** Session ids as nobody can guess them (reliability.md, S7). All million of them with FULL=1, a tenth in CI. */
import { expect, test } from "vitest";
import { randomId } from "../../src/cloudflare/random-id.ts";

const DRAWS = process.env.FULL === "1" ? 1_000_000 : 100_000;
const MAX = 2 ** 53;
const BITS = 53;

/** How far counts are from all alike: as many as there are buckets on average. */
function chiSquare(counts: Float64Array): number {
  const expected = DRAWS / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test("S7 session ids lie in 1..2^53, do not repeat, and no bit, octet or pair of neighbours is likelier than another", () => {
  const ids = Float64Array.from({ length: DRAWS }, randomId);
  expect(ids.filter((id) => !Number.isInteger(id) || id < 1 || id > MAX)).toHaveLength(0);

  const octets = Array.from({ length: 6 }, () => new Float64Array(256));
  const top = new Float64Array(32);
  const neighbours = new Float64Array(256);
  const bits = new Float64Array(BITS);
  let last = 0n;
  for (const id of ids) {
    const drawn = BigInt(id - 1);
    for (const [at, counts] of octets.entries()) count(counts, Number((drawn >> BigInt(8 * at)) & 0xffn));
    count(top, Number(drawn >> 48n));
    count(neighbours, Number(((last & 0xfn) << 4n) | (drawn & 0xfn)));
    for (let at = 0; at < BITS; at++) if ((drawn >> BigInt(at)) & 1n) count(bits, at);
    last = drawn;
  }
  // Degrees of freedom and what is exceeded once in about 10^9 runs: 255 and 410, 31 and 95.
  const octet = [...octets, neighbours].map(chiSquare);
  expect(octet.filter((value) => value > 410)).toEqual([]);
  expect(octet.filter((value) => value < 140)).toEqual([]); // too even to be chance
  expect(chiSquare(top)).toBeLessThan(95);
  // Each bit is set half the time, give or take six and a half standard deviations.
  const most = 6.5 * Math.sqrt(DRAWS / 4);
  expect(bits.filter((set) => Math.abs(set - DRAWS / 2) > most)).toHaveLength(0);

  ids.sort();
  expect(ids.filter((id, at) => id === ids[at + 1])).toHaveLength(0);
});

function count(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}
