/**
 * Compares docs/conformance.md with the tests that just passed (CONFORMANCE=check) or writes it anew (CONFORMANCE=write).
 * Only a run of the whole suite can tell, so without that variable it does nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule } from "vitest/node";
import { conformanceDocument } from "./document.ts";

const PAGE = fileURLToPath(new URL("../../docs/conformance.md", import.meta.url).href);

export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const wanted = process.env.CONFORMANCE;
    if (wanted !== "check" && wanted !== "write") return;
    const root = new URL("../..", import.meta.url).pathname;
    const tests = modules.flatMap((module) =>
      [...module.children.allTests("passed")].map(({ name }) => ({
        title: name,
        file: relative(root, module.moduleId),
      })),
    );
    const page = conformanceDocument(tests);
    if (wanted === "write") writeFileSync(PAGE, page);
    else if (readFileSync(PAGE, "utf8") !== page) {
      throw new Error("docs/conformance.md does not say what the tests show: run `npm run conformance`");
    }
  }
}
