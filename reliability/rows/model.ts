/** R2: random scenarios on the router in one process and on the object in workerd, against the reference router. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { CI_RUNS, FULL_RUNS, search } from "../../test/fuzz/model/search.ts";
import type { Extent, Outcome, Row } from "../row.ts";

const REPOSITORY = join(import.meta.dirname, "../..");
/** As vitest.config.ts has it. */
const OBJECT_RUNS = { ci: 10, full: 300 };
const TEST = ["run", "--project", "workerd", "test/workerd/model.test.ts", "--reporter=default"];

const run = promisify(execFile);

/** The object's runs are a test, since only the test runner can evict it. @returns what it said of its failure */
async function onTheObject(extent: Extent): Promise<string | undefined> {
  const vitest = join(REPOSITORY, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, FULL: extent === "full" ? "1" : "0" };
  try {
    await run(process.execPath, [vitest, ...TEST], { cwd: REPOSITORY, env, maxBuffer: 2 ** 26 });
    return undefined;
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error); // execFile adds what was printed
  }
}

export const model: Row = {
  id: "R2",
  title: "random commands on the router and on a naive reference router, with sleep anywhere",

  async run(extent): Promise<Outcome> {
    const inProcess = await search(extent === "full" ? FULL_RUNS : CI_RUNS);
    const failure = await onTheObject(extent);
    if (inProcess.divergence) console.error(JSON.stringify(inProcess.divergence));
    if (failure !== undefined) console.error(failure);
    return {
      done: { runs: inProcess.runs, commands: inProcess.commands, "runs on the object": OBJECT_RUNS[extent] },
      faults: {
        divergences: inProcess.divergence ? 1 : 0,
        "divergences on the object": failure === undefined ? 0 : 1,
      },
    };
  },
};
