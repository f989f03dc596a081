/** The requirements on a single message, row by row: SER-* and the payload rules of MSG-*. Long because the list of rows is. */
import { describe, expect, test } from "vitest";
import { DEFAULT_FRAME_LIMITS, type Serializer, Untranslatable } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { parse, payloadAt } from "../../src/wamp/message.ts";
import type { Payload } from "../../src/wamp/payload.ts";
import { bytes, dict, float, integer, list, type Model, message, text, write } from "./model.ts";
import { concat, hex, of } from "./scene.ts";

const json = of("wamp.2.json");
const msgpack = of("wamp.2.msgpack");
const cbor = of("wamp.2.cbor");
const ALL = [json, msgpack, cbor];
const BINARY = [msgpack, cbor];

/** A message of these elements, as a client would write it. */
const from = ({ format }: Serializer, ...elements: readonly Model[]) =>
  message(format, elements.map((each) => write(each, format)) as string[] | Uint8Array[]); // all of one format
const publish = (serializer: Serializer, ...payload: readonly Model[]) =>
  from(serializer, integer(16), integer(1), dict({}), text("a.b"), ...payload);
/** What a subscriber gets of a payload that a publisher sent: the whole EVENT. */
const forward = (source: Serializer, target: Serializer, ...payload: readonly Model[]) =>
  target.encode({ header: [36, 1, 2, {}], payload: source.decode(publish(source, ...payload)).payload });
const event = (serializer: Serializer, ...payload: readonly Model[]) =>
  from(serializer, integer(36), integer(1), integer(2), dict({}), ...payload);
/** An octet payload: Arguments with one item written by hand. */
const one = (serializer: Serializer, item: string) => {
  const [head, arg] =
    serializer.format === "cbor" ? ["85 10 01 a0 63 612e62", "81"] : ["95 10 01 80 a3 612e62", "91"];
  return hex(`${head} ${arg} ${item}`);
};
const relay = (source: Serializer, item: string, target: Serializer) =>
  target.encode({ header: [36, 1, 2, {}], payload: source.decode(one(source, item)).payload });

/** Four octets, as CBOR and batches write a length. */
const lengthOf = (length: number) => {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(length);
  return Uint8Array.from(octets);
};

const ENVELOPE = [16, 1, {}, "a.b"];
const NO_STRING = /key that is not a string/;
const VECTOR = hex("10e3ff9053075c526f5fc06d4fe37cdb");

test("SER-02 a payload reaches a peer of any format with the same values", () => {
  const given = [
    list(text("é\u{1f600}"), integer(-1), float(2.5), { is: "null" }, list(), dict({ a: bytes(0, 255) })),
  ];
  for (const source of ALL) {
    for (const target of ALL) expect(forward(source, target, ...given)).toEqual(event(target, ...given));
  }
});

test("SER-03 octets are a JSON string of NUL and base64", () => {
  const given = list({ is: "bytes", of: VECTOR });
  for (const source of BINARY) {
    expect(forward(source, json, given)).toBe('[36,1,2,{},["\\u0000EOP/kFMHXFJvX8BtT+N82w=="]]');
  }
  expect(json.encode({ header: [36, 1, 2, {}], payload: { format: "values", args: [VECTOR] } })).toBe(
    '[36,1,2,{},["\\u0000EOP/kFMHXFJvX8BtT+N82w=="]]',
  );
});

test("SER-04 a JSON string of NUL and base64 reaches a binary peer as octets, any other as text", () => {
  const payload = json.decode('[16,1,{},"a.b",["\\u0000EOP/kFMHXFJvX8BtT+N82w==","AAAA","\\u0000"]]').payload;
  for (const target of BINARY) {
    expect(target.encode({ header: [36, 1, 2, {}], payload })).toEqual(
      event(target, list({ is: "bytes", of: VECTOR }, text("AAAA"), bytes())),
    );
  }
});

test("SER-04 octets of any length pass through JSON and back", () => {
  for (let length = 0; length < 70; length++) {
    const given = list(bytes(...Array.from({ length }, (_, at) => (at * 37 + length) % 256)));
    const inJson = json.decode(forward(cbor, json, given)).payload;
    expect(msgpack.encode({ header: [36, 1, 2, {}], payload: inJson })).toEqual(event(msgpack, given));
  }
  const large = [list({ is: "bytes", of: Uint8Array.from({ length: 100_000 }, (_, at) => at % 251) })];
  expect(forward(msgpack, json, ...large)).toBe(event(json, ...large));
  expect(forward(json, cbor, ...large)).toEqual(event(cbor, ...large));
});

