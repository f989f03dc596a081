/**
 * The feature table of the README: what our tests show, beside what the other routers announce. Theirs is read from their
 * sources, not from running them: Crossbar.io 99392515 (Jan 2026) and nexus 8b4f740c (Mar 2026) as in the requirements,
 * Bondy's feature announcement (`bondy.hrl`), fox-wamp 0.7.28 (`lib/wamp/gate.js`).
 */
import { rowIds } from "./rows.ts";

type Others = readonly [crossbar: string, nexus: string, bondy: string, foxWamp: string];

interface Feature {
  readonly name: string;
  /** Rows as in rows.ts; none where the feature is not about the protocol. */
  readonly rows?: string;
  /** What stands in our column where there are no rows. */
  readonly ours?: string;
  readonly others: Others;
}

const YES = "yes";
const NO = "no";

const FEATURES: readonly Feature[] = [
  { name: "runs without a server", ours: YES, others: [NO, NO, NO, NO] },
  {
    name: "JSON, MessagePack, CBOR mixed in a realm",
    rows: "SER 1-21",
    others: [YES, YES, "no CBOR", "JSON only"],
  },
  { name: "batched WebSocket", rows: "BAT 1-9", others: [YES, NO, "JSON, MessagePack", NO] },
  { name: "RawSocket", rows: "RAW 1-14", others: [YES, YES, YES, NO] },
  { name: "ordering guarantees", rows: "ORD 1-25", others: ["partly", "partly", "?", "?"] },
  { name: "progressive call results", rows: "PCR 1-14", others: [YES, YES, NO, YES] },
  { name: "progressive call invocations", rows: "PCI 1-22", others: [NO, YES, NO, NO] },
  { name: "call canceling", rows: "CAN 1-19", others: ["no ERROR for skip", YES, YES, NO] },
  { name: "call timeout", rows: "TMO 1-13", others: [NO, YES, YES, NO] },
  { name: "caller identification", rows: "CID 1-8", others: ["by permission only", YES, YES, NO] },
  { name: "call trust levels", rows: "CTL 1", others: [NO, NO, NO, NO] },
  { name: "pattern-based registration", rows: "PBR 1-14", others: [YES, "other precedence", NO, NO] },
  { name: "shared registration", rows: "SHR 1-12", others: [YES, YES, YES, NO] },
  { name: "call rerouting", rows: "RRT 1-9", others: [NO, NO, NO, NO] },
  { name: "registration revocation", rows: "RRV 1-7", others: ["partly", NO, NO, NO] },
  { name: "publisher exclusion", rows: "PEX 1-4", others: [YES, YES, YES, YES] },
  { name: "publisher identification", rows: "PID 1-6", others: ["by permission only", YES, YES, NO] },
  { name: "subscriber black- and whitelisting", rows: "BWL 1-9", others: [YES, YES, NO, NO] },
  { name: "pattern-based subscription", rows: "PBS 1-8", others: [YES, YES, YES, NO] },
  { name: "publication trust levels", rows: "PTL 1-3", others: [NO, NO, NO, NO] },
  { name: "subscription revocation", rows: "SRV 1-7", others: [YES, NO, NO, NO] },
  { name: "event retention", rows: "RET 1-22", others: ["exact topics", NO, NO, "own dialect"] },
  { name: "event history", rows: "HIS 1-33", others: ["few filters", YES, NO, NO] },
  { name: "session meta API", rows: "SMA 1-30", others: [YES, YES, "procedures", "events"] },
  { name: "registration meta API", rows: "RMA 1-16", others: [YES, YES, YES, NO] },
  { name: "subscription meta API", rows: "SBM 1-15", others: [YES, YES, NO, NO] },
  { name: "testaments", rows: "TES 1-19", others: [YES, YES, NO, NO] },
  { name: "payload passthru mode", rows: "PPT 1-24", others: ["own dialect", YES, NO, NO] },
  {
    name: "sign-in: ticket, WAMP-CRA, SCRAM, cryptosign",
    rows: "TCK 1-4",
    others: [YES, "no SCRAM", YES, "ticket"],
  },
];

const BEGIN = "<!-- features: written by `npm run conformance` -->";
const END = "<!-- /features -->";

/** The README with its feature table made anew. `isTested` tells whether a row has a test that passed. */
export function withFeatureTable(readme: string, isTested: (row: string) => boolean): string {
  const [before, rest] = readme.split(BEGIN);
  const [, after] = (rest ?? "").split(END);
  if (after === undefined)
    throw new Error(`README.md has no place for the feature table: ${BEGIN} ... ${END}`);
  const lines = FEATURES.map(({ name, rows, ours, others }) => {
    const cells = [name, ours ?? tested(rows ?? "", isTested), ...others];
    return `| ${cells.join(" | ")} |`;
  });
  const table = [
    "| feature | edgebahn: rows tested | Crossbar | nexus | Bondy | fox-wamp |",
    "| --- | --- | --- | --- | --- | --- |",
    ...lines,
  ];
  return `${before}${BEGIN}\n${table.join("\n")}\n${END}${after}`;
}

function tested(rows: string, isTested: (row: string) => boolean): string {
  const ids = rowIds({ title: rows, rows: [rows] });
  const count = ids.filter(isTested).length;
  return count === 0 ? NO : `${count} of ${ids.length}`;
}
