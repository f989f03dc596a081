/** goals.md section 6: what goes in comes out, value for value and kind for kind, between any two formats. */
import { decode as decodeMsgpack } from "@msgpack/msgpack";
import { decode as decodeCbor, type TagDecoder } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Untranslatable } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import {
  anyPayload,
  asJson,
  dict,
  integer,
  isJson,
  type Model,
  message,
  STYLES,
  type Style,
  text,
  write,
} from "./model.ts";
import { of } from "./scene.ts";

const FORMATS = ["json", "msgpack", "cbor"] as const;
const RUNS = 10_000;
const SEED = 20_261_122;

const PUBLISH = [integer(16), integer(1), dict({}), text("com.myapp.topic")];
const EVENT = [integer(36), integer(7), integer(9), dict({})];
const EVENT_HEADER = [36, 7, 9, {}];

function assemble(format: Format, header: readonly Model[], payload: readonly Model[], style: Style) {
  const elements = [
    ...header.map((each) => write(each, format)),
    ...payload.map((each) => write(each, format, style)),
  ];
  return message(format, elements as string[] | Uint8Array[]); // all of one format
}

function forward(source: Format, target: Format, payload: readonly Model[], style: Style) {
  const received = of(`wamp.2.${source}`).decode(assemble(source, PUBLISH, payload, style));
  return of(`wamp.2.${target}`).encode({ header: EVENT_HEADER, payload: received.payload });
}

/** Compares what a library read with the model; a library may not tell 1 from 1.0, the octets do that. */
function matches(model: Model, found: unknown): boolean {
  switch (model.is) {
    case "null":
      return found === null;
    case "boolean":
      return found === model.of;
    case "text":
      return found === model.of;
    case "float":
      return Object.is(found, model.of);
    case "integer":
      // JSON.parse, and only it, rounds.
      return typeof found === "bigint" ? found === model.of : Number(model.of) === found;
    case "bytes":
      return typeof found === "string"
        ? found === `\0${Buffer.from(model.of).toString("base64")}`
        : found instanceof Uint8Array && Buffer.compare(found, model.of) === 0;
    case "list":
      return (
        Array.isArray(found) &&
        found.length === model.of.length &&
        model.of.every((m, at) => matches(m, found[at]))
      );
    case "dict": {
      if (typeof found !== "object" || found === null) return false;
      const entries = Object.entries(found);
      if (entries.length !== model.of.length) return false;
      const byKey = new Map(entries);
      return model.of.every(([key, value]) => byKey.has(key) && matches(value, byKey.get(key)));
    }
  }
}

/** cbor-x marks octets by tag 64, which passes to another CBOR peer as it came. */
const OCTETS: TagDecoder[] = [];
OCTETS[64] = (decode) => decode();

const LIBRARY: Record<Format, (encoded: string | Uint8Array) => unknown> = {
  json: (encoded) => JSON.parse(encoded as string), // what JSON encodes is text
  msgpack: (encoded) => decodeMsgpack(encoded as Uint8Array, { useBigInt64: true }),
  cbor: (encoded) => decodeCbor(encoded as Uint8Array, { tags: OCTETS }),
};

const isEmpty = (payload: readonly Model[]) =>
  payload.every((each) => "of" in each && Object(each.of).length === 0);

for (const source of FORMATS) {
  for (const target of FORMATS) {
    describe(`SER-02 SER-11 a payload from ${source} to ${target}`, () => {
      test(`keeps every value and kind, in ${RUNS} generated payloads`, { timeout: 120_000 }, () => {
        let forwarded = 0;
        const check = (given: readonly Model[], style: Style) => {
          const payload = source === "json" || target === "json" ? given.map(asJson) : given;
          const result = forward(source, target, payload, style);
          const expected = isEmpty(payload) ? [] : payload;
          // Same format: the sender's octets, but for how CBOR writes text. Another: the one form that the router writes.
          const kept = target === "cbor" && style !== "plain" ? (`${style}, forwarded` as Style) : style;
          const written = assemble(target, EVENT, expected, source === target ? kept : "plain");
          if (!same(result, written)) expect(result).toEqual(written);
          const read = LIBRARY[target](result);
          const model: Model = { is: "list", of: [...EVENT, ...expected] };
          if (!matches(model, read)) expect(read).toEqual(model);
          forwarded++;
        };
        fc.assert(fc.property(anyPayload, fc.constantFrom(...STYLES), check), { numRuns: RUNS, seed: SEED });
        expect(forwarded).toBe(RUNS);
      });
    });
  }
}

for (const source of ["msgpack", "cbor"] as const) {
  test(`SER-12 what JSON cannot say is refused by name, from ${source}`, () => {
    fc.assert(
      fc.property(anyPayload, (payload) => {
        const isFine = payload.every(isJson);
        try {
          forward(source, "json", payload, "plain");
          return isFine;
        } catch (error) {
          return !isFine && error instanceof Untranslatable;
        }
      }),
      { numRuns: 2_000, seed: SEED },
    );
  });
}

function same(one: string | Uint8Array, other: string | Uint8Array): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other;
  return Buffer.compare(one, other) === 0;
}
