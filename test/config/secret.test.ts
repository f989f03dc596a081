/** S17: a fresh deployment with no configuration, a broken one, sample values or missing secrets admits nobody. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig, SAMPLE_VALUES, scramSecretOf, secretOf } from "../../src/config.ts";
import { errorOf, farm, faultsOf, KEY, newSecret, SCRAM, SECRETS } from "./scene.ts";

const ROLES = [{ name: "x" }];
const MAKE_ONE = "make one with: openssl rand -base64 32";

/** A realm with one principal, whose secret is called TICKET_1. */
function realmOf(method: string, keys: object = {}) {
  return {
    name: "a",
    roles: ROLES,
    principals: [{ authid: "a", role: "x", method, secret: "TICKET_1", ...keys }],
  };
}

function faultOf(method: string, value: unknown, keys: object = {}): string | undefined {
  const [fault, ...others] = faultsOf({ TICKET_1: value, REALMS: [realmOf(method, keys)] });
  expect(others).toEqual([]);
  return fault?.replace("vars.REALMS[0].principals[0].secret: ", "");
}

const ADDED = (name: string) =>
  `set it with: npx wrangler secret put ${name} (on your own machine: a line in .dev.vars, then start npm run dev again)`;

describe("what a fresh deployment may look like", () => {
  const ticket = { authid: "a", role: "x", method: "ticket", secret: "TICKET_1" };
  const vars = { REALMS: [{ name: "a", roles: ROLES, principals: [ticket] }] };

  test.each<[what: string, env: object]>([
    ["no variable", {}],
    ["no realm", { REALMS: [] }],
    ["a realm that is only named", { REALMS: [{ name: "realm1" }] }],
    ["a realm with a role that nobody has", { REALMS: [{ name: "realm1", roles: ROLES }] }],
    ["templates only", { TEMPLATES: [{ name: "house", roles: ROLES }] }],
  ])("S17 with %s nobody can sign in", (_what, env) => {
    const { realms } = readConfig(env);
    for (const { anonymous, principals, jwt, authenticator } of realms.values()) {
      expect({ anonymous, principals, jwt, authenticator }).toEqual({ anonymous: "nobody", principals: [] });
    }
  });

  test.each<[what: string, env: object, fault: string]>([
    [
      "no secret",
      vars,
      `vars.REALMS[0].principals[0].secret: the Worker has no secret TICKET_1; ${ADDED("TICKET_1")}`,
    ],
    [
      "a secret with a name mistyped",
      { ...vars, TICKTE_1: newSecret() },
      `vars.REALMS[0].principals[0].secret: the Worker has no secret TICKET_1; did you mean TICKTE_1? If not, ${ADDED("TICKET_1")}`,
    ],
    [
      "an empty secret",
      { ...vars, TICKET_1: "" },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is shorter than 16 characters; ${MAKE_ONE}`,
    ],
    [
      "a blank secret",
      { ...vars, TICKET_1: " ".repeat(32) },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is shorter than 16 characters; ${MAKE_ONE}`,
    ],
    [
      "a secret that is a table",
      { ...vars, TICKET_1: { a: 1 } },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is a variable or binding, not a secret; ${ADDED("TICKET_1")}`,
    ],
    [
      "a sample value",
      { ...vars, TICKET_1: "change-me" },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`,
    ],
    [
      "a sample value shouted",
      { ...vars, TICKET_1: "CHANGE_ME!" },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`,
    ],
    [
      "a sample value twice",
      { ...vars, TICKET_1: "change-me-change-me" },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`,
    ],
    [
      "a hint in place of a secret",
      { ...vars, TICKET_1: "<the ticket of this sensor>" },
      `vars.REALMS[0].principals[0].secret: TICKET_1 is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`,
    ],
    [
      "one character over and over",
      { ...vars, TICKET_1: "x".repeat(40) },
      `vars.REALMS[0].principals[0].secret: TICKET_1 repeats too few different characters; ${MAKE_ONE}`,
    ],
    [
      "no secret of the admin API",
      { ADMIN: {} },
      `vars.ADMIN.secret: the Worker has no secret ADMIN_SECRET; ${ADDED("ADMIN_SECRET")}`,
    ],
    [
      "a sample value for the admin API",
      { ADMIN: {}, ADMIN_SECRET: "admin" },
      `vars.ADMIN.secret: ADMIN_SECRET is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`,
    ],
    [
      "no secret of a template's",
      { TEMPLATES: vars.REALMS },
      `vars.TEMPLATES[0].principals[0].secret: the Worker has no secret TICKET_1; ${ADDED("TICKET_1")}`,
    ],
    [
      "no secret of the issuer's",
      { REALMS: [{ name: "a", roles: ROLES, jwt: { secret: "JWT_SECRET" } }] },
      `vars.REALMS[0].jwt.secret: the Worker has no secret JWT_SECRET; ${ADDED("JWT_SECRET")}`,
    ],
    [
      "no key of the router's own",
      { REALMS: [{ name: "a", routerKey: "ROUTER_KEY" }] },
      `vars.REALMS[0].routerKey: the Worker has no secret ROUTER_KEY; ${ADDED("ROUTER_KEY")}`,
    ],
    [
      "a broken realm beside a good one",
      { REALMS: [{ name: "a" }, { name: "b", open: true }] },
      expect.stringContaining("vars.REALMS[1].open: there is no such setting here"),
    ],
  ])("S17 %s serves nobody, and the error says what to do", (_what, env, fault) => {
    expect(faultsOf(env)).toEqual([fault]);
    expect(() => readConfig(env)).toThrow("so it serves nobody");
  });
});

