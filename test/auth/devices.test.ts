import { describe, expect, test } from "vitest";
import type { Credential } from "../../src/auth/credential.ts";
import { DeviceBook } from "../../src/auth/device-book.ts";
import { AdminError } from "../../src/auth/device-error.ts";
import { Fields } from "../../src/auth/device-fields.ts";
import { Devices } from "../../src/auth/devices.ts";
import type { SignIn } from "../../src/auth/method.ts";
import { Scram } from "../../src/auth/scram.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { craSignature, deriveCraKey, WampCra } from "../../src/auth/wampcra.ts";
import type { Message } from "../../src/wamp/message.ts";
import { MemoryDevices } from "./memory-devices.ts";
import { scramAnswer } from "./scram-device.ts";

const KEY = (digit: string): string => digit.repeat(64);
const NOW = Date.UTC(2026, 10, 22);
const DATE = "2026-11-22T00:00:00.000Z";
const LATER = "2026-11-22T00:00:01.000Z";

function fleet({ most = 1_000 } = {}) {
  const store = new MemoryDevices();
  const ended: [string, string][] = [];
  let now = NOW;
  const devices = new Devices({
    store,
    now: () => now,
    roles: ["device", "guest"],
    configured: (authid) => authid === "backend",
    ended: (authid, why) => ended.push([authid, why]),
    most,
  });
  const ask = <Method extends "add" | "rotate">(method: Method, fields: object) =>
    devices[method](new Fields(fields));
  return {
    store,
    ended,
    devices,
    book: new DeviceBook(store),
    add: (fields: object) => ask("add", fields),
    rotate: (fields: object) => ask("rotate", fields),
    change: (fields: object) => devices.change(new Fields(fields)),
    get: (authid: string) => devices.get(new Fields({ authid })),
    list: (fields: object) => devices.list(new Fields(fields)),
    remove: (authid: string) => devices.remove(new Fields({ authid })),
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const TICKET = { authid: "s1", role: "device", method: "ticket" };
const SIGN = { authid: "s1", role: "device", method: "cryptosign", publicKeys: [KEY("a")] };

/** What is wrong, as an administrator is told. */
async function wrong(work: () => unknown) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AdminError)) throw error;
    return { error: error.uri, message: error.message, path: error.path };
  }
  throw new Error("nothing was wrong");
}

function signIn(details: object): SignIn {
  return {
    realm: "realm1",
    session: 7,
    origin: { local: false },
    details: { roles: {}, ...details } as Message<"HELLO">["details"],
  };
}

const answerOf = (signature: string, extra = {}): Message<"AUTHENTICATE"> => ({
  type: "AUTHENTICATE",
  signature,
  extra,
});

