import { describe, expect, test } from "vitest";
import { Cryptosign } from "../../src/auth/cryptosign.ts";
import type { Challenge, Verdict } from "../../src/auth/method.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { attempt, DENIED, signIn } from "./attempt.ts";
import { known, MemoryBook } from "./book.ts";
import { Key } from "./key.ts";

const SEED = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const ALL_ONES = "ff".repeat(32);
const CHANNEL = "62e935ae755f3d48f80d4d59f6121358c435722a67e859cc0caa8b539027f2ff";
const HEX32 = expect.stringMatching(/^[0-9a-f]{64}$/);

const alice = new Key(SEED);
const bob = new Key();

const ofAlice = known("alice", { method: "cryptosign", publicKeys: [alice.publicKey] });
const ofBob = known(
  "bob",
  { method: "cryptosign", publicKeys: ["11".repeat(32), bob.publicKey] },
  { authrole: "admin", authprovider: "device", authextra: { floor: 3 } },
);
const ALICE = { principal: { authid: "alice", authrole: "user", authprovider: "static" } };
const BOB = {
  principal: { authid: "bob", authrole: "admin", authprovider: "device", authextra: { floor: 3 } },
};

function method(routerSeed?: string): Cryptosign {
  return new Cryptosign({ book: new MemoryBook(ofAlice, ofBob), ...(routerSeed && { routerSeed }) });
}

/** The platform's randomness, as a test would have it. */
function fixed(challenge: string): Cryptosign {
  const random = () => new Uint8Array(Buffer.from(challenge, "hex"));
  return new Cryptosign({ book: new MemoryBook(ofAlice), random });
}

type Extra = Readonly<Record<string, unknown>>;
interface Asking {
  readonly authid?: unknown;
  readonly authextra?: unknown;
  readonly channels?: Readonly<Record<string, string>>;
  readonly realm?: string;
}

function asking({ authid, authextra, channels, realm }: Asking) {
  return signIn({
    ...(realm && { realm }),
    origin: { ...(channels && { channels }) },
    hello: { ...(authid !== undefined && { authid }), ...(authextra !== undefined && { authextra }) },
  });
}

async function challengeOf(from: Cryptosign, given: Asking): Promise<Challenge> {
  const verdict = await from.challenge(asking(given));
  if (!("challenge" in verdict)) throw new Error("no challenge");
  return structuredClone(verdict.challenge); // as it survives sleep
}

/** What HELLO without an answer comes to. */
async function refusedHello(from: Cryptosign, given: Asking): Promise<unknown> {
  try {
    return await from.challenge(asking(given));
  } catch (error) {
    return error instanceof Refusal ? { reason: error.reason, text: error.message } : error;
  }
}

async function judge(
  from: Cryptosign,
  given: Asking,
  { expects, signature }: { expects: Extra; signature: unknown },
): Promise<unknown> {
  // The wire lets only text through; some tests do not.
  const answer = { type: "AUTHENTICATE", signature: signature as string, extra: {} } as const;
  try {
    return await from.verify(asking(given), expects, answer);
  } catch (error) {
    return error instanceof Refusal ? { reason: error.reason, text: error.message } : { fault: error };
  }
}

/** HELLO, CHALLENGE and the answer of `key` to it. */
async function sign(
  key: Key,
  given: Asking,
  { channel, from = method() }: { channel?: string; from?: Cryptosign } = {},
) {
  const { extra, expects } = await challengeOf(from, given);
  return judge(from, given, { expects, signature: key.answer(String(extra.challenge), channel) });
}

test("CRY-01 whoever signs with its key is in, and WELCOME tells the name, the role and what is told besides", async () => {
  expect(method().name).toBe("cryptosign");
  expect(await sign(alice, { authid: "alice", authextra: { pubkey: alice.publicKey } })).toEqual(ALICE);
  expect(await sign(bob, { authid: "bob", authextra: { pubkey: bob.publicKey } })).toEqual(BOB);
});

