/**
 * How much of a socket's attachment a memo takes. The platform refuses more than 16 KiB and says so only when it is too
 * late; the sizes are upper bounds of what V8's structured clone writes.
 */

import { LIMIT_EXCEEDED } from "../router/limits.ts";
import { Refusal } from "../wamp/error.ts";
import type { Memo } from "./peer.ts";

/** Octets. A little less than the platform's 16,384, which has a few of its own to write. */
export const MEMO_OCTETS = 16_000;

/** @throws Refusal where the memo does not fit: what a client or its token brought is too large to be remembered */
export function checkFits(memo: Memo): void {
  const octets = memoOctets(memo);
  if (octets <= MEMO_OCTETS) return;
  throw new Refusal(
    LIMIT_EXCEEDED,
    `the limit of what is remembered of a connection is ${MEMO_OCTETS} octets, and this one takes up to ${octets}: ` +
      "shorten authid and authextra, or what the token permits",
  );
}

/** At least as many octets as the clone of plain data has. */
export function memoOctets(value: unknown): number {
  switch (typeof value) {
    case "string":
      return 8 + (isLatin1(value) ? value.length : 2 * value.length);
    case "number":
      return 9;
    case "bigint":
      return 8 + 8 * Math.ceil(value.toString(16).length / 16);
    case "object":
      return value === null ? 1 : sizeOf(value);
    default:
      return 1; // booleans, and what is left out
  }
}

function sizeOf(value: object): number {
  if (ArrayBuffer.isView(value)) return 32 + value.byteLength;
  let sum = 8;
  if (Array.isArray(value)) {
    for (const each of value) sum += memoOctets(each);
    return sum + 8;
  }
  for (const key of Object.keys(value)) {
    sum += memoOctets(key) + memoOctets((value as Readonly<Record<string, unknown>>)[key]); // one of its own keys
  }
  return sum;
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}
