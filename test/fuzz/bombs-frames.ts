/**
 * Bombs as frames of a connection, each with what becomes of it: those of bombs.ts, and those that are only to be seen with
 * a session around them: sizes, batches, options, meta procedures. In every serializer in which they can be written. Long
 * because the list is.
 */
import { encode as toMsgpack } from "@msgpack/msgpack";
import { encode as toCbor } from "cborg";
import type { Encoded, Subprotocol } from "../../src/serializer/serializer.ts";
import { BOMBS, concat, hex, times } from "./bombs.ts";

type Wire = readonly unknown[];

/** What becomes of it. `refused`: ABORT and close code 1002. `large`: ABORT and 1009. Else the answer, and life goes on. */
export type Fate = "refused" | "large" | { readonly answer: Wire };

export interface Bomb {
  readonly name: string;
  readonly subprotocol: Subprotocol;
  /** Made when it is needed: some have 32 MiB. */
  readonly frame: () => Encoded;
  readonly fate: Fate;
}

const FORMATS = ["json", "msgpack", "cbor"] as const;
/** What a router of this size takes. */
const LIMIT = 1_048_576;
const MIB_32 = 33_554_432;
/** Stands for an id, or a text for people, that no test can know. */
export const ANY = Symbol("any");

const ENCODE: Readonly<Record<(typeof FORMATS)[number], (wire: Wire) => Encoded>> = {
  json: (wire) => JSON.stringify(wire),
  msgpack: (wire) => toMsgpack(wire, { useBigInt64: true }),
  cbor: (wire) => toCbor(wire),
};

const messages: Bomb[] = FORMATS.flatMap((format) =>
  Object.entries(BOMBS[format]).map(([name, message]) => ({
    name: `${format}: ${name}`,
    subprotocol: `wamp.2.${format}` as const,
    frame: () => message,
    fate: "refused" as const,
  })),
);

/** The same message in all three, written by other people's codecs. */
function inAll(name: string, wire: () => Wire, fate: Fate): Bomb[] {
  return FORMATS.map((format) => ({
    name: `${format}: ${name}`,
    subprotocol: `wamp.2.${format}`,
    frame: () => ENCODE[format](wire()),
    fate,
  }));
}

function one(name: string, subprotocol: Subprotocol, frame: () => Encoded, fate: Fate = "refused"): Bomb {
  return { name: `${subprotocol.slice(7)}: ${name}`, subprotocol, frame, fate };
}

/** A list in lists. */
function deep(levels: number): unknown {
  let inner: unknown = 0;
  for (let level = 0; level < levels; level++) inner = [inner];
  return inner;
}

const PUBLISHED = { answer: [17, 1, ANY] };
const SUBSCRIBED = { answer: [33, 1, ANY] };
const refusedWith = (type: number, error: string): Fate => ({ answer: [8, type, 1, {}, error, [ANY]] });
const publish = (options: object, ...payload: unknown[]) => [
  16,
  1,
  { acknowledge: true, ...options },
  "com.bomb",
  ...payload,
];
const ids = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

const sizes: Bomb[] = [
  one("an octet too many", "wamp.2.json", () => `[16,1,{},"com.x",["${"x".repeat(LIMIT)}"]]`, "large"),
  one("an octet too many", "wamp.2.json.batched", () => "x".repeat(LIMIT + 1), "large"),
  one("few characters and many octets", "wamp.2.json", () => "€".repeat(400_000), "large"),
  one("an octet too many", "wamp.2.msgpack", () => times(LIMIT + 1, 0x91), "large"),
  one("an octet too many", "wamp.2.msgpack.batched", () => times(LIMIT + 1, 0), "large"),
  one("an octet too many", "wamp.2.cbor", () => times(LIMIT + 1, 0x81), "large"),
  one("an octet too many", "wamp.2.cbor.batched", () => times(LIMIT + 1, 0), "large"),
  one("32 MiB of brackets", "wamp.2.json", () => "[".repeat(MIB_32), "large"),
  one("32 MiB of lists", "wamp.2.msgpack", () => times(MIB_32, 0x91), "large"),
  one("32 MiB of lists without end", "wamp.2.cbor", () => times(MIB_32, 0x9f), "large"),
  one("1 MiB of brackets", "wamp.2.json", () => "[".repeat(LIMIT)),
  one("1 MiB of lists", "wamp.2.msgpack", () => times(LIMIT, 0x91)),
  one("1 MiB of lists", "wamp.2.cbor", () => times(LIMIT, 0x81)),
  one("nothing", "wamp.2.json", () => ""),
  one("nothing", "wamp.2.msgpack", () => times(0, 0)),
  one("nothing", "wamp.2.cbor", () => times(0, 0)),
  one("octets for text", "wamp.2.json", () => hex("5b5d")),
  one("text for octets", "wamp.2.msgpack", () => "[]"),
  one("text for octets", "wamp.2.cbor", () => "[]"),
];

