/** Tokens sent as tickets: what a right one grants, and how each claim is judged at its bounds. */
import { importJWK, type JWK } from "jose";
import { beforeAll, expect, test } from "vitest";
import { hasJwtShape, type JwtOptions, JwtVerifier, jwtFault } from "../../src/auth/jwt.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { ROLES } from "../gateway/client.ts";
import { ANNOUNCED_ON_THE_WIRE, WireRoom } from "../gateway/wire.ts";
import { attempt, DENIED, signIn } from "./attempt.ts";
import { known, MemoryBook } from "./book.ts";
import { CLAIMS, type Issuer, NOW, newIssuer, SECONDS, SECRET, signHs256 } from "./tokens.ts";

let issuer: Issuer;

beforeAll(async () => {
  issuer = await newIssuer();
});

const verifier = (options: Partial<JwtOptions> = {}) =>
  new JwtVerifier(
    { realm: "realm1", jwks: { keys: [issuer.publicKey] }, roles: ["user", "device"], ...options },
    { now: () => NOW },
  );

async function outcome(claims: unknown, options: Partial<JwtOptions> = {}, hello = {}) {
  const method = new Ticket({ book: new MemoryBook(), jwt: verifier(options) });
  return attempt(method, { hello, signature: await issuer.sign(claims) });
}

const ALICE = {
  principal: { authid: "alice", authrole: "user", authprovider: "jwt", expires: NOW + 3_600_000 },
};
const NOTHING = { call: false, register: false, publish: false, subscribe: false };
const QUIET = { disclose: { caller: false, publisher: false }, cache: false };

test.each([undefined, "alice"])("TCK-03 a token tells who signs in; HELLO says %s", async (authid) => {
  const token = await issuer.sign(CLAIMS);
  const room = new WireRoom({ methods: [new Ticket({ book: new MemoryBook(), jwt: verifier() })] });
  const client = room
    .open()
    .say(1, "realm1", { ...ROLES, authmethods: ["ticket"], ...(authid && { authid }) });
  await client.busy;
  expect(client.heard()).toEqual([[4, "ticket", {}]]);
  await client.say(5, token, {}).busy;
  expect(client.heard()).toEqual([
    [
      2,
      101,
      {
        roles: ANNOUNCED_ON_THE_WIRE,
        agent: "edgebahn",
        realm: "realm1",
        authid: "alice",
        authrole: "user",
        authmethod: "ticket",
        authprovider: "jwt",
      },
    ],
  ]);
  expect(client.connection.state).toMatchObject({ identity: { expires: NOW + 3_600_000 } });
});

test.each(["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"])(
  "TCK-03 an issuer may sign by %s",
  async (alg) => {
    const other = await newIssuer("k2", alg);
    const jwt = verifier({ jwks: { keys: [issuer.publicKey, other.publicKey] } });
    expect(await jwt.verify(await other.sign(CLAIMS), signIn())).toEqual(ALICE.principal);
    expect(await jwt.verify(await issuer.sign(CLAIMS), signIn())).toEqual(ALICE.principal);
  },
);

test("TCK-03 a shared secret and public keys may be configured together, and neither verifies for the other", async () => {
  const both = verifier({ secret: SECRET });
  expect(await both.verify(await signHs256(CLAIMS), signIn())).toEqual(ALICE.principal);
  expect(await both.verify(await issuer.sign(CLAIMS), signIn())).toEqual(ALICE.principal);
  const shared = new JwtVerifier({ realm: "realm1", secret: SECRET, roles: ["user"] }, { now: () => NOW });
  expect(await shared.verify(await signHs256(CLAIMS), signIn())).toEqual(ALICE.principal);
  await expect(shared.verify(await issuer.sign(CLAIMS), signIn())).rejects.toThrow(DENIED.text);
  await expect(verifier().verify(await signHs256(CLAIMS), signIn())).rejects.toThrow(DENIED.text);
});

