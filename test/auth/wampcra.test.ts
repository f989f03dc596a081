import { pbkdf2Sync } from "node:crypto";
import { expect, test } from "vitest";
import type { SignIn } from "../../src/auth/method.ts";
import { craSignature, deriveCraKey, WampCra } from "../../src/auth/wampcra.ts";
import { Refusal } from "../../src/wamp/error.ts";
import { known } from "./book.ts";
import {
  answer,
  challengeOf,
  craAnswer,
  device,
  helloFrom,
  MOCK_KEY,
  ports,
  refusalOf,
  saltedCra,
  sign,
} from "./challenged.ts";

const PETER =
  '{"nonce": "LHRTC9zeOIrt_9U3", "authprovider": "userdb", "authid": "peter", "timestamp": "2014-06-22T16:36:25.448Z", "authrole": "user", "authmethod": "wampcra", "session": 3251278072152162}';
const PLAIN = known("peter", { method: "wampcra", key: "secret1" });
/** S3 asks for 10,000. */
const ROUNDS = process.env.FULL ? 10_000 : 1_000;
const DENIED = { reason: "wamp.error.authentication_denied", message: expect.stringMatching(/\S/) };

test("CRA-05 the unsalted vector", async () => {
  expect(await craSignature("secret1", PETER)).toBe("vb/MUq65p6Xs4P09HfsDI4VmI8HWO3whf0vNe4IdogQ=");
});

test.each([
  [1_000, 32, "64xfzBvZhGDT7PB0bQwDeI8/WR1M9x6Cw5dt0yP9koc=", "gir1mSx+deCDUV7wRM5SGIn/+R/ClqLZuH4m7FJeBVI="],
  [100, 16, "prq7+YkJ1/KlW1X0YczMHw==", "KSjvsv81QFaEUgPoW6k5ylRnmH3ycgMy3TgOMtWr0UQ="],
])(
  "CRA-07 CRA-08 the salted vector of %i iterations and %i octets",
  async (iterations, keylen, key, signature) => {
    expect(await deriveCraKey("secret1", { salt: "salt123", iterations, keylen })).toBe(key);
    expect(await craSignature(key, PETER)).toBe(signature);
  },
);

test.each([
  ["sécret €𝄞", "salt with spaces", 1, 16],
  ["x", "日本語", 7, 64],
  ["a".repeat(200), "", 1_000, 33],
])(
  "CRA-06 the key is base64 of what PBKDF2 makes of the texts' UTF-8: %j, %j",
  async (secret, salt, iterations, keylen) => {
    const expected = pbkdf2Sync(secret, salt, iterations, keylen, "sha256").toString("base64");
    expect(await deriveCraKey(secret, { salt, iterations, keylen })).toBe(expected);
  },
);

test.each([
  [{ iterations: 100_001, keylen: 32 }, "iterations must be an integer from 1 to 100000, not 100001"],
  [{ iterations: 0, keylen: 32 }, "iterations must be an integer from 1 to 100000, not 0"],
  [{ iterations: 1.5, keylen: 32 }, "iterations must be an integer from 1 to 100000, not 1.5"],
  [{ iterations: Number.NaN, keylen: 32 }, "iterations must be an integer from 1 to 100000, not NaN"],
  [{ iterations: 1_000, keylen: 15 }, "keylen must be an integer from 16 to 64, not 15"],
  [{ iterations: 1_000, keylen: 65 }, "keylen must be an integer from 16 to 64, not 65"],
])("CRA-06 a key is derived only within what the platform computes: %j", async (cost, message) => {
  await expect(deriveCraKey("secret1", { salt: "salt123", ...cost })).rejects.toThrow(
    new RangeError(message),
  );
});

test.each([
  [undefined, "HELLO.Details.authid must say who signs in by wampcra"],
  ["", "HELLO.Details.authid must say who signs in by wampcra"],
  ["a".repeat(257), "HELLO.Details.authid must be Unicode text of at most 256 characters"],
  ["a\ud800", "HELLO.Details.authid must be Unicode text of at most 256 characters"],
])("CRA-01 HELLO must name an authid: %j", async (authid, message) => {
  const refusal = await refusalOf(new WampCra(ports(PLAIN)).challenge(helloFrom(authid)));
  expect(refusal).toEqual({ reason: "wamp.error.authentication_failed", message });
});

test("CRA-01 the method is offered where somebody could sign in by it", () => {
  expect(new WampCra(ports(PLAIN)).offered()).toBe(true);
  expect(new WampCra(ports()).offered()).toBe(false);
  expect(new WampCra(ports(known("t", { method: "ticket", digest: "" }))).offered()).toBe(false);
  expect(new WampCra(ports(PLAIN)).name).toBe("wampcra");
});

