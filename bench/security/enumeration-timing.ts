/**
 * S4: does the time that a sign-in takes tell who exists? Known and unknown authids in random order, each from HELLO to the
 * denial of a wrong answer; prints Welch's t for each method, which stays within 4.5 where nothing can be told.
 * `node bench/security/enumeration-timing.ts [samples]`
 */

import type { AuthMethod, SignIn } from "../../src/auth/method.ts";
import { Scram } from "../../src/auth/scram.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { type Anybody, known, MemoryBook } from "../../test/auth/book.ts";

const SAMPLES = Number(process.argv[2] ?? 20_000);
const KEY = Buffer.alloc(32, 5).toString("base64");
const NONCE = "egVDf3DMJh0=";

const salted = { salt: Buffer.alloc(16, 1).toString("base64"), iterations: 1_000, keylen: 32 };
const cra = { method: "wampcra", key: KEY, salted } as const;
const keys = { salt: salted.salt, storedKey: KEY, serverKey: KEY };
const scram = { method: "wamp-scram", kdf: "pbkdf2", iterations: 4_096, memory: null, ...keys } as const;

const count = 1_000;
const names = Array.from({ length: count }, (_, at) => String(at).padStart(6, "0"));
const principals = new Map<string, Anybody>(
  names.flatMap((name): [string, Anybody][] => [
    [`wampcra known-${name}`, known(`known-${name}`, cra)],
    [`wamp-scram known-${name}`, known(`known-${name}`, scram)],
  ]),
);
/** Found by a map: how long a book looks is another question. */
class MapBook extends MemoryBook {
  override find(...[method, authid]: Parameters<MemoryBook["find"]>) {
    return principals.get(`${method} ${authid}`) as never; // the map's key has the method
  }
}
const ports = {
  book: new MapBook(known("sample", cra), known("sample", scram)),
  mockKey: new Uint8Array(32).fill(3),
  now: Date.now,
};

/** Microseconds from HELLO to the denial. */
async function timed(method: AuthMethod, authid: string): Promise<number> {
  const details = { roles: {}, authid, authextra: { nonce: NONCE } };
  const signIn: SignIn = { realm: "realm1", session: 7, origin: { local: false }, details };
  const start = performance.now();
  const verdict = await method.challenge(signIn);
  if (!("challenge" in verdict)) throw new Error("nobody was challenged");
  const { extra, expects } = verdict.challenge;
  const answer = { type: "AUTHENTICATE", signature: KEY, extra: { nonce: extra.nonce } } as const;
  try {
    await method.verify(signIn, expects, answer);
  } catch {
    return (performance.now() - start) * 1_000;
  }
  throw new Error("a wrong answer was right");
}

/** The slowest tenth of each is noise of the machine. */
function trimmed(times: readonly number[]): number[] {
  return times.toSorted((a, b) => a - b).slice(0, Math.floor(times.length * 0.9));
}

function moments(times: readonly number[]): { mean: number; variance: number; n: number } {
  const n = times.length;
  const mean = times.reduce((sum, each) => sum + each, 0) / n;
  return { mean, variance: times.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (n - 1), n };
}

for (const method of [new WampCra(ports), new Scram(ports)]) {
  const times: Record<"known" | "other", number[]> = { known: [], other: [] };
  for (let at = -2_000; at < 2 * SAMPLES; at++) {
    const kind = Math.random() < 0.5 ? "known" : "other";
    const time = await timed(method, `${kind}-${names[Math.floor(Math.random() * count)]}`);
    if (at >= 0) times[kind].push(time); // the first ones warm it up
  }
  const [one, other] = [moments(trimmed(times.known)), moments(trimmed(times.other))];
  const t = (one.mean - other.mean) / Math.sqrt(one.variance / one.n + other.variance / other.n);
  process.stdout.write(
    `S4 ${method.name}: known ${one.mean.toFixed(1)} us, unknown ${other.mean.toFixed(1)} us, ` +
      `Welch t = ${t.toFixed(2)} of ${one.n} and ${other.n} (target |t| < 4.5)\n`,
  );
}
