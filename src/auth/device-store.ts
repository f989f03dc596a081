/**
 * The seam to wherever the devices of a realm are kept: principals that were added at run time. Every method is synchronous,
 * so that a change and what follows from it are one turn. What is kept is only what `Credential` says: no secret.
 */
import type { Credential } from "./credential.ts";

/** A principal that was added at run time. It has one credential: whoever changes the method changes all of it. */
export interface Device {
  readonly authid: string;
  readonly authrole: string;
  readonly credential: Credential;
  /** Cannot sign in, but keeps its name and keys. */
  readonly disabled: boolean;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** When it was last changed, in milliseconds since 1970. */
  readonly changed: number;
  readonly note?: string;
}

/** The methods by which a device may be found by its key alone. */
export type KeyMethod = "cryptosign" | "tls";

export interface DeviceStore {
  find(authid: string): Device | undefined;
  /** The authid of whichever device has this key, disabled or not. */
  owner(method: KeyMethod, key: string): string | undefined;
  /** Adds the device, or replaces the one of its authid with its keys. No key of it may be another device's. */
  put(device: Device): void;
  remove(authid: string): void;
  /** At most `limit` devices whose authid is greater than `after`, by authid in the order of code points. */
  list(from: { readonly after: string; readonly limit: number }): readonly Device[];
  count(): number;
  /** What credentials of devices that are not disabled look like: each shape once (see shapeOf). */
  shapes(): readonly Credential[];
}

/**
 * A credential without what is its own, so that all credentials that a client cannot tell apart before it signs in have the
 * same one (AUT-08): what a challenge shows keeps its length and its numbers.
 */
export function shapeOf(credential: Credential): Credential {
  switch (credential.method) {
    case "ticket":
      return { method: "ticket", digest: "" };
    case "cryptosign":
      return { method: "cryptosign", publicKeys: [] };
    case "tls":
      return { method: "tls", fingerprints: [] };
    case "wampcra": {
      if (!credential.salted) return { method: "wampcra", key: "" };
      const { salt, iterations, keylen } = credential.salted;
      return { method: "wampcra", key: "", salted: { salt: blank(salt), iterations, keylen } };
    }
    case "wamp-scram": {
      const { kdf, salt, iterations, memory } = credential;
      return {
        method: "wamp-scram",
        kdf,
        salt: blank(salt),
        iterations,
        memory,
        storedKey: "",
        serverKey: "",
      };
    }
  }
}

/** The keys that a device is found by. */
export function keysOf(credential: Credential): readonly string[] {
  if (credential.method === "cryptosign") return credential.publicKeys;
  return credential.method === "tls" ? credential.fingerprints : [];
}

/** What salts are written with, narrowest first, to a character that has nothing else in common with the narrower ones. */
const WRITINGS: readonly (readonly [RegExp, string])[] = [
  [/^[0-9]*$/, "0"],
  [/^[0-9a-f]*$/, "a"],
  [/^[0-9A-F]*$/, "A"],
  [/^[0-9A-Za-z]*$/, "z"],
  [/^[0-9A-Za-z_-]*$/, "-"],
  [/^[0-9A-Za-z+/]*$/, "+"],
  [/^[0-9A-Za-z+/]*={1,2}$/, "A"],
];

/** As long as `salt` and written with the same characters: a salt that is made up for somebody unknown imitates it. */
function blank(salt: string): string {
  const [, fill = "."] = WRITINGS.find(([written]) => written.test(salt)) ?? [];
  return salt.replace(/[^=]/g, fill);
}
