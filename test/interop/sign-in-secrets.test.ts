/**
 * Secrets of every kind go through a running router, right ones, wrong ones and misplaced ones, and are looked for in all that
 * comes out of it: its log, what clients hear, what HTTP answers, and the rows of the realm.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimText } from "../../src/auth/claim.ts";
import { Key } from "../auth/key.ts";
import { signHs256 } from "../auth/tokens.ts";
import { openRole } from "../open-realm.ts";
import { Canaries } from "./canaries.ts";
import { Admin, newSecret } from "./client/admin.ts";
import { autobahnByDefault } from "./client/autobahn-js.ts";
import { args, CallFailure, type Client } from "./client/client.ts";
import { configured, PRINCIPALS, workerSecrets, wrong } from "./client/principals.ts";
import { pythonByDefault } from "./client/python.ts";
import { refusal } from "./client/visit.ts";
import { wampy8Kinds } from "./client/wampy.ts";
import { Device, WAYS, type Wire } from "./device.ts";
import { OPCODE, RawSocket } from "./raw-socket.ts";
import { routerForThisFile } from "./router.ts";

const REALM = "com.example.vault";
const AUTHENTICATE = "com.example.authenticate";
const canaries = new Canaries();
const OWN = {
  ADMIN_SECRET: canaries.plant("the admin secret"),
  JWT_SECRET: canaries.plant("the secret of tokens"),
  ROUTER_KEY: canaries.plant("the router's key", randomBytes(32).toString("hex")),
  KEEPER_TICKET: canaries.plant("the keeper's ticket"),
};

/** Everything that a client or a caller of HTTP was told, but for the answers of the admin API. */
const told: string[] = [];
/** A secret that the admin API made to the answer that shows it. */
const shown = new Map<string, string>();

const terms = { permissions: openRole.permissions, limits: { messages: 0 } };
const router = routerForThisFile({
  realms: [
    {
      name: REALM,
      roles: [
        { ...terms, name: "device" },
        { ...terms, name: "boss", admin: true },
      ],
      principals: [
        ...configured("device"),
        { authid: "keeper", role: "boss", method: "ticket", secret: "KEEPER_TICKET" },
      ],
      jwt: { secret: "JWT_SECRET" },
      authenticator: { procedure: AUTHENTICATE, methods: ["ticket", "wampcra"] },
      scramDialect: "both",
      routerKey: "ROUTER_KEY",
      authFailures: { perAuthid: 1_000, perAddress: 10_000 },
    },
  ],
  vars: { ADMIN: {} },
  secrets: { ...OWN, ...workerSecrets() },
});
const admin = new Admin(router, OWN.ADMIN_SECRET);
const at = () => router().at(REALM);

let keeper: Client;
/** Hears all that the meta API publishes. */
let watcher: Device;

beforeAll(async () => {
  watcher = await Device.challenged(at(), WAYS.ticket("keeper", OWN.KEEPER_TICKET));
  told.push(JSON.stringify(await watcher.signIn()));
  expect(await watcher.ask([32, 1, { match: "prefix" }, "wamp"])).toEqual([33, 1, expect.any(Number)]);
  const credentials = { method: "ticket", authid: "keeper", ticket: OWN.KEEPER_TICKET } as const;
  keeper = await autobahnByDefault.open({ ...at(), credentials });
  const secret = canaries.plant("what the authenticator answers");
  // It is told the tickets that it judges, and is the only one.
  await keeper.register(AUTHENTICATE, ({ args: [, authid, details] }) => {
    const { ticket } = details as { ticket?: unknown };
    if (String(authid).startsWith("known")) return args({ role: "device", secret });
    if (String(authid).startsWith("odd")) return args({ secret, ticket }); // no role
    throw new CallFailure("wamp.error.runtime_error", args(ticket, secret));
  });
});

afterAll(async () => {
  await keeper?.close();
  await watcher?.socket.cut();
});

/** Frames of one client, each with what is heard upon it. */
async function talk(frames: readonly (Wire | string)[]): Promise<void> {
  const socket = await RawSocket.open(at().url, "wamp.2.json");
  for (const frame of frames) {
    const payload = typeof frame === "string" ? frame : JSON.stringify(frame);
    socket.send({ opcode: OPCODE.text, payload });
    const heard = await socket.frame();
    told.push(heard.payload.toString());
    if (heard.opcode === OPCODE.close) break;
  }
  await socket.cut();
}

const hello = (method: string, authid: string, authextra: object = {}): Wire => [
  1,
  REALM,
  { roles: { caller: {} }, authmethods: [method], authid, authextra },
];

