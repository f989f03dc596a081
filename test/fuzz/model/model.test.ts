/** Row R2: random scenarios, and the router says what the reference says. FULL=1 takes all that the row promises. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { NodeHouse } from "./node-house.ts";
import { play } from "./play.ts";
import type { Settings } from "./premises.ts";
import { scenario } from "./scenario.ts";
import { CI_RUNS, FULL_RUNS, search } from "./search.ts";
import type { Wire } from "./world.ts";

const FULL = process.env.FULL === "1";
/** The same runs each time, unless they are all to be had or MODEL_SEED says otherwise. */
const SEED = process.env.MODEL_SEED === undefined ? (FULL ? undefined : 2) : Number(process.env.MODEL_SEED);
/** Milliseconds: only against hanging. */
const PATIENCE = 3_600_000;

test("R2 whatever clients do, the router says what the reference router says", {
  timeout: PATIENCE,
}, async () => {
  const wanted = FULL ? FULL_RUNS : CI_RUNS;
  const { divergence, runs, commands } = await search(wanted, SEED);
  // A scenario that is shown here belongs into kept.json.
  expect(divergence && JSON.stringify(divergence)).toBeUndefined();
  expect(runs).toBe(wanted);
  expect(commands).toBeGreaterThan(wanted * 50);
});

/** A house that counts what its clients hear, by type and error. */
class CountingHouse extends NodeHouse {
  readonly #counts: Map<string, number>;

  constructor(settings: Settings, counts: Map<string, number>) {
    super(settings);
    this.#counts = counts;
  }

  override heard(): Wire[][] {
    const heard = super.heard();
    for (const message of heard.flat()) {
      const kind = message[0] === 8 ? `8 ${message[1]} ${message[4]}` : String(message[0]);
      this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    }
    return heard;
  }
}

test("R2 the scenarios make the router say nearly everything that it can say", async () => {
  const counts = new Map<string, number>();
  for (const given of fc.sample(scenario, { numRuns: 150, seed: 1 })) {
    await play(new CountingHouse(given.settings, counts), given);
  }
  const errors = (type: number, ...names: string[]) => names.map((name) => `8 ${type} ${name}`);
  const [denied, badUri, limit] = [
    "wamp.error.not_authorized",
    "wamp.error.invalid_uri",
    "edgebahn.error.limit_exceeded",
  ];
  const undisclosed = "wamp.error.option_disallowed.disclose_me";
  const expected = [
    ...[2, 3, 6, 17, 33, 35, 36, 50, 65, 67, 68, 69].map(String),
    ...errors(16, denied, badUri, undisclosed),
    ...errors(32, denied, badUri, limit),
    ...errors(34, "wamp.error.no_such_subscription"),
    ...errors(
      48,
      denied,
      badUri,
      limit,
      undisclosed,
      "wamp.error.canceled",
      "wamp.error.timeout",
      "com.error.own",
    ),
    ...errors(
      48,
      "wamp.error.no_such_procedure",
      "wamp.error.feature_not_supported",
      "wamp.error.unavailable",
    ),
    ...errors(48, "wamp.error.no_available_callee", "wamp.error.no_such_registration"),
    ...errors(48, "wamp.error.no_such_session", "wamp.error.no_such_subscription"),
    ...errors(64, denied, badUri, limit, undisclosed, "wamp.error.procedure_already_exists"),
    ...errors(66, "wamp.error.no_such_registration"),
  ];
  expect(expected.filter((kind) => !counts.has(kind))).toEqual([]);
});

test("R2 the reference router shares nothing with the router", () => {
  const own = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^(?:reference|world|premises|bijection|tally|interpret|sayings|command)/.test(path),
  );
  expect(own.length).toBeGreaterThan(12);
  const texts = own
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(import.meta.dirname, path), "utf8"));
  expect(texts.filter((text) => /from "[^"]*src\//.test(text))).toEqual([]);
});
