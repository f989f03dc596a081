import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { equalOctets, fromBase64, hmac, sha256, toBase64, utf8 } from "../../src/auth/encoding.ts";

/** Every length up to 70, of every octet. */
const SAMPLES = Array.from({ length: 71 }, (_, length) =>
  Uint8Array.from({ length }, (_, at) => (at * 37 + length * 11) % 256),
);

test("CRA-04 base64 is what Node writes, and is read back", () => {
  for (const octets of SAMPLES) {
    const node = Buffer.from(octets);
    expect(toBase64(octets)).toBe(node.toString("base64"));
    expect(fromBase64(node.toString("base64"))).toEqual(octets);
  }
});

test.each([
  "A",
  "AA",
  "AAA",
  "AA=",
  "A===",
  "AAAA=",
  "====",
  "AB==",
  "AAB=",
  "AA-_",
  " AAAA",
  "AAAA\n",
  "AAAA AAAA",
  "é",
  "AA==AAAA",
])("SCR-02 %j is not the base64 of anything", (text) => {
  expect(fromBase64(text)).toBeUndefined();
});

test("AUT-13 octets are equal only if all of them are", () => {
  for (const octets of SAMPLES) {
    expect(equalOctets(octets, octets.slice())).toBe(true);
    for (const at of octets.keys()) {
      for (const bit of [1, 16, 128]) {
        expect(equalOctets(octets, octets.with(at, (octets[at] ?? 0) ^ bit))).toBe(false);
      }
    }
    expect(equalOctets(octets, new Uint8Array([...octets, 0]))).toBe(false);
    expect(equalOctets(new Uint8Array([...octets, 0]), octets)).toBe(false);
  }
});

test("SCR-08 SHA-256 and HMAC are Node's, of keys shorter and longer than a block", async () => {
  for (const octets of SAMPLES.slice(1)) {
    expect(hex(await sha256(octets))).toBe(createHash("sha256").update(octets).digest("hex"));
    expect(hex(await hmac(octets, utf8("日本")))).toBe(
      createHmac("sha256", octets).update("日本").digest("hex"),
    );
  }
});

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}
