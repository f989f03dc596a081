/** What a row came to, as a line to read and as an entry of reliability.json. */
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Extent, Outcome } from "./row.ts";

const FILE = join(import.meta.dirname, "../reliability.json");

/** Without an outcome where the row itself broke. */
export interface Result extends Partial<Outcome> {
  readonly id: string;
  readonly title: string;
  readonly extent: Extent;
  /** When it began, as ISO 8601 has it. */
  readonly date: string;
  readonly seconds: number;
  /** Whether everything that must be zero is. */
  readonly holds: boolean;
  readonly error?: string;
}

/** The names of the figures that miss their target. */
export function misses({ figures = {} }: Pick<Result, "figures">): readonly string[] {
  return Object.entries(figures).flatMap(([name, { met }]) => (met ? [] : [name]));
}

/** `holds`, `missed` or `FAILED`; then what was done, what had to be zero, and the figures with their targets. */
export function reportLine(result: Result): string {
  const { id, title, seconds, done = {}, faults = {}, figures = {}, error } = result;
  const verdict = !result.holds ? "FAILED" : misses(result).length > 0 ? "missed" : "holds ";
  const numbers = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${count.toLocaleString("en")} ${name}`);
  const measured = Object.entries(figures).map(([name, { value, target, met }]) => {
    const aim = target === undefined ? "" : ` (${met ? "target" : "missed: target"} ${target})`;
    return `${name} ${value}${aim}`;
  });
  const told = error ?? [...numbers(done), ...numbers(faults), ...measured].join(", ");
  return `${verdict} ${id.padEnd(4)} ${title} (${seconds} s)\n       ${told}`;
}

/** Puts these results in the place of older ones of the same rows and extent. */
export async function writeResults(results: readonly Result[]): Promise<void> {
  const kept = await earlier();
  const isAnew = ({ id, extent }: Result) => results.some((each) => each.id === id && each.extent === extent);
  const all = [...kept.filter((result) => !isAnew(result)), ...results];
  const order = ({ id, extent }: Result) => `${id[0]}${id.slice(1).padStart(3, "0")} ${extent}`;
  all.sort((one, other) => (order(one) < order(other) ? -1 : 1));
  const text = JSON.stringify({ cores: cpus().length, results: all }, undefined, 2);
  await writeFile(FILE, `${text}\n`);
}

/** What the file has, as far as it is in today's form. */
async function earlier(): Promise<readonly Result[]> {
  try {
    const { results } = JSON.parse(await readFile(FILE, "utf8")) as { results: readonly Result[] };
    return results.filter(({ id, extent, date }) => id && extent && date);
  } catch {
    return []; // there is none, or it is not ours to read
  }
}
