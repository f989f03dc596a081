/**
 * The WAMP project's own test vectors (SER-20): bytes -> envelope -> message -> the attributes they list, and back to bytes
 * that they list. The vectors are data beside this repository, not in it: where they are absent this file says so, and
 * test/wamp/message.test.ts is what covers each message type.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeMulti, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decodeFirst, encode as encodeCbor } from "cborg";
import { describe, expect, test } from "vitest";
import { DEFAULT_FRAME_LIMITS, type Encoded } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import {
  type ClientMessage,
  parse,
  parseFromRouter,
  payloadAt,
  type RouterMessage,
  unparse,
  unparseFromClient,
} from "../../src/wamp/message.ts";
import type { Envelope, Format, Payload } from "../../src/wamp/payload.ts";

interface Vectors {
  readonly wamp_message_type: string;
  readonly wamp_message_code: number;
  readonly samples: readonly (SerializationSample | ValidationSample)[];
}
interface SerializationSample {
  readonly description: string;
  readonly serializers: Readonly<Record<string, readonly { bytes?: string; bytes_hex?: string }[]>>;
  readonly expected_attributes: Readonly<Record<string, unknown>>;
}
interface ValidationSample {
  readonly description: string;
  readonly wmsg: readonly unknown[];
  readonly expected_error?: { readonly contains: string };
}

const FORMATS: readonly Format[] = ["json", "msgpack", "cbor"];
const serializerOf = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

/**
 * Samples in Autobahn's older dialect: octets or a string stand where Arguments belong. We do not announce that feature
 * (FEA-26), and then PPT-14 wants a violation of MSG-31.
 */
const RAW_PAYLOAD = [
  "event.json: EVENT with transparent payload (encrypted E2E)",
  "event.json: EVENT with both forward_for and E2EE (advanced R-Link + encryption)",
  "event.json: EVENT.Details.enc_algo cryptobox (valid with payload)",
  "event.json: EVENT.Details.enc_algo with invalid value",
  "event.json: EVENT.Details.enc_serializer cbor (valid with payload)",
  "publish.json: PUBLISH with transparent payload (encrypted E2E)",
  "publish.json: PUBLISH with both forward_for and E2EE (advanced R-Link + encryption)",
  "publish.json: PUBLISH.Options.enc_algo cryptobox (valid with payload)",
  "publish.json: PUBLISH.Options.enc_algo with invalid value",
  "publish.json: PUBLISH.Options.enc_serializer cbor (valid with payload)",
];
/**
 * Samples whose bytes come back from the envelope but not from the message, because a role without `features`, as listed
 * here, is written with an empty dict of them (SES-15).
 */
const WRITTEN_WITH_FEATURES = [
  "hello.json: HELLO with minimal roles (basic profile)",
  "welcome.json: WELCOME with minimal roles (basic profile)",
];

/** The names that the vectors have for elements, where ours are shorter. */
const OUR_NAME: Readonly<Record<string, string>> = {
  method: "authmethod",
  publication_id: "publication",
  registration_id: "registration",
  request_id: "request",
  request_type: "requestType",
  session_id: "session",
  subscription_id: "subscription",
};

type Message = ClientMessage | RouterMessage;
interface Direction {
  readonly read: (envelope: Envelope) => Message;
  readonly write: (message: Message) => Envelope;
}
const FROM_CLIENT: Direction = {
  read: parse,
  write: (message) => unparseFromClient(message as ClientMessage),
};
const FROM_ROUTER: Direction = {
  read: parseFromRouter,
  write: (message) => unparse(message as RouterMessage),
};

/** Who sends a message of this type; the one ERROR sample answers a CALL, so it is the router's. */
function directions(code: number): readonly Direction[] {
  if (code === 3 || code === 6) return [FROM_CLIENT, FROM_ROUTER];
  return [1, 5, 16, 32, 34, 48, 49, 64, 66, 70, 337].includes(code) ? [FROM_CLIENT] : [FROM_ROUTER];
}

/** The samples for which tests were made. */
const met = new Set<string>();

/** Beside the project's root. */
const folder = join(import.meta.dirname, "../../../shared/vectors/singlemessage");

// One title for them all: a checkout has them beside it or has not, and docs/conformance.md is the same for both.
describe("SER-20 the WAMP project's test vectors hold where they are at hand", () => {
  if (!existsSync(folder)) {
    console.log(
      `SER-20: no test vectors at ${folder}; test/wamp/message.test.ts covers each message type without them`,
    );
    test(`there are none at ${folder}, so test/wamp/message.test.ts has to do`, () => {
      expect(existsSync(folder)).toBe(false);
    });
    return;
  }
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (!file.endsWith(".json")) continue;
    const vectors: Vectors = JSON.parse(readFileSync(join(folder, file), "utf8"));
    describe(file, () => {
      for (const sample of vectors.samples)
        check(`${file.split("/").at(-1)}: ${sample.description}`, vectors, sample);
    });
  }
  test("every listed exception is one of the test vectors", () => {
    expect([...RAW_PAYLOAD, ...WRITTEN_WITH_FEATURES].filter((name) => !met.has(name))).toStrictEqual([]);
  });
});

