/** Octets as hex digits, as cryptosign writes them: either case is read, lower case is written (CRY-08). */
import type { Octets } from "./encoding.ts";

/** Two digits for each octet, lower case. */
export function hexOf(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}

/** Exactly `length` octets; undefined where `text` is anything else. */
export function octetsOfHex(text: unknown, length: number): Octets | undefined {
  if (typeof text !== "string" || text.length !== 2 * length || !/^[0-9a-fA-F]*$/.test(text)) {
    return undefined;
  }
  const octets = new Uint8Array(length);
  for (let at = 0; at < length; at++) octets[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return octets;
}
