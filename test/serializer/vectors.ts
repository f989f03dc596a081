/**
 * The WAMP project's own test vectors (SER-20) as checks: bytes -> envelope -> message -> the attributes they list, and back
 * to bytes that they list. They are data beside this repository, not in it. The tests run them, and a row of the table of
 * promises counts them (R1).
 */
import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeMulti, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decodeFirst, encode as encodeCbor } from "cborg";
import { DEFAULT_FRAME_LIMITS, type Encoded, type Serializer } from "../../src/serializer/serializer.ts";
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

/** Beside the project's root. */
export const VECTORS = join(import.meta.dirname, "../../../shared/vectors");
const FOLDER = join(VECTORS, "singlemessage");

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
export const RAW_PAYLOAD: readonly string[] = [
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
export const WRITTEN_WITH_FEATURES: readonly string[] = [
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

/** One sample in one format. */
export interface Check {
  /** File and description: the same for all formats of a sample. */
  readonly sample: string;
  readonly format: Format;
  /** What must become of it, as a title goes on. */
  readonly fate: string;
  /** Byte forms that the vectors list; 0 where they list values, which are encoded by other people's codecs. */
  readonly forms: number;
  /** @throws AssertionError where it is not so */
  run(): void;
}

/** File to its checks; undefined where the vectors are not at hand. */
export function vectorChecks(): ReadonlyMap<string, readonly Check[]> | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".json"),
  );
  return new Map(
    files.sort().map((file) => {
      const vectors: Vectors = JSON.parse(readFileSync(join(FOLDER, file), "utf8"));
      return [file, vectors.samples.flatMap((sample) => checksOf(file, vectors, sample))];
    }),
  );
}

function checksOf(
  file: string,
  vectors: Vectors,
  sample: SerializationSample | ValidationSample,
): readonly Check[] {
  const name = `${file.split("/").at(-1)}: ${sample.description}`;
  return FORMATS.map((format) => {
    const serializer = serializerOf(`wamp.2.${format}`);
    const isListed = !("wmsg" in sample);
    const encodings = isListed ? listed(format, sample) : [encodeAnew(format, sample.wmsg)];
    const each = (check: (encoding: Encoded) => void) => () => encodings.forEach(check);
    const common = { sample: name, format, forms: isListed ? encodings.length : 0 };
    if (RAW_PAYLOAD.includes(name)) {
      const run = each((encoding) => throws(() => serializer.decode(encoding), ProtocolViolation));
      return { ...common, fate: "refused, for its payload is no list (PPT-14, MSG-31)", run };
    }
    if (!isListed) {
      const run = each((encoding) => validate(serializer.decode(encoding), vectors, sample));
      return { ...common, fate: sample.expected_error ? "refused" : "read", run };
    }
    const run = each((encoding) => {
      const envelope = serializer.decode(encoding);
      const messages = readAsListed(envelope, vectors, sample);
      comesBack(serializer, envelope, encodings);
      if (WRITTEN_WITH_FEATURES.includes(name)) return;
      for (const written of messages) comesBack(serializer, written, encodings);
    });
    return { ...common, fate: "read as listed and written as listed", run };
  });
}

function comesBack(serializer: Serializer, envelope: Envelope, encodings: readonly Encoded[]): void {
  const written = Buffer.from(serializer.encode(envelope));
  ok(
    encodings.some((encoding) => written.equals(Buffer.from(encoding))),
    `written as ${written.toString("hex")}, which is not listed`,
  );
}

/** Compares the whole message with the attributes listed, and returns it as it is written again, for each direction. */
function readAsListed(
  envelope: Envelope,
  { wamp_message_type, wamp_message_code }: Vectors,
  sample: SerializationSample,
) {
  const { message_type, args, kwargs, payload: raw, roles, ...attributes } = sample.expected_attributes;
  deepStrictEqual([message_type, raw ?? null], [wamp_message_code, null]);
  const expected: Record<string, unknown> = { type: wamp_message_type };
  for (const [key, value] of Object.entries(attributes)) expected[OUR_NAME[key] ?? key] = value;
  if (roles) expected.details = { roles: Object.fromEntries(Object.keys(roles).map((role) => [role, []])) };

  return directions(wamp_message_code).map(({ read, write }) => {
    const message = read(envelope);
    const { payload, ...header } = { payload: undefined, ...message };
    // Cloned, since our dicts have no prototype.
    deepStrictEqual(structuredClone(header), structuredClone(expected));
    deepStrictEqual(valuesOf(payload), [args ?? null, kwargs ?? null]);
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
      throws(() => read(envelope), { name: ProtocolViolation.name, message: fault });
    } else {
      // Whatever the sample brings as options or details is known, so nothing of it is dropped.
      const { payload: _, ...message } = { payload: undefined, ...read(envelope) };
      const listed = [wamp_message_type, ...sample.wmsg.slice(1, Object.keys(message).length)];
      deepStrictEqual(structuredClone(Object.values(message)), listed);
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
