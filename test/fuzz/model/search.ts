/** Looks for a scenario in which the router and the reference differ, and makes it as small as it can. */
import fc from "fast-check";
import { NodeHouse } from "./node-house.ts";
import { play } from "./play.ts";
import { type Scenario, scenario } from "./scenario.ts";

export const CI_RUNS = 400;
export const FULL_RUNS = 10_000;

export interface Found {
  readonly runs: number;
  /** Commands that had an effect, until something was found. */
  readonly commands: number;
  /** Where they differ; undefined: nowhere. */
  readonly divergence?: {
    readonly why: string;
    readonly scenario: Scenario;
    readonly seed: number;
    readonly path: string | null;
  };
}

/** Runs are the same for the same seed. */
export async function search(runs: number, seed?: number): Promise<Found> {
  let commands = 0;
  let isFound = false; // and made small from then on
  const property = fc.asyncProperty(scenario, async (given) => {
    try {
      const played = await play(new NodeHouse(given.settings), given);
      if (!isFound) commands += played;
    } catch (error) {
      isFound = true;
      throw error;
    }
  });
  const outcome = await fc.check(property, { numRuns: runs, ...(seed !== undefined && { seed }) });
  const [smallest] = outcome.counterexample ?? [];
  if (!smallest) return { runs: outcome.numRuns, commands };
  const { errorInstance, counterexamplePath: path } = outcome;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  return {
    runs: outcome.numRuns,
    commands,
    divergence: { why, scenario: smallest, seed: outcome.seed, path },
  };
}
