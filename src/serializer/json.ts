/** The JSON codec. It keeps one walker and one writer, which the engine then knows well, however often it cleans up. */
import { ProtocolViolation } from "../wamp/error.ts";
import type { Envelope } from "../wamp/payload.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { JsonWalker } from "./json-walker.ts";
import { decimal, JsonWriter, quote } from "./json-writer.ts";
import { KnownDicts } from "./known-dicts.ts";
import { KnownTexts } from "./known-texts.ts";
import { type Encoded, Untranslatable } from "./serializer.ts";
import { elementsOf, transcode } from "./transcode.ts";
import { ValueSink, walkValue } from "./value.ts";
import { type Reading, walkMessage } from "./walker.ts";

export function jsonCodec({ limits, payloadAt }: CodecOptions): Codec {
  const walker = new JsonWalker("", limits, new KnownTexts());
  const reading: Reading = { payloadAt, header: new ValueSink(), dicts: new KnownDicts() };
  const writer = new JsonWriter();
  return { format: "json", decode, encode };

  function decode(message: Encoded): Envelope {
    if (typeof message !== "string") throw new ProtocolViolation("a JSON message must be text, not octets");
    walker.begin(message);
    const { payload, argumentsMissing } = walked();
    const header = reading.header.values;
    if (!payload) return { header, payload };
    const given = message.slice(payload.from, payload.to);
    return {
      header,
      payload: { format: "json", count: payload.count, body: argumentsMissing ? `[],${given}` : given },
    };
  }

  function walked() {
    try {
      return walkMessage(walker, reading);
    } catch (error) {
      if (error instanceof Untranslatable)
        throw new ProtocolViolation(`outside the payload ${error.message}`);
      throw error;
    }
  }

  function encode({ header, payload }: Envelope): string {
    let text = "[";
    for (let at = 0; at < header.length; at++) {
      const value = header[at];
      if (at > 0) text += ",";
      text += simple(value) ?? written(value);
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

/** What headers are mostly made of, as the writer would have it; undefined where the writer is to be asked. */
function simple(value: unknown): string | undefined {
  if (typeof value === "number")
    return value >= 0 && Number.isSafeInteger(value) ? decimal(value) : undefined;
  if (typeof value === "string") return value.charCodeAt(0) === 0 ? undefined : quote(value);
  return isEmptyDict(value) ? "{}" : undefined;
}

function isEmptyDict(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return false;
  for (const _ in value) return false;
  return true;
}
