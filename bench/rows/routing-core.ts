/**
 * B8, B9: the routing core alone, in this process: what finding one subscriber or callee costs among how many. The engine's
 * own Map with the same texts stands beside: what that one's cost grows by is the memory's doing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { REMEMBERED } from "../../src/router/recent.ts";
import { type Crowd, crowd, type Kind } from "../core/crowd.ts";
import { SPREADS, type Spread, urisOf } from "../core/places.ts";
import { calling, lookingUp, publishing, type Work } from "../core/work.ts";
import type { Finding } from "../finding.ts";
import type { Plan, Row } from "../row.ts";
import { medianOf, rangeOf } from "../statistics.ts";

/**
 * How many there are. Growth is from the first to the last, so 16,384 URIs begin with as many subscriptions: among 1,000
 * they would be 1,000 URIs, which stay in the caches for another reason than that they are few among many.
 */
const SIZES: Record<Spread, readonly number[]> = {
  1: [1_000, 10_000, 100_000, 1_000_000],
  1024: [1_000, 10_000, 100_000, 1_000_000],
  16384: [16_384, 100_000, 1_000_000],
  any: [1_000, 10_000, 100_000, 1_000_000],
};
/** Where the rate is judged. */
const JUDGED = 100_000;
const GROWTH = 1.5;
/** More say nothing new, and a million of anything takes its time. */
const MOST_ROUNDS = 7;
/** Of one round, in operations: from a tenth to half of a second. */
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
        const spreads = kind === "mixed" ? SPREADS : ([1, 1_024] as const);
        const crowds = new Map<number, Crowd>();
        for (const spread of spreads) {
          for (const size of SIZES[spread])
            if (!crowds.has(size)) crowds.set(size, crowd(core.what, kind, size));
        }
        const workOf = (size: number, spread: Spread) => {
          const among = crowds.get(size);
          if (!among) throw new Error(`nobody made a crowd of ${size}`);
          return core.work(among, spread);
        };
        for (const spread of spreads) yield* series(core, { kind, spread, workOf }, plan);
      }
      if (core.id !== "B8") return;
      const lookUps = { ...core, verb: "look-up", unit: "look-ups/s" };
      for (const spread of SPREADS) yield* series(lookUps, { kind: "Map", spread, workOf: lookingUp }, plan);
    },
  };
}

interface Among {
  readonly kind: Kind | "Map";
  readonly spread: Spread;
  readonly workOf: (size: number, spread: Spread) => Work;
}

async function* series(
  core: Core,
  { kind, spread, workOf }: Among,
  { rounds }: Plan,
): AsyncIterable<Finding> {
  const works = SIZES[spread].map((size) => ({ size, work: workOf(size, spread), taken: [] as number[] }));
  await sleep(SETTLE_MS);
  for (const { size, work } of works) work(urisOf(spread, size) + COUNT);
  for (let round = 0; round < Math.min(rounds, MOST_ROUNDS); round++) {
    for (const { work, taken } of works) taken.push(work(COUNT));
  }
  const named = { series: `${core.verb}, ${kind}, ${nameOf(spread)}`, kind, spread };
  for (const { size, taken } of works) yield rate(core, { ...named, size, taken });
  yield growth(core, named, works);
}

function nameOf(spread: Spread): string {
  if (spread === "any") return "any URI at random";
  if (spread === 1) return "one URI";
  return spread > 1_024 ? `${spread} URIs at random` : `${spread} URIs`;
}

interface Taken {
  readonly size: number;
  /** Nanoseconds for one operation, by round. */
  readonly taken: readonly number[];
}

interface Named {
  readonly series: string;
  readonly kind: Among["kind"];
  readonly spread: Spread;
}

/** Whether the router knows the answers from asking before. */
function remembered({ kind, spread }: Named, size: number): string {
  if (kind === "Map") return "";
  return urisOf(spread, size) <= REMEMBERED ? " (remembered)" : " (not remembered)";
}

function rate({ id, unit, perSecond }: Core, { size, taken, ...named }: Taken & Named): Finding {
  const { series, kind } = named;
  const each = medianOf(taken);
  const rates = taken.map((time) => 1e9 / time);
  return {
    id,
    work: `${series}, among ${amount(size)}${remembered(named, size)}`,
    unit,
    first: ["core", 1e9 / each],
    spread: rangeOf(rates),
    ...(size === JUDGED && kind === "mixed" && { target: { atLeast: perSecond } }),
    details: { "ns each": each.toFixed(0), "at best": Math.min(...taken).toFixed(0) },
    point: { series, x: size, y: each },
  };
}

function growth({ id }: Core, named: Named, results: readonly Taken[]): Finding {
  const { series, kind } = named;
  const [least, most] = [results[0], results.at(-1)];
  if (!least || !most) throw new Error("nothing was measured");
  const [few, many] = [medianOf(least.taken), medianOf(most.taken)];
  const [after, before] = [remembered(named, most.size), remembered(named, least.size)];
  return {
    id,
    work: `${series}: cost at ${amount(most.size)}${after} over ${amount(least.size)}${before}`,
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

function amount(size: number): string {
  return size.toLocaleString("en-GB");
}