test.each(["peter", "nobody", "a".repeat(256)])(
  "CRA-02 CRA-03 the challenge of %s is JSON with exactly these members, and tells nothing of the principal",
  async (authid) => {
    const { extra, expects } = await challengeOf(
      new WampCra(ports(PLAIN)),
      helloFrom(authid, { session: 2 ** 53 }),
    );
    expect(extra).toEqual({ challenge: expect.any(String) });
    expect(expects).toEqual(extra);
    expect(JSON.parse(String(extra.challenge))).toEqual({
      authid,
      authrole: "undisclosed",
      authmethod: "wampcra",
      authprovider: "undisclosed",
      nonce: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/),
      timestamp: "2026-11-22T12:00:00.007Z",
      session: 2 ** 53,
    });
  },
);

test("CRA-04 CRA-05 whoever has the secret is admitted as the book says, with its authextra", async () => {
  const method = new WampCra(ports({ ...PLAIN, authextra: { team: 7 } }));
  const challenge = await challengeOf(method, helloFrom("peter"));
  expect(
    await method.verify(
      helloFrom("peter"),
      challenge.expects,
      answer(sign("secret1", challenge.extra.challenge)),
    ),
  ).toEqual({
    principal: { authid: "peter", authrole: "user", authprovider: "static", authextra: { team: 7 } },
  });
});

test("CRA-09 a salted principal is shown salt, iterations and keylen together, and only the derived key is kept", async () => {
  const kept = device("d1", saltedCra("secret2", "salt123"));
  expect(JSON.stringify(kept)).not.toContain("secret2");
  const method = new WampCra(ports(kept));
  const challenge = await challengeOf(method, helloFrom("d1"));
  expect(challenge).toEqual({
    extra: { challenge: expect.any(String), salt: "salt123", iterations: 1_000, keylen: 32 },
    expects: { challenge: challenge.extra.challenge },
  });
  expect(
    await method.verify(helloFrom("d1"), challenge.expects, answer(craAnswer("secret2", challenge))),
  ).toEqual({ principal: { authid: "d1", authrole: "device", authprovider: "device" } });
});

test("CRA-04 AUT-06 AUT-08 every other answer, and every answer of somebody unknown, is denied in the same words", async () => {
  const method = new WampCra(ports(PLAIN));
  const texts = new Set<string>();
  for (const authid of ["peter", "nobody"]) {
    const signIn = helloFrom(authid);
    const { extra, expects } = await challengeOf(method, signIn);
    const right = sign("secret1", extra.challenge);
    const wrong = [
      sign("secret2", extra.challenge),
      sign("secret1", `${extra.challenge} `),
      sign("", extra.challenge),
      "",
      "secret1",
      right.slice(0, -1),
      `${right}=`,
      ` ${right}`,
      `${right}\n`,
      right.toLowerCase(),
      right.replace(/^./, (first) => (first === "A" ? "B" : "A")),
      right.replace(/.(?==$)/, (last) => (last === "A" ? "B" : "A")), // the last octet's bits and the unused ones
      Buffer.from(right, "base64").toString("hex"),
      right.repeat(100),
      "\ud800",
    ];
    if (authid !== "peter") wrong.push(right);
    for (const signature of wrong) {
      const refusal = await refusalOf(method.verify(signIn, expects, answer(signature)));
      expect(refusal).toEqual(DENIED);
      texts.add(refusal.message);
    }
  }
  expect(texts.size).toBe(1);
});

test("CRA-04 a mock's key, which follows from the realm's own, signs nobody in", async () => {
  // What an attacker who knew the realm's key could compute: still nobody is there to be admitted.
  const method = new WampCra(ports(PLAIN));
  const signIn = helloFrom("nobody");
  const { extra, expects } = await challengeOf(method, signIn);
  const { Mock } = await import("../../src/auth/mock.ts");
  const key = Buffer.from(await new Mock(MOCK_KEY, ["wampcra", "nobody"]).octets("key", 32)).toString(
    "base64",
  );
  expect(await refusalOf(method.verify(signIn, expects, answer(sign(key, extra.challenge))))).toEqual(DENIED);
});