test("S15 stock clients sign in and are refused by every method", async () => {
  for (const { right, secret = "" } of Object.values(PRINCIPALS)) {
    const { method, authid, ...own } = right;
    for (const each of Object.values(own)) canaries.plant(`${method} of ${authid}`, each);
    const kept = method === "scram" ? (JSON.parse(secret) as Record<string, string>) : undefined;
    if (kept) for (const key of ["storedKey", "serverKey"]) canaries.plant(key, kept[key]);
    else if (secret !== "") canaries.plant(`Worker secret of ${authid}`, secret);
  }
  const kinds = [autobahnByDefault, pythonByDefault, ...wampy8Kinds.slice(0, 1)];
  const visits = kinds.map(async (kind) => {
    for (const { right } of Object.values(PRINCIPALS)) {
      if (!kind.methods.includes(right.method)) continue;
      const client = await kind.open({ ...at(), credentials: right });
      told.push(JSON.stringify(client.welcome));
      await client.close();
      const { reason, text } = await refusal(kind, { ...at(), credentials: wrong(right) });
      told.push(reason, text);
    }
  });
  await Promise.all(visits);
});

test("S15 tokens, right, forged and over, and tickets that the authenticator judges", async () => {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  for (let round = 0; round < 20; round++) {
    const claims = { aud: REALM, sub: `jwt${round}`, role: "device", exp };
    for (const token of [
      await signHs256(claims, OWN.JWT_SECRET),
      await signHs256({ ...claims, exp: 1 }, OWN.JWT_SECRET),
      await signHs256(claims, newSecret()),
    ]) {
      const [, payload, signature] = token.split(".");
      canaries.plant("the payload of a token", payload);
      canaries.plant("the signature of a token", signature);
      await talk([hello("ticket", claims.sub), [5, token, {}]]);
    }
    for (const authid of [`known${round}`, `odd${round}`, `failing${round}`]) {
      await talk([hello("ticket", authid), [5, canaries.plant("a ticket for the authenticator"), {}]]);
    }
  }
});

test("S15 secrets where they do not belong, broken frames, and names that look like lines of a log", async () => {
  const oddities = [
    "\n",
    "\r\n",
    "\u2028",
    "\u001b[2J",
    '"}\n{"event":"welcome"',
    "\u202e",
    "\u0000",
    "\u0085",
  ];
  for (let round = 0; round < 20; round++) {
    const name = `a${oddities[round % oddities.length]}b`;
    const extra = { activation_code: canaries.plant("authextra"), password: canaries.plant("authextra") };
    const misplaced = canaries.plant("AUTHENTICATE.Extra");
    await talk([hello("ticket", name, extra), [5, canaries.plant("a wrong ticket"), { misplaced }]]);
    await talk([hello("wampcra", name, extra), [5, canaries.plant("the secret as a signature"), {}]]);
    await talk([hello("cryptosign", name, { ...extra, pubkey: canaries.plant("pubkey") })]);
    await talk([hello("wamp-scram", name, { ...extra, nonce: `${canaries.plant("no nonce")}!` })]);
    for (const frame of [
      `[5,"${canaries.plant("JSON that breaks off")}"`,
      canaries.plant("no JSON"),
      `[5,{"secret":"${canaries.plant("a dict as a signature")}"},{}]`,
      `[5,"x",["${canaries.plant("a list as Extra")}"]]`,
      `[55,"${canaries.plant("no message")}"]`,
    ]) {
      await talk([hello("ticket", "t1"), frame]);
    }
  }
});

/** Adds and rotates a device, which signs in, also by the old secret. */
async function live(authid: string, method: "ticket" | "wampcra" | "wamp-scram"): Promise<void> {
  const secret = canaries.plant(`a device's ${method}`, await admin.add({ authid, role: "device", method }));
  shown.set(secret, admin.answers.at(-1) ?? "");
  const way = WAYS[method](authid, secret);
  const [first, late] = [await Device.challenged(at(), way), await Device.challenged(at(), way)];
  told.push(JSON.stringify(first.challenge), JSON.stringify(await first.signIn()));
  const { body } = await admin.ask("POST", `/devices/${authid}/rotate`, { method });
  shown.set(canaries.plant(`a rotated ${method}`, String(body.secret)), admin.answers.at(-1) ?? "");
  told.push(JSON.stringify(await first.socket.hear()), JSON.stringify(await late.signIn()));
  await Promise.all([first.socket.cut(), late.socket.cut()]);
}

/** A claim that is redeemed, and tried with a wrong proof. */
async function claim(authid: string): Promise<void> {
  const expires = Date.now() + 600_000;
  const { body } = await admin.ask("POST", "/claims", { role: "device", expires });
  const token = canaries.plant("a claim", String(body.token));
  shown.set(token, admin.answers.at(-1) ?? "");
  const key = new Key();
  for (const text of ["no proof", claimText(REALM, token)]) {
    const redemption = { token, authid, pubkey: key.publicKey, proof: key.sign(text) };
    await admin.send("POST", `/api/realms/${REALM}/enrol`, { body: redemption });
  }
  expect((await admin.ask("GET", `/devices/${authid}`)).status).toBe(200);
}

