/** Which callee of a registration takes a call: one rule for each invocation policy (section 8.8). */
import type { Callee } from "./registration.ts";
import type { Serving } from "./serving.ts";

/**
 * The callee for the next call; undefined where all are passed over: they have too much to do, or answered this very call
 * with `wamp.error.unavailable` (RRT-03). `randomId` gives a uniform random integer.
 */
export function chooseCallee(
  { only, registration }: Serving,
  passedOver: (callee: Callee) => boolean,
  randomId: () => number,
): Callee | undefined {
  if (only) return passedOver(only) ? undefined : only;
  const { callees, invoke } = registration;
  const free = (callee: Callee): boolean => !passedOver(callee);
  switch (invoke) {
    case "single":
    case "first":
      return callees.find(free);
    case "last":
      return callees.findLast(free);
    case "random": {
      const candidates = callees.filter(free);
      return candidates[randomId() % candidates.length];
    }
    case "roundrobin":
      for (let step = 0; step < callees.length; step++) {
        const at = (registration.turn + step) % callees.length;
        const callee = callees[at];
        if (!callee || !free(callee)) continue;
        registration.turn = (at + 1) % callees.length;
        return callee;
      }
      return undefined;
  }
}
