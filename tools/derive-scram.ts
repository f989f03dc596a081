/**
 * SCRAM credentials from passwords. This is the slow part, for whoever adds a principal: the router never does it, and is
 * given only what comes out (SCR-07).
 */
import { argon2id } from "@noble/hashes/argon2.js";
import { pbkdf2 } from "@noble/hashes/pbkdf2.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { ScramCredential } from "../src/auth/credential.ts";
import { toBase64, utf8 } from "../src/auth/encoding.ts";
import { saslprep } from "../src/auth/saslprep.ts";
import { scramKeys } from "../src/auth/scram-exchange.ts";

export interface ScramCost {
  readonly kdf: ScramCredential["kdf"];
  readonly iterations: number;
  /** KiB; null for pbkdf2. */
  readonly memory: number | null;
}

/** SCR-07. @throws RangeError where SASLprep prohibits the password, or the KDF what it should cost */
export async function deriveScram(
  password: string,
  salt: Uint8Array,
  cost: ScramCost,
): Promise<ScramCredential> {
  const { storedKey, serverKey } = await scramKeys(saltedPassword(password, salt, cost));
  return {
    method: "wamp-scram",
    ...cost,
    salt: toBase64(salt),
    storedKey: toBase64(storedKey),
    serverKey: toBase64(serverKey),
  };
}

/** SCR-08, SCR-09: 32 octets, or for the prototype (SCR-16) their base64 as octets. */
export function saltedPassword(
  password: string,
  salt: Uint8Array,
  { kdf, iterations, memory }: ScramCost,
): Uint8Array<ArrayBuffer> {
  switch (kdf) {
    case "pbkdf2":
      return new Uint8Array(pbkdf2(sha256, prepared(password), salt, { c: iterations, dkLen: 32 }));
    case "argon2id13":
      return new Uint8Array(argon2id(prepared(password), salt, argon(iterations, memory)));
    case "argon2id-13": {
      // Autobahn|Python takes the password as it is, and of Argon2's output the text without padding.
      const octets = argon2id(utf8(password), salt, argon(iterations, memory));
      return utf8(toBase64(octets).replace(/=+$/, ""));
    }
  }
}

function argon(iterations: number, memory: number | null) {
  return { t: iterations, m: memory ?? 0, p: 1, dkLen: 32, version: 0x13 };
}

function prepared(password: string): Uint8Array {
  try {
    const text = saslprep(password);
    if (text !== "") return utf8(text);
  } catch (error) {
    throw error instanceof RangeError ? new RangeError(`the password ${error.message}`) : error;
  }
  throw new RangeError("the password is empty once SASLprep has prepared it");
}
