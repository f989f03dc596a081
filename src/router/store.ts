/**
 * What a realm keeps beyond its memory: a port of synchronous row methods. The router writes rows as they change and
 * reads them back when it wakes. Publications and calls write nothing; parked calls are written when the realm is quiet.
 */
import type { MatchPolicy } from "../wamp/uri.ts";
import type { InvocationPolicy } from "./registration.ts";
import type { Identity, SessionId } from "./session.ts";

export interface SessionRow {
  readonly identity: Identity;
  /** The last INVOCATION.Request issued to the session (ID-06). */
  readonly lastInvocation: number;
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
}

/** Which session holds which subscription or registration. */
export interface MemberRow {
  /** The subscription or registration. */
  readonly id: number;
  readonly session: SessionId;
}

export interface InvocationRow {
  readonly callee: SessionId;
  /** INVOCATION.Request. */
  readonly id: number;
  readonly caller: SessionId;
  /** CALL.Request. */
  readonly request: number;
}

export interface RealmStore {
  sessions(): Iterable<SessionRow>;
  subscriptions(): Iterable<SubscriptionRow>;
  subscribers(): Iterable<MemberRow>;
  registrations(): Iterable<RegistrationRow>;
  /** In the order in which they were added. */
  callees(): Iterable<MemberRow>;
  invocations(): Iterable<InvocationRow>;

  /** Writes the session's row, replacing an older one. */
  putSession(row: SessionRow): void;
  /** Removes the session's row and every subscriber, callee and invocation row that names it. */
  removeSession(session: SessionId): void;

  /** @returns an id in 1..2^32 that no subscription had before (ID-05, SER-10) */
  addSubscription(row: Omit<SubscriptionRow, "id">): number;
  removeSubscription(id: number): void;
  addSubscriber(row: MemberRow): void;
  removeSubscriber(row: MemberRow): void;

  /** @returns an id in 1..2^32 that no registration had before (ID-05, SER-10) */
  addRegistration(row: Omit<RegistrationRow, "id">): number;
  removeRegistration(id: number): void;
  addCallee(row: MemberRow): void;
  removeCallee(row: MemberRow): void;

  addInvocation(row: InvocationRow): void;
  removeInvocation(callee: SessionId, id: number): void;
}
