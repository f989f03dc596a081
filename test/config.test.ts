/** What a good configuration becomes. What is wrong with a bad one: config/. */
import { describe, expect, test } from "vitest";
import { burstOf, grantedByTokens, readConfig, realmSettings } from "../src/config.ts";
import { DEFAULT_SESSION_LIMITS } from "../src/router/limits.ts";
import { DEFAULT_REALM_SETTINGS } from "../src/router/settings.ts";
import { errorOf, farm, faultsOf, KEY, newSecret, OTHER_KEY, SECRETS } from "./config/scene.ts";

/** What a realm is that says nothing but its name. */
const CLOSED = {
  hosts: [],
  anonymous: "nobody",
  roles: [],
  principals: [],
  scramDialect: "spec",
  limits: { sessions: 5_000, joining: 1_000, backlog: 1_048_576, totalBacklog: 33_554_432 },
  authFailures: { perAuthid: 10, perAddress: 100 },
  revealUnknown: false,
  strictUri: false,
  requestIdCheck: "off",
  allowDisclose: true,
  progressiveResults: "compat",
  metaApi: true,
  enableMetaKill: false,
  enableMetaModify: false,
  eventHistory: [],
  publicationTrust: [],
  callTrust: [],
  retained: 10_000,
  retainedOctets: 65_536,
  retainedPerAuthid: 1_000,
  retainedTotal: 16_777_216,
  testaments: 64,
  testamentOctets: 65_536,
} as const;

/** What a role is that says nothing but its name: reliability.md section 5. */
const BARE_ROLE = {
  permissions: [],
  singleSession: "many",
  admin: false,
  limits: {
    messages: 100,
    subscriptions: 128,
    registrations: 128,
    patterns: 32,
    pendingCalls: 256,
    pendingInvocations: 1_024,
  },
} as const;

const IDENTITY = { session: 1, authid: "a", authmethod: "ticket", authprovider: "static", roles: {} };
const NOTHING = { call: false, register: false, publish: false, subscribe: false };
const UNDISCLOSED = { caller: false, publisher: false };

const EMPTY = {
  realms: new Map(),
  templates: new Map(),
  hosts: new Map(),
  defaultRealm: undefined,
  assumeJson: false,
  allowedOrigins: [],
  frontDesk: false,
  admin: undefined,
};

describe("what is not said", () => {
  test.each([{}, { REALMS: [] }, { REALMS: [], TEMPLATES: [] }])("RULE-04 %j opens no realm", (env) => {
    expect(readConfig(env)).toEqual(EMPTY);
  });

  test("RULE-04 a realm that says only its name admits nobody: it has no role, no principal, no issuer", () => {
    const realm = { name: "realm1", ...CLOSED };
    expect(readConfig({ REALMS: [{ name: "realm1" }] })).toEqual({
      ...EMPTY,
      realms: new Map([["realm1", realm]]),
      defaultRealm: realm,
    });
  });

  test("RULE-04 a role that says only its name may do nothing, and has the limits of everybody", () => {
    const { defaultRealm } = readConfig({ REALMS: [{ name: "a", roles: [{ name: "x" }] }] });
    expect(defaultRealm?.roles).toEqual([{ name: "x", ...BARE_ROLE }]);
  });

  test("RULE-04 AZN-10 a rule that says only its URI is exact, and allows and discloses nothing", () => {
    const { defaultRealm } = readConfig({
      REALMS: [{ name: "a", roles: [{ name: "x", permissions: [{ uri: "com.x" }] }] }],
    });
    expect(defaultRealm?.roles[0]?.permissions).toEqual([
      { uri: "com.x", match: "exact", allow: NOTHING, disclose: UNDISCLOSED, cache: true },
    ]);
  });

  test("RULE-04 without ADMIN there is no admin API, whatever secrets there are", () => {
    expect(readConfig({ ADMIN_SECRET: newSecret() }).admin).toBeUndefined();
  });
});