test("SER-05 a JSON string of NUL and something other than base64 is refused: it would end an Autobahn|Python peer", () => {
  for (const rest of ["AAA", "AA=A", "====", "A===", "AAAA=", "A A=", "ÄÄÄÄ", "\0AAA", "AA==AAAA"]) {
    const item = JSON.stringify(`\0${rest}`);
    for (const payload of [`[${item}]`, `[[{"k":${item}}]]`, `[],{"k":${item}}`]) {
      expect(() => json.decode(`[16,1,{},"a.b",${payload}]`)).toThrow(/NUL does not go on with base64/);
    }
    // In a header it reaches nobody else.
    expect(json.decode(`[1,"realm1",{"agent":${item}}]`).header).toEqual([
      1,
      "realm1",
      { agent: `\0${rest}` },
    ]);
  }
});

test("SER-05 text that begins with NUL reaches every peer but one of JSON", () => {
  for (const source of BINARY) {
    for (const value of ["\0", "\0AAAA", "\0not base64"]) {
      const given = list(text(value), dict({ [value]: text(`a${value}`) }));
      for (const target of BINARY) expect(forward(source, target, given)).toEqual(event(target, given));
      expect(() => forward(source, json, given)).toThrow(Untranslatable);
    }
  }
});

test("SER-05 a key of a dict is text whatever it looks like", () => {
  const payload = json.decode('[16,1,{},"a.b",[],{"\\u0000AAAA":1}]').payload;
  for (const target of BINARY) {
    expect(target.encode({ header: [36, 1, 2, {}], payload })).toEqual(
      event(target, list(), dict({ "\0AAAA": integer(1) })),
    );
  }
  for (const source of BINARY) {
    expect(forward(source, json, list(), dict({ "\0AAAA": integer(1) }))).toBe(
      '[36,1,2,{},[],{"\\u0000AAAA":1}]',
    );
  }
});

test("SER-06 text and octets stay apart in msgpack and CBOR", () => {
  for (const source of BINARY) {
    for (const target of BINARY) {
      const given = [list(text("abc"), bytes(97, 98, 99)), dict({ t: text(""), b: bytes() })];
      expect(forward(source, target, ...given)).toEqual(event(target, ...given));
    }
  }
});

test("SER-06 a byte order mark is a character of its text", () => {
  const given = list(text("\ufeff"), text("\ufeffabc"), text(`\ufeff${"é".repeat(100)}`));
  for (const source of ALL) {
    for (const target of ALL) expect(forward(source, target, given)).toEqual(event(target, given));
  }
});

test("SER-07 CBOR may use indefinite lengths", () => {
  const whole = hex("9f 10 01 bf ff 7f 62 612e 61 62 ff 9f 01 9f ff ff bf 61 6b 5f 41 01 41 02 ff ff ff");
  const { header, payload } = cbor.decode(whole);
  expect(header).toEqual(ENVELOPE);
  expect(payload).toEqual({
    format: "cbor",
    count: 2,
    body: hex("9f 01 9f ff ff bf 61 6b 42 01 02 ff"),
  });
  expect(json.encode({ header: [36, 1, 2, {}], payload })).toBe('[36,1,2,{},[1,[]],{"k":"\\u0000AQI="}]');
});

test("SER-07 CBOR may use longer heads than it needs, as cbor-x does", () => {
  const whole = hex(
    "98 05 1b0000000000000010 19 0001 b9 0000 79 0003 612e62 9a 00000001 b9 0001 78 01 6b 18 01",
  );
  const { header, payload } = cbor.decode(whole);
  expect(header).toEqual(ENVELOPE);
  expect(json.encode({ header: [36, 1, 2, {}], payload })).toBe('[36,1,2,{},[{"k":1}]]');
});

test("SER-08 ids are written as integers, up to 2^53 itself", () => {
  const header = [36, 2 ** 32, 2 ** 53, {}];
  expect(json.encode({ header, payload: undefined })).toBe("[36,4294967296,9007199254740992,{}]");
  expect(msgpack.encode({ header, payload: undefined })).toEqual(
    hex("94 24 cf 0000000100000000 cf 0020000000000000 80"),
  );
  expect(cbor.encode({ header, payload: undefined })).toEqual(
    hex("84 1824 1b 0000000100000000 1b 0020000000000000 a0"),
  );
});