test("CRY-01 null in an optional member of authextra is the same as nothing, and what is unknown is let be", async () => {
  const nothing = { channel_binding: null, challenge: null, trustroot: null };
  const unknown = { activation_code: null, x_y: [1, { z: 2 }], toString: "0", hasOwnProperty: 1 };
  for (const rest of [nothing, unknown, { ...nothing, ...unknown }]) {
    const { extra, expects } = await challengeOf(method(SEED.replace("4d", "4e")), {
      authextra: { pubkey: alice.publicKey, ...rest },
    });
    expect(extra).toEqual({ challenge: HEX32 });
    expect(expects).toEqual({ pubkey: alice.publicKey, message: extra.challenge });
  }
});

test("AUT-01 it is offered only where somebody could sign in by it", () => {
  expect(method().offered()).toBe(true);
  expect(new Cryptosign({ book: new MemoryBook() }).offered()).toBe(false);
});

const BAD_KEYS: readonly unknown[] = [
  undefined,
  null,
  "",
  "00",
  alice.publicKey.slice(1),
  alice.publicKey.slice(2),
  `${alice.publicKey}0`,
  `${alice.publicKey}00`,
  ` ${alice.publicKey}`,
  `0x${alice.publicKey}`,
  `0x${alice.publicKey.slice(2)}`,
  `${alice.publicKey.slice(1)}g`,
  `${alice.publicKey.slice(1)}\n`,
  Buffer.from(alice.publicKey, "hex").toString("base64"),
  Buffer.from(alice.publicKey, "hex"),
  0,
  1e63,
  true,
  [alice.publicKey],
  { 0: alice.publicKey },
  { toString: () => alice.publicKey },
];

test("CRY-01 a public key that is missing or is not 64 hex digits is refused in words that say so", async () => {
  const missing =
    "HELLO.Details.authextra.pubkey is missing: it must be your Ed25519 public key in 64 hex digits";
  const malformed = "HELLO.Details.authextra.pubkey must be 32 octets in 64 hex digits";
  for (const pubkey of BAD_KEYS) {
    const text = pubkey === undefined || pubkey === null ? missing : malformed;
    const refused = { reason: "wamp.error.authentication_failed", text };
    expect(await refusedHello(method(), { authid: "alice", authextra: { pubkey } })).toEqual(refused);
  }
  const refused = { reason: "wamp.error.authentication_failed", text: missing };
  expect(await refusedHello(method(), { authid: "alice" })).toEqual(refused);
  expect(await refusedHello(method(), { authid: "alice", authextra: {} })).toEqual(refused);
  const inherited = Object.create({ pubkey: alice.publicKey });
  expect(await refusedHello(method(), { authid: "alice", authextra: inherited })).toEqual(refused);
});

test("CRY-02 without an authid the key says who it is; with two principals of one key the client must", async () => {
  expect(await sign(alice, { authextra: { pubkey: alice.publicKey } })).toEqual(ALICE);
  expect(await sign(bob, { authid: "", authextra: { pubkey: bob.publicKey } })).toEqual(BOB);
  const twin = known("twin", { method: "cryptosign", publicKeys: [alice.publicKey] });
  const from = new Cryptosign({ book: new MemoryBook(ofAlice, twin) });
  const authextra = { pubkey: alice.publicKey };
  expect(await sign(alice, { authextra }, { from })).toEqual({
    reason: "wamp.error.authentication_denied",
    text: "several principals have this key: say which one you are by HELLO.Details.authid",
  });
  expect(await sign(alice, { authid: "twin", authextra }, { from })).toEqual({
    principal: { authid: "twin", authrole: "user", authprovider: "static" },
  });
  // Only who holds the key learns that it is shared.
  expect(await sign(bob, { authextra }, { from })).toEqual(DENIED);
});

test("CRY-02 a name means one principal: the key of another of that name does not open it", async () => {
  const shadowed = known(
    "alice",
    { method: "cryptosign", publicKeys: [bob.publicKey] },
    { authrole: "admin" },
  );
  const from = new Cryptosign({ book: new MemoryBook(ofAlice, shadowed) });
  expect(await sign(bob, { authextra: { pubkey: bob.publicKey } }, { from })).toEqual(DENIED);
  expect(await sign(alice, { authextra: { pubkey: alice.publicKey } }, { from })).toEqual(ALICE);
});

