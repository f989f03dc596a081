/** B1: callers, one callee, 64 calls in flight among them. Four frames a call: CALL, INVOCATION, YIELD, RESULT. */
import { InFlight } from "../client/in-flight.ts";
import { Marker, Sequence } from "../client/mark.ts";
import type { Row } from "../row.ts";
import type { Scene } from "../scene.ts";

const WINDOW = 64;

export const call: readonly Row[] = [1, 16].map((callers) => ({
  id: "B1",
  work: `call, ${callers} caller${callers === 1 ? "" : "s"}, ${WINDOW} in flight`,
  unit: "calls/s",
  contenders: ["router", "bare"],
  target: { atLeast: 0.9 },

  async prepare(scene) {
    await seatCallee(scene);
    const loads: InFlight[] = [];
    for (let index = 0; index < callers; index++)
      loads.push(await seatCaller(scene, index, WINDOW / callers));
    return async (seconds) => {
      const answered = await Promise.all(loads.map((load) => load.run(seconds)));
      return answered.reduce((sum, count) => sum + count, 0);
    };
  },
}));

/** Answers with the payload it got. A caller's calls to one procedure arrive in the order they were made. */
async function seatCallee(scene: Scene): Promise<void> {
  const { invocation, answer } = scene.dialect;
  const sequence = new Sequence();
  const callee = await scene.join("callee");
  callee.onMessage = (frame) => {
    const arrival = invocation(frame);
    sequence.next(arrival.payload);
    callee.send(answer(arrival));
  };
}

async function seatCaller(scene: Scene, index: number, window: number): Promise<InFlight> {
  const { call, result } = scene.dialect;
  const marker = new Marker(index);
  const caller = await scene.join("caller", index);
  const load = new InFlight(window, (request) => caller.send(call(request, marker.payload(request))));
  caller.onMessage = (frame) => {
    const { id, payload } = result(frame);
    if (payload !== marker.payload(id))
      throw new Error(`call ${id} of caller ${index} was answered with ${payload}`);
    load.answered(id);
  };
  return load;
}
