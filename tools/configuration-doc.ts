/**
 * Writes docs/configuration.md: `npx node tools/configuration-doc.ts > docs/configuration.md`. Every setting in it is read out
 * of the schema, so that the page cannot say anything else than the router does; a test compares the two.
 */
import { anatomy, type Setting, wanted } from "../src/config/anatomy.ts";
import { variables } from "../src/config/variables.ts";

/** A table of settings, to be described in a section of its own. */
interface Section {
  /** As in `REALMS[].roles[]`. */
  readonly path: string;
  readonly setting: Setting;
}

const INTRODUCTION = `# Configuration

<!-- Written by tools/configuration-doc.ts out of src/config/: change it there. -->

Everything stands in \`[vars]\` of \`wrangler.toml\`. What is not named is closed: a router without realms serves nobody, a realm
without roles admits nobody, a role without permissions may do nothing. The configuration is checked whole before anything is
served; a wrong one serves nobody, and \`/\` as well as the answer to every other request names each path, what is wrong there, and what to
write instead.

- **Secrets** are only named here. \`npx wrangler secret put NAME\` sets one for the deployed router, a line \`NAME=...\` in
  \`.dev.vars\` for \`npm run dev\`, which reads it when it starts. Make one with \`openssl rand -base64 32\`. One that is missing,
  has fewer than 16 characters (32 for JSON Web Tokens), or is known from any documentation is refused, on your own machine too.
- **Names** are case-sensitive. Whatever a table does not know is refused: a setting with a typing error would otherwise be
  a door that you believe closed.
- **From Crossbar.io**: \`npx node tools/import-crossbar.ts config.json\` turns the realms, roles and principals of a
  \`config.json\` into such tables.

## Environments

\`npx wrangler deploy --env production\` deploys a Worker of its own. Wrangler does **not** let an environment inherit \`[vars]\`, nor
\`[durable_objects]\`: an environment has what stands below its own name and nothing of the rest. So name all of it again; a
realm that is forgotten there is not open by accident, it is not there.

\`\`\`toml
[[env.production.vars.REALMS]]
name = "com.example.sensors"

[[env.production.vars.REALMS.roles]]
name = "backend"

[[env.production.vars.REALMS.roles.permissions]]
uri = "com.example."
match = "prefix"
allow = { call = true, subscribe = true }

[[env.production.durable_objects.bindings]]
name = "REALM"
class_name = "RealmObject"

[[env.production.durable_objects.bindings]]
name = "DIRECTORY"
class_name = "Directory"
\`\`\`

Secrets too belong to one environment: \`npx wrangler secret put NAME --env production\`. The migrations are inherited.
`;

export function configurationDoc(): string {
  const top: Section = { path: "", setting: anatomy(variables) };
  const parts = [INTRODUCTION, "## Variables\n", table(top.setting)];
  for (const section of sectionsOf(top)) {
    const { path, setting } = section;
    parts.push(`## \`${path}\`\n`, `${sentence(setting.says)}\n`);
    if (setting.toml !== undefined) parts.push(`\`\`\`toml\n${setting.toml}\n\`\`\`\n`);
    parts.push(setting.kind === "alternatives" ? alternatives(setting) : table(setting));
  }
  return parts.join("\n");
}

/** The sections below one, in the order of their settings; `TEMPLATES` is made like `REALMS` and needs none. */
function sectionsOf({ path, setting }: Section): Section[] {
  return [...setting.entries].flatMap(([key, entry]) => {
    const inner = entry.kind === "list" ? entry.item : entry;
    if (!inner || !hasOwnSection(inner) || key === "TEMPLATES") return [];
    const section = {
      path: `${path === "" ? "" : `${path}.`}${key}${entry.kind === "list" ? "[]" : ""}`,
      setting: inner,
    };
    return [section, ...sectionsOf(section)];
  });
}

function hasOwnSection({ kind }: Setting): boolean {
  return kind === "table" || kind === "alternatives";
}

function table({ entries }: Setting): string {
  const rows = [...entries].map(([key, setting]) => row(key, setting));
  return ["| key | what it is | default | what it does |", "| --- | --- | --- | --- |", ...rows, ""].join(
    "\n",
  );
}

function row(key: string, setting: Setting): string {
  const says = setting.says || setting.item?.says || "";
  return `| \`${key}\` | ${cell(typeOf(setting))} | ${fallback(setting)} | ${cell(says)} |`;
}

function alternatives({ alternatives: all }: Setting): string {
  const common = [...(all[0]?.entries ?? [])].filter(([key]) => all.every(({ entries }) => entries.has(key)));
  const shared = common.filter(([key]) => key !== "method" && key !== "secret");
  const words = all.map(({ entries }) => entries.get("method")?.words[0]);
  const method = `| \`method\` | ${words.map((word) => `\`"${word}"\``).join(" or ")} | required | how it signs in |`;
  const head = [
    "| key | what it is | default | what it does |",
    "| --- | --- | --- | --- |",
    ...shared.map(([key, setting]) => row(key, setting)),
    method,
    "",
  ];
  const each = all.map((alternative) => {
    const [word, says] = [
      alternative.entries.get("method")?.words[0],
      alternative.entries.get("method")?.says,
    ];
    const own = [...alternative.entries].filter(
      ([key]) => key !== "method" && !shared.some(([name]) => name === key),
    );
    return [`With \`method = "${word}"\`, ${says}:\n`, table({ ...alternative, entries: new Map(own) })].join(
      "\n",
    );
  });
  return [...head, ...each].join("\n");
}

function typeOf(setting: Setting): string {
  if (setting.kind === "list") {
    const { item } = setting;
    if (!item || hasOwnSection(item)) return "a list of tables, described below";
    return `a list, each ${item.kind === "text" && item.says !== "" ? item.says : typeOf(item)}`;
  }
  if (hasOwnSection(setting)) return "a table, described below";
  if (setting.kind === "choice") return setting.words.map((word) => `\`"${word}"\``).join(" or ");
  const example = setting.examples[0];
  return example === undefined
    ? wanted(setting)
    : `${wanted(setting)}, such as \`${JSON.stringify(example)}\``;
}

function fallback({ required, fallback: value, kind }: Setting): string {
  if (required) return "required";
  if (value === undefined) return "none";
  if (kind === "table" || (Array.isArray(value) && value.length === 0)) return "empty";
  return `\`${JSON.stringify(value)}\``;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

if (import.meta.filename === process.argv[1]) process.stdout.write(configurationDoc());
