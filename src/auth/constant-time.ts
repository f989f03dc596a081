/**
 * Whether two secrets are the same, in a time that depends on neither what they hold, nor where they differ, nor how long
 * they are (AUT-13): both become SHA-256 digests, of which every octet is looked at.
 */
import { equalOctets, type Octets, sha256, utf8 } from "./encoding.ts";

/** What is no Unicode text (lone surrogates) is the same as nothing. */
export async function sameText(a: string, b: string): Promise<boolean> {
  const same = await sameOctets(utf8(a), utf8(b));
  return same && a.isWellFormed() && b.isWellFormed();
}

export async function sameOctets(a: Octets, b: Octets): Promise<boolean> {
  const [one, other] = await Promise.all([sha256(a), sha256(b)]);
  return equalOctets(one, other);
}
