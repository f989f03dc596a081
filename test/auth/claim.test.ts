import { describe, expect, test } from "vitest";
import { Claims, MOST_CLAIMS } from "../../src/auth/claim.ts";
import { Cryptosign } from "../../src/auth/cryptosign.ts";
import { DeviceBook } from "../../src/auth/device-book.ts";
import { AdminError } from "../../src/auth/device-error.ts";
import { Fields } from "../../src/auth/device-fields.ts";
import { type Device, type DeviceStore, keysOf } from "../../src/auth/device-store.ts";
import { Devices } from "../../src/auth/devices.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { WampError } from "../../src/wamp/error.ts";
import { attempt } from "./attempt.ts";
import { Key } from "./key.ts";
import { MemoryClaims } from "./memory-claims.ts";

/** The fake of the seam, with what enrolling needs of it. */
class MemoryDevices implements DeviceStore {
  /** Authid to device. */
  readonly rows = new Map<string, Device>();

  find(authid: string): Device | undefined {
    return this.rows.get(authid);
  }
  owner(_: string, key: string): string | undefined {
    return [...this.rows.values()].find(({ credential }) => keysOf(credential).includes(key))?.authid;
  }
  put(device: Device): void {
    this.rows.set(device.authid, device);
  }
  remove(authid: string): void {
    this.rows.delete(authid);
  }
  list(): readonly Device[] {
    return [...this.rows.values()];
  }
  count(): number {
    return this.rows.size;
  }
  shapes(): readonly Device["credential"][] {
    return this.list().map(({ credential }) => credential);
  }
}

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const YEAR = 366 * 24 * HOUR;

function realm({ name = "realm1" } = {}) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const [store, devices] = [new MemoryClaims(), new MemoryDevices()];
  const ended: unknown[] = [];
  const addresses: unknown[] = [];
  const roles = ["sensor", "gate"];
  const registry = new Devices({
    store: devices,
    now,
    roles,
    configured: (authid) => authid === "backend",
    ended: (authid, why) => ended.push([authid, why]),
    most: 5,
  });
  const claims = new Claims({
    realm: name,
    store,
    now,
    roles,
    enrol: (enrolment) => registry.enrol(enrolment),
    admit(address) {
      addresses.push(address);
      if (address === "203.0.113.9")
        throw new WampError("edgebahn.error.limit_exceeded", "too many attempts");
    },
  });
  const issue = (given: Readonly<Record<string, unknown>> = {}) =>
    claims.issue(new Fields({ role: "sensor", expires: NOW + HOUR, ...given }));
  const redeem = (given: Readonly<Record<string, unknown>>, address?: string) =>
    claims.redeem(new Fields(given), address);
  return { clock, store, devices, ended, addresses, registry, claims, issue, redeem };
}

/** What a device sends to enrol `key`. */
function redemption(key: Key, token: string, rest: Readonly<Record<string, unknown>> = {}) {
  return { token, pubkey: key.publicKey, proof: key.sign(`edgebahn-claim:realm1:${token}`), ...rest };
}

async function faultOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return { admitted: await promise };
  } catch (error) {
    if (error instanceof AdminError) return { uri: error.uri, path: error.path, text: error.message };
    return error instanceof WampError ? { uri: error.uri, text: error.message } : { fault: error };
  }
}

const GONE = {
  uri: "edgebahn.error.claim_refused",
  path: undefined,
  text: "there is no such claim, or it was redeemed, or it has expired: sign in if this key was enrolled, or ask for another",
};
const NO_PROOF = {
  uri: "edgebahn.error.claim_refused",
  path: "proof",
  text: 'proof must be the signature by pubkey over "edgebahn-claim:realm1:<token>"',
};