test("TCK-03 a token that does not say which key it was signed with is tried with each that fits", async () => {
  const [one, two, stranger] = await Promise.all([newIssuer(""), newIssuer(""), newIssuer("")]);
  const broken: JWK = { ...one.publicKey, y: "AAAA" };
  const jwt = verifier({ jwks: { keys: [broken, issuer.publicKey, one.publicKey, two.publicKey] } });
  expect(await jwt.verify(await two.sign(CLAIMS), signIn())).toEqual(ALICE.principal);
  expect(await jwt.verify(await one.sign(CLAIMS), signIn())).toEqual(ALICE.principal);
  await expect(jwt.verify(await stranger.sign(CLAIMS), signIn())).rejects.toThrow(DENIED.text);
  const late = await two.sign({ ...CLAIMS, exp: SECONDS });
  await expect(jwt.verify(late, signIn())).rejects.toThrow(DENIED.text);
});

test.each<[what: string, claims: object, admitted: boolean]>([
  ["aud is a list with the realm", { aud: ["x", "realm1"] }, true],
  ["aud is a list without it", { aud: ["x", "realm10"] }, false],
  ["aud is another realm", { aud: "realm2" }, false],
  ["exp is a second from now", { exp: SECONDS + 1 }, true],
  ["exp is a millisecond from now", { exp: SECONDS + 0.001 }, true],
  ["exp is now", { exp: SECONDS }, false],
  ["exp is the last moment that a date can hold", { exp: 8_640_000_000_000 }, true],
  ["exp is later", { exp: 8_640_000_000_001 }, false],
  ["exp is missing", { exp: undefined }, false],
  ["nbf is ten seconds from now", { nbf: SECONDS + 10 }, true],
  ["nbf is eleven seconds from now", { nbf: SECONDS + 11 }, false],
  ["nbf is missing", { nbf: undefined }, true],
  ["iat is ten seconds from now", { iat: SECONDS + 10 }, true],
  ["iat is eleven seconds from now", { iat: SECONDS + 11 }, false],
  ["iat is a millisecond more from now", { iat: SECONDS + 10.001 }, false],
  ["iat is missing", { iat: undefined }, true],
  ["iat is long ago", { iat: 0 }, true],
  ["iat is before 1970", { iat: -1 }, false],
  ["sub has 256 characters", { sub: "x".repeat(256) }, true],
  ["sub has 257 characters", { sub: "x".repeat(257) }, false],
  ["sub has odd characters", { sub: "Ä b.c/d@e\u{1f511}" }, true],
  ["sub has a control character", { sub: "a\nb" }, false],
  ["sub is empty", { sub: "" }, false],
  ["sub is no Unicode text", { sub: "\ud800" }, false],
  ["role is another that tokens may grant", { role: "device" }, true],
  ["role is one that they may not", { role: "admin" }, false],
  ["role is missing", { role: undefined }, false],
  ["role is null", { role: null }, false],
])("S1 a token whose %s is admitted: %s", async (_, changed, admitted) => {
  const judged = await outcome({ ...CLAIMS, ...changed });
  if (admitted) expect(judged).toHaveProperty("principal");
  else expect(judged).toEqual(DENIED);
});

test("AUT-11 a token's times and names become the principal's, fractions cut off", async () => {
  const claims = { ...CLAIMS, sub: "dev-7", role: "device", exp: SECONDS + 1.2345 };
  expect(await outcome(claims)).toEqual({
    principal: { authid: "dev-7", authrole: "device", authprovider: "jwt", expires: NOW + 1_234 },
  });
});

test("AUT-12 tokens without a role have the default one, and no other way to any", async () => {
  const claims = { ...CLAIMS, role: undefined };
  expect(await outcome(claims, { defaultRole: "device" }, { authrole: "user" })).toMatchObject({
    principal: { authrole: "device" },
  });
  const inherited = { authid: "sub", authrole: "constructor" }; // what every object has is no claim
  expect(await outcome(claims, { defaultRole: "device", claims: inherited })).toMatchObject({
    principal: { authrole: "device" },
  });
  for (const role of [null, "", "admin", ["user"], { user: true }, 0, false]) {
    expect(await outcome({ ...CLAIMS, role }, { defaultRole: "device" })).toEqual(DENIED);
  }
});

