import { pbkdf2Sync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Challenge, SignIn } from "../../src/auth/method.ts";
import { Scram } from "../../src/auth/scram.ts";
import { authMessage, proves, scramKeys, verifierOf } from "../../src/auth/scram-exchange.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { saltedPassword } from "../../tools/derive-scram.ts";
import { type Anybody, known } from "./book.ts";
import {
  answer,
  answerTo,
  challengeOf,
  device,
  helloFrom,
  pbkdf2Scram,
  ports,
  refusalOf,
  scramAnswer,
} from "./challenged.ts";

/** S3 asks for 10,000. */
const ROUNDS = process.env.FULL ? 10_000 : 1_000;
const NONCE = "egVDf3DMJh0=";
const SALT = Buffer.from("aBc+fx0NAVBoFz5/HQ0BUA==", "base64");
const PENCIL = pbkdf2Sync("pencil", SALT, 4_096, 32, "sha256");
const USER = known("user", pbkdf2Scram("pencil", SALT));
const DENIED = { reason: "wamp.error.authentication_denied", message: expect.stringMatching(/\S/) };

function hello(authid: string, authextra: Readonly<Record<string, unknown>> = { nonce: NONCE }): SignIn {
  return helloFrom(authid, { details: { roles: { caller: [] }, authid, authextra } });
}

/** AUTHENTICATE of a client that knows `salted`. */
function right(challenge: Challenge, authid = "user", salted: Buffer = PENCIL) {
  const { extra } = challenge;
  const { proof } = scramAnswer(salted, { authid, clientNonce: NONCE, extra });
  return answer(proof, { nonce: extra.nonce, channel_binding: null, cbind_data: null });
}

