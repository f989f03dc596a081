/**
 * Messages that are nearly right, from a seed: every kind that a client may send, with elements and options of the wrong
 * type, missing, doubled, moved, huge or in each other. The octets are always proper; what they say is not.
 */
import { encode as toMsgpack } from "@msgpack/msgpack";
import { encode as toCbor } from "cborg";
import type { Encoded } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import type { Dice } from "./permission-cases.ts";

const URIS = [
  ...[
    "com.x",
    "com.x",
    "com.p",
    "com.p",
    "com.x.y",
    "com.",
    "com..y",
    "",
    ".",
    "..",
    "a b",
    "com.x#",
    "\0",
    "\ud800",
  ],
  ...[
    "wamp",
    "wamp.x",
    "x".repeat(256),
    "x".repeat(257),
    `${"a.".repeat(31)}a`,
    `${"a.".repeat(32)}a`,
    "é.\u{1f600}",
  ],
  ...["wamp.session.list", "wamp.session.count", "wamp.session.get", "wamp.session.add_testament"],
  ...[
    "wamp.session.flush_testaments",
    "wamp.session.kill",
    "wamp.registration.list",
    "wamp.registration.match",
  ],
  ...["wamp.subscription.get_events", "wamp.subscription.lookup", "wamp.subscription.list_subscribers"],
];
const NUMBERS = [
  0,
  -0,
  1,
  2,
  3,
  7,
  -1,
  1.5,
  255,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  2 ** 64,
  1e300,
];
const TEXTS = [
  "",
  "exact",
  "prefix",
  "wildcard",
  "single",
  "roundrobin",
  "kill",
  "skip",
  "killnowait",
  "x_mine",
  "\0AAEC",
  "__proto__",
];
const KEYS = [
  ...[
    "acknowledge",
    "exclude_me",
    "disclose_me",
    "retain",
    "exclude",
    "exclude_authid",
    "exclude_authrole",
    "eligible",
  ],
  ...[
    "eligible_authid",
    "eligible_authrole",
    "match",
    "get_retained",
    "invoke",
    "disclose_caller",
    "forward_timeout",
  ],
  ...[
    "timeout",
    "progress",
    "receive_progress",
    "mode",
    "ppt_scheme",
    "ppt_serializer",
    "ppt_cipher",
    "ppt_keyid",
  ],
  ...[
    "forward_for",
    "enc_algo",
    "transaction_hash",
    "roles",
    "authid",
    "authmethods",
    "authextra",
    "message",
    "agent",
  ],
  ...[
    "constructor",
    "toString",
    "x_unknown",
    "",
    "publisher",
    "caller",
    "topic",
    "procedure",
    "reason",
    "scope",
  ],
];

/** A message as it should be; ids are small, so that they often are somebody's. */
function proper(dice: Dice, request: number): unknown[] {
  const id = () => 1 + dice.under(6);
  const uri = () => dice.one(URIS);
  const payload = () =>
    dice.one([[], [[]], [["a", 1]], [[1, { b: [true] }], { k: "v" }], [[uri(), [], {}]], [[id()]]]);
  switch (dice.under(13)) {
    case 0:
    case 1:
      return [16, request, { acknowledge: dice.chance(50) }, uri(), ...payload()];
    case 2:
      return [32, request, { match: dice.one(["exact", "prefix", "wildcard"]) }, uri()];
    case 3:
      return [34, request, id()];
    case 4:
    case 5:
      return [48, request, { timeout: dice.one([0, 5, 1_000]) }, uri(), ...payload()];
    case 6:
      return [49, 1 + dice.under(request), { mode: dice.one(["skip", "kill", "killnowait"]) }];
    case 7:
      return [64, request, { invoke: dice.one(["single", "roundrobin", "first", "last", "random"]) }, uri()];
    case 8:
      return [66, request, id()];
    case 9:
      return [70, id(), { progress: dice.chance(30) }, ...payload()];
    case 10:
      return [8, 68, id(), {}, uri(), ...payload()];
    case 11:
      return dice.one([
        [1, "realm1", { roles: { caller: { features: { call_canceling: true } } } }],
        [5, "signature", {}],
        [6, { message: "bye" }, "wamp.close.close_realm"],
        [3, {}, "wamp.close.normal"],
      ]);
    default:
      return [337, id()];
  }
}

/** Anything that a format can say. */
function anything(dice: Dice, depth = 0): unknown {
  switch (dice.under(depth > 3 ? 7 : 10)) {
    case 0:
      return null;
    case 1:
      return dice.chance(50);
    case 2:
      return dice.one(NUMBERS);
    case 3:
      return dice.one(TEXTS);
    case 4:
      return dice.one(URIS);
    case 5:
      return Uint8Array.from(dice.list(6, () => dice.under(256)));
    case 6:
      return dice.one([undefined, 2n ** 63n, -(2n ** 63n), 2n ** 64n - 1n]);
    case 7:
      return dice.list(4, () => anything(dice, depth + 1));
    case 8:
      return Object.fromEntries(dice.list(4, () => [dice.one(KEYS), anything(dice, depth + 1)]));
    default:
      return dice.one([
        () => deep(dice.one([10, 28, 40])),
        () => Array(dice.one([100, 2_000])).fill(dice.one(NUMBERS)),
      ])();
  }
}

function deep(levels: number): unknown {
  let inner: unknown = 0;
  for (let level = 0; level < levels; level++) inner = level % 2 ? [inner] : { k: inner };
  return inner;
}

/** The same with one thing changed, at any depth. */
function mutated(dice: Dice, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0) {
    const at = dice.under(value.length);
    const changed: unknown[] = [...value];
    if (dice.chance(60)) changed[at] = mutated(dice, changed[at]);
    else if (dice.chance(30)) changed.splice(at, 1);
    else if (dice.chance(40)) changed.splice(at, 0, anything(dice));
    else changed.push(changed[at]);
    return changed;
  }
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value) && dice.chance(80)) {
    return { ...value, [dice.one(KEYS)]: anything(dice) };
  }
  return dice.chance(10) ? [value] : anything(dice);
}

/** One message, as a list. `isMutated`: something is wrong with it, more or less. */
export function nearlyRight(dice: Dice, request: number, isMutated: boolean): unknown {
  let wire: unknown = proper(dice, request);
  if (isMutated) for (let change = 1 + dice.under(3); change > 0; change--) wire = mutated(dice, wire);
  return wire;
}

const WRITERS: Readonly<Record<Format, (wire: unknown) => Encoded>> = {
  json: (wire) => JSON.stringify(wire, inJson) ?? "null",
  msgpack: (wire) => toMsgpack(wire, { useBigInt64: true, maxDepth: 200 }),
  cbor: (wire) => toCbor(wire),
};

/** Written by other people's codecs. */
export function written(wire: unknown, format: Format): Encoded {
  return WRITERS[format](wire);
}

function inJson(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  return value instanceof Uint8Array ? `\0${Buffer.from(value).toString("base64")}` : value;
}
