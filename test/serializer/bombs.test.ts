/** R14 and R13: whatever a client sends ends in an envelope or a ProtocolViolation, and no small message costs much. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Untranslatable } from "../../src/serializer/serializer.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import type { Format } from "../../src/wamp/payload.ts";
import { anyPayload, dict, integer, list, type Model, message, STYLES, text, write } from "./model.ts";
import { concat, hex, of } from "./scene.ts";

const FORMATS = ["json", "msgpack", "cbor"] as const;
const SEED = 20_261_122;

const msgpackHead = hex("95 10 01 80 a3 612e62");
const cborHead = hex("85 10 01 a0 63 612e62");
/** Arguments by hand, and everything else of a PUBLISH. */
const msgpack = (args: Uint8Array | string) =>
  concat(msgpackHead, typeof args === "string" ? hex(args) : args);
const cbor = (args: Uint8Array | string) => concat(cborHead, typeof args === "string" ? hex(args) : args);
const json = (args: string) => `[16,1,{},"a.b",${args}]`;
const times = (count: number, octet: number) => new Uint8Array(count).fill(octet);

const BOMBS: Record<Format, Record<string, string | Uint8Array>> = {
  json: {
    "100,000 lists in each other": json("[".repeat(100_000)),
    "100,000 balanced lists": json("[".repeat(100_000) + "]".repeat(100_000)),
    "100,000 dicts in each other": json(`[${'{"a":'.repeat(100_000)}`),
    "100,000 dicts in the Options": `[16,1,${'{"a":'.repeat(100_000)}`,
    "100,000 values": json(`[${"0,".repeat(100_000)}0]`),
    "100,000 values after the type code": `[16${",0".repeat(100_000)}]`,
    "a number of 5,000 digits, which ends Python": json(`[${"9".repeat(5_000)}]`),
    "a fraction of a million digits": json(`[0.${"1".repeat(1_000_000)}]`),
    "an exponent of a million digits": json(`[1e${"1".repeat(1_000_000)}]`),
    "a string without end": json(`["${"a".repeat(100_000)}`),
    "a million backslashes": json(`["${"\\".repeat(1_000_001)}"]`),
    "an escape cut short": json('["\\u12"]'),
    "an escape that is none": json('["\\x41"]'),
    "an escape in capital": json('["\\N"]'),
    "a line feed in a string": json('["a\nb"]'),
    "a NUL in a string": json('["a\0b"]'),
    "a control character far inside a string": json(`["${"a".repeat(100)}\u001f${"b".repeat(100)}"]`),
    NaN: json("[NaN]"),
    Infinity: json("[-Infinity]"),
    undefined: json("[undefined]"),
    "a leading zero": json("[01]"),
    "a plus": json("[+1]"),
    "a lone minus": json("[-]"),
    "a bare point": json("[.5]"),
    "a point at the end": json("[1.]"),
    "an empty exponent": json("[1e+]"),
    hexadecimal: json("[0x10]"),
    "a comma too many in a list": json("[1,]"),
    "a comma too many in a dict": json('[],{"a":1,}'),
    "a key without quotes": json("[],{a:1}"),
    "single quotes": json("['a']"),
    "a comment": json("[/* */]"),
    "a dict without a value": json('[],{"a"}'),
    "a bracket of the other kind": json("[1}"),
    TRUE: json("[TRUE]"),
    nul: json("[nul]"),
    "a separator of batches": json("[\u001e]"),
    "a no-break space": json("[\u00a01]"),
  },
  msgpack: {
    "100,000 lists in each other": msgpack(times(100_000, 0x91)),
    "100,000 dicts in each other": msgpack(concat(...Array(1_000).fill(hex("81 a161")))),
    "a dict as its own key": msgpack("91 81 81 01 02 03"),
    "a list as a key": msgpack("91 81 91 01 02"),
    "a list of 4 G values": msgpack("dd ffffffff"),
    "a list of 65,535 values": msgpack("dc ffff"),
    "a dict of 4 G pairs": msgpack("91 df ffffffff"),
    "a dict of 2 G pairs in twice the octets": msgpack("91 df 80000000 01 02 03 04"),
    "text of 4 GB": msgpack("91 db ffffffff 61"),
    "octets of 4 GB": msgpack("91 c6 ffffffff 61"),
    "an extension of 4 GB": msgpack("91 c9 ffffffff 00 00"),
    "a message of 4 G elements": hex("dd ffffffff 10"),
    "100,000 values": msgpack(concat(hex("dd 000186a0"), times(100_000, 0))),
    "100,000 values in a header": concat(hex("dd 000186a0"), times(100_000, 0x10)),
    "invalid UTF-8": msgpack("91 a1 ff"),
    "an overlong encoding": msgpack("91 a2 c080"),
    "a surrogate in UTF-8": msgpack("91 a3 eda080"),
    "beyond Unicode": msgpack("91 a4 f4908080"),
    "UTF-8 cut short": msgpack("91 a2 e282"),
    "invalid UTF-8 in long text": msgpack(concat(hex("91 da 0400"), times(1_023, 0x61), hex("80"))),
    "invalid UTF-8 in a key": msgpack("91 81 a1 80 01"),
    "invalid UTF-8 in a header": hex("94 10 01 80 a1 80"),
    "the octet c1": msgpack("91 c1"),
    "an extension of type 1": msgpack("91 d4 01 00"),
    "a msgpackr record": msgpack("91 d4 72 40"),
    "a msgpackr reference": msgpack("91 d6 69 00000001"),
    "a msgpackr regular expression": msgpack("91 c7 03 78 92a161"),
    "an extension of type 0 that is not undefined": msgpack("91 d4 00 01"),
    "a longer extension of type 0": msgpack("91 d5 00 0000"),
    "a timestamp of the wrong size": msgpack("91 c7 05 ff 0000000000"),
    "a timestamp of too many nanoseconds": msgpack("91 c7 0c ff ffffffff 0000000000000000"),
    "a timestamp of too many nanoseconds in 8 octets": msgpack("91 d7 ff ffffffff 00000000"),
    "a timestamp in a header": hex("94 10 01 81 a161 d6ff00000000 a161"),
    "an integer cut short": msgpack("91 cf 00000000"),
    "a float cut short": msgpack("91 cb 00"),
  },
  cbor: {
    "100,000 lists in each other": cbor(times(100_000, 0x81)),
    "100,000 indefinite lists": cbor(times(100_000, 0x9f)),
    "100,000 indefinite dicts": cbor(concat(hex("81"), ...Array(1_000).fill(hex("bf 6161")))),
    "100,000 tags": cbor(concat(hex("81"), times(100_000, 0xc1))),
    "100,000 tags of octets": cbor(concat(hex("81"), ...Array(1_000).fill(hex("d840")))),
    "a list of 2^64 values": cbor("9b ffffffffffffffff"),
    "a list of 4 G values": cbor("9a ffffffff"),
    "a dict of 2^63 pairs": cbor("81 bb 8000000000000000"),
    "text of 2^64 octets": cbor("81 7b ffffffffffffffff 61"),
    "octets of 4 GB": cbor("81 5a ffffffff 61"),
    "a piece of 4 GB": cbor("81 5f 5a ffffffff 61 ff"),
    "a message of 2^64 elements": hex("9b ffffffffffffffff 10"),
    "100,000 values": cbor(concat(hex("9a 000186a0"), times(100_000, 0))),
    "100,000 values without a count": cbor(concat(hex("9f"), times(100_000, 0), hex("ff"))),
    "100,000 pieces of nothing": cbor(concat(hex("81 5f"), times(100_000, 0x40), hex("ff"))),
    "a positive bignum": cbor("81 c2 49 010000000000000000"),
    "a negative bignum": cbor("81 c3 49 010000000000000000"),
    "a shared value (tag 28)": cbor("82 d81c 81 01 d81d 00"),
    "a shared reference (tag 29)": cbor("81 d81d 00"),
    "a live object (tag 27)": cbor("81 d81b 82 66526567457870 6161"),
    "a decimal fraction (tag 4)": cbor("81 c4 82 21 19 6ab3"),
    "embedded CBOR (tag 24)": cbor("81 d818 41 00"),
    "self-described CBOR (tag 55799)": concat(hex("d9d9f7"), cbor("80")),
    "a tag of 64 bit": cbor("81 db ffffffffffffffff 00"),
    "octets by tag 64 that are text": cbor("81 d840 61 61"),
    "a time of tag 0 that is a number": cbor("81 c0 00"),
    "a time of tag 0 that is no time": cbor("81 c0 63 616263"),
    "a day of tag 0 that does not exist": cbor(concat(hex("81 c0 74"), Buffer.from("2023-02-30T00:00:00Z"))),
    "a year of tag 0 that Python has not": cbor(concat(hex("81 c0 74"), Buffer.from("0000-01-01T00:00:00Z"))),
    "a time of tag 1 that is NaN": cbor("81 c1 f9 7e00"),
    "a time of tag 1 beyond all calendars": cbor("81 c1 1b ffffffffffffffff"),
    "a time of tag 1 before all calendars": cbor("81 c1 3b ffffffffffffffff"),
    "a time of tag 1 that is text": cbor("81 c1 61 31"),
    "a time in a header": hex("84 10 01 a1 6161 c1 00 6161"),
    "an unassigned simple value": cbor("81 e0"),
    "a simple value of two octets": cbor("81 f8 ff"),
    "a boolean of two octets": cbor("81 f8 15"),
    "a reserved length": cbor("81 1c"),
    "an integer of indefinite length": cbor("81 1f"),
    "a tag of indefinite length": cbor("81 df 00"),
    "a break in a list that has a count": cbor("82 01 ff"),
    "a break after a key": cbor("81 bf 6161 ff"),
    "a piece of the other kind": cbor("81 5f 61 61 ff"),
    "a piece in pieces": cbor("81 5f 5f 41 00 ff ff"),
    "a character in two pieces": cbor("81 7f 61 c3 61 a9 ff"),
    "invalid UTF-8": cbor("81 61 ff"),
    "an overlong encoding": cbor("81 62 c0af"),
    "a surrogate in UTF-8": cbor("81 63 edbfbf"),
    "invalid UTF-8 in a key": cbor("81 a1 61 80 01"),
    "a list as a key": cbor("81 a1 81 01 02"),
    "a dict as a key": cbor("81 a1 a0 02"),
  },
};

