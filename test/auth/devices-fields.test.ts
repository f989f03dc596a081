import { describe, expect, test } from "vitest";
import { AdminError } from "../../src/auth/device-error.ts";
import { Fields } from "../../src/auth/device-fields.ts";
import { Devices } from "../../src/auth/devices.ts";
import { MemoryDevices } from "./memory-devices.ts";

const base64 = (octets: number): string => Buffer.alloc(octets, 1).toString("base64");
const KEY = "a".repeat(64);
const TICKET = { authid: "s1", role: "device", method: "ticket" };
const CRA = { ...TICKET, method: "wampcra" };
const SCRAM = { ...TICKET, method: "wamp-scram" };
const SIGN = { ...TICKET, method: "cryptosign" };
const SALTED = { salt: "pepper", iterations: 1_000, keylen: 32 };
const KEPT = {
  kdf: "pbkdf2",
  salt: base64(16),
  iterations: 4_096,
  storedKey: base64(32),
  serverKey: base64(32),
};
/** Wherever a secret could stand by mistake, it must not come back in a text. */
const CANARY = "canary-secret-5fQz";

/** What is wrong with a request to add a device; undefined: nothing is. */
async function fault(fields: unknown): Promise<{ path: string | undefined; message: string } | undefined> {
  const store = new MemoryDevices();
  const devices = new Devices({
    store,
    now: () => 0,
    roles: ["device"],
    configured: () => false,
    ended: () => {},
    most: 10,
  });
  try {
    await devices.add(new Fields(fields));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(AdminError);
    expect(store.count()).toBe(0);
    const { path, message } = error as AdminError; // just looked at
    return { path, message };
  }
}

