import { createHmac } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Books } from "../../src/auth/books.ts";
import type { CredentialMethod } from "../../src/auth/credential.ts";
import { Cryptosign } from "../../src/auth/cryptosign.ts";
import { DynamicAuthenticator } from "../../src/auth/dynamic.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { WampCra } from "../../src/auth/wampcra.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { attempt, DENIED, signIn } from "./attempt.ts";
import { known, MemoryBook } from "./book.ts";
import { Key } from "./key.ts";

type Answer = { readonly args: readonly unknown[]; readonly kwargs: Readonly<Record<string, unknown>> };

/** An ERROR, as the port gives it. */
class Failure extends Error {
  readonly uri: unknown;

  constructor(uri: unknown) {
    super("no such user in table accounts of db7.internal"); // what nobody is to be told
    this.uri = uri;
  }
}

const PROCEDURES = {
  ticket: "com.x.by_ticket",
  wampcra: "com.x.by_cra",
  "wamp-scram": "com.x.by_scram",
  cryptosign: "com.x.by_key",
};

/** An authenticator whose procedure does what `answer` does; `calls` is how it was called, `log` what was logged. */
function realm(
  answer: (...args: readonly unknown[]) => unknown,
  procedures: Partial<typeof PROCEDURES> = PROCEDURES,
) {
  const calls: unknown[][] = [];
  const log: unknown[] = [];
  const authenticator = new DynamicAuthenticator({
    procedures,
    log: (entry) => log.push(entry),
    ask: async (procedure, args): Promise<Answer> => {
      calls.push([procedure, ...args]);
      const given = answer(...args);
      return given instanceof Result ? given : { args: [given], kwargs: {} };
    },
  });
  return { authenticator, calls, log };
}

/** A result that is not one argument. */
class Result implements Answer {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;

  constructor(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>> = {}) {
    this.args = args;
    this.kwargs = kwargs;
  }
}

const FAILED = {
  reason: "wamp.error.authentication_failed",
  text: "this realm's authenticator could not decide: try again later, and if it stays so tell its administrator",
};

async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise;
  } catch (error) {
    return error instanceof Refusal ? { reason: error.reason, text: error.message } : { fault: error };
  }
}

/** As a part of a test's title. */
const shown = (value: unknown): string => inspect(value).replaceAll(/\s+/g, " ").slice(0, 60);

const asking = (hello: Readonly<Record<string, unknown>> = {}) => signIn({ hello });

