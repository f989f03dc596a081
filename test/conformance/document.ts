/** docs/conformance.md from the tests that passed: every requirement row with its tests, or the reason why it has none. */
import { reasonFor, rowIds, SECTIONS } from "./rows.ts";

export interface PassedTest {
  readonly title: string;
  /** Path from the root of the repository. */
  readonly file: string;
}

/** How many tests of one row are named. */
const SHOWN = 4;

const HEAD = `# Conformance

Each row of the requirements is one test, whose title opens with the row's id. This page is written from the titles of the
tests that passed (\`npm run conformance\`), and \`npm test\` fails where it is not up to date.
`;

/** Row id to the tests that cite it. */
export type TestedRows = ReadonlyMap<string, readonly PassedTest[]>;

/** A title may open with several rows that it shows at once; each counts. */
const CITED = /^(?:[A-Z]{2,3}-\d\d |[RS]\d+ |RULE-\d\d )+/;
const ROW = /^[A-Z]{2,3}-\d\d$/;

export function testedRows(tests: readonly PassedTest[]): TestedRows {
  const byRow = new Map<string, PassedTest[]>();
  for (const test of tests) {
    const [cited = ""] = CITED.exec(test.title) ?? [];
    const title = test.title.slice(cited.length);
    for (const id of cited.split(" ").filter((each) => ROW.test(each))) {
      const cites = byRow.get(id) ?? [];
      // A table of cases is one entry, whatever it has of lines.
      if (!cites.some((each) => each.title === title && each.file === test.file))
        cites.push({ ...test, title });
      byRow.set(id, cites);
    }
  }
  return byRow;
}

export function conformanceDocument(byRow: TestedRows): string {
  const summary = ["| section | rows | tested | not tested |", "| --- | --- | --- | --- |"];
  const sections: string[] = [];
  const unknown = new Set(byRow.keys());
  let total = 0;
  let totalTested = 0;
  for (const section of SECTIONS) {
    const ids = rowIds(section);
    const tested = ids.filter((id) => byRow.has(id)).length;
    total += ids.length;
    totalTested += tested;
    summary.push(`| ${section.title} | ${ids.length} | ${tested} | ${ids.length - tested} |`);
    sections.push(`\n## ${section.title}\n\n| row | tested by | where |\n| --- | --- | --- |`);
    for (const id of ids) {
      unknown.delete(id);
      sections.push(...rowLines(id, byRow.get(id) ?? []));
    }
  }
  summary.push(`| all | ${total} | ${totalTested} | ${total - totalTested} |`);
  if (unknown.size > 0) throw new Error(`tests name rows that do not exist: ${[...unknown].join(", ")}`);
  return `${[HEAD, ...summary, ...sections].join("\n")}\n`;
}

function rowLines(id: string, tests: readonly PassedTest[]): string[] {
  if (tests.length === 0) {
    const reason = reasonFor(id);
    if (!reason) throw new Error(`${id} has neither a test nor a reason in test/conformance/rows.ts`);
    return [`| ${id} | not tested: ${reason} | |`];
  }
  const lines = tests
    .map(({ title, file }) => `| ${id} | ${title.replaceAll("|", "\\|")} | ${file} |`)
    .toSorted();
  const more = lines.length - SHOWN;
  return more > 0 ? [...lines.slice(0, SHOWN), `| ${id} | and ${more} more | |`] : lines;
}
