/** What makes a challenge unlike every other one (CRA-10, S3). */
import { toBase64 } from "./encoding.ts";

/** 128 bits: a repetition is not to be expected among 2^64 nonces. */
const OCTETS = 16;

/** Base64 of random octets, 24 characters. */
export function newNonce(): string {
  return toBase64(crypto.getRandomValues(new Uint8Array(OCTETS)));
}
