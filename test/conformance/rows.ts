/**
 * The rows of the requirements, by section, and why a row without a test has none. Row ids are stable, so this list changes
 * only when the requirements do.
 */

interface Section {
  readonly title: string;
  /** Rows as prefix and numbers: `BRK 1-25`, `MSG 1-24 30-50`. */
  readonly rows: readonly string[];
}

export const SECTIONS: readonly Section[] = [
  { title: "1.1 WebSocket", rows: ["TRN 1-24"] },
  { title: "1.2 Batched WebSocket framing", rows: ["BAT 1-9"] },
  { title: "1.3 Serialization", rows: ["SER 1-21"] },
  { title: "1.4 RawSocket", rows: ["RAW 1-14"] },
  { title: "1.5 HTTP long-poll", rows: ["LPO 1-9"] },
  { title: "2 Message wire table", rows: ["MSG 1-24 30-50", "ID 1-13"] },
  { title: "3 Session lifecycle", rows: ["SES 1-24 30-43 50-61 70-72"] },
  { title: "4 URI rules", rows: ["URI 1-20"] },
  { title: "5 Broker basic", rows: ["BRK 1-25"] },
  {
    title: "6 Broker advanced",
    rows: ["PEX 1-4", "PID 1-6", "BWL 1-9", "PBS 1-8", "PTL 1-3", "SRV 1-7", "SHS 1"],
  },
  { title: "7 Dealer basic", rows: ["DLR 1-22", "LVE 1-10"] },
  {
    title: "8 Dealer advanced",
    rows: [
      "PCR 1-14",
      "PCI 1-22",
      "CAN 1-19",
      "TMO 1-13",
      "CID 1-8",
      "CTL 1",
      "PBR 1-14",
      "SHR 1-12",
      "SDR 1",
      "RRT 1-9",
      "RRV 1-7",
    ],
  },
  {
    title: "9 Authentication",
    rows: ["AUT 1-18", "ANO 1-4", "TCK 1-4", "CRA 1-11", "SCR 1-20", "CRY 1-17"],
  },
  { title: "10 Authorization", rows: ["AZN 1-17"] },
  { title: "11 Meta APIs", rows: ["MET 1-19", "SMA 1-30", "RMA 1-16", "SBM 1-15", "TES 1-19", "XMA 1-4"] },
  { title: "12 Event history and retention", rows: ["HIS 1-33", "RET 1-22"] },
  { title: "13 Payload passthru mode", rows: ["PPT 1-24"] },
  { title: "14 Ordering guarantees", rows: ["ORD 1-25"] },
  { title: "15 Predefined error and close URIs", rows: ["ERR 1-40"] },
  { title: "16 Feature flags", rows: ["FEA 1-30"] },
];

/** Why rows have no test, by row id or by prefix; the row id counts first. */
export const REASONS: Readonly<Record<string, string>> = {
  RAW: "Workers accept no inbound TCP",
  LPO: "not offered yet: a peer without a socket comes with the HTTP bridge",
  PCR: "not announced yet",
  PCI: "not announced yet",
  CAN: "not announced yet",
  TMO: "not announced yet",
  CID: "not announced yet",
  CTL: "not announced",
  SHR: "not announced yet",
  SDR: "a sketch in the specification",
  RRT: "not announced yet",
  RRV: "not announced yet",
  PID: "not announced yet",
  BWL: "not announced yet",
  PTL: "not announced",
  SRV: "not announced yet",
  SHS: "a sketch in the specification",
  AUT: "sign-in beyond anonymous is not built yet",
  TCK: "sign-in beyond anonymous is not built yet",
  CRA: "sign-in beyond anonymous is not built yet",
  SCR: "sign-in beyond anonymous is not built yet",
  CRY: "sign-in beyond anonymous is not built yet",
  AZN: "permissions are not built yet",
  MET: "not announced yet",
  SMA: "not announced yet",
  RMA: "not announced yet",
  SBM: "not announced yet",
  TES: "not announced yet",
  XMA: "a sketch in the specification",
  HIS: "not announced yet",
  RET: "not announced yet",
  PPT: "not announced yet",
  SES: "not tested yet",
  ERR: "not tested yet",
  FEA: "not tested yet",
};

/** Every row id of a section, in order: `BRK-01`, `BRK-02` ... */
export function rowIds({ rows }: Section): string[] {
  return rows.flatMap((row) => {
    const [prefix = "", ...ranges] = row.split(" ");
    return ranges.flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from(
        { length: last - first + 1 },
        (_, n) => `${prefix}-${String(first + n).padStart(2, "0")}`,
      );
    });
  });
}

export function reasonFor(id: string): string | undefined {
  return REASONS[id] ?? REASONS[id.slice(0, id.indexOf("-"))];
}
