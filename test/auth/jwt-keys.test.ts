/** Keys from an issuer's web server: kept, renewed, rotated, and what happens when they cannot be had. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { JwtVerifier } from "../../src/auth/jwt.ts";
import { FETCH_INTERVAL, FRESH, RETRY_INTERVAL } from "../../src/auth/remote-keys.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import { attempt, DENIED } from "./attempt.ts";
import { MemoryBook } from "./book.ts";
import { JwksServer } from "./jwks-server.ts";
import { CLAIMS, type Issuer, NOW, newIssuer, signHs256, unsigned } from "./tokens.ts";

let server: JwksServer;
let clock: number;
let log: unknown[];
let method: Ticket;
let [one, two]: Issuer[] = [];

beforeAll(async () => {
  [one, two] = await Promise.all([newIssuer("k1"), newIssuer("k2")]);
});

beforeEach(async () => {
  server = await JwksServer.start();
  [clock, log] = [NOW, []];
  method = verifying(server.url);
});

afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

function verifying(url: string): Ticket {
  const jwt = new JwtVerifier(
    { realm: "realm1", jwks: { url }, roles: ["user"] },
    { now: () => clock, fetch: (from, init) => fetch(from, init), log: (entry) => log.push(entry) },
  );
  return new Ticket({ book: new MemoryBook(), jwt });
}

/** `welcomed`, or the reason why not. */
async function by(token: string | Promise<string> | undefined): Promise<string> {
  const outcome = await attempt(method, { signature: await token });
  if ("fault" in outcome) throw outcome.fault;
  return "principal" in outcome ? "welcomed" : outcome.reason;
}

const token = (issuer: Issuer | undefined, header = {}) =>
  issuer?.sign({ ...CLAIMS, exp: NOW / 1_000 + 86_400 }, header);

const FAILED = "wamp.error.authentication_failed";

test("TCK-03 keys are fetched when first needed, once for many, and kept until they are old", async () => {
  server.publish(...[one, two].filter((each) => each !== undefined));
  expect(server.asked).toEqual([]);
  const many = await Promise.all(Array.from({ length: 20 }, (_, at) => by(token(at % 2 ? one : two))));
  expect(new Set(many)).toEqual(new Set(["welcomed"]));
  clock += FRESH - 1;
  expect(await by(token(one))).toBe("welcomed");
  expect(server.asked).toEqual([{ url: "/keys", accept: "application/jwk-set+json, application/json" }]);
  clock += 1;
  expect(await by(token(one))).toBe("welcomed");
  expect(server.asked).toHaveLength(2);
  expect(log).toEqual([]);
});

test("TCK-03 a key that the issuer withdraws is believed no longer than its keys are kept", async () => {
  if (!one || !two) throw new Error("no issuers");
  server.publish(one, two);
  expect(await by(token(one))).toBe("welcomed");
  server.publish(two);
  clock += FRESH - 1;
  expect(await by(token(one))).toBe("welcomed");
  clock += 1;
  expect(await by(token(one))).toBe(DENIED.reason);
  expect(await by(token(two))).toBe("welcomed");
});

test("TCK-03 a new key of the issuer is found by the first token that it signs", async () => {
  if (!one || !two) throw new Error("no issuers");
  server.publish(one);
  expect(await by(token(one))).toBe("welcomed");
  server.publish(one, two);
  clock += FETCH_INTERVAL - 1;
  expect(await by(token(two))).toBe(DENIED.reason);
  expect(server.asked).toHaveLength(1);
  clock += 1;
  expect(await Promise.all([by(token(two)), by(token(two)), by(token(one))])).toEqual(
    Array.from({ length: 3 }, () => "welcomed"),
  );
  expect(server.asked).toHaveLength(2);
});

test("S6 tokens with made-up keys make no flood of fetches, nor does a server that is down", async () => {
  if (!one) throw new Error("no issuer");
  server.publish(one);
  for (let count = 0; count < 100; count++) {
    expect(await by(token(one, { kid: `made-up-${count}` }))).toBe(DENIED.reason);
    clock += FETCH_INTERVAL / 10;
  }
  expect(server.asked).toHaveLength(10);
  expect(await by(token(one))).toBe("welcomed");
  server.say("", 503);
  clock += FRESH;
  server.asked.length = 0;
  for (let count = 0; count < 100; count++) {
    expect(await by(token(one))).toBe(FAILED);
    clock += RETRY_INTERVAL / 10;
  }
  expect(server.asked).toHaveLength(10);
  server.publish(one);
  clock += RETRY_INTERVAL;
  expect(await by(token(one))).toBe("welcomed");
});