describe("a request to add a device", () => {
  test.each<[string, string, unknown]>([
    ["body", "body must be an object", null],
    ["body", "body must be an object", [TICKET]],
    ["body", "body must be an object", "text"],
    ["authid", "authid is missing", {}],
    ["authid", "authid must be a text", { ...TICKET, authid: 7 }],
    ["authid", "authid must not be empty", { ...TICKET, authid: "" }],
    ["role", "role must not be empty", { ...TICKET, role: "" }],
    [
      "credential.salted.salt",
      "credential.salted.salt must not be empty",
      { ...CRA, credential: { key: base64(32), salted: { ...SALTED, salt: "" } } },
    ],
    ["authid", "authid must be a text", { ...TICKET, authid: ["s1"] }],
    ["authid", "authid is longer than 128 characters", { ...TICKET, authid: "x".repeat(129) }],
    ["role", "role is missing", { authid: "s1", method: "ticket" }],
    ["role", "role must be a text", { ...TICKET, role: null }],
    [
      "role",
      "the realm's configuration has no role toString; it has device",
      { ...TICKET, role: "toString" },
    ],
    ["method", "method is missing", { authid: "s1", role: "device" }],
    [
      "method",
      "method must be one of ticket, wampcra, wamp-scram, cryptosign, tls",
      { ...TICKET, method: "anonymous" },
    ],
    [
      "method",
      "method must be one of ticket, wampcra, wamp-scram, cryptosign, tls",
      { ...TICKET, method: "constructor" },
    ],
    [
      "secret",
      "secret is not known here; known are authid, role, method, credential, note",
      { ...TICKET, secret: CANARY },
    ],
    [
      "publicKeys",
      "publicKeys is not known here; known are authid, role, method, credential, note",
      { ...TICKET, publicKeys: [KEY] },
    ],
    [
      "__proto__",
      "__proto__ is not known here; known are authid, role, method, credential, note",
      JSON.parse('{"authid":"s1","role":"device","method":"ticket","__proto__":{"disabled":true}}'),
    ],
    ["note", "note is longer than 256 characters", { ...TICKET, note: "x".repeat(257) }],
    ["note", "note holds a control character or half a character", { ...TICKET, note: "a\nb" }],
    ["note", "note holds a control character or half a character", { ...TICKET, note: "\ud800" }],
    ["credential", "credential must be an object", { ...TICKET, credential: CANARY }],
    ["credential.digest", "credential.digest is missing", { ...TICKET, credential: {} }],
    [
      "credential.digest",
      "credential.digest must be the base64 of 32 octets",
      { ...TICKET, credential: { digest: CANARY } },
    ],
    [
      "credential.digest",
      "credential.digest must be the base64 of 32 octets",
      { ...TICKET, credential: { digest: base64(31) } },
    ],
    [
      "credential.secret",
      "credential.secret is not known here; known are method, digest",
      { ...TICKET, credential: { digest: base64(32), secret: CANARY } },
    ],
    [
      "credential.salted",
      "credential.salted is missing: a WAMP-CRA secret is kept only derived",
      { ...CRA, credential: { key: CANARY } },
    ],
    [
      "credential.key",
      "credential.key must be the base64 of 32 derived octets",
      { ...CRA, credential: { key: CANARY, salted: SALTED } },
    ],
    [
      "credential.salted.iterations",
      "credential.salted.iterations must be an integer from 1000 to 10000000",
      { ...CRA, credential: { key: base64(32), salted: { ...SALTED, iterations: 999 } } },
    ],
    [
      "credential.salted.iterations",
      "credential.salted.iterations must be an integer from 1000 to 10000000",
      { ...CRA, credential: { key: base64(32), salted: { ...SALTED, iterations: 10_000_001 } } },
    ],
    [
      "credential.salted.keylen",
      "credential.salted.keylen must be an integer from 16 to 64",
      { ...CRA, credential: { key: base64(15), salted: { ...SALTED, keylen: 15 } } },
    ],
    [
      "credential.salted.salt",
      "credential.salted.salt is missing",
      { ...CRA, credential: { key: base64(32), salted: { iterations: 1_000, keylen: 32 } } },
    ],
    [
      "credential.kdf",
      "credential.kdf must be one of pbkdf2, argon2id13, argon2id-13",
      { ...SCRAM, credential: { ...KEPT, kdf: "argon2id" } },
    ],
    [
      "credential.salt",
      "credential.salt must be the base64 of 8 octets or more",
      { ...SCRAM, credential: { ...KEPT, salt: base64(7) } },
    ],
    [
      "credential.salt",
      "credential.salt must be the base64 of 8 octets or more",
      { ...SCRAM, credential: { ...KEPT, salt: "not base64!!!!" } },
    ],
    [
      "credential.iterations",
      "credential.iterations must be an integer from 4096 to 10000000",
      { ...SCRAM, credential: { ...KEPT, iterations: 4_095 } },
    ],
    [
      "credential.memory",
      "credential.memory must be null here",
      { ...SCRAM, credential: { ...KEPT, memory: 4_096 } },
    ],
    [
      "credential.memory",
      "credential.memory is missing",
      { ...SCRAM, credential: { ...KEPT, kdf: "argon2id13", iterations: 1 } },
    ],
    [
      "credential.storedKey",
      "credential.storedKey must be the base64 of 32 octets",
      { ...SCRAM, credential: { ...KEPT, storedKey: base64(33) } },
    ],
    [
      "credential.serverKey",
      "credential.serverKey is missing",
      { ...SCRAM, credential: { ...KEPT, serverKey: undefined } },
    ],
    ["publicKeys", "publicKeys is missing", SIGN],
    ["publicKeys", "publicKeys must be a list of 1 to 8 keys", { ...SIGN, publicKeys: [] }],
    ["publicKeys", "publicKeys must be a list of 1 to 8 keys", { ...SIGN, publicKeys: KEY }],
    [
      "publicKeys",
      "publicKeys must be a list of 1 to 8 keys",
      { ...SIGN, publicKeys: [..."123456789"].map((digit) => digit.repeat(64)) },
    ],
    ["publicKeys.1", "publicKeys.1 must be 64 hex digits", { ...SIGN, publicKeys: [KEY, `${KEY}a`] }],
    ["publicKeys.0", "publicKeys.0 must be 64 hex digits", { ...SIGN, publicKeys: [7] }],
    ["publicKeys", "publicKeys names a key twice", { ...SIGN, publicKeys: [KEY, KEY.toUpperCase()] }],
    ["fingerprints", "fingerprints is missing", { ...TICKET, method: "tls" }],
  ])("RULE-63 %s: %s", async (path, message, fields) => {
    expect(await fault(fields)).toEqual({ path, message });
    expect(message).not.toContain(CANARY);
  });

  test.each([
    "a b",
    "a.b",
    ".",
    "a#b",
    "*",
    "{authid}",
    "a}",
    "a\u0000b",
    "a\u007f",
    "a\u200bb",
    "a\u202eb",
    "a\u00a0b",
    "a\u3000b",
    "a\ufeff",
    "wamp",
    "a\ud800",
    "\t",
  ])("S8 %j is no authid, since it could mean more than itself in a permission", async (authid) => {
    expect(await fault({ ...TICKET, authid })).toMatchObject({ path: "authid" });
  });

  test.each([
    "s1",
    "x".repeat(128),
    "00:1A:2b",
    "peter@example",
    "gerät-7",
    "設備",
    "wamp2",
    "a_b-c+d",
    "'--",
  ])("RULE-63 %j is an authid", async (authid) => {
    expect(await fault({ ...TICKET, authid })).toBeUndefined();
  });

  test.each([
    ["least", { ...KEPT, kdf: "argon2id13", iterations: 1, memory: 8, salt: base64(8) }],
    ["most", { ...KEPT, kdf: "argon2id13", iterations: 10_000_000, memory: 1_048_576, salt: base64(96) }],
  ])("S13 the %s that SCRAM may ask of a client is let in", async (_which, credential) => {
    expect(await fault({ ...SCRAM, credential })).toBeUndefined();
  });

  test.each([
    ["least", 1_000, 16],
    ["most", 10_000_000, 64],
  ])("S13 the %s that WAMP-CRA may ask of a client is let in", async (_which, iterations, keylen) => {
    const credential = { key: base64(keylen), salted: { salt: "s", iterations, keylen } };
    expect(await fault({ ...CRA, credential })).toBeUndefined();
  });

  test.each([
    ["iterations", { iterations: 10_000_001 }],
    ["memory", { memory: 7 }],
    ["memory", { memory: 1_048_577 }],
  ])("S13 what SCRAM may not ask of a client is refused: %s %j", async (name, change) => {
    const credential = { ...KEPT, kdf: "argon2id13", iterations: 3, memory: 4_096, ...change };
    expect(await fault({ ...SCRAM, credential })).toMatchObject({ path: `credential.${name}` });
  });

  test("RULE-63 a name that nobody asked for is told in short", async () => {
    const { path = "" } = (await fault({ ...TICKET, ["x".repeat(10_000)]: 1 })) ?? {};
    expect(path).toHaveLength(64);
  });
});
