/** JSON's convention for octets: a string of NUL and standard padded base64 (SER-03). Knows nothing else of JSON. */

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** `String.fromCharCode` takes its characters as arguments, of which an engine accepts so many. */
const CHUNK = 8_192;

/** Whether a string stands for octets: any other string that begins with NUL is just text (SER-05). */
export function isBase64AfterNul(text: string): boolean {
  return text.charCodeAt(0) === 0 && text.length % 4 === 1 && BASE64.test(text.slice(1));
}

/** The octets of a string for which `isBase64AfterNul` holds (SER-04). */
export function octetsOf(text: string): Uint8Array {
  const binary = atob(text.slice(1));
  const octets = new Uint8Array(binary.length);
  for (let at = 0; at < octets.length; at++) octets[at] = binary.charCodeAt(at);
  return octets;
}

export function base64Of(octets: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < octets.length; at += CHUNK) {
    binary += String.fromCharCode(...octets.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}