describe("how the procedure is called", () => {
  test("AUT-18 with the realm, the authid and details of what HELLO said and the platform saw, and no more", async () => {
    const { authenticator, calls } = realm(() => ({ role: "guest", authid: "ID7" }));
    const authextra = { badge: 7, pubkey: "ab" };
    const asked = signIn({
      realm: "realm1",
      origin: { address: "192.0.2.7", local: true, channels: { "tls-unique": "00".repeat(32) } },
      hello: { authid: "joe", authrole: "boss", authextra, agent: "canary-agent", authmethods: ["ticket"] },
    });
    await authenticator.judgeTicket(asked, "sekret");
    await authenticator.judgeTicket(asking({ authid: "joe" }), "sekret");
    await authenticator.judgeTicket(asking(), "sekret");
    const details = { session: 101, authmethod: "ticket", ticket: "sekret" };
    expect(calls).toStrictEqual([
      [
        "com.x.by_ticket",
        "realm1",
        "joe",
        { ...details, authextra, authrole: "boss", transport: { address: "192.0.2.7" } },
      ],
      ["com.x.by_ticket", "realm1", "joe", { ...details, authextra: {}, transport: {} }],
      ["com.x.by_ticket", "realm1", null, { ...details, authextra: {}, transport: {} }],
    ]);
  });

  test.each<[CredentialMethod, string]>([
    ["wampcra", "com.x.by_cra"],
    ["wamp-scram", "com.x.by_scram"],
    ["cryptosign", "com.x.by_key"],
  ])("AUT-18 by %s, each method by its own procedure, without a ticket", async (method, procedure) => {
    const { authenticator, calls } = realm(() => {
      throw new Failure("com.x.no");
    });
    expect(await authenticator.find(method, "joe", asking({ authid: "other" }))).toBeUndefined();
    expect(calls).toStrictEqual([
      [procedure, "realm1", "joe", { session: 101, authmethod: method, authextra: {}, transport: {} }],
    ]);
  });

  test("AUT-18 once for a sign-in, though a method looks up when it challenges and when it verifies", async () => {
    const { authenticator, calls } = realm((_, authid) => {
      if (authid === "eve") throw new Failure("com.x.no");
      return { role: "user", secret: `secret ${calls.length}` };
    });
    const [first, second] = [asking(), asking()];
    const found = await authenticator.find("wampcra", "joe", first);
    expect(found?.credential).toEqual({ method: "wampcra", key: "secret 1" });
    expect(await authenticator.find("wampcra", "joe", first)).toBe(found);
    expect(await authenticator.find("wampcra", "eve", first)).toBeUndefined();
    expect(await authenticator.find("wampcra", "eve", first)).toBeUndefined();
    expect(calls).toHaveLength(2);
    const again = await authenticator.find("wampcra", "joe", second);
    expect(again?.credential).toEqual({ method: "wampcra", key: "secret 3" });
  });

  test("AUT-01 only the methods that have a procedure are asked for, and certificates never", async () => {
    const { authenticator, calls } = realm(() => "user", { ticket: "com.x.by_ticket" });
    const methods = ["ticket", "wampcra", "wamp-scram", "cryptosign", "tls"] as const;
    expect(methods.filter((method) => authenticator.has(method))).toEqual(["ticket"]);
    for (const method of methods) {
      expect(await authenticator.find(method, "joe", asking())).toBeUndefined();
      expect(await authenticator.identify(method, asking())).toBeUndefined();
    }
    expect(
      await realm(() => "user", {}).authenticator.judgeTicket(asking({ authid: "joe" }), "t"),
    ).toBeUndefined();
    expect(authenticator.owners()).toEqual([]);
    expect(calls).toEqual([]);
  });
});

