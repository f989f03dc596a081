/** What the serializer tests share: the six serializers with the limits that a deployed router has, and octets by hand. */
import { DEFAULT_FRAME_LIMITS, type Encoded, type Serializer } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { payloadAt } from "../../src/wamp/message.ts";
import type { Envelope } from "../../src/wamp/payload.ts";

export const of = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

/** Octets from hexadecimal; spaces are for the reader. */
export function hex(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits.replaceAll(" ", ""), "hex"));
}

/** An encoded frame as a socket delivers it. */
export function asFrame(encoded: Encoded): string | ArrayBuffer {
  return typeof encoded === "string" ? encoded : Uint8Array.from(encoded).buffer;
}

export function concat(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}

/** Encodes and keeps: octets are good until the next message is encoded. */
export function kept(serializer: Serializer, envelope: Envelope): Encoded {
  const encoded = serializer.encode(envelope);
  return typeof encoded === "string" ? encoded : encoded.slice();
}
