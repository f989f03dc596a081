/** Text in octets: checked without being decoded, or decoded. Invalid UTF-8 would end a strict receiver. */

/** `ignoreBOM`: a byte order mark is a character of the text like any other. */
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Octets up to which a loop beats the native decoder, as measured in workerd: to check them, and to make a string of them. */
const SHORT_CHECK = 128;
const SHORT = 48;

/** Whether octets are valid UTF-8. */
export function isUtf8(octets: Uint8Array, from: number, to: number): boolean {
  if (to - from <= SHORT_CHECK && isAscii(octets, from, to)) return true;
  return decode(octets, from, to) !== undefined;
}

/** The text that octets stand for; undefined where they are not valid UTF-8. */
export function textOf(octets: Uint8Array, from: number, to: number): string | undefined {
  if (to - from > SHORT || !isAscii(octets, from, to)) return decode(octets, from, to);
  const units = new Array<number>(to - from);
  for (let at = from; at < to; at++) units[at - from] = octets[at] ?? 0;
  return String.fromCharCode(...units);
}

function decode(octets: Uint8Array, from: number, to: number): string | undefined {
  try {
    return STRICT.decode(octets.subarray(from, to));
  } catch {
    return undefined;
  }
}

function isAscii(octets: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((octets[at] ?? 0) > 0x7f) return false;
  return true;
}
