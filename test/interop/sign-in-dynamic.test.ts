/** A stock client registers the procedure that says who others are, or what they may do; other stock clients meet it. */
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { deriveScram } from "../../tools/derive-scram.ts";
import { Key } from "../auth/key.ts";
import { openRole } from "../open-realm.ts";
import { newSecret } from "./client/admin.ts";
import { autobahnByDefault } from "./client/autobahn-js.ts";
import { args, CallFailure, type Client, type Payload } from "./client/client.ts";
import type { Credentials } from "./client/credentials.ts";
import { ARGON, wrong } from "./client/principals.ts";
import { pythonByDefault } from "./client/python.ts";
import { DENIED, refusal, visit } from "./client/visit.ts";
import { wampy8Kinds } from "./client/wampy.ts";
import { routerForThisFile } from "./router.ts";

const AUTHENTICATE = "com.example.authenticate";
const AUTHORIZE = "com.example.authorize";
const TICKET = newSecret();
const KEEPER: Credentials = { method: "ticket", authid: "keeper", ticket: TICKET };

const [wampy] = wampy8Kinds;
if (!wampy) throw new Error("wampy has no serializer");
const kinds = [autobahnByDefault, pythonByDefault, wampy];
/** Who registers the procedure: a realm for each. */
const keepers = kinds.map((kind, at) => ({ kind, name: kind.name, realm: `com.example.kept${at}` }));

const router = routerForThisFile({
  realms: keepers.map(({ realm }) => ({
    name: realm,
    roles: [
      { name: "keeper", permissions: openRole.permissions },
      { name: "user", permissions: openRole.permissions },
      {
        name: "guest",
        authorizer: AUTHORIZE,
        permissions: [{ uri: "com.ruled", match: "prefix", allow: { call: true } }],
      },
    ],
    principals: [
      { authid: "keeper", role: "keeper", method: "ticket", secret: "KEEPER_TICKET" },
      { authid: "guest", role: "guest", method: "ticket", secret: "GUEST_TICKET" },
    ],
    authenticator: { procedure: AUTHENTICATE, methods: ["ticket", "wampcra", "wamp-scram", "cryptosign"] },
    scramDialect: "both",
    authFailures: { perAuthid: 1_000, perAddress: 1_000 },
  })),
  secrets: { KEEPER_TICKET: TICKET, GUEST_TICKET: TICKET },
});

const secret = newSecret();
const seed = randomBytes(32).toString("hex");
const derived = pbkdf2Sync(secret, "a salt", 1_500, 24, "sha256").toString("base64");
const scram = await deriveScram("pencil", randomBytes(16), ARGON);
const inHex = (base64: string): string => Buffer.from(base64, "base64").toString("hex");

/** Whom the procedures know, and what they answer of each: as authenticators for Crossbar.io do. */
const KNOWN: Readonly<Record<string, { readonly answer: unknown; readonly right: Credentials }>> = {
  ticket: { right: { method: "ticket", authid: "joe", ticket: secret }, answer: { role: "user" } },
  "WAMP-CRA": { right: { method: "wampcra", authid: "joe", secret }, answer: { role: "user", secret } },
  "salted WAMP-CRA": {
    right: { method: "wampcra", authid: "salty", secret },
    answer: { role: "user", secret: derived, salt: "a salt", iterations: 1_500, keylen: 24 },
  },
  SCRAM: {
    right: { method: "scram", authid: "scrambled", password: "pencil" },
    answer: {
      role: "user",
      kdf: scram.kdf,
      iterations: scram.iterations,
      memory: scram.memory,
      salt: inHex(scram.salt),
      "stored-key": inHex(scram.storedKey),
      "server-key": inHex(scram.serverKey),
    },
  },
  cryptosign: {
    right: { method: "cryptosign", authid: "joe", seed },
    answer: { role: "user", pubkey: new Key(seed).publicKey },
  },
};

/** What the procedures do, whoever registers them. */
function authenticate({ args: [, authid, details] }: Payload): Payload {
  const { authmethod, ticket } = details as { authmethod: string; ticket?: string };
  const known = Object.values(KNOWN).find(
    ({ right }) =>
      right.authid === authid && authmethod === (right.method === "scram" ? "wamp-scram" : right.method),
  );
  if (!known || (known.right.method === "ticket" && known.right.ticket !== ticket)) {
    throw new CallFailure("com.example.error.unknown", args(`nobody is ${authid}`));
  }
  return args(known.answer);
}

const arriving = (realm: string, credentials: Credentials) => ({ ...router().at(realm), credentials });

