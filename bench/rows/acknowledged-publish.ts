/** B3: a publish that nobody listens to, acknowledged. Two frames: PUBLISH, PUBLISHED. */
import { InFlight } from "../client/in-flight.ts";
import { Marker } from "../client/mark.ts";
import type { Row } from "../row.ts";

const WINDOW = 64;

export const acknowledgedPublish: readonly Row[] = [
  {
    id: "B3",
    work: `acknowledged publish, ${WINDOW} in flight`,
    unit: "publishes/s",
    contenders: ["router", "bare"],
    target: { atLeast: 0.9 },

    async prepare(scene) {
      const { publishAcknowledged, published } = scene.dialect;
      const marker = new Marker(0);
      const publisher = await scene.join("publisher");
      const load = new InFlight(WINDOW, (request) =>
        publisher.send(publishAcknowledged(request, marker.payload(request))),
      );
      publisher.onMessage = (frame) => load.answered(published(frame));
      return (seconds) => load.run(seconds);
    },
  },
];