describe("CRY-03 AUT-08", () => {
  const stranger = new Key();
  const cases: readonly [who: string, signer: Key, given: Asking][] = [
    ["nobody's key, signed by its owner", stranger, { authextra: { pubkey: stranger.publicKey } }],
    [
      "nobody's key for a name that there is",
      stranger,
      { authid: "alice", authextra: { pubkey: stranger.publicKey } },
    ],
    [
      "nobody's key for a name that there is not",
      stranger,
      { authid: "eve", authextra: { pubkey: stranger.publicKey } },
    ],
    ["somebody's key for another's name", bob, { authid: "alice", authextra: { pubkey: bob.publicKey } }],
    [
      "somebody's key for a name that there is not",
      bob,
      { authid: "eve", authextra: { pubkey: bob.publicKey } },
    ],
    [
      "somebody's key, signed by another",
      stranger,
      { authid: "alice", authextra: { pubkey: alice.publicKey } },
    ],
    ["somebody's key alone, signed by another", stranger, { authextra: { pubkey: alice.publicKey } }],
    ["a name in other letters", alice, { authid: "Alice", authextra: { pubkey: alice.publicKey } }],
  ];

  test.each(cases)(
    "CRY-03 %s is challenged like anybody and denied like anybody",
    async (_, signer, given) => {
      const { extra } = await challengeOf(method(), given);
      expect(extra).toEqual({ challenge: HEX32 });
      expect(await sign(signer, given)).toEqual(DENIED);
    },
  );

  test("AUT-08 nobody is looked up before the client has shown that it holds its key", async () => {
    const book = new MemoryBook(ofAlice);
    const from = new Cryptosign({ book });
    const given = { authid: "alice", authextra: { pubkey: alice.publicKey } };
    const { extra, expects } = await challengeOf(from, given);
    await judge(from, given, { expects, signature: stranger.answer(String(extra.challenge)) });
    expect(book.asked).toEqual([]);
    await judge(from, given, { expects, signature: alice.answer(String(extra.challenge)) });
    expect(book.asked).toEqual([["find", "cryptosign", "alice"]]);
  });
});

test("CRY-04 S3 a challenge is 32 octets that were never sent before, and says nothing of a binding that is not", async () => {
  const from = method();
  const asked = asking({ authextra: { pubkey: alice.publicKey } });
  const nonces = process.env.FULL === "1" ? 1_000_000 : 20_000;
  const seen = new Set<unknown>();
  let malformed = 0;
  for (let n = 0; n < nonces; n++) {
    const verdict = await from.challenge(asked);
    const extra: Extra = "challenge" in verdict ? verdict.challenge.extra : {};
    if (!/^\{"challenge":"[0-9a-f]{64}"\}$/.test(JSON.stringify(extra))) malformed++;
    seen.add(extra.challenge);
  }
  expect({ malformed, different: seen.size }).toEqual({ malformed: 0, different: nonces });
});

/** A right answer to `challenge`, spoiled in every way. */
function spoiled(challenge: string): unknown[] {
  const right = alice.answer(challenge);
  const [signature, message] = [right.slice(0, 128), right.slice(128)];
  const other = "ab".repeat(32);
  const flips = Array.from({ length: 96 }, (_, at) => {
    const octets = Buffer.from(right, "hex");
    octets[at] = (octets[at] ?? 0) ^ (1 << (at % 8));
    return octets.toString("hex");
  });
  const lengths = [0, 1, 2, 64, 126, 127, 128, 129, 130, 190, 191].map((length) => right.slice(0, length));
  const longer = [`${right}0`, `${right}00`, `00${right}`, right + right, right + message];
  const swapped = [message + signature, signature.slice(64) + signature.slice(0, 64) + message];
  const replayed = [
    alice.answer(other), // genuine, but of another message
    alice.sign(Buffer.from(other, "hex")) + message,
    signature + other,
    bob.answer(challenge),
    alice.sign(Buffer.from(message, "utf8")) + message, // the digits signed in place of the octets
    alice.sign("") + message,
    `${"00".repeat(64)}${message}`,
    `01${"00".repeat(63)}${message}`,
    `${alice.publicKey}${"00".repeat(32)}${message}`,
    "00".repeat(96),
    ALL_ONES.repeat(3),
  ];
  const malformed = [
    ` ${right}`,
    `${right} `,
    `${right.slice(0, -1)}g`,
    `0x${right.slice(2)}`,
    `0x${right}`,
    right.replace(/./, "\u0000"),
    right.replace(/../, "é"),
    Buffer.from(right, "hex").toString("base64"),
    right.split("").reverse().join(""),
    JSON.stringify(right),
  ];
  const confused = [
    null,
    undefined,
    0,
    96,
    true,
    [],
    {},
    [right],
    { length: 192 },
    Buffer.from(right, "hex"),
  ];
  return [...flips, ...lengths, ...longer, ...swapped, ...replayed, ...malformed, ...confused];
}

