/**
 * Secrets: the configuration names them, the Worker's environment holds them. Looked at here once, so that one that is
 * missing, published or easy to guess opens nothing, on a developer's machine neither. No text of ours repeats one.
 */
import * as v from "valibot";
import { isTable } from "./anatomy.ts";
import { didYouMean } from "./did-you-mean.ts";
import { ConfigError, type Fault, type Key, pathOf } from "./fault.ts";
import { type Place, tableAt, tables, textAt, textsAt } from "./loose.ts";
import { SECRET_NAME } from "./setting.ts";
import { DEFAULT_ADMIN_SECRET } from "./variables.ts";

/** What documentation shows in place of a secret, ours and others': refused in any mixture of case and punctuation. */
export const SAMPLE_VALUES: readonly string[] = [
  "change-me",
  "change-this",
  "replace-me",
  "replace-with-a-secret",
  "your-secret-here",
  "your-ticket-here",
  "put-your-secret-here",
  "my-secret",
  "my-super-secret",
  "super-secret",
  "top-secret",
  "secret",
  "secret1",
  "secret2",
  "secret123",
  "secretkey",
  "this-is-a-secret",
  "not-a-secret",
  "password",
  "passw0rd",
  "correct-horse-battery-staple",
  "admin",
  "administrator",
  "letmein",
  "example",
  "sample",
  "default",
  "test",
  "testing",
  "ticket",
  "token",
  "undefined",
  "null",
  "todo",
  "0123456789abcdef",
  "1234567890123456",
  "abcdefghijklmnop",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfgh",
  // Private and public keys of the cryptosign vectors (CRY-15, CRY-17).
  "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
  "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d",
  "4a3838f6fe75251e613329d53fc69b262d5eac97fb1d73bebbaed4015b53c862",
  // The derived keys and SCRAM keys of the vectors that every WAMP implementation publishes (CRA-07, CRA-08, SCR-17).
  "prq7+YkJ1/KlW1X0YczMHw==",
  "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=",
  "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
];

const LEAST_CHARACTERS = 16;
const LEAST_DIFFERENT = 6;
const HOW_TO_MAKE_ONE = "make one with: openssl rand -base64 32";

const octets = (least: number, most = least) =>
  v.pipe(
    v.string(),
    v.check((text) => {
      const count = octetsOf(text);
      return count !== undefined && count >= least && count <= most;
    }),
  );
const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const keys = {
  // As the command `credential` prints it.
  method: v.exactOptional(v.literal("wamp-scram")),
  storedKey: octets(32),
  serverKey: octets(32),
  salt: octets(8, 64),
};
const argon2 = { ...keys, memory: whole(8, 1_048_576) };
// SCR-09 advises 4096 rounds of PBKDF2 or more. The client does them, so there is a most too; memory is in KiB.
const scram = v.variant("kdf", [
  v.strictObject({
    ...keys,
    kdf: v.literal("pbkdf2"),
    iterations: whole(4_096, 10_000_000),
    memory: v.optional(v.null(), null),
  }),
  v.strictObject({ ...argon2, kdf: v.literal("argon2id13"), iterations: whole(1, 1_000) }),
  // SCR-16: the prototype's, of which Autobahn's own tool makes 4096 rounds.
  v.strictObject({ ...argon2, kdf: v.literal("argon2id-13"), iterations: whole(1, 10_000) }),
]);
export type ScramSecret = v.InferOutput<typeof scram>;

/** What a secret is for says what it must look like. */
type Use = "ticket" | "wampcra" | "derived" | "wamp-scram" | "jwt" | "key" | "admin";

interface Reference {
  readonly keys: readonly Key[];
  readonly name: string;
  readonly use: Use;
  /** Octets of a derived key. */
  readonly keylen?: number;
}

/** The value of a secret that `readConfig` found sound. @throws ConfigError if there is none of that name */
export function secretOf(env: unknown, name: string): string {
  const value = isTable(env) ? env[name] : undefined;
  if (typeof value !== "string") throw new ConfigError([{ path: name, reason: missing(name) }]);
  return value.trim();
}

/** What `{salt, kdf, iterations, memory, storedKey, serverKey}` a principal of `wamp-scram` has. @throws ConfigError */
export function scramSecretOf(env: unknown, name: string): ScramSecret {
  const parsed = scramSecret(secretOf(env, name));
  if (!parsed) throw new ConfigError([{ path: name, reason: SCRAM_FORM }]);
  return parsed;
}

/** Everything that is wrong with the secrets that the configuration names, and with the public keys that it holds. */
export function secretFaults(env: Readonly<Record<string, unknown>>, variables: Place): Fault[] {
  return [...weakSecrets(env, variables), ...publishedKeys(variables)];
}

/** A public key whose private one is in some documentation lets everybody in. */
function publishedKeys(variables: Place): Fault[] {
  return realmsOf(variables).flatMap((realm) =>
    tables(realm, "principals").flatMap((principal) =>
      textsAt(principal, "publicKeys")
        .filter(({ text }) => isSample(text))
        .map(({ keys }) => ({
          path: pathOf(keys),
          reason: "belongs to a published example, whose private key everybody knows: make a key of your own",
        })),
    ),
  );
}

