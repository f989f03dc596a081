/** A realm with somebody for each method, and clients who sign in with Node's crypto: nothing of ours is on both ends. */
import { createHmac, pbkdf2Sync } from "node:crypto";
import { answerTo, pbkdf2Scram } from "../auth/challenged.ts";
import { Key } from "../auth/key.ts";
import { newSecret } from "../config/scene.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { ask, EVERYTHING, type Parts, partsOf } from "./room.ts";

const PASSWORD = newSecret();
const SALT = Buffer.from(newSecret(), "base64").subarray(0, 16);
const ITERATIONS = 4_096;
const SALTED = pbkdf2Sync(PASSWORD, SALT, ITERATIONS, 32, "sha256");
const CRA_SALT = "k7Zq2f91";
const CRA_PASSWORD = newSecret();

export const SECRETS = {
  TICKET_SECRET: newSecret(),
  CRA_SECRET: newSecret(),
  CRA_DERIVED: pbkdf2Sync(CRA_PASSWORD, CRA_SALT, 1_000, 32, "sha256").toString("base64"),
  SCRAM_KEYS: JSON.stringify(withoutMethod(pbkdf2Scram(PASSWORD, SALT, ITERATIONS))),
};
export const KEY = new Key();

/** @param settings what is different about the realm */
export function everyMethod(settings: object = {}): Parts {
  return partsOf(
    {
      roles: ["device", "anonymous"].map((name) => ({
        name,
        permissions: [EVERYTHING],
        limits: { messages: 0 },
      })),
      principals: [
        { authid: "ticket", role: "device", method: "ticket", secret: "TICKET_SECRET" },
        { authid: "cra", role: "device", method: "wampcra", secret: "CRA_SECRET" },
        {
          authid: "salted",
          role: "device",
          method: "wampcra",
          secret: "CRA_DERIVED",
          salt: CRA_SALT,
          iterations: 1_000,
          keylen: 32,
        },
        { authid: "scram", role: "device", method: "wamp-scram", secret: "SCRAM_KEYS" },
        { authid: "key", role: "device", method: "cryptosign", publicKeys: [KEY.publicKey] },
      ],
      authFailures: { perAuthid: 1_000_000, perAddress: 1_000_000 },
      ...settings,
    },
    SECRETS,
  );
}

export interface Who {
  readonly authid: string;
  readonly method: string;
  /** HELLO.Details.authextra */
  readonly authextra: () => Readonly<Record<string, unknown>>;
  /** AUTHENTICATE, for a CHALLENGE. */
  readonly answer: (extra: Extra, hello: Extra) => readonly [signature: string, extra: Extra];
}
type Extra = Readonly<Record<string, unknown>>;

export const TICKET: Who = {
  authid: "ticket",
  method: "ticket",
  authextra: () => ({}),
  answer: () => [SECRETS.TICKET_SECRET, {}],
};
const hmac = (key: string, text: unknown) => createHmac("sha256", key).update(String(text)).digest("base64");

/** Those whose answer depends on the challenge. */
export const CHALLENGED: readonly Who[] = [
  {
    authid: "cra",
    method: "wampcra",
    authextra: () => ({}),
    answer: ({ challenge }) => [hmac(SECRETS.CRA_SECRET, challenge), {}],
  },
  {
    authid: "salted",
    method: "wampcra",
    authextra: () => ({}),
    answer: ({ challenge }) => [hmac(SECRETS.CRA_DERIVED, challenge), {}],
  },
  {
    authid: "scram",
    method: "wamp-scram",
    authextra: () => ({ nonce: Buffer.from(newSecret()).toString("base64"), channel_binding: null }),
    answer: (challenge, { nonce }) => {
      const first = `n=scram,r=${nonce}`;
      const server = `r=${challenge.nonce},s=${challenge.salt},i=${challenge.iterations}`;
      const { proof } = answerTo(SALTED, `${first},${server},c=biws,r=${challenge.nonce}`);
      return [proof, { nonce: challenge.nonce, channel_binding: null, cbind_data: null }];
    },
  },
  {
    authid: "key",
    method: "cryptosign",
    authextra: () => ({ pubkey: KEY.publicKey }),
    answer: ({ challenge }) => [KEY.answer(String(challenge)), {}],
  },
];

/** Says HELLO. @returns what came, and the authextra that was sent */
export async function hello(client: Client, { authid, method, authextra }: Who, more: object = {}) {
  const extra = authextra();
  const details = { ...ROLES, authmethods: [method], authid, authextra: extra, ...more };
  const [heard] = await ask(client, 1, "realm1", details);
  return { heard: heard ?? [], extra };
}

/** CHALLENGE.Extra. */
export function extraOf(challenge: Wire): Extra {
  if (challenge[0] !== 4) throw new Error(`no CHALLENGE but ${JSON.stringify(challenge)}`);
  return challenge[2] as Extra;
}

function withoutMethod<T extends { readonly method: unknown }>({ method: _, ...rest }: T) {
  return rest;
}