function check(name: string, vectors: Vectors, sample: SerializationSample | ValidationSample): void {
  met.add(name);
  for (const format of FORMATS) {
    const serializer = serializerOf(`wamp.2.${format}`);
    const encodings = "wmsg" in sample ? [encodeAnew(format, sample.wmsg)] : listed(format, sample);
    if (RAW_PAYLOAD.includes(name)) {
      test(`${format} ${name}: refused, for its payload is no list (PPT-14, MSG-31)`, () => {
        for (const encoding of encodings)
          expect(() => serializer.decode(encoding)).toThrow(ProtocolViolation);
      });
    } else if ("wmsg" in sample) {
      test(`${format} ${name}: ${sample.expected_error ? "refused" : "read"}`, () => {
        for (const encoding of encodings) validate(serializer.decode(encoding), vectors, sample);
      });
    } else {
      test(`${format} ${name}: read as listed and written as listed`, () => {
        for (const encoding of encodings) {
          const envelope = serializer.decode(encoding);
          const messages = readAsListed(envelope, vectors, sample);
          expect(encodings).toContainEqual(serializer.encode(envelope));
          if (WRITTEN_WITH_FEATURES.includes(name)) continue;
          for (const written of messages) expect(encodings).toContainEqual(serializer.encode(written));
        }
      });
    }
  }
}

/** Compares the whole message with the attributes listed, and returns it as it is written again, for each direction. */
function readAsListed(
  envelope: Envelope,
  { wamp_message_type, wamp_message_code }: Vectors,
  sample: SerializationSample,
) {
  const { message_type, args, kwargs, payload: raw, roles, ...attributes } = sample.expected_attributes;
  expect([message_type, raw ?? null]).toStrictEqual([wamp_message_code, null]);
  const expected: Record<string, unknown> = { type: wamp_message_type };
  for (const [key, value] of Object.entries(attributes)) expected[OUR_NAME[key] ?? key] = value;
  if (roles) expected.details = { roles: Object.fromEntries(Object.keys(roles).map((role) => [role, []])) };

  return directions(wamp_message_code).map(({ read, write }) => {
    const message = read(envelope);
    const { payload, ...header } = { payload: undefined, ...message };
    expect(header).toStrictEqual(expected);
    expect(valuesOf(payload)).toStrictEqual([args ?? null, kwargs ?? null]);
    return write(message);
  });
}

function validate(
  envelope: Envelope,
  { wamp_message_type, wamp_message_code }: Vectors,
  sample: ValidationSample,
): void {
  for (const { read } of directions(wamp_message_code)) {
    if (sample.expected_error) {
      const fault = new RegExp(`^${wamp_message_type}\\.\\w+\\.${sample.expected_error.contains}\\b`);
      expect(() => read(envelope)).toThrow(ProtocolViolation);
      expect(() => read(envelope)).toThrow(fault);
    } else {
      // Whatever the sample brings as options or details is known, so nothing of it is dropped.
      const { payload: _, ...message } = { payload: undefined, ...read(envelope) };
      expect(Object.values(message)).toStrictEqual([
        wamp_message_type,
        ...sample.wmsg.slice(1, Object.keys(message).length),
      ]);
    }
  }
}

/** Arguments and ArgumentsKw, read by libraries that we did not write; null where absent. */
function valuesOf(payload: Payload | undefined): readonly [unknown, unknown] {
  const [args = null, kwargs = null] = payload === undefined ? [] : itemsOf(payload);
  return [args, kwargs];
}

function itemsOf(payload: Payload): readonly unknown[] {
  if (payload.format === "json") return JSON.parse(`[${payload.body}]`);
  if (payload.format === "msgpack") return [...decodeMulti(payload.body)];
  if (payload.format === "values") throw new Error("no frame holds plain values");
  const items: unknown[] = [];
  for (let rest = payload.body; rest.length > 0; ) {
    const [item, after] = decodeFirst(rest);
    items.push(item);
    rest = after;
  }
  return items;
}

function encodeAnew(format: Format, message: readonly unknown[]): Encoded {
  if (format === "json") return JSON.stringify(message);
  return format === "msgpack" ? encodeMsgpack(message) : encodeCbor(message);
}

/** The bytes that the vectors list for a message, at least one. */
function listed(format: Format, { serializers }: SerializationSample): readonly Encoded[] {
  const variants = (serializers[format] ?? []).map(({ bytes, bytes_hex }): Encoded => {
    if (format === "json" && bytes !== undefined) return bytes;
    if (bytes_hex === undefined) throw new Error(`a ${format} variant without bytes`);
    return Uint8Array.from(Buffer.from(bytes_hex, "hex"));
  });
  if (variants.length === 0) throw new Error(`no ${format} variant`);
  return variants;
}
