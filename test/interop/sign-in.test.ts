/**
 * Stock clients sign in over real sockets by every method that they have: as principals of the configuration and as devices
 * that the admin API added, with the right secret and with a wrong one.
 */
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { deriveScram } from "../../tools/derive-scram.ts";
import { Key } from "../auth/key.ts";
import { openRole } from "../open-realm.ts";
import { Admin, newSecret } from "./client/admin.ts";
import { autobahnByDefault, autobahnKinds } from "./client/autobahn-js.ts";
import type { ClientKind } from "./client/client.ts";
import type { Credentials, Method } from "./client/credentials.ts";
import { ARGON, configured, PRINCIPALS, workerSecrets, wrong } from "./client/principals.ts";
import { pythonByDefault, pythonKinds } from "./client/python.ts";
import { DENIED, refusal, visit } from "./client/visit.ts";
import { wampy7Kinds, wampy8Kinds } from "./client/wampy.ts";
import { RawSocket } from "./raw-socket.ts";
import { routerForThisFile } from "./router.ts";

const REALM = "com.example.doors";
const ADMIN_SECRET = newSecret();
const router = routerForThisFile({
  realms: [
    {
      name: REALM,
      roles: [{ name: "device", permissions: openRole.permissions }],
      principals: configured("device"),
      scramDialect: "both",
      authFailures: { perAuthid: 1_000, perAddress: 10_000 },
    },
    {
      name: "com.example.keys",
      anonymous: "local",
      roles: [{ name: "device" }, { name: "anonymous", permissions: openRole.permissions }],
      principals: [{ authid: "k2", role: "device", method: "cryptosign", publicKeys: ["ab".repeat(32)] }],
    },
    {
      name: "com.example.frank",
      roles: [{ name: "device" }],
      principals: configured("device"),
      scramDialect: "both",
      revealUnknown: true,
      authFailures: { perAuthid: 1_000, perAddress: 10_000 },
    },
  ],
  vars: { ADMIN: {} },
  secrets: { ADMIN_SECRET, ...workerSecrets() },
});
const admin = new Admin(router, ADMIN_SECRET);

const kinds: readonly ClientKind[] = [
  ...autobahnKinds,
  autobahnByDefault,
  ...wampy8Kinds,
  ...wampy7Kinds,
  pythonByDefault,
  ...pythonKinds.filter(({ name }) => name.endsWith(" json")),
];

const home = (credentials: Credentials) => ({ ...router().at(REALM), credentials });

const ROWS: Readonly<Record<Method, string>> = {
  ticket: "TCK-03 TCK-04",
  wampcra: "CRA-04 CRA-06",
  scram: "SCR-16",
  cryptosign: "CRY-01 CRY-05",
};
const cases = kinds.flatMap((kind) =>
  Object.entries(PRINCIPALS)
    .filter(([, { right }]) => kind.methods.includes(right.method))
    .map(([what, somebody]) => ({ kind, name: kind.name, what, somebody })),
);

describe("principals of the configuration", () => {
  for (const { kind, name, what, somebody } of cases) {
    const { right } = somebody;
    test(`${ROWS[right.method]} AUT-11 ${name} signs in with ${what}, and is told who it is`, async () => {
      expect(await visit(kind, home(right))).toEqual({
        authid: somebody.right.authid,
        authrole: "device",
        authmethod: right.method,
        authprovider: "static",
      });
    });

    test(`AUT-06 AUT-08 ERR-20 ${name} is denied with ${what} that is wrong, as if nobody had that name`, async () => {
      const unknown = { ...wrong(right), authid: `nobody-${somebody.right.authid}` };
      expect(await Promise.all([wrong(right), unknown].map((each) => refusal(kind, home(each))))).toEqual([
        DENIED,
        DENIED,
      ]);
    });
  }
});

