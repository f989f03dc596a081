/**
 * Tickets and tokens: made at random, kept as digests. A digest without a salt is safe only for what nobody can guess, so
 * what somebody made up is asked to be long enough.
 */
import { sha256, toBase64, utf8 } from "./encoding.ts";

const SECRET_OCTETS = 32;
/** By the estimate of `enough`, which any random text of 128 bits passes: 22 characters of base64, 32 of hex. */
const ENOUGH_BITS = 80;

/** A new secret of 256 random bits, as 43 characters of base64url without padding. */
export function newSecret(): string {
  const base64 = toBase64(crypto.getRandomValues(new Uint8Array(SECRET_OCTETS)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/** SHA-256 of the text's UTF-8 octets as 44 characters of base64: what is kept in a TicketCredential. */
export async function digestOf(text: string): Promise<string> {
  return toBase64(await sha256(utf8(text)));
}

/**
 * Whether a ticket may be kept as a digest. Keeps out what is plainly too short or of too few different characters;
 * cannot tell what is random from what is well known.
 */
export function enough(ticket: string): boolean {
  const characters = [...ticket];
  return ticket.isWellFormed() && characters.length * Math.log2(new Set(characters).size) >= ENOUGH_BITS;
}
