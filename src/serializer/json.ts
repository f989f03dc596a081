/** The JSON codec. It keeps one walker and one writer, which the engine then knows well, however often it cleans up. */
import { ProtocolViolation } from "../wamp/error.ts";
import type { Envelope } from "../wamp/payload.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { JsonWalker } from "./json-walker.ts";
import { decimal, JsonWriter, quote } from "./json-writer.ts";
import type { KnownHeaders } from "./known-headers.ts";
import { KnownTexts } from "./known-texts.ts";
import { newReading } from "./reading.ts";
import { type Encoded, Untranslatable } from "./serializer.ts";
import { elementsOf, transcode } from "./transcode.ts";
import { walkValue } from "./value.ts";
import { walkMessage } from "./walker.ts";

export function jsonCodec({ limits, payloadAt }: CodecOptions): Codec {
  const walker = new JsonWalker("", limits, new KnownTexts());
  const reading = newReading(payloadAt);
  const writer = new JsonWriter();
  return { format: "json", decode, encode };

  function decode(message: Encoded, headers?: KnownHeaders): Envelope {
    if (typeof message !== "string") throw new ProtocolViolation("a JSON message must be text, not octets");
    walker.begin(message);
    walk(headers);
    const header = reading.header.take();
    const { from, to, count, argumentsMissing } = reading.place;
    if (count === 0) {
      forget();
      return { header, payload: undefined };
    }
    const given = message.slice(from, to);
    return { header, payload: { format: "json", count, body: argumentsMissing ? `[],${given}` : given } };
  }

  function walk(headers: KnownHeaders | undefined): void {
    try {
      walkMessage(walker, reading, headers);
    } catch (error) {
      forget();
      if (error instanceof Untranslatable)
        throw new ProtocolViolation(`outside the payload ${error.message}`);
      throw error;
    }
  }

  /** What may have held a secret does not stay until somebody speaks again. */
  function forget(): void {
    walker.begin("");
    reading.header.forget();
  }

  function encode({ header, payload }: Envelope): string {
    const first = header[0];
    let text = (typeof first === "number" ? BEGINNINGS[first] : undefined) ?? `[${written(first)}`;
    for (let at = 1; at < header.length; at++) {
      const value = header[at];
      text += simple(value) ?? `,${written(value)}`;
    }
    if (payload?.format === "json") return `${text},${payload.body}]`;
    if (elementsOf(payload) === 0 || !payload) return `${text}]`;
    writer.begin();
    transcode(payload, writer);
    return `${text},${writer.written}]`;
  }

  function written(value: unknown): string {
    writer.begin();
    walkValue(value, writer);
    return writer.written;
  }
}

/** Type code to how its message begins. */
const BEGINNINGS = Array.from({ length: 128 }, (_, code) => `[${code}`);

/** What headers are mostly made of, as the writer would have it, after a comma; undefined where the writer is to be asked. */
function simple(value: unknown): string | undefined {
  if (typeof value === "number")
    return value >= 0 && Number.isSafeInteger(value) ? `,${decimal(value)}` : undefined;
  if (typeof value === "string") return value.charCodeAt(0) === 0 ? undefined : `,${quote(value)}`;
  return isEmptyDict(value) ? ",{}" : undefined;
}

function isEmptyDict(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  for (const _ in value) return false;
  return true;
}
