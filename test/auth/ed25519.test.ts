import { expect, test } from "vitest";
import { isSmallOrder, SigningKey, verify } from "../../src/auth/ed25519.ts";
import { hexOf, octetsOfHex } from "../../src/auth/hex.ts";
import { Key } from "./key.ts";

// A slow Ed25519 of our own, to know which points there are: x and y modulo P.
const P = 2n ** 255n - 19n;
const modulo = (n: bigint): bigint => ((n % P) + P) % P;
const power = (base: bigint, exponent: bigint): bigint => {
  let [result, square] = [1n, modulo(base)];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
};
const inverse = (n: bigint): bigint => power(n, P - 2n);
const D = modulo(-121665n * inverse(121666n));

interface Point {
  readonly x: bigint;
  readonly y: bigint;
}

function add(a: Point, b: Point): Point {
  const product = modulo(D * a.x * b.x * a.y * b.y);
  return {
    x: modulo((a.x * b.y + b.x * a.y) * inverse(1n + product)),
    y: modulo((a.y * b.y + a.x * b.x) * inverse(1n - product)),
  };
}

/** The point of a key, its sign left aside; undefined where there is none. */
function decode(hex: string): Point | undefined {
  const octets = Buffer.from(hex, "hex").reverse();
  octets[0] = (octets[0] ?? 0) & 0x7f;
  const y = modulo(BigInt(`0x${octets.toString("hex")}`));
  const square = modulo((y * y - 1n) * inverse(D * y * y + 1n));
  const root = power(square, (P + 3n) / 8n);
  for (const x of [root, modulo(root * power(2n, (P - 1n) / 4n))]) {
    if (modulo(x * x) === square) return { x, y };
  }
  return undefined;
}

function isTorsion(hex: string): boolean {
  const point = decode(hex);
  if (!point) return false;
  const [two] = [add(point, point)];
  const four = add(two, two);
  const eight = add(four, four);
  return eight.x === 0n && eight.y === 1n;
}

function encode(y: bigint, sign: 0 | 1): string {
  const octets = Buffer.from((y | (BigInt(sign) << 255n)).toString(16).padStart(64, "0"), "hex");
  return octets.reverse().toString("hex");
}

/** Every way to write a y of the eight points of small order: those below 19 have a second one. */
function smallOrderKeys(): string[] {
  const eighth = decode("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  if (!eighth) throw new Error("no such point");
  const ys = new Set<bigint>();
  for (let [point, n] = [eighth, 0]; n < 8; n++) {
    ys.add(point.y);
    point = add(point, eighth);
  }
  const written = [...ys].flatMap((y) => (y + P < 2n ** 255n ? [y, y + P] : [y]));
  return written.flatMap((y) => [encode(y, 0), encode(y, 1)]);
}

const octets = (hex: string) => {
  const read = octetsOfHex(hex, hex.length / 2);
  if (!read) throw new Error("not hex");
  return read;
};

test("CRY-06 every key of small order is known as one, however it is written, and no other key is", () => {
  const keys = smallOrderKeys();
  expect(new Set(keys).size).toBe(14);
  expect(keys.filter((key) => !isTorsion(key))).toEqual([]);
  expect(keys.filter((key) => !isSmallOrder(octets(key)))).toEqual([]);
  const honest = Array.from({ length: 200 }, () => new Key().publicKey);
  expect(honest.filter((key) => isSmallOrder(octets(key)))).toEqual([]);
  const near = keys.map((key) =>
    key.replace(/^../, (low) => ((Number.parseInt(low, 16) ^ 0x40) & 0xff).toString(16).padStart(2, "0")),
  );
  expect(near.filter((key) => isSmallOrder(octets(key)))).toEqual([]);
});

test("CRY-06 nothing verifies by a key of small order, whatever is signed", async () => {
  const accepted: string[] = [];
  for (const key of smallOrderKeys()) {
    // R a point of small order and S zero, which satisfies the equation for one message in a few.
    for (const r of smallOrderKeys()) {
      for (const message of ["00", "01", "02", "03"]) {
        const signature = octets(r + "00".repeat(32));
        if (await verify({ publicKey: octets(key), signature, message: octets(message) })) accepted.push(key);
      }
    }
  }
  expect(accepted).toEqual([]);
});

test("CRY-06 keys and signatures of other lengths, and octets that are no key, verify nothing and throw nothing", async () => {
  const key = new Key();
  const message = octets("ff".repeat(32));
  const right = octets(key.sign(Buffer.from(message)));
  const publicKey = octets(key.publicKey);
  expect(await verify({ publicKey, signature: right, message })).toBe(true);
  const outcomes: unknown[] = [];
  for (const length of [0, 1, 31, 33, 63, 64]) {
    outcomes.push(await verify({ publicKey: new Uint8Array(length), signature: right, message }));
  }
  for (const length of [0, 1, 32, 63, 65, 96, 128]) {
    const signature = new Uint8Array(length);
    signature.set(right.subarray(0, length));
    outcomes.push(await verify({ publicKey, signature, message }));
  }
  for (let first = 0; first < 256; first++) {
    const odd = new Uint8Array(32).fill(first, 1);
    odd[0] = first ^ 0x5a;
    outcomes.push(await verify({ publicKey: odd, signature: right, message }));
  }
  expect(outcomes).toHaveLength(6 + 7 + 256);
  expect(new Set(outcomes)).toEqual(new Set([false]));
});

test("CRY-12 the router's key signs as Node's does, and tells its public key", async () => {
  const seed = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
  const key = await SigningKey.fromSeed(seed);
  expect(key.publicKey).toBe(new Key(seed).publicKey);
  expect(hexOf(await key.sign(octets("abcd")))).toBe(new Key(seed).sign(Buffer.from("abcd", "hex")));
  expect(
    await verify({
      publicKey: octets(key.publicKey),
      signature: await key.sign(octets("00")),
      message: octets("00"),
    }),
  ).toBe(true);
});

test.each(["", "00".repeat(31), "00".repeat(33), `${"00".repeat(31)}0g`, "canary-secret"])(
  "S15 a router's key that is none (%j) is refused in a text that does not hold it",
  async (seed) => {
    await expect(SigningKey.fromSeed(seed)).rejects.toThrow(/^an Ed25519 private key must be 64 hex digits$/);
  },
);

test("CRY-08 hex of either case is read, lower case is written, and nothing else is hex", () => {
  expect(octetsOfHex("00aBFf", 3)).toEqual(Uint8Array.of(0, 0xab, 0xff));
  expect(hexOf(Uint8Array.of(0, 0xab, 0xff))).toBe("00abff");
  const bad = [
    "00a",
    "00aBF",
    "00aBFf0",
    "00aBFg",
    "00aB f",
    "0x0aBF",
    "00aB\n0",
    "００aB",
    "-1aBFf",
    null,
    undefined,
    1,
    ["00aBFf"],
    { length: 6 },
  ];
  expect(bad.map((text) => octetsOfHex(text, 3))).toEqual(bad.map(() => undefined));
  expect(octetsOfHex("", 0)).toEqual(new Uint8Array());
});
