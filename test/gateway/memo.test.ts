/** What is remembered of a socket fits into its attachment, whatever a client or its token brings. */
import { serialize } from "node:v8";
import { describe, expect, test } from "vitest";
import type { AuthMethod, SignIn, Verdict } from "../../src/auth/method.ts";
import { MEMO_OCTETS, memoOctets } from "../../src/gateway/memo-size.ts";
import { type Client, ROLES } from "./client.ts";
import { arrive, hello, Told } from "./told-method.ts";
import { WireRoom } from "./wire.ts";

/** What the platform keeps of one socket. */
const PLATFORM = 16_384;
const LIMIT = "edgebahn.error.limit_exceeded";

class Challenging implements AuthMethod {
  readonly name = "challenging";
  readonly #octets: number;
  asked: SignIn[] = [];

  constructor(octets = 0) {
    this.#octets = octets;
  }

  offered(): boolean {
    return true;
  }

  challenge(): Verdict {
    return { challenge: { extra: {}, expects: { key: "k".repeat(this.#octets) } } };
  }

  verify(signIn: SignIn): Verdict {
    this.asked.push(signIn);
    return { principal: { authid: "alice", authrole: "user", authprovider: "test" } };
  }
}

function kept(client: Client): number {
  return serialize(client.peer.memo).length;
}

describe("how much a memo takes", () => {
  test.each<[string, unknown]>([
    ["text", "x".repeat(1_000)],
    ["text that is not Latin", "ā".repeat(1_000)],
    ["one such character in much text", `${"x".repeat(3_000)}ā`],
    ["empty text", Array(500).fill("")],
    ["small numbers", Array(1_000).fill(0)],
    ["large numbers", Array(1_000).fill(2 ** 53)],
    ["floats", Array(1_000).fill(0.1)],
    ["integers beyond", Array(500).fill(2n ** 64n - 1n)],
    ["negative ones", Array(500).fill(-(2n ** 63n))],
    ["booleans and null", Array.from({ length: 500 }, () => [true, false, null, undefined])],
    [
      "empty lists",
      Array(1_000)
        .fill(0)
        .map(() => []),
    ],
    [
      "empty dicts",
      Array(1_000)
        .fill(0)
        .map(() => ({})),
    ],
    [
      "octets",
      Array(100)
        .fill(0)
        .map(() => new Uint8Array(20)),
    ],
    ["many octets", new Uint8Array(5_000)],
    ["keys", Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key ${n} ā`, n]))],
    ["depth", JSON.parse(`${"[".repeat(30)}${"]".repeat(30)}`)],
  ])("RULE-08 the estimate is never too low: %s", (_what, value) => {
    expect(memoOctets(value)).toBeGreaterThanOrEqual(serialize(value).length - 2); // its version
    expect(memoOctets(value)).toBeLessThan(6 * serialize(value).length + 16);
  });
});

/** HELLO frames of at most 4,096 octets that take as much as possible when they are remembered. */
const GREEDY: readonly (readonly [string, string, (octets: number) => unknown])[] = [
  ["ascii with one wide character", "wamp.2.json", (n) => ({ a: `${"x".repeat(n)}ā` })],
  ["wide characters", "wamp.2.cbor", (n) => ({ a: "ā".repeat(n / 2) })],
  ["empty lists", "wamp.2.cbor", (n) => ({ a: Array(n).fill([]) })],
  ["empty dicts", "wamp.2.msgpack", (n) => ({ a: Array(n).fill({}) })],
  ["floats", "wamp.2.cbor", (n) => ({ a: Array(Math.floor(n / 3)).fill(1.5) })],
  ["empty keys", "wamp.2.json", (n) => ({ a: Array(Math.floor(n / 3)).fill([]) })],
];

describe("a challenge", () => {
  test.each(GREEDY)(
    "RULE-05 whatever fits into HELLO is remembered or refused with a limit: %s",
    (_what, subprotocol, extra) => {
      for (const octets of [100, 1_000, 2_000, 3_000, 3_500]) {
        const room = new WireRoom({ methods: [new Challenging()], settings: { greeting: 4_096 } });
        const client = room.open(subprotocol as "wamp.2.json");
        client.say(1, "realm1", { ...ROLES, authmethods: ["challenging"], authextra: extra(octets) });
        const [first] = client.heard() as unknown[][];
        expect([3, 4]).toContain(first?.[0]);
        if (first?.[0] === 3) expect(first[2]).toBe(LIMIT);
        expect(kept(client)).toBeLessThan(PLATFORM);
      }
    },
  );

  test("RULE-05 what is too large is refused and told so, not thrown", () => {
    const room = new WireRoom({ methods: [new Challenging()] });
    const client = room.open("wamp.2.cbor");
    client.say(1, "realm1", {
      ...ROLES,
      authmethods: ["challenging"],
      authextra: { a: Array(3_000).fill([]) },
    });
    expect(client.heard()).toEqual([
      [
        3,
        {
          message: expect.stringMatching(
            /^the limit of what is remembered of a connection is 16000 octets, and this one takes up to \d+: /,
          ),
        },
        LIMIT,
      ],
    ]);
    expect(client.peer.closed).toEqual({ code: 1000, reason: LIMIT });
    expect(room.log.map(({ event }) => event)).toEqual(["abort"]);
  });

  test("RULE-08 a list of methods and the name of the software are not remembered, the rest is", () => {
    const method = new Challenging();
    const room = new WireRoom({ methods: [method] });
    const client = room.open();
    const authmethods = ["challenging", ...Array.from({ length: 300 }, (_, n) => `x${n}`)];
    const more = { agent: "y".repeat(500), authid: "alice", authrole: "user", authextra: { pubkey: "ab" } };
    client.say(1, "realm1", { ...ROLES, authmethods, ...more }).heard();
    expect(kept(client)).toBeLessThan(1_000);
    room.wake([client]);
    client.say(5, "sig", {});
    expect(method.asked).toEqual([
      {
        realm: "realm1",
        session: 101,
        origin: { local: true },
        details: {
          roles: { publisher: [], subscriber: [], caller: [], callee: [] },
          authid: "alice",
          authrole: "user",
          authextra: { pubkey: "ab" },
        },
      },
    ]);
  });

  test.each([
    [15_000, 4],
    [16_000, 3],
  ])("RULE-08 what a method expects is held to the limit too: %i octets", (octets, code) => {
    const room = new WireRoom({ methods: [new Challenging(octets)] });
    const client = room.open().say(1, "realm1", { ...ROLES, authmethods: ["challenging"] });
    expect((client.heard()[0] as unknown[])[0]).toBe(code);
    expect(kept(client)).toBeLessThan(PLATFORM);
  });
});

describe("a session", () => {
  const rule = (n: number) => ({
    uri: `com.example.${n}.`,
    match: "prefix" as const,
    allow: { call: true, register: false, publish: true, subscribe: true },
    disclose: { caller: false, publisher: false },
    cache: false,
  });

  test("RULE-08 a token that permits more than can be remembered is refused, and nobody has joined", () => {
    const scope = Array.from({ length: 700 }, (_, n) => rule(n));
    const room = new WireRoom({
      methods: [new Told({ alice: { scope }, bob: { scope: scope.slice(0, 50) } })],
    });
    const watcher = arrive(new WireRoom({ methods: [new Told()], store: room.store }), "w");
    expect(watcher.peer.closed).toBeUndefined();
    const alice = room.open().say(...hello("alice"));
    expect(alice.heard()).toEqual([[3, { message: expect.stringContaining("16000 octets") }, LIMIT]]);
    expect(room.gateway.sessions()).toEqual([]);
    const bob = arrive(room, "bob");
    expect(kept(bob)).toBeLessThan(MEMO_OCTETS);
    room.wake([bob]);
    expect(bob.say(32, 1, {}, "com.x").heard()).toEqual([[33, 1, 1]]);
  });
});