test("S1 whatever is not the signature of this challenge by this key is denied, and nothing is thrown but the denial", async () => {
  let cases = 0;
  const wrong: unknown[] = [];
  for (const given of [
    { authid: "alice", authextra: { pubkey: alice.publicKey } },
    { authextra: { pubkey: alice.publicKey } },
    {
      authid: "alice",
      authextra: { pubkey: alice.publicKey, channel_binding: "tls-exporter" },
      channels: { "tls-exporter": CHANNEL },
    },
    { authid: "alice", authextra: { pubkey: bob.publicKey } },
    { authid: "nobody", authextra: { pubkey: alice.publicKey } },
  ]) {
    const from = method();
    const { extra, expects } = await challengeOf(from, given);
    const bound = Buffer.from(String(expects.message), "hex").toString("hex");
    // Among them are genuine answers to the unbound challenge, which a bound one must not take.
    const answers = [
      ...spoiled(bound),
      ...("channels" in given ? [alice.answer(String(extra.challenge))] : []),
    ];
    for (const signature of answers) {
      cases++;
      const outcome = await judge(from, given, { expects, signature });
      if (JSON.stringify(outcome) !== JSON.stringify(DENIED)) wrong.push({ given, signature, outcome });
    }
  }
  expect(wrong).toEqual([]);
  expect(cases).toBeGreaterThan(700);
});

test("S1 type-confused names are found nowhere, and what a challenge expects cannot be left out", async () => {
  const { extra, expects } = await challengeOf(method(), { authextra: { pubkey: alice.publicKey } });
  const signature = alice.answer(String(extra.challenge));
  const given = { authid: "alice", authextra: { pubkey: alice.publicKey } };
  expect(await judge(method(), given, { expects, signature })).toEqual(ALICE);
  const holes = [
    {},
    { ...expects, message: undefined },
    { ...expects, pubkey: null },
    { pubkey: "", message: "" },
  ];
  for (const hole of holes)
    expect(await judge(method(), given, { expects: hole, signature })).toEqual(DENIED);
  for (const authid of ["__proto__", "constructor", "toString", "alice ", "alice\u0000", "%61lice", "*"]) {
    expect(await judge(method(), { ...given, authid }, { expects, signature })).toEqual(DENIED);
  }
});

test("S3 no answer is taken a second time, not by this socket's next challenge, another socket's or another realm's", async () => {
  const from = method();
  const other = new Cryptosign({ book: new MemoryBook(ofAlice) });
  const given = { authid: "alice", authextra: { pubkey: alice.publicKey } };
  const nonces = process.env.FULL === "1" ? 10_000 : 1_500;
  let [admitted, replayed] = [0, 0];
  let previous: string | undefined;
  for (let n = 0; n < nonces; n++) {
    const { extra, expects } = await challengeOf(from, given);
    const signature = alice.answer(String(extra.challenge));
    if (previous !== undefined) {
      const again = await judge(from, given, { expects, signature: previous });
      const elsewhere = await challengeOf(other, { ...given, realm: "realm2" });
      const there = await judge(
        other,
        { ...given, realm: "realm2" },
        { expects: elsewhere.expects, signature: previous },
      );
      for (const outcome of [again, there])
        if (JSON.stringify(outcome) !== JSON.stringify(DENIED)) replayed++;
    }
    if (JSON.stringify(await judge(from, given, { expects, signature })) === JSON.stringify(ALICE))
      admitted++;
    previous = signature;
  }
  expect({ admitted, replayed }).toEqual({ admitted: nonces, replayed: 0 });
});

