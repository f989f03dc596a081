/** Ed25519 where it runs: workerd takes keys of small order and throws for short signatures, which Node does not. */
import { expect, test } from "vitest";
import { SigningKey, verify } from "../../src/auth/ed25519.ts";
import { hexOf, octetsOfHex } from "../../src/auth/hex.ts";

const octets = (hex: string) => octetsOfHex(hex, hex.length / 2) ?? new Uint8Array();

const SMALL_ORDER = [
  "00".repeat(32),
  `01${"00".repeat(31)}`,
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  `ec${"ff".repeat(30)}7f`,
  `ed${"ff".repeat(30)}7f`,
  `ee${"ff".repeat(30)}7f`,
].flatMap((key) => [
  key,
  key.replace(/..$/, (high) => hexOf(Uint8Array.of(Number.parseInt(high, 16) | 0x80))),
]);

test("CRY-06 in workerd nothing verifies by a key of small order, which its Web Crypto would let pass", async () => {
  const accepted: string[] = [];
  let passed = 0;
  for (const key of SMALL_ORDER) {
    for (const r of SMALL_ORDER) {
      const [publicKey, signature, message] = [
        octets(key),
        octets(r + "00".repeat(32)),
        octets("ab".repeat(32)),
      ];
      if (await verify({ publicKey, signature, message })) accepted.push(key);
      const imported = await crypto.subtle
        .importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"])
        .catch(() => undefined);
      if (imported && (await crypto.subtle.verify("Ed25519", imported, signature, message))) passed++;
    }
  }
  expect(accepted).toEqual([]);
  expect(passed).toBeGreaterThan(0); // or the check is not needed any more
});

test("CRY-06 CRY-15 in workerd the vector verifies, and other lengths are false without a throw", async () => {
  const key = await SigningKey.fromSeed("4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510");
  expect(key.publicKey).toBe("1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d");
  const message = octets("ff".repeat(32));
  const signature = await key.sign(message);
  expect(hexOf(signature)).toBe(
    "b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03",
  );
  const publicKey = octets(key.publicKey);
  expect(await verify({ publicKey, signature, message })).toBe(true);
  for (const length of [0, 1, 31]) {
    expect(await verify({ publicKey, signature: signature.slice(0, 2 * length), message })).toBe(false);
    expect(await verify({ publicKey: publicKey.slice(0, length), signature, message })).toBe(false);
  }
  expect(await verify({ publicKey: octets("02".padEnd(64, "0")), signature, message })).toBe(false);
});
