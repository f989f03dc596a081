/** B12: the same load on other routers, through real sockets. Every ratio is printed, ours ahead or behind. */
import { BATCH, PLAIN_SPEECH, type Speech } from "../dialect/dialect.ts";
import type { Entrant, Load } from "../load.ts";
import { measure } from "../measure.ts";
import { isInstalled, PEER_NAMES, PEERS, type PeerName } from "../peers/peers.ts";
import type { Row } from "../row.ts";
import { acknowledgedPublish } from "./acknowledged-publish.ts";
import { calls } from "./call.ts";
import { fanOut } from "./fan-out.ts";

const id = "B12";
/** 32 frames of 32, and as many single messages where a peer does not batch. */
const WINDOW = BATCH * 32;
/** There are many loads here. */
const MOST_ROUNDS = 5;
const CBOR: Speech = { ...PLAIN_SPEECH, format: "cbor", batched: "everybody" };

/** How each peer is spoken to where we batch: by the nearest that it has. */
function nearest(name: PeerName): Speech {
  const { formats, batches } = PEERS[name];
  return {
    ...CBOR,
    format: formats.includes("cbor") ? "cbor" : "json",
    batched: batches ? "everybody" : "nobody",
  };
}

function loads(name: PeerName): readonly Load[] {
  const single: readonly [Entrant, Entrant] = [
    { name: "router", speech: PLAIN_SPEECH },
    { name, speech: PLAIN_SPEECH },
  ];
  const batched: readonly [Entrant, Entrant] = [
    { name: "router", speech: CBOR },
    { name, speech: nearest(name) },
  ];
  return [
    ...[1, 16].map((callers) => calls({ callers }, { id, entrants: single })),
    ...[10, 100, 1_000].map((subscribers) => fanOut({ subscribers }, { id, entrants: single })),
    acknowledgedPublish({ id, entrants: single }),
    calls({ callers: 1, window: WINDOW }, { id, work: "calls, batched", entrants: batched }),
    fanOut({ subscribers: 1, window: WINDOW }, { id, work: "events 1 -> 1, batched", entrants: batched }),
    fanOut({ subscribers: 100, window: 256 }, { id, work: "fan-out 1 -> 100, batched", entrants: batched }),
  ];
}

export const peers: Row = {
  id,
  async *run({ contenders, plan }) {
    for (const name of PEER_NAMES) {
      if (!isInstalled(name)) {
        console.log(`${id} ${name} is not installed here: bench/peers/README.md says how`);
        continue;
      }
      const rounds = Math.min(plan.rounds, MOST_ROUNDS);
      for (const load of loads(name)) {
        for (const finding of await measure(load, { contenders, plan: { ...plan, rounds } })) {
          const { ratio = Number.NaN, details } = finding;
          yield { ...finding, details: { ours: ratio >= 1 ? "ahead" : "BEHIND", ...details } };
        }
      }
    }
  },
};
