/** The six serializers: three codecs, each with and without batches. */
import { ProtocolViolation } from "../wamp/error.ts";
import { cborCodec, msgpackCodec } from "./binary.ts";
import type { Codec, CodecOptions } from "./codec.ts";
import {
  CANCEL,
  type Framing,
  prefixed,
  RECORD_SEPARATOR,
  type Separator,
  separated,
  separatorOf,
  single,
} from "./framing.ts";
import { jsonCodec } from "./json.ts";
import type { Serializer, Subprotocol } from "./serializer.ts";

/**
 * Makes the serializers of one set of limits. They keep buffers, but nothing of a peer: one set serves all connections.
 * `payloadAt` tells how many elements precede Arguments, by type code; undefined where a message has no payload.
 */
export function createSerializers(options: CodecOptions): (subprotocol: Subprotocol) => Serializer {
  const json = jsonCodec(options);
  const msgpack = msgpackCodec(options);
  const cbor = cborCodec(options);
  // BAT-02: a peer is answered in the separator that it used itself.
  const bySeparator: Record<Separator, Serializer> = {
    [RECORD_SEPARATOR]: jsonSerializer(json, options, { framing: separated(RECORD_SEPARATOR), answering }),
    [CANCEL]: jsonSerializer(json, options, { framing: separated(CANCEL), answering }),
  };
  function answering(frame: string | ArrayBuffer): Serializer {
    return bySeparator[(typeof frame === "string" && separatorOf(frame)) || RECORD_SEPARATOR];
  }
  const serializers: Record<Subprotocol, Serializer> = {
    "wamp.2.json": jsonSerializer(json, options),
    "wamp.2.msgpack": binarySerializer(msgpack, options),
    "wamp.2.cbor": binarySerializer(cbor, options),
    "wamp.2.json.batched": bySeparator[RECORD_SEPARATOR],
    "wamp.2.msgpack.batched": binarySerializer(msgpack, options, prefixed),
    "wamp.2.cbor.batched": binarySerializer(cbor, options, prefixed),
  };
  return (subprotocol) => serializers[subprotocol];
}

interface JsonBatch {
  readonly framing: Framing<string>;
  readonly answering: Serializer["answering"];
}

function jsonSerializer(codec: Codec, { limits }: CodecOptions, batch?: JsonBatch): Serializer {
  const framing = batch?.framing ?? single<string>();
  return serializer(codec, {
    batched: batch !== undefined,
    split(frame) {
      if (typeof frame !== "string") throw wrongKind("text");
      if (isLonger(frame, limits.octets)) throw tooLarge(limits.octets);
      return framing.split(frame);
    },
    join: (messages) => framing.join(messages as readonly string[]), // what this codec encoded is text
    ...(batch && { answering: batch.answering }),
  });
}

function binarySerializer(codec: Codec, { limits }: CodecOptions, batch?: Framing<Uint8Array>): Serializer {
  const framing = batch ?? single<Uint8Array>();
  return serializer(codec, {
    batched: batch !== undefined,
    split(frame) {
      if (typeof frame === "string") throw wrongKind("binary");
      if (frame.byteLength > limits.octets) throw tooLarge(limits.octets);
      return framing.split(new Uint8Array(frame));
    },
    join: (messages) => framing.join(messages as readonly Uint8Array[]), // what this codec encoded is octets
  });
}

type Frames = Pick<Serializer, "batched" | "split" | "join"> & Partial<Pick<Serializer, "answering">>;

function serializer(codec: Codec, frames: Frames): Serializer {
  const made: Serializer = {
    ...codec,
    subprotocol: `wamp.2.${codec.format}${frames.batched ? ".batched" : ""}`,
    answering: () => made,
    ...frames,
  };
  return made;
}

/** Whether a text has more octets than allowed as UTF-8; counted only where it is not plain from its length. */
function isLonger(text: string, octets: number): boolean {
  if (text.length * 3 <= octets) return false;
  if (text.length > octets) return true;
  let spare = octets - text.length;
  for (let at = 0; at < text.length && spare >= 0; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // A surrogate is half of a character of four octets.
    spare -= unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return spare < 0;
}

function wrongKind(expected: string): ProtocolViolation {
  return new ProtocolViolation(`this subprotocol takes ${expected} frames only`); // TRN-10
}

function tooLarge(limit: number): ProtocolViolation {
  return new ProtocolViolation(`a frame may have ${limit} octets`, 1009); // TRN-16
}
