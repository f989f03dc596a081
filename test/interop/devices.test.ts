/**
 * A thousand devices that the admin API added sign in, all at once over real sockets; then some are disabled, deleted or given
 * other credentials, and one enrols a key of its own by a claim.
 */
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimText } from "../../src/auth/claim.ts";
import { Key } from "../auth/key.ts";
import { openRole } from "../open-realm.ts";
import { Admin, newSecret } from "./client/admin.ts";
import { autobahnByDefault, openAutobahn } from "./client/autobahn-js.ts";
import type { ClientKind } from "./client/client.ts";
import type { Credentials } from "./client/credentials.ts";
import { openPython, pythonByDefault } from "./client/python.ts";
import { DENIED, refusal, visit } from "./client/visit.ts";
import { wampy8Kinds } from "./client/wampy.ts";
import { arrive, type Device, WAYS, type Way, type Wire } from "./device.ts";
import { routerForThisFile } from "./router.ts";

const REALM = "com.example.fleet";
const ADMIN_SECRET = newSecret();
const COUNT = 1_000;
const METHODS = ["ticket", "wampcra", "cryptosign"] as const;

const router = routerForThisFile({
  realms: [
    {
      name: REALM,
      roles: [{ name: "device", permissions: openRole.permissions }],
      authFailures: { perAuthid: 100, perAddress: 1_000 },
    },
  ],
  vars: { ADMIN: {} },
  secrets: { ADMIN_SECRET },
});
const admin = new Admin(router, ADMIN_SECRET);

/** Works on all of them, a few at a time. */
async function each<T>(all: readonly T[], work: (one: T) => Promise<void>, hands = 50): Promise<void> {
  const left = [...all];
  const hand = async (): Promise<void> => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: hands }, hand));
}

interface Member {
  readonly authid: string;
  readonly way: Way;
  readonly credentials: Credentials;
}

/** Adds a device, with a secret that the router makes or with a key of its own. */
async function add(authid: string, method: (typeof METHODS)[number]): Promise<Member> {
  const who = { authid, role: "device", method };
  if (method === "cryptosign") {
    const seed = randomBytes(32).toString("hex");
    const key = new Key(seed);
    await admin.add({ ...who, publicKeys: [key.publicKey] });
    return { authid, way: WAYS.cryptosign(authid, key), credentials: { method, authid, seed } };
  }
  const secret = await admin.add(who);
  const credentials: Credentials =
    method === "ticket" ? { method, authid, ticket: secret } : { method, authid, secret };
  return { authid, way: WAYS[method](authid, secret), credentials };
}

const home = (credentials: Credentials) => ({ ...router().at(REALM), credentials });
const ABORT = [3, { message: DENIED.text }, DENIED.reason];
const goodbye = (message: string): Wire => [6, { message }, "wamp.close.killed"];

describe("a fleet of 1,000", () => {
  const members = new Map<string, Member>();
  const present = new Map<string, Device>();

  beforeAll(async () => {
    const names = Array.from({ length: COUNT }, (_, at) => `device-${at}`);
    const started = performance.now();
    await each(names, async (authid) => {
      const at = Number(authid.slice("device-".length));
      members.set(authid, await add(authid, METHODS[at % METHODS.length] ?? "ticket"));
    });
    console.log(`${COUNT} devices added in ${Math.round(performance.now() - started)} ms`);
  }, 300_000);

  afterAll(async () => {
    await Promise.all([...present.values()].map(({ socket }) => socket.cut()));
  });

  test("AUT-11 all of them sign in, by ticket, WAMP-CRA or key, and are who they are", async () => {
    const started = performance.now();
    await each([...members.values()], async ({ authid, way }) => {
      const { device, answer } = await arrive(router().at(REALM), way);
      expect(answer).toEqual([
        2,
        expect.any(Number),
        expect.objectContaining({
          authid,
          authrole: "device",
          authmethod: way.method,
          authprovider: "device",
        }),
      ]);
      present.set(authid, device);
    });
    console.log(`${COUNT} devices signed in within ${Math.round(performance.now() - started)} ms`);
    expect(present.size).toBe(COUNT);
    const { body } = await admin.ask("GET", "/sessions?limit=1000");
    const listed = (body.sessions as { authid: string }[]).map(({ authid }) => authid);
    expect(new Set(listed)).toEqual(new Set(members.keys()));
  });

  const END = [
    ["disabled", "PATCH", "", { disabled: true }, "this device was disabled"],
    ["deleted", "DELETE", "", undefined, "this device was deleted"],
  ] as const;
  describe.each(END)("one that is %s", (what, method, tail, body, message) => {
    test.each(METHODS)(
      "RULE-62 by %s is out at once, among a thousand, and does not come back",
      async (way) => {
        const offset = what === "disabled" ? 0 : 300;
        const authid = `device-${METHODS.indexOf(way) + offset}`;
        const device = present.get(authid);
        const member = members.get(authid);
        if (!device || !member) throw new Error(`${authid} is not here`);
        const started = performance.now();
        const { status } = await admin.ask(method, `/devices/${authid}${tail}`, body);
        expect(await device.socket.hear()).toEqual(goodbye(message));
        console.log(`${what} by ${way}: out after ${Math.round(performance.now() - started)} ms`);
        expect(status).toBe(200);
        expect((await admin.ask("GET", `/sessions?authid=${authid}`)).body).toEqual({ sessions: [] });
        await device.socket.cut();
        const { device: again, answer } = await arrive(router().at(REALM), member.way);
        expect(answer).toEqual(ABORT);
        await again.socket.cut();
        // Its neighbours are here and undisturbed.
        const neighbour = present.get(`device-${Number(authid.slice(7)) + 10}`);
        expect(await neighbour?.ask([32, 1, {}, "com.example.x"])).toEqual([33, 1, expect.any(Number)]);
      },
    );
  });
});