function realmsOf(variables: Place): Place[] {
  return [...tables(variables, "REALMS"), ...tables(variables, "TEMPLATES")];
}

function weakSecrets(env: Readonly<Record<string, unknown>>, variables: Place): Fault[] {
  return references(variables).flatMap((reference) => {
    const { keys, name } = reference;
    const value = env[name];
    const reason = typeof value === "string" ? weakness(value.trim(), reference) : missing(name, env);
    return reason === undefined ? [] : [{ path: pathOf(keys), reason: reason.replaceAll("NAME", name) }];
  });
}

/** The names of all secrets that the configuration uses. */
export function secretNames(variables: Place): string[] {
  return references(variables).map(({ name }) => name);
}

function references(variables: Place): Reference[] {
  const found: { keys: readonly Key[]; name: string | undefined; use: Use; keylen?: number }[] = [];
  for (const realm of realmsOf(variables)) {
    for (const principal of tables(realm, "principals")) {
      const keys = [...principal.keys, "secret"];
      const name = textAt(principal, "secret");
      const method = textAt(principal, "method");
      const { salt, keylen } = principal.table;
      if (method === "wampcra" && salt !== undefined) {
        if (typeof keylen === "number") found.push({ keys, name, use: "derived", keylen });
      } else if (method === "ticket" || method === "wampcra" || method === "wamp-scram") {
        found.push({ keys, name, use: method });
      }
    }
    const jwt = tableAt(realm, "jwt");
    if (jwt) found.push({ keys: [...jwt.keys, "secret"], name: textAt(jwt, "secret"), use: "jwt" });
    found.push({ keys: [...realm.keys, "routerKey"], name: textAt(realm, "routerKey"), use: "key" });
  }
  const admin = tableAt(variables, "ADMIN");
  if (admin) {
    const name = admin.table.access === undefined ? DEFAULT_ADMIN_SECRET : undefined;
    found.push({ keys: [...admin.keys, "secret"], name: textAt(admin, "secret") ?? name, use: "admin" });
  }
  // What is no name is told as such, and may be the secret itself.
  return found.flatMap(({ name, ...rest }) =>
    name !== undefined && SECRET_NAME.test(name) ? [{ ...rest, name }] : [],
  );
}

function missing(name: string, env: Readonly<Record<string, unknown>> = {}): string {
  const put = `set it with: npx wrangler secret put ${name} (on your own machine: a line in .dev.vars, then start npm run dev again)`;
  if (env[name] !== undefined) return `${name} is a variable or binding, not a secret; ${put}`;
  const others = Object.keys(env).filter((each) => typeof env[each] === "string");
  const near = didYouMean(name, others);
  return `the Worker has no secret ${name}; ${near === undefined ? put : `did you mean ${near}? If not, ${put}`}`;
}

const SCRAM_FORM =
  "NAME must be a JSON object with kdf (pbkdf2, argon2id13, or argon2id-13 for the method scram), iterations (4096 or more for pbkdf2), memory (KiB, for argon2 only), salt, storedKey and serverKey (base64 of 8, 32 and 32 octets)";

/** Why this value keeps nobody out, or cannot be used. */
function weakness(value: string, { use, keylen }: Reference): string | undefined {
  if (isSample(value))
    return `NAME is a value that documentation shows, so everybody knows it; ${HOW_TO_MAKE_ONE}`;
  if (use === "wamp-scram") {
    const parsed = scramSecret(value);
    if (!parsed) return SCRAM_FORM;
    if (isSample(parsed.storedKey))
      return "NAME belongs to a published example, so everybody knows it; choose a password of your own";
    return undefined;
  }
  if (use === "key") {
    if (/^[0-9a-f]{64}$/i.test(value) && different(value) >= LEAST_DIFFERENT) return undefined;
    return "NAME must be an Ed25519 private key: 64 hex digits; make one with: openssl rand -hex 32";
  }
  if (use === "derived") {
    if (octetsOf(value) === keylen) return undefined;
    return `NAME must be the base64 of the ${keylen} octets that PBKDF2 derives from the client's secret, not that secret itself`;
  }
  const least = use === "jwt" ? 2 * LEAST_CHARACTERS : LEAST_CHARACTERS;
  if (value.length < least) return `NAME is shorter than ${least} characters; ${HOW_TO_MAKE_ONE}`;
  if (different(value) < LEAST_DIFFERENT)
    return `NAME repeats too few different characters; ${HOW_TO_MAKE_ONE}`;
  return undefined;
}

const SAMPLES = new Set(SAMPLE_VALUES.map(bare));

function isSample(value: string): boolean {
  const plain = bare(value);
  // Made longer by saying it again, or an angle-bracketed hint, it is none the better.
  const half = plain.slice(0, plain.length / 2);
  return SAMPLES.has(plain) || (half + half === plain && SAMPLES.has(half)) || /^<.*>$/s.test(value);
}

function bare(value: string): string {
  return value.toLowerCase().replace(/[^a-z0-9]/g, "");
}

function different(value: string): number {
  return new Set(value).size;
}

function scramSecret(text: string): ScramSecret | undefined {
  try {
    const parsed = v.safeParse(scram, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** How many octets standard base64 with padding stands for; undefined if it is none. */
function octetsOf(text: string): number | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return (text.length / 4) * 3 - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);
}