test("CRY-08 hex is read in either case, and what the router writes is lower case", async () => {
  const upper = alice.publicKey.toUpperCase();
  for (const authid of ["alice", undefined]) {
    const given = { authid, authextra: { pubkey: upper, challenge: "AB".repeat(32) } };
    const from = method("00".repeat(32));
    const { extra, expects } = await challengeOf(from, given);
    expect(extra).toEqual({
      challenge: HEX32,
      signature: expect.stringMatching(/^[0-9a-f]{192}$/),
      pubkey: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const signature = alice.answer(String(extra.challenge));
    expect(await judge(from, given, { expects, signature: signature.toUpperCase() })).toEqual(ALICE);
    expect(await judge(from, given, { expects, signature })).toEqual(ALICE);
  }
});

test.each<[type: unknown]>([
  ["tls-server-end-point"],
  ["TLS-UNIQUE"],
  ["tls-unique "],
  [""],
  ["none"],
  ["constructor"],
  [1],
  [0],
  [false],
  [true],
  [{}],
  [[]],
  [["tls-unique"]],
])("CRY-09 the channel binding %j is refused", async (channel_binding) => {
  const channels = { "tls-unique": CHANNEL, "tls-exporter": CHANNEL, "": CHANNEL, none: CHANNEL };
  expect(
    await refusedHello(method(), { authextra: { pubkey: alice.publicKey, channel_binding }, channels }),
  ).toEqual({
    reason: "wamp.error.authentication_failed",
    text: "HELLO.Details.authextra.channel_binding must be one of tls-unique, tls-exporter, or null",
  });
});

test.each(["tls-unique", "tls-exporter"])(
  "CRY-07 CRY-10 %s is used and echoed where the platform has it, and where not neither",
  async (channel_binding) => {
    const authextra = { pubkey: alice.publicKey, channel_binding };
    const channels = { [channel_binding]: CHANNEL };
    const has = { authid: "alice", authextra, channels };
    const { extra } = await challengeOf(method(), has);
    expect(extra).toEqual({ challenge: HEX32, channel_binding });
    expect(await sign(alice, has, { channel: CHANNEL })).toEqual(ALICE);
    expect(await sign(alice, has)).toEqual(DENIED);
    expect(await sign(alice, has, { channel: "12".repeat(32) })).toEqual(DENIED);
    const other = channel_binding === "tls-unique" ? "tls-exporter" : "tls-unique";
    for (const lacks of [undefined, {}, { [other]: CHANNEL }, { [channel_binding]: "abcd" }]) {
      const given = { authid: "alice", authextra, ...(lacks && { channels: lacks }) };
      expect((await challengeOf(method(), given)).extra).toEqual({ challenge: HEX32 });
      expect(await sign(alice, given)).toEqual(ALICE);
      expect(await sign(alice, given, { channel: CHANNEL })).toEqual(DENIED);
    }
  },
);

test("CRY-10 a channel that nobody asked to be bound to is not used", async () => {
  const given = {
    authid: "alice",
    authextra: { pubkey: alice.publicKey },
    channels: { "tls-unique": CHANNEL },
  };
  expect((await challengeOf(method(), given)).extra).toEqual({ challenge: HEX32 });
  expect(await sign(alice, given)).toEqual(ALICE);
});

test("S2 an answer to a bound challenge is worth nothing on a channel of another id", async () => {
  const random = () => new Uint8Array(32).fill(255);
  const from = new Cryptosign({ book: new MemoryBook(ofAlice), random });
  const authextra = { pubkey: alice.publicKey, channel_binding: "tls-exporter" };
  const signature = alice.answer(ALL_ONES, CHANNEL);
  const outcomes: unknown[] = [];
  for (let n = 0; n < 200; n++) {
    const id = n === 0 ? CHANNEL : CHANNEL.replace(/^..../, (0x1000 + n).toString(16));
    const given = { authid: "alice", authextra, channels: { "tls-exporter": id } };
    const { expects } = await challengeOf(from, given);
    outcomes.push(await judge(from, given, { expects, signature }));
  }
  expect(outcomes).toEqual([ALICE, ...Array.from({ length: 199 }, () => DENIED)]);
});

test("CRY-12 a client that sends a challenge is shown who the router is, if the router has a key", async () => {
  const router = new Key("33".repeat(32));
  const challenge = "c0".repeat(32);
  const authextra = { pubkey: alice.publicKey, challenge };
  const from = method("33".repeat(32));
  expect((await challengeOf(from, { authextra })).extra).toEqual({
    challenge: HEX32,
    signature: router.answer(challenge),
    pubkey: router.publicKey,
  });
  const bound = {
    authextra: { ...authextra, channel_binding: "tls-unique" },
    channels: { "tls-unique": CHANNEL },
  };
  expect((await challengeOf(from, bound)).extra).toEqual({
    challenge: HEX32,
    channel_binding: "tls-unique",
    signature: router.answer(challenge, CHANNEL),
    pubkey: router.publicKey,
  });
  expect((await challengeOf(from, { authextra: { pubkey: alice.publicKey } })).extra).toEqual({
    challenge: HEX32,
  });
  expect((await challengeOf(method(), { authextra })).extra).toEqual({ challenge: HEX32 });
});

test.each<[challenge: unknown]>([
  [""],
  ["00"],
  [`${"00".repeat(31)}0`],
  ["zz".repeat(32)],
  [7],
  [["00".repeat(32)]],
])(
  "CRY-12 a client's challenge that is not 64 hex digits (%j) is refused, whether or not the router has a key",
  async (challenge) => {
    for (const from of [method(), method("33".repeat(32))]) {
      expect(await refusedHello(from, { authextra: { pubkey: alice.publicKey, challenge } })).toEqual({
        reason: "wamp.error.authentication_failed",
        text: "HELLO.Details.authextra.challenge must be 32 octets in 64 hex digits",
      });
    }
  },
);

test("CRY-12 the router's own key signs nobody in, since its signature is to be had for the asking", async () => {
  const router = new Key("33".repeat(32));
  const mirror = known("mirror", { method: "cryptosign", publicKeys: [router.publicKey] });
  const book = new MemoryBook(ofAlice, mirror);
  const from = new Cryptosign({ book, routerSeed: "33".repeat(32) });
  for (const authid of ["mirror", undefined]) {
    const given = { authid, authextra: { pubkey: router.publicKey } };
    const asked = await challengeOf(from, given);
    // A second connection has the router sign what the first one was asked to.
    const reflected = await challengeOf(from, {
      authextra: { pubkey: alice.publicKey, challenge: asked.extra.challenge },
    });
    const outcome = await judge(from, given, {
      expects: asked.expects,
      signature: reflected.extra.signature,
    });
    expect(outcome).toEqual(DENIED);
    // Without a router's key it is a key like any other.
    expect(await sign(router, given, { from: new Cryptosign({ book }) })).toMatchObject({
      principal: { authid: "mirror" },
    });
  }
});

test.each(["", "33", "33".repeat(33), "zz".repeat(32)])(
  "CRY-12 a router's key that is none (%j) is said so at once, without saying what it is",
  (routerSeed) => {
    expect(() => new Cryptosign({ book: new MemoryBook(), routerSeed })).toThrow(
      /^the router's cryptosign key must be 64 hex digits: an Ed25519 private key$/,
    );
  },
);

test("CRY-13 neither a trustroot nor certificates grant anything", async () => {
  const stranger = new Key();
  for (const rest of [
    { trustroot: "0xf766Dc789CF04CD18aE75af2c5fAf2DA6650Ff57" },
    { trustroot: alice.publicKey, certificates: [[{ domain: {} }, "00".repeat(65)]] },
    { certificates: [alice.publicKey], reservation: { authid: "alice" } },
  ]) {
    const given = { authid: "alice", authextra: { pubkey: stranger.publicKey, ...rest } };
    expect((await challengeOf(method(), given)).extra).toEqual({ challenge: HEX32 });
    expect(await sign(stranger, given)).toEqual(DENIED);
  }
});

test("CRY-05 CRY-15 the vector without binding", async () => {
  expect(alice.publicKey).toBe("1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d");
  const given = { authextra: { pubkey: alice.publicKey } };
  const from = fixed(ALL_ONES);
  const { extra, expects } = await challengeOf(from, given);
  expect(extra).toEqual({ challenge: ALL_ONES });
  const signature = `b32675b221f08593213737bef8240e7c15228b07028e19595294678c90d11c0cae80a357331bfc5cc9fb71081464e6e75013517c2cf067ad566a6b7b728e5d03${ALL_ONES}`;
  expect(await judge(from, given, { expects, signature })).toEqual(ALICE);
});

test.each(["tls-unique", "tls-exporter"])(
  "CRY-07 CRY-16 the vector bound to a channel by %s",
  async (channel_binding) => {
    const given = {
      authextra: { pubkey: alice.publicKey, channel_binding },
      channels: { [channel_binding]: CHANNEL },
    };
    const from = fixed(ALL_ONES);
    const { extra, expects } = await challengeOf(from, given);
    expect(extra).toEqual({ challenge: ALL_ONES, channel_binding });
    const signature =
      "9b6f41540c9b95b4b7b281c3042fa9c54cef43c842d62ea3fd6030fcb66e70b3e80d49d44c29d1635da9348d02ec93f3ed1ef227dfb59a07b580095c2b82f80f" +
      "9d16ca518aa0c2b707f2b2a609edeca73bca8dd59817a633f35574ac6fd80d00";
    expect(await judge(from, given, { expects, signature })).toEqual(ALICE);
    const unbound = { authextra: { pubkey: alice.publicKey } };
    const { expects: other } = await challengeOf(from, unbound);
    expect(await judge(from, unbound, { expects: other, signature })).toEqual(DENIED);
  },
);

test("CRY-17 what the vector's router signed verifies by the same code that judges clients", async () => {
  const challenge = "bbae60ea44cdd7b20dc7010a618b0f0803fab25a817520b4b7f057299b524deb";
  const publicKey = "4a3838f6fe75251e613329d53fc69b262d5eac97fb1d73bebbaed4015b53c862";
  const signature = `fd5128d2d207ba58a9d1d6f41b72c747964ad9d1294077b3b1eee6130b05843ab12c53c7f2519f73d4feb82db19d8ca0fc26b62bde6518e79a882f5795bc9f00${challenge}`;
  const random = () => new Uint8Array(Buffer.from(challenge, "hex"));
  const book = new MemoryBook(known("router2", { method: "cryptosign", publicKeys: [publicKey] }));
  const from = new Cryptosign({ book, random });
  const given = { authextra: { pubkey: publicKey } };
  const { expects } = await challengeOf(from, given);
  const admitted: Verdict = { principal: { authid: "router2", authrole: "user", authprovider: "static" } };
  expect(await judge(from, given, { expects, signature })).toEqual(admitted);
});

test("AUT-07 where the book cannot answer nobody is admitted, and it is no denial", async () => {
  const failure = new Refusal("wamp.error.authentication_failed", "the authenticator is away");
  const book = new MemoryBook(ofAlice);
  book.failure = failure;
  const from = new Cryptosign({ book });
  for (const authid of ["alice", undefined]) {
    const outcome = await sign(alice, { authid, authextra: { pubkey: alice.publicKey } }, { from });
    expect(outcome).toEqual({ reason: failure.reason, text: failure.message });
  }
});

test("AUT-12 the role that a client wishes for is not granted", async () => {
  const hello = { authid: "alice", authrole: "admin", authextra: { pubkey: alice.publicKey, role: "admin" } };
  const from = fixed(ALL_ONES);
  expect(await attempt(from, { hello, signature: alice.answer(ALL_ONES) })).toEqual(ALICE);
});
