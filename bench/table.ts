/** The findings as text. */
import { type Finding, reached } from "./finding.ts";

interface Column {
  readonly title: string;
  /** Negative: to the left. */
  readonly width: number;
  cell(finding: Finding): string;
}

const COLUMNS: readonly Column[] = [
  { title: "row", width: -46, cell: ({ id, work }) => `${id} ${work}` },
  { title: "unit", width: -11, cell: ({ unit }) => unit },
  { title: "first", width: 19, cell: ({ first: [, figure] }) => shown(figure) },
  { title: "second", width: 19, cell: ({ second }) => (second ? shown(second[1]) : "") },
  { title: "ratio", width: 6, cell: ({ ratio }) => ratio?.toFixed(2) ?? "" },
  { title: "spread", width: 13, cell: ({ spread }) => spread?.map(short).join("..") ?? "" },
  { title: "target", width: 10, cell: target },
  { title: "", width: -7, cell: verdict },
];

/** Who is compared with whom in what follows. */
export function heading({ first, second }: Finding): string {
  const names: Record<string, string> = { first: first[0], second: second?.[0] ?? "" };
  return line(COLUMNS.map(({ title }) => names[title] ?? title));
}

export function findingLine(finding: Finding): string {
  const details = Object.entries(finding.details).map(([name, value]) => `${name} ${value}`);
  return [line(COLUMNS.map(({ cell }) => cell(finding))), ...details].join("  ");
}

function line(cells: readonly string[]): string {
  const padded = COLUMNS.map(({ width }, place) => {
    const cell = cells[place] ?? "";
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return padded.join("  ");
}

function target({ target }: Finding): string {
  if (!target) return "";
  return "atLeast" in target ? `>= ${short(target.atLeast)}` : `<= ${short(target.atMost)}`;
}

function verdict(finding: Finding): string {
  const is = reached(finding);
  return is === undefined ? "" : is ? "reached" : "below";
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-GB") : short(value);
}

function short(value: number): string {
  if (value >= 1_000) return Math.round(value).toLocaleString("en-GB");
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