test("S1 what cannot be a token of the issuer makes no fetch at all", async () => {
  server.publish();
  const tokens = [
    unsigned(CLAIMS),
    unsigned(CLAIMS, { alg: "ES256K" }),
    await signHs256(CLAIMS),
    "a.b.c",
    "not a token",
  ];
  for (const each of tokens) expect(await by(each)).toBe(DENIED.reason);
  expect(server.asked).toEqual([]);
});

test("AUT-07 keys that cannot be fetched anew do not take away those that are still fresh", async () => {
  if (!one) throw new Error("no issuer");
  server.publish(one);
  expect(await by(token(one))).toBe("welcomed");
  server.say("", 500);
  clock += FETCH_INTERVAL;
  expect(await by(token(two))).toBe(FAILED);
  expect(await by(token(one))).toBe("welcomed");
  expect(await by(token(two))).toBe(DENIED.reason); // not asked again so soon
});

/** Keys in so many octets. */
function padded(octets: number, keys: readonly object[] = []): string {
  const set = JSON.stringify({ keys });
  return set + " ".repeat(octets - set.length);
}

const FAULTS: readonly (readonly [what: string, act: () => void | Promise<void>, reason: string])[] = [
  ["is gone", () => server.stop(), "TypeError: fetch failed"],
  ["answers 404", () => server.say("{}", 404), "Error: the answer has status 404, not 200"],
  [
    "answers 500 with keys",
    () => server.say('{"keys":[]}', 500),
    "Error: the answer has status 500, not 200",
  ],
  ["answers 204", () => server.say("", 204), "Error: the answer has status 204, not 200"],
  [
    "sends elsewhere",
    () => server.say("", 302, { location: "/keys" }),
    "Error: the answer has status 302, not 200",
  ],
  ["answers nothing", () => server.say(""), "Error: the answer is not JSON"],
  ["answers a page", () => server.say("<html>canary"), "Error: the answer is not JSON"],
  ["answers a list", () => server.say("[]"), 'Error: the answer must be a JSON Web Key Set: {"keys": [...]}'],
  ["answers null", () => server.say("null"), 'Error: the answer must be a JSON Web Key Set: {"keys": [...]}'],
  [
    "answers keys that are none",
    () => server.say('{"keys":["x"]}'),
    'Error: the answer must be a JSON Web Key Set: {"keys": [...]}',
  ],
  [
    "answers secrets",
    () => server.say('{"keys":[{"kty":"oct","k":"canary"}]}'),
    "Error: the answer has a secret or private key at keys[0]: only public keys belong there",
  ],
  ["answers too much", () => server.say(padded(65_537)), "Error: the answer is longer than 65536 octets"],
  [
    "answers what is no text",
    () => server.say(new Uint8Array([0x22, 0xff, 0x22])),
    "TypeError: The encoded data was not valid for encoding utf-8",
  ],
  [
    "breaks off",
    () => {
      server.answer = (_, response) => {
        response.writeHead(200, { "content-length": "100" }).write('{"keys":');
        setImmediate(() => response.destroy());
      };
    },
    "TypeError: terminated",
  ],
];

test.each(FAULTS)("AUT-07 an issuer that %s admits nobody, and the log says why", async (_, act, reason) => {
  method = verifying(`${server.url}?key=canary`);
  const { url } = server;
  await act();
  const outcome = await attempt(method, { signature: await token(one) });
  expect(outcome).toEqual({
    reason: FAILED,
    text: "the keys of whoever issues this realm's tokens cannot be had at the moment: try again in a minute",
  });
  expect(log).toEqual([{ event: "jwks_failed", url, reason }]);
});

test("AUT-07 an issuer that never answers is not waited for as long as a client waits", async () => {
  const patience = new AbortController();
  const waits = vi.spyOn(AbortSignal, "timeout").mockReturnValue(patience.signal);
  server.answer = () => patience.abort(new DOMException("too late", "TimeoutError"));
  expect(await by(token(one))).toBe(FAILED);
  expect(waits.mock.calls).toEqual([[4_000]]);
  expect(DEFAULT_GATEWAY_SETTINGS.patience).toBeGreaterThan(4_000);
  expect(log).toMatchObject([{ event: "jwks_failed", reason: "TimeoutError: too late" }]);
});

test("S1 a longest answer is read whole", async () => {
  if (!one) throw new Error("no issuer");
  server.say(padded(65_536, [one.publicKey]));
  expect(await by(token(one))).toBe("welcomed");
});
