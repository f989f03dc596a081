/** The results as text. */
import type { Figures, Result } from "./measure.ts";
import { type Row, reached } from "./row.ts";

const COLUMNS: readonly { readonly title: string; readonly width: number; cell(result: Result): string }[] = [
  { title: "row", width: -39, cell: ({ row }) => `${row.id} ${row.work}` },
  { title: "unit", width: -11, cell: ({ row }) => row.unit },
  { title: "first", width: 9, cell: ({ first }) => thousands(first.perSecond) },
  { title: "second", width: 9, cell: ({ second }) => thousands(second.perSecond) },
  { title: "ratio", width: 6, cell: ({ ratio }) => ratio.toFixed(2) },
  { title: "spread", width: 11, cell: ({ spread }) => spread.map((value) => value.toFixed(2)).join("..") },
  { title: "target", width: 8, cell: ({ row }) => target(row) },
  { title: "", width: -7, cell: ({ row, ratio }) => (reached(ratio, row.target) ? "reached" : "below") },
  { title: "CPU ratio", width: 9, cell: ({ cpuRatio }) => cpuRatio.toFixed(2) },
  {
    title: "CPU us each",
    width: 13,
    cell: ({ first, second }) => pair(first, second, "microsecondsEach", 1),
  },
  { title: "own CPU", width: 11, cell: ({ first, second }) => pair(first, second, "ownCpu", 2) },
  { title: "load CPU", width: 11, cell: ({ first, second }) => pair(first, second, "loadCpu", 2) },
  { title: "bytes each", width: 11, cell: ({ first, second }) => pair(first, second, "bytesEach", 0) },
];

export function heading(row: Row): string {
  const [first, second] = row.contenders;
  return line(COLUMNS.map(({ title }) => (title === "first" ? first : title === "second" ? second : title)));
}

export function resultLine(result: Result): string {
  return line(COLUMNS.map(({ cell }) => cell(result)));
}

function line(cells: readonly string[]): string {
  const padded = COLUMNS.map(({ width }, place) => {
    const cell = cells[place] ?? "";
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return padded.join("  ").trimEnd();
}

function target(row: Row): string {
  return "atLeast" in row.target
    ? `>= ${row.target.atLeast.toFixed(2)}`
    : `<= ${row.target.atMost.toFixed(2)}`;
}

function pair(first: Figures, second: Figures, figure: keyof Figures, digits: number): string {
  return `${first[figure].toFixed(digits)} / ${second[figure].toFixed(digits)}`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}
