/** Row R2 on the object itself: real sockets, real rows, real eviction. FULL=1 takes all that the row promises. */

import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { KEPT_ON_OBJECT } from "../fuzz/model/kept-on-object.ts";
import { ObjectHouse } from "../fuzz/model/object-house.ts";
import { play } from "../fuzz/model/play.ts";
import { scenario } from "../fuzz/model/scenario.ts";

const { MODEL_RUNS: RUNS } = env as unknown as { MODEL_RUNS: number }; // no variable of the Worker: vitest.config.ts gives it
/** The same scenarios each time, unless many are taken: then others each time. */
const SEED = RUNS > 10 ? {} : { seed: 2 };
/** Milliseconds: only against hanging. */
const PATIENCE = 3_600_000;

test("R2 the object says what the reference router says, wherever it is evicted", {
  timeout: PATIENCE,
}, async () => {
  vi.spyOn(console, "log").mockReturnValue(); // the router says whom it sends away, which is many
  let commands = 0;
  const property = fc.asyncProperty(scenario, async (given) => {
    commands += await play(await ObjectHouse.open(given.settings), given);
  });
  await fc.assert(property, { numRuns: RUNS, ...SEED });
  expect(commands).toBeGreaterThan(RUNS * 20);
});

test.each(KEPT_ON_OBJECT)(
  "R2 on the object it is not so that $fault",
  async ({ scenario: { settings, commands } }) => {
    expect(await play(await ObjectHouse.open(settings), { settings, commands })).toBe(commands.length);
  },
);
