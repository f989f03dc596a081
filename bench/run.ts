/**
 * `npm run bench` runs all rows, `npm run bench -- B2` those of one id. Prints figures and judges nothing: the exit code is not zero
 * only when a contender lost, doubled, reordered or refused something.
 */
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Contenders } from "./contender.ts";
import { measure, type Result } from "./measure.ts";
import { ROWS } from "./rows.ts";
import { heading, resultLine } from "./table.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "10" },
    seconds: { type: "string", default: "1" },
    router: { type: "string" }, // the wrangler.toml of another checkout
  },
});

const rows = ROWS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
if (rows.length === 0) {
  console.error(`bench: no such row; there are ${[...new Set(ROWS.map(({ id }) => id))].join(", ")}`);
  process.exit(1);
}
const plan = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
const contenders = await Contenders.create(values.router === undefined ? undefined : resolve(values.router));

const results: Result[] = [];
let shown = "";
try {
  for (const row of rows) {
    const head = heading(row);
    if (head !== shown) console.log(head);
    shown = head;
    const result = await measure(row, contenders, plan);
    results.push(result);
    console.log(resultLine(result));
    for (const warning of warnings(result)) console.log(`  ! ${warning}`);
  }
} catch (fault) {
  console.error(`bench: ${fault instanceof Error ? fault.message : fault}`);
  process.exitCode = 1;
} finally {
  await contenders.end();
}
await writeFile(
  join(import.meta.dirname, "results.json"),
  `${JSON.stringify({ date: new Date().toISOString(), plan, results }, undefined, 2)}\n`,
);

function* warnings({ first, second }: Result): Generator<string> {
  const bytes = first.bytesEach / second.bytesEach;
  if (Math.abs(bytes - 1) > 0.02) yield `the frames differ in size: ${bytes.toFixed(3)} times the bytes`;
  if (Math.max(first.loadCpu, second.loadCpu) > 0.9) {
    yield "the load generator had no CPU time to spare: compare CPU us each, not the rates";
  }
}
