/**
 * The URIs that the routing core is asked for, in batches that are made while nobody counts. Few stay in the processor's
 * caches, so how many they are and in which order they come decides what a look-up costs.
 */
import type { Session, SessionId } from "../../src/router/session.ts";
import { type Crowd, holderOf, uriOf } from "./crowd.ts";

/**
 * One URI, or 1,024, again and again in the same order and each the same text; or one of 16,384 at random, or of all that
 * there are, each as a frame brings it: a new text, just decoded, that nobody has hashed yet.
 */
export const SPREADS = [1, 1_024, 16_384, "any"] as const;
export type Spread = (typeof SPREADS)[number];

export interface Place {
  readonly uri: string;
  readonly holder: SessionId;
  /** The holder's session: a callee's answer finds it by its socket. */
  readonly session: Session | undefined;
}

/** In places. */
export const BATCH = 1_024;
/** They are spread over all of them, in a fixed disorder. */
const STEP = 0.6180339887;

/** How many different URIs are asked for. */
export function urisOf(spread: Spread, size: number): number {
  return spread === "any" ? size : Math.min(spread, size);
}

/** The next batch, at each call. */
export function batches({ realm, size }: Pick<Crowd, "size"> & Partial<Crowd>, spread: Spread) {
  const placeOf = (at: number, uri: string): Place => {
    const holder = holderOf(at);
    return { uri, holder, session: realm?.session(holder) };
  };
  if (spread === 1 || spread === 1_024) {
    const places = scattered(spread, size).map((at) => placeOf(at, uriOf(at)));
    const batch = Array.from({ length: BATCH / spread }, () => places).flat();
    return () => batch;
  }
  const chosen = spread === "any" ? undefined : scattered(urisOf(spread, size), size);
  const random = randomly();
  const all = urisOf(spread, size);
  let asked = 0;
  return (): readonly Place[] =>
    Array.from({ length: BATCH }, () => {
      // Each once before any comes again: what is made when a URI is first asked for is there then.
      const which = asked < all ? asked++ : random(all);
      const at = chosen ? (chosen[which] ?? 0) : which;
      return placeOf(at, decoded(uriOf(at)));
    });
}

function scattered(count: number, size: number): number[] {
  return Array.from({ length: count }, (_, at) => {
    const somewhere = Math.floor((((at + 1) * STEP) % 1) * size);
    // A single one is of the same kind whatever the size: the first of ten (see MIX).
    return count === 1 ? somewhere - (somewhere % 10) : somewhere;
  });
}

/** A text of its own in one piece, as a decoder makes it. */
function decoded(uri: string): string {
  return Buffer.from(uri, "latin1").toString("latin1");
}

/** Numbers under a bound, the same ones in every run. */
function randomly(): (bound: number) => number {
  let state = 0x9e3779b9;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * bound);
  };
}