test("SER-09 an integral float64 is an integer in a header", () => {
  expect(msgpack.decode(hex("93 31 cb 43271a0a551d00c4 80")).header).toEqual([49, 3251278072152162, {}]);
  expect(cbor.decode(hex("83 1831 fb 43271a0a551d00c4 a0")).header).toEqual([49, 3251278072152162, {}]);
  for (const each of BINARY) {
    expect(parse(each.decode(from(each, integer(49), float(7), dict({}))))).toMatchObject({ request: 7 });
    for (const no of [7.5, 2 ** 54, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => parse(each.decode(from(each, integer(49), float(no), dict({}))))).toThrow(
        ProtocolViolation,
      );
    }
  }
});

test("SER-09 an id beyond 2^53 is not rounded to one that is allowed", () => {
  for (const each of ALL) {
    for (const no of [2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)]) {
      const { header } = each.decode(from(each, integer(49), integer(no), dict({})));
      expect(header).toEqual([49, no, {}]);
      expect(() => parse({ header, payload: undefined })).toThrow(ProtocolViolation);
    }
    expect(each.decode(from(each, integer(49), integer(2n ** 53n), dict({}))).header[1]).toBe(2 ** 53);
  }
});

test("SER-09 a number beyond float64 outside the payload is a violation", () => {
  for (const no of ["1e400", "-1e400", `1${"0".repeat(400)}.5`, '"\\u0061",1e400']) {
    expect(() => json.decode(`[16,1,{"k":[${no}]},"a.b"]`)).toThrow(ProtocolViolation);
  }
});

test("SER-03 octets in the Options of a JSON message are octets, like those of any other", () => {
  expect(json.decode('[5,"",{"a":"\\u0000AQI=","b":"\\u00e9","c":"\\u0000AQI"}]').header).toEqual([
    5,
    "",
    { a: Uint8Array.of(1, 2), b: "é", c: "\0AQI" },
  ]);
  expect(() => json.decode('[5,"\\ud800",{}]')).toThrow(/lone surrogate/);
});

test("SER-11 integers over the signed and unsigned 64-bit range stay exact", () => {
  const edges = [2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];
  const given = list(
    ...[...edges, ...edges.map((edge) => -edge)].filter((n) => n >= -(2n ** 63n)).map(integer),
  );
  for (const source of ALL) {
    for (const target of ALL) expect(forward(source, target, given)).toEqual(event(target, given));
  }
});

test("SER-11 a float stays a float even where it is integral", () => {
  const given = list(
    float(1),
    float(-0),
    float(0),
    float(2 ** 53),
    float(1e21),
    float(-1e300),
    float(5e-324),
  );
  for (const source of ALL) {
    for (const target of ALL) expect(forward(source, target, given)).toEqual(event(target, given));
  }
  expect(forward(cbor, json, given)).toBe(
    "[36,1,2,{},[1.0,-0.0,0.0,9007199254740992.0,1e+21,-1e+300,5e-324]]",
  );
});

test("SER-11 a JSON number with fraction or exponent is a float, any other an integer", () => {
  const payload = json.decode('[16,1,{},"a.b",[1,1.0,1e0,1E2,-0,-0.0,0,10]]').payload;
  const read = list(
    integer(1),
    float(1),
    float(1),
    float(100),
    integer(0),
    float(-0),
    integer(0),
    integer(10),
  );
  for (const target of BINARY) {
    expect(target.encode({ header: [36, 1, 2, {}], payload })).toEqual(event(target, read));
  }
});

test("SER-11 half and single floats are read exactly", () => {
  const halves: [string, number][] = [
    ["0000", 0],
    ["8000", -0],
    ["0001", 2 ** -24],
    ["03ff", 1023 * 2 ** -24],
    ["0400", 2 ** -14],
    ["3c00", 1],
    ["3e00", 1.5],
    ["7bff", 65504],
    ["c400", -4],
    ["7c00", Number.POSITIVE_INFINITY],
    ["fc00", Number.NEGATIVE_INFINITY],
    ["7e00", Number.NaN],
  ];
  for (const [bits, value] of halves)
    expect(relay(cbor, `f9 ${bits}`, msgpack)).toEqual(event(msgpack, list(float(value))));
  const single = Math.fround(0.1);
  expect(relay(cbor, "fa 3dcccccd", msgpack)).toEqual(event(msgpack, list(float(single))));
  expect(relay(msgpack, "ca 3dcccccd", cbor)).toEqual(event(cbor, list(float(single))));
});