describe("adding", () => {
  test("RULE-61 a secret of 256 random bits is in the answer that made it, and in no later one", async () => {
    const { add, get, list, store } = fleet();
    for (const method of ["ticket", "wampcra", "wamp-scram"]) {
      const { secret, ...view } = await add({ ...TICKET, authid: method, method, note: "roof" });
      const expected = {
        authid: method,
        role: "device",
        method,
        disabled: false,
        created: DATE,
        changed: DATE,
        note: "roof",
      };
      expect(view).toEqual(expected);
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect(get(method)).toEqual(expected);
      expect(list({}).devices).toContainEqual(expected);
      expect(JSON.stringify(store.find(method))).not.toContain(secret);
    }
    const secrets = await Promise.all(["x", "y"].map((authid) => add({ ...TICKET, authid })));
    expect(new Set(secrets.map(({ secret }) => secret)).size).toBe(2);
  });

  test("SCR-07 what is kept of a made secret is what its method derives from it", async () => {
    const { add, store } = fleet();
    const ticket = await add(TICKET);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(ticket.secret));
    expect(store.find("s1")?.credential).toEqual({
      method: "ticket",
      digest: Buffer.from(digest).toString("base64"),
    });

    const cra = await add({ ...TICKET, authid: "s2", method: "wampcra" });
    const kept = store.find("s2")?.credential as Extract<Credential, { method: "wampcra" }>;
    expect(kept.salted).toEqual({ salt: expect.any(String), iterations: 1_000, keylen: 32 });
    expect(Buffer.from(kept.salted?.salt ?? "", "base64")).toHaveLength(16);
    expect(await deriveCraKey(cra.secret ?? "", kept.salted as never)).toBe(kept.key);

    await add({ ...TICKET, authid: "s3", method: "wamp-scram" });
    const scram = store.find("s3")?.credential as Extract<Credential, { method: "wamp-scram" }>;
    expect(scram).toMatchObject({ kdf: "pbkdf2", iterations: 4_096, memory: null });
    expect(Buffer.from(scram.salt, "base64")).toHaveLength(16);
  });

  test("TCK-03 a device signs in by the ticket that was made for it, and by no other", async () => {
    const { add, book } = fleet();
    const { secret = "" } = await add(TICKET);
    const method = new Ticket({ book });
    const hello = signIn({ authid: "s1" });
    expect(await method.verify(hello, {}, answerOf(secret))).toEqual({
      principal: { authid: "s1", authrole: "device", authprovider: "device", as: NOW },
    });
    await expect(method.verify(hello, {}, answerOf(`${secret}x`))).rejects.toThrow("wrong");
  });

  test("CRA-06 a device signs in by the WAMP-CRA secret that was made for it", async () => {
    const { add, book } = fleet();
    const { secret = "" } = await add({ ...TICKET, method: "wampcra" });
    const method = new WampCra({ book, mockKey: new Uint8Array(32), now: () => NOW });
    const hello = signIn({ authid: "s1" });
    const verdict = await method.challenge(hello);
    if (!("challenge" in verdict)) throw new Error("no challenge");
    const { challenge, ...salted } = verdict.challenge.extra as {
      challenge: string;
      salt: string;
      iterations: number;
      keylen: number;
    };
    const signature = await craSignature(await deriveCraKey(secret, salted), challenge);
    expect(await method.verify(hello, verdict.challenge.expects, answerOf(signature))).toEqual({
      principal: { authid: "s1", authrole: "device", authprovider: "device", as: NOW },
    });
  });

  test("SCR-11 a device signs in by the SCRAM secret that was made for it", async () => {
    const { add, book } = fleet();
    const { secret = "" } = await add({ ...TICKET, method: "wamp-scram" });
    const method = new Scram({ book, mockKey: new Uint8Array(32), now: () => NOW });
    const nonce = Buffer.alloc(16, 7).toString("base64");
    const hello = signIn({ authid: "s1", authextra: { nonce, channel_binding: null } });
    const verdict = await method.challenge(hello);
    if (!("challenge" in verdict)) throw new Error("no challenge");
    const { signature, extra } = scramAnswer({
      authid: "s1",
      password: secret,
      clientNonce: nonce,
      challenge: verdict.challenge.extra,
    });
    expect(await method.verify(hello, verdict.challenge.expects, answerOf(signature, extra))).toMatchObject({
      principal: { authid: "s1", authrole: "device", authprovider: "device", as: NOW },
    });
  });

  test("SCR-07 what was derived elsewhere is kept as it is", async () => {
    const { add, store } = fleet();
    const base64 = (octets: number) => Buffer.alloc(octets, 1).toString("base64");
    const given = {
      ticket: { digest: base64(32) },
      wampcra: { key: base64(20), salted: { salt: "pepper", iterations: 1_000, keylen: 20 } },
      "wamp-scram": {
        kdf: "argon2id13",
        salt: base64(16),
        iterations: 3,
        memory: 65_536,
        storedKey: base64(32),
        serverKey: base64(32),
      },
    };
    for (const [method, credential] of Object.entries(given)) {
      const answer = await add({ authid: method, role: "device", method, credential });
      expect(answer).not.toHaveProperty("secret");
      expect(store.find(method)?.credential).toEqual({ method, ...credential });
      expect(JSON.stringify(answer)).not.toContain(base64(20).slice(0, 20));
    }
    const pbkdf2 = { ...given["wamp-scram"], kdf: "pbkdf2", iterations: 4_096, memory: null };
    await add({ authid: "p", role: "device", method: "wamp-scram", credential: pbkdf2 });
    expect(store.find("p")?.credential).toEqual({ method: "wamp-scram", ...pbkdf2 });
  });

  test("CRY-08 public keys and fingerprints are read in either case and told to whoever asks for the device", async () => {
    const { add, get, list } = fleet();
    await add({ ...SIGN, publicKeys: [KEY("A"), KEY("b")] });
    await add({ authid: "s2", role: "device", method: "tls", fingerprints: [KEY("F")] });
    expect(get("s1")).toMatchObject({ method: "cryptosign", keys: [KEY("a"), KEY("b")] });
    expect(get("s2")).toMatchObject({ method: "tls", keys: [KEY("f")] });
    expect(list({}).devices.some((device) => "keys" in device)).toBe(false);
  });

  test.each([
    ["there is a device s1: rotate or delete it", TICKET],
    ["the configuration has a principal backend: choose another name", { ...TICKET, authid: "backend" }],
  ])("RULE-63 a name that is taken is refused: %s", async (message, fields) => {
    const { add, store } = fleet();
    await add(TICKET);
    const before = store.find("s1");
    expect(await wrong(() => add(fields))).toEqual({
      error: "edgebahn.error.device_exists",
      message,
      path: "authid",
    });
    expect(store.find("s1")).toBe(before);
    expect(store.count()).toBe(1);
  });

  test("RULE-63 of two who take the same name at once one gets it", async () => {
    const { add, store } = fleet();
    const both = await Promise.allSettled([add(TICKET), add({ ...TICKET, method: "wampcra" })]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(store.count()).toBe(1);
  });

  test("CRY-02 a key belongs to one device", async () => {
    const { add, rotate, store } = fleet();
    await add(SIGN);
    expect(await wrong(() => add({ ...SIGN, authid: "s2", publicKeys: [KEY("b"), KEY("A")] }))).toEqual({
      error: "edgebahn.error.device_exists",
      message: `the key ${KEY("a")} is another device's: s1`,
      path: undefined,
    });
    await add({ ...SIGN, authid: "s2", publicKeys: [KEY("b")] });
    expect((await wrong(() => rotate({ authid: "s2", addKeys: [KEY("a")] }))).error).toBe(
      "edgebahn.error.device_exists",
    );
    expect(store.owner("cryptosign", KEY("a"))).toBe("s1");
    // The same octets as a certificate's fingerprint are something else.
    await add({ authid: "s3", role: "device", method: "tls", fingerprints: [KEY("a")] });
  });

  test("S13 the limit of devices is named, and one less is let in", async () => {
    const { add, store } = fleet({ most: 2 });
    await add({ ...TICKET, authid: "a" });
    await add({ ...TICKET, authid: "b" });
    expect(await wrong(() => add({ ...TICKET, authid: "c" }))).toEqual({
      error: "edgebahn.error.limit_exceeded",
      message: "the limit devices is 2: delete some that are not used any more",
      path: undefined,
    });
    expect(store.count()).toBe(2);
  });

  test("AUT-09 a role must be one of the realm's", async () => {
    const { add, change, store } = fleet();
    const refused = {
      error: "wamp.error.no_such_role",
      message: "the realm's configuration has no role admin; it has device, guest",
      path: "role",
    };
    expect(await wrong(() => add({ ...TICKET, role: "admin" }))).toEqual(refused);
    await add(TICKET);
    expect(await wrong(() => change({ authid: "s1", role: "admin" }))).toEqual(refused);
    expect(store.find("s1")?.authrole).toBe("device");
  });
});

