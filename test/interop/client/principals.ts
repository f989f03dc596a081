/** Principals of every kind that stock clients can be, with what is configured of them. Their secrets are made for each run. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { deriveScram } from "../../../tools/derive-scram.ts";
import { Key } from "../../auth/key.ts";
import { newSecret } from "./admin.ts";
import type { Credentials } from "./credentials.ts";

/** A principal with what it signs in with, what is configured of it, and its Worker secret where it has one. */
export interface Somebody {
  readonly right: Credentials;
  readonly configured: Readonly<Record<string, unknown>>;
  readonly secret?: string;
}

/** Cheap enough for tests. */
export const ARGON = { kdf: "argon2id-13", iterations: 2, memory: 512 } as const;
const password = "пароль, pencil=1";
const scramKeys = await deriveScram(password, randomBytes(16), ARGON);
const key = new Key();
const seed = randomBytes(32).toString("hex");
const ticket = newSecret();
const plain = newSecret();

function salted(authid: string, iterations: number, keylen: number): Somebody {
  const [secret, salt] = [newSecret(), randomBytes(12).toString("base64")];
  return {
    right: { method: "wampcra", authid, secret },
    configured: { salt, iterations, keylen },
    secret: pbkdf2Sync(secret, salt, iterations, keylen, "sha256").toString("base64"),
  };
}

/** What a test calls it to who it is. */
export const PRINCIPALS: Readonly<Record<string, Somebody>> = {
  "a ticket": { right: { method: "ticket", authid: "t1", ticket }, configured: {}, secret: ticket },
  "WAMP-CRA": { right: { method: "wampcra", authid: "c1", secret: plain }, configured: {}, secret: plain },
  "salted WAMP-CRA": salted("c2", 1_000, 32),
  "WAMP-CRA, salted otherwise": salted('c3 "quoted" \\ é', 2_345, 16),
  SCRAM: {
    right: { method: "scram", authid: "s1", password },
    configured: {},
    secret: JSON.stringify({ ...scramKeys, method: undefined }),
  },
  "a key": {
    right: { method: "cryptosign", authid: "k1", seed },
    configured: { publicKeys: [key.publicKey, new Key(seed).publicKey] },
  },
};

/** The principals as they would stand in a realm of wrangler.toml, all with this role. */
export function configured(role: string): object[] {
  return Object.values(PRINCIPALS).map(({ right, configured, secret }, at) => ({
    authid: right.authid,
    role,
    method: right.method === "scram" ? "wamp-scram" : right.method,
    ...configured,
    ...(secret && { secret: `SECRET_${at}` }),
  }));
}

/** Their Worker secrets, by name. */
export function workerSecrets(): Record<string, string> {
  return Object.fromEntries(
    Object.values(PRINCIPALS).flatMap(({ secret }, at) => (secret ? [[`SECRET_${at}`, secret]] : [])),
  );
}

/** The same with another secret. */
export function wrong(right: Credentials): Credentials {
  switch (right.method) {
    case "ticket":
      return { ...right, ticket: `${right.ticket.slice(0, -2)}x=` };
    case "wampcra":
      return { ...right, secret: `${right.secret} ` };
    case "scram":
      return { ...right, password: right.password.toUpperCase() };
    case "cryptosign":
      return { ...right, seed: randomBytes(32).toString("hex") };
  }
}