test("SER-11 lists and dicts of any count come through, and where their counts come last", () => {
  for (const count of [0, 1, 15, 16, 17, 23, 24, 25, 255, 256, 257, 5_000]) {
    const numbers = Array.from({ length: count }, (_, at) => at);
    const given = [
      list(
        list(...numbers.map(integer)),
        dict(Object.fromEntries(numbers.map((n) => [`k${n}`, integer(n)]))),
      ),
      dict({ deep: list(list(list(...numbers.map((n) => list(integer(n)))))) }),
    ];
    for (const source of ALL) {
      for (const target of ALL) expect(forward(source, target, ...given)).toEqual(event(target, ...given));
    }
  }
});

test("SER-11 a payload that just fits the writer's buffer, or just does not, comes through", () => {
  const nulls = Array.from({ length: 16 }, (): Model => ({ is: "null" }));
  const check = (given: Model) => {
    const fresh = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt }); // whose buffers have not grown yet
    for (const target of ["msgpack", "cbor"] as const) {
      expect(forward(json, fresh(`wamp.2.${target}`), list(given))).toEqual(
        event(of(`wamp.2.${target}`), list(given)),
      );
    }
  };
  for (let size = 16_384 - 50; size <= 16_384 + 2; size++) {
    check(list({ is: "bytes", of: new Uint8Array(size) }, ...nulls));
    check(text("€".repeat(size / 3) + "a".repeat(size % 3)));
  }
});

test("SER-19 octets by tag 64 are one value", () => {
  const { decode } = createSerializers({ limits: { octets: 100, depth: 9, items: 6 }, payloadAt })(
    "wamp.2.cbor",
  );
  expect(decode(one(cbor, "d840 41 00")).payload).toBeDefined();
  expect(() => decode(one(cbor, "81 d840 41 00"))).toThrow(/6 values/);
});

describe("SER-12 a value without a form in the receiver's format is refused by name", () => {
  const refused: [string, Serializer, string, Serializer, RegExp][] = [
    ["NaN to JSON", cbor, "f9 7e00", json, /NaN/],
    ["infinity to JSON", msgpack, "cb 7ff0000000000000", json, /Infinity/],
    ["minus infinity to JSON", msgpack, "cb fff0000000000000", json, /-Infinity/],
    ["text that would be octets to JSON", cbor, "65 00 41414141", json, /begins with NUL/],
    ["text that begins with NUL to JSON", msgpack, "a2 00 2a", json, /begins with NUL/],
    ["a timestamp to JSON", msgpack, "d6 ff 00000000", json, /timestamp/],
    ["a timestamp to CBOR", msgpack, "c7 0c ff 00000000 0000000000000000", cbor, /timestamp/],
    ["a time to JSON", cbor, "c1 1a 66000000", json, /tag 1/],
    ["a time to msgpack", cbor, "c0 74 323031332d30332d32315432303a30343a30305a", msgpack, /tag 0/],
    ["an integer below -2^63 to msgpack", cbor, "3b 8000000000000000", msgpack, /64 bit/],
  ];
  for (const [name, source, item, target, says] of refused) {
    test(name, () => {
      expect(() => relay(source, item, target)).toThrow(Untranslatable);
      expect(() => relay(source, item, target)).toThrow(says);
      // The sender's own format has a form for it, and the writer is none the worse.
      const body = source.decode(one(source, item)).payload;
      expect(source.decode(source.encode({ header: ENVELOPE, payload: body })).payload).toEqual(body);
      expect(target.encode({ header: [36, 1, 2, {}], payload: undefined })).toEqual(event(target));
    });
  }
  const fromJson: [string, RegExp][] = [
    ["1e400", /float64/],
    ["-1e400", /float64/],
    ["18446744073709551616", /64 bit/],
    ["-18446744073709551617", /64 bit/],
    ['"\\ud800"', /surrogate/],
    ['"\\udc00\\ud800 and more than forty characters of plain text"', /surrogate/],
    ['{"\\ud800":1}', /surrogate/],
  ];
  for (const [item, says] of fromJson) {
    test(`${item} from JSON`, () => {
      const { payload } = json.decode(`[16,1,{},"a.b",[${item}]]`);
      for (const target of BINARY) {
        expect(() => target.encode({ header: [36, 1, 2, {}], payload })).toThrow(Untranslatable);
        expect(() => target.encode({ header: [36, 1, 2, {}], payload })).toThrow(says);
      }
      expect(json.encode({ header: [36, 1, 2, {}], payload })).toBe(`[36,1,2,{},[${item}]]`);
    });
  }
  test("an integer of CBOR's range below -2^63 has a form in JSON", () => {
    expect(relay(cbor, "3b ffffffffffffffff", json)).toBe("[36,1,2,{},[-18446744073709551616]]");
  });
  test("the error says where, but nothing of what was sent", () => {
    const { payload } = json.decode('[16,1,{},"a.b",["secret",1e400]]');
    expect(() => msgpack.encode({ header: [36, 1, 2, {}], payload })).toThrow(
      "a number is beyond the range of a float64 (before offset 15 of the payload, in json)",
    );
  });
});

