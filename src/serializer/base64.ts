/** JSON's convention for octets: a string of NUL and standard padded base64 (SER-03). Knows nothing else of JSON. */

const ALPHABET = /[A-Za-z0-9+/]*/y;
const PADDING = ["", "=", "=="];
/** An engine accepts so many arguments; a multiple of three, so that a chunk of base64 needs no padding. */
const CHUNK = 6_144;

/** Whether a string stands for octets: any other string that begins with NUL is just text (SER-05). */
export function isBase64AfterNul(text: string): boolean {
  if (text.charCodeAt(0) !== 0 || text.length % 4 !== 1) return false;
  ALPHABET.lastIndex = 1;
  ALPHABET.test(text);
  return PADDING.includes(text.slice(ALPHABET.lastIndex));
}

/** The octets of a string for which `isBase64AfterNul` holds (SER-04). */
export function octetsOf(text: string): Uint8Array {
  const binary = atob(text.slice(1));
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < octets.length; at++) octets[at] = binary.charCodeAt(at);
  return octets;
}

export function base64Of(octets: Uint8Array): string {
  let base64 = "";
  for (let at = 0; at < octets.length; at += CHUNK) {
    // `apply` takes whatever is like an array, and is far quicker with octets than a spread argument.
    const chunk = octets.subarray(at, at + CHUNK) as unknown as number[];
    base64 += btoa(String.fromCharCode.apply(null, chunk));
  }
  return base64;
}
