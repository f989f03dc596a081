/**
 * Both ends of a sign-in by challenge, for tests: what a method is given, and clients that compute their answers with Node's
 * crypto, so that nothing of ours is on both ends.
 */
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import { vi } from "vitest";
import type { ChallengePorts } from "../../src/auth/challenger.ts";
import type { Credential, CredentialFor } from "../../src/auth/credential.ts";
import type { AuthMethod, Challenge, SignIn, Verdict } from "../../src/auth/method.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { type Anybody, known, MemoryBook } from "./book.ts";

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0, 7);
export const MOCK_KEY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

export function ports(...principals: readonly Anybody[]): ChallengePorts & { readonly book: MemoryBook } {
  return { book: new MemoryBook(...principals), mockKey: MOCK_KEY, now: () => NOW };
}

export function helloFrom(authid: string | undefined, given: Partial<SignIn> = {}): SignIn {
  return {
    realm: "realm1",
    session: 101,
    origin: { local: false },
    details: { roles: { caller: [] }, ...(authid !== undefined && { authid }) },
    ...given,
  };
}

/** The challenge that a method answers HELLO with; fails where it answers otherwise. */
export async function challengeOf(method: AuthMethod, signIn: SignIn): Promise<Challenge> {
  const verdict: Verdict = await method.challenge(signIn);
  if ("challenge" in verdict) return verdict.challenge;
  throw new Error("nobody was challenged");
}

export function answer(signature: string, extra: Readonly<Record<string, unknown>> = {}) {
  return { type: "AUTHENTICATE" as const, signature, extra };
}

/** What a rejected sign-in is told, as data; fails where it was not rejected. */
export async function refusalOf(
  verdict: Promise<Verdict> | Verdict,
): Promise<{ reason: unknown; message: string }> {
  try {
    await verdict;
  } catch (error) {
    if (error instanceof Error && "reason" in error) return { reason: error.reason, message: error.message };
    throw error;
  }
  throw new Error("somebody was admitted");
}

/** Base64 HMAC-SHA256, as a WAMP-CRA client signs. */
export function sign(key: string, challenge: unknown): string {
  return createHmac("sha256", key).update(String(challenge)).digest("base64");
}

/** A WAMP-CRA client: salted where the challenge says so. */
export function craAnswer(secret: string, { extra }: Challenge): string {
  if (extra.salt === undefined) return sign(secret, extra.challenge);
  const key = pbkdf2Sync(
    secret,
    String(extra.salt),
    Number(extra.iterations),
    Number(extra.keylen),
    "sha256",
  );
  return sign(key.toString("base64"), extra.challenge);
}

export function saltedCra(secret: string, salt: string): CredentialFor<"wampcra"> {
  const salted = { salt, iterations: 1_000, keylen: 32 };
  const key = pbkdf2Sync(secret, salt, salted.iterations, salted.keylen, "sha256").toString("base64");
  return { method: "wampcra", key, salted };
}

/** What is kept of a password that PBKDF2 has salted. */
export function pbkdf2Scram(password: string, salt: Buffer, iterations = 4_096): CredentialFor<"wamp-scram"> {
  const salted = pbkdf2Sync(password, salt, iterations, 32, "sha256");
  return { ...scramOf(salted), salt: salt.toString("base64"), kdf: "pbkdf2", iterations, memory: null };
}

function scramOf(salted: Buffer) {
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  return {
    method: "wamp-scram" as const,
    storedKey: createHash("sha256").update(clientKey).digest("base64"),
    serverKey: createHmac("sha256", salted).update("Server Key").digest("base64"),
  };
}

export interface ScramAnswer {
  readonly proof: string;
  readonly verifier: string;
}

/** A WAMP-SCRAM client, step by step as section 9.5 has it. @param authid prepared, not escaped */
export function scramAnswer(
  salted: Buffer,
  { authid, clientNonce, extra }: { authid: string; clientNonce: string; extra: Challenge["extra"] },
): ScramAnswer {
  const name = authid.split("=").join("=3D").split(",").join("=2C");
  const message = [
    `n=${name},r=${clientNonce}`,
    `r=${extra.nonce},s=${extra.salt},i=${extra.iterations}`,
    `c=biws,r=${extra.nonce}`,
  ].join(",");
  return answerTo(salted, message);
}

export function answerTo(salted: Buffer, message: string): ScramAnswer {
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest();
  const signature = createHmac("sha256", storedKey).update(message).digest();
  const serverKey = createHmac("sha256", salted).update("Server Key").digest();
  return {
    proof: Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0))).toString("base64"),
    verifier: createHmac("sha256", serverKey).update(message).digest("base64"),
  };
}

/** Somebody with the role device. */
export function device<C extends Credential>(authid: string, credential: C) {
  return known(authid, credential, { authrole: "device", authprovider: "device" });
}

/** What a client hears of something that takes its time. */
export async function heardSoon(client: Client): Promise<readonly Wire[]> {
  return vi.waitUntil(() => {
    const heard = client.heard() as Wire[]; // messages are lists
    return heard.length > 0 && heard;
  });
}
