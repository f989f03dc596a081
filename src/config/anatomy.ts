/** What a schema says of itself: read by the error texts and by the documentation, so that neither repeats it. */
import * as v from "valibot";

/** A setting as a reader of wrangler.toml sees it. */
export interface Setting {
  readonly kind: "text" | "number" | "flag" | "choice" | "list" | "table" | "alternatives";
  readonly says: string;
  readonly required: boolean;
  /** Its default; undefined where it has none. */
  readonly fallback: unknown;
  readonly examples: readonly unknown[];
  /** An example of the whole table, as it would stand in wrangler.toml. */
  readonly toml: string | undefined;
  /** For a choice: the words to choose from. */
  readonly words: readonly string[];
  readonly least: number;
  readonly most: number;
  /** For a list: what it is a list of. */
  readonly item: Setting | undefined;
  /** For a table: key to setting. */
  readonly entries: ReadonlyMap<string, Setting>;
  /** For alternatives: tables of which the word at `method` says which one it is. */
  readonly alternatives: readonly Setting[];
}

/** The parts of valibot's schemas that are read here; which of them there are depends on `type`. */
interface Schema {
  readonly type: string;
  readonly wrapped?: Schema;
  readonly default?: unknown;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
}

const KINDS: Readonly<Record<string, Setting["kind"]>> = {
  string: "text",
  number: "number",
  boolean: "flag",
  picklist: "choice",
  literal: "choice",
  array: "list",
  object: "table",
  strict_object: "table",
  variant: "alternatives",
};

export function anatomy(schema: v.GenericSchema): Setting {
  const seen: Schema = schema;
  if (seen.wrapped) {
    // An optional one is what it wraps, but for the default; `exactOptional` has none.
    return { ...inside(seen.wrapped), required: false, fallback: seen.default };
  }
  const kind = KINDS[seen.type];
  if (kind === undefined) throw new Error(`settings of the type ${seen.type} cannot be described`);
  const choices = seen.options ?? (seen.literal === undefined ? [] : [seen.literal]);
  const bound = (type: string): number | undefined => {
    const found = seen.pipe?.find((action) => action.type === type)?.requirement;
    return typeof found === "number" ? found : undefined;
  };
  return {
    kind,
    says: v.getDescription(schema) ?? "",
    required: true,
    fallback: undefined,
    examples: v.getExamples(schema),
    toml: tomlOf(v.getMetadata(schema)),
    words: kind === "choice" ? choices.map(String) : [],
    least: bound("min_value") ?? bound("min_length") ?? 0,
    most: bound("max_value") ?? bound("max_length") ?? Number.POSITIVE_INFINITY,
    item: seen.item && inside(seen.item),
    entries: new Map(Object.entries(seen.entries ?? {}).map(([key, each]) => [key, inside(each)])),
    // A variant's options are schemas, whatever their type says.
    alternatives: kind === "alternatives" ? choices.map((each) => inside(each as Schema)) : [],
  };
}

function inside(schema: Schema): Setting {
  return anatomy(schema as v.GenericSchema); // the parts of a schema are schemas
}

function tomlOf(metadata: Readonly<Record<string, unknown>>): string | undefined {
  return typeof metadata.toml === "string" ? metadata.toml : undefined;
}

/** The one of the alternatives that `table` is by its word at `method`. */
export function alternativeOf(setting: Setting, table: unknown): Setting | undefined {
  const word = isTable(table) ? table.method : undefined;
  return setting.alternatives.find(({ entries }) => entries.get("method")?.words[0] === word);
}

/** The words at `method` from which one of the alternatives is chosen. */
export function alternativeWords({ alternatives }: Setting): string[] {
  return alternatives.flatMap(({ entries }) => entries.get("method")?.words ?? []);
}

/** What a setting has to be, to go after "must be". */
export function wanted({ kind, words, least, most, item }: Setting): string {
  switch (kind) {
    case "text":
      return "a string";
    case "flag":
      return "true or false";
    case "choice":
      return words.map((word) => JSON.stringify(word)).join(" or ");
    case "number":
      if (most < Number.MAX_SAFE_INTEGER) return `a whole number from ${least} to ${most}`;
      return `a whole number from ${least} up`;
    case "list":
      return item?.kind === "table" || item?.kind === "alternatives" ? "a list of tables" : "a list";
    case "table":
    case "alternatives":
      return "a table";
  }
}

export function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
