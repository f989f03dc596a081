/** What comes out of Crossbar's config.json is taken by wrangler and by the router, and opens and tells nothing. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Config, readConfig } from "../../src/config.ts";
import { patternOf } from "../../tools/crossbar-realm.ts";
import { importCrossbar } from "../../tools/import-crossbar.ts";
import { tomlTables } from "../../tools/toml.ts";
import { newSecret, SCRAM } from "../config/scene.ts";
import { CANARY, CROSSBAR, KEYS } from "./crossbar.ts";
import { readToml } from "./wrangler-toml.ts";

/** What the router makes of an imported file, when each secret that it names is set. */
function configOf(file: unknown): Config {
  const { toml, secrets } = importCrossbar(file);
  const env = Object.fromEntries(
    [...secrets.keys()].map((name) => [name, name.endsWith("_SCRAM") ? JSON.stringify(SCRAM) : newSecret()]),
  );
  // The derived key of 16 octets that the file says.
  if ("CLIENT2_SECRET" in env) env.CLIENT2_SECRET = Buffer.from(newSecret().slice(0, 16)).toString("base64");
  return readConfig({ ...env, ...readToml(toml).vars });
}

/** The lines about what was not carried over. */
function notes(file: unknown): string[] {
  return importCrossbar(file)
    .toml.split("\n")
    .flatMap((line) => (line.startsWith("# - ") ? [line.slice(4)] : []));
}

function file(realm: object, transports: object[] = []) {
  return { workers: [{ realms: [{ name: "realm1", ...realm }], transports }] };
}

const ALL = { call: true, register: true, publish: true, subscribe: true };
const NONE = { call: false, register: false, publish: false, subscribe: false };
const QUIET = { caller: false, publisher: false };
const rule = (uri: string, match: string, allow: object, more: object = {}) => ({
  ...{ uri, match, allow: { ...NONE, ...allow }, disclose: QUIET, cache: true },
  ...more,
});

describe("a config.json with everything", () => {
  const { realms, defaultRealm } = configOf(CROSSBAR);

  test("AZN-10 gives its roles and permissions, with stars and old flags as Crossbar reads them", () => {
    const open = [
      rule("", "prefix", { ...ALL, register: false }),
      rule("com.secret", "exact", {}, { cache: false }),
    ];
    expect(
      defaultRealm?.roles.map(({ name, permissions, authorizer, admin }) => ({
        name,
        permissions,
        authorizer,
        admin,
      })),
    ).toEqual([
      { name: "public", permissions: open, admin: false },
      {
        name: "backend",
        permissions: [
          rule("", "prefix", ALL),
          rule("com.example.topic2", "exact", { subscribe: true }),
          rule(
            "com..status.",
            "wildcard",
            { subscribe: true },
            { disclose: { caller: true, publisher: true } },
          ),
          rule("com.example.*", "exact", { call: true }),
        ],
        admin: false,
      },
      { name: "dynamic", permissions: [], authorizer: "com.example.authorize", admin: false },
      { name: "lax", permissions: [], admin: false },
      { name: "anonymous", permissions: open, admin: false },
    ]);
  });

  test("AUT-01 gives its principals, each secret under a name of its own", () => {
    const backend = { role: "backend" };
    expect(defaultRealm?.principals).toEqual([
      { ...backend, authid: "42", method: "ticket", secret: "PRINCIPAL_42_TICKET" },
      { ...backend, authid: "joe", method: "ticket", secret: "JOE_TICKET" },
      { ...backend, authid: "joe!", method: "ticket", secret: "JOE_TICKET_2" },
      { ...backend, authid: "client1", method: "wampcra", secret: "CLIENT1_SECRET" },
      {
        ...{ ...backend, authid: "client2", method: "wampcra", secret: "CLIENT2_SECRET" },
        ...{ salt: "salt123", iterations: 1_000, keylen: 16 },
      },
      { ...backend, authid: "foobar@example.com", method: "wamp-scram", secret: "FOOBAR_EXAMPLE_COM_SCRAM" },
      {
        ...{ authid: "client01@example.com", role: "dynamic", method: "cryptosign" },
        publicKeys: [KEYS.one.toLowerCase(), KEYS.two],
      },
      { authid: "thief", role: "dynamic", method: "cryptosign", publicKeys: [KEYS.three] },
    ]);
  });

  test("RULE-03 gives its realms, event history, anonymous access, SCRAM dialect and authenticators", () => {
    expect([...realms.keys()]).toEqual(["realm1", "realm2"]);
    expect(defaultRealm).toMatchObject({ anonymous: "everybody", scramDialect: "both" });
    expect(defaultRealm?.eventHistory.map(({ uri, match, limit }) => [uri, match, limit])).toEqual([
      ["com.example.oncounter", "exact", 10_000],
      ["com.example.", "prefix", 1_000],
    ]);
    expect(realms.get("realm2")).toMatchObject({
      anonymous: "nobody",
      principals: [],
      authenticator: { procedure: "com.auth", methods: ["ticket", "wampcra"] },
    });
  });

  test("RULE-03 says what is not carried over, and in which words to look for what may be open now", () => {
    const JOINED = "components joined by single dots, without white space, control characters or '#'";
    const web = "transport web, path ws";
    expect(notes(CROSSBAR)).toEqual([
      "realm realm1: options: edgebahn has no such setting",
      `realm realm1: the event history of "a b" is not a URI: ${JOINED}`,
      'realm realm1, role backend: validate of "com.example.*": payloads are not looked into',
      'CHECK realm realm1, role backend: the rule for "com.{user}.x" has braces, which stand for {authid}, {authrole}, {realm} here; see that nothing else allows what it denied',
      `CHECK realm realm1, role backend: the rule for "com..bad" is not a URI: ${JOINED}; see that nothing else allows what it denied`,
      "realm realm1, role backend: two rules for com.example.topic2: the last one is kept, as Crossbar does",
      "realm realm1, role backend: a rule without a uri",
      "CHECK realm realm1, role backend: the wildcard rule com..status. does not allow call, register, publish, a prefix rule does, and prefixes decide first here",
      "realm realm1, role lax: allow-by-default: denied by default here; add a rule for the URIs it needs",
      "transport rawsocket: anonymous clients of the role backend: a raw socket is local, the internet is not; give them a sign-in",
      `${web}: anonymous clients get the role anonymous here, so it is a copy of public`,
      `${web}: sign-in by cookie: edgebahn has none`,
      `${web}: ticket principal "nobody": there is no realm with the role "missing" for it`,
      `${web}: ticket principal "x\\"\\n[evil]": its name is too long, empty, or holds control characters`,
      `${web}: wampcra principal "weak": its salt needs iterations of 1000 or more and a keylen from 16 to 64: derive a new key`,
      `${web}: cryptosign principal "thief": those of its keys that are not 64 hex digits, or that somebody else has`,
      `${web}: cryptosign principal "keyless": it has no authorized_keys of 64 hex digits that nobody else has`,
      `${web}: tls principal "client_0": Crossbar knows its certificate by SHA-1, edgebahn by SHA-256: add it with fingerprints`,
      `${web}2: the authenticator com.auth signs clients in to its own realm, realm2, only`,
      `${web}2: the authenticator com.auth signs clients in to its own realm, realm2, only`,
      `${web}2: the authenticator com.other: realm realm2 has com.auth already`,
      `${web}2: cryptosign of the type function: make it an authenticator, or principals`,
      'component backend.Session: edgebahn hosts no components; run it as a client with the role "backend"',
      "options of a worker: Crossbar's own, nothing to carry over",
      'component monitor.Monitor: edgebahn hosts no components; run it as a client with the role "anonymous"',
    ]);
  });
});

