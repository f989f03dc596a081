/**
 * What a dynamic authenticator answers, in the shape that authenticators written for Crossbar.io have: a role, or a dict
 * with role, authid, realm, extra and what the method needs. Believes nothing that it has not checked.
 */
import type { Credential, CredentialMethod } from "./credential.ts";
import { KEY_OCTETS } from "./ed25519.ts";
import { fromBase64, toBase64 } from "./encoding.ts";
import { hexOf, octetsOfHex } from "./hex.ts";

/** The methods by which an authenticator can be asked. */
export type DynamicMethod = Exclude<CredentialMethod, "tls">;

/** What is wrong with an answer, without what it holds: that may be a secret. */
export class AnswerFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AnswerFault";
  }
}

type Dict = Readonly<Record<string, unknown>>;

/** Who an answer says somebody is. */
export interface Answer {
  /** Undefined where the name that was asked for holds. */
  readonly authid?: string;
  readonly authrole: string;
  readonly authextra?: Dict;
  /** What it says besides, for the method. */
  readonly fields: Dict;
}

/** Characters: it ends up with the session's identity, and a socket's attachment is small. */
const MAX_NAME = 256;
/** Characters of JSON, for the same reason. */
const MAX_EXTRA = 4_096;
/** As for the credentials of devices: no client may be kept busy for minutes. */
const MOST_ITERATIONS = 10_000_000;
const LEAST_PBKDF2 = 4_096;
/** KiB */
const MOST_MEMORY = 1_048_576;

/** @throws AnswerFault */
export function readAnswer(
  { args, kwargs }: { readonly args: readonly unknown[]; readonly kwargs: Dict },
  realm: unknown,
): Answer {
  if (args.length !== 1 || Object.keys(kwargs).length > 0) {
    throw new AnswerFault("the result must be one argument: a role, or a dict with role");
  }
  const [given] = args;
  if (typeof given === "string") return { authrole: name(given, "the role"), fields: {} };
  if (!isDict(given)) throw new AnswerFault("the result must be a role (a string) or a dict with role");
  // A socket reaches one realm's object only, so nobody can be sent to another.
  if (present(given, "realm") !== undefined && given.realm !== realm) {
    throw new AnswerFault("realm names another realm than the session asked for");
  }
  const authid = present(given, "authid");
  const extra = present(given, "extra");
  return {
    ...(authid !== undefined && { authid: name(authid, "authid") }),
    authrole: name(present(given, "role"), "role"),
    ...(extra !== undefined && { authextra: bounded(extra) }),
    fields: given,
  };
}

/** What the client is to be recognized by. @throws AnswerFault */
export function readCredential(method: Exclude<DynamicMethod, "ticket">, fields: Dict): Credential {
  switch (method) {
    case "wampcra":
      return readCra(fields);
    case "wamp-scram":
      return readScram(fields);
    case "cryptosign":
      return { method, publicKeys: [hexOf(octets("pubkey", octetsOfHex(fields.pubkey, KEY_OCTETS)))] };
  }
}

/** As CraCredential has it: with a salt, `secret` is what was derived from the secret, in base64 (CRA-06). */
function readCra(fields: Dict): Credential {
  const key = present(fields, "secret");
  if (typeof key !== "string" || key === "" || !key.isWellFormed()) {
    throw new AnswerFault("secret must be a string that is not empty");
  }
  const salt = present(fields, "salt");
  if (salt === undefined) return { method: "wampcra", key };
  if (typeof salt !== "string" || salt === "" || !salt.isWellFormed()) {
    throw new AnswerFault("salt must be a string that is not empty");
  }
  const keylen = count(fields, "keylen", { least: 1, most: 1_024, otherwise: 32 });
  const iterations = count(fields, "iterations", { least: 1, most: MOST_ITERATIONS, otherwise: 1_000 });
  // Whoever salts but answers with the secret itself would find every client denied, and not know why.
  if (fromBase64(key)?.length !== keylen) {
    throw new AnswerFault(
      "secret must be the base64 of keylen octets derived from it, since there is a salt",
    );
  }
  return { method: "wampcra", key, salted: { salt, iterations, keylen } };
}