describe("a secret", () => {
  test.each(SAMPLE_VALUES)("S17 may not be %s, that everybody knows, in any spelling", (sample) => {
    const known = `TICKET_1 is a value that documentation shows, so everybody knows it; ${MAKE_ONE}`;
    for (const value of [sample, sample.toUpperCase(), ` ${sample}\n`, `"${sample}"`]) {
      expect(faultOf("ticket", value)).toBe(known);
      expect(faultOf("wampcra", value)).toBe(known);
    }
  });

  test("S17 has 16 characters or more, that of an issuer 32", () => {
    const secret = newSecret();
    const short = `TICKET_1 is shorter than 16 characters; ${MAKE_ONE}`;
    expect(faultOf("ticket", secret.slice(0, 15))).toBe(short);
    expect(faultOf("ticket", secret.slice(0, 16))).toBeUndefined();
    expect(faultOf("wampcra", secret.slice(0, 15))).toBe(short);
    const realm = { name: "a", roles: ROLES, jwt: { secret: "JWT_SECRET" } };
    expect(faultsOf({ JWT_SECRET: secret.slice(0, 32), REALMS: [realm] })).toEqual([]);
    expect(faultsOf({ JWT_SECRET: secret.slice(0, 31), REALMS: [realm] })).toEqual([
      `vars.REALMS[0].jwt.secret: JWT_SECRET is shorter than 32 characters; ${MAKE_ONE}`,
    ]);
  });

  test("S17 has six different characters or more", () => {
    expect(faultOf("ticket", "abcde".repeat(4))).toBe(
      `TICKET_1 repeats too few different characters; ${MAKE_ONE}`,
    );
    expect(faultOf("ticket", "abcdef".repeat(3))).toBeUndefined();
  });

  const derived = { salt: "k7Zq2f", iterations: 1_000, keylen: 32 };
  test("CRA-09 with a salt is the base64 of as many octets as the derived key has", () => {
    const form =
      "TICKET_1 must be the base64 of the 32 octets that PBKDF2 derives from the client's secret, not that secret itself";
    const key = newSecret();
    expect(faultOf("wampcra", key, derived)).toBeUndefined();
    expect(faultOf("wampcra", key, { ...derived, keylen: 31 })).toBe(form.replace("32", "31"));
    expect(faultOf("wampcra", key.slice(1), derived)).toBe(form);
    expect(faultOf("wampcra", "the secret of the client itself", derived)).toBe(form);
    expect(faultOf("wampcra", "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=", derived)).toContain(
      "everybody knows it",
    );
  });

  const SCRAM_FORM =
    "TICKET_1 must be a JSON object with kdf (pbkdf2, argon2id13, or argon2id-13 for the method scram), iterations (4096 or more for pbkdf2), memory (KiB, for argon2 only), salt, storedKey and serverKey (base64 of 8, 32 and 32 octets)";
  test.each<[what: string, value: unknown, fault: string | undefined]>([
    ["all there is", SCRAM, undefined],
    ["no memory, which PBKDF2 does not need", { ...SCRAM, memory: undefined }, undefined],
    ["argon2id13", { ...SCRAM, kdf: "argon2id13", iterations: 2, memory: 512 }, undefined],
    ["argon2id13 without memory", { ...SCRAM, kdf: "argon2id13", iterations: 2 }, SCRAM_FORM],
    ["memory that PBKDF2 does not use", { ...SCRAM, memory: 512 }, SCRAM_FORM],
    ["too few iterations", { ...SCRAM, iterations: 4_095 }, SCRAM_FORM],
    ["a short salt", { ...SCRAM, salt: "c2FsdA==" }, SCRAM_FORM],
    ["a key in hex", { ...SCRAM, storedKey: "ab".repeat(32) }, SCRAM_FORM],
    ["no server key", { ...SCRAM, serverKey: undefined }, SCRAM_FORM],
    ["a password beside", { ...SCRAM, password: "x" }, SCRAM_FORM],
    [
      "the argon2 of the method scram",
      { ...SCRAM, kdf: "argon2id-13", iterations: 4_096, memory: 512 },
      undefined,
    ],
    ["an argon2 that is none", { ...SCRAM, kdf: "argon2id", iterations: 2, memory: 512 }, SCRAM_FORM],
    ["no object", "x", SCRAM_FORM],
    [
      "the stored key of a published vector",
      { ...SCRAM, storedKey: "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=" },
      "TICKET_1 belongs to a published example, so everybody knows it; choose a password of your own",
    ],
  ])("SCR-07 of SCRAM with %s", (_what, value, fault) => {
    expect(faultOf("wamp-scram", JSON.stringify(value))).toBe(fault);
  });

  test("SCR-07 of SCRAM that is no JSON is refused without a word of it", () => {
    expect(faultOf("wamp-scram", "{oh my password")).toBe(SCRAM_FORM);
  });

  test("CRY-12 of the router is an Ed25519 key in hex", () => {
    const fault = (value: string) =>
      faultsOf({ ROUTER_KEY: value, REALMS: [{ name: "a", routerKey: "ROUTER_KEY" }] });
    const form =
      "vars.REALMS[0].routerKey: ROUTER_KEY must be an Ed25519 private key: 64 hex digits; make one with: openssl rand -hex 32";
    expect(fault(SECRETS.ROUTER_KEY)).toEqual([]);
    expect(fault(SECRETS.ROUTER_KEY.toUpperCase())).toEqual([]);
    expect(fault(SECRETS.ROUTER_KEY.slice(1))).toEqual([form]);
    expect(fault(newSecret())).toEqual([form]);
    expect(fault("0".repeat(64))).toEqual([form]);
  });

  test("CRY-15 whose private key is published is nobody's public key, in either case", () => {
    const vector = "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d";
    const principal = { authid: "a", role: "x", method: "cryptosign" };
    for (const key of [vector, vector.toUpperCase()]) {
      const realm = { name: "a", roles: ROLES, principals: [{ ...principal, publicKeys: [KEY, key] }] };
      for (const name of ["REALMS", "TEMPLATES"]) {
        expect(faultsOf({ [name]: [realm] })).toEqual([
          `vars.${name}[0].principals[0].publicKeys[1]: belongs to a published example, whose private key everybody knows: make a key of your own`,
        ]);
      }
    }
  });

  test("RULE-03 is had by its name, without the white space around it", () => {
    const secret = newSecret();
    expect(secretOf({ TICKET_1: ` ${secret}\n` }, "TICKET_1")).toBe(secret);
    expect(scramSecretOf({ TICKET_1: JSON.stringify(SCRAM) }, "TICKET_1")).toEqual(SCRAM);
    expect(() => secretOf({}, "TICKET_1")).toThrow(`the Worker has no secret TICKET_1; ${ADDED("TICKET_1")}`);
    expect(() => secretOf({ TICKET_1: {} }, "TICKET_1")).toThrow("the Worker has no secret TICKET_1");
    expect(() => scramSecretOf({ TICKET_1: "{}" }, "TICKET_1")).toThrow("must be a JSON object");
  });
});