test("TCK-03 the issuer, the audience and the claims are those that are configured", async () => {
  const options = {
    issuer: "https://issuer.example/",
    audience: "the routers",
    claims: { authid: "https://x.example/name", authrole: "constructor", topics: "scope" },
  };
  const { sub, role, ...rest } = CLAIMS;
  const claims = { ...rest, aud: "the routers", "https://x.example/name": "carol", constructor: "user" };
  const carol = { principal: { ...ALICE.principal, authid: "carol" } };
  expect(await outcome(claims, options)).toEqual(carol);
  expect(await outcome({ ...claims, topics: "not looked at" }, options)).toEqual(carol);
  expect(await outcome({ ...claims, scope: "malformed" }, options)).toEqual(DENIED);
  expect(await outcome({ ...claims, iss: "https://issuer.example" }, options)).toEqual(DENIED);
  expect(await outcome({ ...claims, iss: undefined }, options)).toEqual(DENIED);
  expect(await outcome({ ...claims, aud: "realm1" }, options)).toEqual(DENIED);
  expect(await outcome({ ...claims, constructor: undefined }, options)).toEqual(DENIED);
  expect(await outcome(CLAIMS, options)).toEqual(DENIED);
});

test("AZN-01 the topics claim narrows the role to what its rules allow", async () => {
  const topics = [
    { uri: "com.x", allow: { subscribe: true, publish: false } },
    { uri: "com.dev.{authid}.", match: "prefix", allow: { call: true, register: true } },
    { uri: "com..state", match: "wildcard", allow: {} },
    { uri: "", match: "prefix", allow: { publish: true } },
  ];
  expect(await outcome({ ...CLAIMS, topics })).toEqual({
    principal: {
      ...ALICE.principal,
      scope: [
        { uri: "com.x", match: "exact", allow: { ...NOTHING, subscribe: true }, ...QUIET },
        {
          uri: "com.dev.{authid}.",
          match: "prefix",
          allow: { ...NOTHING, call: true, register: true },
          ...QUIET,
        },
        { uri: "com..state", match: "wildcard", allow: NOTHING, ...QUIET },
        { uri: "", match: "prefix", allow: { ...NOTHING, publish: true }, ...QUIET },
      ],
    },
  });
  expect(await outcome({ ...CLAIMS, topics: [] })).toEqual({ principal: { ...ALICE.principal, scope: [] } });
});

test("AZN-01 a token without topics may do what its role may, unless every token must have them", async () => {
  expect(await outcome(CLAIMS)).toEqual(ALICE);
  expect(await outcome(CLAIMS, { topicsRequired: true })).toEqual(DENIED);
  expect(await outcome({ ...CLAIMS, topics: [] }, { topicsRequired: true })).toEqual({
    principal: { ...ALICE.principal, scope: [] },
  });
});

const RULE = { uri: "com.x", match: "exact", allow: { subscribe: true } };

test.each<[what: string, topics: unknown]>([
  ["null", null],
  ["a text", "subscribe:com.x"],
  ["a number", 0],
  ["true", true],
  ["one rule", RULE],
  ["a list of texts", ["com.x"]],
  ["a list with null", [RULE, null]],
  ["a list in a list", [[RULE]]],
  ["a rule without a URI", [{ ...RULE, uri: undefined }]],
  ["a rule whose URI is no text", [{ ...RULE, uri: 7 }]],
  ["a rule whose URI is none", [{ ...RULE, uri: "com..x" }]],
  ["a rule whose exact URI is empty", [{ ...RULE, uri: "" }]],
  ["a rule whose URI has white space", [{ ...RULE, uri: "com. x" }]],
  ["a rule whose URI is too long", [{ ...RULE, uri: "x".repeat(257) }]],
  ["a rule with another match policy", [{ ...RULE, match: "regex" }]],
  ["a rule whose match policy is null", [{ ...RULE, match: null }]],
  ["a rule whose match policy is a list", [{ ...RULE, match: ["exact"] }]],
  ["a rule without what it allows", [{ ...RULE, allow: undefined }]],
  ["a rule that allows null", [{ ...RULE, allow: null }]],
  ["a rule that allows a list", [{ ...RULE, allow: ["subscribe"] }]],
  ["a rule that allows everything by one word", [{ ...RULE, allow: true }]],
  ["a rule that allows an action that there is not", [{ ...RULE, allow: { subscribe: true, admin: true } }]],
  ["a rule that allows by a number", [{ ...RULE, allow: { subscribe: 1 } }]],
  ["a rule that allows by a text", [{ ...RULE, allow: { subscribe: "true" } }]],
  ["a rule that allows by null", [{ ...RULE, allow: { subscribe: null } }]],
  ["a rule that says something else besides", [{ ...RULE, deny: true }]],
  ["a rule that would disclose", [{ ...RULE, disclose: { caller: true, publisher: true } }]],
  ["33 rules", Array.from({ length: 33 }, () => RULE)],
  [
    "URIs of 4097 octets",
    [...Array.from({ length: 16 }, () => "é".repeat(128)), "x"].map((uri) => ({ ...RULE, uri })),
  ],
])("S1 a token whose topics are %s is denied", async (_, topics) => {
  expect(await outcome({ ...CLAIMS, topics })).toEqual(DENIED);
  expect(await outcome({ ...CLAIMS, topics }, { topicsRequired: true })).toEqual(DENIED);
});

