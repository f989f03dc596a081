/**
 * Payloads that could end whoever receives them, each in all three formats, with what becomes of each on its way to each
 * format. The result stands here by hand, and is not asked of the router's own codec.
 */
import type { Encoded } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import { bytes, dict, float, integer, list, type Model, STYLES, text, write } from "../serializer/model.ts";
import { concat, hex } from "./bombs.ts";
import { MALFORMED } from "./poison-malformed.ts";

/** Who gets it: peers of these formats, or nobody because its sender was refused. */
export type Result = readonly Format[] | "refused";
type Forms<T> = Readonly<Record<Format, T>>;

export interface Poison {
  readonly name: string;
  /** A whole message, by the format of its sender. */
  readonly message: Forms<Encoded>;
  /** The octets of its payload, which a peer of the same format gets as they are; undefined where they are rewritten. */
  readonly payload: Forms<Encoded | undefined>;
  readonly result: Forms<Result>;
}

/** An item of Arguments or of ArgumentsKw: JSON text, octets, or octets in hexadecimal. */
interface Item {
  readonly name: string;
  readonly forms: Forms<string | Uint8Array>;
  readonly result: Forms<Result>;
  readonly rewritten?: readonly Format[];
}

export const FORMATS = ["json", "msgpack", "cbor"] as const;
const BINARY = ["msgpack", "cbor"] as const;
const ALL: Forms<Result> = { json: FORMATS, msgpack: FORMATS, cbor: FORMATS };
const REFUSED: Forms<Result> = { json: "refused", msgpack: "refused", cbor: "refused" };
const OWN: Forms<Result> = { json: ["json"], msgpack: ["msgpack"], cbor: ["cbor"] };

/** A value that every format has. */
const value = (name: string, model: Model, result: Forms<Result> = ALL): Item => ({
  name,
  forms: { json: write(model, "json"), msgpack: write(model, "msgpack"), cbor: write(model, "cbor") },
  result,
});
const item = (
  name: string,
  json: string,
  msgpack: string,
  cbor: string,
  result: Forms<Result> = ALL,
): Item => ({
  name,
  forms: { json, msgpack, cbor },
  result,
});

const edges = [0, 5, 7, 8, 15, 16, 31, 32, 53, 63, 64]
  .flatMap((bits) => [-1n, 0n, 1n].flatMap((by) => [2n ** BigInt(bits) + by, -(2n ** BigInt(bits)) + by]))
  .filter((each) => each >= -(2n ** 63n) && each < 2n ** 64n);
const integers = [...new Set(edges)].map((each) => value(`the integer ${each}`, integer(each)));

const floats = [
  ...[
    0,
    -0,
    1,
    -1,
    0.1,
    0.5,
    1.5,
    -2.5,
    1e21,
    1e-7,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    2 ** 53 + 2,
    2 ** 63,
    2 ** 64,
  ],
  ...[5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE, 1 / 3, 1e15, 1e16, 123456789.125],
].map((each) => value(`the float ${Object.is(each, -0) ? "-0" : each}`, float(each)));

const NOT_JSON: Forms<Result> = { json: ["json"], msgpack: BINARY, cbor: BINARY };
const unsayable = [
  item("infinity", "1e400", "cb7ff0000000000000", "f97c00", NOT_JSON),
  item("minus infinity", "-1e400", "cbfff0000000000000", "fa ff800000", NOT_JSON),
  item("NaN, or a number without end", "1e99999", "cb7ff8000000000000", "f97e00", NOT_JSON),
  item("a NaN with a message", "9e9999", "ca 7fc12345", "fb 7ff8000000012345", NOT_JSON),
  item("a signalling NaN", "-9e9999", "cb7ff0000000000001", "fb 7ff0000000000001", NOT_JSON),
  item("2^64, or what is nearest", "18446744073709551616", "cf ffffffffffffffff", "3b ffffffffffffffff", {
    json: ["json"],
    msgpack: FORMATS,
    cbor: ["json", "cbor"],
  }),
  item("a number of 1,024 digits", "9".repeat(1_024), "00", "00", { ...ALL, json: ["json"] }),
];

