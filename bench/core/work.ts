/** What the routing core is timed at: publications to one subscriber, and whole calls. Each delivery is checked. */
import type { Payload } from "../../src/wamp/payload.ts";
import { type Crowd, holderOf, uriOf } from "./crowd.ts";

/** Does the work once for one of the places, in order; the same places again after the last. */
export type Work = (count: number) => void;

/** How many URIs the work is about: one, which stays in the caches, or so many that they do not. */
export type Spread = 1 | 1_024;

/** They are spread over all of them, in a fixed disorder. */
const STEP = 0.6180339887;

const payload: Payload = { format: "values", args: ["x".repeat(32)] };

/** PUBLISH to EVENT. */
export function publishing({ realm, stranger, size }: Crowd, spread: Spread): Work {
  const places = placesOf(size, spread);
  let request = 0;
  return (count) => {
    for (let done = 0; done < count; done++) {
      const place = places[done % places.length];
      if (!place) throw new Error("nobody to publish to");
      const [delivery, another] = realm.receive(stranger, {
        type: "PUBLISH",
        request: ++request,
        options: {},
        topic: place.uri,
        payload,
      });
      if (delivery?.to[0] !== place.holder || delivery.to.length !== 1 || another) {
        throw new Error(`${place.uri} went to somebody else`);
      }
    }
  };
}

/** CALL to INVOCATION, YIELD to RESULT. */
export function calling({ realm, stranger, size }: Crowd, spread: Spread): Work {
  const places = placesOf(size, spread);
  return (count) => {
    for (let done = 0; done < count; done++) {
      const place = places[done % places.length];
      const callee = place && realm.session(place.holder);
      if (!callee) throw new Error("nobody to call");
      const request = stranger.lastCall + 1;
      const [invocation] = realm.receive(stranger, {
        type: "CALL",
        request,
        options: {},
        procedure: place.uri,
        payload,
      });
      if (invocation?.message.type !== "INVOCATION" || invocation.to[0] !== place.holder) {
        throw new Error(`${place.uri} was called elsewhere`);
      }
      const [result] = realm.receive(callee, {
        type: "YIELD",
        request: invocation.message.request,
        options: {},
        payload,
      });
      if (result?.message.type !== "RESULT" || result.message.request !== request) {
        throw new Error(`call ${request} got no result`);
      }
    }
  };
}

/** What the engine's own table costs with the same URIs and values of their own: the least that a realm could. */
export function lookingUp(size: number, spread: Spread): Work {
  const table = new Map<string, { readonly holder: number; readonly held: Set<number> }>();
  for (let at = 0; at < size; at++) table.set(uriOf(at), { holder: holderOf(at), held: new Set([at]) });
  const places = placesOf(size, spread);
  return (count) => {
    for (let done = 0; done < count; done++) {
      const place = places[done % places.length];
      const found = place && table.get(place.uri);
      if (!found || found.holder !== place.holder || found.held.size !== 1) throw new Error("not found");
    }
  };
}

function placesOf(size: number, spread: Spread) {
  return Array.from({ length: spread }, (_, at) => {
    const somewhere = Math.floor((((at + 1) * STEP) % 1) * size);
    // A single one is of the same kind whatever the size: the first of ten (see MIX).
    const place = spread === 1 ? somewhere - (somewhere % 10) : somewhere;
    return { uri: uriOf(place), holder: holderOf(place) };
  });
}
