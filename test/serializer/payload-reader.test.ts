/**
 * What the router itself reads of a payload, and takes from it as it stands (history, testaments). Payloads are written, and
 * what comes out is read, by other people's codecs.
 */
import { decode as decodeMsgpack, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import { describe, expect, test } from "vitest";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import { WampError } from "../../src/wamp/error.ts";
import { type Format, type Payload, RawItem } from "../../src/wamp/payload.ts";
import { concat, hex, of } from "./scene.ts";

const FORMATS = ["json", "msgpack", "cbor"] as const;
const RESULT = [50, 1, {}];

/** A payload as a client of that format writes it, and as the router's serializer takes it from the frame. */
function payload(format: Format, args: unknown, kwargs?: unknown): Payload {
  const message = [...RESULT, args, ...(kwargs === undefined ? [] : [kwargs])];
  const taken = of(`wamp.2.${format}`).decode(encoded(format, message)).payload;
  if (!taken) throw new Error("there is no payload");
  return taken;
}

function encoded(format: Format, value: unknown): string | Uint8Array {
  if (format === "json") return JSON.stringify(value);
  return format === "msgpack" ? encodeMsgpack(value, { useBigInt64: true }) : encodeCbor(value);
}

function decoded(format: Format, encoded: string | Uint8Array): unknown {
  if (typeof encoded === "string") return JSON.parse(encoded);
  return format === "msgpack" ? decodeMsgpack(encoded) : decodeCbor(encoded);
}

/** A payload made of octets, or text, by hand. */
function raw(format: Format, ...items: readonly (string | Uint8Array)[]): Payload {
  const count = items.length === 2 ? 2 : 1;
  if (format === "json") return { format, count, body: items.join(",") };
  return { format, count, body: concat(...(items as Uint8Array[])) };
}

function item(format: Format, body: string | Uint8Array): RawItem {
  return new RawItem(format, body);
}

function invalid(act: () => unknown): void {
  expect(act).toThrow(expect.objectContaining({ uri: "wamp.error.invalid_argument" }));
  expect(act).toThrow(WampError);
}

describe.each(FORMATS)("%s", (format) => {
  const read = (args: unknown, kwargs?: unknown) => payloadReader.read(payload(format, args, kwargs));

  test(`MET-06 read gives the values of Arguments and ArgumentsKw (${format})`, () => {
    const values = [1, -1, 2 ** 40, 1.5, "é\u{1F600}", "", true, false, null, [[]], { a: { b: [1] } }, {}];
    expect(read(values)).toStrictEqual({ args: values, kwargs: {} });
    expect(read(values, { limit: 5, reverse: true })).toStrictEqual({
      args: values,
      kwargs: { limit: 5, reverse: true },
    });
    expect(read([], { a: 1 })).toStrictEqual({ args: [], kwargs: { a: 1 } });
    expect(payloadReader.read(undefined)).toStrictEqual({ args: [], kwargs: {} });
  });

  test(`SER-17 no key that is read reaches a prototype (${format})`, () => {
    const { kwargs } = payloadReader.read(payload(format, [], { constructor: 2, prototype: { limit: 1 } }));
    expect(Object.keys(kwargs).sort()).toStrictEqual(["constructor", "prototype"]);
    expect(Object.getPrototypeOf(kwargs)).toBe(Object.prototype);
    expect(kwargs.limit).toBeUndefined();
  });

  test(`MSG-43 parts are Arguments and ArgumentsKw as they stand (${format})`, () => {
    const args = encoded(format, [1, { a: "b" }]);
    const kwargs = encoded(format, { k: [2] });
    const one = raw(format, args);
    expect(payloadReader.parts(one, one)).toStrictEqual({ args: item(format, args) });
    const two = raw(format, args, kwargs);
    const { args: foundArgs, kwargs: foundKwargs } = payloadReader.parts(two, one) ?? {};
    expect([foundArgs?.format, foundKwargs?.format]).toStrictEqual([format, format]);
    expect([foundArgs, foundKwargs].map((each) => decoded(format, each?.body ?? ""))).toStrictEqual([
      [1, { a: "b" }],
      { k: [2] },
    ]);
    expect(payloadReader.parts(undefined, one)).toStrictEqual({});
    expect(payloadReader.parts(one, undefined)).toStrictEqual({ args: item(format, args) });
  });

  test.each(FORMATS)(`SER-02 parts are given in the format of whoever asks (${format} to %s)`, (asked) => {
    const like = payload(asked, [1]);
    const args = [1, -7, 2.5, "x", null, true, { deep: [{ er: [] }] }];
    const parts = payloadReader.parts(payload(format, args, { k: "v" }), like);
    expect(parts?.args?.format).toBe(asked);
    expect(decoded(asked, parts?.args?.body ?? "")).toStrictEqual(args);
    expect(decoded(asked, parts?.kwargs?.body ?? "")).toStrictEqual({ k: "v" });
    const alone = payloadReader.parts(payload(format, [], { k: "v" }), like);
    expect(decoded(asked, alone?.args?.body ?? "")).toStrictEqual([]);
  });

  test(`TES-03 nested makes a payload of a list and a dict that stand in Arguments (${format})`, () => {
    const nested = (...args: unknown[]) => payloadReader.nested(payload(format, args), 1, 2);
    const shown = (made: Payload | undefined) => {
      const parts = payloadReader.parts(made, made);
      return [parts?.args, parts?.kwargs].map((each) => each && decoded(format, each.body));
    };
    expect(shown(nested("com.x", [1, "two", [3]], { k: { l: 4 } }))).toStrictEqual([
      [1, "two", [3]],
      { k: { l: 4 } },
    ]);
    expect(shown(nested("com.x", [1], null))).toStrictEqual([[1], undefined]);
    expect(shown(nested("com.x", [1], {}, "more"))).toStrictEqual([[1], undefined]);
    expect(shown(nested("com.x", null, { k: 1 }))).toStrictEqual([[], { k: 1 }]);
    expect(shown(nested("com.x", [], { k: 1 }))).toStrictEqual([[], { k: 1 }]);
    expect(nested("com.x", [], {})).toBeUndefined();
    expect(nested("com.x", null, null)).toBeUndefined();
    expect(nested("com.x")).toBeUndefined();
    expect(payloadReader.nested(undefined, 1, 2)).toBeUndefined();
  });

  test(`TES-03 what is nested must be what Arguments and ArgumentsKw must be (${format})`, () => {
    const octets = format === "json" ? "\u0000AAEC" : Uint8Array.of(0, 1, 2);
    for (const wrong of [1, "x", true, {}, { a: 1 }, octets]) {
      invalid(() => payloadReader.nested(payload(format, ["com.x", wrong, null]), 1, 2));
    }
    for (const wrong of [1, "x", true, [], [1], octets]) {
      invalid(() => payloadReader.nested(payload(format, ["com.x", null, wrong]), 1, 2));
    }
  });

  test(`SER-14 a payload of the router itself is not asked for its octets (${format})`, () => {
    const values = { format: "values", args: [1] } as const;
    expect(() => payloadReader.read(values)).toThrow(TypeError);
    expect(() => payloadReader.parts(values, undefined)).toThrow(TypeError);
    expect(() => payloadReader.nested(values, 0, 1)).toThrow(TypeError);
  });
});

test("SER-11 read keeps 64-bit integers exact", () => {
  const expected = { args: [2n ** 63n, -(2n ** 63n), 2 ** 53, 2n ** 64n - 1n], kwargs: {} };
  const json = raw(
    "json",
    "[9223372036854775808,-9223372036854775808,9007199254740992,18446744073709551615]",
  );
  expect(payloadReader.read(json)).toStrictEqual(expected);
  const values = [2n ** 63n, -(2n ** 63n), 2n ** 53n, 2n ** 64n - 1n];
  expect(payloadReader.read(payload("msgpack", values))).toStrictEqual(expected);
  expect(payloadReader.read(payload("cbor", values))).toStrictEqual(expected);
});

test("SER-04 read gives octets as octets in every format", () => {
  const octets = Uint8Array.of(0, 1, 2);
  const read = (from: Payload) => payloadReader.read(from).args;
  expect(read(payload("json", ["\u0000AAEC", "AAEC"]))).toStrictEqual([octets, "AAEC"]);
  expect(read(payload("msgpack", [octets]))).toStrictEqual([octets]);
  expect(read(payload("cbor", [octets]))).toStrictEqual([octets]);
  const [taken] = read(payload("cbor", [octets])) as [Uint8Array];
  expect(taken.buffer.byteLength).toBe(3); // a copy, which does not keep the frame
});

test("MET-06 what has no plain form is an invalid argument of the call, and no fault of the router", () => {
  invalid(() => payloadReader.read(raw("json", "[1e400]")));
  invalid(() => payloadReader.read(raw("json", '["\\ud800"]')));
  invalid(() => payloadReader.read(raw("msgpack", hex("91 d6ff 00000001")))); // a timestamp
  invalid(() => payloadReader.read(raw("msgpack", hex("91 81 01 02")))); // the key 1
  invalid(() => payloadReader.read(raw("cbor", hex("81 c1 01")))); // tag 1, a time
  invalid(() => payloadReader.read(raw("cbor", hex("81 a1 01 02"))));
});

test("SER-21 read takes undefined for absent", () => {
  const { kwargs } = payloadReader.read(raw("cbor", hex("80"), hex("a1 65 6c696d6974 f7")));
  expect(kwargs.limit).toBeUndefined();
  expect(payloadReader.nested(raw("cbor", hex("83 60 f7 f7")), 1, 2)).toBeUndefined();
  expect(payloadReader.nested(raw("cbor", hex("83 60 f7 a1 616b 01")), 1, 2)).toStrictEqual({
    format: "cbor",
    count: 2,
    body: hex("80 a1 616b 01"),
  });
});

test("SER-07 parts and nested find the ends of CBOR's indefinite lengths", () => {
  const list = hex("9f 01 9f ff 5f 41 00 ff ff");
  const dict = hex("bf 616b 7f 61 78 60 ff ff");
  const both = raw("cbor", list, dict);
  expect(payloadReader.parts(both, both)).toStrictEqual({
    args: item("cbor", list),
    kwargs: item("cbor", dict),
  });
  const call = raw("cbor", concat(hex("9f 60"), list, dict, hex("ff")));
  expect(payloadReader.nested(call, 1, 2)).toStrictEqual({
    format: "cbor",
    count: 2,
    body: concat(list, dict),
  });
  expect(payloadReader.nested(raw("cbor", hex("83 60 9fff bfff")), 1, 2)).toBeUndefined();
});

test("MSG-43 white space around what is nested does not matter", () => {
  const call = raw("json", '[ "com.x" ,\n[ 1 , 2 ]\t, { "k" : "," } ]', ' { "scope" : "detached" }');
  expect(payloadReader.nested(call, 1, 2)).toStrictEqual({
    format: "json",
    count: 2,
    body: '[ 1 , 2 ],{ "k" : "," }',
  });
  expect(payloadReader.read(call)).toStrictEqual({
    args: ["com.x", [1, 2], { k: "," }],
    kwargs: { scope: "detached" },
  });
});

test("SER-11 what is nested stays as it stands: 1.0 a float, 64-bit integers exact, octets octets", () => {
  const json = '[1.0,1,18446744073709551615,-0.0,1e2,"\\u0000AAEC"]';
  expect(payloadReader.nested(raw("json", `["com.x",${json},{"f":2.0}]`), 1, 2)).toStrictEqual({
    format: "json",
    count: 2,
    body: `${json},{"f":2.0}`,
  });
  const msgpack = hex("95 cb3ff0000000000000 01 cfffffffffffffffff ca3f800000 c403000102");
  expect(payloadReader.nested(raw("msgpack", concat(hex("93 a0"), msgpack, hex("c0"))), 1, 2)).toStrictEqual({
    format: "msgpack",
    count: 1,
    body: msgpack,
  });
  const cbor = hex("85 f93c00 01 1bffffffffffffffff 3bffffffffffffffff 43000102");
  expect(payloadReader.nested(raw("cbor", concat(hex("83 60"), cbor, hex("f6"))), 1, 2)).toStrictEqual({
    format: "cbor",
    count: 1,
    body: cbor,
  });
});

test("SER-12 parts that the asking format cannot express are not given, and are given in their own", () => {
  const timestamp = raw("msgpack", hex("91 d6ff 00000001"));
  const time = raw("cbor", hex("81 c1 01"));
  const infinite = raw("cbor", hex("81 f97c00"));
  const huge = raw("json", "[18446744073709551616]");
  const like = Object.fromEntries(FORMATS.map((format) => [format, payload(format, [1])]));
  const given = (from: Payload) => FORMATS.filter((format) => payloadReader.parts(from, like[format]));
  expect(given(timestamp)).toStrictEqual(["msgpack"]);
  expect(given(time)).toStrictEqual(["cbor"]);
  expect(given(infinite)).toStrictEqual(["msgpack", "cbor"]);
  expect(given(huge)).toStrictEqual(["json"]);
  expect(payloadReader.parts(timestamp, timestamp)).toStrictEqual({
    args: item("msgpack", hex("91 d6ff 00000001")),
  });
  const inKeywords = raw("msgpack", hex("90"), hex("81 a16b d6ff 00000001"));
  expect(given(inKeywords)).toStrictEqual(["msgpack"]);
});

test("SER-02 a taken part goes octet for octet into a message of its format, and rewritten into any other", () => {
  const inside = (part: RawItem) => ({
    header: RESULT,
    payload: { format: "values", args: [{ args: part, n: 1 }, part] } as const,
  });
  const list = hex("92 ca3fc00000 cd0001"); // neither head is the shortest
  const msgpack = inside(item("msgpack", list));
  expect(of("wamp.2.msgpack").encode(msgpack)).toStrictEqual(
    concat(hex("94 32 01 80 92 82 a461726773"), list, hex("a16e 01"), list),
  );
  expect(of("wamp.2.json").encode(msgpack)).toBe('[50,1,{},[{"args":[1.5,1],"n":1},[1.5,1]]]');
  expect(of("wamp.2.cbor").encode(msgpack)).toStrictEqual(
    hex("84 18 32 01 a0 82 a2 64 61726773 82 fb3ff8000000000000 01 61 6e 01 82 fb3ff8000000000000 01"),
  );
  const json = inside(item("json", "[1.50, 1E2, -0, 18446744073709551616]"));
  expect(of("wamp.2.json").encode(json)).toBe(
    '[50,1,{},[{"args":[1.50, 1E2, -0, 18446744073709551616],"n":1},[1.50, 1E2, -0, 18446744073709551616]]]',
  );
});
