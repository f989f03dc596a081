/**
 * Retained events: the last event of a topic, kept for subscribers to come (section 12.2). A restricted one is kept beside
 * the general one until a later general one supersedes both. Who may see one is judged when it is asked for.
 */
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { isRestricted, mayReceive, type PublishOptions, principalLists } from "./audience.ts";
import { exceeds } from "./limits.ts";
import type { Identity } from "./session.ts";
import type { RealmSettings, UriPattern } from "./settings.ts";
import type { RealmStore, RetainedRow } from "./store.ts";

export interface RetentionPorts {
  readonly store: RealmStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly limits: RealmSettings["keep"];
}

export interface RetainablePublication {
  readonly topic: string;
  readonly publication: number;
  readonly details: Message<"EVENT">["details"];
  readonly options: PublishOptions;
  readonly payload: Payload | undefined;
  /** The publisher's session id. */
  readonly publisher: number;
  /** The publisher's authid. */
  readonly authid: string;
}

/**
 * Octets of retained events that one SUBSCRIBE may ask for: well below what may wait for a session (TRN-21), so that nobody
 * is ended for asking.
 */
const MAX_ANSWER = 524_288;
/** Octets that an event costs besides its payload, lists and details. */
const FRAME = 128;

export class Retention {
  readonly #ports: RetentionPorts;

  constructor(ports: RetentionPorts) {
    this.#ports = ports;
  }

  /** RET-04: what is too large is not retained, and published all the same. */
  add({ topic, publication, details, options, payload, publisher, authid }: RetainablePublication): void {
    const { store, limits, now } = this.#ports;
    const { exclude = [], eligible } = options;
    const principals = principalLists(options);
    const named = { ...(exclude.length > 0 && { exclude }), ...(eligible && { eligible }) };
    const octets = octetsOf(payload) + octetsOfAll(details, principals, named);
    if (octets > Math.min(limits.retainedOctets, limits.retainedTotal)) return;
    store.putRetained(
      {
        topic,
        publication,
        time: now(),
        details,
        authid,
        // RET-13: whom the event was not for when it was published, it is not for later.
        publisher: options.exclude_me === false ? undefined : publisher,
        lists: { ...principals, ...named },
        restricted: isRestricted(options),
        payload,
        octets,
      },
      { events: limits.retained, ofAuthid: limits.retainedPerAuthid },
    );
    store.boundRetained({ octets: limits.retainedTotal, since: this.#since() });
  }

  /**
   * For each topic that the subscription matches, the newest event that the subscriber may see (RET-11, RET-14).
   * `isAllowed` says whether it may have events of a topic at all. @throws WampError limit_exceeded
   */
  eventsFor(
    { match, uri }: UriPattern,
    identity: Identity,
    isAllowed: (topic: string) => boolean,
  ): RetainedRow[] {
    const since = this.#since();
    /** Topic to the newest eligible event; topics in the order of their newest event. */
    const newest = new Map<string, RetainedRow>();
    let octets = 0;
    for (const row of this.#ports.store.retained(match, uri)) {
      if (newest.has(row.topic) || row.time < since) continue;
      if (row.publisher === identity.session || !mayReceive(identity, row.lists)) continue;
      if (!isAllowed(row.topic)) continue;
      octets += row.octets + FRAME + row.topic.length;
      if (octets > MAX_ANSWER && newest.size > 0) {
        throw exceeds("of retained events in octets", MAX_ANSWER, "subscribe to a narrower pattern");
      }
      newest.set(row.topic, row);
    }
    return [...newest.values()].reverse();
  }

  /** What is too old goes, also where nothing new comes. */
  expire(): void {
    const { store, limits } = this.#ports;
    if (limits.retainedAge === undefined) return;
    store.boundRetained({ octets: limits.retainedTotal, since: this.#since() });
  }

  /** What is older than this is gone, in milliseconds since 1970. */
  #since(): number {
    const { limits, now } = this.#ports;
    return limits.retainedAge === undefined ? Number.NEGATIVE_INFINITY : now() - limits.retainedAge;
  }
}

const UTF8 = new TextEncoder();

/** What a payload costs to keep, in octets. */
export function octetsOf(payload: Payload | undefined): number {
  if (payload === undefined || payload.format === "values") return 0;
  return typeof payload.body === "string" ? UTF8.encode(payload.body).length : payload.body.length;
}

/** What is kept beside the payload, in octets: a publisher may make its lists as long as any payload. */
export function octetsOfAll(...kept: readonly object[]): number {
  let octets = 0;
  for (const each of kept) {
    if (Object.keys(each).length > 0) octets += UTF8.encode(JSON.stringify(each)).length;
  }
  return octets;
}
