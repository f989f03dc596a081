/** R13: messages that are nearly right, in every serializer, before WELCOME and after. FULL=1 takes all. */
import { expect, test } from "vitest";
import type { Encoded, Subprotocol } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import { prefix } from "../gateway/client.ts";
import { Siege } from "./bytes-siege.ts";
import { nearlyRight, written } from "./messages.ts";
import { Dice } from "./permission-cases.ts";

const SIEGES = 5;
const MUTATED = (process.env.FULL === "1" ? 2_000_000 : 60_000) / SIEGES;
/** Milliseconds: only against hanging. */
const PATIENCE = 7_200_000;

function framed(message: Encoded, subprotocol: Subprotocol): Encoded {
  if (!subprotocol.endsWith(".batched")) return message;
  if (typeof message === "string") return `${message}\u001e`;
  return Uint8Array.from(Buffer.concat([prefix(message.length), message]));
}

for (let seed = 1; seed <= SIEGES; seed++) {
  test(`R13 ${MUTATED} mutated messages among as many that are right, seed ${seed}`, {
    timeout: PATIENCE,
  }, () => {
    const dice = new Dice(seed);
    const siege = new Siege();
    for (let mutated = 0; mutated < MUTATED; ) {
      siege.throwOne(dice, (subprotocol, request) => {
        const isMutated = dice.chance(50);
        if (isMutated) mutated++;
        const format = subprotocol.split(".")[2] as Format; // the third part of a subprotocol is its format
        return framed(written(nearlyRight(dice, request, isMutated), format), subprotocol);
      });
    }
    siege.lift();
    expect(siege.ended).toBeGreaterThan(MUTATED / 10);
  });
}
