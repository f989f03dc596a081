/**
 * Scenarios that once showed a difference, made as small as they get: faults that were put in on purpose
 * (reliability/faults.ts) and, by name, those that nobody put in. On the router as it is there is none.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { NodeHouse } from "./node-house.ts";
import { play } from "./play.ts";
import type { Scenario } from "./scenario.ts";

interface Kept {
  /** What was wrong. */
  readonly fault: string;
  readonly scenario: Scenario;
}

// Written by reliability/seeded-faults.ts --keep.
const KEPT = JSON.parse(readFileSync(join(import.meta.dirname, "kept.json"), "utf8")) as readonly Kept[];

test.each(KEPT)("R2 it is not so that $fault", async ({ scenario }) => {
  expect(await play(new NodeHouse(scenario.settings), scenario)).toBe(scenario.commands.length);
});