describe("issuing", () => {
  test("RULE-67 a token has 256 random bits, is shown once, and what is kept does not hold it", async () => {
    const { store, issue } = realm();
    const tokens = new Set<string>();
    for (let n = 0; n < 500; n++) {
      const answer = await issue({ authid: `d${n}` });
      expect(answer).toStrictEqual({
        id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
        role: "sensor",
        authid: `d${n}`,
        replace: false,
        expires: "2023-11-14T23:13:20.000Z",
        token: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      });
      tokens.add(answer.token);
      const digest = Buffer.from(await digestOf(answer.token), "base64").toString("base64url");
      expect(answer.id).toBe(digest);
    }
    expect(tokens.size).toBe(500);
    const rows = JSON.stringify([...store.rows.values()]);
    expect([...tokens].filter((token) => rows.includes(token))).toEqual([]);
    expect(store.rows.size).toBe(500);
  });

  test("RULE-67 what is kept is whom it enrols, as what, and until when", async () => {
    const { store, issue } = realm();
    const fixed = await issue({ authid: "gate7", role: "gate", replace: true });
    const free = await issue({ expires: NOW + 1 });
    expect([...store.rows.values()]).toStrictEqual([
      { id: fixed.id, authid: "gate7", authrole: "gate", replace: true, expires: NOW + HOUR },
      { id: free.id, authrole: "sensor", replace: false, expires: NOW + 1 },
    ]);
  });

  test.each<[given: Readonly<Record<string, unknown>>, path: string]>([
    [{ role: "boss" }, "role"],
    [{ role: undefined }, "role"],
    [{ role: ["sensor"] }, "role"],
    [{ authid: "a.b" }, "authid"],
    [{ authid: "" }, "authid"],
    [{ authid: 7 }, "authid"],
    [{ expires: NOW }, "expires"],
    [{ expires: NOW - HOUR }, "expires"],
    [{ expires: NOW + YEAR + 1 }, "expires"],
    [{ expires: undefined }, "expires"],
    [{ expires: Number.NaN }, "expires"],
    [{ expires: Number.POSITIVE_INFINITY }, "expires"],
    [{ expires: "tomorrow" }, "expires"],
    [{ replace: true }, "replace"],
    [{ replace: 1, authid: "a" }, "replace"],
    [{ pubkey: "00" }, "pubkey"],
  ])("RULE-67 %j is refused, naming the field, and keeps nothing", async (given, path) => {
    const { store, issue } = realm();
    expect(await faultOf(issue(given))).toEqual({
      uri: "wamp.error.invalid_argument",
      path,
      text: expect.stringMatching(new RegExp(`^${path} `)),
    });
    expect(store.rows.size).toBe(0);
  });

  test("S13 a realm has so many open claims and no more; expired ones do not count", async () => {
    const { store, issue, clock } = realm();
    for (let n = 1; n < MOST_CLAIMS; n++) {
      store.put({ id: `x${n}`, authrole: "sensor", replace: false, expires: NOW + HOUR });
    }
    expect(await faultOf(issue())).toMatchObject({ admitted: { role: "sensor" } });
    expect(await faultOf(issue())).toEqual({
      uri: "edgebahn.error.limit_exceeded",
      path: undefined,
      text: `the limit claims is ${MOST_CLAIMS}: wait until some are redeemed or expire`,
    });
    expect(store.rows.size).toBe(MOST_CLAIMS);
    clock.now = NOW + HOUR;
    expect(await faultOf(issue({ expires: clock.now + 1 }))).toMatchObject({ admitted: { role: "sensor" } });
    expect(store.rows.size).toBe(1);
  });

  test("RULE-67 open claims are listed by id, page by page, without a token, and can be revoked", async () => {
    const { claims, store, clock, issue, redeem } = realm();
    const issued = [await issue({ authid: "a" }), await issue({ authid: "b" }), await issue({ authid: "c" })];
    await issue({ expires: NOW + 1 });
    clock.now = NOW + 1;
    const sorted = issued
      .map(({ token, ...view }) => view)
      .sort((one, other) => (one.id < other.id ? -1 : 1));
    expect(claims.list(new Fields({}))).toStrictEqual({ claims: sorted });
    const first = claims.list(new Fields({ limit: 2 }));
    expect(first).toStrictEqual({ claims: sorted.slice(0, 2), next: sorted[1]?.id });
    expect(claims.list(new Fields({ limit: 2, after: first.next }))).toStrictEqual({
      claims: sorted.slice(2),
    });
    const { token, ...view } = issued[0] ?? { token: "" };
    expect(claims.revoke(new Fields({ id: issued[0]?.id }))).toStrictEqual(view);
    expect(() => claims.revoke(new Fields({ id: issued[0]?.id }))).toThrow(AdminError);
    expect(await faultOf(redeem(redemption(new Key(), token)))).toEqual(GONE);
    expect(store.rows.size).toBe(2);
    store.put({ id: "old", authrole: "sensor", replace: false, expires: clock.now });
    expect(() => claims.revoke(new Fields({ id: "old" }))).toThrow(/^there is no claim of this id/);
  });
});

