/** One message to and from an envelope, in one format. What frames look like is another matter: see framing.ts. */
import type { Envelope, Format } from "../wamp/payload.ts";
import type { KnownHeaders } from "./known-headers.ts";
import type { Encoded, FrameLimits } from "./serializer.ts";

export interface Codec {
  readonly format: Format;
  /** @throws ProtocolViolation when malformed or beyond a limit (SER-14, SER-15, SER-19) */
  decode(message: Encoded, headers?: KnownHeaders): Envelope;
  /** @throws Untranslatable when a payload value has no form here (SER-12) */
  encode(envelope: Envelope): Encoded;
}

export interface CodecOptions {
  readonly limits: FrameLimits;
  /** How many elements precede Arguments, by type code; undefined where a message has no payload. */
  readonly payloadAt: (code: unknown) => number | undefined;
}