for (const format of FORMATS) {
  describe(`R14 a bomb in ${format} is refused`, () => {
    for (const [name, bomb] of Object.entries(BOMBS[format])) {
      test(name, () => {
        expect(() => of(`wamp.2.${format}`).decode(bomb)).toThrow(ProtocolViolation);
      });
    }
  });

  test(`R14 the names of the ${format} bombs do not give away what was sent`, () => {
    const secret = {
      json: json('["hunter2",x]'),
      msgpack: msgpack("92 a7 68756e74657232 c1"),
      cbor: cbor("82 67 68756e74657232 ff"),
    };
    let says = "";
    try {
      of(`wamp.2.${format}`).decode(secret[format]);
    } catch (error) {
      says = String(error);
    }
    expect(says).toMatch(/malformed .* at (character|octet) \d+/);
    expect(says).not.toContain("hunter2");
  });
}

const SAMPLE: Model[] = [
  integer(16),
  integer(239_714_735),
  dict({ acknowledge: { is: "boolean", of: true }, exclude: list(integer(2n ** 53n)) }),
  text("com.myapp.tépic"),
  list(integer(-300), { is: "float", of: 1.5 }, text("é\u{1f600}".repeat(20)), {
    is: "bytes",
    of: Uint8Array.of(1, 2, 3),
  }),
  dict({ a: { is: "null" }, b: list(list(), dict({})) }),
];

