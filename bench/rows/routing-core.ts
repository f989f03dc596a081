/** B8, B9: the routing core alone, in this process: what finding one subscriber or callee costs among how many. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Crowd, crowd, type Kind } from "../core/crowd.ts";
import { calling, lookingUp, publishing, type Spread, type Work } from "../core/work.ts";
import type { Finding } from "../finding.ts";
import type { Plan, Row } from "../row.ts";
import { medianOf, rangeOf } from "../statistics.ts";

const SIZES = [1_000, 10_000, 100_000, 1_000_000] as const;
/** Where the rate is judged. */
const JUDGED = 100_000;
const GROWTH = 1.5;
/** More say nothing new, and a million of anything takes its time. */
const MOST_ROUNDS = 7;
/** Of one round, in operations: about a third of a second. */
const COUNT = 200_000;
/** Until the collector has done with what a million of anything left behind. */
const SETTLE_MS = 2_000;

interface Core {
  readonly id: string;
  /** As in "publish". */
  readonly verb: string;
  readonly unit: string;
  readonly what: "SUBSCRIBE" | "REGISTER";
  readonly work: (crowd: Crowd, spread: Spread) => Work;
  readonly kinds: readonly Kind[];
  /** At JUDGED, of mixed ones. */
  readonly perSecond: number;
}

export const publishCore: Row = coreRow({
  id: "B8",
  verb: "publish",
  unit: "publishes/s",
  what: "SUBSCRIBE",
  work: publishing,
  kinds: ["mixed", "exact", "prefix", "wildcard"],
  perSecond: 500_000,
});

export const callCore: Row = coreRow({
  id: "B9",
  verb: "call",
  unit: "calls/s",
  what: "REGISTER",
  work: calling,
  kinds: ["mixed"],
  perSecond: 300_000,
});

function coreRow(core: Core): Row {
  return {
    id: core.id,
    async *run({ plan }) {
      for (const kind of core.kinds) {
        const crowds = SIZES.map((size) => crowd(core.what, kind, size));
        yield* series(
          core,
          { kind, crowds: crowds.map((each) => (spread) => core.work(each, spread)) },
          plan,
        );
      }
      const maps = SIZES.map((size) => (spread: Spread) => lookingUp(size, spread));
      if (core.id === "B8")
        yield* series({ ...core, verb: "look-up", unit: "look-ups/s" }, { kind: "Map", crowds: maps }, plan);
    },
  };
}

interface Among {
  readonly kind: Kind | "Map";
  /** For each of SIZES. */
  readonly crowds: readonly ((spread: Spread) => Work)[];
}

async function* series(core: Core, { kind, crowds }: Among, { rounds }: Plan): AsyncIterable<Finding> {
  for (const spread of [1, 1_024] as const) {
    const works = crowds.map((workOf) => ({ work: workOf(spread), taken: [] as number[] }));
    await sleep(SETTLE_MS);
    for (const { work } of works) work(COUNT);
    for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
      for (const { work, taken } of works) taken.push(nanoseconds(work));
    }
    const series = `${core.verb}, ${kind}, ${spread === 1 ? "one URI" : `${spread} URIs`}`;
    const results = SIZES.map((size, place) => ({ size, taken: works[place]?.taken ?? [] }));
    for (const { size, taken } of results) yield rate(core, { series, size, taken, kind });
    yield growth(core, { series, kind }, results);
  }
}

interface Taken {
  readonly size: number;
  /** Nanoseconds for one operation, by round. */
  readonly taken: readonly number[];
}

interface Named {
  readonly series: string;
  readonly kind: Among["kind"];
}

function rate({ id, unit, perSecond }: Core, { series, size, taken, kind }: Taken & Named) {
  const each = medianOf(taken);
  const rates = taken.map((time) => 1e9 / time);
  return {
    id,
    work: `${series}, among ${size.toLocaleString("en-GB")}`,
    unit,
    first: ["core", 1e9 / each],
    spread: rangeOf(rates),
    ...(size === JUDGED && kind === "mixed" && { target: { atLeast: perSecond } }),
    details: { "ns each": each.toFixed(0) },
    point: { series, x: size, y: each },
  } satisfies Finding;
}

function growth({ id }: Core, { series, kind }: Named, results: readonly Taken[]): Finding {
  const [least, most] = [results[0], results.at(-1)];
  if (!least || !most) throw new Error("nothing was measured");
  const [few, many] = [medianOf(least.taken), medianOf(most.taken)];
  return {
    id,
    work: `${series}: cost at ${most.size.toLocaleString("en-GB")}`,
    unit: "ns",
    first: ["at the most", many],
    second: ["at the least", few],
    ratio: many / few,
    spread: rangeOf(most.taken.map((time, round) => time / (least.taken[round] ?? Number.NaN))),
    // What a Map's look-up grows by is the memory's doing.
    ...(kind !== "Map" && { target: { atMost: GROWTH } }),
    details: {},
  };
}

function nanoseconds(work: Work): number {
  const start = performance.now();
  work(COUNT);
  return ((performance.now() - start) * 1e6) / COUNT;
}
