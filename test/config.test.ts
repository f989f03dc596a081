import { describe, expect, test } from "vitest";
import { ConfigError, readConfig, realmSettings } from "../src/config.ts";
import { DEFAULT_REALM_SETTINGS } from "../src/router/settings.ts";

/** What a realm is that says nothing but its name. */
const CLOSED = {
  anonymous: "nobody",
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
  retainedTotal: 16_777_216,
  testaments: 64,
  testamentOctets: 65_536,
} as const;

function errorOf(env: unknown): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "none";
}

const JOINED = "components joined by single dots, without white space, control characters or '#'";

const refusal = (...lines: string[]): string =>
  [
    "The configuration of this router is wrong, so it serves nobody:",
    ...lines.map((line) => `  ${line}`),
  ].join("\n");

describe("a good configuration", () => {
  test("RULE-04 nothing configured opens no realm", () => {
    const nothing = { realms: new Map(), defaultRealm: undefined, assumeJson: false, allowedOrigins: [] };
    expect(readConfig({})).toEqual(nothing);
    expect(readConfig({ REALMS: [] })).toEqual(nothing);
  });

  test("RULE-04 a realm that says only its name admits nobody", () => {
    const realm = { name: "realm1", ...CLOSED };
    expect(readConfig({ REALMS: [{ name: "realm1" }] })).toEqual({
      realms: new Map([["realm1", realm]]),
      defaultRealm: realm,
      assumeJson: false,
      allowedOrigins: [],
    });
  });

  test("RULE-03 every setting arrives as it was written, and the first realm is that of /ws", () => {
    const sensors = {
      name: "com.example.sensors",
      anonymous: "everybody",
      strictUri: true,
      requestIdCheck: "strict",
    } as const;
    const home = {
      name: "home",
      anonymous: "local",
      strictUri: false,
      requestIdCheck: "increasing",
    } as const;
    const config = readConfig({
      REALMS: [sensors, home],
      ASSUME_JSON: true,
      ALLOWED_ORIGINS: ["https://app.example", "http://localhost:3000"],
    });
    expect(config).toEqual({
      realms: new Map([
        ["com.example.sensors", { ...CLOSED, ...sensors }],
        ["home", { ...CLOSED, ...home }],
      ]),
      defaultRealm: { ...CLOSED, ...sensors },
      assumeJson: true,
      allowedOrigins: ["https://app.example", "http://localhost:3000"],
    });
    expect([...config.realms.keys()]).toEqual(["com.example.sensors", "home"]);
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
    const realm = { name: "realm1", eventHistory: patterns, publicationTrust: rules, callTrust: rules };
    const { eventHistory, publicationTrust, callTrust } = readConfig({ REALMS: [realm] }).defaultRealm ?? {};
    expect(eventHistory).toEqual(patterns.map((each) => ({ ...each, limit: 1_000, octets: 1_048_576 })));
    expect([publicationTrust, callTrust]).toEqual([rules, rules]);
  });

  test("RET-20 how much is retained is the configuration's to say", () => {
    const bounds = { retained: 1, retainedOctets: 2, retainedTotal: 3, retainedAge: 4 };
    const { defaultRealm } = readConfig({ REALMS: [{ name: "realm1", ...bounds }] });
    expect(realmSettings(defaultRealm).keep).toMatchObject(bounds);
    expect(DEFAULT_REALM_SETTINGS.keep.retainedTotal).toBe(16 * 1_048_576);
  });

  test("RULE-03 bindings and secrets beside the variables are none of its business", () => {
    const env = { REALM: { getByName() {} }, TICKET_SECRET: "s3cret", REALMS: [{ name: "realm1" }] };
    expect([...readConfig(env).realms.keys()]).toEqual(["realm1"]);
  });
});

