/**
 * Runs a row's two contenders side by side: warm-up, then first, second, first, second, ... so that whatever else the
 * machine does hits both alike. An absolute figure means little; the ratio is the result.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Contenders } from "./contender.ts";
import type { Round, Row } from "./row.ts";
import { Scene } from "./scene.ts";

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

/** Of one round, or the medians of several. */
export interface Figures {
  readonly perSecond: number;
  /** Share of one core that the load generator used: near 1, and it is the generator that was measured. */
  readonly loadCpu: number;
  /** Share of one core that the contender used. */
  readonly ownCpu: number;
  /** CPU time that the contender spent on one unit of work. */
  readonly microsecondsEach: number;
  /** WebSocket bytes, all sockets, both directions, for one unit of work. */
  readonly bytesEach: number;
}

export interface Result {
  readonly row: Row;
  readonly first: Figures;
  readonly second: Figures;
  /** Of the medians. */
  readonly ratio: number;
  /** The same by CPU time spent on a unit: steadier where other processes want the cores too. */
  readonly cpuRatio: number;
  /** Smallest and largest ratio of two neighbouring rounds. */
  readonly spread: readonly [number, number];
}

const WARM_UP = 0.5; // of a round's length
/** How long a round waits for what should not come: an answer too many. */
const QUIET_MS = 30;

/** @throws if anything is lost, doubled, reordered or refused. */
export async function measure(row: Row, contenders: Contenders, { rounds, seconds }: Plan): Promise<Result> {
  const scenes: Scene[] = [];
  try {
    const works: { scene: Scene; round: Round }[] = [];
    for (const name of row.contenders) {
      const scene = await Scene.open(contenders.get(name));
      scenes.push(scene);
      works.push({ scene, round: await scene.during(row.prepare(scene)) });
    }
    for (const { scene, round } of works) await figuresOf(scene, round, seconds * WARM_UP);

    const taken = works.map((): Figures[] => []);
    for (let done = 0; done < rounds; done++) {
      for (const [place, { scene, round }] of works.entries()) {
        taken[place]?.push(await figuresOf(scene, round, seconds));
      }
    }
    return compare(row, taken[0] ?? [], taken[1] ?? []);
  } catch (fault) {
    const words = scenes.map(({ name, server }) => `${name} said: ${server.lastWords() || "nothing"}`);
    throw new Error([String(fault), ...words].join("\n"), { cause: fault });
  } finally {
    await Promise.all(scenes.map((scene) => scene.close()));
  }
}

async function figuresOf(scene: Scene, round: Round, seconds: number): Promise<Figures> {
  const bytes = scene.bytes;
  const own = await scene.server.cpuSeconds();
  const load = process.cpuUsage();
  const start = performance.now();
  const units = await scene.during(round(seconds));
  const elapsed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(load);
  const ownSeconds = (await scene.server.cpuSeconds()) - own;
  await scene.during(sleep(QUIET_MS));
  return {
    perSecond: units / elapsed,
    loadCpu: (user + system) / 1e6 / elapsed,
    ownCpu: ownSeconds / elapsed,
    microsecondsEach: (ownSeconds * 1e6) / units,
    bytesEach: (scene.bytes - bytes) / units,
  };
}

function compare(row: Row, first: readonly Figures[], second: readonly Figures[]): Result {
  const ratios = first.map(({ perSecond }, round) => perSecond / (second[round]?.perSecond ?? Number.NaN));
  const [one, other] = [medians(first), medians(second)];
  return {
    row,
    first: one,
    second: other,
    ratio: one.perSecond / other.perSecond,
    cpuRatio: other.microsecondsEach / one.microsecondsEach,
    spread: [Math.min(...ratios), Math.max(...ratios)],
  };
}

function medians(rounds: readonly Figures[]): Figures {
  const of = (figure: keyof Figures) => median(rounds.map((round) => round[figure]));
  return {
    perSecond: of("perSecond"),
    loadCpu: of("loadCpu"),
    ownCpu: of("ownCpu"),
    microsecondsEach: of("microsecondsEach"),
    bytesEach: of("bytesEach"),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
