/** What the command `credential` does, but for the terminal: from its words and a secret to what it prints. */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import type { Credential } from "../src/auth/credential.ts";
import { digestOf, enough } from "../src/auth/secret.ts";
import { deriveCraKey } from "../src/auth/wampcra.ts";
import { deriveScram, type ScramCost } from "./derive-scram.ts";

const USAGE = `credential <method> [options] < secret

Reads a secret, one line, and prints the credential that a router keeps of it, as JSON.

  ticket      its digest
  wampcra     a key by PBKDF2         --iterations 10000  --keylen 32  --salt <text>
  wamp-scram  two keys                --kdf argon2id13|pbkdf2  --iterations  --memory <KiB>  --salt <base64>
  scram       the same for Autobahn|Python and Crossbar, which speak an older SCRAM with argon2id

  --generate  makes a secret of 256 random bits, and prints it once to standard error
`;

/** What a device can bear, and a guesser not so well: OWASP's advice for argon2id, and for PBKDF2 with SHA-256. */
const SCRAM_COST: Readonly<Record<ScramCost["kdf"], ScramCost>> = {
  argon2id13: { kdf: "argon2id13", iterations: 2, memory: 19_456 },
  "argon2id-13": { kdf: "argon2id-13", iterations: 2, memory: 19_456 },
  pbkdf2: { kdf: "pbkdf2", iterations: 600_000, memory: null },
};

const OPTIONS = {
  salt: { type: "string" },
  iterations: { type: "string" },
  memory: { type: "string" },
  keylen: { type: "string" },
  kdf: { type: "string" },
  generate: { type: "boolean" },
  help: { type: "boolean" },
} as const;
type Given = Partial<Record<Exclude<keyof typeof OPTIONS, "generate" | "help">, string>>;

/** Something that whoever typed the command can put right. */
class Mistake extends Error {}

/** Method to the options that it takes, and what it makes of a secret. */
const METHODS: Readonly<
  Record<
    string,
    { takes: readonly (keyof Given)[]; make: (secret: string, given: Given) => Promise<Credential> }
  >
> = {
  ticket: {
    takes: [],
    make: async (secret) => {
      if (enough(secret)) return { method: "ticket", digest: await digestOf(secret) };
      throw new Mistake("a ticket is kept as a plain digest, so it must be long and random: use --generate");
    },
  },
  wampcra: {
    takes: ["salt", "iterations", "keylen"],
    make: async (secret, given) => {
      const salted = {
        salt: given.salt ?? randomBytes(16).toString("base64"),
        iterations: integer(given, "iterations", 10_000),
        keylen: integer(given, "keylen", 32),
      };
      return { method: "wampcra", key: await deriveCraKey(secret, salted), salted };
    },
  },
  "wamp-scram": {
    takes: ["salt", "iterations", "memory", "kdf"],
    make: (secret, given) => {
      const { kdf = "argon2id13" } = given;
      if (kdf === "argon2id13" || kdf === "pbkdf2") return scram(secret, given, SCRAM_COST[kdf]);
      throw new Mistake(`--kdf must be argon2id13 or pbkdf2, not ${kdf}`);
    },
  },
  scram: {
    takes: ["salt", "iterations", "memory"],
    make: (secret, given) => scram(secret, given, SCRAM_COST["argon2id-13"]),
  },
};

function scram(secret: string, given: Given, { kdf, iterations, memory }: ScramCost): Promise<Credential> {
  if (memory === null && given.memory !== undefined) throw new Mistake("--memory is for argon2id13 only");
  return deriveScram(secret, saltOf(given), {
    kdf,
    iterations: integer(given, "iterations", iterations),
    memory: memory === null ? null : integer(given, "memory", memory),
  });
}

function saltOf({ salt }: Given): Uint8Array {
  if (salt === undefined) return randomBytes(16);
  const octets = Buffer.from(salt, "base64");
  if (octets.length >= 8 && octets.toString("base64") === salt) return octets;
  throw new Mistake("--salt must be the base64 of 8 octets or more");
}

function integer(given: Given, name: keyof Given, usual: number): number {
  const text = given[name] ?? String(usual);
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw new Mistake(`--${name} must be a positive integer, not ${text}`);
}

export interface Printed {
  /** The exit status. */
  readonly status: 0 | 1;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param readSecret asked at most once, after all words were found right */
export async function makeCredential(
  words: readonly string[],
  readSecret: () => Promise<string>,
): Promise<Printed> {
  try {
    return await make(words, readSecret);
  } catch (error) {
    const message = mistakeOf(error);
    if (message === undefined) throw error;
    return { status: 1, stdout: "", stderr: `credential: ${message}\n` };
  }
}

async function make(words: readonly string[], readSecret: () => Promise<string>): Promise<Printed> {
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  const { generate, help, ...given } = values;
  if (help) return { status: 0, stdout: USAGE, stderr: "" };

  const [name = "", ...more] = positionals;
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  // What was typed is not repeated: it may be the secret.
  if (!method || more.length > 0) throw new Mistake(`name one method: ${Object.keys(METHODS).join(", ")}`);
  const foreign = Object.keys(given).find((option) => !method.takes.some((each) => each === option));
  if (foreign !== undefined) throw new Mistake(`${name} takes no --${foreign}`);

  const secret = generate ? randomBytes(32).toString("base64url") : await readSecret();
  if (secret === "") throw new Mistake("there is no secret on standard input: write one, or use --generate");
  const credential = await method.make(secret, given);
  return {
    status: 0,
    stdout: `${JSON.stringify(credential, undefined, 2)}\n`,
    stderr: generate ? `the secret, shown this once: ${secret}\n` : "",
  };
}

/** What to tell whoever typed the command; undefined where the fault is ours. */
function mistakeOf(error: unknown): string | undefined {
  if (error instanceof Mistake || error instanceof RangeError) return error.message;
  const unparsed =
    error instanceof TypeError && "code" in error && /^ERR_PARSE_ARGS_/.test(String(error.code));
  return unparsed ? error.message : undefined;
}