describe("a wrong configuration", () => {
  const realm = { name: "realm1" };

  test.each<[what: string, env: unknown, line: string]>([
    [
      "an unknown key of a realm",
      { REALMS: [realm, { name: "home", anonymus: "everybody" }] },
      'vars.REALMS.1.anonymus: Invalid key: Expected never but received "anonymus"',
    ],
    [
      "a realm without a name",
      { REALMS: [{}] },
      'vars.REALMS.0.name: Invalid key: Expected "name" but received undefined',
    ],
    [
      "a name that is a number",
      { REALMS: [{ name: 7 }] },
      "vars.REALMS.0.name: Invalid type: Expected string but received 7",
    ],
    [
      "a word that is none of those to choose from",
      { REALMS: [{ ...realm, anonymous: "all" }] },
      'vars.REALMS.0.anonymous: Invalid type: Expected ("nobody" | "local" | "everybody") but received "all"',
    ],
    [
      "true where a word is wanted",
      { REALMS: [{ ...realm, anonymous: true }] },
      'vars.REALMS.0.anonymous: Invalid type: Expected ("nobody" | "local" | "everybody") but received true',
    ],
    [
      "a check of request ids that there is not",
      { REALMS: [{ ...realm, requestIdCheck: "on" }] },
      'vars.REALMS.0.requestIdCheck: Invalid type: Expected ("off" | "increasing" | "strict") but received "on"',
    ],
    [
      "a string where true or false is wanted",
      { REALMS: [{ ...realm, strictUri: "false" }] },
      'vars.REALMS.0.strictUri: Invalid type: Expected boolean but received "false"',
    ],
    [
      "realms that are no list",
      { REALMS: realm },
      "vars.REALMS: Invalid type: Expected Array but received Object",
    ],
    [
      "realms that are text",
      { REALMS: "realm1" },
      'vars.REALMS: Invalid type: Expected Array but received "realm1"',
    ],
    [
      "a realm that is text",
      { REALMS: ["realm1"] },
      'vars.REALMS.0: Invalid type: Expected Object but received "realm1"',
    ],
    [
      "a switch that is text",
      { ASSUME_JSON: "true" },
      'vars.ASSUME_JSON: Invalid type: Expected boolean but received "true"',
    ],
    [
      "origins that are text",
      { ALLOWED_ORIGINS: "https://app.example" },
      'vars.ALLOWED_ORIGINS: Invalid type: Expected Array but received "https://app.example"',
    ],
    [
      "an origin that is a number",
      { ALLOWED_ORIGINS: ["https://app.example", 8080] },
      "vars.ALLOWED_ORIGINS.1: Invalid type: Expected string but received 8080",
    ],
    [
      "a realm that stands there twice",
      { REALMS: [realm, { name: "home" }, realm] },
      "vars.REALMS: the realm realm1 stands there twice",
    ],
    [
      "an event history of what is no URI",
      { REALMS: [{ ...realm, eventHistory: [{ uri: "com.x" }, { uri: "com." }] }] },
      `vars.REALMS.0.eventHistory.1.uri: "com." is not a URI: ${JOINED}`,
    ],
    [
      "an event history of what is no prefix",
      { REALMS: [{ ...realm, eventHistory: [{ uri: "com..", match: "prefix" }] }] },
      `vars.REALMS.0.eventHistory.0.uri: "com.." is not a prefix pattern: ${JOINED}`,
    ],
    [
      "a trust level for publications of what is no wildcard",
      { REALMS: [{ ...realm, publicationTrust: [{ uri: "com. .x", match: "wildcard", level: 1 }] }] },
      `vars.REALMS.0.publicationTrust.0.uri: "com. .x" is not a wildcard pattern: ${JOINED}`,
    ],
    [
      "a trust level for calls of what is too long for a URI",
      { REALMS: [{ ...realm, callTrust: [{ uri: "x".repeat(257), level: 1 }] }] },
      `vars.REALMS.0.callTrust.0.uri: "${"x".repeat(257)}" is longer than 256 characters`,
    ],
    [
      "an event history that stands there twice",
      {
        REALMS: [{ ...realm, eventHistory: [{ uri: "com" }, { uri: "a" }, { uri: "com", match: "exact" }] }],
      },
      "vars.REALMS.0.eventHistory: com (exact) stands there twice",
    ],
    [
      "a bound of retained octets below none",
      { REALMS: [{ ...realm, retainedTotal: -1 }] },
      "vars.REALMS.0.retainedTotal: Invalid value: Expected >=0 but received -1",
    ],
  ])("RULE-03 %s is refused, with its path and the reason", (_what, env, line) => {
    expect(errorOf(env)).toBe(refusal(line));
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
    expect(errorOf({ REALMS: [{ name }] })).toBe(
      refusal("vars.REALMS.0.name: must be a URI such as realm1 or com.example.sensors"),
    );
  });

  test("RULE-03 all mistakes are told at once", () => {
    const env = { REALMS: [{ name: "a b" }, { name: 1, open: true }], ASSUME_JSON: 1 };
    expect(errorOf(env)).toBe(
      refusal(
        "vars.REALMS.0.name: must be a URI such as realm1 or com.example.sensors",
        "vars.REALMS.1.name: Invalid type: Expected string but received 1",
        'vars.REALMS.1.open: Invalid key: Expected never but received "open"',
        "vars.ASSUME_JSON: Invalid type: Expected boolean but received 1",
      ),
    );
  });
});
