/** R14 and R13: whatever a client sends ends in an envelope or a ProtocolViolation, and no small message costs much. */
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Untranslatable } from "../../src/serializer/serializer.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import type { Format } from "../../src/wamp/payload.ts";
import { BOMBS, cbor, json, msgpack } from "../fuzz/bombs.ts";
import { anyPayload, dict, integer, list, type Model, message, STYLES, text, write } from "./model.ts";
import { concat, hex, of } from "./scene.ts";

const FORMATS = ["json", "msgpack", "cbor"] as const;
const SEED = 20_261_122;

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

test.each([
  ["a long text with many escapes", `[16,1,{},"a.b",["${`${"∢".repeat(130)}\\n`.repeat(2_000)}"]]`],
  ["a long text that has no end", `[16,1,{},"a.b",["${`${"∢".repeat(130)}\\n`.repeat(2_000)}`],
])("R14 of %s no part is searched again and again", (_, frame) => {
  let searched = 0;
  const { indexOf } = String.prototype;
  const spy = vi.spyOn(String.prototype, "indexOf").mockImplementation(function (
    this: string,
    what,
    from = 0,
  ) {
    const found: number = Reflect.apply(indexOf, this, [what, from]);
    searched += (found < 0 ? this.length : found) - from;
    return found;
  });
  onTestFinished(() => spy.mockRestore());
  try {
    of("wamp.2.json").decode(frame);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolViolation);
  }
  spy.mockRestore();
  expect(searched).toBeLessThan(4 * frame.length); // 3 s of a megabyte where it grows with the square
});