describe("what is said", () => {
  const env = { ...SECRETS, REALMS: [farm(), { name: "home", hosts: ["a.example", "b"] }] };

  test("RULE-03 a realm arrives as it was written, with the defaults filled in", () => {
    const given = farm();
    const permission = { match: "exact", allow: NOTHING, disclose: UNDISCLOSED, cache: true };
    const [weather] = given.roles[0]?.permissions ?? [];
    const [own, others] = given.roles[1]?.permissions ?? [];
    const [all] = given.roles[2]?.permissions ?? [];
    expect(readConfig(env).realms.get("com.example.farm")).toEqual({
      ...CLOSED,
      ...given,
      roles: [
        {
          ...BARE_ROLE,
          name: "anonymous",
          permissions: [{ ...permission, ...weather, allow: { ...NOTHING, subscribe: true } }],
          limits: { ...BARE_ROLE.limits, messages: 0, sessions: 10, sessionsPerAuthid: 2 },
        },
        {
          ...BARE_ROLE,
          name: "device",
          permissions: [
            { ...permission, ...own, allow: { ...NOTHING, publish: true, register: true } },
            { ...permission, ...others, allow: { ...NOTHING, subscribe: true } },
          ],
          singleSession: "newest",
          limits: { ...BARE_ROLE.limits, messages: 20, burst: 100 },
        },
        {
          ...BARE_ROLE,
          name: "backend",
          permissions: [
            {
              ...permission,
              ...all,
              allow: { ...NOTHING, call: true },
              disclose: { ...UNDISCLOSED, caller: true },
            },
          ],
          authorizer: "com.farm.authorize",
          authorizerTtl: 60,
          admin: true,
        },
      ],
      principals: given.principals.map((each) => ({
        ...each,
        // CRY-08: either case is read, lower case is kept.
        ...(each.publicKeys && { publicKeys: [KEY] }),
        ...(each.fingerprints && { fingerprints: [OTHER_KEY] }),
      })),
      jwt: {
        ...given.jwt,
        authidClaim: "sub",
        roleClaim: "role",
        topicsClaim: "topics",
        topicsRequired: false,
      },
      authenticator: { ...given.authenticator, timeout: 4_000 },
      limits: { ...CLOSED.limits, ...given.limits },
      authFailures: { perAuthid: 3, perAddress: 100 },
      eventHistory: [{ uri: "com.farm.", match: "prefix", limit: 10, octets: 1_048_576 }],
      publicationTrust: [{ uri: "com.farm.alarm", match: "exact", authrole: "device", level: 1 }],
    });
  });

  test("RULE-03 the first realm is that of /ws, and each host leads to its realm", () => {
    const { realms, hosts, defaultRealm } = readConfig(env);
    expect([...realms.keys()]).toEqual(["com.example.farm", "home"]);
    expect(defaultRealm).toBe(realms.get("com.example.farm"));
    expect([...hosts].map(([host, realm]) => [host, realm.name])).toEqual([
      ["farm.example.com", "com.example.farm"],
      ["a.example", "home"],
      ["b", "home"],
    ]);
  });

  test("RULE-03 the other variables arrive as they were written", () => {
    const config = readConfig({
      ADMIN_KEY: newSecret(),
      TEMPLATES: [{ name: "house", strictUri: true }],
      ASSUME_JSON: true,
      ALLOWED_ORIGINS: ["https://app.example", "http://localhost:3000"],
      FRONT_DESK: true,
      ADMIN: { secret: "ADMIN_KEY", access: { team: "example", audience: "abc" } },
    });
    expect(config).toEqual({
      ...EMPTY,
      templates: new Map([["house", { name: "house", ...CLOSED, strictUri: true }]]),
      assumeJson: true,
      allowedOrigins: ["https://app.example", "http://localhost:3000"],
      frontDesk: true,
      admin: { secret: "ADMIN_KEY", access: { team: "example", audience: "abc" } },
    });
  });

  test("TRN-19 every web page is allowed only where that is what it says", () => {
    expect(readConfig({ ALLOWED_ORIGINS: ["*"] }).allowedOrigins).toEqual(["*"]);
    expect(errorOf({ ALLOWED_ORIGINS: ["https://*.example.com"] })).toBeDefined();
    expect(errorOf({ ALLOWED_ORIGINS: ["null"] })).toBeDefined();
  });

  test("RULE-04 ADMIN is opened by ADMIN_SECRET, or by Access alone where only that is given", () => {
    expect(readConfig({ ADMIN: {}, ADMIN_SECRET: newSecret() }).admin).toEqual({ secret: "ADMIN_SECRET" });
    const access = { team: "example", audience: "abc" };
    expect(readConfig({ ADMIN: { access } }).admin).toEqual({ access });
  });

  test("RULE-03 bindings and other people's variables are none of its business", () => {
    class Binding {
      readonly anonymus = 1;
    }
    const others = {
      REALM: new Binding(),
      TEMPLATE: Object.assign(Object.create(null), { get() {} }),
      ADMINS: undefined,
      LOG_LEVEL: "debug",
      ADMIN_URL: "https://example.com",
      ADMIN_X: "x",
      REALLY: "yes",
      FRONT_DOOR: 1,
    };
    expect([...readConfig({ ...others, REALMS: [{ name: "realm1" }] }).realms.keys()]).toEqual(["realm1"]);
  });

  test("RULE-03 a secret may be named nearly as a variable of ours", () => {
    const principal = { authid: "a", role: "x", method: "ticket", secret: "ADMINS" };
    const realm = { name: "a", roles: [{ name: "x" }], principals: [principal] };
    expect(faultsOf({ ADMINS: newSecret(), REALMS: [realm] })).toEqual([]);
    expect(faultsOf({ ADMINS: newSecret() })).toEqual([
      "vars.ADMINS: there is no such variable; did you mean ADMIN?",
    ]);
  });

  test("RULE-03 a URI or pattern is judged by its own policy, and may stand there once for each", () => {
    const patterns = [
      { uri: "com.x", match: "exact" },
      { uri: "com.x", match: "prefix" },
      { uri: "com.", match: "prefix" },
      { uri: "", match: "prefix" },
      { uri: "com.x", match: "wildcard" },
      { uri: "com..x", match: "wildcard" },
    ];
    const rules = [...patterns, ...patterns].map((each) => ({ ...each, level: 1 })); // the first counts
    const roles = [{ name: "x", permissions: patterns }];
    const realm = {
      name: "realm1",
      roles,
      eventHistory: patterns,
      publicationTrust: rules,
      callTrust: rules,
    };
    const config = readConfig({ REALMS: [realm] }).defaultRealm;
    const { eventHistory, publicationTrust, callTrust } = config ?? {};
    expect(eventHistory).toEqual(patterns.map((each) => ({ ...each, limit: 1_000, octets: 1_048_576 })));
    expect([publicationTrust, callTrust]).toEqual([rules, rules]);
    expect(config?.roles[0]?.permissions.map(({ uri, match }) => ({ uri, match }))).toEqual(patterns);
  });

  test.each([
    ["com.{authid}", "exact"],
    ["{realm}.{authrole}.{authid}.", "prefix"],
    ["com..{authid}", "wildcard"],
  ])("RULE-03 %s (%s) has holes where they may be", (uri, match) => {
    expect(
      faultsOf({ REALMS: [{ name: "a", roles: [{ name: "x", permissions: [{ uri, match }] }] }] }),
    ).toEqual([]);
  });

  test("RULE-03 the same names may be used by realms and templates, and by different methods", () => {
    expect(faultsOf({ ...SECRETS, REALMS: [farm()], TEMPLATES: [{ ...farm(), hosts: [] }] })).toEqual([]);
  });

  test.each([
    "",
    "a..b",
    ".a",
    "a.",
    "two words",
    "realm#1",
    "line\n",
    "x".repeat(257),
    `${"a.".repeat(33)}a`,
  ])("URI-19 RULE-03 a realm whose name is no URI is refused: %j", (name) => {
    expect(faultsOf({ REALMS: [{ name }] })).toEqual([
      "vars.REALMS[0].name: must be a URI such as realm1 or com.example.sensors",
    ]);
  });
});