const batches: Bomb[] = [
  one("nothing", "wamp.2.json.batched", () => ""),
  one("100,000 empty messages", "wamp.2.json.batched", () => "\u001e".repeat(100_000)),
  one("100,000 empty messages of the old separator", "wamp.2.json.batched", () => "\u0018".repeat(100_000)),
  one("no separator at the end", "wamp.2.json.batched", () => "[34,1,1]\u001e[34,2,1]"),
  one("no separator at all", "wamp.2.json.batched", () => "[34,1,1]"),
  one("both separators", "wamp.2.json.batched", () => "[34,1,1]\u0018[34,2,1]\u001e"),
  one("a separator in a string", "wamp.2.json.batched", () => '[16,1,{},"com.x",["\u001e"]]\u001e'),
  ...(["wamp.2.msgpack.batched", "wamp.2.cbor.batched"] as const).flatMap((subprotocol) => [
    one("nothing", subprotocol, () => times(0, 0)),
    one("a message of 4 GB", subprotocol, () => hex("ffffffff 90")),
    one("a message that is longer than what is left", subprotocol, () => hex("00000003 9001")),
    one("a message of nothing", subprotocol, () => hex("00000000")),
    one("250,000 messages of nothing", subprotocol, () => times(1_000_000, 0)),
    one("a length cut short", subprotocol, () => hex("000001")),
    one("octets left over", subprotocol, () => concat(hex("00000001 90"), hex("ff"))),
    one("200,000 messages that are none", subprotocol, () => repeated(hex("00000001 90"), 200_000)),
  ]),
];

function repeated(piece: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: piece.length * count }, (_, at) => piece[at % piece.length] ?? 0);
}

const options: Bomb[] = [
  ...inAll("65,536 ids to exclude", () => publish({ exclude: ids(65_536) }), "refused"),
  ...inAll("60,000 ids to exclude", () => publish({ exclude: ids(60_000) }), PUBLISHED),
  ...inAll(
    "60,000 authids that are eligible",
    () => publish({ eligible_authid: Array(60_000).fill("a") }),
    PUBLISHED,
  ),
  ...inAll(
    "60,000 authroles, the last of them none",
    () => publish({ exclude_authrole: [...Array(60_000).fill("a"), 1] }),
    "refused",
  ),
  ...inAll("20,000 dicts to forward for", () => publish({ forward_for: Array(20_000).fill({}) }), PUBLISHED),
  ...inAll("options in each other, 40 deep", () => publish({ x_unknown: deep(40) }), "refused"),
  ...inAll("options in each other, 28 deep", () => publish({ x_unknown: deep(28) }), PUBLISHED),
  ...inAll(
    "30,000 options that nobody knows",
    () => publish(Object.fromEntries(ids(30_000).map((id) => [`x_${id}`, id]))),
    PUBLISHED,
  ),
  ...inAll(
    "a scheme of a million characters",
    () => publish({ ppt_scheme: "x".repeat(1_000_000) }),
    "refused",
  ),
  ...inAll("a timeout beyond all time", () => [48, 1, { timeout: 2 ** 60 }, "com.bomb"], "refused"),
  ...inAll(
    "options for roles of a prototype",
    () => [48, 1, { constructor: { prototype: {} }, toString: 1 }, "com.bomb"],
    refusedWith(48, "wamp.error.no_such_procedure"),
  ),
  one(
    "10,000 times the same option",
    "wamp.2.json",
    () => `[16,1,{${'"acknowledge":false,'.repeat(10_000)}"acknowledge":true},"com.bomb"]`,
    PUBLISHED,
  ),
  one(
    "the option __proto__",
    "wamp.2.json",
    () => '[16,1,{"acknowledge":true,"__proto__":{"exclude":7}},"com.bomb"]',
    PUBLISHED,
  ),
];

const elements: Bomb[] = [
  ...[0, -1, -0, 1.5, 2 ** 53 + 2, 1e308].flatMap((id) =>
    inAll(`the request id ${Object.is(id, -0) ? "-0" : id}`, () => [48, id, {}, "com.bomb"], "refused"),
  ),
  ...[-1, 0, 2, 5, 36, 68, 99, 1_000_000, 2 ** 53 - 1].flatMap((code) =>
    inAll(`the type code ${code}`, () => [code, 1, {}, "com.bomb"], "refused"),
  ),
  ...inAll("a type code in a list", () => [[48], 1, {}, "com.bomb"], "refused"),
  ...inAll("a second HELLO", () => [1, "realm1", { roles: { caller: {} } }], "refused"),
  ...inAll("an answer to nothing", () => [70, 1, {}, [deep(20)]], "refused"),
  ...inAll(
    "a URI of a million characters",
    () => [32, 1, {}, "a.".repeat(500_000)],
    refusedWith(32, "wamp.error.invalid_uri"),
  ),
  ...inAll(
    "a URI of 256 dots",
    () => [32, 1, { match: "wildcard" }, ".".repeat(256)],
    refusedWith(32, "wamp.error.invalid_uri"),
  ),
  ...inAll(
    "a URI that is nearly one",
    () => [32, 1, {}, `${"a".repeat(254)}#`],
    refusedWith(32, "wamp.error.invalid_uri"),
  ),
  ...inAll(
    "a URI of 128 components",
    () => [32, 1, {}, `${"a.".repeat(127)}a`],
    refusedWith(32, "wamp.error.invalid_uri"),
  ),
  ...inAll("a pattern of 31 wildcards", () => [32, 1, { match: "wildcard" }, ".".repeat(31)], SUBSCRIBED),
];

