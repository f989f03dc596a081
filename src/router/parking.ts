/**
 * What sleep would lose, written down: sessions without a row or with an old one, calls under way, and whose turn it is.
 */
import type { Invocation } from "./invocation.ts";
import { attempt } from "./owed.ts";
import type { Registration } from "./registration.ts";
import { forgetIds } from "./request-ids.ts";
import type { Session } from "./session.ts";
import type { RealmStore } from "./store.ts";

/** @throws the store's first error, after everything was tried: what was written need not be written again */
export function park(sessions: Iterable<Session>, store: RealmStore): void {
  attempt(sessions, (session) => {
    forgetIds(session); // awake as asleep
    if (session.stored !== "yes") {
      const { identity, lastInvocation, lastCall } = session;
      store.putSession({ identity, lastInvocation, lastCall });
      session.stored = "yes";
    }
    const turns = [...session.registrations].map((registration) => () => parkTurn(registration, store));
    const calls = [...session.invocations.values()].map((invocation) => () => parkCall(invocation, store));
    attempt([...turns, ...calls], (parkOne) => parkOne());
  });
}

function parkCall(invocation: Invocation, store: RealmStore): void {
  const { id, request, caller, callee, terms, details, chunks, interrupted, deadline, reroute } = invocation;
  // What the router itself asks is asked by somebody who waits, and does not outlive him.
  if (invocation.parked === "yes" || caller.isRouter) return;
  store.putInvocation({
    callee: callee.id,
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

/** SHR-05: roundrobin goes on after sleep where it stood. */
export function parkTurn(registration: Registration, store: RealmStore): void {
  if (registration.turn === registration.storedTurn) return;
  store.putTurn(registration.id, registration.turn);
  registration.storedTurn = registration.turn;
}