describe("what is made of it", () => {
  test("RULE-03 an environment is read once, whether it is good or bad", () => {
    const env = { REALMS: [{ name: "realm1" }] };
    expect(readConfig(env)).toBe(readConfig(env));
    expect(readConfig({ ...env })).not.toBe(readConfig(env));
    const bad = { REALMS: [{ name: "" }] };
    expect(errorOf(bad)).toBeDefined();
    expect(errorOf(bad)).toBe(errorOf(bad));
  });

  test("RET-20 how much is retained is the configuration's to say", () => {
    const bounds = { retained: 1, retainedPerAuthid: 5, retainedOctets: 2, retainedTotal: 3, retainedAge: 4 };
    const { defaultRealm } = readConfig({ REALMS: [{ name: "realm1", ...bounds }] });
    expect(realmSettings(defaultRealm).keep).toMatchObject(bounds);
    expect(DEFAULT_REALM_SETTINGS.keep.retainedTotal).toBe(16 * 1_048_576);
  });

  test("RULE-03 a realm that says nothing behaves as the router does by itself", () => {
    const { defaultRealm } = readConfig({ REALMS: [{ name: "realm1" }] });
    const { limits, grantable, ...settings } = realmSettings(defaultRealm);
    expect(settings).toEqual(DEFAULT_REALM_SETTINGS);
    expect(limits).toBeDefined();
    expect(grantable).toBeDefined();
    expect(realmSettings(undefined)).toBe(DEFAULT_REALM_SETTINGS);
  });

  test("RULE-03 every setting of the router's behaviour reaches the router", () => {
    const rules = [{ uri: "com.x", match: "exact", level: 1 }] as const;
    const { defaultRealm } = readConfig({
      REALMS: [
        {
          name: "realm1",
          strictUri: true,
          requestIdCheck: "strict",
          allowDisclose: false,
          progressiveResults: "strict",
          enableMetaKill: true,
          enableMetaModify: true,
          eventHistory: [{ uri: "com.x", limit: 1, age: 2, octets: 3 }],
          publicationTrust: rules,
          callTrust: [{ ...rules[0], authrole: "x" }],
          testaments: 1,
          testamentOctets: 2,
        },
      ],
    });
    expect(realmSettings(defaultRealm)).toEqual({
      limits: expect.any(Function),
      grantable: expect.any(Function),
      uriRule: "strict",
      requestIdCheck: "strict",
      progressiveResults: "strict",
      allowDisclose: false,
      metaApi: true,
      metaKill: true,
      metaModify: true,
      history: [{ uri: "com.x", match: "exact", limit: 1, age: 2, octets: 3 }],
      publicationTrust: rules,
      callTrust: [{ ...rules[0], authrole: "x" }],
      keep: { ...DEFAULT_REALM_SETTINGS.keep, testaments: 1, testamentOctets: 2 },
    });
  });

  test("S13 a session has the limits of its role, and one of a role that is gone may hold nothing", () => {
    const { limits } = realmSettings(
      readConfig({ REALMS: [{ name: "a", roles: [{ name: "x", limits: { patterns: 7 } }, { name: "y" }] }] })
        .defaultRealm,
    );
    const of = (authrole: string) => limits?.({ ...IDENTITY, authrole });
    expect(of("x")).toMatchObject({ ...DEFAULT_SESSION_LIMITS, patterns: 7 });
    expect(of("y")).toMatchObject({ ...DEFAULT_SESSION_LIMITS });
    expect(of("z")).toEqual({
      subscriptions: 0,
      registrations: 0,
      patterns: 0,
      pendingCalls: 0,
      pendingInvocations: 0,
    });
  });

  test("SMA-29 sessions may be given any role that is there and has no admin", () => {
    const roles = [{ name: "x" }, { name: "anonymous" }, { name: "boss", admin: true }];
    const { grantable } = realmSettings(readConfig({ REALMS: [{ name: "a", roles }] }).defaultRealm);
    const granted = ["x", "anonymous", "boss", "gone"].filter((role) => grantable?.(role));
    expect(granted).toEqual(["x", "anonymous"]);
  });

  test("RULE-04 tokens grant what is named, or every role but anonymous and administrators", () => {
    const realm = readConfig({ ...SECRETS, REALMS: [farm()] }).defaultRealm;
    const jwt = realm?.jwt;
    if (!jwt) throw new Error("the farm believes an issuer");
    expect(grantedByTokens(realm)).toEqual(["device"]);
    expect(grantedByTokens({ ...realm, jwt: { ...jwt, roles: ["backend"] } })).toEqual(["backend"]);
  });

  test("S13 a burst is what is said, or the messages of two seconds", () => {
    expect([burstOf({ messages: 100 }), burstOf({ messages: 100, burst: 5 })]).toEqual([200, 5]);
  });
});
