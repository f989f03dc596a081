/** Ids of global scope: uniform in 1..2^53, from the platform's cryptographic source (ID-03, S7). */

const words = new Uint32Array(2);

export function randomId(): number {
  crypto.getRandomValues(words);
  const [high = 0, low = 0] = words;
  // 21 high bits and 32 low bits make 0..2^53-1.
  return (high >>> 11) * 2 ** 32 + low + 1;
}