const UNITS = [
  ...Array.from({ length: 31 }, (_, at) => at + 1),
  ...[0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xad, 0x61c, 0x200b, 0x200e, 0x202e, 0x2028, 0x2029, 0x2066, 0xfdd0],
  ...[0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x1f600, 0x1fffe, 0xe0001, 0x10ffff],
];
const WORDS = [
  ...["", " ", "__proto__", "constructor", "null", "undefined", "NaN", "{}", "[]", '"', "\\", "\\u0000", "'"],
  ...[
    "</script><script>",
    "%s%n%x",
    "$&$1",
    "../../..",
    "a\r\nb: c",
    "\u001b[2J",
    "a\0b",
    "é\u0301",
    "-0",
    "0x10",
  ],
];
const texts = [
  ...UNITS.map((unit) => value(`the character ${unit.toString(16)}`, text(String.fromCodePoint(unit)))),
  ...WORDS.map((word) => value(`the text ${JSON.stringify(word)}`, text(word))),
  ...[23, 24, 31, 32, 47, 48, 49, 127, 128, 129, 255, 256, 65_535, 65_536].map((length) =>
    value(`text of ${length}`, text("x".repeat(length))),
  ),
  ...[16, 17, 43, 44, 22_000].map((length) =>
    value(`${length} characters of three octets`, text("€".repeat(length))),
  ),
];
const beginningWithNul = [
  item("NUL and base64", '"\\u0000AAEC"', "a5 0041414543", "65 0041414543", { ...NOT_JSON, json: FORMATS }),
  item("NUL alone", '"\\u0000"', "a1 00", "61 00", { ...NOT_JSON, json: FORMATS }),
  ...[
    ["NUL and too little base64", "AAA", "414141"],
    ["NUL and base64 with a gap", "A A=", "4120413d"],
    ["NUL and padding in the middle", "AA==AAAA", "41413d3d41414141"],
    ["NUL and a word", "hi!", "686921"],
    ["two NULs", "\\u0000", "00"],
    ["NUL and a letter that is not ASCII", "é", "c3a9"],
  ].map(([name = "", json = "", octets = ""]) => {
    const length = 1 + octets.length / 2;
    const [inMsgpack, inCbor] = [0xa0 + length, 0x60 + length].map((head) => head.toString(16));
    return item(name, `"\\u0000${json}"`, `${inMsgpack} 00${octets}`, `${inCbor} 00${octets}`, {
      ...NOT_JSON,
      json: "refused",
    });
  }),
];
const octets = [0, 1, 2, 3, 23, 24, 31, 32, 255, 256, 65_535, 65_536].map((length) =>
  value(`${length} octets`, bytes(...Array.from({ length }, (_, at) => (at * 7) & 0xff))),
);

const KEYS = [
  ...[
    "",
    " ",
    ".",
    "a.b",
    "constructor",
    "prototype",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "isPrototypeOf",
  ],
  ...[
    "__defineGetter__",
    "__lookupGetter__",
    "__proto",
    "_proto__",
    "__PROTO__",
    "toJSON",
    "length",
    "0",
    "-1",
  ],
  ...[
    "4294967295",
    "4294967294",
    "1e3",
    "NaN",
    "null",
    "true",
    "\0",
    "\0AAAA",
    "\0hi!",
    "\n",
    "\u2028",
    "\ufeff",
  ],
  ...[
    "\u{1f600}",
    "$ref",
    "$where",
    "self",
    "class",
    "caller_authid",
    "x".repeat(32),
    "y".repeat(256),
    "é".repeat(40),
  ],
];
const keys = [
  ...KEYS.map((key) => value(`the key ${JSON.stringify(key)}`, dict({ [key]: integer(1) }))),
  value(
    "many odd keys",
    dict(Object.fromEntries(KEYS.map((key) => [key, text(key === "" || key[0] !== "\0" ? key : "")]))),
  ),
  item("the same key twice", '{"k":1,"k":2}', "82 a16b 01 a16b 02", "a2 616b 01 616b 02"),
  item(
    "the same key twice in each other",
    '{"k":{"k":1},"k":{"k":2}}',
    "82 a16b 81a16b01 a16b 81a16b02",
    "a2 616b a1616b01 616b a1616b02",
  ),
  item(
    "keys that differ in how they are written",
    '{"k":1,"\\u006b":2}',
    "82 a16b 01 d9016b 02",
    "a2 616b 01 78016b 02",
  ),
];

