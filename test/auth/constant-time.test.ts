/** Comparison of secrets, and the secrets themselves. */
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { sameOctets, sameText } from "../../src/auth/constant-time.ts";
import { digestOf, enough, newSecret } from "../../src/auth/secret.ts";

const TEXTS = ["", "a", "b", "ab", "ba", "a\0", "\0", "A", "é", "e\u0301", "\u{1f511}", "x".repeat(100_000)];

test("AUT-13 texts are the same only if all of them is", async () => {
  for (const one of TEXTS) {
    for (const other of TEXTS) expect(await sameText(one, other)).toBe(one === other);
  }
});

test("AUT-13 what is no Unicode text is the same as nothing, neither as what it would be written as", async () => {
  expect(await sameText("\ud800", "\ud800")).toBe(false);
  expect(await sameText("\ud800", "\ufffd")).toBe(false);
  expect(await sameText("\ufffd", "\udc00")).toBe(false);
  expect(await sameText("\ufffd", "\ufffd")).toBe(true);
});

test("AUT-13 octets are the same only if each of them is, wherever they differ", async () => {
  const octets = crypto.getRandomValues(new Uint8Array(64));
  expect(await sameOctets(octets, octets.slice())).toBe(true);
  for (let at = 0; at < octets.length; at++) {
    const other = octets.with(at, (octets[at] ?? 0) ^ 1);
    expect(await sameOctets(octets, other)).toBe(false);
    expect(await sameOctets(octets.slice(0, at), octets)).toBe(false);
  }
});

test("TCK-03 a secret has 256 random bits, of which every one differs from secret to secret", () => {
  const secrets = Array.from({ length: 1_000 }, newSecret);
  expect(new Set(secrets).size).toBe(1_000);
  for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  const octets = secrets.map((secret) => Buffer.from(secret, "base64url"));
  expect(new Set(octets.map(({ length }) => length))).toEqual(new Set([32]));
  for (let bit = 0; bit < 256; bit++) {
    const ones = octets.filter((each) => ((each[bit >> 3] ?? 0) >> (bit & 7)) & 1).length;
    // 8 standard deviations: once in 10^13 runs by chance.
    expect(Math.abs(ones - 500)).toBeLessThan(127);
  }
});

test("TCK-03 the digest of a ticket is SHA-256 of its UTF-8 octets, in base64", async () => {
  for (const text of TEXTS) {
    expect(await digestOf(text)).toBe(createHash("sha256").update(text).digest("base64"));
  }
  expect(await digestOf("abc")).toBe("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
});

test.each([
  [true, "43 characters of base64url", "Wb0pT1n1nFAbt9bzUV7dXtKhgvpUAdZDQuqcC4CoRvM"],
  [true, "32 digits of hex", "9f86d081884c7d659a2feaa0c55ad015"],
  [true, "a UUID", "0b7c64f5-3e0a-4d2b-9c58-1f6a7e8d9b23"],
  [true, "22 characters of base64", "mN3kY7sQxT0vLr5eWc9ZaB"],
  [false, "nothing", ""],
  [false, "a name", "sensor-1"],
  [false, "a short password", "Tr0ub4dor&3"],
  [false, "three words", "correct-horse-battery"],
  [false, "one character many times", "a".repeat(1_000)],
  [false, "many digits of a few kinds", "1212121212121212121212121212121212121212"],
  [false, "what is no Unicode text", `Wb0pT1n1nFAbt9bzUV7dXtKhgvpUAdZDQuqcC4CoRv\ud800`],
])("TCK-03 enough for a ticket is %s: %s", (is, _, ticket) => {
  expect(enough(ticket)).toBe(is);
});

test("TCK-03 every secret made here is enough", () => {
  for (let count = 0; count < 1_000; count++) expect(enough(newSecret())).toBe(true);
});
