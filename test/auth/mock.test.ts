import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Credential, CredentialFor } from "../../src/auth/credential.ts";
import type { AuthMethod, Challenge } from "../../src/auth/method.ts";
import { Mock, saltShape } from "../../src/auth/mock.ts";
import { Scram } from "../../src/auth/scram.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { type Anybody, known } from "./book.ts";
import { answer, challengeOf, helloFrom, MOCK_KEY, NOW, ports, refusalOf } from "./challenged.ts";

/** S4 asks for 10,000 each. */
const MOST = process.env.FULL ? 10_000 : 1_000;
/** In realms that only differ in the kind of their salts. */
const FEWER = MOST / 4;

/** Salts of one realm come from one source; this one is the same on every run. */
function salts(alphabet: string, length: number): () => string {
  let count = 0;
  return () => {
    const octets = Array.from(
      { length },
      (_, at) => createHash("sha256").update(`${count} ${at}`).digest()[0] ?? 0,
    );
    count++;
    return octets.map((octet) => alphabet[octet % alphabet.length]).join("");
  };
}
const base64 = (octets: number) => {
  const bytes = salts(String.fromCharCode(...Array(256).keys()), octets);
  return () => Buffer.from(bytes(), "latin1").toString("base64");
};
const HEX = "0123456789abcdef";

const cra =
  (salt: () => string, iterations = 1_000, keylen = 32) =>
  (): CredentialFor<"wampcra"> => ({
    method: "wampcra",
    key: "k",
    salted: { salt: salt(), iterations, keylen },
  });
const plainCra = (): CredentialFor<"wampcra"> => ({ method: "wampcra", key: "secret1" });
const KEY = Buffer.alloc(32, 5).toString("base64");
const scram =
  (
    salt: () => string,
    cost: { kdf: "pbkdf2" | "argon2id13" | "argon2id-13"; iterations: number; memory: number | null },
  ) =>
  (): CredentialFor<"wamp-scram"> => ({
    method: "wamp-scram",
    ...cost,
    salt: salt(),
    storedKey: KEY,
    serverKey: KEY,
  });
const PBKDF2 = { kdf: "pbkdf2", iterations: 4_096, memory: null } as const;
const ARGON = { kdf: "argon2id13", iterations: 3, memory: 65_536 } as const;
const OLD = { kdf: "argon2id-13", iterations: 4_096, memory: 512 } as const;

/** The credentials of a realm's principals, in turn. */
const REALMS: readonly [string, "wampcra" | "wamp-scram" | "scram", readonly (() => Credential)[]][] = [
  ["unsalted secrets", "wampcra", [plainCra]],
  ["base64 salts", "wampcra", [cra(base64(16))]],
  ["hex salts", "wampcra", [cra(salts(HEX, 32), 500, 16)]],
  ["salts of letters", "wampcra", [cra(salts("abcdefghijklmnopqrstuvwxyz0123456789", 10))]],
  ["three kinds of secrets", "wampcra", [plainCra, cra(base64(16)), cra(salts(HEX, 12), 2_000, 24)]],
  ["PBKDF2", "wamp-scram", [scram(base64(16), PBKDF2)]],
  ["salts longer than a digest", "wamp-scram", [scram(base64(40), ARGON)]],
  ["two KDFs and salts", "wamp-scram", [scram(base64(16), PBKDF2), scram(base64(40), ARGON)]],
  ["the prototype's, beside others", "scram", [scram(base64(16), OLD), scram(base64(8), PBKDF2)]],
];

function methodOf(name: "wampcra" | "wamp-scram" | "scram", given: ReturnType<typeof ports>): AuthMethod {
  if (name === "wampcra") return new WampCra(given);
  return new Scram(name === "scram" ? { ...given, dialect: "prototype" } : given);
}

const hello = (authid: string) =>
  helloFrom(authid, { details: { roles: {}, authid, authextra: { nonce: "egVDf3DMJh0=" } } });

/** What anybody can see of a challenge without knowing its secrets: members in order, types, lengths, costs. */
function look(value: unknown, name = ""): unknown {
  if (typeof value === "string") {
    return name === "challenge" ? look(JSON.parse(value)) : ["string", value.length, value.endsWith("=")];
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, each]) => [key, look(each, key)]);
}

