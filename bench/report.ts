/**
 * `node bench/report.ts` writes the figures of results.json into docs/performance.md, between its two marks, and the plots beside it:
 * docs/routing-growth.svg and docs/wake.svg.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Series, svg } from "./plot.ts";
import { type Result, readResults } from "./results.ts";

const DOCS = join(import.meta.dirname, "../docs");
const PAGE = join(DOCS, "performance.md");
const [BEGIN, END] = ["<!-- figures: written by node bench/report.ts -->", "<!-- end of figures -->"];

const results = await readResults();
if (results.length === 0) throw new Error("there is no figure yet: npm run bench writes bench/results.json");
const goals = results.filter(({ id }) => id !== "grid" && id !== "B12");
const text = [
  `${runs(goals)}\n`,
  table(goals.filter(isGoal)),
  "\n### Other routers (B12)\n",
  table(results.filter(({ id }) => id === "B12")),
  "\n### Without goals\n",
  table(goals.filter((result) => !isGoal(result))),
  table(results.filter(({ id }) => id === "grid")),
].join("\n");
const before = await readFile(PAGE, "utf8");
const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
if (from < 0 || to < from) throw new Error(`docs/performance.md lacks its marks: ${BEGIN} and ${END}`);
await writeFile(PAGE, `${before.slice(0, from)}${BEGIN}\n\n${text}\n\n${before.slice(to)}`);

await writeFile(
  join(DOCS, "routing-growth.svg"),
  svg({
    title: "Finding one among many, in the routing core",
    x: "subscriptions or registrations in the realm",
    y: "ns for each",
    series: seriesOf(["B8", "B9"]).filter(({ name }) => name.includes("mixed") || name.includes("Map")),
    logarithmic: true,
  }),
);
await writeFile(
  join(DOCS, "wake.svg"),
  svg({
    title: "From sleep to the first event",
    x: "sessions, ten subscriptions each",
    y: "ms",
    logarithmic: true,
    series: seriesOf(["B10"]),
  }),
);

function isGoal({ target }: Result): boolean {
  return target !== undefined;
}

function seriesOf(ids: readonly string[]): Series[] {
  const series = new Map<string, { x: number; y: number }[]>();
  for (const { id, point } of results) {
    if (!point || !ids.includes(id)) continue;
    series.set(point.series, [...(series.get(point.series) ?? []), { x: point.x, y: point.y }]);
  }
  return [...series].map(([name, points]) => ({ name, points: points.sort((a, b) => a.x - b.x) }));
}

function runs(all: readonly Result[]): string {
  const dates = all.map(({ date }) => date).sort();
  const machine = all[0]?.machine;
  const loads = all.map(({ machine }) => machine.loadBefore);
  const [first, last] = [dates[0]?.slice(0, 16), dates.at(-1)?.slice(0, 16)];
  return `Measured from ${first} to ${last} (UTC) on ${machine?.cores} cores, Node ${machine?.node}, with ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} processes waiting for them before.`;
}

function table(results: readonly Result[]): string {
  const rows = results.map((result) => {
    const { id, work, unit, first, second, ratio, spread, target } = result;
    return [
      id,
      work,
      `${first[0]} ${shown(first[1])}`,
      second ? `${second[0]} ${shown(second[1])}` : "",
      unit,
      ratio?.toFixed(2) ?? "",
      result.details["CPU ratio"] ?? "",
      spread?.map(shown).join(" - ") ?? "",
      target ? ("atLeast" in target ? `>= ${shown(target.atLeast)}` : `<= ${shown(target.atMost)}`) : "",
      verdict(result),
    ];
  });
  const heads = ["id", "work", "measured", "beside", "unit", "ratio", "by CPU time", "spread", "goal", ""];
  return `${[heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

function verdict({ id, reached, ratio = Number.NaN }: Result): string {
  if (id === "B12") return ratio >= 1 ? "ahead" : "**behind**";
  return reached === undefined ? "" : reached ? "reached" : "**missed**";
}

function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-GB");
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