/** What a dict may not have for a key, in msgpack and in CBOR; each ends some client's session, or another's. */
const NO_KEYS: readonly [string, string, string][] = [
  ["an integer", "01", "01"],
  ["a negative integer", "ff", "20"],
  ["null", "c0", "f6"],
  ["a boolean", "c3", "f5"],
  ["a float", "cb 3ff0000000000000", "fb 3ff0000000000000"],
  ["NaN", "cb 7ff8000000000000", "f9 7e00"],
  ["octets", "c4 01 6b", "41 6b"],
  ["undefined", "d4 00 00", "f7"],
  ["a time", "d6 ff 00000000", "c1 00"],
  ["a list", "90", "80"],
  ["a dict", "80", "a0"],
];

describe("R12 a dict of a payload whose key is no string is refused, wherever it stands", () => {
  for (const [name, inMsgpack, inCbor] of NO_KEYS) {
    test(name, () => {
      for (const before of ["", "91", "81 a1 6b"]) {
        expect(() => msgpack.decode(one(msgpack, `${before} 81 ${inMsgpack} 02`))).toThrow(NO_STRING);
      }
      for (const before of ["", "81", "9f", "a1 61 6b", "bf 61 6b"]) {
        expect(() => cbor.decode(one(cbor, `${before} a1 ${inCbor} 02`))).toThrow(NO_STRING);
        expect(() => cbor.decode(one(cbor, `${before} bf 61 6b 00 ${inCbor} 02 ff`))).toThrow(NO_STRING);
      }
    });
  }
});

test("R12 a payload may not have the key __proto__, which ends AutobahnJS on msgpack", () => {
  const PROTO = /the key __proto__/;
  for (const key of ["__proto__", "\\u005f_proto__", "_\\u005Fproto\\u005f_"]) {
    expect(() => json.decode(`[16,1,{},"a.b",[{"${key}":1}]]`)).toThrow(PROTO);
    expect(() => json.decode(`[16,1,{},"a.b",[],{"a":[{"${key}":1}]}]`)).toThrow(PROTO);
  }
  const proto = "5f5f70726f746f5f5f";
  for (const head of ["a9", "d9 09", "da 0009", "db 00000009"]) {
    expect(() => msgpack.decode(one(msgpack, `81 ${head} ${proto} 01`))).toThrow(PROTO);
    expect(() => msgpack.decode(hex(`96 10 01 80 a3612e62 90 81 ${head} ${proto} 01`))).toThrow(PROTO);
  }
  for (const key of [`69 ${proto}`, `78 09 ${proto}`, `7f 62 5f5f 67 70726f746f5f5f ff`]) {
    expect(() => cbor.decode(one(cbor, `a1 ${key} 01`))).toThrow(PROTO);
    expect(() => cbor.decode(hex(`86 10 01 a0 63612e62 80 a1 ${key} 01`))).toThrow(PROTO);
  }
  // It is a text like any other where it is no key, and so is what only looks like it.
  const fine = list(text("__proto__"), dict({ __proto: integer(1), ___proto__: integer(2), "": integer(3) }));
  for (const each of ALL) expect(forward(each, each, fine)).toEqual(event(each, fine));
});