/** Look to the characters of all salts that were seen with it. */
function alphabets(salts: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  const entries = [...salts].map(
    ([seen, each]) => [seen, [...new Set(each.join(""))].sort().join("")] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe.each(REALMS)("a realm with %s", (title, name, kinds) => {
  const EACH = title === "base64 salts" || title === "PBKDF2" ? MOST : FEWER;
  const principals = Array.from({ length: EACH }, (_, at): Anybody => {
    const credential: Credential = kinds[at % kinds.length]?.() ?? plainCra();
    return known(`known-${String(at).padStart(6, "0")}`, credential) as Anybody; // the union of what known() returns
  });
  const speaks = ({ credential }: Anybody) =>
    credential.method !== "wamp-scram" || (credential.kdf === "argon2id-13") === (name === "scram");
  /** The book looks somebody up by a list; a thousand look-ups are quicker by a map. */
  const given = ports(...principals);
  const byAuthid = new Map(principals.map((each) => [each.authid, each]));
  const book = Object.assign(Object.create(given.book), {
    find: (_method: string, authid: string) => byAuthid.get(authid),
    samples: (() => {
      const samples = given.book.samples(name === "scram" ? "wamp-scram" : name);
      return () => samples;
    })(),
  });
  const method = methodOf(name, { ...given, book });
  const knownOnes = principals.filter(speaks).map(({ authid }) => authid);
  const strangers = knownOnes.map((authid) => authid.replace("known-", "other-"));

  test(`S4 AUT-08 SCR-14 ${EACH} known and as many unknown authids are challenged alike, each the same every time`, async () => {
    const looks = { known: new Map<string, string[]>(), unknown: new Map<string, string[]>() };
    for (const [kind, authids] of [
      ["known", knownOnes],
      ["unknown", strangers],
    ] as const) {
      for (const authid of authids) {
        const first = await challengeOf(method, hello(authid));
        const again = await challengeOf(method, hello(authid));
        const seen = JSON.stringify(look(first.extra));
        expect(fixed(again)).toEqual(fixed(first));
        expect(JSON.stringify(look(again.extra))).toBe(seen);
        expect(first.expects).not.toEqual(again.expects);
        looks[kind].set(seen, [...(looks[kind].get(seen) ?? []), String(first.extra.salt)]);
      }
    }
    expect(alphabets(looks.unknown)).toEqual(alphabets(looks.known));
    // Unknown ones take each shape about as often as any other, and each has a salt of its own.
    for (const [seen, salts] of looks.unknown) {
      expect(salts.length).toBeGreaterThan((strangers.length / looks.unknown.size) * 0.7);
      if (seen.includes("salt"))
        expect(new Set([...salts, ...(looks.known.get(seen) ?? [])]).size).toBeGreaterThan(
          salts.length * 1.5,
        );
    }
  });

  /** Some of the known, each with somebody unknown who is taken for a principal of the same kind. */
  async function pairs(): Promise<(readonly [string, string])[]> {
    const shown = async (authid: string) =>
      JSON.stringify(look((await challengeOf(method, hello(authid))).extra));
    const looks = await Promise.all(strangers.slice(0, 50).map(shown));
    const found = knownOnes.slice(0, 12).map(async (authid) => {
      const like = looks.indexOf(await shown(authid));
      return [authid, strangers[like] ?? ""] as const;
    });
    return Promise.all(found);
  }

  test("S4 AUT-08 known and unknown take the same cryptographic steps, and are denied in the same words", async () => {
    const chosen = await pairs();
    expect(chosen.filter(([, stranger]) => stranger !== "")).toHaveLength(12);
    const steps: unknown[] = [];
    for (const step of ["sign", "digest", "importKey", "deriveBits", "verify"] as const) {
      vi.spyOn(crypto.subtle, step).mockImplementation((...args: unknown[]) => {
        steps.push([step, ...args.map((each) => (ArrayBuffer.isView(each) ? each.byteLength : typeof each))]);
        // The platform's own, called as it was going to be.
        return (SUBTLE[step] as (...all: readonly unknown[]) => Promise<never>).apply(crypto.subtle, args);
      });
    }
    const run = async (authid: string) => {
      steps.length = 0;
      const { extra, expects } = await challengeOf(method, hello(authid));
      const wrong = answer(Buffer.alloc(32).toString("base64"), { nonce: extra.nonce });
      const refusal = await refusalOf(method.verify(hello(authid), expects, wrong));
      // Of an unsalted secret the key is as long as it is, which no client can see.
      const keyless = JSON.stringify(steps).replaceAll(
        /\["importKey","string",\d+,/g,
        '["importKey","string",0,',
      );
      return { refusal, steps: JSON.parse(keyless) };
    };
    for (const [one, other] of chosen) {
      const expected = await run(one);
      expect(expected.steps.length).toBeGreaterThan(3);
      expect(await run(other)).toEqual(expected);
    }
  });
});

/** The parts of a challenge that are the same each time. */
function fixed({ extra }: Challenge): unknown {
  const { nonce: _nonce, challenge: _challenge, ...rest } = extra;
  return rest;
}

/** The platform's, before anybody spies. */
const SUBTLE = {
  sign: crypto.subtle.sign,
  digest: crypto.subtle.digest,
  importKey: crypto.subtle.importKey,
  deriveBits: crypto.subtle.deriveBits,
  verify: crypto.subtle.verify,
};
afterEach(() => {
  vi.restoreAllMocks();
});

describe("what follows from the realm's key", () => {
  const salted = known("d1", cra(base64(16))());
  const twice = known("d2", cra(salts(HEX, 10), 77)());

  test("AUT-08 a mock stays the same when the realm wakes anew and its principals come in another order", async () => {
    for (const authid of ["nobody", "somebody", "x", "y", "z"]) {
      const first = await challengeOf(new WampCra(ports(salted, twice)), hello(authid));
      const second = await challengeOf(new WampCra(ports(twice, salted)), hello(authid));
      expect(fixed(second)).toEqual(fixed(first));
    }
  });

  test("AUT-08 another authid, method or realm's key has another salt", async () => {
    const other = { ...ports(salted), mockKey: MOCK_KEY.map((octet) => octet ^ 1) };
    const challenges = await Promise.all([
      challengeOf(new WampCra(ports(salted)), hello("nobody")),
      challengeOf(new WampCra(ports(salted)), hello("nobodz")),
      challengeOf(new WampCra(other), hello("nobody")),
      challengeOf(new Scram(ports(known("u", scram(base64(16), PBKDF2)()))), hello("nobody")),
    ]);
    expect(new Set(challenges.map(({ extra }) => extra.salt)).size).toBe(4);
  });

  test("AUT-08 octets differ by use, and short ones are not the beginning of what they would tell", async () => {
    const mock = new Mock(MOCK_KEY, ["wampcra", "nobody"]);
    const [salt, key, sample] = await Promise.all(
      (["salt", "key", "sample"] as const).map((use) => mock.octets(use, 70)),
    );
    expect(new Set([salt, key, sample].map(String)).size).toBe(3);
    expect(await mock.octets("salt", 40)).toEqual(salt?.slice(0, 40));
    expect(salt?.slice(0, 32)).not.toEqual(salt?.slice(32, 64));
    expect(await new Mock(MOCK_KEY, ["wampcra", "nobody"]).octets("salt", 70)).toEqual(salt);
  });

  test("AUT-08 a key of fewer than 32 octets is refused", () => {
    expect(() => new Mock(MOCK_KEY.slice(1), ["wampcra", "x"])).toThrow(
      new RangeError("the key of mock challenges must have 32 octets"),
    );
  });

  test("AUT-08 a realm where nobody is known yet challenges with what needs no salt", async () => {
    expect(await challengeOf(new WampCra(ports()), hello("nobody"))).toEqual({
      extra: { challenge: expect.stringContaining(new Date(NOW).toISOString()) },
      expects: { challenge: expect.any(String) },
    });
  });
});

test.each([
  ["0123456789", /^[0-9]{10}$/],
  ["00ff17ab", /^[0-9a-f]{8}$/],
  ["salt123xyz", /^[0-9a-z]{10}$/],
  ["Salt123xyz", /^[0-9A-Za-z]{10}$/],
  ["salt-123_x", /^[0-9A-Za-z_-]{10}$/],
  ["W22ZaJ0SNY7soEsUEjb6gQ==", /^[0-9A-Za-z+/]{22}==$/],
  ["aBc+fx0NAVBo", /^[0-9A-Za-z+/]{12}$/],
  ["with spaces, and more", /^[0-9A-Za-z]{21}$/],
  ["", /^$/],
])("AUT-08 a salt like %j is imitated, also by its shape alone", async (sample, like) => {
  const made = await Promise.all(
    Array.from({ length: 50 }, (_, at) => new Mock(MOCK_KEY, ["wampcra", `a${at}`]).salt(sample)),
  );
  for (const salt of made) expect(salt).toMatch(like);
  if (sample !== "") expect(new Set(made).size).toBeGreaterThan(45);
  const byShape = await Promise.all(
    made.map((_, at) => new Mock(MOCK_KEY, ["wampcra", `a${at}`]).salt(saltShape(sample))),
  );
  expect(byShape).toEqual(made);
  expect(saltShape(saltShape(sample))).toBe(saltShape(sample));
});