describe("no secret is told", () => {
  const canary = "Kanarienvogel-93c1f0";

  test("S15 a configuration holds the names of secrets and nothing of them", () => {
    const text = JSON.stringify([...readConfig({ ...SECRETS, REALMS: [farm()] }).realms.values()]);
    for (const [name, value] of Object.entries(SECRETS)) {
      expect(text.includes(name)).toBe(name !== "ADMIN_SECRET");
      expect(text).not.toContain(value);
    }
  });

  test.each<[where: string, env: object]>([
    ["that is too short", { TICKET_1: canary.slice(0, 15), REALMS: [realmOf("ticket")] }],
    [
      "that is not derived",
      { TICKET_1: canary, REALMS: [realmOf("wampcra", { salt: "a", iterations: 1_000, keylen: 32 })] },
    ],
    ["that is no SCRAM", { TICKET_1: canary, REALMS: [realmOf("wamp-scram")] }],
    ["that is no key", { ROUTER_KEY: canary, REALMS: [{ name: "a", routerKey: "ROUTER_KEY" }] }],
    ["in place of its name", { REALMS: [realmOf("ticket", { secret: canary })] }],
    ["in place of a list of names", { REALMS: [realmOf("ticket", { secret: [canary] })] }],
    ["in place of the router's", { REALMS: [{ name: "a", routerKey: canary }] }],
    ["in place of the administrator's", { ADMIN: { secret: canary } }],
    ["in place of the administrator", { ADMIN: canary }],
    ["in place of a principal", { REALMS: [{ name: "a", roles: ROLES, principals: [canary] }] }],
    ["at a key that there is not", { REALMS: [realmOf("ticket", { password: canary })] }],
    ["in an address", { REALMS: [{ name: "a", roles: ROLES, jwt: { jwks: `http://a:${canary}@b` } }] }],
  ])("S15 a secret %s is in no error", (_where, env) => {
    const error = errorOf(env);
    expect(error).toBeDefined();
    expect(`${error?.message} ${error?.stack} ${JSON.stringify(error)}`).not.toContain(canary.slice(0, 15));
  });
});

test("S17 .dev.vars.example opens nothing: it has no line but comments", () => {
  const text = readFileSync(join(import.meta.dirname, "../../.dev.vars.example"), "utf8");
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
});