test("R12 what msgpackr writes for undefined is null to others: AutobahnJS ends on it", () => {
  for (const head of ["d4 00", "c7 01 00", "c8 0001 00", "c9 00000001 00"]) {
    const { payload } = msgpack.decode(
      hex(`96 10 01 80 a3612e62 93 01 ${head} 00 02 82 a161 ${head} 00 a162 ${head} 00`),
    );
    const body = hex("93 01 c0 02 82 a161 c0 a162 c0");
    expect(payload).toEqual({ format: "msgpack", count: 2, body });
  }
  const { payload } = msgpack.decode(hex("96 10 01 80 a3612e62 c0 81 a161 d4 00 00"));
  expect(payload).toEqual({ format: "msgpack", count: 2, body: hex("90 81 a161 c0") });
});

test("R12 a CBOR string in pieces is one of one piece to others: wampy ends on pieces", () => {
  const relayed = (item: string) => relay(cbor, item, cbor);
  const wrap = (item: Uint8Array) => concat(hex("85 1824 01 02 a0 81"), item);
  expect(relayed("7f ff")).toEqual(wrap(hex("60")));
  expect(relayed("5f ff")).toEqual(wrap(hex("40")));
  expect(relayed("83 01 7f 61 61 60 61 62 ff 5f 41 01 42 0203 ff")).toEqual(
    wrap(hex("83 01 62 6162 43 010203")),
  );
  expect(relayed("bf 7f 61 61 ff d840 5f 41 00 ff ff")).toEqual(wrap(hex("bf 61 61 d840 41 00 ff")));
  for (const [length, head] of [
    [23, "77"],
    [24, "7818"],
    [255, "78ff"],
    [256, "790100"],
    [65_535, "79ffff"],
    [65_536, "7a00010000"],
  ] as const) {
    const letters = new Uint8Array(length).fill(0x61);
    const pieces = concat(hex("7f 79 0001 61 7a"), lengthOf(length - 1), letters.subarray(1), hex("ff"));
    const { payload } = cbor.decode(concat(hex("85 10 01 a0 63612e62 81"), pieces));
    expect(payload?.format === "cbor" && payload.body).toEqual(concat(hex(`81 ${head}`), letters));
  }
  // A length of eight octets makes wampy lose its place.
  expect(relayed("82 7b 0000000000000002 6162 7a 00000001 61")).toEqual(
    wrap(hex("82 62 6162 7a 00000001 61")),
  );
  expect(() => relayed("a1 7b 0000000000000009 5f5f70726f746f5f5f 01")).toThrow(/__proto__/);
  // Whatever stands beside it stays as it is: a time, a long head, a float of half the precision.
  expect(relayed("84 c1 00 7f 61 61 ff 1b 0000000000000001 f9 3c00")).toEqual(
    wrap(hex("84 c1 00 61 61 1b 0000000000000001 f9 3c00")),
  );
});

test("SER-13 undefined becomes null where the receiver has none", () => {
  expect(relay(cbor, "f7", json)).toBe("[36,1,2,{},[null]]");
  expect(relay(cbor, "a1 61 6b f7", msgpack)).toEqual(event(msgpack, list(dict({ k: { is: "null" } }))));
  expect(relay(msgpack, "d4 00 00", json)).toBe("[36,1,2,{},[null]]");
  expect(relay(cbor, "f7", cbor)).toEqual(hex("85 1824 01 02 a0 81 f7"));
});

test("SER-14 a message that is not a list is a violation", () => {
  for (const no of ["1", '"a"', "null", "{}", '{"0":1}', "true", ""]) {
    expect(() => json.decode(no)).toThrow(ProtocolViolation);
  }
  for (const no of ["01", "a161", "c0", "80", "c401 00", ""])
    expect(() => msgpack.decode(hex(no))).toThrow(ProtocolViolation);
  for (const no of ["01", "6161", "f6", "a0", "bfff", "c081 01", ""]) {
    expect(() => cbor.decode(hex(no))).toThrow(ProtocolViolation);
  }
});

test("SER-15 an empty list, or a first element that is no integer, is a violation", () => {
  for (const each of ALL) {
    expect(() => each.decode(from(each))).toThrow(/empty/);
    for (const no of [
      text("16"),
      float(1.5),
      { is: "null" },
      list(),
      dict({}),
      { is: "boolean", of: true },
    ] as Model[]) {
      expect(() => each.decode(from(each, no, integer(1)))).toThrow(/type code/);
    }
    expect(() => each.decode(from(each, integer(2n ** 63n), integer(1)))).toThrow(/type code/);
  }
});

