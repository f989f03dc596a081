/**
 * Turns Crossbar.io's config.json into tables for wrangler.toml: `npx node tools/import-crossbar.ts config.json >> wrangler.toml`.
 * Realms, roles, permissions, static principals and event history come along. What cannot is said in comments; where something
 * might be open that was closed, with the word CHECK. Secrets are never printed: they get names, and standard error says how to set each.
 */
import { readFileSync } from "node:fs";
import { importPrincipals, type Told } from "./crossbar-principals.ts";
import { importRealm } from "./crossbar-realm.ts";
import { type Json, list, table, text } from "./json.ts";
import { tomlTables } from "./toml.ts";

export interface Imported {
  /** For wrangler.toml. */
  readonly toml: string;
  /** Names of the secrets to set, with what each of them is. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** @param config what `JSON.parse` made of config.json @throws Error where it has no realms */
export function importCrossbar(config: Json): Imported {
  /** What could not be carried over, in the order in which it stood. */
  const notes: string[] = [];
  const secrets = new Map<string, string>();
  const told: Told = { note: (line) => notes.push(line), secrets };
  const workers = list(config, "workers");
  const found = workers.flatMap((worker) => list(worker, "realms").map((realm) => importRealm(realm, told)));
  const realms = found.filter(({ name }, at) => found.findIndex((realm) => realm.name === name) === at);
  if (realms.length < found.length)
    told.note("realms that several workers have: the first one of each name is kept");
  if (realms.length === 0) throw new Error("this config.json has no workers[].realms[]");
  for (const worker of workers) {
    importPrincipals(worker, realms, told);
    for (const component of list(worker, "components")) {
      told.note(
        `component ${text(component, "classname") ?? "?"}: edgebahn hosts no components; run it as a client with the role ${JSON.stringify(text(component, "role") ?? "anonymous")}`,
      );
    }
    if (table(worker, "options")) told.note("options of a worker: Crossbar's own, nothing to carry over");
  }
  const lines = [
    "# Written by tools/import-crossbar.ts. Look through it before you deploy.",
    ...(notes.length === 0
      ? []
      : ["#", "# Not carried over:", ...notes.map((note) => `# - ${oneLine(note)}`)]),
    "",
  ];
  return { toml: `${lines.join("\n")}\n${tomlTables("vars.REALMS", realms)}`, secrets };
}

/** A comment ends with its line, whatever the names in it hold. */
function oneLine(note: string): string {
  return note.replace(/[\p{Cc}\u2028\u2029]/gu, " ");
}

/** @throws Error without the text around a mistake, which the engine would quote: it may be a secret */
function parsed(path: string): Json {
  const text = readFileSync(path, "utf8");
  try {
    return JSON.parse(text);
  } catch (error) {
    const [where = "its end is missing"] = /line \d+ column \d+/.exec(String(error)) ?? [];
    throw new Error(`${path} is not JSON: ${where}`);
  }
}

function main(path: string): void {
  const { toml, secrets } = importCrossbar(parsed(path));
  process.stdout.write(toml);
  for (const [name, says] of secrets)
    process.stderr.write(`npx wrangler secret put ${name}   # ${oneLine(says)}\n`);
}

if (import.meta.filename === process.argv[1]) {
  const [, , path] = process.argv;
  try {
    if (path === undefined) throw new Error("usage: npx node tools/import-crossbar.ts config.json");
    main(path);
  } catch (error) {
    // What is wrong is with the file or its name: a stack would only hide it.
    process.stderr.write(`import-crossbar: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
