/**
 * The serializer seam: between the frames of a socket and envelopes. A serializer knows how a list is written, where its
 * payload begins and how much it may cost; it knows no message by name. Header values are decoded; the payload stays the
 * octets it was, validated so that it cannot harm the peer that receives it.
 */
import type { Envelope, Format } from "../wamp/payload.ts";
import type { KnownHeaders } from "./known-headers.ts";

/** One message in its serializer's form: text for JSON, octets for msgpack and CBOR. A frame has the same form. */
export type Encoded = string | Uint8Array;

export const SUBPROTOCOLS = [
  "wamp.2.json",
  "wamp.2.msgpack",
  "wamp.2.cbor",
  "wamp.2.json.batched",
  "wamp.2.msgpack.batched",
  "wamp.2.cbor.batched",
] as const;

/** What `Sec-WebSocket-Protocol` calls a serializer (TRN-02, TRN-03). */
export type Subprotocol = (typeof SUBPROTOCOLS)[number];

/** What a frame may cost, enforced before anything is allocated for it (reliability.md section 5). */
export interface FrameLimits {
  /** The whole frame, in octets. */
  readonly octets: number;
  /** Lists and dicts inside each other; the message itself is the first (SER-19). */
  readonly depth: number;
  /** Values in the whole message, dict keys included. */
  readonly items: number;
}

export const DEFAULT_FRAME_LIMITS: FrameLimits = { octets: 1_048_576, depth: 32, items: 65_536 };

export interface Serializer {
  readonly subprotocol: Subprotocol;
  /** Two serializers of the same format encode an envelope to the same message. */
  readonly format: Format;
  readonly batched: boolean;

  /**
   * The messages of one frame, in order; exactly one where not batched.
   * @throws ProtocolViolation on the wrong kind of frame (TRN-10), a frame too large (TRN-16, close code 1009) or a
   * malformed batch (BAT-05..07)
   */
  split(frame: string | ArrayBuffer): readonly Encoded[];

  /** The serializer to answer with, given the peer's first frame: the same, but for BAT-02's two separators. */
  answering(frame: string | ArrayBuffer): Serializer;

  /**
   * One message to its envelope. @param headers what came before from the same peer: it changes nothing but the time it takes
   * @throws ProtocolViolation when malformed or beyond a limit (SER-14, SER-15, SER-19)
   */
  decode(message: Encoded, headers?: KnownHeaders): Envelope;

  /**
   * An envelope to one message; a payload of this format is copied octet by octet, another format's is rewritten. Octets are
   * good until the next message is encoded in this format: whoever keeps them takes a copy.
   * @throws Untranslatable when a payload value has no form here (SER-12)
   */
  encode(envelope: Envelope): Encoded;

  /** Messages to one frame. Not batched: exactly one message, which is its own frame. */
  join(messages: readonly Encoded[]): Encoded;
}

/** A payload holds a value that the receiver's format cannot express. Not the receiver's fault, nor ours (SER-12). */
export class Untranslatable extends Error {
  constructor(message: string) {
    super(message);
    this.name = "Untranslatable";
  }
}
