/**
 * What a realm keeps beyond its memory: a port of synchronous row methods. The router writes rows as they change and
 * reads them back when it wakes, or later, when they are asked for. Publications and calls write nothing, unless a
 * publication is to be kept; parked calls are written when the realm is quiet.
 */
import type { Payload } from "../wamp/payload.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import type { PrincipalLists, PublishOptions, SessionLists } from "./audience.ts";
import type { CallTerms } from "./invocation.ts";
import type { InvocationDetails } from "./invocation-details.ts";
import type { InvocationPolicy } from "./registration.ts";
import type { Identity, SessionId } from "./session.ts";

export interface SessionRow {
  readonly identity: Identity;
  /** The last INVOCATION.Request issued to the session (ID-06). */
  readonly lastInvocation: number;
  /** The highest CALL.Request that it sent (PCI-12). */
  readonly lastCall: number;
}

/** What of a session's row waking needs, where its socket is still there and remembers who it is. */
export interface SessionMark {
  readonly session: SessionId;
  readonly lastInvocation: number;
  readonly lastCall: number;
  /** Its socket may remember somebody else: who it is by now its row says. */
  readonly renamed: boolean;
}

export interface SubscriptionRow {
  readonly id: number;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since 1970. */
  readonly created: number;
}

export interface RegistrationRow extends SubscriptionRow {
  readonly invoke: InvocationPolicy;
  /** Where roundrobin goes on: an index of its callees. */
  readonly turn: number;
}

/** Which session holds which subscription or registration. */
export interface MemberRow {
  /** The subscription or registration. */
  readonly id: number;
  readonly session: SessionId;
}

export interface CalleeRow extends MemberRow {
  readonly forwardTimeout: boolean;
  readonly discloseCaller: boolean;
}

/** A parked call. */
export interface InvocationRow {
  readonly callee: SessionId;
  /** INVOCATION.Request. */
  readonly id: number;
  readonly caller: SessionId;
  /** CALL.Request. */
  readonly request: number;
  readonly terms: CallTerms;
  /** INVOCATION.Details at this callee. */
  readonly details: InvocationDetails;
  readonly chunks: "none" | "open" | "complete";
  readonly interrupted: boolean;
  /** Milliseconds since 1970; undefined where the dealer does not time the call. */
  readonly deadline: number | undefined;
  readonly reroute:
    | { readonly payload: Payload | undefined; readonly refused: readonly SessionId[] }
    | undefined;
}

export type TestamentScope = "detached" | "destroyed";

export interface TestamentRow {
  readonly session: SessionId;
  readonly scope: TestamentScope;
  readonly topic: string;
  readonly options: PublishOptions;
  readonly payload: Payload | undefined;
}

export interface RetainedRow {
  readonly topic: string;
  readonly publication: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** EVENT.Details, but for topic and retained. */
  readonly details: Readonly<Record<string, unknown>>;
  /** Who published the event, and whom it counts for; undefined where it was retained before that was written down. */
  readonly authid: string | undefined;
  /** The session that published the event and does not get it back; undefined where it included itself (RET-13). */
  readonly publisher: SessionId | undefined;
  readonly lists: PrincipalLists & SessionLists;
  /** The publication named its receivers: it stands beside the general one (RET-12). */
  readonly restricted: boolean;
  readonly payload: Payload | undefined;
  /** What its payload, lists and details hold. */
  readonly octets: number;
}

/** How many events may be retained; the oldest go first (RET-20). */
export interface RetainedMost {
  readonly events: number;
  /** Of whoever published the one that is put. */
  readonly ofAuthid: number;
}

/** What the retained events of a realm may hold together; the oldest go first (RET-20). */
export interface RetainedBounds {
  readonly octets: number;
  /** Events before this time go, in milliseconds since 1970; one behind a younger event goes with that. */
  readonly since: number;
}

export interface HistoryRow {
  readonly subscription: number;
  readonly publication: number;
  /** Milliseconds since 1970; may repeat and run backwards (HIS-30). */
  readonly time: number;
  readonly topic: string;
  /** EVENT.Details as delivered. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly lists: PrincipalLists;
  readonly payload: Payload | undefined;
  readonly octets: number;
}

/** What a subscription's history may hold after an addition; the oldest events go first (HIS-29). */
export interface HistoryBounds {
  readonly events: number;
  readonly octets: number;
  /** Events before this time go, in milliseconds since 1970; one behind a younger event goes with that. */
  readonly since: number;
}

export interface RealmStore {
  sessions(): Iterable<SessionMark>;
  /** Who a session of `sessions` is. */
  identity(session: SessionId): Identity;
  subscriptions(): Iterable<SubscriptionRow>;
  subscribers(): Iterable<MemberRow>;
  /** The subscription to exactly this topic, and every one to a pattern. Looks at all, and is much quicker than giving all. */
  subscriptionsFor(topic: string): Iterable<SubscriptionRow>;
  /** Who subscribed to these. Looks at all subscribers. */
  subscribersOf(subscriptions: readonly number[]): Iterable<MemberRow>;
  registrations(): Iterable<RegistrationRow>;
  /** In the order in which they were added. */
  callees(): Iterable<CalleeRow>;
  invocations(): Iterable<InvocationRow>;

  /** All that `work` writes is written, or nothing of it. May be nested. @throws what `work` throws */
  atomically<T>(work: () => T): T;

  /** Writes the session's row, replacing an older one. */
  putSession(row: SessionRow): void;
  /** Removes the session's row and every subscriber, callee, invocation and testament row that names it. */
  removeSession(session: SessionId): void;

  /** @returns an id in 1..2^32 that no subscription had before (ID-05, SER-10) */
  addSubscription(row: Omit<SubscriptionRow, "id">): number;
  removeSubscription(id: number): void;
  addSubscriber(row: MemberRow): void;
  removeSubscriber(row: MemberRow): void;

  /** @returns an id in 1..2^32 that no registration had before (ID-05, SER-10) */
  addRegistration(row: Omit<RegistrationRow, "id" | "turn">): number;
  putTurn(registration: number, turn: number): void;
  removeRegistration(id: number): void;
  addCallee(row: CalleeRow): void;
  removeCallee(row: MemberRow): void;

  /** Writes the call's row, replacing an older one of the same callee and id. */
  putInvocation(row: InvocationRow): void;
  removeInvocation(callee: SessionId, id: number): void;

  /** The session's testaments in the order added. */
  testaments(session: SessionId): Iterable<TestamentRow>;
  /** How many there are, and what their payloads and options (as JSON) hold together. */
  testamentSize(session: SessionId): { readonly count: number; readonly octets: number };
  addTestament(row: TestamentRow): void;
  removeTestaments(session: SessionId, scope: TestamentScope): void;

  /** The retained events of every topic that the pattern matches, newest first. */
  retained(match: MatchPolicy, uri: string): Iterable<RetainedRow>;
  /**
   * A general event supersedes all of its topic; a restricted one those with the same lists, whoever published them, and
   * stands beside the others. While there are more than `most` the oldest go: first of the same authid, then of all.
   */
  putRetained(row: RetainedRow, most: RetainedMost): void;
  /** While the retained events exceed the bounds the oldest go. */
  boundRetained(bounds: RetainedBounds): void;

  /** The subscriptions that have a history. */
  histories(): Iterable<number>;
  /** The subscription's events in the order added. */
  history(subscription: number): Iterable<HistoryRow>;
  addHistory(row: HistoryRow, bounds: HistoryBounds): void;
  removeHistory(subscription: number): void;
}