describe("what it answers", () => {
  test.each<[answer: unknown, principal: unknown]>([
    ["guest", { authid: "joe", authrole: "guest", authprovider: "dynamic" }],
    [{ role: "guest" }, { authid: "joe", authrole: "guest", authprovider: "dynamic" }],
    [
      {
        role: "guest",
        authid: "ID7",
        realm: "realm1",
        extra: { a: [1] },
        cache: true,
        ticket: "x",
        secret: "y",
      },
      { authid: "ID7", authrole: "guest", authprovider: "dynamic", authextra: { a: [1] } },
    ],
    [
      { role: "guest", authid: null, realm: null, extra: null },
      { authid: "joe", authrole: "guest", authprovider: "dynamic" },
    ],
    [
      { role: "guest", extra: {} },
      { authid: "joe", authrole: "guest", authprovider: "dynamic", authextra: {} },
    ],
  ])("AUT-16 AUT-18 %j admits, with what WELCOME tells besides", async (answer, principal) => {
    const { authenticator, log } = realm(() => answer);
    expect(await authenticator.judgeTicket(asking({ authid: "joe" }), "sekret")).toStrictEqual(principal);
    expect(log).toEqual([]);
  });

  const long = "x".repeat(257);
  const MALFORMED: readonly (readonly [answer: unknown, fault: RegExp])[] = [
    [null, /a role \(a string\) or a dict/],
    [undefined, /a role/],
    [true, /a role/],
    [7, /a role/],
    [["guest"], /a role/],
    [Uint8Array.of(1), /a role/],
    ["", /the role must be a string of 1 to 256/],
    [long, /the role must be/],
    ["a\u0000b", /the role holds a control character/],
    ["a\ud800", /the role must be/],
    [{}, /role must be/],
    [{ role: null }, /role must be/],
    [{ role: "" }, /role must be/],
    [{ role: 7 }, /role must be/],
    [{ role: ["guest"] }, /role must be/],
    [Object.create({ role: "guest" }), /role must be/],
    [{ role: "guest", authid: "" }, /authid must be/],
    [{ role: "guest", authid: 7 }, /authid must be/],
    [{ role: "guest", authid: long }, /authid must be/],
    [{ role: "guest", authid: "joe\n" }, /authid holds a control character/],
    [{ role: "guest", authid: { a: 1 } }, /authid must be/],
    [{ role: "guest", realm: "realm2" }, /another realm/],
    [{ role: "guest", realm: 7 }, /another realm/],
    [{ role: "guest", extra: "x" }, /extra must be a dict/],
    [{ role: "guest", extra: [1] }, /extra must be a dict/],
    [{ role: "guest", extra: { a: "x".repeat(4_096) } }, /extra must have at most 4096/],
    [{ role: "guest", extra: { a: [1n] } }, /extra must be as JSON has it: no octets/],
    [{ role: "guest", extra: { a: new Uint8Array(2) } }, /extra must be as JSON has it: no octets/],
    [{ role: "guest", extra: { a: Buffer.alloc(2) } }, /extra must be as JSON has it: no octets/],
    [{ role: "guest", extra: { a: { b: Number.NaN } } }, /extra must be as JSON has it: no octets/],
    [{ role: "guest", extra: { a: Array.from({ length: 3_000 }, () => 1) } }, /extra must have at most 4096/],
    [new Result([]), /must be one argument/],
    [new Result(["guest", "x"]), /must be one argument/],
    [new Result([], { role: "guest" }), /must be one argument/],
    [new Result(["guest"], { role: "admin" }), /must be one argument/],
  ];

  test.each(MALFORMED.map(([answer, fault]) => [shown(answer), answer, fault] as const))(
    "AUT-07 %s admits nobody: it is a failure, of which only the log tells more",
    async (_, answer, fault) => {
      const { authenticator, log } = realm(() => answer);
      expect(await outcomeOf(authenticator.judgeTicket(asking({ authid: "joe" }), "sekret"))).toEqual(FAILED);
      expect(log).toEqual([
        {
          event: "authenticator",
          procedure: "com.x.by_ticket",
          method: "ticket",
          fault: expect.stringMatching(fault),
        },
      ]);
    },
  );

  test("AUT-07 whoever names nobody and is named by nobody is not admitted", async () => {
    const { authenticator, log } = realm(() => "guest");
    expect(await outcomeOf(authenticator.judgeTicket(asking(), "sekret"))).toEqual(FAILED);
    expect(await outcomeOf(authenticator.judgeTicket(asking({ authid: "" }), "sekret"))).toEqual(FAILED);
    const fault = "the result must have authid, since the client names none";
    const entry = { event: "authenticator", procedure: "com.x.by_ticket", method: "ticket", fault };
    expect(log).toEqual([entry, entry]);
    const { authenticator: named } = realm(() => ({ role: "guest", authid: "ID7" }));
    expect(await named.judgeTicket(asking(), "sekret")).toEqual({
      authid: "ID7",
      authrole: "guest",
      authprovider: "dynamic",
    });
  });

  test.each([256, 257])("AUT-18 a name of %i characters", async (length) => {
    const { authenticator } = realm(() => "x".repeat(length));
    const outcome = await outcomeOf(authenticator.judgeTicket(asking({ authid: "joe" }), "sekret"));
    expect(outcome).toEqual(
      length > 256 ? FAILED : { authid: "joe", authrole: "x".repeat(256), authprovider: "dynamic" },
    );
  });
});