/** Crossbar.io has salt and keys in hex, the specification in base64: all three in one of them. */
function readScram(fields: Dict): Credential {
  const { kdf } = fields;
  // SCR-16: the two argon2 are not the same, and each is for its own dialect.
  if (kdf !== "pbkdf2" && kdf !== "argon2id13" && kdf !== "argon2id-13") {
    throw new AnswerFault("kdf must be pbkdf2, argon2id13 or argon2id-13");
  }
  const least = kdf === "pbkdf2" ? LEAST_PBKDF2 : 1;
  const hex = octetsOfHex(fields["stored-key"], 32) !== undefined;
  const read = (key: string) => octets(key, hex ? fromAnyHex(fields[key]) : fromText(fields[key]));
  const salt = read("salt");
  const [storedKey, serverKey] = [read("stored-key"), read("server-key")];
  if (salt.length < 8) throw new AnswerFault("salt must have at least 8 octets");
  if (storedKey.length !== 32 || serverKey.length !== 32) {
    throw new AnswerFault("stored-key and server-key must have 32 octets each");
  }
  return {
    method: "wamp-scram",
    kdf,
    salt: toBase64(salt),
    iterations: count(fields, "iterations", { least, most: MOST_ITERATIONS }),
    memory: kdf === "pbkdf2" ? null : count(fields, "memory", { least: 8, most: MOST_MEMORY }),
    storedKey: toBase64(storedKey),
    serverKey: toBase64(serverKey),
  };
}

function count(
  fields: Dict,
  key: string,
  { least, most, otherwise }: { least: number; most: number; otherwise?: number },
): number {
  const value = present(fields, key) ?? otherwise;
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AnswerFault(`${key} must be an integer from ${least} to ${most}`);
}

function octets(key: string, read: Uint8Array | undefined): Uint8Array {
  if (!read) throw new AnswerFault(`${key} must be octets in hex${key === "pubkey" ? "" : " or base64"}`);
  return read;
}

function fromAnyHex(text: unknown): Uint8Array | undefined {
  return typeof text === "string" ? octetsOfHex(text, Math.floor(text.length / 2)) : undefined;
}

function fromText(text: unknown): Uint8Array | undefined {
  return typeof text === "string" ? fromBase64(text) : undefined;
}

function name(value: unknown, key: string): string {
  if (typeof value !== "string" || value === "" || value.length > MAX_NAME || !value.isWellFormed()) {
    throw new AnswerFault(`${key} must be a string of 1 to ${MAX_NAME} characters`);
  }
  if (CONTROL.test(value)) throw new AnswerFault(`${key} holds a control character`);
  return value;
}

function bounded(extra: unknown): Dict {
  if (!isDict(extra)) throw new AnswerFault("extra must be a dict");
  checkPlain(extra);
  const text = JSON.stringify(extra);
  if (text.length > MAX_EXTRA) {
    throw new AnswerFault(`extra must have at most ${MAX_EXTRA} characters of JSON`);
  }
  return extra;
}

/** It is kept as JSON while the realm sleeps, so it must come back as it was. @throws AnswerFault */
function checkPlain(value: unknown): void {
  const isOdd = typeof value === "number" ? !Number.isFinite(value) : typeof value === "bigint";
  if (isOdd || ArrayBuffer.isView(value)) {
    throw new AnswerFault(
      "extra must be as JSON has it: no octets, no integer beyond 53 bits, no number that is not finite",
    );
  }
  if (typeof value === "object" && value !== null) Object.values(value).forEach(checkPlain);
}

/** A dict's own value; null counts as absent. */
function present(dict: Dict, key: string): unknown {
  return Object.hasOwn(dict, key) ? (dict[key] ?? undefined) : undefined;
}

function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
