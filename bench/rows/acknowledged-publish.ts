/** B3: a publish that nobody listens to, acknowledged. Two frames: PUBLISH, PUBLISHED. */
import { InFlight } from "../client/in-flight.ts";
import { Marker } from "../client/mark.ts";
import type { Load } from "../load.ts";

const WINDOW = 64;

type Rest = Pick<Load, "entrants"> & Partial<Pick<Load, "id" | "work" | "target">>;

export function acknowledgedPublish(rest: Rest, window = WINDOW): Load {
  return {
    id: "B3",
    work: `acknowledged publish, ${window} in flight`,
    unit: "publishes/s",
    ...rest,
    async prepare(scene) {
      const { publishAcknowledged, published } = scene.dialect;
      const marker = new Marker(0, scene.payload);
      const publisher = await scene.join("publisher");
      const load = new InFlight(window, (request) =>
        publisher.send(publishAcknowledged(request, marker.payload(request))),
      );
      publisher.onMessage = (message) => load.answered(published(message));
      return (seconds) => load.run(seconds);
    },
  };
}
