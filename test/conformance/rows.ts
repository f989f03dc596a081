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

const ALWAYS_ON = "the feature is always announced";
const SHUT_DOWN = "a Worker is never told that it is about to be shut down";
const NO_PAYLOAD = "the router validates no payload";

/** Why rows have no test, by row id or by prefix; the row id counts first. */
export const REASONS: Readonly<Record<string, string>> = {
  "TRN-18": "TLS ends at Cloudflare, which serves every Worker over wss",
  "TRN-24": "no multiplexed transport is offered",
  RAW: "Workers accept no inbound TCP",
  LPO: "not offered yet: a peer without a socket comes with the HTTP bridge",
  "SES-24": SHUT_DOWN,
  "SES-59": SHUT_DOWN,
  "SES-71": "resumption is a draft and not offered",
  "URI-14": "there are no in-process components",
  "PCI-04": ALWAYS_ON,
  "TMO-08": "no such setting",
  "TMO-13": ALWAYS_ON,
  "RRT-09": ALWAYS_ON,
  "SCR-13": "ABORT has the reason and a message for people, and nothing besides",
  "CRY-14": "certificates are not offered, and CRY-13 shows that they grant nothing",
  "AZN-05": "capability-based access control does not exist",
  "AZN-16": NO_PAYLOAD,
  "AZN-17": "denied attempts are logged: an event would tell subscribers what strangers tried",
  "MET-02": "broker and dealer are one router",
  "XMA-04": "no such obligation",
  "PPT-07": ALWAYS_ON,
  "PPT-15": "a bridge between the dialects is not offered",
  "PPT-19": NO_PAYLOAD,
  "ERR-11": "what fits the sender's limit fits every receiver's",
  "ERR-14": SHUT_DOWN,
  "ERR-28": "a callee whose network failed has left: the caller gets wamp.error.canceled",
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
