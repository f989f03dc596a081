/** Stock clients sign in by tokens that somebody else issued, sent as tickets: with a shared secret and with published keys. */
import { afterAll, describe, expect, test } from "vitest";
import { JwksServer } from "../auth/jwks-server.ts";
import { newIssuer, signHs256, unsigned } from "../auth/tokens.ts";
import { openRole } from "../open-realm.ts";
import { newSecret } from "./client/admin.ts";
import { autobahnByDefault, openAutobahn } from "./client/autobahn-js.ts";
import { args, fresh } from "./client/client.ts";
import { pythonByDefault } from "./client/python.ts";
import { DENIED, refusal, visit } from "./client/visit.ts";
import { wampy7Kinds, wampy8Kinds } from "./client/wampy.ts";
import { routerForThisFile } from "./router.ts";

const SHARED = "com.example.shared";
const PUBLISHED = "com.example.published";
const BROKEN = "com.example.broken";
const SECRET = newSecret();
const TICKET = newSecret();

const issuer = await newIssuer();
const website = await JwksServer.start();
website.publish(issuer);
const broken = await JwksServer.start(); // answers 500 to all
afterAll(async () => {
  await website.stop();
  await broken.stop();
});

const roles = [
  { name: "user", permissions: openRole.permissions },
  { name: "root", permissions: openRole.permissions, admin: true },
];
const router = routerForThisFile({
  realms: [
    {
      name: SHARED,
      roles,
      jwt: { secret: "JWT_SECRET" },
      authFailures: { perAuthid: 1_000, perAddress: 1_000 },
      principals: [{ authid: "boss", role: "user", method: "ticket", secret: "BOSS_TICKET" }],
    },
    { name: PUBLISHED, roles, jwt: { jwks: website.url, issuer: "https://issuer.example/" } },
    { name: BROKEN, roles, jwt: { jwks: broken.url } },
  ],
  secrets: { JWT_SECRET: SECRET, BOSS_TICKET: TICKET },
});

const seconds = (): number => Math.floor(Date.now() / 1_000);

/** What a right token of alice says, in this realm. */
function claims(aud: string, more: object = {}): object {
  return { iss: "https://issuer.example/", aud, sub: "alice", role: "user", exp: seconds() + 600, ...more };
}

function arriving(realm: string, ticket: string, authid?: string) {
  const named = authid === undefined ? {} : { authid };
  return { ...router().at(realm), credentials: { method: "ticket", ticket, ...named } as const };
}

const kinds = [autobahnByDefault, pythonByDefault, ...wampy8Kinds.slice(0, 1), ...wampy7Kinds.slice(0, 1)];
const ALICE = { authid: "alice", authrole: "user", authmethod: "ticket", authprovider: "jwt" };

describe.each(kinds.map((kind) => ({ kind, name: kind.name })))("$name", ({ kind }) => {
  test("TCK-03 AUT-11 signs in by a token of a shared secret and by one of published keys", async () => {
    const shared = await signHs256(claims(SHARED), SECRET);
    const published = await issuer.sign(claims(PUBLISHED));
    expect(await visit(kind, arriving(SHARED, shared, "alice"))).toEqual(ALICE);
    expect(await visit(kind, arriving(PUBLISHED, published, "alice"))).toEqual(ALICE);
  });

  test("AUT-06 is denied by a token that is forged, over, for another realm, of another name or of too high a role", async () => {
    const tokens = [
      await signHs256(claims(SHARED), newSecret()),
      await signHs256(claims(SHARED, { exp: seconds() - 1 }), SECRET),
      await signHs256(claims(PUBLISHED), SECRET),
      await signHs256(claims(SHARED, { sub: "bob" }), SECRET),
      await signHs256(claims(SHARED, { role: "root" }), SECRET),
      await issuer.sign(claims(SHARED)),
      unsigned(claims(SHARED)),
    ];
    for (const token of tokens) {
      expect(await refusal(kind, arriving(SHARED, token, "alice"))).toEqual(DENIED);
    }
    const boss = await signHs256(claims(SHARED, { sub: "boss" }), SECRET);
    expect(await refusal(kind, arriving(SHARED, boss, "boss"))).toEqual(DENIED);
    expect(await visit(kind, arriving(SHARED, TICKET, "boss"))).toMatchObject({ authprovider: "static" });
  });

  test("AZN-02 may do no more than the topics of its token allow", async () => {
    const topics = [{ uri: "com.example.mine.", match: "prefix", allow: { publish: true } }];
    const token = await signHs256(claims(SHARED, { topics }), SECRET);
    const client = await kind.open(arriving(SHARED, token, "alice"));
    await client.publish("com.example.mine.lamp", args(1));
    await expect(client.call("com.example.mine.lamp", args())).rejects.toMatchObject({
      uri: "wamp.error.not_authorized",
    });
    await client.close();
  });
});

test("TCK-01 autobahn-js 26 and autobahn-python need not say who they are: their token does", async () => {
  const token = await signHs256(claims(SHARED), SECRET);
  for (const kind of [autobahnByDefault, pythonByDefault]) {
    expect(await visit(kind, arriving(SHARED, token))).toEqual(ALICE);
  }
});

test("AUT-07 nobody is let in while the issuer's keys cannot be had, nor told that the token is wrong", async () => {
  const token = await issuer.sign(claims(BROKEN));
  expect(await refusal(autobahnByDefault, arriving(BROKEN, token, "alice"))).toEqual({
    reason: "wamp.error.authentication_failed",
    text: expect.stringMatching(/\S/),
  });
});

test("RULE-08 a session ends with its token, and its user is told why", async () => {
  const token = await signHs256(claims(SHARED, { exp: seconds() + 3 }), SECRET);
  const line = await openAutobahn(arriving(SHARED, token, "alice"));
  const procedure = fresh("expiring");
  await line.session.register(procedure, () => "here");
  expect(await line.closed).toBe("edgebahn.close.expired");
  expect(await refusal(autobahnByDefault, arriving(SHARED, token, "alice"))).toEqual(DENIED);
  const other = await autobahnByDefault.open(arriving(SHARED, TICKET, "boss"));
  await expect(other.call(procedure, args())).rejects.toMatchObject({ uri: "wamp.error.no_such_procedure" });
  await other.close();
});
