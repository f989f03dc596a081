/**
 * What sleep would lose, written down: sessions without a row or with an old one, calls under way, and whose turn it is.
 */
import type { Registration } from "./registration.ts";
import type { Session } from "./session.ts";
import type { RealmStore } from "./store.ts";

export function park(sessions: Iterable<Session>, store: RealmStore): void {
  for (const session of sessions) {
    if (session.stored !== "yes") {
      const { identity, lastInvocation, lastCall } = session;
      store.putSession({ identity, lastInvocation, lastCall });
      session.stored = "yes";
    }
    for (const registration of session.registrations) parkTurn(registration, store);
    for (const invocation of session.invocations.values()) {
      if (invocation.parked === "yes") continue;
      const { id, request, caller, terms, details, chunks, interrupted, deadline, reroute } = invocation;
      store.putInvocation({
        callee: session.id,
        id,
        caller: caller.id,
        request,
        terms,
        details,
        chunks,
        interrupted,
        deadline,
        reroute: reroute && { ...reroute, refused: reroute.refused.map((each) => each.id) },
      });
      invocation.parked = "yes";
    }
  }
}

/** SHR-05: roundrobin goes on after sleep where it stood. */
export function parkTurn(registration: Registration, store: RealmStore): void {
  if (registration.turn === registration.storedTurn) return;
  store.putTurn(registration.id, registration.turn);
  registration.storedTurn = registration.turn;
}
