/** R13: whatever octets come, in every serializer, before WELCOME and after, nothing but that connection ends. FULL=1 takes all. */
import { expect, test } from "vitest";
import { rawFrame } from "./bytes.ts";
import { Siege } from "./bytes-siege.ts";
import { Dice } from "./permission-cases.ts";

const SIEGES = 10;
const FRAMES = (process.env.FULL === "1" ? 10_000_000 : 300_000) / SIEGES;
/** Milliseconds: only against hanging. */
const PATIENCE = 7_200_000;

for (let seed = 1; seed <= SIEGES; seed++) {
  test(`R13 ${FRAMES} raw frames, seed ${seed}`, { timeout: PATIENCE }, () => {
    const dice = new Dice(seed);
    const siege = new Siege();
    for (let frame = 0; frame < FRAMES; frame++)
      siege.throwOne(dice, (subprotocol) => rawFrame(dice, subprotocol));
    siege.lift();
    // Neither is everything refused at once, nor is nothing.
    expect(siege.ended).toBeGreaterThan(FRAMES / 10);
    expect(siege.ended).toBeLessThan(FRAMES);
  });
}
