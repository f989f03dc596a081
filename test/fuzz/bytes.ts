/**
 * Frames of raw octets, from a seed: noise, noise behind a proper beginning, and proper messages with octets changed, cut,
 * doubled and put together anew. For every subprotocol; a batch is mutated in its framing too.
 */
import { encode as toMsgpack } from "@msgpack/msgpack";
import { encode as toCbor } from "cborg";
import type { Encoded, Subprotocol } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import type { Dice } from "./permission-cases.ts";
import { POISONS } from "./poison.ts";

/** A message of every kind that a client may send, and a few that it may not. */
const WIRES: readonly unknown[][] = [
  [
    1,
    "realm1",
    { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} }, authid: "a", agent: "x" },
  ],
  [3, { message: "gone" }, "wamp.close.normal"],
  [5, "signature", {}],
  [6, {}, "wamp.close.close_realm"],
  [8, 68, 1, {}, "com.error", ["why"], { more: true }],
  [16, 1, { acknowledge: true, exclude: [1, 2], retain: true }, "com.x", ["a", 1, 1.5], { k: null }],
  [16, 2, {}, "com.x", [[1, [2, [3, { four: [5] }]]]]],
  [32, 3, { match: "prefix", get_retained: true }, "com."],
  [32, 4, { match: "wildcard" }, "com..x"],
  [34, 5, 1],
  [48, 6, { timeout: 1_000, receive_progress: true }, "com.p", [1, "two"], { three: 3 }],
  [48, 7, {}, "wamp.session.add_testament", ["com.gone", ["bye"], {}]],
  [48, 8, {}, "wamp.session.list"],
  [49, 6, { mode: "killnowait" }],
  [64, 9, { match: "wildcard", invoke: "roundrobin" }, "com..p"],
  [66, 10, 1],
  [70, 1, { progress: true }, ["more"]],
  [337, 1],
];
const SMALL = 400;
const SEEDS: Readonly<Record<Format, readonly Encoded[]>> = {
  json: seeds("json", (wire) => JSON.stringify(wire)),
  msgpack: seeds("msgpack", toMsgpack),
  cbor: seeds("cbor", toCbor),
};
const HEADS: Readonly<Record<Format, Encoded>> = {
  json: '[16,1,{},"com.x",[',
  msgpack: Uint8Array.of(0x95, 16, 1, 0x80, 0xa1, 0x78, 0x91),
  cbor: Uint8Array.of(0x85, 16, 1, 0xa0, 0x61, 0x78, 0x81),
};
/** Octets that mean something to somebody. */
const TELLING = [
  ...[0x00, 0x01, 0x0a, 0x10, 0x18, 0x1e, 0x22, 0x2c, 0x30, 0x5b, 0x5c, 0x5d, 0x65, 0x7b, 0x7d, 0x7f, 0x80],
  ...[
    0x81, 0x90, 0x91, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc7, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf,
    0xff,
  ],
];

function seeds(format: Format, encode: (wire: unknown[]) => Encoded): Encoded[] {
  const poisons = POISONS.map(({ message }) => message[format]).filter(({ length }) => length < SMALL);
  return [...WIRES.map(encode), ...poisons];
}

/** One frame, as likely as not a whole message with something wrong. */
export function rawFrame(dice: Dice, subprotocol: Subprotocol): Encoded {
  const [, , name, batched] = subprotocol.split(".");
  const format = name as Format; // the third part of a subprotocol is its format
  if (batched === undefined) return messageOf(dice, format);
  const messages = Array.from({ length: 1 + dice.under(3) }, () => messageOf(dice, format));
  const frame =
    format === "json" ? messages.map((each) => `${String(each)}\u001e`).join("") : prefixed(messages);
  return dice.chance(30) ? mutate(dice, frame, frame) : frame;
}

function messageOf(dice: Dice, format: Format): Encoded {
  const kind = dice.under(10);
  if (kind < 2) return noise(dice, format);
  if (kind < 4) return joined(HEADS[format], noise(dice, format));
  const seed = dice.one(SEEDS[format]);
  return mutate(dice, seed, dice.one(SEEDS[format]));
}

function prefixed(messages: readonly Encoded[]): Uint8Array {
  return Uint8Array.from(
    Buffer.concat(
      messages.flatMap((message) => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(message.length);
        return [length, Buffer.from(message as Uint8Array)]; // no text in a binary batch
      }),
    ),
  );
}

function noise(dice: Dice, format: Format): Encoded {
  const octets = dice.list(48, () => dice.under(256));
  if (format !== "json") return Uint8Array.from(octets);
  // Half of it in the characters that JSON is made of.
  return octets
    .map((octet) =>
      octet & 1 ? String.fromCharCode(octet >> 1) : '[]{}",:0123eE-.\\untrflas '.charAt(octet % 26),
    )
    .join("");
}

function joined(one: Encoded, other: Encoded): Encoded {
  if (typeof one === "string") return one + String(other);
  return Uint8Array.from(Buffer.concat([one, other as Uint8Array])); // both are of one format
}

/** One to four changes; `other` is there to take pieces from. */
function mutate(dice: Dice, given: Encoded, other: Encoded): Encoded {
  let octets = unitsOf(given);
  const donor = unitsOf(other);
  for (let change = 1 + dice.under(4); change > 0; change--) octets = changed(dice, octets, donor);
  if (typeof given !== "string") return Uint8Array.from(octets);
  return String.fromCharCode(...octets);
}

function changed(dice: Dice, octets: number[], donor: readonly number[]): number[] {
  const at = dice.under(Math.max(1, octets.length));
  const [before, after] = [octets.slice(0, at), octets.slice(at)];
  const piece = () => {
    const from = dice.under(Math.max(1, donor.length));
    return donor.slice(from, from + 1 + dice.under(12));
  };
  switch (dice.under(8)) {
    case 0:
      return [...before, dice.under(256), ...after.slice(1)];
    case 1:
      return [...before, dice.one(TELLING), ...after.slice(1)];
    case 2:
      return [...before, (after[0] ?? 0) ^ (1 << dice.under(8)), ...after.slice(1)];
    case 3:
      return [...before, dice.one(TELLING), ...after];
    case 4:
      return [...before, ...after.slice(1 + dice.under(6))];
    case 5:
      return [...before, ...piece(), ...after];
    case 6:
      return [...before, ...after.slice(0, 8), ...after.slice(0, 8), ...after.slice(8)];
    default:
      return before;
  }
}

function unitsOf(given: Encoded): number[] {
  return typeof given === "string" ? Array.from(given, (unit) => unit.charCodeAt(0)) : [...given];
}
