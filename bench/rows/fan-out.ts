/** B2: publishers, many subscribers. A publication counts as out when the last subscriber has seen it. */
import { InFlight } from "../client/in-flight.ts";
import { Marker, Sequence } from "../client/mark.ts";
import type { Load, Round } from "../load.ts";
import type { Scene } from "../scene.ts";

/** Publications that some subscriber has not seen yet. Large ones are fewer: what waits for a slow reader is bounded. */
const WINDOW = 16;
const LARGE = 16_384;
const LARGE_WINDOW = 8;

type Rest = Pick<Load, "entrants"> & Partial<Pick<Load, "id" | "work" | "target">>;

export interface FanOut {
  readonly publishers?: number;
  readonly subscribers: number;
  /** Publications of all publishers together. */
  readonly window?: number;
  /** Units that one event counts for; a figure of 1 is an event. */
  readonly worth?: number;
  readonly unit?: string;
}

export function fanOut(fan: FanOut, rest: Rest): Load {
  const { publishers = 1, subscribers, unit = "events/s" } = fan;
  return {
    id: "B2",
    work: `fan-out ${publishers} -> ${subscribers}`,
    unit,
    ...rest,
    prepare: (scene) => seat(scene, fan),
  };
}

async function seat(
  scene: Scene,
  { publishers = 1, subscribers, window = scene.payload < LARGE ? WINDOW : LARGE_WINDOW, worth = 1 }: FanOut,
): Promise<Round> {
  const each = Math.max(1, Math.round(window / publishers));
  const loads: InFlight[] = [];
  for (let index = 0; index < publishers; index++) loads.push(await seatPublisher(scene, index, each));

  const { event } = scene.dialect;
  /** For each sender a ring of publications, by their count: how many subscribers have seen them. */
  const seen = loads.map(() => new Uint32Array(each));
  for (const subscriber of await scene.joinMany("subscriber", subscribers)) {
    const sequence = new Sequence();
    subscriber.onMessage = (message) => {
      const { sender, count } = sequence.next(event(message).payload);
      const ring = seen[sender];
      const place = count % each;
      if (!ring) throw new Error(`nobody is sender ${sender}`);
      const receivers = (ring[place] ?? 0) + 1;
      ring[place] = receivers;
      if (receivers < subscribers) return;
      ring[place] = 0;
      loads[sender]?.answered(count);
    };
  }
  return async (seconds) => {
    const counts = await Promise.all(loads.map((load) => load.run(seconds)));
    return counts.reduce((sum, count) => sum + count, 0) * subscribers * worth;
  };
}

async function seatPublisher(scene: Scene, index: number, window: number): Promise<InFlight> {
  const { publish } = scene.dialect;
  const marker = new Marker(index, scene.payload);
  const publisher = await scene.join("publisher", index);
  return new InFlight(window, (request) => publisher.send(publish(request, marker.payload(request))));
}
