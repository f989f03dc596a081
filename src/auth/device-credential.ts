/**
 * Credentials of devices: made here with a new secret, or derived elsewhere and checked here. A secret of ours has 256 random
 * bits, so few iterations protect it as well as many; it is handed out once and only what follows from it is kept.
 */
import type { Credential, CredentialMethod } from "./credential.ts";
import { AdminError, INVALID, invalid } from "./device-error.ts";
import type { Fields } from "./device-fields.ts";
import { fromBase64, type Octets, toBase64, utf8 } from "./encoding.ts";
import { scramKeys } from "./scram-exchange.ts";
import { digestOf, newSecret } from "./secret.ts";
import { deriveCraKey } from "./wampcra.ts";

/** Enough for random secrets, and few enough for the smallest device. */
const CRA_ITERATIONS = 1_000;
const CRA_KEYLEN = 32;
/** The least that SCR-09 advises. */
const SCRAM_ITERATIONS = 4_096;
/** Iterations of what was derived elsewhere: clients have to do as many, and none may be kept busy for minutes. */
const MOST_ITERATIONS = 10_000_000;
/** KiB: 1 GiB. */
const MOST_MEMORY = 1_048_576;
/** Keys or certificates of one device: the old, the new and a few more. */
export const MOST_KEYS = 8;

const METHODS: readonly CredentialMethod[] = ["ticket", "wampcra", "wamp-scram", "cryptosign", "tls"];

/** A credential, and the secret that it was made from where the router made it: shown once, kept nowhere. */
export interface Made {
  readonly credential: Credential;
  readonly secret?: string;
}

/**
 * What `method`, `credential`, `publicKeys` and `fingerprints` of a request ask for. Without `credential` a ticket,
 * WAMP-CRA or SCRAM secret is made here. @throws AdminError
 */
export function readCredential(fields: Fields): () => Promise<Made> {
  const method = fields.choice("method", METHODS);
  switch (method) {
    case "cryptosign": {
      const publicKeys = fields.keys("publicKeys", MOST_KEYS);
      return async () => ({ credential: { method, publicKeys } });
    }
    case "tls": {
      const fingerprints = fields.keys("fingerprints", MOST_KEYS);
      return async () => ({ credential: { method, fingerprints } });
    }
    default: {
      const given = fields.optionalFields("credential");
      if (!given) return () => MAKE[method]();
      given.optionalChoice("method", [method]); // the command `credential` prints it, too
      const credential = DERIVED[method](given);
      given.done();
      return async () => ({ credential });
    }
  }
}

const MAKE: Record<"ticket" | "wampcra" | "wamp-scram", () => Promise<Made>> = {
  ticket: async () => {
    const secret = newSecret();
    return { secret, credential: { method: "ticket", digest: await digestOf(secret) } };
  },
  wampcra: async () => {
    const secret = newSecret();
    const salt = toBase64(crypto.getRandomValues(new Uint8Array(16)));
    const salted = { salt, iterations: CRA_ITERATIONS, keylen: CRA_KEYLEN };
    return { secret, credential: { method: "wampcra", key: await deriveCraKey(secret, salted), salted } };
  },
  "wamp-scram": async () => {
    const secret = newSecret();
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const salted = await pbkdf2(secret, salt);
    const { storedKey, serverKey } = await scramKeys(salted);
    return {
      secret,
      credential: {
        method: "wamp-scram",
        kdf: "pbkdf2",
        salt: toBase64(salt),
        iterations: SCRAM_ITERATIONS,
        memory: null,
        storedKey: toBase64(storedKey),
        serverKey: toBase64(serverKey),
      },
    };
  },
};

/** What `edgebahn credential` prints, or what another router has kept. */
const DERIVED: Record<"ticket" | "wampcra" | "wamp-scram", (given: Fields) => Credential> = {
  ticket: (given) => ({ method: "ticket", digest: given.base64("digest", 32) }),
  wampcra: (given) => {
    const key = given.text("key", 128);
    const salted = given.optionalFields("salted");
    // An unsalted key is the secret itself, and rows hold none.
    if (!salted) throw invalid(given.path("salted"), "is missing: a WAMP-CRA secret is kept only derived");
    const salt = salted.text("salt", 128);
    const iterations = salted.count("iterations", { least: 1_000, most: MOST_ITERATIONS });
    const keylen = salted.count("keylen", { least: 16, most: 64 });
    salted.done();
    if (fromBase64(key)?.length !== keylen) {
      throw invalid(given.path("key"), `must be the base64 of ${keylen} derived octets`);
    }
    return { method: "wampcra", key, salted: { salt, iterations, keylen } };
  },
  "wamp-scram": (given) => {
    const kdf = given.choice("kdf", ["pbkdf2", "argon2id13", "argon2id-13"] as const);
    const argon = kdf !== "pbkdf2";
    const salt = given.text("salt", 128);
    if ((fromBase64(salt)?.length ?? 0) < 8) {
      throw invalid(given.path("salt"), "must be the base64 of 8 octets or more");
    }
    const iterations = given.count("iterations", {
      least: argon ? 1 : SCRAM_ITERATIONS,
      most: MOST_ITERATIONS,
    });
    const memory = argon ? given.count("memory", { least: 8, most: MOST_MEMORY }) : given.nothing("memory");
    const storedKey = given.base64("storedKey", 32);
    return {
      method: "wamp-scram",
      kdf,
      salt,
      iterations,
      memory,
      storedKey,
      serverKey: given.base64("serverKey", 32),
    };
  },
};

/** The keys of `before` with some added and some taken away, so that old and new may overlap. @throws AdminError */
export function changeKeys(
  before: Credential,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Credential {
  if (before.method !== "cryptosign" && before.method !== "tls") {
    throw invalid("addKeys", `are for cryptosign and tls, and this device signs in by ${before.method}`);
  }
  const kept = before.method === "cryptosign" ? before.publicKeys : before.fingerprints;
  const missing = remove.find((key) => !kept.includes(key));
  if (missing !== undefined) throw invalid("removeKeys", `names ${missing}, which this device does not have`);
  const keys = [...new Set([...kept, ...add])].filter((key) => !remove.includes(key));
  if (keys.length === 0)
    throw invalid("removeKeys", "would leave this device without a key: disable it instead");
  if (keys.length > MOST_KEYS) {
    throw new AdminError(INVALID, `a device may have ${MOST_KEYS} keys: remove an old one first`, "addKeys");
  }
  return before.method === "cryptosign"
    ? { method: "cryptosign", publicKeys: keys }
    : { method: "tls", fingerprints: keys };
}

async function pbkdf2(secret: string, salt: Octets): Promise<Octets> {
  const key = await crypto.subtle.importKey("raw", utf8(secret), "PBKDF2", false, ["deriveBits"]);
  const parameters = { name: "PBKDF2", hash: "SHA-256", salt, iterations: SCRAM_ITERATIONS };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 256));
}