describe("an ERROR", () => {
  test.each([
    "wamp.error.not_authorized",
    "wamp.error.authentication_denied",
    "wamp.error.no_such_principal",
    "com.example.no_such_user",
    "wampum.no",
    "edgebahn.error.limit_exceeded",
  ])("AUT-06 AUT-08 %s says no, like somebody unknown", async (uri) => {
    const { authenticator, log } = realm(() => {
      throw new Failure(uri);
    });
    expect(await authenticator.judgeTicket(asking({ authid: "joe" }), "sekret")).toBeUndefined();
    expect(await authenticator.find("wampcra", "joe", asking())).toBeUndefined();
    expect(await authenticator.identify("cryptosign", asking())).toBeUndefined();
    expect(log).toEqual([]);
  });

  test.each([
    "wamp.error.no_such_procedure",
    "wamp.error.runtime_error",
    "wamp.error.timeout",
    "wamp.error.canceled",
    "wamp.error.unavailable",
    "wamp.error.invalid_argument",
    "wamp.error.authentication_failed",
    "wamp.error.no_available_callee",
    "wamp",
  ])("AUT-07 %s says that nobody can tell", async (uri) => {
    const { authenticator, log } = realm(() => {
      throw new Failure(uri);
    });
    expect(await outcomeOf(authenticator.judgeTicket(asking({ authid: "joe" }), "sekret"))).toEqual(FAILED);
    expect(await outcomeOf(authenticator.find("wamp-scram", "joe", asking()))).toEqual(FAILED);
    expect(await outcomeOf(authenticator.identify("cryptosign", asking()))).toEqual(FAILED);
    expect(log).toEqual([
      { event: "authenticator", procedure: "com.x.by_ticket", method: "ticket", fault: uri },
      { event: "authenticator", procedure: "com.x.by_scram", method: "wamp-scram", fault: uri },
      { event: "authenticator", procedure: "com.x.by_key", method: "cryptosign", fault: uri },
    ]);
  });

  test.each<[thrown: unknown]>([
    [new Error("ECONNREFUSED db7.internal")],
    [new Failure(undefined)],
    [new Failure(7)],
    [new Failure("not a uri")],
    [new Failure('com.x\n{"event":"forged"}')],
    [new Failure("")],
    ["com.x.no"],
    [{ uri: "com.x.no" }],
    [undefined],
  ])(
    "AUT-07 S15 what is no ERROR (%#) is a failure, and none of its text is told or logged",
    async (thrown) => {
      const { authenticator, log } = realm(() => {
        throw thrown;
      });
      expect(await outcomeOf(authenticator.judgeTicket(asking({ authid: "joe" }), "canary"))).toEqual(FAILED);
      expect(log).toEqual([
        {
          event: "authenticator",
          procedure: "com.x.by_ticket",
          method: "ticket",
          fault: "no answer could be had",
        },
      ]);
    },
  );

  test("AUT-07 a failure is not remembered: the same sign-in may ask again", async () => {
    let away = true;
    const { authenticator } = realm(() => {
      if (away) throw new Failure("wamp.error.no_such_procedure");
      return { role: "user", secret: "s" };
    });
    const asked = asking();
    expect(await outcomeOf(authenticator.find("wampcra", "joe", asked))).toEqual(FAILED);
    away = false;
    expect(await authenticator.find("wampcra", "joe", asked)).toMatchObject({ authid: "joe" });
  });
});

const OCTETS_32 = Buffer.alloc(32, 7);
const KEYS = { "stored-key": OCTETS_32.toString("hex"), "server-key": "09".repeat(32) };
const BASE64_KEYS = {
  "stored-key": OCTETS_32.toString("base64"),
  "server-key": Buffer.alloc(32, 9).toString("base64"),
};
const SCRAM = {
  method: "wamp-scram",
  storedKey: BASE64_KEYS["stored-key"],
  serverKey: BASE64_KEYS["server-key"],
};
const SALT = Buffer.from("0123456789abcdef", "hex");
const DERIVED = Buffer.alloc(32, 1).toString("base64");