describe.each(kinds.map((kind) => ({ kind, name: kind.name })))("$name", ({ kind }) => {
  test("RULE-62 signs in as devices that the admin API added, by secrets that it made and by keys", async () => {
    const own = `${kind.name.replaceAll(/[^a-z0-9]/g, "")}-`;
    const device = { authid: "", role: "device" };
    const seed = randomBytes(32).toString("hex");
    const publicKeys = [new Key(seed).publicKey];
    const made: Credentials[] = [
      {
        method: "ticket",
        authid: `${own}t`,
        ticket: await admin.add({ ...device, authid: `${own}t`, method: "ticket" }),
      },
      {
        method: "wampcra",
        authid: `${own}c`,
        secret: await admin.add({ ...device, authid: `${own}c`, method: "wampcra" }),
      },
    ];
    await admin.add({ ...device, authid: `${own}k`, method: "cryptosign", publicKeys });
    made.push({ method: "cryptosign", authid: `${own}k`, seed });
    if (kind.methods.includes("scram")) {
      const { method, ...credential } = await deriveScram("secret of a device", randomBytes(16), ARGON);
      await admin.add({ ...device, authid: `${own}s`, method, credential });
      made.push({ method: "scram", authid: `${own}s`, password: "secret of a device" });
    }
    for (const credentials of made) {
      expect(await visit(kind, home(credentials))).toEqual({
        authid: credentials.authid,
        authrole: "device",
        authmethod: credentials.method,
        authprovider: "device",
      });
      expect(await refusal(kind, home(wrong(credentials)))).toEqual(DENIED);
    }
  });

  test("AUT-04 without credentials is told that they are required", async () => {
    expect(await refusal(kind, router().at(REALM))).toEqual({
      reason: "wamp.error.authentication_required",
      text: expect.stringContaining(REALM),
    });
  });

  test("AUT-03 with a method that the realm does not offer is told so", async () => {
    const credentials = { method: "ticket", authid: "k2", ticket: newSecret() } as const;
    expect(await refusal(kind, { ...router().at("com.example.keys"), credentials })).toEqual({
      reason: "wamp.error.no_matching_auth_method",
      text: "realm com.example.keys offers none of the methods ticket, but anonymous, cryptosign",
    });
  });

  test("ERR-19 with an unknown name is told so where the realm does not hide who there is", async () => {
    for (const { right } of Object.values(PRINCIPALS)) {
      if (!kind.methods.includes(right.method)) continue;
      const credentials = { ...right, authid: "nobody" };
      expect(await refusal(kind, { ...router().at("com.example.frank"), credentials })).toEqual({
        reason: "wamp.error.no_such_principal",
        text: "nobody here has the name nobody: ask this realm's administrator for yours",
      });
    }
  });

  test("AUT-09 with the name of another realm is told where that one is", async () => {
    const credentials = { method: "ticket", authid: "t1", ticket: newSecret() } as const;
    const calling = (realm: string) => ({ ...router().at(REALM), realm, credentials });
    expect(await refusal(kind, calling("com.example.keys"))).toEqual({
      reason: "wamp.error.no_such_realm",
      text: `this address serves ${REALM}; connect to /ws/com.example.keys for com.example.keys`,
    });
    expect(await refusal(kind, calling("com.example.nowhere"))).toEqual({
      reason: "wamp.error.no_such_realm",
      text: `there is no realm com.example.nowhere on this router; this address serves ${REALM}`,
    });
  });
});

test.each([
  ["none", {}],
  ["an empty list of", { authmethods: [] }],
])(
  "AUT-02 a client that names %s authmethods is anonymous where that is admitted, and refused where it is not",
  async (_what, more) => {
    const heard = async (realm: string) => {
      const socket = await RawSocket.open(router().at(realm).url, "wamp.2.json");
      socket.tell([1, realm, { roles: { caller: {} }, ...more }]);
      const answer = await socket.hear();
      await socket.cut();
      return answer;
    };
    const details = { authrole: "anonymous", authmethod: "anonymous", authprovider: "static" };
    expect(await heard("com.example.keys")).toEqual([
      2,
      expect.any(Number),
      expect.objectContaining(details),
    ]);
    expect(await heard(REALM)).toEqual([
      3,
      { message: expect.stringContaining(REALM) },
      "wamp.error.authentication_required",
    ]);
  },
);

const KEY = PRINCIPALS["a key"]?.right;

// wampy wants an authid for every sign-in.
test.each([autobahnByDefault, pythonByDefault].map((kind) => ({ kind, name: kind.name })))(
  "CRY-02 $name signs in by its key alone, without saying who it is",
  async ({ kind }) => {
    if (KEY?.method !== "cryptosign") throw new Error("there is no principal with a key");
    const { seed } = KEY;
    expect(await visit(kind, home({ method: "cryptosign", seed }))).toEqual({
      authid: "k1",
      authrole: "device",
      authmethod: "cryptosign",
      authprovider: "static",
    });
    const unknown = { method: "cryptosign", seed: randomBytes(32).toString("hex") } as const;
    expect(await refusal(kind, home(unknown))).toEqual(DENIED);
  },
);
