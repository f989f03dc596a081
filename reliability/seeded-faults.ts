/**
 * `node reliability/seeded-faults.ts` puts each fault of faults.ts into a copy of the router and lets the model test look
 * for it, with as many runs as CI takes. Prints for each whether it was found and by what, and fails where one was not.
 * `--keep` writes what found them to test/fuzz/model/kept.json.
 */
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { CI_RUNS, type Found } from "../test/fuzz/model/search.ts";
import { FAULTS, type Fault } from "./faults.ts";

const REPOSITORY = join(import.meta.dirname, "..");
/** As in test/fuzz/model/model.test.ts. */
const SEED = 2;
/** Milliseconds for one fault: a broken router may hang. */
const PATIENCE = 300_000;
const NEEDED = [
  "src",
  "test/fuzz/model",
  "test/gateway/client.ts",
  "test/router/memory-store.ts",
  "package.json",
];

const run = promisify(execFile);
const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });

async function copy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "edgebahn-faults-"));
  for (const each of NEEDED) await cp(join(REPOSITORY, each), join(folder, each), { recursive: true });
  await symlink(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  return folder;
}

async function look(folder: string): Promise<Found> {
  const search = JSON.stringify(join(folder, "test/fuzz/model/search.ts"));
  const code = `const { search } = await import(${search});
    console.log(JSON.stringify(await search(${CI_RUNS}, ${SEED})));`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], {
    timeout: PATIENCE,
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(stdout);
}

/** @returns what it took to find the fault; `stale` where the source has moved on */
async function seed(folder: string, { file, find, replace }: Fault): Promise<Found | "stale"> {
  const path = join(folder, "src", file);
  const text = await readFile(path, "utf8");
  if (text.split(find).length !== 2) return "stale";
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
  try {
    return await look(folder);
  } finally {
    await writeFile(path, text);
  }
}

/** A command in few words: what is usual is left out. */
function short({ do: name, ...rest }: { readonly do: string }): string {
  const said = JSON.stringify(rest, (key, value) => {
    const isNone =
      Array.isArray(value) && value.length === 0 && ["asks", "announces", "vanish"].includes(key);
    return value === false || isNone || (key === "timeout" && value === 0) ? undefined : value;
  });
  return `${name} ${said}`.replaceAll('"', "");
}

const folder = await copy();
const kept: object[] = [];
try {
  const sound = await look(folder);
  if (sound.divergence) throw new Error(`without any fault: ${JSON.stringify(sound.divergence)}`);
  console.log(`sound: ${sound.runs} runs, ${sound.commands} commands, nothing found`);
  for (const fault of FAULTS) {
    const found = await seed(folder, fault);
    const { divergence } = found === "stale" ? {} : found;
    const verdict = found === "stale" ? "STALE " : divergence ? "found " : "MISSED";
    console.log(`${verdict} ${fault.kind}: ${fault.name} (src/${fault.file})`);
    if (found === "stale" || !divergence) continue;
    kept.push({ fault: fault.name, scenario: divergence.scenario });
    console.log(`       in run ${found.runs}, after ${found.commands} commands of others; made small:`);
    for (const command of divergence.scenario.commands) console.log(`       - ${short(command)}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${kept.length} of ${FAULTS.length} found`);
if (values.keep) {
  const path = join(REPOSITORY, "test/fuzz/model/kept.json");
  await writeFile(path, `${JSON.stringify(kept, undefined, 2)}\n`);
}
process.exitCode = kept.length === FAULTS.length ? 0 : 1;
