/** What sleep would lose, written down: sessions without a row or with an old one, and calls under way. */
import type { Session } from "./session.ts";
import type { RealmStore } from "./store.ts";

export function park(sessions: Iterable<Session>, store: RealmStore): void {
  for (const session of sessions) {
    if (session.stored !== "yes") {
      const { identity, lastInvocation, lastCall } = session;
      store.putSession({ identity, lastInvocation, lastCall });
      session.stored = "yes";
    }
    for (const invocation of session.invocations.values()) {
      if (invocation.parked === "yes") continue;
      const { id, request, caller, terms, chunks, interrupted, deadline, reroute } = invocation;
      store.putInvocation({
        callee: session.id,
        id,
        caller: caller.id,
        request,
        terms,
        chunks,
        interrupted,
        deadline,
        reroute: reroute && { ...reroute, refused: reroute.refused.map((each) => each.id) },
      });
      invocation.parked = "yes";
    }
  }
}
