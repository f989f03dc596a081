/**
 * S5, S4: does the time that a wrong ticket takes tell how much of it is right, or whether its owner exists? Two kinds of
 * attempts in random order, Welch's t over all of them; below 4.5 they cannot be told apart. It prints figures and judges
 * nothing: `node bench/security/ticket-timing.ts [samples]`, best on a machine that does nothing else.
 */
import { sameText } from "../../src/auth/constant-time.ts";
import type { SignIn } from "../../src/auth/method.ts";
import { newSecret } from "../../src/auth/secret.ts";
import { StaticBook } from "../../src/auth/static-book.ts";
import { Ticket } from "../../src/auth/ticket.ts";

type Attempt = () => Promise<unknown>;

const samples = Number(process.argv[2] ?? 100_000);
const secret = newSecret();
const other = secret.startsWith("A") ? "B" : "A";
const nearly = fresh(secret.slice(0, -1) + (secret.endsWith("A") ? "B" : "A"));
const far = fresh(other + secret.slice(1));

const book = new StaticBook([
  { authid: "alice", authrole: "user", credential: { method: "ticket", ticket: secret } },
]);
const method = new Ticket({ book });

function signIn(authid: string, signature: string): Attempt {
  const asked: SignIn = {
    realm: "realm1",
    session: 1,
    origin: { local: false },
    details: { roles: {}, authid },
  };
  return async () => {
    await method.verify(asked, {}, { type: "AUTHENTICATE", signature, extra: {} }).catch(() => undefined);
  };
}

/** What is compared: the second would be quicker, or slower, if there were something to learn. */
const PAIRS: readonly (readonly [what: string, a: Attempt, b: Attempt])[] = [
  [
    "compare: last character wrong, first character wrong",
    () => sameText(secret, nearly),
    () => sameText(secret, far),
  ],
  ["sign-in: last character wrong, first character wrong", signIn("alice", nearly), signIn("alice", far)],
  ["sign-in: somebody known, somebody unknown", signIn("alice", far), signIn("nobody", far)],
  ["for comparison, the same twice", signIn("alice", far), signIn("alice", far)],
];

for (const [what, a, b] of PAIRS) {
  await measure(a, b, Math.min(samples, 5_000)); // warm
  const [first, second] = await measure(a, b, samples);
  const t = welch(first, second);
  console.log(
    `${what}: t = ${t.toFixed(2)} over ${samples} samples, mean ${mean(first).toFixed(2)} and ${mean(second).toFixed(2)} us`,
  );
}

/** Microseconds of each attempt. The slowest hundredth of all is left out: it is the machine's, not ours. */
async function measure(a: Attempt, b: Attempt, count: number): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let done = 0; done < count; done++) {
    const which = Math.random() < 0.5 ? 0 : 1;
    const begin = performance.now();
    await (which === 0 ? a : b)();
    times[which].push((performance.now() - begin) * 1_000);
  }
  const limit = times.flat().sort((x, y) => x - y)[Math.floor(count * 0.99)] ?? Number.POSITIVE_INFINITY;
  return [times[0].filter((time) => time <= limit), times[1].filter((time) => time <= limit)];
}

/** A string of its own: how an engine made a string shows in the time that it takes to read. */
function fresh(text: string): string {
  return Buffer.from(text).toString();
}

function welch(a: readonly number[], b: readonly number[]): number {
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
