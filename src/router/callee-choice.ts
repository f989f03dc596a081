/** Which callee of a registration takes a call: one rule for each invocation policy (section 8.8). */
import type { Callee, Registration } from "./registration.ts";
import type { Session } from "./session.ts";

/**
 * The callee for the next call; undefined where all are in `refused`, the callees that already answered this very call
 * with `wamp.error.unavailable` (RRT-03). `randomId` gives a uniform random integer.
 */
export function chooseCallee(
  registration: Registration,
  refused: readonly Session[],
  randomId: () => number,
): Callee | undefined {
  const { callees, invoke } = registration;
  const [only] = callees;
  if (callees.length === 1 && refused.length === 0) return only;
  const free = ({ session }: Callee): boolean => !refused.includes(session);
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