const call = (procedure: string, ...payload: unknown[]) => [48, 1, {}, procedure, ...payload];
const INVALID = refusedWith(48, "wamp.error.invalid_argument");

const meta: Bomb[] = [
  ...inAll(
    "a testament 40 deep",
    () => call("wamp.session.add_testament", ["com.t", [deep(40)], {}]),
    "refused",
  ),
  ...inAll(
    "keywords of a testament 40 deep",
    () => call("wamp.session.add_testament", ["com.t", [], { k: deep(40) }]),
    "refused",
  ),
  ...inAll(
    "a testament 26 deep",
    () => call("wamp.session.add_testament", ["com.t", [deep(26)], { k: deep(26) }]),
    { answer: [50, 1, {}] },
  ),
  ...inAll(
    "a testament whose keywords are a list",
    () => call("wamp.session.add_testament", ["com.t", [], [1]]),
    INVALID,
  ),
  ...inAll("60,000 roles to count", () => call("wamp.session.count", [Array(60_000).fill("nobody")]), {
    answer: [50, 1, {}, [0]],
  }),
  ...inAll(
    "a session beyond all ids",
    () => call("wamp.session.get", [2 ** 60]),
    refusedWith(48, "wamp.error.no_such_session"),
  ),
  ...inAll(
    "a session that is a dict",
    () => call("wamp.session.get", [{ valueOf: 1, toString: null }]),
    INVALID,
  ),
  one("a session that is no number", "wamp.2.json", () => '[48,1,{},"wamp.session.get",[1e400]]', INVALID),
  one(
    "a session that is NaN",
    "wamp.2.cbor",
    () => concat(hex("85 1830 01 a0 70"), Buffer.from("wamp.session.get"), hex("81 f97e00")),
    INVALID,
  ),
];

const METHODS = ["toJSON", "then", "constructor", "valueOf", "toString", "hasOwnProperty"];

/** Payloads that look dangerous and are not: they pass as they are. */
const payloads: Bomb[] = [
  one(
    "an exponent beyond float64",
    "wamp.2.json",
    () => '[16,1,{"acknowledge":true},"com.bomb",[1e99999,-0,1e-99999]]',
    PUBLISHED,
  ),
  one(
    "10,000 times the same key",
    "wamp.2.json",
    () => `[16,1,{"acknowledge":true},"com.bomb",[],{${'"k":1,'.repeat(10_000)}"k":2}]`,
    PUBLISHED,
  ),
  one(
    "a lone surrogate",
    "wamp.2.json",
    () => '[16,1,{"acknowledge":true},"com.bomb",["\\ud800"]]',
    PUBLISHED,
  ),
  one(
    "a number of 1,024 digits",
    "wamp.2.json",
    () => `[16,1,{"acknowledge":true},"com.bomb",[${"9".repeat(1_024)}]]`,
    PUBLISHED,
  ),
  ...inAll(
    "keys of sparse lists",
    () => publish({}, [], { "4294967294": 1, length: 4_294_967_295, "-1": 2 }),
    PUBLISHED,
  ),
  ...inAll(
    "keys that are methods",
    () => publish({}, [Object.fromEntries(METHODS.map((name) => [name, 1]))]),
    PUBLISHED,
  ),
  ...inAll("keywords 29 deep", () => publish({}, [], { k: deep(29) }), PUBLISHED),
  ...inAll("60,000 values", () => publish({}, [Array(60_000).fill(0)]), PUBLISHED),
  ...inAll("a million characters of text", () => publish({}, ["\u0001".repeat(170_000)]), PUBLISHED),
];

export const FRAMES: readonly Bomb[] = [
  ...messages,
  ...sizes,
  ...batches,
  ...options,
  ...elements,
  ...meta,
  ...payloads,
];

/** Whether what was heard is what was expected. */
export function matches(expected: unknown, heard: unknown): boolean {
  if (expected === ANY) return heard !== undefined;
  if (Array.isArray(expected))
    return (
      Array.isArray(heard) &&
      expected.length === heard.length &&
      expected.every((each, at) => matches(each, heard[at]))
    );
  if (typeof expected === "object" && expected !== null)
    return (
      typeof heard === "object" &&
      heard !== null &&
      Object.keys(heard).length === Object.keys(expected).length
    );
  return expected === heard;
}