describe("listing", () => {
  test("S18 pages are bounded and follow each other without a gap", async () => {
    const { store, list } = fleet({ most: 5_000 });
    for (let n = 0; n < 1_205; n++) {
      const authid = `d${String(n).padStart(5, "0")}`;
      const credential: Credential = { method: "ticket", digest: "" };
      store.put({ authid, authrole: "device", credential, disabled: false, created: 0, changed: 0 });
    }
    expect(list({}).devices).toHaveLength(100);
    expect(list({ limit: 10_000_000 }).devices).toHaveLength(1_000);
    expect(list({ limit: "7" }).devices).toHaveLength(7);
    const seen: string[] = [];
    for (let after: string | undefined = ""; after !== undefined; ) {
      const page = list({ limit: 500, ...(after && { after }) });
      seen.push(...page.devices.map(({ authid }) => authid));
      after = page.next;
    }
    expect(seen).toEqual([...store.devices.keys()]);
    expect(list({ limit: 5, after: "d01199" })).not.toHaveProperty("next");
  });

  test.each(
    [Number.NaN, -1, 0, 1.5, "1e3", "-1", "", " 1", "NaN", null, [], [1], {}, true, 2 ** 53].map((limit) => ({
      limit,
    })),
  )("S18 $limit is no limit", async ({ limit }) => {
    const { list } = fleet();
    expect(await wrong(() => list({ limit }))).toEqual({
      error: "wamp.error.invalid_argument",
      message: "limit must be an integer from 1 to 9007199254740991",
      path: "limit",
    });
  });
});

