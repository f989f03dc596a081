/** S1 for tokens: each claim wrong in every way, each signature wrong in every way, for whoever HELLO names. None gets in. */
import { exportSPKI, importJWK } from "jose";
import { beforeAll, expect, test } from "vitest";
import { JwtVerifier } from "../../src/auth/jwt.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { attempt, type Case, DENIED, notDenied } from "./attempt.ts";
import { MemoryBook } from "./book.ts";
import { newSetups, type Setups } from "./ticket-setups.ts";
import { CLAIMS, type Issuer, NOW, newIssuer, part, SECONDS, SECRET, signHs256, unsigned } from "./tokens.ts";

let issuer: Issuer;
let stranger: Issuer;
let setUp: Setups["setUp"];

beforeAll(async () => {
  ({ issuer, setUp } = await newSetups());
  stranger = await newIssuer();
});

/** What each claim may be wrongly: of another type, nearly right, or out of bounds. */
function wrongClaims(): object[] {
  const types = [null, true, false, 0, 1, "", [], {}, [[]], ["x"], { x: 1 }];
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    aud: [
      ...types,
      undefined,
      "realm2",
      "REALM1",
      "realm1 ",
      "realm",
      ["realm2"],
      [["realm1"]],
      { realm1: true },
      "*",
    ],
    sub: [
      ...types.filter((value) => value !== ""),
      undefined,
      ["dave"],
      "\0",
      "a\u0085",
      "x".repeat(257),
      "\udc00",
    ],
    role: [...types, undefined, "admin", "User", "user ", ["user"], { user: true }, "anonymous", "__proto__"],
    exp: [
      ...types,
      undefined,
      SECONDS,
      SECONDS - 1,
      -1,
      "soon",
      `${SECONDS + 60}`,
      9e15,
      -9e15,
      [SECONDS + 60],
    ],
    nbf: [
      ...types.filter((value) => value !== 0 && value !== 1),
      SECONDS + 11,
      SECONDS + 3_600,
      `${SECONDS}`,
      9e15,
    ],
    iat: [
      ...types.filter((value) => value !== 0 && value !== 1),
      SECONDS + 11,
      SECONDS + 3_600,
      `${SECONDS}`,
      -1,
      9e15,
    ],
    topics: [
      ...types.filter((value) => JSON.stringify(value) !== "[]"),
      "com.x",
      ["subscribe:com.x"],
      [{ uri: "com.x" }],
    ],
  };
  return Object.entries(wrong).flatMap(([claim, values]) =>
    values.map((value) => ({ ...CLAIMS, sub: "dave", [claim]: value })),
  );
}

const HELLOS = [
  {},
  { authid: "" },
  { authid: "dave" },
  { authid: "alice" },
  { authid: "eve", authrole: "admin" },
];

test.each(["the book and tokens", "all three"] as const)(
  "S1 no token with a wrong claim is welcomed by %s, whoever signed it",
  async (setup) => {
    const cases: Case[] = [];
    for (const claims of wrongClaims()) {
      const tokens = await Promise.all([issuer.sign(claims), signHs256(claims)]);
      for (const hello of HELLOS) {
        for (const signature of tokens)
          cases.push({ what: JSON.stringify([hello, claims]), hello, signature });
      }
    }
    expect(cases.length).toBe(115 * 5 * 2);
    expect(await notDenied(setUp(setup), cases)).toEqual([]);
    const signature = await issuer.sign({ ...CLAIMS, sub: "dave" });
    for (const hello of HELLOS.slice(0, 3)) {
      expect(await attempt(setUp(setup), { hello, signature })).toHaveProperty("principal.authid", "dave");
    }
    for (const hello of HELLOS.slice(3))
      expect(await attempt(setUp(setup), { hello, signature })).toEqual(DENIED);
  },
);