test("S13 32 rules with URIs of 4096 octets are admitted", async () => {
  const short = Array.from({ length: 16 }, () => RULE.uri);
  const long = Array.from({ length: 15 }, () => "é".repeat(128));
  const rest = "x".repeat(4_096 - 15 * 256 - 16 * RULE.uri.length);
  const topics = [...short, ...long, rest].map((uri) => ({ ...RULE, uri }));
  expect(topics).toHaveLength(32);
  const judged = await outcome({ ...CLAIMS, topics });
  expect("principal" in judged && judged.principal.scope?.map(({ uri }) => uri)).toEqual([
    ...short,
    ...long,
    rest,
  ]);
});

test.each([
  known("alice", { method: "wampcra", key: "k" }),
  known("alice", { method: "cryptosign", publicKeys: [] }),
])("TCK-03 a token cannot take a name that signs in by $credential.method", async (alice) => {
  const method = new Ticket({ book: new MemoryBook(alice), jwt: verifier() });
  const signature = await issuer.sign(CLAIMS);
  expect(await attempt(method, { hello: { authid: "alice" }, signature })).toEqual(DENIED);
  expect(await attempt(method, { signature })).toEqual(DENIED);
  const bob = await issuer.sign({ ...CLAIMS, sub: "bob" });
  expect(await attempt(method, { signature: bob })).toHaveProperty("principal.authid", "bob");
});

test("TCK-03 a name means one principal: a token cannot take one that is in the book, HELLO naming it or not", async () => {
  const credential = { method: "ticket", digest: await digestOf("alice's own") } as const;
  const method = new Ticket({ book: new MemoryBook(known("alice", credential)), jwt: verifier() });
  const signature = await issuer.sign(CLAIMS);
  expect(await attempt(method, { hello: { authid: "alice" }, signature })).toEqual(DENIED);
  expect(await attempt(method, { signature })).toEqual(DENIED);
  const bob = await issuer.sign({ ...CLAIMS, sub: "bob" });
  expect(await attempt(method, { signature: bob })).toHaveProperty("principal.authid", "bob");
  expect(await attempt(method, { hello: { authid: "alice" }, signature: bob })).toEqual(DENIED);
  expect(await attempt(method, { hello: { authid: "alice" }, signature: "alice's own" })).toHaveProperty(
    "principal.authprovider",
    "static",
  );
});

test("AUT-18 what has the shape of a token is judged as one and by nobody else", async () => {
  const asked: string[] = [];
  const method = new Ticket({
    book: new MemoryBook(),
    jwt: verifier(),
    ask: async ({ details: { authid = "" } }, ticket) => {
      asked.push(ticket);
      return { authid, authrole: "user", authprovider: "dynamic" };
    },
  });
  const hello = { authid: "bob" };
  expect(await attempt(method, { hello, signature: "a.b.c" })).toEqual(DENIED);
  expect(await attempt(method, { hello, signature: "no token" })).toHaveProperty("principal.authid", "bob");
  expect(await attempt(method, { signature: "no token" })).toEqual(DENIED); // TCK-01
  expect(asked).toEqual(["no token"]);
});

