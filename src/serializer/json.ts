/** The JSON codec: the header by JSON.parse, once the walker has seen that nothing is wrong with the message. */
import { ProtocolViolation } from "../wamp/error.ts";
import type { Envelope } from "../wamp/payload.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import { JsonWalker } from "./json-walker.ts";
import { JsonWriter } from "./json-writer.ts";
import { type Encoded, Untranslatable } from "./serializer.ts";
import { elementsOf, transcode } from "./transcode.ts";
import { ValueSink, walkValue } from "./value.ts";
import { CHECKED, walkMessage } from "./walker.ts";

export function jsonCodec({ limits, payloadAt }: CodecOptions): Codec {
  return { format: "json", decode, encode };

  function decode(message: Encoded): Envelope {
    if (typeof message !== "string") throw new ProtocolViolation("a JSON message must be text, not octets");
    const walker = new JsonWalker(message, limits);
    const code = (from: number, to: number) => Number(message.slice(from, to));
    const { headerEnd, payload, argumentsMissing } = walkMessage(walker, { payloadAt, code });
    const header = readHeader(`${message.slice(0, headerEnd)}]`, walker.inexactAt < headerEnd);
    if (!payload) return { header, payload };
    const given = message.slice(payload.from, payload.to);
    return {
      header,
      payload: { format: "json", count: payload.count, body: argumentsMissing ? `[],${given}` : given },
    };
  }
}

function readHeader(header: string, isInexact: boolean): unknown[] {
  if (!isInexact) return JSON.parse(header) as unknown[]; // the walker saw a list
  const walker = new JsonWalker(header, CHECKED);
  const sink = new ValueSink();
  walker.open();
  try {
    while (walker.more()) walker.value(sink);
  } catch (error) {
    if (error instanceof Untranslatable) throw new ProtocolViolation(`outside the payload ${error.message}`);
    throw error;
  }
  return sink.values;
}

function encode({ header, payload }: Envelope): string {
  const writer = new JsonWriter();
  for (const each of header) walkValue(each, writer);
  if (elementsOf(payload) === 0 || !payload) return `[${writer.written}]`;
  if (payload.format === "json") return `[${writer.written},${payload.body}]`;
  transcode(payload, writer);
  return `[${writer.written}]`;
}
