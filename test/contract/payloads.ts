/** Payloads of every format that a store must give back as they are. */
import type { Payload } from "../../src/wamp/payload.ts";

/** Every octet there is, as msgpack and CBOR write an octet string of 256. */
const EVERY_OCTET = Array.from({ length: 256 }, (_, octet) => octet);

export const PAYLOADS: readonly (Payload | undefined)[] = [
  undefined,
  {
    format: "json",
    count: 1,
    body: '[ 1.0, 18446744073709551616, "\\u0000AAEC", "é\u{1F600}\u2028\ufeff\'" ]',
  },
  { format: "json", count: 2, body: '[],{"k":-0}' },
  { format: "msgpack", count: 1, body: Uint8Array.of(0x91, 0xc5, 1, 0, ...EVERY_OCTET) },
  { format: "msgpack", count: 2, body: Uint8Array.of(0x90, 0x81, 0xa1, 0x6b, 0x00) },
  { format: "cbor", count: 1, body: Uint8Array.of(0x81, 0x59, 1, 0, ...EVERY_OCTET) },
  // A view into a frame: only what it shows is kept.
  {
    format: "cbor",
    count: 2,
    body: Uint8Array.of(0xff, 0xff, 0x80, 0xa1, 0x61, 0x6b, 0xf7, 0xff).subarray(2, 7),
  },
];
