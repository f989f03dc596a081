/**
 * `npm run reliability` runs every row, `npm run reliability -- R8` one; `--full` takes the counts of the table. Prints a
 * line for each and puts it into reliability.json. Fails where something happened that must never happen; a figure that
 * misses its target is called missed, and fails nothing.
 */
import { parseArgs } from "node:util";
import { misses, type Result, reportLine, writeResults } from "./report.ts";
import { type Extent, holds, type Outcome, type Row } from "./row.ts";
import { ROWS } from "./rows.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { full: { type: "boolean", default: false } },
});
const extent: Extent = values.full ? "full" : "ci";

const unknown = positionals.filter((each) => !ROWS.some(({ id }) => id === each));
if (unknown.length > 0) {
  console.error(
    `reliability: no row ${unknown.join(", ")}; there are ${ROWS.map(({ id }) => id).join(", ")}`,
  );
  process.exit(1);
}
const rows = ROWS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));

const began = Date.now();
const results: Result[] = [];
for (const row of rows) {
  const result = await resultOf(row);
  console.log(reportLine(result));
  results.push(result);
  await writeResults(results); // whatever ends this run, what was measured is kept
}
const failed = results.filter((each) => !each.holds).map(({ id }) => id);
const missed = results.filter((each) => each.holds && misses(each).length > 0).map(({ id }) => id);
console.log(
  `${results.length} rows in ${Math.round((Date.now() - began) / 1_000)} s: ${results.length - failed.length} hold, ` +
    `${failed.length} failed (${failed.join(", ") || "none"}); a target missed by ${missed.join(", ") || "none"}`,
);
process.exit(failed.length === 0 ? 0 : 1);

async function resultOf({ id, title, run }: Row): Promise<Result> {
  const start = Date.now();
  let outcome: Outcome | undefined;
  let error: unknown;
  try {
    outcome = await run(extent);
  } catch (fault) {
    error = fault;
  }
  return {
    id,
    title,
    extent,
    date: new Date(start).toISOString(),
    seconds: Math.round((Date.now() - start) / 100) / 10,
    holds: outcome !== undefined && holds(outcome),
    ...outcome,
    ...(error !== undefined && { error: (error instanceof Error && error.stack) || String(error) }),
  };
}