describe("redeeming", () => {
  test("RULE-68 a device enrols its own key, once, and signs in by it at once", async () => {
    const { devices, store, issue, redeem, addresses } = realm();
    const key = new Key();
    const { token } = await issue({ authid: "d7", role: "gate" });
    expect(await redeem(redemption(key, token), "192.0.2.1")).toStrictEqual({
      authid: "d7",
      authrole: "gate",
    });
    expect([...devices.rows.values()]).toStrictEqual([
      {
        authid: "d7",
        authrole: "gate",
        credential: { method: "cryptosign", publicKeys: [key.publicKey] },
        disabled: false,
        created: NOW,
        changed: NOW,
      },
    ]);
    expect(store.rows.size).toBe(0);
    expect(addresses).toEqual(["192.0.2.1"]);
    expect(await faultOf(redeem(redemption(key, token)))).toEqual(GONE);
    expect(await faultOf(redeem(redemption(new Key(), token)))).toEqual(GONE);
    const random = () => new Uint8Array(32);
    const method = new Cryptosign({ book: new DeviceBook(devices), random });
    const hello = { authextra: { pubkey: key.publicKey } };
    expect(await attempt(method, { hello, signature: key.answer("00".repeat(32)) })).toEqual({
      principal: { authid: "d7", authrole: "gate", authprovider: "device", as: expect.any(Number) },
    });
  });

  test("RULE-68 of many who redeem one claim at once exactly one succeeds", async () => {
    const { devices, issue, redeem } = realm();
    for (let round = 0; round < 5; round++) {
      const { token } = await issue();
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          faultOf(redeem(redemption(new Key(), token, { authid: `d${round}-${n}` }))),
        ),
      );
      expect(outcomes.filter((outcome) => JSON.stringify(outcome) === JSON.stringify(GONE))).toHaveLength(19);
      expect(devices.rows.size).toBe(round + 1);
    }
  });

  test.each([
    [HOUR - 1, true],
    [HOUR, false],
    [HOUR + 1, false],
  ])("RULE-68 %i ms after it was issued for an hour a claim holds: %s", async (after, holds) => {
    const { clock, devices, issue, redeem } = realm();
    const { token } = await issue({ authid: "d7" });
    clock.now = NOW + after;
    const outcome = await faultOf(redeem(redemption(new Key(), token)));
    expect(outcome).toEqual(holds ? { admitted: { authid: "d7", authrole: "sensor" } } : GONE);
    expect(devices.rows.size).toBe(holds ? 1 : 0);
  });

  test("RULE-68 a proof is for this token, this realm and this key, and a wrong one tells nothing of the claim", async () => {
    const { devices, issue, redeem } = realm();
    const [key, other] = [new Key(), new Key()];
    const { token } = await issue({ authid: "d7" });
    const { token: another } = await issue({ authid: "d8" });
    const text = `edgebahn-claim:realm1:${token}`;
    const proofs = [
      other.sign(text),
      key.sign(`edgebahn-claim:realm2:${token}`),
      key.sign(`edgebahn-claim:realm1:${another}`),
      key.sign(`edgebahn-claim:realm1:${token} `),
      key.sign(`edgebahn-claim::${token}`),
      key.sign(token),
      key.sign(""),
      key.sign(text).replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
      "00".repeat(64),
    ];
    for (const proof of proofs) {
      expect(await faultOf(redeem(redemption(key, token, { proof })))).toEqual(NO_PROOF);
      expect(await faultOf(redeem(redemption(key, "A".repeat(43), { proof })))).toEqual(NO_PROOF);
    }
    expect(devices.rows.size).toBe(0);
    expect(await redeem(redemption(key, token))).toEqual({ authid: "d7", authrole: "sensor" });
  });

  test("RULE-68 a token that was never issued is refused like one that is gone, thousands of times", async () => {
    const { devices, redeem, issue } = realm();
    await issue({ authid: "d7" });
    const key = new Key();
    const wrong: unknown[] = [];
    for (let n = 0; n < 1_000; n++) {
      const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url");
      const outcome = await faultOf(redeem(redemption(key, token)));
      if (JSON.stringify(outcome) !== JSON.stringify(GONE)) wrong.push(outcome);
    }
    expect(wrong).toEqual([]);
    expect(devices.rows.size).toBe(0);
  });

  test("CRY-06 a key of small order, which anybody could sign by, is not enrolled", async () => {
    const { devices, issue, redeem } = realm();
    const { token } = await issue({ authid: "d7" });
    for (const pubkey of [
      `01${"00".repeat(31)}`,
      "00".repeat(32),
      `ec${"ff".repeat(30)}7f`,
      `01${"00".repeat(30)}80`,
    ]) {
      const given = redemption(new Key(), token, { pubkey, proof: `01${"00".repeat(63)}` });
      expect(await faultOf(redeem(given))).toEqual({
        uri: "wamp.error.invalid_argument",
        path: "pubkey",
        text: "pubkey is a key for which anybody can sign: make another",
      });
    }
    expect(devices.rows.size).toBe(0);
  });

  test.each<[field: string, value: unknown]>([
    ["token", undefined],
    ["token", ""],
    ["token", 7],
    ["token", null],
    ["token", "x".repeat(129)],
    ["token", "a\u0000b"],
    ["pubkey", undefined],
    ["pubkey", "ab"],
    ["pubkey", "g".repeat(64)],
    ["pubkey", "a".repeat(63)],
    ["pubkey", "a".repeat(65)],
    ["pubkey", { length: 64 }],
    ["proof", undefined],
    ["proof", "ab"],
    ["proof", "g".repeat(128)],
    ["proof", "a".repeat(129)],
    ["proof", ["a"]],
    ["authid", ""],
    ["authid", 7],
    ["authid", "x".repeat(129)],
    ["role", "gate"],
    ["authrole", "gate"],
    ["__proto__x", "gate"],
  ])("RULE-68 S1 %s = %j is refused, naming the field, and leaves the claim", async (field, value) => {
    const { store, devices, issue, redeem } = realm();
    const { token } = await issue();
    const given = redemption(new Key(), token, { authid: "d7", [field]: value });
    expect(await faultOf(redeem(given))).toEqual({
      uri: "wamp.error.invalid_argument",
      path: field,
      text: expect.stringMatching(new RegExp(`^${field} `)),
    });
    expect([store.rows.size, devices.rows.size]).toEqual([1, 0]);
  });

  test("S6 every attempt is counted by its address before anything else, and none is made where that is refused", async () => {
    const { addresses, devices, issue, redeem } = realm();
    const { token } = await issue({ authid: "d7" });
    const key = new Key();
    expect(await faultOf(redeem({}, "192.0.2.1"))).toMatchObject({ path: "token" });
    expect(await faultOf(redeem(redemption(key, token), "203.0.113.9"))).toEqual({
      uri: "edgebahn.error.limit_exceeded",
      text: "too many attempts",
    });
    expect(devices.rows.size).toBe(0);
    await redeem(redemption(key, token), undefined);
    expect(addresses).toEqual(["192.0.2.1", "203.0.113.9", undefined]);
  });
});