test("CRA-10 S3 an answer fits no other challenge: not of another nonce, session, realm, authid or sleep", async () => {
  const method = new WampCra(ports(PLAIN, known("paul", { method: "wampcra", key: "secret1" })));
  const others: readonly SignIn[] = [
    helloFrom("peter"),
    helloFrom("peter", { session: 102 }),
    helloFrom("peter", { realm: "realm2" }),
    helloFrom("paul"),
  ];
  const captured = await challengeOf(method, helloFrom("peter"));
  const replayed = answer(sign("secret1", captured.extra.challenge));
  let tries = 0;
  for (let round = 0; round < ROUNDS / others.length; round++) {
    for (const signIn of others) {
      const { expects } = await challengeOf(method, signIn);
      const kept = round % 2 === 0 ? expects : structuredClone(expects);
      expect(await refusalOf(method.verify(signIn, kept, replayed))).toEqual(DENIED);
      tries++;
    }
  }
  expect(tries).toBe(ROUNDS);
  // And it is the right answer to its own, after sleep too.
  const verdict = await method.verify(helloFrom("peter"), structuredClone(captured.expects), replayed);
  expect(verdict).toEqual({ principal: { authid: "peter", authrole: "user", authprovider: "static" } });
});

test.each([
  'quote"d',
  "back\\slash",
  '","session":1,"x":"',
  "\u0000\u001f\u007f",
  "new\nline",
  "\u2028日本𝄞",
  "__proto__",
])("CRA-11 an authid of %j does not break the challenge", async (authid) => {
  const method = new WampCra(ports(known(authid, { method: "wampcra", key: "secret1" })));
  const challenge = await challengeOf(method, helloFrom(authid));
  expect(JSON.parse(String(challenge.extra.challenge))).toMatchObject({ authid, session: 101 });
  expect(
    await method.verify(helloFrom(authid), challenge.expects, answer(craAnswer("secret1", challenge))),
  ).toEqual({ principal: { authid, authrole: "user", authprovider: "static" } });
});

test("S2 what a client asks for in HELLO or AUTHENTICATE changes neither the parameters nor what is compared", async () => {
  const credential = saltedCra("secret2", "salt123");
  const method = new WampCra(ports(device("d1", credential)));
  const weak = { salt: "", iterations: 1, keylen: 1, challenge: "{}", key: "secret2", salted: null };
  for (const [name, value] of Object.entries(weak)) {
    const authextra = { ...weak, [name]: value };
    const signIn = helloFrom("d1", {
      details: { roles: { caller: [] }, authid: "d1", authextra, authrole: "admin" },
    });
    const { extra, expects } = await challengeOf(method, signIn);
    expect(extra).toEqual({ challenge: expect.any(String), ...credential.salted });
    for (const signature of [sign("secret2", extra.challenge), sign("", "{}"), sign("secret2", "{}")]) {
      expect(await refusalOf(method.verify(signIn, expects, answer(signature, weak)))).toEqual(DENIED);
    }
    const verdict = await method.verify(
      signIn,
      expects,
      answer(craAnswer("secret2", { extra, expects }), weak),
    );
    expect(verdict).toEqual({ principal: { authid: "d1", authrole: "device", authprovider: "device" } });
  }
});

test("CRA-09 whoever is disabled or given another secret between CHALLENGE and AUTHENTICATE is denied", async () => {
  const given = ports(PLAIN);
  const method = new WampCra(given);
  const signIn = helloFrom("peter");
  const { extra, expects } = await challengeOf(method, signIn);
  given.book.principals[0] = known("peter", { method: "wampcra", key: "secret3" });
  const old = answer(sign("secret1", extra.challenge));
  expect(await refusalOf(method.verify(signIn, expects, old))).toEqual(DENIED);
  given.book.principals.length = 0;
  expect(await refusalOf(method.verify(signIn, expects, old))).toEqual(DENIED);
});

test("AUT-07 a book that cannot answer admits nobody, and what it says is passed on", async () => {
  const given = ports(PLAIN);
  const method = new WampCra(given);
  const { extra, expects } = await challengeOf(method, helloFrom("peter"));
  given.book.failure = new Refusal("wamp.error.authentication_failed", "the authenticator did not answer");
  for (const later of [false, true]) {
    given.book.later = later;
    const failed = {
      reason: "wamp.error.authentication_failed",
      message: "the authenticator did not answer",
    };
    expect(await refusalOf(method.challenge(helloFrom("peter")))).toEqual(failed);
    const right = answer(sign("secret1", extra.challenge));
    expect(await refusalOf(method.verify(helloFrom("peter"), expects, right))).toEqual(failed);
  }
});

test("AUT-07 a challenge of which nothing was kept is our own fault, and admits nobody", async () => {
  const method = new WampCra(ports(PLAIN));
  await expect(method.verify(helloFrom("peter"), {}, answer(sign("secret1", undefined)))).rejects.toThrow(
    TypeError,
  );
});