describe.each(keepers)("$name decides", ({ kind, realm }) => {
  const asked: Payload[] = [];
  let keeper: Client;

  test("AUT-07 nobody is let in before it has come", async () => {
    for (const { right } of [KNOWN.ticket, KNOWN["WAMP-CRA"]].filter((each) => each !== undefined)) {
      expect(await refusal(autobahnByDefault, arriving(realm, right))).toEqual({
        reason: "wamp.error.authentication_failed",
        text: "this realm's authenticator could not decide: try again later, and if it stays so tell its administrator",
      });
    }
    keeper = await kind.open(arriving(realm, KEEPER));
    await keeper.register(AUTHENTICATE, (call) => {
      asked.push(call);
      return authenticate(call);
    });
  });

  const cases = kinds.flatMap((visitor) =>
    Object.entries(KNOWN)
      .filter(([, { right }]) => visitor.methods.includes(right.method))
      .map(([what, { right }]) => ({ visitor, name: visitor.name, what, right })),
  );
  test.each(cases)("AUT-18 $name signs in by $what that it knows, and by no other", async (each) => {
    const { visitor, right } = each;
    const { method, authid } = right;
    expect(await visit(visitor, arriving(realm, right))).toEqual({
      authid,
      authrole: "user",
      authmethod: method,
      authprovider: "dynamic",
    });
    expect(await refusal(visitor, arriving(realm, wrong(right)))).toEqual(DENIED);
    const stranger = { ...right, authid: "stranger" };
    expect(await refusal(visitor, arriving(realm, stranger))).toEqual(DENIED);
  });

  test("AUT-18 it is told the realm, the name and what HELLO said, and a ticket only where it judges one", async () => {
    asked.length = 0;
    await visit(autobahnByDefault, arriving(realm, { method: "ticket", authid: "joe", ticket: secret }));
    const authextra = { pubkey: new Key(seed).publicKey };
    await visit(wampy, arriving(realm, { method: "cryptosign", authid: "joe", seed }));
    const transport = { address: "127.0.0.1" };
    const told = { session: expect.any(Number), transport };
    expect(asked.map((call) => call.args)).toEqual([
      [realm, "joe", { ...told, authmethod: "ticket", authextra: {}, ticket: secret }],
      [realm, "joe", { ...told, authmethod: "cryptosign", authextra }],
    ]);
    await keeper.close();
  });
});

describe.each(keepers)("$name permits", ({ kind, realm }) => {
  const asked: unknown[] = [];
  let keeper: Client;
  let guest: Client;

  /** What the authorizer answers, by URI. */
  function authorize({ args: [session, uri, action, options] }: Payload): Payload {
    asked.push([session, uri, action, options]);
    if (uri === "com.asked.broken") throw new CallFailure("com.example.error.broken", args());
    if (uri === "com.asked.odd") return args("yes");
    if (uri === "com.asked.cached") return args({ allow: true, cache: true });
    return args(uri === "com.asked.yes" || uri === "com.asked");
  }

  const failure = (uri: string) => expect.objectContaining({ uri });
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => error,
    );

  test("AZN-03 ERR-08 nothing is done while nobody can be asked", async () => {
    keeper = await kind.open(arriving(realm, KEEPER));
    guest = await autobahnByDefault.open(
      arriving(realm, { method: "ticket", authid: "guest", ticket: TICKET }),
    );
    expect(await outcome(guest.call("com.asked.yes", args()))).toEqual(
      failure("wamp.error.authorization_failed"),
    );
    await keeper.register(AUTHORIZE, authorize);
    for (const uri of ["com.asked.yes", "com.asked.cached", "com.ruled.yes"]) {
      await keeper.register(uri, () => args(uri));
    }
  });

  test("AZN-11 it is asked for what no rule decides, each time unless it says that its answer may be kept", async () => {
    expect(await guest.call("com.ruled.yes", args())).toEqual(args("com.ruled.yes"));
    expect(asked).toEqual([]);
    for (const uri of ["com.asked.yes", "com.asked.cached"]) {
      for (const _ of [1, 2, 3]) expect(await guest.call(uri, args())).toEqual(args(uri));
    }
    const { authid, authrole, authmethod, authprovider } = guest.welcome;
    const session = { realm, session: expect.any(Number), authid, authrole, authmethod, authprovider };
    const question = (uri: string) => [session, uri, "call", { match: "exact" }];
    expect(asked).toEqual([...Array(3).fill(question("com.asked.yes")), question("com.asked.cached")]);
  });

  test("AZN-02 AZN-03 what it denies is not authorized, and no answer is no permission", async () => {
    expect(await outcome(guest.call("com.asked.no", args()))).toEqual(failure("wamp.error.not_authorized"));
    for (const uri of ["com.asked.broken", "com.asked.odd"]) {
      expect(await outcome(guest.call(uri, args()))).toEqual(failure("wamp.error.authorization_failed"));
    }
  });

  test("AZN-09 a pattern is asked for as a pattern, and its events come once it is allowed", async () => {
    asked.length = 0;
    const { events } = await guest.subscribe("com.asked", "prefix");
    expect(asked).toEqual([[expect.anything(), "com.asked", "subscribe", { match: "prefix" }]]);
    await keeper.publish("com.asked.news", args("news"));
    expect((await events.next()).args).toEqual(["news"]);
    await guest.close();
    await keeper.close();
  });
});
