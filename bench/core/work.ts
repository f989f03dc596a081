/** What the routing core is timed at: publications to one subscriber, and whole calls. Each delivery is checked. */
import type { Payload } from "../../src/wamp/payload.ts";
import { type Crowd, holderOf, uriOf } from "./crowd.ts";
import { batches, type Place, type Spread } from "./places.ts";

/** Does the work so many times at least, for one place after the other. @returns nanoseconds for each */
export type Work = (count: number) => number;

const payload: Payload = { format: "values", args: ["x".repeat(32)] };

/** PUBLISH to EVENT. */
export function publishing(crowd: Crowd, spread: Spread): Work {
  const { realm, stranger } = crowd;
  let request = 0;
  return timed(batches(crowd, spread), ({ uri, holder }) => {
    const [delivery, another] = realm.receive(stranger, {
      type: "PUBLISH",
      request: ++request,
      options: {},
      topic: uri,
      payload,
    });
    if (delivery?.to[0] !== holder || delivery.to.length !== 1 || another) {
      throw new Error(`${uri} went to somebody else`);
    }
  });
}

/** CALL to INVOCATION, YIELD to RESULT. */
export function calling(crowd: Crowd, spread: Spread): Work {
  const { realm, stranger } = crowd;
  return timed(batches(crowd, spread), ({ uri, holder, session }) => {
    if (!session) throw new Error("nobody to call");
    const request = stranger.lastCall + 1;
    const [invocation] = realm.receive(stranger, {
      type: "CALL",
      request,
      options: {},
      procedure: uri,
      payload,
    });
    if (invocation?.message.type !== "INVOCATION" || invocation.to[0] !== holder) {
      throw new Error(`${uri} was called elsewhere`);
    }
    const [result] = realm.receive(session, {
      type: "YIELD",
      request: invocation.message.request,
      options: {},
      payload,
    });
    if (result?.message.type !== "RESULT" || result.message.request !== request) {
      throw new Error(`call ${request} got no result`);
    }
  });
}

/** What the engine's own table costs with the same URIs and values of their own: the least that a realm could. */
export function lookingUp(size: number, spread: Spread): Work {
  const table = new Map<string, { readonly holder: number; readonly held: Set<number> }>();
  for (let at = 0; at < size; at++) table.set(uriOf(at), { holder: holderOf(at), held: new Set([at]) });
  return timed(batches({ size }, spread), ({ uri, holder }) => {
    const found = table.get(uri);
    if (!found || found.holder !== holder || found.held.size !== 1) throw new Error("not found");
  });
}

/** Only the work is timed, not the making of what it is done with. */
function timed(next: () => readonly Place[], work: (place: Place) => void): Work {
  return (count) => {
    let [done, milliseconds] = [0, 0];
    while (done < count) {
      const places = next();
      const start = performance.now();
      for (const place of places) work(place);
      milliseconds += performance.now() - start;
      done += places.length;
    }
    return (milliseconds * 1e6) / done;
  };
}
