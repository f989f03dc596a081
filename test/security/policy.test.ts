/**
 * S8 through everything: seeded policies, real sign-in, and each entrance of the router against the naive oracle of
 * test/fuzz. FULL=1 takes twenty times as many.
 */
import { expect, test } from "vitest";
import { Dice } from "../fuzz/permission-cases.ts";
import { Ledger } from "./ledger.ts";
import { drawCase, PolicyScene } from "./policy-scene.ts";
import { Walk } from "./policy-walk.ts";

const POLICIES = process.env.FULL === "1" ? 6_000 : 300;
/** Milliseconds: only against hanging. */
const PATIENCE = 1_800_000;

const ENTRANCES = [
  ...["subscribe exact", "subscribe prefix", "subscribe wildcard", "retained", "delivery", "meta events"],
  ...["publish", "disclosure of publishers", "call", "history"],
  ...["register exact", "register prefix", "register wildcard", "kept subscribe", "kept register"],
  ...["testament added", "testament published", "testaments, and nothing else"],
];

test("S8 every entrance does what the oracle allows and nothing else, before and after sleep and a change of policy", {
  timeout: PATIENCE,
}, async () => {
  const ledger = new Ledger();
  for (let seed = 1; seed <= POLICIES; seed++) {
    const dice = new Dice(seed);
    ledger.seed = seed;
    const scene = await PolicyScene.of(drawCase(dice));
    await new Walk(scene, dice, ledger).run();
    const faults = scene.room.log.filter(({ event }) => event === "fault");
    ledger.check("faults", undefined, { got: faults, want: [], allowed: false });
  }
  expect(ledger.differences.slice(0, 3)).toEqual([]);
  expect(ledger.checked).toBeGreaterThan(100 * POLICIES);
  // Every entrance was looked at, and saw both answers.
  for (const entrance of ENTRANCES) {
    const { checked = 0, allowed = 0 } = ledger.tally[entrance] ?? {};
    expect([entrance, checked > POLICIES / 10, allowed > checked / 100, allowed < checked]).toEqual([
      entrance,
      true,
      true,
      true,
    ]);
  }
});