describe("changing", () => {
  test("RULE-62 disabling ends its sessions, and nobody signs in by it until it is enabled", async () => {
    const { add, change, book, ended, pass, get } = fleet();
    await add(SIGN);
    pass(1_000);
    expect(change({ authid: "s1", disabled: true })).toEqual({
      authid: "s1",
      role: "device",
      method: "cryptosign",
      disabled: true,
      created: DATE,
      changed: LATER,
      keys: [KEY("a")],
    });
    expect(ended).toEqual([["s1", "this device was disabled"]]);
    expect(book.find("cryptosign", "s1")).toBeUndefined();
    expect(book.owners("cryptosign", KEY("a"))).toEqual([]);
    expect(book.has("cryptosign")).toBe(false);
    expect(change({ authid: "s1", disabled: false })).toMatchObject({ disabled: false });
    expect(book.owners("cryptosign", KEY("a"))).toEqual([book.find("cryptosign", "s1")]);
    expect(get("s1").keys).toEqual([KEY("a")]);
    expect(ended).toHaveLength(1);
  });

  test("RULE-62 another role ends its sessions, the same role and a note do not", async () => {
    const { add, change, ended, book, store } = fleet();
    await add(TICKET);
    change({ authid: "s1", role: "device", note: "cellar" });
    expect(ended).toEqual([]);
    expect(change({ authid: "s1", role: "guest" })).toMatchObject({ role: "guest", note: "cellar" });
    expect(change({ authid: "s1", note: "" })).not.toHaveProperty("note");
    expect(store.find("s1")).not.toHaveProperty("note");
    expect(ended).toEqual([["s1", "this device was given another role"]]);
    expect(book.find("ticket", "s1")).toMatchObject({ authrole: "guest" });
  });

  test("RULE-62 deleting ends its sessions and frees its name and its keys", async () => {
    const { add, remove, ended, store } = fleet();
    await add(SIGN);
    expect(remove("s1")).toEqual({ authid: "s1" });
    expect(ended).toEqual([["s1", "this device was deleted"]]);
    expect(store.count()).toBe(0);
    await add({ ...SIGN, authid: "s2" });
    await add({ ...TICKET, authid: "s1" });
  });

  test("RULE-62 a new credential ends its sessions and the old one opens nothing", async () => {
    const { add, rotate, ended, book, store } = fleet();
    const { secret: old = "" } = await add(TICKET);
    const { secret = "" } = await rotate({ authid: "s1", method: "ticket" });
    expect(ended).toEqual([["s1", "this device was given a new credential"]]);
    const method = new Ticket({ book });
    await expect(method.verify(signIn({ authid: "s1" }), {}, answerOf(old))).rejects.toThrow("wrong");
    await method.verify(signIn({ authid: "s1" }), {}, answerOf(secret));
    await rotate({ authid: "s1", method: "cryptosign", publicKeys: [KEY("a")] });
    expect(store.find("s1")?.credential).toEqual({ method: "cryptosign", publicKeys: [KEY("a")] });
    await expect(method.verify(signIn({ authid: "s1" }), {}, answerOf(secret))).rejects.toThrow("wrong");
  });

  test("RULE-62 old and new keys overlap until the old one is removed", async () => {
    const { add, rotate, ended, book } = fleet();
    await add(SIGN);
    expect(await rotate({ authid: "s1", addKeys: [KEY("B")] })).toMatchObject({ keys: [KEY("a"), KEY("b")] });
    expect(ended).toEqual([]);
    expect(book.owners("cryptosign", KEY("a"))).toHaveLength(1);
    expect(book.owners("cryptosign", KEY("b"))).toHaveLength(1);
    expect(await rotate({ authid: "s1", removeKeys: [KEY("a")] })).toMatchObject({ keys: [KEY("b")] });
    expect(ended).toEqual([["s1", "a key of this device was removed"]]);
    expect(book.owners("cryptosign", KEY("a"))).toEqual([]);
    const both = { authid: "s1", addKeys: [KEY("c")], removeKeys: [KEY("b")] };
    expect(await rotate(both)).toMatchObject({ keys: [KEY("c")] });
  });

  test.each([
    [
      "addKeys",
      "for cryptosign and tls, and this device signs in by ticket",
      { authid: "t", addKeys: [KEY("b")] },
    ],
    ["removeKeys", "which this device does not have", { authid: "s1", removeKeys: [KEY("b")] }],
    ["removeKeys", "without a key: disable it instead", { authid: "s1", removeKeys: [KEY("a")] }],
    ["addKeys", "may have 8 keys", { authid: "s1", addKeys: [..."12345678"].map(KEY) }],
  ])("RULE-63 keys that cannot be changed so are refused: %s %s", async (path, text, fields) => {
    const { add, rotate, store, ended } = fleet();
    await add(SIGN);
    await add({ ...TICKET, authid: "t" });
    const before = [...store.devices.values()];
    const { message, ...rest } = await wrong(() => rotate(fields));
    expect(rest).toEqual({ error: "wamp.error.invalid_argument", path });
    expect(message).toContain(text);
    expect([...store.devices.values()]).toEqual(before);
    expect(ended).toEqual([]);
  });

  test("S13 a device may have eight keys", async () => {
    const { add, rotate } = fleet();
    await add(SIGN);
    const answer = await rotate({ authid: "s1", addKeys: [..."1234567"].map(KEY) });
    expect(answer.keys).toHaveLength(8);
  });

  test("RULE-63 whoever does not exist cannot be asked for, changed, rotated or removed", async () => {
    const { get, change, rotate, remove, ended } = fleet();
    for (const work of [
      () => get("s9"),
      () => change({ authid: "s9", disabled: true }),
      () => rotate({ authid: "s9", method: "ticket" }),
      () => rotate({ authid: "s9", addKeys: [KEY("a")] }),
      () => remove("s9"),
    ]) {
      expect(await wrong(work)).toEqual({
        error: "edgebahn.error.no_such_device",
        message: "there is no device s9",
        path: "authid",
      });
    }
    expect(ended).toEqual([]);
  });

  test("RULE-62 a device that is deleted while its new secret is made is not there again", async () => {
    const { add, rotate, remove, store } = fleet();
    await add(TICKET);
    const rotating = rotate({ authid: "s1", method: "wamp-scram" });
    remove("s1");
    await expect(rotating).rejects.toThrow("there is no device s1");
    expect(store.count()).toBe(0);
  });

  test("RULE-62 a device that is disabled while its new secret is made stays disabled", async () => {
    const { add, rotate, change, store } = fleet();
    await add(TICKET);
    const rotating = rotate({ authid: "s1", method: "wamp-scram" });
    change({ authid: "s1", disabled: true });
    await rotating;
    expect(store.find("s1")).toMatchObject({ disabled: true, credential: { method: "wamp-scram" } });
  });
});

