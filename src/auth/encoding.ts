/**
 * Octets as base64 and back, their digests and their comparison. What is not the one text that writes some octets cannot be
 * read, and is undefined: nothing has two spellings.
 */

/** As Web Crypto takes them: not shared with another thread. */
export type Octets = Uint8Array<ArrayBuffer>;

const UTF8 = new TextEncoder();
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function utf8(text: string): Octets {
  return new Uint8Array(UTF8.encode(text));
}

/** Standard alphabet, padded. */
export function toBase64(octets: Uint8Array): string {
  let binary = "";
  for (const octet of octets) binary += String.fromCharCode(octet);
  return btoa(binary);
}

/** Standard alphabet, padded, unused bits zero. */
export function fromBase64(text: string): Octets | undefined {
  if (!BASE64.test(text)) return undefined;
  const octets = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return toBase64(octets) === text ? octets : undefined;
}

/** AUT-13: takes as long wherever they differ. Only a difference in length, which is no secret, shows. */
export function equalOctets(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (const [at, octet] of one.entries()) difference |= octet ^ (other[at] ?? 0);
  return difference === 0;
}

export async function sha256(octets: Uint8Array): Promise<Octets> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", octets));
}

const HMAC = { name: "HMAC", hash: "SHA-256" };

/** HMAC-SHA256. @param key at least one octet, or Web Crypto throws */
export async function hmac(key: Uint8Array, octets: Uint8Array): Promise<Octets> {
  return sign(await crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]), octets);
}

/** A key that is kept to the same as the platform takes it: to take it in costs as much as to sign. */
const kept = new WeakMap<Uint8Array, Promise<CryptoKey>>();

/** The same with a key that is used again and again, and never changed. */
export async function hmacByKept(key: Uint8Array, octets: Uint8Array): Promise<Octets> {
  let imported = kept.get(key);
  if (!imported) {
    imported = crypto.subtle.importKey("raw", key, HMAC, false, ["sign"]);
    kept.set(key, imported);
  }
  return sign(await imported, octets);
}

async function sign(key: CryptoKey, octets: Uint8Array): Promise<Octets> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, octets));
}