test("SER-16 a key that is not a string is a violation in Options, Details and Extra", () => {
  for (const no of ["81 01 02", "81 c0 01", "81 c4 01 6b 01", "81 a1 6b 81 01 02"]) {
    expect(() => msgpack.decode(hex(`94 10 01 ${no} a3 612e62`))).toThrow(/key that is not a string/);
  }
  for (const no of ["a1 01 02", "a1 f6 01", "a1 41 6b 01", "a1 61 6b a1 01 02"]) {
    expect(() => cbor.decode(hex(`84 10 01 ${no} 63 612e62`))).toThrow(/key that is not a string/);
  }
  expect(() => json.decode('[16,1,{1:2},"a.b"]')).toThrow(/key must be a string/);
});

test("SER-17 of duplicate keys in Options the last one wins", () => {
  const found = [16, 1, { k: 2 }, "a.b"];
  expect(json.decode('[16,1,{"k":1,"k":2},"a.b"]').header).toEqual(found);
  expect(msgpack.decode(hex("94 10 01 82 a16b 01 a16b 02 a3 612e62")).header).toEqual(found);
  expect(cbor.decode(hex("84 10 01 a2 616b 01 616b 02 63 612e62")).header).toEqual(found);
});

test("SER-17 duplicate keys in a payload pass", () => {
  const payload = json.decode('[16,1,{},"a.b",[],{"k":1,"k":2}]').payload;
  expect(cbor.encode({ header: [36, 1, 2, {}], payload })).toEqual(
    hex("86 1824 01 02 a0 80 a2 616b 01 616b 02"),
  );
});

test("SER-18 the keys of a payload keep their order all the same", () => {
  const given = [list(dict({ z: integer(1), a: integer(2), m: integer(3) }))];
  for (const source of ALL) {
    for (const target of ALL) expect(forward(source, target, ...given)).toEqual(event(target, ...given));
  }
});

test("SER-19 nesting has a bound, in header and payload", () => {
  for (const each of ALL) {
    const nested = (levels: number): Model => (levels === 0 ? integer(1) : list(nested(levels - 1)));
    expect(each.decode(publish(each, nested(31))).payload).toBeDefined();
    expect(() => each.decode(publish(each, nested(32)))).toThrow(/nested 32 deep/);
    const extra = (levels: number): Model => (levels === 0 ? integer(1) : dict({ k: extra(levels - 1) }));
    expect(each.decode(from(each, integer(5), text(""), extra(31))).header).toHaveLength(3);
    expect(() => each.decode(from(each, integer(5), text(""), extra(32)))).toThrow(/nested 32 deep/);
  }
});

test("SER-21 an undefined value in Options counts as absent", () => {
  const absent = { type: "SUBSCRIBE", request: 1, options: {}, topic: "a.b" };
  expect(
    parse(cbor.decode(hex("84 1820 01 b9 0002 656d61746368 f7 6c6765745f72657461696e6564 f7 63 612e62"))),
  ).toEqual(absent);
  expect(
    parse(msgpack.decode(hex("94 20 01 82 a56d61746368 d40000 ac6765745f72657461696e6564 d40000 a3 612e62"))),
  ).toEqual(absent);
});

test("SER-21 an undefined value of the router's own is left out", () => {
  for (const each of ALL) {
    expect(each.encode({ header: [36, 1, 2, { a: undefined }], payload: undefined })).toEqual(event(each));
  }
});

test("R12 a key named __proto__ becomes a property and no prototype", () => {
  for (const each of ALL) {
    const options: Model = {
      is: "dict",
      of: [["__proto__", dict({ acknowledge: { is: "boolean", of: true } })]],
    };
    const [, , read] = each.decode(from(each, integer(16), integer(1), options, text("a.b"))).header;
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(Object.keys(Object(read))).toEqual(["__proto__"]);
    expect(Object(read).acknowledge).toBeUndefined();
  }
});

