/** results.json: what each row found when it was last run, whichever rows ran together. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, reached } from "./finding.ts";
import type { Plan } from "./row.ts";

export interface Machine {
  readonly cores: number;
  /** Processes that wanted a core, in the minute before. */
  readonly loadBefore: number;
  readonly node: string;
}

interface Run {
  readonly plan: Plan;
  readonly machine: Machine;
}

export interface Result extends Run, Finding {
  /** When the run ended. */
  readonly date: string;
  readonly reached: boolean | undefined;
}

const FILE = join(import.meta.dirname, "results.json");

export async function readResults(): Promise<readonly Result[]> {
  const text = await readFile(FILE, "utf8").catch(() => "[]");
  return JSON.parse(text) as Result[]; // only keepResults writes it
}

/** Replaces what the same rows found earlier. */
export async function keepResults(findings: readonly Finding[], run: Run): Promise<void> {
  const ran = new Set(findings.map(({ id }) => id));
  const date = new Date().toISOString();
  const others = (await readResults()).filter(({ id }) => !ran.has(id));
  const results = [
    ...others,
    ...findings.map((finding) => ({ ...finding, reached: reached(finding), date, ...run })),
  ].sort((one, other) => one.id.localeCompare(other.id, "en", { numeric: true })); // keeps a row's own order
  await writeFile(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}
