/** Writes tables as TOML: as much of it as wrangler.toml needs. */

type Inline = string | number | boolean | readonly string[];
export type Value = Inline | Readonly<Record<string, Inline>>;
/** A table: values, and lists of tables, which come after them. */
export interface Toml {
  readonly [key: string]: Value | readonly Toml[] | undefined;
}

/** Each of the tables as `[[path]]`, one after the other. */
export function tomlTables(path: string, tables: readonly Toml[]): string {
  return tables.map((each) => `[[${path}]]\n${inside(path, each)}`).join("\n");
}

function inside(path: string, given: Toml): string {
  const all = Object.entries(given);
  const lines = all.flatMap(([key, value]) =>
    value === undefined || isTables(value) ? [] : [`${bare(key)} = ${written(value)}\n`],
  );
  const tables = all.flatMap(([key, value]) =>
    value !== undefined && isTables(value) && value.length > 0
      ? [`\n${tomlTables(`${path}.${bare(key)}`, value)}`]
      : [],
  );
  return [...lines, ...tables].join("");
}

function isTables(value: Value | readonly Toml[]): value is readonly Toml[] {
  return Array.isArray(value) && value.every((each) => typeof each === "object");
}

function written(value: Value): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(quoted).join(", ")}]`;
  const pairs = Object.entries(value).map(([key, each]) => `${bare(key)} = ${written(each)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

function bare(key: string): string {
  return /^[\w-]+$/.test(key) ? key : quoted(key);
}

/** A basic string. JSON's escapes are TOML's, but for DEL, which TOML wants escaped, and half characters, which it has not. */
function quoted(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\u007f", "\\u007f");
}
