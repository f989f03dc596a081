/** docs/configuration.md is what the schema says, and its examples are what the router takes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { anatomy, type Setting } from "../../src/config/anatomy.ts";
import { variables } from "../../src/config/variables.ts";
import { readConfig } from "../../src/config.ts";
import { configurationDoc } from "../../tools/configuration-doc.ts";
import { faultsOf, KEY, newSecret } from "../config/scene.ts";
import { readToml } from "./wrangler-toml.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");
const PAGE = configurationDoc();

/** The secrets that examples name. */
const SECRETS = { BACKEND_SECRET: newSecret(), ADMIN_SECRET: newSecret() };

/** The examples of the page, each as a whole wrangler.toml: a table of a realm stands in one that has the roles it names. */
const EXAMPLES = [...PAGE.matchAll(/```toml\n([\s\S]*?)\n```/g)]
  .map(([, example = ""]) => example.replaceAll('"..."', `"${KEY}"`))
  .map((example) => {
    if (!example.startsWith("[[vars.REALMS.") && !example.startsWith("[vars.REALMS.")) return example;
    const roles = ["user", "backend", ...(example.includes("[[vars.REALMS.roles]]") ? [] : ["device"])];
    const tables = roles.map((name) => `[[vars.REALMS.roles]]\nname = "${name}"`);
    return ['[[vars.REALMS]]\nname = "realm1"', ...tables, example].join("\n\n");
  });

describe("the page", () => {
  test("RULE-03 is what the schema says: npx node tools/configuration-doc.ts > docs/configuration.md", () => {
    expect(read("docs/configuration.md")).toBe(PAGE);
  });

  test("RULE-03 says of every setting what it does", () => {
    const silent: string[] = [];
    const visit = (setting: Setting, path: string): void => {
      const inner = setting.item ?? setting;
      if (setting.says === "" && inner.says === "") silent.push(path);
      for (const [key, each] of inner.entries) visit(each, `${path}.${key}`);
      for (const each of inner.alternatives) {
        for (const [key, entry] of each.entries) visit(entry, `${path}.${key}`);
      }
    };
    for (const [key, each] of anatomy(variables).entries) visit(each, key);
    expect(silent).toEqual([]);
  });

  test.each([
    '| `anonymous` | `"nobody"` or `"local"` or `"everybody"` | `"nobody"` |',
    "| `sessions` | a whole number from 1 to 32768 | `5000` |",
    "| `keylen` | a whole number from 16 to 64 | none |",
    '| `name` | a string, such as `"realm1"` | required |',
    "| `publicKeys` | a list, each an Ed25519 public key: 64 hex digits | required |",
    "## `REALMS[].roles[].permissions[].allow`\n",
    "## `ADMIN.access`\n",
    'With `method = "wamp-scram"`,',
  ])("RULE-03 gives type, range and default: %s", (text) => {
    expect(PAGE).toContain(text);
  });

  test("RULE-03 has an example for every section but the two that an example above shows", () => {
    const sections = PAGE.split(/^## /m).slice(1);
    const without = sections.filter((each) => !each.includes("```toml")).map((each) => each.split("\n")[0]);
    expect(without).toEqual([
      "Variables",
      "`REALMS[].roles[].permissions[].allow`",
      "`REALMS[].roles[].permissions[].disclose`",
    ]);
  });
});

describe("the examples", () => {
  test.each(
    EXAMPLES.map((example) => ({
      example,
      last: example.split("\n").findLast((each) => each.startsWith("[")),
    })),
  )("RULE-03 are taken by the router: $last", ({ example }) => {
    const env = example.includes("env.production") ? "production" : undefined;
    expect(faultsOf({ ...SECRETS, ...readToml(example, env).vars })).toEqual([]);
  });

  test("RULE-03 of the README are taken too", () => {
    const examples = [...read("README.md").matchAll(/```toml\n([\s\S]*?)\n```/g)].map(
      ([, each = ""]) => each,
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const each of examples) expect(faultsOf({ ...SECRETS, ...readToml(each).vars })).toEqual([]);
  });

  test("RULE-03 of an environment: wrangler lets it inherit neither variables nor bindings, but the migrations", () => {
    const [production = ""] = EXAMPLES.filter((each) => each.includes("env.production"));
    const text = `${read("wrangler.toml")}\n${production}\n[env.bare]\n`;
    const { vars, durable_objects, migrations } = readToml(text, "production");
    expect([...readConfig(vars).realms.keys()]).toEqual(["com.example.sensors"]);
    // Without one of them the Worker is there and every upgrade fails.
    expect(durable_objects.bindings).toEqual(readToml(text).durable_objects.bindings);
    expect(migrations).toEqual(readToml(text).migrations);
    expect(readToml(text, "bare")).toMatchObject({ vars: {}, durable_objects: { bindings: [] } });
  });
});

describe("wrangler.toml", () => {
  const toml = read("wrangler.toml");

  test("RULE-04 opens realm1 to local clients, who may do everything, and nothing to anybody else", () => {
    const { realms, admin, defaultRealm } = readConfig(readToml(toml).vars);
    expect([...realms.keys()]).toEqual(["realm1"]);
    expect(admin).toBeUndefined();
    expect(defaultRealm).toMatchObject({
      anonymous: "local",
      roles: [
        {
          name: "anonymous",
          permissions: [
            {
              uri: "",
              match: "prefix",
              allow: { call: true, register: true, publish: true, subscribe: true },
            },
          ],
          admin: false,
          limits: { messages: 0 },
        },
      ],
      principals: [],
    });
    expect(defaultRealm?.roles).toHaveLength(1);
  });

  test("RULE-03 holds an example that works when its comment signs are taken away and its secret is set", () => {
    const example = toml.replace(/^# (?=\[|[a-z]+ = )/gm, "");
    const env = { ...SECRETS, ...readToml(example).vars };
    expect([...readConfig(env).realms.keys()]).toEqual(["realm1", "com.example.sensors"]);
    expect(faultsOf(readToml(example).vars)).toEqual([
      expect.stringContaining("the Worker has no secret BACKEND_SECRET"),
    ]);
  });
});
