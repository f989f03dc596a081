import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

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