function nested(levels: number, around: (inner: Model) => Model): Model {
  let inner: Model = integer(0);
  for (let level = 0; level < levels; level++) inner = around(inner);
  return inner;
}
const NESTS: readonly (readonly [string, (inner: Model) => Model])[] = [
  ["lists", (inner) => list(inner)],
  ["dicts", (inner) => dict({ k: inner })],
];
const depths = NESTS.flatMap(([name, around]) =>
  [1, 5, 10, 20, 29, 30, 31, 32, 100, 1_000].map((levels) =>
    value(`${levels} ${name} in each other`, nested(levels, around), levels > 30 ? REFUSED : ALL),
  ),
);
const counts = [0, 1, 15, 16, 17, 23, 24, 25, 255, 256, 257, 10_000].flatMap((count) => [
  value(`a list of ${count}`, list(...Array.from({ length: count }, (_, at) => integer(at)))),
  value(
    `a dict of ${count}`,
    dict(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, integer(at)]))),
  ),
]);
const tooMany = value("65,536 values", list(...Array.from({ length: 65_536 }, () => integer(0))), REFUSED);

const undefineds = [
  item("undefined", "null", "d4 00 00", "f7"),
  item("undefined written long", "[null]", "91 c7 01 00 00", "81 f7"),
  item(
    "undefined between others",
    '[1,null,{"k":null}]',
    "93 01 d4 00 00 81 a16b c8 0001 00 00",
    "83 01 f7 a1 616b f7",
  ),
].map((each): Item => ({ ...each, rewritten: ["msgpack"] }));

const TIME = Buffer.from("2023-02-28T00:00:00Z").toString("hex");
const TIMES: Forms<Result> = { ...OWN, json: FORMATS };
const times = [
  item("a time", '"2023-02-28T00:00:00Z"', "d6 ff 63fd4500", `c0 74 ${TIME}`, TIMES),
  item("a time of seconds", "1677542400", "d7 ff 0000000463fd4500", "c1 1a 63fd4500", TIMES),
  item("a time of fractions", "0.5", "c7 0c ff 3b9ac9ff 0000000063fd4500", "c1 fb 41d8ff5140000000", TIMES),
  item(
    "a time long ago",
    "-62104060800",
    "c7 0c ff 00000000 8000000000000000",
    "c1 3b 0000000e75b0c37f",
    TIMES,
  ),
  item(
    "a time far away",
    "253370764799",
    "c7 0c ff 00000000 7fffffffffffffff",
    "c1 1b 0000003afe130dff",
    TIMES,
  ),
  item("a time in a list", "[0]", "91 d6 ff 00000000", "81 c1 00", TIMES),
];

const surrogates = [
  ["a lone surrogate", '"\\ud800"', "a3 eda080", "63 eda080"],
  ["a lone second surrogate", '"a\\udfff"', "a4 61edbfbf", "64 61edbfbf"],
  ["surrogates in the wrong order", '"\\udc00\\ud800"', "a6 edb080eda080", "66 edb080eda080"],
  ["a surrogate as a key", '{"\\ud800":1}', "81 a3 eda080 01", "a1 63 eda080 01"],
].map(([name = "", json = "", msgpack = "", cbor = ""]) =>
  item(name, json, msgpack, cbor, { json: ["json"], msgpack: "refused", cbor: "refused" }),
);

