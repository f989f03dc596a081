/** B6: what batching gains over one message per frame, by the same router and the same client. */
import { BATCH, PLAIN_SPEECH, type Speech } from "../dialect/dialect.ts";
import type { Entrant, Load } from "../load.ts";
import { calls } from "./call.ts";
import { fanOut } from "./fan-out.ts";

/** Messages in flight: 32 frames of 32, and as many single ones. */
const WINDOW = BATCH * 32;
/** Publications in flight to many: enough that some follow each other at once. */
const FAN_WINDOW = 256;

const CBOR: Speech = { ...PLAIN_SPEECH, format: "cbor" };

function entrants(batched: Speech["batched"]): readonly [Entrant, Entrant] {
  return [
    { name: "router", speech: { ...CBOR, batched } },
    { name: "router", speech: CBOR },
  ];
}

export const batched: readonly Load[] = [
  fanOut(
    { subscribers: 1, window: WINDOW },
    {
      id: "B6",
      work: `events 1 -> 1, ${BATCH} in a batch`,
      entrants: entrants("everybody"),
      target: { atLeast: 8 },
    },
  ),
  calls(
    { callers: 1, window: WINDOW },
    { id: "B6", work: `calls, ${BATCH} in a batch`, entrants: entrants("everybody"), target: { atLeast: 8 } },
  ),
  fanOut(
    { subscribers: 100, window: FAN_WINDOW },
    {
      id: "B6",
      work: `unbatched publisher -> 100 batched, ${FAN_WINDOW} in flight`,
      entrants: entrants("subscribers"),
      target: { atLeast: 10 },
    },
  ),
];