describe("the payload of a message", () => {
  const absent: Record<string, Model[]> = {
    "no Arguments": [],
    "empty Arguments": [list()],
    "null Arguments": [{ is: "null" }],
    "empty Arguments and ArgumentsKw": [list(), dict({})],
    "null Arguments and empty ArgumentsKw": [{ is: "null" }, dict({})],
    "null Arguments and ArgumentsKw": [{ is: "null" }, { is: "null" }],
    "empty Arguments and null ArgumentsKw": [list(), { is: "null" }],
  };
  for (const [name, elements] of Object.entries(absent)) {
    test(`MSG-39 MSG-42 ${name}: absent`, () => {
      for (const each of ALL) expect(each.decode(publish(each, ...elements))).toEqual({ header: ENVELOPE });
    });
  }

  test("MSG-39 empty values of the router's own are left out", () => {
    const empty: Payload[] = [
      { format: "values", args: [] },
      { format: "values", args: [], kwargs: {} },
      { format: "values", args: [], kwargs: { a: undefined } },
    ];
    for (const each of ALL) {
      for (const payload of empty)
        expect(each.encode({ header: [36, 1, 2, {}], payload })).toEqual(event(each));
    }
  });

  test("MSG-40 MSG-41 null Arguments before ArgumentsKw become an empty list", () => {
    for (const source of ALL) {
      for (const target of ALL) {
        const given = dict({ a: integer(1) });
        expect(forward(source, target, { is: "null" }, given)).toEqual(event(target, list(), given));
      }
    }
    const payload: Payload = { format: "values", args: [], kwargs: { a: 1 } };
    for (const each of ALL) {
      expect(each.encode({ header: [36, 1, 2, {}], payload })).toEqual(
        event(each, list(), dict({ a: integer(1) })),
      );
    }
  });

  test("MSG-43 the payload is forwarded as it came", () => {
    const body = ' [ 1.50 , "\\u0061" ] , { "k" : 1e2 } ';
    expect(
      json.encode({ header: [36, 1, 2, {}], payload: json.decode(`[16,1,{},"a.b",${body}]`).payload }),
    ).toBe(`[36,1,2,{},${body.trim()}]`);
    for (const each of BINARY) {
      const [given, expected] = [
        publish(each, list(integer(1)), dict({})),
        event(each, list(integer(1)), dict({})),
      ];
      expect(each.encode({ header: [36, 1, 2, {}], payload: each.decode(given).payload })).toEqual(expected);
    }
  });

  test("MSG-43 null ArgumentsKw are left out", () => {
    for (const each of ALL)
      expect(forward(each, each, list(integer(1)), { is: "null" })).toEqual(event(each, list(integer(1))));
  });

  test("MSG-30 nothing may follow ArgumentsKw", () => {
    for (const each of ALL) {
      expect(() => each.decode(publish(each, list(), dict({}), integer(1)))).toThrow(/nothing may follow/);
    }
  });

  test("MSG-31 PPT-14 Arguments must be a list and ArgumentsKw a dict", () => {
    for (const each of ALL) {
      for (const no of [text("raw"), bytes(1), integer(1), dict({})]) {
        expect(() => each.decode(publish(each, no))).toThrow(/Arguments must be a list/);
      }
      for (const no of [text("raw"), integer(1), list()]) {
        expect(() => each.decode(publish(each, list(), no))).toThrow(/ArgumentsKw must be a dict/);
      }
    }
  });

  test("MSG-31 the keys of ArgumentsKw must be strings", () => {
    expect(() => msgpack.decode(hex("96 10 01 80 a3612e62 90 81 01 02"))).toThrow(NO_STRING);
    expect(() => cbor.decode(hex("86 10 01 a0 63612e62 80 a1 01 02"))).toThrow(NO_STRING);
    expect(() => cbor.decode(hex("86 10 01 a0 63612e62 80 bf 41 6b 02 ff"))).toThrow(NO_STRING);
  });

  test("MSG-43 plain values are written kind by kind", () => {
    const args = [
      1,
      -1,
      1.5,
      2 ** 53,
      2n ** 64n - 1n,
      "a",
      true,
      null,
      undefined,
      Uint8Array.of(1),
      [],
      { a: undefined },
    ];
    const written = [
      integer(1),
      integer(-1),
      float(1.5),
      integer(2 ** 53),
      integer(2n ** 64n - 1n),
      text("a"),
    ];
    const rest: Model[] = [
      { is: "boolean", of: true },
      { is: "null" },
      { is: "null" },
      bytes(1),
      list(),
      dict({}),
    ];
    for (const each of ALL) {
      expect(each.encode({ header: [36, 1, 2, {}], payload: { format: "values", args } })).toEqual(
        event(each, list(...written, ...rest)),
      );
    }
  });

  test("a message without a payload is all header", () => {
    for (const each of ALL) {
      const given = from(each, integer(34), integer(1), integer(2), dict({ a: list(integer(1)) }));
      expect(each.decode(given)).toEqual({ header: [34, 1, 2, { a: [1] }] });
    }
  });
});
