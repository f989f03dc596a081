/** The codecs of msgpack and CBOR: what differs is the walker and the writer. */
import { ProtocolViolation } from "../wamp/error.ts";
import type { BinaryPayload, Envelope } from "../wamp/payload.ts";
import { CborWalker } from "./cbor-walker.ts";
import { CborWriter } from "./cbor-writer.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import type { KnownHeaders } from "./known-headers.ts";
import { KnownTexts } from "./known-texts.ts";
import { MsgpackWalker } from "./msgpack-walker.ts";
import { MsgpackWriter } from "./msgpack-writer.ts";
import type { OctetWalker, Rewrite } from "./octet-walker.ts";
import type { OctetWriter } from "./octet-writer.ts";
import { concatenate } from "./octets.ts";
import { newReading, type Place } from "./reading.ts";
import type { Encoded } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import { elementsOf, transcode } from "./transcode.ts";
import { walkValue } from "./value.ts";
import { type Walker, walkMessage } from "./walker.ts";

const NONE = new Uint8Array(0);

interface Binary {
  readonly format: BinaryPayload["format"];
  readonly walker: Walker & OctetWalker;
  readonly writer: OctetWriter & Sink;
  /** An empty list, for Arguments that were null (MSG-41). */
  readonly emptyList: Uint8Array;
}

export function msgpackCodec(options: CodecOptions): Codec {
  return binaryCodec(options, {
    format: "msgpack",
    walker: new MsgpackWalker(NONE, options.limits, new KnownTexts()),
    writer: new MsgpackWriter(),
    emptyList: Uint8Array.of(0x90),
  });
}

export function cborCodec(options: CodecOptions): Codec {
  return binaryCodec(options, {
    format: "cbor",
    walker: new CborWalker(NONE, options.limits, new KnownTexts()),
    writer: new CborWriter(),
    emptyList: Uint8Array.of(0x80),
  });
}

function binaryCodec({ payloadAt }: CodecOptions, binary: Binary): Codec {
  const { format, walker, writer, emptyList } = binary;
  const reading = newReading(payloadAt);
  return { format, decode, encode };

  function decode(message: Encoded, headers?: KnownHeaders): Envelope {
    if (typeof message === "string")
      throw new ProtocolViolation(`a ${format} message must be octets, not text`);
    walker.begin(message);
    walk(headers);
    const header = reading.header.take();
    const { count, argumentsMissing } = reading.place;
    if (count === 0) {
      forget();
      return { header, payload: undefined };
    }
    const given = rewritten(message, reading.place, walker.rewrites);
    const body = argumentsMissing ? concatenate([emptyList, given]) : given;
    return { header, payload: { format, count, body } };
  }

  function walk(headers: KnownHeaders | undefined): void {
    try {
      walkMessage(walker, reading, headers);
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** What may have held a secret does not stay until somebody speaks again. */
  function forget(): void {
    walker.begin(NONE);
    reading.header.forget();
  }

  function encode({ header, payload }: Envelope): Uint8Array {
    const elements = elementsOf(payload);
    writer.begin();
    writer.openList(header.length + elements);
    for (const each of header) walkValue(each, writer);
    if (elements === 0 || !payload) return writer.finish();
    if (payload.format === format) return writer.finish(payload.body);
    transcode(payload, writer);
    return writer.finish();
  }
}

/** The octets of a payload as they stand, but for what not every client reads. */
function rewritten(
  message: Uint8Array,
  { from, to }: Pick<Place, "from" | "to">,
  rewrites: readonly Rewrite[] | undefined,
): Uint8Array {
  if (!rewrites) return message.subarray(from, to);
  const pieces: Uint8Array[] = [];
  let at = from;
  for (const rewrite of rewrites) {
    pieces.push(message.subarray(at, rewrite.from), rewrite.by);
    at = rewrite.to;
  }
  return concatenate([...pieces, message.subarray(at, to)]);
}