test("S1 no token that is signed wrongly, or not at all, is welcomed", async () => {
  const claims = { ...CLAIMS, sub: "dave" };
  const right = await issuer.sign(claims);
  const [header = "", payload = "", signature = ""] = right.split(".");
  const key = await importJWK(issuer.publicKey, "ES256", { extractable: true });
  if (key instanceof Uint8Array) throw new Error("a public key is no octets");
  // A public key passed off as a shared secret, in each form in which somebody might have it.
  const pem = await exportSPKI(key);
  const asSecret = [
    pem,
    pem.trim(),
    JSON.stringify(issuer.publicKey),
    issuer.publicKey.x ?? "",
    issuer.publicKey.y ?? "",
  ];
  const raw = Buffer.from(issuer.publicKey.x ?? "", "base64url");
  const embedded = {
    jwk: stranger.publicKey,
    jku: "https://evil.example/keys",
    x5u: "https://evil.example/x5",
  };
  const tokens = [
    ...[
      "none",
      "None",
      "NONE",
      "nOnE",
      "",
      "null",
      "HS256",
      "HS384",
      "HS512",
      "RS256",
      "ES256",
      "EdDSA",
    ].flatMap((alg) => [
      unsigned(claims, { alg }),
      unsigned(claims, { alg, kid: "k1" }),
      unsigned(claims, { alg, typ: "JWT", kid: "k1" }) + signature,
    ]),
    ...[null, 0, [], ["ES256"], {}, true].map((alg) => unsigned(claims, { alg, kid: "k1" }) + signature),
    ...[null, [], "ES256", 7, "{"].map((head) => `${part(head)}.${payload}.${signature}`),
    ...(await Promise.all([...asSecret, raw].map((secret) => signHs256(claims, secret, { kid: "k1" })))),
    ...(await Promise.all(
      ["", SECRET.slice(1), `${SECRET} `, "secret"]
        .filter(Boolean)
        .map((secret) => signHs256(claims, secret)),
    )),
    await signHs256(claims, SECRET.repeat(2), { alg: "HS384" }),
    await signHs256(claims, SECRET, { alg: "HS384" }),
    await signHs256(claims, SECRET, { alg: "HS512" }),
    await stranger.sign(claims),
    await stranger.sign(claims, embedded),
    await stranger.sign(claims, { kid: "../../dev/null" }),
    await stranger.sign(claims, { kid: undefined }),
    await issuer.sign(claims, { kid: "k2" }),
    await issuer.sign(claims, { kid: "__proto__" }),
    ...(await Promise.all(
      ["[]", "null", "7", '"text"', "", "{", '{"sub":"dave"}x', "\u0000"].map((text) => issuer.sign(text)),
    )),
    await issuer.sign(JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e999')),
    await issuer.sign(
      JSON.stringify(claims)
        .replace("{", '{"aud":"realm1",')
        .replace('"aud":"realm1","sub"', '"aud":"realm2","sub"'),
    ),
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(0, -4)}`,
    `${header}.${payload}.${signature}AAAA`,
    `${header}.${part({ ...claims, sub: "root" })}.${signature}`,
    `${part({ alg: "ES256", kid: "k1", b64: false, crit: ["b64"] })}.${payload}.${signature}`,
    `${part({ alg: "ES256", kid: "k1", crit: ["exp"] })}.${payload}.${signature}`,
    `${header}.${payload}.${signature}.${signature}.${signature}`,
    `${header}.${payload}`,
    ` ${right}`,
    `${right}\n`,
    right.toUpperCase(),
    JSON.stringify({ protected: header, payload, signature }),
  ];
  const cases = tokens.flatMap((token) =>
    HELLOS.map((hello) => ({ what: JSON.stringify([hello, token]), hello, signature: token })),
  );
  expect(cases.length).toBe(87 * 5);
  for (const setup of ["the book and tokens", "all three"] as const) {
    expect(await notDenied(setUp(setup), cases)).toEqual([]);
  }
  expect(await attempt(setUp("all three"), { signature: right })).toHaveProperty("principal.authid", "dave");
});

test("S1 no token is welcomed with one of its characters changed", async () => {
  const right = await issuer.sign({ ...CLAIMS, sub: "dave" });
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const cases = [...right].map((character, at) => {
    const other = character === "." ? "A" : (alphabet[(alphabet.indexOf(character) + 32) % 64] ?? "");
    return { what: `${at}`, hello: {}, signature: right.slice(0, at) + other + right.slice(at + 1) };
  });
  expect(cases.length).toBeGreaterThan(250);
  expect(await notDenied(setUp("the book and tokens"), cases)).toEqual([]);
});

test("S1 a token for one realm opens no other", async () => {
  const realms = ["realm1", "realm2", "com.example.realm1", "realm", "Realm1"];
  const found: string[] = [];
  for (const realm of realms) {
    const options = { realm, jwks: { keys: [issuer.publicKey] }, secret: SECRET, roles: ["user"] };
    const method = new Ticket({ book: new MemoryBook(), jwt: new JwtVerifier(options, { now: () => NOW }) });
    for (const aud of realms) {
      for (const sign of [issuer.sign, signHs256]) {
        const outcome = await attempt(method, { realm, signature: await sign({ ...CLAIMS, aud }) });
        if ("principal" in outcome) found.push(`${aud} opens ${realm}`);
        else expect(outcome).toEqual(DENIED);
      }
    }
  }
  expect(found).toEqual(realms.flatMap((realm) => [`${realm} opens ${realm}`, `${realm} opens ${realm}`]));
});
