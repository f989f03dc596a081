/**
 * Reads a configuration of which nobody has yet said that it is sound. The rules that settings have among each other are
 * looked at even where a type is wrong elsewhere, so that all faults are told at once.
 */
import { isTable } from "./anatomy.ts";
import type { Key } from "./fault.ts";

/** A table somewhere in the configuration, with the keys that lead to it. */
export interface Place {
  readonly keys: readonly Key[];
  readonly table: Readonly<Record<string, unknown>>;
}

/** The tables of the list at `key`. */
export function tables({ keys, table }: Place, key: string): Place[] {
  const list = table[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: unknown, at) =>
    isTable(each) ? [{ keys: [...keys, key, at], table: each }] : [],
  );
}

/** The table at `key`, if there is one. */
export function tableAt({ keys, table }: Place, key: string): Place | undefined {
  const found = table[key];
  return isTable(found) ? { keys: [...keys, key], table: found } : undefined;
}

export function textAt({ table }: Place, key: string): string | undefined {
  const found = table[key];
  return typeof found === "string" ? found : undefined;
}

/** The number at `key`, if it can be how many there may be of something. */
export function numberAt({ table }: Place, key: string): number | undefined {
  const found = table[key];
  return typeof found === "number" && found >= 1 ? found : undefined;
}

/** The strings of the list at `key`, each with its keys. */
export function textsAt({ keys, table }: Place, key: string): { keys: readonly Key[]; text: string }[] {
  const list = table[key];
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: unknown, at) =>
    typeof each === "string" ? [{ keys: [...keys, key, at], text: each }] : [],
  );
}