describe("credentials", () => {
  test.each<[method: CredentialMethod, answer: Readonly<Record<string, unknown>>, credential: unknown]>([
    ["wampcra", { secret: "mypassword" }, { method: "wampcra", key: "mypassword" }],
    ["wampcra", { secret: "s", salt: null, iterations: 7, keylen: 7 }, { method: "wampcra", key: "s" }],
    [
      "wampcra",
      { secret: "prq7+YkJ1/KlW1X0YczMHw==", salt: "salt123", iterations: 100, keylen: 16 },
      {
        method: "wampcra",
        key: "prq7+YkJ1/KlW1X0YczMHw==",
        salted: { salt: "salt123", iterations: 100, keylen: 16 },
      },
    ],
    [
      "wampcra",
      { secret: DERIVED, salt: "salt123" },
      { method: "wampcra", key: DERIVED, salted: { salt: "salt123", iterations: 1_000, keylen: 32 } },
    ],
    [
      "wamp-scram",
      { kdf: "pbkdf2", salt: SALT.toString("hex"), iterations: 4_096, memory: null, ...KEYS },
      { ...SCRAM, kdf: "pbkdf2", salt: SALT.toString("base64"), iterations: 4_096, memory: null },
    ],
    [
      "wamp-scram",
      { kdf: "pbkdf2", salt: SALT.toString("base64"), iterations: 5_000, memory: 0, ...BASE64_KEYS },
      { ...SCRAM, kdf: "pbkdf2", salt: SALT.toString("base64"), iterations: 5_000, memory: null },
    ],
    [
      "wamp-scram",
      { kdf: "argon2id-13", salt: SALT.toString("hex").toUpperCase(), iterations: 1, memory: 512, ...KEYS },
      { ...SCRAM, kdf: "argon2id-13", salt: SALT.toString("base64"), iterations: 1, memory: 512 },
    ],
    [
      "wamp-scram",
      { kdf: "argon2id13", salt: SALT.toString("base64"), iterations: 2, memory: 8, ...BASE64_KEYS },
      { ...SCRAM, kdf: "argon2id13", salt: SALT.toString("base64"), iterations: 2, memory: 8 },
    ],
    ["cryptosign", { pubkey: "AB".repeat(32) }, { method: "cryptosign", publicKeys: ["ab".repeat(32)] }],
  ])("AUT-18 %s: %j as authenticators for Crossbar answer", async (method, answer, credential) => {
    const { authenticator } = realm(() => ({ role: "user", extra: { x: 1 }, ...answer }));
    expect(await authenticator.find(method, "joe", asking())).toStrictEqual({
      authid: "joe",
      authrole: "user",
      authprovider: "dynamic",
      authextra: { x: 1 },
      credential,
    });
  });

  const cra = { secret: DERIVED, salt: "salt123" };
  const scram = { kdf: "pbkdf2", salt: SALT.toString("hex"), iterations: 4_096, ...KEYS };
  const argon = { ...scram, kdf: "argon2id13", memory: 512 };

  const USELESS: readonly (readonly [method: CredentialMethod, answer: unknown, fault: RegExp])[] = [
    ["wampcra", "user", /secret/],
    ["wampcra", {}, /secret/],
    ["wampcra", { secret: "" }, /secret/],
    ["wampcra", { secret: 7 }, /secret/],
    ["wampcra", { secret: Uint8Array.of(1) }, /secret/],
    ["wampcra", { secret: "\ud800" }, /secret/],
    ["wampcra", { ...cra, salt: "" }, /salt/],
    ["wampcra", { ...cra, salt: 7 }, /salt/],
    ["wampcra", { ...cra, salt: "\ud800" }, /salt/],
    ["wampcra", { ...cra, secret: "mypassword" }, /base64 of keylen octets/],
    ["wampcra", { ...cra, keylen: 16 }, /base64 of keylen octets/],
    ["wampcra", { ...cra, keylen: 0 }, /keylen/],
    ["wampcra", { ...cra, keylen: "32" }, /keylen/],
    ["wampcra", { ...cra, keylen: 32.5 }, /keylen/],
    ["wampcra", { ...cra, iterations: 0 }, /iterations/],
    ["wampcra", { ...cra, iterations: -1 }, /iterations/],
    ["wampcra", { ...cra, iterations: 10_000_001 }, /iterations/],
    ["wampcra", { ...cra, iterations: Number.NaN }, /iterations/],
    ["wampcra", { ...cra, iterations: 1_000n }, /iterations/],
    ["wamp-scram", "user", /kdf/],
    ["wamp-scram", { ...scram, kdf: "scrypt" }, /kdf/],
    ["wamp-scram", { ...scram, kdf: undefined }, /kdf/],
    ["wamp-scram", { ...scram, salt: undefined }, /salt/],
    ["wamp-scram", { ...scram, salt: SALT.toString("base64") }, /salt/],
    ["wamp-scram", { ...scram, salt: "00" }, /salt/],
    ["wamp-scram", { ...scram, salt: `${scram.salt}0` }, /salt/],
    ["wamp-scram", { ...scram, iterations: 4_095 }, /iterations/],
    ["wamp-scram", { ...scram, iterations: undefined }, /iterations/],
    ["wamp-scram", { ...scram, "stored-key": undefined }, /octets/],
    ["wamp-scram", { ...scram, "stored-key": "07".repeat(31) }, /octets/],
    ["wamp-scram", { ...scram, ...BASE64_KEYS, salt: "AAAAAAAAAAA=", "stored-key": "AQEB" }, /32 octets/],
    ["wamp-scram", { ...scram, "server-key": "07".repeat(31) }, /32 octets/],
    ["wamp-scram", { ...scram, "server-key": BASE64_KEYS["server-key"] }, /server-key/],
    ["wamp-scram", { ...scram, ...BASE64_KEYS, salt: "!" }, /salt/],
    ["wamp-scram", { ...argon, iterations: 0 }, /iterations/],
    ["wamp-scram", { ...argon, memory: null }, /memory/],
    ["wamp-scram", { ...argon, memory: 7 }, /memory/],
    ["wamp-scram", { ...argon, memory: 1_048_577 }, /memory/],
    ["cryptosign", "user", /pubkey/],
    ["cryptosign", { pubkey: "ab" }, /pubkey/],
    ["cryptosign", { pubkey: ["ab".repeat(32)] }, /pubkey/],
    ["cryptosign", { pubkey: null }, /pubkey/],
  ];

  test.each(USELESS.map(([method, answer, fault]) => [method, shown(answer), answer, fault] as const))(
    "AUT-07 %s: %j is of no use, and no part of it is logged",
    async (method, _, answer, fault) => {
      const { authenticator, log } = realm(() =>
        typeof answer === "string" ? answer : { role: "user", ...(answer as object) },
      );
      expect(await outcomeOf(authenticator.find(method, "joe", asking()))).toEqual(FAILED);
      expect(log).toEqual([
        {
          event: "authenticator",
          procedure: expect.any(String),
          method,
          fault: expect.stringMatching(fault),
        },
      ]);
      expect(JSON.stringify(log)).not.toMatch(/mypassword|AQEB|0707/);
    },
  );

  test("AUT-08 what was answered gives its shape to whom nobody knows, and nothing of anybody's own", async () => {
    const answers: unknown[] = [
      { role: "user", secret: "a" },
      { role: "user", secret: "b" },
      { role: "user", secret: DERIVED, salt: "abc", iterations: 2_000 },
      ...Array.from({ length: 20 }, (_, n) => ({
        role: "user",
        secret: DERIVED,
        salt: "abc",
        iterations: 3_000 + n,
      })),
    ];
    const { authenticator } = realm(() => answers.shift());
    expect(authenticator.samples("wampcra")).toEqual([]);
    for (let n = 0; n < 3; n++) await authenticator.find("wampcra", "joe", asking());
    expect(authenticator.samples("wampcra")).toEqual([
      { method: "wampcra", key: "" },
      {
        method: "wampcra",
        key: "",
        salted: { salt: expect.stringMatching(/^(?!abc).{3}$/), iterations: 2_000, keylen: 32 },
      },
    ]);
    expect(authenticator.samples("wamp-scram")).toEqual([]);
    for (let n = 0; n < 20; n++) await authenticator.find("wampcra", "joe", asking());
    expect(authenticator.samples("wampcra")).toHaveLength(8);
  });
});