test.each([
  ["a.b.c", true],
  ["a.b.", true],
  ["a-_9.b.c", true],
  ["a.b", false],
  ["a.b.c.d", false],
  [".b.c", false],
  ["a..c", false],
  ["a.b.c\n", false],
  ["a+b.c.d", false],
  ["", false],
])("TCK-03 %j has the shape of a token: %s", (ticket, is) => {
  expect(hasJwtShape(ticket)).toBe(is);
});

test("RULE-03 a configuration that could not work, or would let in too many, is refused and tells no secret", async () => {
  const right: JwtOptions = { realm: "realm1", secret: SECRET, roles: ["user"] };
  const url = (text: string) => jwtFault({ ...right, jwks: { url: text } });
  const notSafe = "jwks.url: must be an https URL without a password";
  const privateKey = { kty: "EC", kid: "p", d: "topsecret" };
  const { secret: _, ...bare } = right;
  expect(jwtFault(right)).toBeUndefined();
  expect(url("https://issuer.example/keys?x=1")).toBeUndefined();
  expect(url("http://127.0.0.1:8080/keys")).toBeUndefined();
  expect(url("http://localhost/keys")).toBeUndefined();
  expect(url("http://[::1]/keys")).toBeUndefined();
  expect(url("http://issuer.example/keys")).toBe(notSafe);
  expect(url("http://127.0.0.1.example/keys")).toBe(notSafe);
  expect(url("https://user:pass@issuer.example/keys")).toBe(notSafe);
  expect(url("https://user@issuer.example/keys")).toBe(notSafe);
  expect(url("file:///etc/keys")).toBe(notSafe);
  expect(url("keys")).toBe(notSafe);
  expect(jwtFault(bare)).toBe("jwks: there must be jwks or a secret to verify tokens with");
  expect(jwtFault({ ...right, secret: "x".repeat(31) })).toBe("secret: must have at least 32 octets");
  expect(jwtFault({ ...right, secret: "é".repeat(16) })).toBeUndefined();
  expect(jwtFault({ ...right, secret: "" })).toBe("secret: must have at least 32 octets");
  expect(jwtFault({ ...right, roles: [] })).toBe("roles: must name the roles that tokens may grant");
  expect(jwtFault({ ...right, defaultRole: "admin" })).toBe("defaultRole: admin is not one of roles");
  expect(jwtFault({ ...bare, jwks: { keys: [issuer.publicKey, privateKey] } })).toBe(
    "jwks: has a secret or private key at keys[1]: only public keys belong there",
  );
  for (const key of [{ kty: "oct" }, { kty: "RSA", k: "topsecret" }, { kty: "AKP", priv: "topsecret" }]) {
    expect(jwtFault({ ...bare, jwks: { keys: [key] } })).toBe(
      "jwks: has a secret or private key at keys[0]: only public keys belong there",
    );
  }
  expect(jwtFault({ ...bare, jwks: { keys: Array.from({ length: 33 }, () => issuer.publicKey) } })).toBe(
    "jwks: has 33 keys, and 32 are allowed",
  );
  expect(jwtFault({ ...bare, jwks: { keys: "x" } as never })).toBe(
    'jwks: must be a JSON Web Key Set: {"keys": [...]}',
  );
  expect(() => new JwtVerifier(bare, { now: () => NOW })).toThrow("jwks: there must be jwks or a secret");
  expect(() => new JwtVerifier({ ...bare, jwks: { url: "https://x.example/" } }, { now: () => NOW })).toThrow(
    "jwks.url: nothing here can fetch it",
  );
});

test("AUT-07 a configured key that cannot be used is a failure of ours, and admits nobody", async () => {
  const broken: JWK = { ...issuer.publicKey, x: "AAAA" };
  await expect(importJWK(broken, "ES256")).rejects.toThrow();
  expect(await outcome(CLAIMS, { jwks: { keys: [broken] } })).toEqual({
    reason: "wamp.error.authentication_failed",
    text: "the keys of whoever issues this realm's tokens cannot be had at the moment: try again in a minute",
  });
});