const [wampy] = wampy8Kinds;
if (!wampy) throw new Error("wampy has no serializer");
const kinds: readonly ClientKind[] = [autobahnByDefault, pythonByDefault, wampy];

describe.each(kinds.map((kind) => ({ kind, name: kind.name })))("$name", ({ kind }) => {
  const own = `stock${kinds.indexOf(kind)}`;

  test.each(METHODS)(
    "RULE-62 by %s: the old secret is refused once it is rotated, the new one admitted",
    async (method) => {
      const authid = `${own}-${method}`;
      const { credentials } = await add(authid, method);
      await visit(kind, home(credentials));
      const seed = randomBytes(32).toString("hex");
      const fresh = method === "cryptosign" ? { publicKeys: [new Key(seed).publicKey] } : {};
      const { status, body } = await admin.ask("POST", `/devices/${authid}/rotate`, { method, ...fresh });
      expect(status).toBe(200);
      expect(await refusal(kind, home(credentials))).toEqual(DENIED);
      const secret = String(body.secret);
      const rotated: Record<typeof method, Credentials> = {
        ticket: { method: "ticket", authid, ticket: secret },
        wampcra: { method: "wampcra", authid, secret },
        cryptosign: { method: "cryptosign", authid, seed },
      };
      expect(await visit(kind, home(rotated[method]))).toMatchObject({ authid, authprovider: "device" });
    },
  );

  test("RULE-62 a device that was disabled is denied as if it had never been, and admitted once it is enabled", async () => {
    const { authid, credentials } = await add(`${own}-off`, "wampcra");
    await admin.ask("PATCH", `/devices/${authid}`, { disabled: true });
    expect(await refusal(kind, home(credentials))).toEqual(DENIED);
    await admin.ask("PATCH", `/devices/${authid}`, { disabled: false });
    expect(await visit(kind, home(credentials))).toMatchObject({ authid });
  });
});

test("RULE-62 the users of stock clients are told that their device was disabled", async () => {
  const { authid, credentials } = await add("told", "ticket");
  const [line, python] = await Promise.all([openAutobahn(home(credentials)), openPython(home(credentials))]);
  await admin.ask("PATCH", `/devices/${authid}`, { disabled: true });
  expect(await line.closed).toBe("wamp.close.killed");
  expect(await python.left).toEqual({ reason: "wamp.close.killed", message: "this device was disabled" });
  await python.close();
});

describe("a claim", () => {
  /** What a device sends to enrol its key. */
  const redemption = (token: string, key: Key) => ({
    token,
    pubkey: key.publicKey,
    proof: key.sign(claimText(REALM, token)),
  });
  const enrol = (body: object) => admin.send("POST", `/api/realms/${REALM}/enrol`, { body });

  test.each(kinds.map((kind) => ({ kind, name: kind.name })))(
    "RULE-60 $name signs in by the key that its device enrolled, and nobody redeems the claim again",
    async ({ kind }) => {
      const authid = `claimed${kinds.indexOf(kind)}`;
      const expires = Date.now() + 600_000;
      const issued = await admin.ask("POST", "/claims", { role: "device", authid, expires });
      expect(issued.status).toBe(201);
      const token = String(issued.body.token);
      const seed = randomBytes(32).toString("hex");
      const credentials: Credentials = { method: "cryptosign", authid, seed };
      expect(await refusal(kind, home(credentials))).toEqual(DENIED);
      const mine = redemption(token, new Key(seed));
      expect(await enrol(mine)).toEqual({ status: 201, body: { authid, role: "device" } });
      expect(await visit(kind, home(credentials))).toMatchObject({ authid, authprovider: "device" });
      for (const again of [mine, redemption(token, new Key())]) {
        expect(await enrol(again)).toMatchObject({
          status: 403,
          body: { error: "edgebahn.error.claim_refused" },
        });
      }
      expect(await visit(kind, home(credentials))).toMatchObject({ authid });
    },
  );

  test("RULE-60 a token of another claim, or the proof of another key, enrols nobody", async () => {
    const expires = Date.now() + 600_000;
    const issued = await admin.ask("POST", "/claims", { role: "device", authid: "forged", expires });
    const token = String(issued.body.token);
    const [mine, theirs] = [redemption(token, new Key()), redemption(newSecret(), new Key())];
    for (const body of [{ ...mine, proof: theirs.proof }, { ...mine, pubkey: theirs.pubkey }, theirs]) {
      expect((await enrol(body)).status).toBe(403);
    }
    expect((await admin.ask("GET", "/devices/forged")).status).toBe(404);
    expect((await enrol(mine)).status).toBe(201);
  });
});
