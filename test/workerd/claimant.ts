/** A device that redeems a claim: a key of its own, and the proof that it has it. */
import { claimText } from "../../src/auth/claim.ts";

export interface Redemption {
  readonly token: string;
  readonly authid?: string;
  readonly pubkey: string;
  readonly proof: string;
}

export async function redemption(realm: string, token: string, authid?: string): Promise<Redemption> {
  const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
  const pubkey = (await crypto.subtle.exportKey("raw", pair.publicKey)) as ArrayBuffer;
  const text = new TextEncoder().encode(claimText(realm, token));
  const proof = await crypto.subtle.sign("Ed25519", pair.privateKey, text);
  return { token, ...(authid !== undefined && { authid }), pubkey: hex(pubkey), proof: hex(proof) };
}

function hex(octets: ArrayBuffer): string {
  return Array.from(new Uint8Array(octets), (octet) => octet.toString(16).padStart(2, "0")).join("");
}