describe("enrolling", () => {
  const enrolment = { authid: "s1", authrole: "device", publicKey: KEY("a"), replace: false };

  test("RULE-60 a claim gives a device that is not there its key", () => {
    const { devices, book } = fleet();
    expect(devices.enrol(enrolment)).toMatchObject({ authid: "s1", role: "device", keys: [KEY("a")] });
    expect(book.owners("cryptosign", KEY("a"))).toHaveLength(1);
  });

  test("RULE-62 a device that is there gets another key only where the claim says so, and its sessions end", async () => {
    const { devices, add, ended, store } = fleet();
    await add(TICKET);
    expect(await wrong(() => devices.enrol(enrolment))).toMatchObject({
      error: "edgebahn.error.device_exists",
    });
    devices.enrol({ ...enrolment, replace: true, authrole: "guest" });
    expect(store.find("s1")).toMatchObject({
      authrole: "guest",
      credential: { method: "cryptosign", publicKeys: [KEY("a")] },
    });
    expect(ended).toEqual([["s1", "this device was given a new credential"]]);
  });

  test("RULE-62 a disabled device is not brought back by a claim", async () => {
    const { devices, add, change, store } = fleet();
    await add(TICKET);
    change({ authid: "s1", disabled: true });
    const before = store.find("s1");
    expect(await wrong(() => devices.enrol({ ...enrolment, replace: true }))).toMatchObject({
      error: "edgebahn.error.no_such_device",
    });
    expect(store.find("s1")).toBe(before);
  });

  test.each([
    ["a name of the configuration's", { authid: "backend" }, "edgebahn.error.device_exists"],
    ["a role that is gone", { authrole: "admin" }, "wamp.error.no_such_role"],
    [
      "a role that is gone, of a device",
      { authid: "s0", authrole: "admin", replace: true },
      "wamp.error.no_such_role",
    ],
    ["somebody else's key", { publicKey: KEY("b") }, "edgebahn.error.device_exists"],
  ])("RULE-63 a claim cannot give %s", async (_what, change, error) => {
    const { devices, add, store } = fleet();
    await add({ ...SIGN, authid: "s0", publicKeys: [KEY("b")] });
    expect(await wrong(() => devices.enrol({ ...enrolment, ...change }))).toMatchObject({ error });
    expect(store.count()).toBe(1);
  });
});

