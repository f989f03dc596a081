/** Ids of global scope: uniform in 1..2^53, from the platform's cryptographic source (ID-03, S7). */

/** Drawn at once, since a call into the platform costs more than all else that a publication needs. */
const words = new Uint32Array(512);
let next = words.length;

export function randomId(): number {
  if (next === words.length) {
    crypto.getRandomValues(words);
    next = 0;
  }
  return idFrom(words[next++] ?? 0, words[next++] ?? 0);
}

/** Of two words of 32 random bits: 21 of the first and all of the second make 0..2^53-1, and ids begin with 1. */
export function idFrom(high: number, low: number): number {
  return (high >>> 11) * 2 ** 32 + low + 1;
}