const SAMPLES: readonly (readonly [string, Model])[] = [
  ["integers", list(integer(0), integer(23), integer(-1), integer(2n ** 63n), integer(-(2n ** 63n)))],
  ["floats", list(float(1), float(0.5), float(1e300))],
  ["texts", list(text(""), text("abc"), text("\u{1f600}é"), text("x".repeat(40)))],
  ["octets", list(bytes(), bytes(0), bytes(1, 2, 3))],
  ["lists", list(list(), list(list(integer(1))), list(text("a"), text("b")))],
  ["dicts", dict({ a: dict({}), b: dict({ c: integer(1) }), "": list() })],
  ["constants", list({ is: "null" }, { is: "boolean", of: true }, { is: "boolean", of: false })],
];
const styles = SAMPLES.flatMap(([name, model]) =>
  STYLES.map(
    (style): Item => ({
      name: `${name} in the ${style} style`,
      forms: {
        json: write(model, "json", style),
        msgpack: write(model, "msgpack", style),
        cbor: write(model, "cbor", style),
      },
      result: ALL,
      rewritten: style === "plain" ? [] : ["cbor"],
    }),
  ),
);

const ITEMS: readonly Item[] = [
  ...[
    integers,
    floats,
    unsayable,
    texts,
    beginningWithNul,
    octets,
    keys,
    depths,
    counts,
    [tooMany],
    undefineds,
  ],
  ...[times, surrogates, styles, MALFORMED.map(([name, ...forms]) => item(name, ...forms, REFUSED))],
].flat();

const as = (format: Format, form: string | Uint8Array): Encoded =>
  format === "json" || typeof form !== "string" ? form : hex(form);

function together(
  format: Format,
  pieces: readonly [inJson: string, inMsgpack: string, inCbor: string],
  form: Encoded,
) {
  const [inJson, inMsgpack, inCbor] = pieces;
  if (typeof form === "string") return inJson + form;
  return concat(hex(format === "msgpack" ? inMsgpack : inCbor), form);
}

/** What stands before the item in its payload. */
const IN_ARGUMENTS = ["[", "91", "81"] as const;
const IN_KEYWORDS = ['[],{"k":', "90 81 a16b", "80 a1 616b"] as const;
/** An acknowledged PUBLISH to com.x, up to its payload. */
const PUBLISH = (elements: 5 | 6) =>
  [
    '[16,1,{"acknowledge":true},"com.x",',
    `9${elements} 10 01 81 ab61636b6e6f776c65646765 c3 a5636f6d2e78`,
    `8${elements} 10 01 a1 6b61636b6e6f776c65646765 f5 65636f6d2e78`,
  ] as const;

function poison({ name, forms, result, rewritten = [] }: Item, place: "Arguments" | "ArgumentsKw"): Poison {
  const message: Partial<Record<Format, Encoded>> = {};
  const payload: Partial<Record<Format, Encoded | undefined>> = {};
  for (const format of FORMATS) {
    const inArguments = place === "Arguments";
    const form = as(format, forms[format]);
    const before = together(format, inArguments ? IN_ARGUMENTS : IN_KEYWORDS, form);
    const body = typeof before === "string" ? before + (inArguments ? "]" : "}") : before;
    const whole = together(format, PUBLISH(inArguments ? 5 : 6), body);
    message[format] = typeof whole === "string" ? `${whole}]` : whole;
    payload[format] = rewritten.includes(format) ? undefined : body;
  }
  // Each format was set.
  return {
    name: `${name}, in ${place}`,
    message: message as Forms<Encoded>,
    payload: payload as Poison["payload"],
    result,
  };
}

export const POISONS: readonly Poison[] = ITEMS.flatMap((each) => [
  poison(each, "Arguments"),
  poison(each, "ArgumentsKw"),
]);
