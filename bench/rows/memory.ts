/**
 * B5: what an idle session costs in memory beside a bare socket: the growth of the process (RSS) from some joined to all
 * joined, in a new process each time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ContenderName } from "../contender.ts";
import { PLAIN_SPEECH } from "../dialect/dialect.ts";
import type { Bench, Row } from "../row.ts";
import { Scene } from "../scene.ts";
import { medianOf } from "../statistics.ts";

const SESSIONS = 5_000;
/** Joined before the first look, so that what is loaded once is not counted. */
const BEFORE = 200;
/** A process for each: more rounds than this say nothing new. */
const MOST_ROUNDS = 3;
/** Until the allocator has given back what it will. */
const SETTLE_MS = 1_500;

export function memory(sessions = SESSIONS): Row {
  return {
    id: "B5",
    async *run(bench) {
      const taken = { router: [] as number[], bare: [] as number[] };
      for (let round = 0; round < Math.min(bench.plan.rounds, MOST_ROUNDS); round++) {
        taken.router.push(await growth(bench, "router", sessions));
        taken.bare.push(await growth(bench, "bare", sessions));
      }
      const ratios = taken.router.map((bytes, round) => bytes / (taken.bare[round] ?? Number.NaN));
      const [router, bare] = [medianOf(taken.router), medianOf(taken.bare)];
      yield {
        id: "B5",
        work: `memory of each of ${sessions.toLocaleString("en-GB")} idle sessions`,
        unit: "bytes",
        first: ["router", router],
        second: ["bare", bare],
        ratio: router / bare,
        spread: [Math.min(...ratios), Math.max(...ratios)],
        target: { atMost: 1.25 },
        details: {},
      };
    },
  };
}

/** Bytes for each session. */
async function growth({ contenders }: Bench, name: ContenderName, sessions: number): Promise<number> {
  const scene = await Scene.open(contenders.get(name, PLAIN_SPEECH));
  try {
    await scene.during(scene.joinMany("publisher", BEFORE));
    await scene.during(sleep(SETTLE_MS));
    const before = await scene.server.residentBytes();
    await scene.during(scene.joinMany("publisher", sessions));
    await scene.during(sleep(SETTLE_MS));
    return ((await scene.server.residentBytes()) - before) / sessions;
  } finally {
    await scene.close();
  }
}
