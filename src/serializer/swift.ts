/**
 * Long texts looked at four octets at a time. What most texts are is found out so, at about the pace of memory; where the
 * answer is no, a slower look may still say yes.
 */

const UTF8 = new TextEncoder();
/** Characters looked at in one go: each takes at most three octets. */
const CHUNK = 8_192;
const scratch = new Uint8Array(3 * CHUNK + 4);
const scratchWords = new Int32Array(scratch.buffer);
const SPACE = 0x20;
const SPACES = 0x20202020;
const HIGH_BITS = 0x80808080 | 0;

/** Whether no control character stands between two offsets of a text. It may say no where there is none. */
export function hasNoControls(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += CHUNK) {
    const { written } = UTF8.encodeInto(text.slice(at, Math.min(to, at + CHUNK)), scratch);
    scratch.fill(SPACE, written, written + 3);
    const words = (written + 3) >> 2;
    let found = 0;
    // An octet below 0x20 borrows from its own high bit, which it does not have.
    for (let word = 0; word < words; word++) {
      const four = scratchWords[word] ?? 0;
      found |= (four - SPACES) & ~four;
    }
    if ((found & HIGH_BITS) !== 0) return false;
  }
  return true;
}

/** Whether all octets between two offsets are ASCII. */
export function isAsciiThroughout(octets: Uint8Array, from: number, to: number): boolean {
  const { buffer, byteOffset } = octets;
  let at = from;
  let found = 0;
  for (; at < to && ((byteOffset + at) & 3) !== 0; at++) found |= octets[at] ?? 0;
  const words = (to - at) >> 2;
  const whole = new Int32Array(buffer, byteOffset + at, words);
  let four = 0;
  for (let word = 0; word < words; word++) four |= whole[word] ?? 0;
  for (at += 4 * words; at < to; at++) found |= octets[at] ?? 0;
  return (found & 0x80) === 0 && (four & HIGH_BITS) === 0;
}