test("S15 secrets that the admin API makes, takes and refuses", async () => {
  const bad = { authid: "bad", role: "device", method: "ticket" };
  for (let round = 0; round < 20; round++) {
    for (const method of ["ticket", "wampcra", "wamp-scram"] as const)
      await live(`d${round}-${method}`, method);
    await claim(`e${round}`);
    for (const body of [
      { ...bad, ticket: canaries.plant("an unknown field") },
      { ...bad, credential: { digest: `${canaries.plant("no digest")}!` } },
      { ...bad, method: canaries.plant("no method") },
    ]) {
      expect((await admin.ask("POST", "/devices", body)).status).toBe(400);
    }
    const disabled = canaries.plant("no flag");
    expect((await admin.ask("PATCH", "/devices/d0-ticket", { disabled })).status).toBe(400);
  }
  const [right, name] = [`Bearer ${OWN.ADMIN_SECRET}`, encodeURIComponent(OWN.ADMIN_SECRET)];
  const Basic = `Basic ${btoa(`admin:${OWN.ADMIN_SECRET}`)}`;
  const requests: readonly [path: string, init?: RequestInit][] = [
    [`/api/realms?secret=${name}`],
    ["/api/realms", { headers: { Authorization: Basic } }],
    ["/api/realms", { headers: { Authorization: `Bearer ${canaries.plant("no admin secret")}` } }],
    [
      "/api/realms",
      {
        method: "POST",
        body: canaries.plant("a body"),
        headers: { Authorization: right, "Content-Type": "application/json" },
      },
    ],
    ...["/", "/healthz", "/ws", "/api/realms", "/nothing"].map((path) => [path] as [string]),
  ];
  for (const [path, init] of requests) {
    const response = await fetch(router().origin + path, init);
    told.push([...response.headers].join("\n"), await response.text());
  }
});

test("S15 whoever asks is told who is there, and nothing of what they signed in with", async () => {
  for (const path of ["/devices?limit=1000", "/claims", "/sessions", "/devices/d1-ticket", "/devices/e1"]) {
    expect((await admin.ask("GET", path)).status).toBe(200);
  }
  told.push(JSON.stringify(await keeper.call("edgebahn.device.list", args())));
  const guest = await Device.challenged(at(), WAYS.ticket("known", canaries.plant("a ticket")));
  told.push(JSON.stringify(await guest.signIn()));
  const [sessions] = (await keeper.call("wamp.session.list", args())).args as [number[]];
  expect(sessions.length).toBeGreaterThanOrEqual(3);
  for (const session of sessions) {
    told.push(JSON.stringify(await keeper.call("wamp.session.get", args(session))));
  }
  await guest.socket.cut();
  // All that was published so far comes before the answer.
  watcher.socket.tell([48, 2, {}, "wamp.session.count"]);
  let joined = 0;
  for (let heard: Wire = []; heard[0] !== 50; joined++) {
    heard = await watcher.socket.hear();
    told.push(JSON.stringify(heard));
  }
  expect(joined).toBeGreaterThan(100);
});

test("S15 of 500 secrets and more none is in the log, of which every line is one event", () => {
  const lines = router().log();
  console.log(`S15: ${canaries.size} secrets, ${lines.length} lines of log, ${told.length} texts`);
  expect(canaries.size).toBeGreaterThanOrEqual(500);
  expect(canaries.in(lines)).toEqual([]);
  const events = lines.filter((line) => line.includes("event"));
  expect(events.length).toBeGreaterThan(100);
  for (const line of events) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
    expect(JSON.parse(line)).toMatchObject({ event: expect.any(String) });
  }
});

test("S15 none is in what clients hear, and each is in no answer of HTTP but the one that shows it once", () => {
  expect(canaries.in(told)).toEqual([]);
  for (const [secret, answer] of shown) {
    expect(admin.answers.filter((each) => each.includes(secret))).toEqual([answer]);
  }
  const once = new Set(shown.values());
  expect(once.size).toBe(140);
  expect(canaries.in(admin.answers.filter((answer) => !once.has(answer)))).toEqual([]);
});

test("S15 none is in the rows of the realm, asleep or awake", async () => {
  for (const sleeps of [false, true]) {
    if (sleeps) await router().evict("hibernate", REALM);
    const rows = await router().rows(REALM);
    for (const there of ["d1-wampcra", "e19", "storedKey"]) expect(rows).toContain(there);
    expect(canaries.in([rows])).toEqual([]);
  }
});