describe("several books", () => {
  const one = known("alice", { method: "wampcra", key: "one" });
  const other = known("alice", { method: "wampcra", key: "other" }, { authprovider: "device" });
  const bob = known("bob", { method: "wampcra", key: "bob" }, { authprovider: "device" });
  const certain = known("carol", { method: "tls", fingerprints: ["cc"] });
  const twin = known(
    "carol",
    { method: "tls", fingerprints: ["cc"] },
    { authprovider: "device", authrole: "x" },
  );
  const third = known("dave", { method: "tls", fingerprints: ["cc"] });

  function shelf() {
    const [first, second] = [new MemoryBook(one, certain), new MemoryBook(other, bob, twin, third)];
    const { authenticator, calls } = realm(() => ({ role: "guest", authid: "eve", secret: "s" }), {
      wampcra: "com.x.by_cra",
    });
    return { first, second, calls, books: new Books([first, second], authenticator) };
  }

  test("AUT-18 the first book that has somebody counts, and the authenticator is asked only for whom none has", async () => {
    const { books, calls } = shelf();
    expect(await books.find("wampcra", "alice", asking())).toBe(one);
    expect(await books.find("wampcra", "bob", asking())).toBe(bob);
    expect(calls).toEqual([]);
    expect(await books.find("wampcra", "eve", asking())).toMatchObject({
      authid: "eve",
      authprovider: "dynamic",
    });
    expect(calls).toHaveLength(1);
    expect(await new Books([]).find("wampcra", "eve", asking())).toBeUndefined();
    expect(await new Books([]).identify("wampcra", asking())).toBeUndefined();
  });

  test("AUT-08 every kept book is looked into, whether or not an earlier one has the name, and in the same order", async () => {
    const { books, first, second } = shelf();
    first.later = true;
    for (const authid of ["alice", "bob", "nobody"]) await books.find("wampcra", authid, asking());
    const asked = ["alice", "bob", "nobody"].map((authid) => ["find", "wampcra", authid]);
    expect([first.asked, second.asked]).toEqual([asked, asked]);
    expect(await books.find("wampcra", "alice", asking())).toBe(one); // though the second book answered sooner
  });

  test("CRY-02 of the owners of a key one of each name counts, the first book's", () => {
    const { books } = shelf();
    expect(books.owners("tls", "cc")).toEqual([certain, third]);
    expect(books.owners("tls", "dd")).toEqual([]);
  });

  test("AUT-01 AUT-08 what any of them has is had, and the shapes are those of all", () => {
    const { books } = shelf();
    const methods = ["ticket", "wampcra", "wamp-scram", "cryptosign", "tls"] as const;
    expect(methods.filter((method) => books.has(method))).toEqual(["wampcra", "tls"]);
    expect(new Books([], realm(() => "x", { ticket: "com.x.t" }).authenticator).has("ticket")).toBe(true);
    expect(books.samples("tls")).toEqual([certain.credential, twin.credential]);
  });

  test("AUT-07 a book that cannot answer is no denial", async () => {
    const { books, second } = shelf();
    second.failure = new Refusal("wamp.error.authentication_failed", "away");
    expect(await outcomeOf(books.find("wampcra", "alice", asking()))).toEqual({
      reason: "wamp.error.authentication_failed",
      text: "away",
    });
  });
});

