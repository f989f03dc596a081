/** B11: rows written for each message of the hot path. test/workerd/sleep.test.ts asserts it; this prints the counters. */
import { difference, readCounters } from "../counted/counters.ts";
import type { Tally } from "../counted/tally.ts";
import { PLAIN_SPEECH } from "../dialect/dialect.ts";
import type { Finding } from "../finding.ts";
import type { Load } from "../load.ts";
import type { Row } from "../row.ts";
import { Scene } from "../scene.ts";
import { calls } from "./call.ts";
import { fanOut } from "./fan-out.ts";

const id = "B11";
const entrants: Load["entrants"] = [{ name: "counted", speech: PLAIN_SPEECH }];
const SECONDS = 1;

/** What each load sends, and how many messages of its kinds one unit is. */
const LOADS: readonly (readonly [kinds: string, load: Load])[] = [
  ["PUBLISH, EVENT", fanOut({ subscribers: 1 }, { id, entrants })],
  ["CALL, INVOCATION, YIELD, RESULT", calls({ callers: 1 }, { id, entrants })],
];

export const rowsWritten: Row = {
  id,
  async *run({ contenders }) {
    for (const [kinds, load] of LOADS) {
      const scene = await Scene.open(contenders.get("counted", PLAIN_SPEECH));
      try {
        const round = await scene.during(load.prepare(scene));
        await scene.during(round(0)); // what only the first message costs
        const before = await readCounters(scene.server);
        const units = await scene.during(round(SECONDS));
        yield found(kinds, units, difference(before, await readCounters(scene.server)));
      } finally {
        await scene.close();
      }
    }
  },
};

function found(kinds: string, units: number, { rowsWritten, alarmsSet }: Readonly<Tally>): Finding {
  return {
    id,
    work: `rows written by ${kinds}`,
    unit: "rows",
    first: ["counted", rowsWritten],
    target: { atMost: 0 },
    details: { units: String(units), "alarms set": String(alarmsSet) },
  };
}