for (const format of FORMATS) {
  for (const style of STYLES) {
    test(`R14 a ${style} ${format} message cut anywhere, or with an octet too many, is a violation`, () => {
      const { decode } = of(`wamp.2.${format}`);
      const whole = message(
        format,
        SAMPLE.map((each) => write(each, format, style)) as string[] | Uint8Array[],
      );
      expect(decode(whole).payload?.format).toBe(format);
      for (let end = 0; end < whole.length; end++) {
        expect(() => decode(whole.slice(0, end)), `cut at ${end}`).toThrow(ProtocolViolation);
      }
      const more = typeof whole === "string" ? `${whole}0` : concat(whole, hex("00"));
      expect(() => decode(more)).toThrow(ProtocolViolation);
    });
  }

  test(`R13 nothing but a violation escapes, whatever ${format} is mutated to`, { timeout: 120_000 }, () => {
    const mutation = fc.tuple(
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom("set", "cut", "add"),
    );
    let survived = 0;
    const attempt = (given: string | Uint8Array) => {
      try {
        survived += relay(format, given);
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
      }
    };
    const mutated = fc.property(
      anyPayload,
      fc.constantFrom(...STYLES),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      (payload, style, mutations) => {
        const elements = [...SAMPLE.slice(0, 4), ...payload].map((each) => write(each, format, style));
        attempt(mutate(message(format, elements as string[] | Uint8Array[]), mutations));
      },
    );
    fc.assert(mutated, { numRuns: 20_000, seed: SEED });
    const raw =
      format === "json" ? fc.string({ unit: "binary", maxLength: 60 }) : fc.uint8Array({ maxLength: 60 });
    const likely = fc.tuple(raw, fc.boolean()).map(([rest, started]) => {
      if (!started) return rest;
      return typeof rest === "string"
        ? `[16,1,{},"a.b",[${rest}`
        : format === "cbor"
          ? cbor(rest)
          : msgpack(rest);
    });
    fc.assert(fc.property(likely, attempt), { numRuns: 20_000, seed: SEED });
    expect(survived).toBeGreaterThan(0);
  });
}

/** Sends on to every format what was accepted; 1 if it was. What one of them lacks is refused by name. */
function relay(format: Format, given: string | Uint8Array): 1 {
  const { payload } = of(`wamp.2.${format}`).decode(given);
  for (const target of FORMATS) {
    try {
      const encoded = of(`wamp.2.${target}`).encode({ header: [36, 1, 2, {}], payload });
      // What we send on must be fit for ourselves: then it is fit for the receiver.
      of(`wamp.2.${target}`).decode(encoded);
    } catch (error) {
      if (!(error instanceof Untranslatable))
        throw new Error(`${format} to ${target}: ${error}`, { cause: error });
    }
  }
  return 1;
}

function mutate(
  given: string | Uint8Array,
  mutations: readonly (readonly [at: number, other: number, octet: number, how: "set" | "cut" | "add"])[],
): string | Uint8Array {
  let octets = typeof given === "string" ? Array.from(given, (unit) => unit.charCodeAt(0)) : [...given];
  for (const [at, other, octet, how] of mutations) {
    const place = at % Math.max(1, octets.length);
    if (how === "set") octets[place] = octet;
    else if (how === "add") octets.splice(place, 0, octet);
    else octets = [...octets.slice(0, place), ...octets.slice(place + (other % 4))];
  }
  return typeof given === "string" ? String.fromCharCode(...octets) : Uint8Array.from(octets);
}
