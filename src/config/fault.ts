/**
 * What is wrong with a configuration, in the words of whoever wrote it: the path as in wrangler.toml, the reason, and what
 * to write instead. Never shows what stands where a secret's name should.
 */
import type * as v from "valibot";
import { alternativeOf, alternativeWords, isTable, type Setting, wanted } from "./anatomy.ts";
import { didYouMean } from "./did-you-mean.ts";

export interface Fault {
  /** As in `vars.REALMS[0].name`. */
  readonly path: string;
  readonly reason: string;
}

export type Key = string | number;

export class ConfigError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    const order = new Intl.Collator("en", { numeric: true });
    const once = new Map(faults.map((fault) => [`${fault.path} ${fault.reason}`, fault]));
    const sorted = [...once.values()].sort((one, other) => order.compare(one.path, other.path));
    super(
      `The configuration of this router is wrong, so it serves nobody:\n${sorted
        .map(({ path, reason }) => `  ${path}: ${reason}`)
        .join("\n")}`,
    );
    this.name = "ConfigError";
    this.faults = sorted;
  }
}

export function pathOf(keys: readonly Key[]): string {
  const steps = keys.map((key) =>
    typeof key === "number" ? `[${key}]` : /^[\w-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
  );
  return `vars${steps.join("")}`;
}

/** What valibot found, but for unknown keys: of those it tells only the first. */
export function shapeFaults(issues: readonly v.BaseIssue<unknown>[], top: Setting): Fault[] {
  return issues.flatMap((issue) => {
    const items = issue.path ?? [];
    const keys = items.map(({ key }) => (typeof key === "number" ? key : String(key)));
    const path = pathOf(keys);
    let setting: Setting | undefined = top;
    for (const [at, { input }] of items.entries()) {
      if (setting?.kind === "alternatives") {
        if (keys[at] === "method")
          return [{ path, reason: choiceReason(alternativeWords(setting), issue.input) }];
        setting = alternativeOf(setting, input);
      }
      setting = typeof keys[at] === "number" ? setting?.item : setting?.entries.get(String(keys[at]));
    }
    if (!setting) return []; // an unknown key
    return [{ path, reason: reasonOf(issue, setting, keys.at(-1)) }];
  });
}

function reasonOf(issue: v.BaseIssue<unknown>, setting: Setting, key: Key | undefined): string {
  const { input } = issue;
  if (issue.kind === "validation" && ["check", "regex"].includes(issue.type)) return issue.message;
  if (input === undefined) return `is missing: ${setting.says || wanted(setting)}${suchAs(setting)}`;
  if (setting.kind === "choice") return choiceReason(setting.words, input);
  if (issue.type === "min_length")
    return setting.kind === "list" ? "must not be an empty list" : "must not be empty";
  if (issue.type === "max_length") {
    return `must not be longer than ${setting.most}${setting.kind === "list" ? "" : " characters"}`;
  }
  const received = key === "secret" || key === "routerKey" ? "something else" : shown(input, setting);
  const fix = typeof input === "string" && setting.kind !== "text" ? unquoted(input, setting) : "";
  return `must be ${wanted(setting)}, not ${received}${fix}${suchAs(setting)}`;
}

function choiceReason(words: readonly string[], input: unknown): string {
  const wantedWords = words.map((word) => JSON.stringify(word)).join(" or ");
  if (input === undefined) return `is missing: ${wantedWords}`;
  const near = ["string", "boolean"].includes(typeof input) ? didYouMean(String(input), words) : undefined;
  return `must be ${wantedWords}, not ${short(input)}${near === undefined ? "" : `; did you mean ${JSON.stringify(near)}?`}`;
}

function suchAs({ examples }: Setting): string {
  return examples.length === 0 ? "" : `, such as ${JSON.stringify(examples[0])}`;
}

function unquoted(input: string, { kind }: Setting): string {
  const bare = kind === "flag" ? /^(?:true|false)$/i : kind === "number" ? /^\d+$/ : undefined;
  return bare?.test(input) ? ": leave the quotation marks out" : "";
}

/** Text only where a word or number belongs: elsewhere it may be anything, and is nobody's business. */
function shown(input: unknown, { kind }: Setting): string {
  return typeof input === "string" && !["flag", "number"].includes(kind) ? "a string" : short(input);
}

function short(input: unknown): string {
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object" && input !== null) return "a table";
  const text = typeof input === "string" ? JSON.stringify(input) : String(input);
  return text.length > 64 ? `${text.slice(0, 64)}...` : text;
}

/** Keys that no table has, wherever they stand. */
export function unknownKeys(value: unknown, setting: Setting, keys: readonly Key[]): Fault[] {
  if (setting.kind === "list" && setting.item && Array.isArray(value)) {
    const { item } = setting;
    return value.flatMap((each, at) => unknownKeys(each, item, [...keys, at]));
  }
  if (setting.kind === "alternatives") {
    const table = alternativeOf(setting, value);
    return table ? unknownKeys(value, table, keys) : [];
  }
  if (setting.kind !== "table" || !isTable(value)) return [];
  return Object.keys(value).flatMap((key) => {
    const entry = setting.entries.get(key);
    if (entry) return unknownKeys(value[key], entry, [...keys, key]);
    const names = [...setting.entries.keys()];
    const near = didYouMean(key, names);
    const fix = near === undefined ? `there are ${names.join(", ")}` : `did you mean ${near}?`;
    return [{ path: pathOf([...keys, key]), reason: `there is no such setting here; ${fix}` }];
  });
}
