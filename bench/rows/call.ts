/** B1: callers, one callee, some in flight among them. Four frames a call: CALL, INVOCATION, YIELD, RESULT. */
import { InFlight } from "../client/in-flight.ts";
import { Marker, Sequence } from "../client/mark.ts";
import type { Load, Round } from "../load.ts";
import type { Scene } from "../scene.ts";

const WINDOW = 64;
/** Of large payloads: what waits for a slow reader is bounded. */
const LARGE = 16_384;
const LARGE_WINDOW = 8;

type Rest = Pick<Load, "entrants"> & Partial<Pick<Load, "id" | "work" | "target">>;

export interface Calling {
  readonly callers: number;
  /** Calls in flight, of all callers together. */
  readonly window?: number;
}

export function calls({ callers, window = WINDOW }: Calling, rest: Rest): Load {
  return {
    id: "B1",
    work: `call, ${callers} caller${callers === 1 ? "" : "s"}, ${window} in flight`,
    unit: "calls/s",
    ...rest,
    prepare: (scene) => seat(scene, callers, scene.payload < LARGE ? window : LARGE_WINDOW),
  };
}

async function seat(scene: Scene, callers: number, window: number): Promise<Round> {
  await seatCallee(scene);
  const loads: InFlight[] = [];
  for (let index = 0; index < callers; index++) {
    loads.push(await seatCaller(scene, index, Math.max(1, Math.round(window / callers))));
  }
  return async (seconds) => {
    const answered = await Promise.all(loads.map((load) => load.run(seconds)));
    return answered.reduce((sum, count) => sum + count, 0);
  };
}

/** Answers with the payload it got. A caller's calls to one procedure arrive in the order they were made. */
async function seatCallee(scene: Scene): Promise<void> {
  const { invocation, answer } = scene.dialect;
  const sequence = new Sequence();
  const callee = await scene.join("callee");
  callee.onMessage = (message) => {
    const arrival = invocation(message);
    sequence.next(arrival.payload);
    callee.send(answer(arrival));
  };
}

async function seatCaller(scene: Scene, index: number, window: number): Promise<InFlight> {
  const { dialect, payload } = scene;
  const marker = new Marker(index, payload);
  const caller = await scene.join("caller", index);
  const load = new InFlight(window, (request) => caller.send(dialect.call(request, marker.payload(request))));
  caller.onMessage = (message) => {
    const { id, payload } = dialect.result(message);
    if (payload !== marker.payload(id)) {
      throw new Error(`call ${id} of caller ${index} was answered with ${payload.slice(0, 100)}`);
    }
    load.answered(id);
  };
  return load;
}
