/**
 * `npm run bench` runs the rows of goals.md, `npm run bench -- B2` those of one id, `npm run bench -- grid` the load in all its
 * variations. Prints figures and judges nothing: the exit code is not zero only when a contender lost, doubled, reordered or
 * refused something.
 */
import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";
import { Contenders } from "./contender.ts";
import type { Finding } from "./finding.ts";
import { type Options, readOptions } from "./options.ts";
import { keepResults } from "./results.ts";
import { rowsOf } from "./rows.ts";
import { findingLine, heading } from "./table.ts";

const options = read();
const known = rowsOf(options);
const asked = options.ids.length > 0 ? options.ids : known.map(({ id }) => id).filter((id) => id !== "grid");
const rows = known.filter(({ id }) => asked.includes(id));
if (rows.length === 0) fail(`no such row; there are ${[...new Set(known.map(({ id }) => id))].join(", ")}`);

const { router, plan } = options;
const contenders = await Contenders.create(router === undefined ? undefined : resolve(router));
const machine = { cores: cpus().length, loadBefore: loadavg()[0] ?? Number.NaN, node: process.version };
const findings: Finding[] = [];
let shown = "";
for (const row of rows) {
  try {
    for await (const finding of row.run({ contenders, plan })) {
      findings.push(finding);
      const head = heading(finding);
      if (head !== shown) console.log(head);
      shown = head;
      console.log(findingLine(finding));
      for (const warning of finding.warnings ?? []) console.log(`  ! ${warning}`);
    }
  } catch (fault) {
    console.error(`bench: ${row.id}: ${fault instanceof Error ? fault.message : fault}`);
    process.exitCode = 1;
  }
}
await contenders.end();
await keepResults(findings, { plan, machine });

function read(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}

function fail(message: string): never {
  console.error(`bench: ${message}`);
  process.exit(1);
}