describe("with the methods", () => {
  const key = new Key();

  test("CRY-02 AUT-18 by cryptosign without an authid the authenticator says whose key it is", async () => {
    const { authenticator, calls } = realm((...[, , details]) => {
      const { authextra } = details as { authextra: { pubkey: string } };
      if (authextra.pubkey !== key.publicKey) throw new Failure("com.example.no_such_user");
      return { role: "user", authid: "dev7", pubkey: key.publicKey, realm: "realm1", cache: true };
    });
    const challenge = "ab".repeat(32);
    const random = () => new Uint8Array(Buffer.from(challenge, "hex"));
    const method = new Cryptosign({ book: new Books([new MemoryBook()], authenticator), random });
    const hello = { authextra: { pubkey: key.publicKey } };
    expect(await attempt(method, { hello, signature: key.answer(challenge) })).toEqual({
      principal: { authid: "dev7", authrole: "user", authprovider: "dynamic" },
    });
    expect(calls).toHaveLength(1);
    const stranger = new Key();
    const strange = { authextra: { pubkey: stranger.publicKey } };
    expect(await attempt(method, { hello: strange, signature: stranger.answer(challenge) })).toEqual(DENIED);
    expect(calls).toHaveLength(2);
    // Whoever does not hold the key does not get as far as the procedure.
    expect(await attempt(method, { hello, signature: stranger.answer(challenge) })).toEqual(DENIED);
    expect(calls).toHaveLength(2);
  });

  test("CRY-03 AUT-18 an authenticator that answers with another key admits nobody by this one", async () => {
    const { authenticator } = realm(() => ({ role: "user", authid: "dev7", pubkey: new Key().publicKey }));
    const challenge = "ab".repeat(32);
    const random = () => new Uint8Array(Buffer.from(challenge, "hex"));
    const method = new Cryptosign({ book: authenticator, random });
    for (const authid of ["dev7", undefined]) {
      const hello = { ...(authid && { authid }), authextra: { pubkey: key.publicKey } };
      expect(await attempt(method, { hello, signature: key.answer(challenge) })).toEqual(DENIED);
    }
  });

  test("CRA-04 AUT-18 by wampcra the authenticator is asked once, and whom it does not know is denied like a wrong secret", async () => {
    const { authenticator, calls } = realm((_, authid) => {
      if (authid !== "joe") throw new Failure("com.example.no_such_user");
      return { role: "user", secret: "secret2" };
    });
    const book = new Books([new MemoryBook()], authenticator);
    const method = new WampCra({ book, now: () => 0, mockKey: new Uint8Array(32) });
    const outcome = async (authid: string, secret: string) => {
      const asked = asking({ authid });
      const verdict = await method.challenge(asked);
      if (!("challenge" in verdict)) throw new Error("no challenge");
      const { extra, expects } = verdict.challenge;
      const signature = createHmac("sha256", secret).update(String(extra.challenge)).digest("base64");
      return outcomeOf(method.verify(asked, expects, { type: "AUTHENTICATE", signature, extra: {} }));
    };
    expect(await outcome("joe", "secret2")).toEqual({
      principal: { authid: "joe", authrole: "user", authprovider: "dynamic" },
    });
    expect(calls).toHaveLength(1);
    expect(await outcome("joe", "secret1")).toEqual(DENIED);
    expect(await outcome("eve", "secret2")).toEqual(DENIED);
    expect(calls).toHaveLength(3);
  });

  test("TCK-03 AUT-18 by ticket the authenticator judges what the client sent", async () => {
    const { authenticator } = realm((...[, authid, details]) => {
      const { ticket } = details as { ticket: string };
      if (authid !== "joe" || ticket !== "123sekret") throw new Failure("com.example.invalid_ticket");
      return { role: "user", extra: { "my-custom-welcome-data": [1, 2, 3] } };
    });
    const method = new Ticket({
      book: new Books([new MemoryBook()], authenticator),
      ask: (asked, ticket) => authenticator.judgeTicket(asked, ticket),
    });
    expect(await attempt(method, { hello: { authid: "joe" }, signature: "123sekret" })).toEqual({
      principal: {
        authid: "joe",
        authrole: "user",
        authprovider: "dynamic",
        authextra: { "my-custom-welcome-data": [1, 2, 3] },
      },
    });
    expect(await attempt(method, { hello: { authid: "joe" }, signature: "123Sekret" })).toEqual(DENIED);
    expect(await attempt(method, { hello: { authid: "eve" }, signature: "123sekret" })).toEqual(DENIED);
  });
});
