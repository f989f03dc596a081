/** B2: one publisher, many subscribers. A publication counts as out when the last subscriber has seen it. */
import { InFlight } from "../client/in-flight.ts";
import { Marker, Sequence } from "../client/mark.ts";
import type { Row } from "../row.ts";

/** Publications that some subscriber has not seen yet. */
const WINDOW = 16;

export const fanOut: readonly Row[] = [10, 100, 1000].map((subscribers) => ({
  id: "B2",
  work: `fan-out 1 -> ${subscribers}`,
  unit: "events/s",
  contenders: ["router", "bare"],
  target: { atLeast: 0.95 },

  async prepare(scene) {
    const { publish, event } = scene.dialect;
    const marker = new Marker(0);
    const publisher = await scene.join("publisher");
    const load = new InFlight(WINDOW, (request) => publisher.send(publish(request, marker.payload(request))));

    /** Publication, by its count -> how many subscribers have seen it. */
    const seen = new Map<number, number>();
    for (const subscriber of await scene.joinMany("subscriber", subscribers)) {
      const sequence = new Sequence();
      subscriber.onMessage = (frame) => {
        const { count } = sequence.next(event(frame).payload);
        const receivers = (seen.get(count) ?? 0) + 1;
        seen.set(count, receivers);
        if (receivers < subscribers) return;
        seen.delete(count);
        load.answered(count);
      };
    }
    return async (seconds) => subscribers * (await load.run(seconds));
  },
}));
