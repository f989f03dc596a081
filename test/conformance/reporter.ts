/**
 * Compares docs/conformance.md and the README's feature table with the tests that just passed (CONFORMANCE=check), or
 * writes them anew (CONFORMANCE=write).
 * Only a run of the whole suite can tell, so without that variable it does nothing.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestModule } from "vitest/node";
import { conformanceDocument, testedRows } from "./document.ts";
import { withFeatureTable } from "./features.ts";

const page = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url).href);

export default class ConformanceReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], _errors: unknown, reason: string): void {
    const wanted = process.env.CONFORMANCE;
    // What failed is the news then; a page that lacks it would only be in the way.
    if (reason !== "passed" || (wanted !== "check" && wanted !== "write")) return;
    const tests = modules.flatMap((module) =>
      [...module.children.allTests("passed")].map(({ fullName }) => ({
        title: titleOf(fullName),
        file: relative(page("."), module.moduleId),
      })),
    );
    const rows = testedRows(tests);
    const pages = {
      "docs/conformance.md": conformanceDocument(rows),
      "README.md": withFeatureTable(readFileSync(page("README.md"), "utf8"), (row) => rows.has(row)),
    };
    for (const [name, text] of Object.entries(pages)) {
      if (wanted === "write") writeFileSync(page(name), text);
      else if (!existsSync(page(name)) || readFileSync(page(name), "utf8") !== text) {
        throw new Error(`${name} does not say what the tests show: run \`npm run conformance\``);
      }
    }
  }
}

/** The innermost title that cites a row: that of the test, or of the group whose cases it is one of. */
function titleOf(fullName: string): string {
  const titles = fullName.split(" > ").reverse();
  return titles.find((title) => /^(?:[RS]\d+ |RULE-\d\d )*[A-Z]{2,3}-\d\d /.test(title)) ?? fullName;
}