describe("vectors", () => {
  const RFC = {
    authid: "user",
    clientNonce: "rOprNGfwEbeRWgbNEkqO",
    nonce: "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
    salt: "W22ZaJ0SNY7soEsUEjb6gQ==",
    iterations: 4_096,
  };
  const WAMP = {
    authid: "user",
    clientNonce: NONCE,
    nonce: "egVDf3DMJh0=SBmkFIh7sSo=",
    salt: "aBc+fx0NAVA=",
  };
  const PBKDF2 = { kdf: "pbkdf2", memory: null } as const;
  const ARGON = { kdf: "argon2id13", memory: 512 } as const;

  test.each([
    {
      row: "SCR-17",
      exchange: RFC,
      cost: PBKDF2,
      hex: undefined,
      storedKey: "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
      serverKey: "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
      proof: "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
      verifier: "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    },
    {
      row: "SCR-18",
      exchange: { ...WAMP, iterations: 4_096 },
      cost: PBKDF2,
      hex: "4073f00b9b900fb7cbe2de11a72871f4b981616c85329569c7807f849ad23e38",
      storedKey: "0fCr7EYY8YwoS0VQMtES7YBGB7DlELfCsFIeOvlTzkc=",
      serverKey: "aCtxeIoGuHVmsyd50QLzSXZWPgYI9rjZqGZ7ldyNmc4=",
      proof: "L1uwjEEL7BdbtlWMKxNcQ1A/CmNjct+7xdAguB/rpnA=",
      verifier: "AyTAljdPHv74Zx+gn+6DqiFnl4XOZUXpC7k/pSkjBOg=",
    },
    {
      row: "SCR-19",
      exchange: { ...WAMP, iterations: 2 },
      cost: ARGON,
      hex: "470c1ea6ae6f394006a3f23c1c393edc097a9355aa2cf2971d853633c84b25c8",
      storedKey: "b2prrM/IgHCjBL3bdSAwC+9e1ntG9G66+xZo/hNkZoA=",
      serverKey: "snzmwszQulkwauIvAM7o4gv15jyDrcx+xVz9Fz2+0KU=",
      proof: "lw2WczZhHYnFD2b3FoFX5Dq5eoGepJ3QOWhoH+02BhE=",
      verifier: "vON5zse1W6yTDO2q4FRG5uz2BDKY0KVVC7UmGMNc/cg=",
    },
    {
      row: "SCR-19 with a longer salt",
      exchange: { ...WAMP, salt: "aBc+fx0NAVBoFz5/HQ0BUA==", iterations: 2 },
      cost: ARGON,
      hex: "df42463bdcb6ebcf3c63a02b2e3cc7f866cdcc84a2b1c2dfdc6e94d57fdb4196",
      storedKey: undefined,
      serverKey: undefined,
      proof: "JILV1KenLsAG8Op6oHIioz5EekvIog80nK119nltyJE=",
      verifier: "SOeqM7OP7cPDiRNY4qQ3teUHhYvt/TLCaSuyPOkxESI=",
    },
  ])("SCR-08 SCR-09 SCR-10 SCR-11 SCR-12 $row holds from the password to the verifier", async (vector) => {
    const { exchange, cost } = vector;
    const salt = Buffer.from(exchange.salt, "base64");
    const salted = saltedPassword("pencil", salt, { ...cost, iterations: exchange.iterations });
    if (vector.hex) expect(Buffer.from(salted).toString("hex")).toBe(vector.hex);
    const { storedKey, serverKey } = await scramKeys(salted);
    if (vector.storedKey) expect(Buffer.from(storedKey).toString("base64")).toBe(vector.storedKey);
    if (vector.serverKey) expect(Buffer.from(serverKey).toString("base64")).toBe(vector.serverKey);

    const message = authMessage(exchange);
    const proof = new Uint8Array(Buffer.from(vector.proof, "base64"));
    expect(await proves(storedKey, message, proof)).toBe(true);
    expect(await verifierOf(serverKey, message)).toBe(vector.verifier);
    expect(answerTo(Buffer.from(salted), message)).toEqual({
      proof: vector.proof,
      verifier: vector.verifier,
    });
    // Every bit of the proof counts, and so does its length.
    for (const [at, octet] of proof.entries()) {
      const changed = proof.with(at, octet ^ (1 << (at % 8)));
      expect(await proves(storedKey, message, new Uint8Array(changed))).toBe(false);
    }
    expect(await proves(storedKey, message, proof.slice(0, 31))).toBe(false);
    expect(await proves(storedKey, message, new Uint8Array([...proof, 0]))).toBe(false);
    expect(await proves(storedKey, message, new Uint8Array(0))).toBe(false);
  });

  test("SCR-10 the text that is signed has the authid with = and , escaped, and the header of no channel binding", () => {
    expect(
      authMessage({ authid: "a=b,c=,", clientNonce: "Yw==", nonce: "Yw==cw==", salt: "AA==", iterations: 7 }),
    ).toBe("n=a=3Db=2Cc=3D=2C,r=Yw==,r=Yw==cw==,s=AA==,i=7,c=biws,r=Yw==cw==");
  });
});

describe("HELLO", () => {
  test.each([
    ["no authextra", undefined],
    ["no nonce", {}],
    ["an empty nonce", { nonce: "" }],
    ["a number", { nonce: 12_345_678 }],
    ["null", { nonce: null }],
    ["a list", { nonce: [NONCE] }],
    ["no base64", { nonce: "not base64!!" }],
    ["base64 without its padding", { nonce: "egVDf3DMJh0" }],
    ["the other alphabet", { nonce: "egVDf3DM-h0=" }],
    ["a second spelling", { nonce: "egVDf3DMJh1=" }],
    ["a comma", { nonce: "egVDf3DM,h0=" }],
    ["257 characters and more", { nonce: "A".repeat(260) }],
  ])("SCR-02 a client nonce is wanted: %s", async (_what, authextra) => {
    const signIn = helloFrom("user", {
      details: { roles: {}, authid: "user", ...(authextra && { authextra }) },
    });
    expect(await refusalOf(new Scram(ports(USER)).challenge(signIn))).toEqual({
      reason: "wamp.error.authentication_failed",
      message: "HELLO.Details.authextra.nonce must be the base64 of random octets, of at most 256 characters",
    });
  });

  test.each(["tls-unique", "tls-server-end-point", "", 0, false, {}])(
    "SCR-03 SCR-20 channel binding is refused, as there is none: %j",
    async (channel_binding) => {
      const refusal = await refusalOf(
        new Scram(ports(USER)).challenge(hello("user", { nonce: NONCE, channel_binding })),
      );
      expect(refusal).toEqual({
        reason: "wamp.error.authentication_failed",
        message:
          "HELLO.Details.authextra.channel_binding must be null or absent: this router offers none for SCRAM",
      });
    },
  );

  test.each([
    ["", "HELLO.Details.authid must say who signs in by wamp-scram"],
    ["\u00ad", "HELLO.Details.authid must have 1 to 256 characters when prepared by SASLprep"],
    ["\ufdfa".repeat(20), "HELLO.Details.authid must have 1 to 256 characters when prepared by SASLprep"],
    ["a\u0007", "HELLO.Details.authid has U+0007, which SASLprep prohibits"],
    ["a".repeat(257), "HELLO.Details.authid must be Unicode text of at most 256 characters"],
  ])("SCR-02 SCR-15 an authid is wanted that SASLprep can prepare: %j", async (authid, message) => {
    const refusal = await refusalOf(new Scram(ports(USER)).challenge(hello(authid)));
    expect(refusal).toEqual({ reason: "wamp.error.authentication_failed", message });
  });

  test("SCR-01 SCR-16 each dialect is offered by its own name where somebody could sign in by it", () => {
    const prototype = known("old", { ...USER.credential, kdf: "argon2id-13" as const, memory: 512 });
    const offers = (...principals: readonly Anybody[]) =>
      [new Scram(ports(...principals)), new Scram({ ...ports(...principals), dialect: "prototype" })]
        .filter((method) => method.offered())
        .map(({ name }) => name);
    expect(offers()).toEqual([]);
    expect(offers(USER)).toEqual(["wamp-scram"]);
    expect(offers(prototype)).toEqual(["scram"]);
    expect(offers(USER, prototype)).toEqual(["wamp-scram", "scram"]);
    expect(offers(known("t", { method: "ticket", digest: "" }))).toEqual([]);
    // An authenticator may know somebody whom nobody has seen yet.
    const dynamic = ports();
    dynamic.book.elsewhere = () => undefined;
    expect(new Scram(dynamic).offered()).toBe(true);
  });
});

test.each([
  ["pbkdf2", { kdf: "pbkdf2", iterations: 4_096, memory: null }],
  ["argon2id13", { kdf: "argon2id13", iterations: 2, memory: 512 }],
] as const)(
  "SCR-04 SCR-05 SCR-07 SCR-12 a sign-in with %s: the whole challenge, the whole principal",
  async (kdf, cost) => {
    const salted = Buffer.from(saltedPassword("pencil", SALT, cost));
    const { storedKey, serverKey } = await scramKeys(new Uint8Array(salted));
    const credential = {
      method: "wamp-scram" as const,
      ...cost,
      salt: SALT.toString("base64"),
      storedKey: Buffer.from(storedKey).toString("base64"),
      serverKey: Buffer.from(serverKey).toString("base64"),
    };
    const method = new Scram(ports({ ...device("a=b,c", credential), authextra: { team: 7 } }));
    const challenge = await challengeOf(method, hello("a=b,c"));
    expect(challenge.extra).toEqual({
      nonce: expect.stringMatching(/^egVDf3DMJh0=[A-Za-z0-9+/]{22}==$/),
      salt: SALT.toString("base64"),
      kdf,
      iterations: cost.iterations,
      memory: cost.memory,
    });
    expect(JSON.stringify(challenge)).not.toContain(credential.storedKey);
    const { proof, verifier } = scramAnswer(salted, {
      authid: "a=b,c",
      clientNonce: NONCE,
      extra: challenge.extra,
    });
    const { nonce } = challenge.extra;
    for (const extra of [{ nonce }, { nonce, channel_binding: null, cbind_data: null }]) {
      expect(await method.verify(hello("a=b,c"), challenge.expects, answer(proof, extra))).toEqual({
        principal: {
          authid: "a=b,c",
          authrole: "device",
          authprovider: "device",
          authextra: { team: 7, verifier },
        },
      });
    }
  },
);

test("SCR-06 AUT-06 AUT-08 every wrong proof, and every proof of somebody unknown, is denied in the same words", async () => {
  const method = new Scram(ports(USER));
  const texts = new Set<string>();
  for (const authid of ["user", "nobody"]) {
    const challenge = await challengeOf(method, hello(authid));
    const { signature, extra } = right(challenge, authid);
    const other = scramAnswer(pbkdf2Sync("pencil2", SALT, 4_096, 32, "sha256"), {
      authid,
      clientNonce: NONCE,
      extra: challenge.extra,
    });
    const wrong = [
      other.proof,
      "",
      "pencil",
      `${signature} `,
      signature.slice(0, -1),
      "A".repeat(43).concat("="),
    ];
    wrong.push(right(challenge, `${authid}2`).signature, Buffer.alloc(64).toString("base64"), "\ud800");
    if (authid !== "user") wrong.push(signature);
    for (const each of wrong) {
      const refusal = await refusalOf(method.verify(hello(authid), challenge.expects, answer(each, extra)));
      expect(refusal).toEqual(DENIED);
      texts.add(refusal.message);
    }
  }
  expect(texts.size).toBe(1);
});

test.each([
  [{}, "AUTHENTICATE.Extra.nonce must be the nonce of the CHALLENGE"],
  [{ nonce: NONCE }, "AUTHENTICATE.Extra.nonce must be the nonce of the CHALLENGE"],
  [{ nonce: null }, "AUTHENTICATE.Extra.nonce must be the nonce of the CHALLENGE"],
  [
    { channel_binding: "tls-unique" },
    "AUTHENTICATE.Extra.channel_binding must be null or absent: this router offers none for SCRAM",
  ],
  [
    { cbind_data: "AAAA" },
    "AUTHENTICATE.Extra.cbind_data is only for channel binding, which was not asked for",
  ],
])(
  "SCR-05 SCR-06 AUTHENTICATE repeats nonce and channel binding: not %j, whoever it is",
  async (changed, message) => {
    const method = new Scram(ports(USER));
    for (const authid of ["user", "nobody"]) {
      const challenge = await challengeOf(method, hello(authid));
      const { signature, extra } = right(challenge, authid);
      const said = Object.keys(changed).length === 0 ? {} : { ...extra, ...changed };
      expect(
        await refusalOf(method.verify(hello(authid), challenge.expects, answer(signature, said))),
      ).toEqual({
        reason: "wamp.error.authentication_failed",
        message,
      });
    }
  },
);

test.each([
  ["I\u00adX", "IX"],
  ["\u2168", "IX"],
  ["\u00aa", "a"],
  ["Ame\u0301lie\u00a0\u212b", "Am\u00e9lie \u00c5"],
])("SCR-15 %j signs in as its prepared form %j, which is what is signed", async (authid, prepared) => {
  const method = new Scram(ports(known(prepared, USER.credential)));
  const challenge = await challengeOf(method, hello(authid));
  expect(await method.verify(hello(authid), challenge.expects, right(challenge, prepared))).toMatchObject({
    principal: { authid: prepared },
  });
});

test("S3 a proof fits no other challenge: not of another nonce, session, realm, authid or sleep", async () => {
  const method = new Scram(ports(USER, known("paul", USER.credential)));
  const others = [
    hello("user"),
    { ...hello("user"), session: 102 },
    { ...hello("user"), realm: "realm2" },
    hello("paul"),
  ];
  const captured = await challengeOf(method, hello("user"));
  const replayed = right(captured);
  let tries = 0;
  for (let round = 0; round < ROUNDS / others.length; round++) {
    for (const signIn of others) {
      const { expects, extra } = await challengeOf(method, signIn);
      const kept = round % 2 === 0 ? expects : structuredClone(expects);
      const repeated = answer(replayed.signature, { ...replayed.extra, nonce: extra.nonce });
      expect(await refusalOf(method.verify(signIn, kept, repeated))).toEqual(DENIED);
      const { reason } = await refusalOf(method.verify(signIn, kept, replayed));
      expect(reason).toBe("wamp.error.authentication_failed");
      tries++;
    }
  }
  expect(tries).toBe(ROUNDS);
  expect(await method.verify(hello("user"), structuredClone(captured.expects), replayed)).toMatchObject({
    principal: { authid: "user" },
  });
});

test("S2 what a client asks for in HELLO or AUTHENTICATE changes neither the parameters nor what is signed", async () => {
  const method = new Scram(ports(USER));
  const weak = { salt: "", iterations: 1, kdf: "none", memory: 1, storedKey: "", message: "", gs2: "y,," };
  const signIn = hello("user", { ...weak, nonce: NONCE });
  const challenge = await challengeOf(method, signIn);
  const { salt, kdf, iterations, memory } = USER.credential;
  expect(challenge.extra).toEqual({ nonce: expect.stringContaining(NONCE), salt, kdf, iterations, memory });
  const once = pbkdf2Sync("pencil", SALT, 1, 32, "sha256");
  const { signature, extra } = right(
    { ...challenge, extra: { ...challenge.extra, iterations: 1 } },
    "user",
    once,
  );
  expect(
    await refusalOf(method.verify(signIn, challenge.expects, answer(signature, { ...weak, ...extra }))),
  ).toEqual(DENIED);
  const verdict = await method.verify(signIn, challenge.expects, {
    ...right(challenge),
    extra: { ...weak, nonce: challenge.extra.nonce },
  });
  expect(verdict).toMatchObject({ principal: { authid: "user", authrole: "user" } });
});

test("S2 keys of one dialect sign in by no other", async () => {
  const prototype = { ...USER.credential, kdf: "argon2id-13" as const, memory: 512 };
  const method = new Scram(ports(USER, known("old", prototype)));
  const challenge = await challengeOf(method, hello("old"));
  expect(challenge.extra).toMatchObject({ kdf: "pbkdf2", iterations: 4_096, memory: null });
  expect(challenge.extra.salt).not.toBe(prototype.salt);
  expect(await refusalOf(method.verify(hello("old"), challenge.expects, right(challenge, "old")))).toEqual(
    DENIED,
  );
});

test("SCR-07 whoever is disabled or given another password between CHALLENGE and AUTHENTICATE is denied", async () => {
  const given = ports(USER);
  const method = new Scram(given);
  const challenge = await challengeOf(method, hello("user"));
  given.book.principals[0] = known("user", pbkdf2Scram("pencil2", SALT));
  expect(await refusalOf(method.verify(hello("user"), challenge.expects, right(challenge)))).toEqual(DENIED);
  given.book.principals.length = 0;
  expect(await refusalOf(method.verify(hello("user"), challenge.expects, right(challenge)))).toEqual(DENIED);
});

test("AUT-07 a book that cannot answer, or keeps what is no key, admits nobody", async () => {
  const given = ports(USER);
  const method = new Scram(given);
  const challenge = await challengeOf(method, hello("user"));
  given.book.principals[0] = known("user", { ...USER.credential, storedKey: "AAAA" });
  await expect(method.verify(hello("user"), challenge.expects, right(challenge))).rejects.toThrow(TypeError);
  given.book.failure = new Refusal("wamp.error.authentication_failed", "the authenticator did not answer");
  const failed = { reason: "wamp.error.authentication_failed", message: "the authenticator did not answer" };
  expect(await refusalOf(method.challenge(hello("user")))).toEqual(failed);
  expect(await refusalOf(method.verify(hello("user"), challenge.expects, right(challenge)))).toEqual(failed);
});