describe("what is closed stays closed", () => {
  test("RULE-04 a realm without transports admits nobody", () => {
    const { defaultRealm } = configOf(
      file({ roles: [{ name: "anonymous", permissions: [{ uri: "*", call: true }] }] }),
    );
    expect(defaultRealm).toMatchObject({ anonymous: "nobody", principals: [] });
  });

  test("ANO-04 a WebSocket without auth admits anonymous clients, as Crossbar does, where there is a role for them", () => {
    const websocket = { type: "websocket", endpoint: {} };
    const roles = [{ name: "anonymous", permissions: [{ uri: "com.*", call: true }] }];
    expect(configOf(file({ roles }, [websocket])).defaultRealm).toMatchObject({
      anonymous: "everybody",
      roles: [{ permissions: [rule("com.", "prefix", { call: true })] }],
    });
    expect(configOf(file({ roles: [{ name: "x" }] }, [websocket])).defaultRealm?.anonymous).toBe("nobody");
    const signIn = { ...websocket, auth: { ticket: { type: "static", principals: {} } } };
    expect(configOf(file({ roles }, [signIn])).defaultRealm?.anonymous).toBe("nobody");
  });

  test("RULE-04 only true allows; whatever else stands there does not", () => {
    const permissions = [
      { uri: "com.x", allow: { call: "true", register: 1, publish: null, subscribe: {} } },
    ];
    const { defaultRealm } = configOf(file({ roles: [{ name: "x", permissions }] }));
    expect(defaultRealm?.roles[0]?.permissions).toEqual([rule("com.x", "exact", {})]);
  });

  test("RULE-04 the flags of a rule that has allow too are not read", () => {
    const permissions = [{ uri: "com.x", call: true, allow: { publish: true } }];
    const { defaultRealm } = configOf(file({ roles: [{ name: "x", permissions }] }));
    expect(defaultRealm?.roles[0]?.permissions).toEqual([rule("com.x", "exact", { publish: true })]);
  });

  test.each<[object, string]>([
    [{}, "this config.json has no workers[].realms[]"],
    [{ workers: [{ realms: [{ name: "a b" }] }] }, 'the realm "a b" is not a URI'],
    [{ workers: [{ realms: [{}] }] }, 'the realm "" is not a URI'],
  ])("RULE-03 %j is refused", (given, fault) => {
    expect(() => importCrossbar(given)).toThrow(fault);
  });

  test("RULE-03 what stands there twice is taken once", () => {
    const realm = { name: "a", roles: [{ name: "x" }, { name: "x", authorizer: "com.y" }] };
    const { toml } = importCrossbar({ workers: [{ realms: [realm] }, { realms: [{ name: "a" }] }] });
    expect(readConfig(readToml(toml).vars).defaultRealm?.roles).toMatchObject([
      { name: "x", permissions: [] },
    ]);
    expect(toml).toContain("# - realms that several workers have: the first one of each name is kept");
    expect(toml).toContain("# - realm a: roles that stand there twice: the first one of each name is kept");
  });

  test("AZN-11 an authorizer in the router's own space is not asked", () => {
    const roles = [{ name: "x", authorizer: "wamp.session.authorize" }];
    expect(configOf(file({ roles })).defaultRealm?.roles[0]?.authorizer).toBeUndefined();
    expect(notes(file({ roles }))).toEqual([
      'realm realm1, role x: the authorizer "wamp.session.authorize" is no URI that clients may register',
    ]);
  });
});