describe("the book", () => {
  test("CRY-03 somebody is found by the method that is theirs alone", async () => {
    const { add, book } = fleet();
    await add(TICKET);
    await add({ ...SIGN, authid: "s2" });
    expect(book.find("ticket", "s1")).toEqual({
      authid: "s1",
      authrole: "device",
      authprovider: "device",
      version: NOW,
      credential: { method: "ticket", digest: expect.any(String) },
    });
    expect(book.find("cryptosign", "s1")).toBeUndefined();
    expect(book.find("ticket", "s2")).toBeUndefined();
    expect(book.find("ticket", "nobody")).toBeUndefined();
    expect(book.owners("tls", KEY("a"))).toEqual([]);
    expect([book.has("ticket"), book.has("cryptosign"), book.has("wampcra"), book.has("tls")]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test("AUT-08 what the unknown are shown has the shape of a device's credential and nothing of its own", async () => {
    const { add, book, store } = fleet();
    await add({ ...TICKET, method: "wampcra" });
    await add({ ...TICKET, authid: "s2", method: "wampcra" });
    const [sample, ...others] = book.samples("wampcra");
    expect(others).toEqual([]);
    expect(sample).toEqual({
      method: "wampcra",
      key: "",
      salted: { salt: "AAAAAAAAAAAAAAAAAAAAAA==", iterations: 1_000, keylen: 32 },
    });
    const kept = store.find("s1")?.credential;
    expect(kept).toMatchObject({ salted: { iterations: 1_000, keylen: 32 } });
    expect(book.samples("wamp-scram")).toEqual([]);
  });

  test.each([
    ["0123456789", "0000000000"],
    ["0123456789abcdef", "aaaaaaaaaaaaaaaa"],
    ["0123456789ABCDEF", "AAAAAAAAAAAAAAAA"],
    ["k7Zq2fXX", "zzzzzzzz"],
    ["k7Zq-f_X", "--------"],
    ["k7Zq+f/X", "++++++++"],
    ["k7Zq+f/XAA==", "AAAAAAAAAA=="],
    ["söltig", "......"],
  ])("AUT-08 a salt such as %s keeps its length and how it is written", async (salt, blank) => {
    const { add, book } = fleet();
    const credential = {
      key: Buffer.alloc(32, 1).toString("base64"),
      salted: { salt, iterations: 2_000, keylen: 32 },
    };
    await add({ ...TICKET, method: "wampcra", credential });
    expect(book.samples("wampcra")).toEqual([
      { method: "wampcra", key: "", salted: { salt: blank, iterations: 2_000, keylen: 32 } },
    ]);
  });

  test("RULE-62 a session stays welcome while its device is there, not disabled, in the same role", async () => {
    const { add, book, change, remove } = fleet();
    await add(TICKET);
    const session = { authid: "s1", authrole: "device", authprovider: "device" };
    expect(book.welcomes(session)).toBe(true);
    expect(book.welcomes({ ...session, authid: "nobody", authprovider: "static" })).toBe(true);
    expect(book.welcomes({ ...session, authrole: "guest" })).toBe(false);
    change({ authid: "s1", disabled: true });
    expect(book.welcomes(session)).toBe(false);
    change({ authid: "s1", disabled: false });
    remove("s1");
    expect(book.welcomes(session)).toBe(false);
  });
});
