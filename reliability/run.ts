/**
 * `npm run reliability` runs every row, `npm run reliability -- R8` one; `--full` takes the counts of the table. Prints a
 * line for each and writes reliability.json. Fails where something happened that must never happen.
 */
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Extent, holds, type Outcome } from "./row.ts";
import { ROWS } from "./rows.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false } },
});
const extent: Extent = values.full ? "full" : "ci";

const rows = ROWS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
if (rows.length === 0) {
  console.error(`reliability: no such row; there are ${ROWS.map(({ id }) => id).join(", ")}`);
  process.exit(1);
}

const results: Record<string, unknown>[] = [];
let failed = 0;
for (const { id, title, run } of rows) {
  const began = Date.now();
  let outcome: Outcome | undefined;
  let error: unknown;
  try {
    outcome = await run(extent);
  } catch (fault) {
    error = fault;
  }
  const seconds = Math.round((Date.now() - began) / 100) / 10;
  const ok = outcome !== undefined && holds(outcome);
  if (!ok) failed++;
  console.log(`${ok ? "holds " : "FAILED"} ${id.padEnd(4)} ${title} (${seconds} s)`);
  console.log(`       ${outcome ? line(outcome) : error instanceof Error ? error.stack : String(error)}`);
  results.push({
    id,
    title,
    extent,
    seconds,
    holds: ok,
    ...outcome,
    ...(error !== undefined && { error: String(error) }),
  });
}
await writeFile(
  join(import.meta.dirname, "../reliability.json"),
  `${JSON.stringify({ date: new Date().toISOString(), cores: cpus().length, results }, undefined, 2)}\n`,
);
console.log(`${rows.length - failed} hold, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function line({ done, faults, figures = {} }: Outcome): string {
  const numbers = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${count.toLocaleString("en")} ${name}`);
  const measured = Object.entries(figures).map(
    ([name, { value, target, met }]) =>
      `${name} ${value}${target ? ` (${met ? "" : "MISSES "}${target})` : ""}`,
  );
  return [...numbers(done), ...numbers(faults), ...measured].join(", ");
}
