/** Other people's codecs, and the framing of batches (section 1.2), for clients wherever they run. */
import { decode as decodeMsgpack, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import type { Wire } from "./world.ts";

export type Frame = string | Uint8Array<ArrayBuffer>;
const SEPARATOR = "\u001e";

/** The frames that carry the messages: one for all where the subprotocol batches. */
export function framesOf(wires: readonly Wire[], subprotocol: string): Frame[] {
  const isBatched = subprotocol.endsWith(".batched");
  if (subprotocol.includes("json")) {
    const texts = wires.map((wire) => JSON.stringify(wire));
    return isBatched ? [texts.map((text) => text + SEPARATOR).join("")] : texts;
  }
  const encode = subprotocol.includes("cbor") ? encodeCbor : encodeMsgpack;
  const octets = wires.map((wire) => new Uint8Array(encode(wire)));
  return isBatched ? [joined(octets)] : octets;
}

/** The messages in a frame. */
export function wiresOf(frame: string | ArrayBuffer, subprotocol: string): Wire[] {
  const isBatched = subprotocol.endsWith(".batched");
  if (typeof frame === "string") {
    const texts = isBatched ? frame.split(SEPARATOR).slice(0, -1) : [frame];
    return texts.map((text) => JSON.parse(text));
  }
  const decode = subprotocol.includes("cbor") ? decodeCbor : decodeMsgpack;
  const octets = new Uint8Array(frame);
  return (isBatched ? parted(octets) : [octets]).map((each) => decode(each) as Wire); // every message is a list
}

function joined(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(messages.reduce((sum, { length }) => sum + 4 + length, 0));
  let at = 0;
  for (const message of messages) {
    new DataView(frame.buffer).setUint32(at, message.length);
    frame.set(message, at + 4);
    at += 4 + message.length;
  }
  return frame;
}

function parted(frame: Uint8Array<ArrayBuffer>): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < frame.length; ) {
    const end = at + 4 + new DataView(frame.buffer).getUint32(at);
    messages.push(frame.subarray(at + 4, end));
    at = end;
  }
  return messages;
}