test.each([
  ["com.x", undefined, "com.x", "exact"],
  ["com.x.*", undefined, "com.x.", "prefix"],
  ["*", undefined, "", "prefix"],
  ["com.*.x", undefined, "com..x", "wildcard"],
  ["com.*.x.*", undefined, "com..x.", "wildcard"],
  ["com.x.*", "prefix", "com.x.*", "prefix"],
  ["com.x", "suffix", "com.x", "exact"],
])("AZN-10 %s with match %s is %s (%s)", (uri, match, expected, policy) => {
  expect(patternOf(uri, match)).toEqual({ uri: expected, match: policy });
});

describe("as a command", () => {
  const folder = mkdtempSync(join(tmpdir(), "edgebahn-crossbar-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("S15 prints no secret: tables to standard output, and how to set each secret to standard error", () => {
    const path = join(folder, "config.json");
    writeFileSync(path, JSON.stringify(CROSSBAR));
    const { status, stdout, stderr } = run(path);
    expect(status).toBe(0);
    expect(stdout).toBe(importCrossbar(CROSSBAR).toml);
    expect(stderr.split("\n").filter((line) => line.startsWith("npx wrangler secret put "))).toHaveLength(6);
    expect(stderr).toContain('npx wrangler secret put JOE_TICKET   # the ticket of "joe"\n');
    expect(stdout + stderr).not.toContain(CANARY);
  });

  test("RULE-03 without a file says how it is used", () => {
    expect(run()).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "import-crossbar: usage: npx node tools/import-crossbar.ts config.json\n",
    });
  });

  test("RULE-03 a file that is missing, no JSON or without realms is named in one line, and nothing of it is quoted", () => {
    const said = (text: string | undefined) => {
      const path = join(folder, "broken.json");
      if (text !== undefined) writeFileSync(path, text);
      const { status, stdout, stderr } = run(path);
      expect([status, stdout]).toEqual([1, ""]);
      return stderr.replace(path, "FILE");
    };
    expect(said(undefined)).toBe("import-crossbar: ENOENT: no such file or directory, open 'FILE'\n");
    expect(said(`{"secret": "${CANARY}"\n"b": 1}`)).toBe(
      "import-crossbar: FILE is not JSON: line 2 column 1\n",
    );
    expect(said('{"workers": [')).toBe("import-crossbar: FILE is not JSON: its end is missing\n");
    expect(said("{}")).toBe("import-crossbar: this config.json has no workers[].realms[]\n");
  });

  function run(...given: string[]) {
    const tool = join(import.meta.dirname, "../../tools/import-crossbar.ts");
    return spawnSync(process.execPath, [tool, ...given], { encoding: "utf8" });
  }
});

test("RULE-03 text of any kind comes through TOML as it was", () => {
  const strings = [
    'a"b',
    "back\\slash",
    "tab\t",
    "line\nbreak\r",
    "\u0000\u001f\u007f\u0085",
    "é€😀",
    "'''",
    '"""',
    "#",
  ];
  const toml = tomlTables("vars.X", [
    { strings, "a key": { 'of "any"': true, n: -1.5 }, rows: [{ a: "" }, {}] },
  ]);
  expect(readToml(toml).vars).toEqual({
    X: [{ strings, "a key": { 'of "any"': true, n: -1.5 }, rows: [{ a: "" }, {}] }],
  });
});
