/** Reads JSON of which nobody has checked anything. */

export type Json = unknown;
export type JsonTable = Readonly<Record<string, Json>>;

export function isTable(value: Json): value is JsonTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function table(value: Json, key: string): JsonTable | undefined {
  const found = at(value, key);
  return isTable(found) ? found : undefined;
}

/** The entries of the table at `key`; none if there is no table. */
export function entries(value: Json, key: string): [string, Json][] {
  return Object.entries(table(value, key) ?? {});
}

export function list(value: Json, key: string): readonly Json[] {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
}

export function text(value: Json, key: string): string | undefined {
  const found = at(value, key);
  return typeof found === "string" ? found : undefined;
}

export function at(value: Json, key: string): Json {
  return isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}
