import { expect, test } from "vitest";
import { newNonce } from "../../src/auth/nonce.ts";

/** S3 asks for 1,000,000. */
const COUNT = process.env.FULL ? 1_000_000 : 100_000;

test(`S3 CRA-10 ${COUNT} nonces: 16 octets of base64 each, no two the same, every bit as often 0 as 1`, () => {
  const seen = new Set<string>();
  const ones = new Array<number>(128).fill(0);
  for (let count = 0; count < COUNT; count++) {
    const nonce = newNonce();
    seen.add(nonce);
    const octets = Buffer.from(nonce, "base64");
    if (octets.length !== 16 || octets.toString("base64") !== nonce) throw new Error(`${nonce} is no nonce`);
    for (const [at, octet] of octets.entries()) {
      for (let bit = 0; bit < 8; bit++) ones[at * 8 + bit] = (ones[at * 8 + bit] ?? 0) + ((octet >> bit) & 1);
    }
  }
  expect(seen.size).toBe(COUNT);
  // Eight standard deviations: once in 10^15 runs by chance.
  const span = 8 * Math.sqrt(COUNT / 4);
  expect(ones.filter((each) => Math.abs(each - COUNT / 2) > span)).toEqual([]);
});
