/**
 * Runs a load's entrants side by side: warm-up, then first, second, first, second, ... so that whatever else the
 * machine does hits all alike. An absolute figure means little; the ratio is the result.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "./finding.ts";
import { entrantName, type Load, type Round } from "./load.ts";
import type { Bench } from "./row.ts";
import { Scene } from "./scene.ts";
import { medianOf } from "./statistics.ts";

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

const WARM_UP = 0.5; // of a round's length
/** How long a round waits for what should not come: an answer too many. */
const QUIET_MS = 30;

/** What the first entrant did beside each other one. @throws if anything is lost, doubled, reordered or refused. */
export async function measure(
  load: Load,
  { contenders, plan: { rounds, seconds } }: Bench,
): Promise<Finding[]> {
  const scenes: Scene[] = [];
  try {
    const works: { scene: Scene; round: Round; taken: Figures[] }[] = [];
    for (const { name, speech } of load.entrants) {
      const scene = await Scene.open(contenders.get(name, speech));
      scenes.push(scene);
      works.push({ scene, round: await scene.during(load.prepare(scene)), taken: [] });
    }
    for (const { scene, round } of works) await figuresOf(scene, round, seconds * WARM_UP);
    for (let done = 0; done < rounds; done++) {
      for (const { scene, round, taken } of works) taken.push(await figuresOf(scene, round, seconds));
    }
    for (const { name, server } of scenes) {
      if (server.faults.length > 0)
        throw new Error(`${name} reported a fault of its own: ${server.faults[0]}`);
    }
    const [first, ...others] = works.map(({ taken }) => taken);
    return others.map((other, place) => compare(load, place + 1, [first ?? [], other]));
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

function compare(load: Load, place: number, [one, other]: readonly [Figures[], Figures[]]): Finding {
  const { id, work, unit, entrants, target } = load;
  const name = (at: number) => entrantName(entrants[at] ?? entrants[0]);
  const ratios = one.map(({ perSecond }, round) => perSecond / (other[round]?.perSecond ?? Number.NaN));
  const [first, second] = [medians(one), medians(other)];
  const pair = (figure: keyof Figures, digits: number) =>
    `${first[figure].toFixed(digits)} / ${second[figure].toFixed(digits)}`;
  return {
    id,
    work,
    unit,
    first: [name(0), first.perSecond],
    second: [name(place), second.perSecond],
    ratio: first.perSecond / second.perSecond,
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(target && { target }),
    details: {
      // Steadier than the ratio of rates where other processes want the cores too.
      "CPU ratio": (second.microsecondsEach / first.microsecondsEach).toFixed(2),
      "CPU us each": pair("microsecondsEach", 1),
      "own CPU": pair("ownCpu", 2),
      "load CPU": pair("loadCpu", 2),
      "bytes each": pair("bytesEach", 0),
    },
    warnings: [...warnings(load, place, [first, second])],
  };
}

function* warnings({ entrants }: Load, place: number, [first, second]: readonly [Figures, Figures]) {
  const bytes = first.bytesEach / second.bytesEach;
  const [one, other] = [entrants[0], entrants[place]];
  const sameFrames = other?.name === "bare" && one.speech.batched === other.speech.batched;
  if (sameFrames && Math.abs(bytes - 1) > 0.02) {
    yield `the frames differ in size: ${bytes.toFixed(3)} times the bytes`;
  }
  if (Math.max(first.loadCpu, second.loadCpu) > 0.9) {
    yield "the load generator had no CPU time to spare: compare CPU us each, not the rates";
  }
}

function medians(rounds: readonly Figures[]): Figures {
  const of = (figure: keyof Figures) => medianOf(rounds.map((round) => round[figure]));
  return {
    perSecond: of("perSecond"),
    loadCpu: of("loadCpu"),
    ownCpu: of("ownCpu"),
    microsecondsEach: of("microsecondsEach"),
    bytesEach: of("bytesEach"),
  };
}
