/** Tests of the object that a row is made of: they need the test runner inside workerd. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Extent } from "./row.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** @returns what was said of the failure; undefined: there was none */
export async function runTest(file: string, extent: Extent): Promise<string | undefined> {
  const vitest = join(REPOSITORY, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, FULL: extent === "full" ? "1" : "0" };
  const args = [vitest, "run", "--project", "workerd", file, "--reporter=default"];
  try {
    await run(process.execPath, args, { cwd: REPOSITORY, env, maxBuffer: 2 ** 26 });
    return undefined;
  } catch (error) {
    return (error as { stdout?: string }).stdout ?? String(error); // execFile adds what was printed
  }
}