describe("names", () => {
  test.each(["a", "A-b_9", "x".repeat(64), "WAMPUM", "an0nymous", "7"])(
    "RULE-69 a device may choose %s",
    async (authid) => {
      const { issue, redeem } = realm();
      const { token } = await issue();
      expect(await redeem(redemption(new Key(), token, { authid }))).toEqual({ authid, authrole: "sensor" });
    },
  );

  test.each([
    "x".repeat(65),
    "a.b",
    "a b",
    "a*",
    "{authid}",
    "a#",
    "é",
    "a/b",
    "a:b",
    "wamp",
    "Wamp",
    "anonymous",
    "anonymous-7",
    "ANONYMOUS-7",
    "\u202ea",
    "%61",
  ])("RULE-69 a device may not choose %j, and may choose again", async (authid) => {
    const { devices, issue, redeem } = realm();
    const { token } = await issue();
    const key = new Key();
    expect(await faultOf(redeem(redemption(key, token, { authid })))).toEqual({
      uri: "wamp.error.invalid_argument",
      path: "authid",
      text: "authid must be 1 to 64 letters, digits, '-' or '_', and not begin with anonymous",
    });
    expect(devices.rows.size).toBe(0);
    expect(await redeem(redemption(key, token, { authid: "plain" }))).toMatchObject({ authid: "plain" });
  });

  test("RULE-69 a name that somebody has, a device or the configuration, is refused, and the claim holds on", async () => {
    const { devices, issue, redeem } = realm();
    const first = await issue();
    await redeem(redemption(new Key(), first.token, { authid: "taken" }));
    const before = structuredClone([...devices.rows.values()]);
    const { token } = await issue();
    const key = new Key();
    for (const authid of ["taken", "backend"]) {
      expect(await faultOf(redeem(redemption(key, token, { authid })))).toMatchObject({
        uri: "edgebahn.error.device_exists",
        path: "authid",
      });
    }
    expect([...devices.rows.values()]).toEqual(before);
    expect(await redeem(redemption(key, token, { authid: "free" }))).toMatchObject({ authid: "free" });
  });

  test("RULE-69 a claim that names a device is for that device, whether it says its name or not", async () => {
    const { issue, redeem } = realm();
    const { token } = await issue({ authid: "d7" });
    const key = new Key();
    expect(await faultOf(redeem(redemption(key, token, { authid: "d8" })))).toEqual({
      uri: "wamp.error.invalid_argument",
      path: "authid",
      text: "authid is not the one that this claim is for: leave it out",
    });
    expect(await redeem(redemption(key, token, { authid: "d7" }))).toEqual({
      authid: "d7",
      authrole: "sensor",
    });
    const free = await issue();
    expect(await faultOf(redeem(redemption(new Key(), free.token)))).toEqual({
      uri: "wamp.error.invalid_argument",
      path: "authid",
      text: "authid is missing: with this claim a device chooses its own",
    });
  });

  test("RULE-69 only a claim that says so gives a device that is there another key, and its sessions end", async () => {
    const { devices, ended, issue, redeem } = realm();
    const [old, stolen, fresh] = [new Key(), new Key(), new Key()];
    await redeem(redemption(old, (await issue({ authid: "d7" })).token));
    const plain = await issue({ authid: "d7" });
    expect(await faultOf(redeem(redemption(stolen, plain.token)))).toMatchObject({
      uri: "edgebahn.error.device_exists",
    });
    expect(devices.find("d7")?.credential).toEqual({ method: "cryptosign", publicKeys: [old.publicKey] });
    expect(ended).toEqual([]);
    const replacing = await issue({ authid: "d7", replace: true });
    expect(await redeem(redemption(fresh, replacing.token))).toEqual({ authid: "d7", authrole: "sensor" });
    expect(devices.find("d7")?.credential).toEqual({ method: "cryptosign", publicKeys: [fresh.publicKey] });
    expect(ended).toEqual([["d7", "this device was given a new credential"]]);
  });

  test("CRY-02 a key that another device has is refused, so that a key names one principal", async () => {
    const { devices, issue, redeem } = realm();
    const key = new Key();
    await redeem(redemption(key, (await issue({ authid: "d7" })).token));
    const { token } = await issue({ authid: "d8" });
    const upper = { pubkey: key.publicKey.toUpperCase() };
    for (const rest of [{}, upper]) {
      expect(await faultOf(redeem(redemption(key, token, rest)))).toMatchObject({
        uri: "edgebahn.error.device_exists",
      });
    }
    expect(devices.rows.size).toBe(1);
    expect(await redeem(redemption(new Key(), token))).toMatchObject({ authid: "d8" });
  });
});
