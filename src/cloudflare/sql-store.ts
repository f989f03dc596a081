/**
 * The realm's rows in the object's SQLite. Every method is synchronous, and all writes of one turn become durable
 * together before anything that the turn sent leaves (the output gate). Each index would be one more row written for
 * every change, so there is none besides the primary keys, which begin with what rows are removed by.
 */
import type { InvocationPolicy } from "../router/registration.ts";
import type { Identity, SessionId } from "../router/session.ts";
import type {
  CalleeRow,
  HistoryBounds,
  HistoryRow,
  InvocationRow,
  MemberRow,
  RealmStore,
  RegistrationRow,
  RetainedBounds,
  RetainedRow,
  SessionRow,
  SubscriptionRow,
  TestamentRow,
  TestamentScope,
} from "../router/store.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { KeptEvents } from "./kept-events.ts";
import { fromColumns, type PayloadColumns, toColumns } from "./payload-columns.ts";

// AUTOINCREMENT: an id is never given twice, not even after its row is gone (ID-05).
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, last_invocation INTEGER NOT NULL, last_call INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscriber (
    session INTEGER NOT NULL, subscription INTEGER NOT NULL,
    PRIMARY KEY (session, subscription)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS registration (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, invoke TEXT NOT NULL,
    created INTEGER NOT NULL, turn INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE IF NOT EXISTS callee (
    session INTEGER NOT NULL, registration INTEGER NOT NULL, place INTEGER NOT NULL,
    forward_timeout INTEGER NOT NULL, disclose_caller INTEGER NOT NULL,
    PRIMARY KEY (session, registration)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS invocation (
    callee INTEGER NOT NULL, id INTEGER NOT NULL, caller INTEGER NOT NULL, request INTEGER NOT NULL,
    state TEXT NOT NULL, format TEXT, count INTEGER NOT NULL, body BLOB,
    PRIMARY KEY (callee, id)) WITHOUT ROWID;
`;

export class SqlStore implements RealmStore {
  readonly #sql: SqlStorage;
  readonly #kept: KeptEvents;
  /** The last place given to a callee: callees come back in the order in which they registered. */
  #lastPlace: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
    this.#kept = new KeptEvents(sql);
    this.#lastPlace = sql
      .exec<{ last: number }>("SELECT coalesce(max(place), 0) AS last FROM callee")
      .one().last;
  }

  *sessions(): Iterable<SessionRow> {
    const rows = this.#sql.exec<{ identity: string; lastInvocation: number; lastCall: number }>(
      "SELECT identity, last_invocation AS lastInvocation, last_call AS lastCall FROM session",
    );
    for (const { identity, ...counters } of rows) {
      yield { identity: JSON.parse(identity) as Identity, ...counters }; // only putSession writes it
    }
  }

  subscriptions(): Iterable<SubscriptionRow> {
    return this.#sql.exec<{ id: number; uri: string; match: MatchPolicy; created: number }>(
      "SELECT id, uri, match, created FROM subscription",
    );
  }

  subscribers(): Iterable<MemberRow> {
    return this.#sql.exec<{ id: number; session: number }>(
      "SELECT subscription AS id, session FROM subscriber",
    );
  }

  registrations(): Iterable<RegistrationRow> {
    return this.#sql.exec<{
      id: number;
      uri: string;
      match: MatchPolicy;
      invoke: InvocationPolicy;
      created: number;
      turn: number;
    }>("SELECT id, uri, match, invoke, created, turn FROM registration");
  }

  *callees(): Iterable<CalleeRow> {
    const rows = this.#sql.exec<{ id: number; session: number; forwards: number; discloses: number }>(
      `SELECT registration AS id, session, forward_timeout AS forwards, disclose_caller AS discloses
       FROM callee ORDER BY place`,
    );
    for (const { id, session, forwards, discloses } of rows) {
      yield { id, session, forwardTimeout: forwards === 1, discloseCaller: discloses === 1 };
    }
  }

  *invocations(): Iterable<InvocationRow> {
    const rows = this.#sql.exec<
      { callee: number; id: number; caller: number; request: number; state: string } & PayloadColumns
    >("SELECT callee, id, caller, request, state, format, count, body FROM invocation");
    for (const { callee, id, caller, request, state, ...payload } of rows) {
      const { refused, deadline, ...rest } = JSON.parse(state) as InvocationState; // only putInvocation writes it
      const reroute = refused && { refused, payload: fromColumns(payload) };
      yield { callee, id, caller, request, ...rest, deadline, reroute };
    }
  }

  putSession({ identity, lastInvocation, lastCall }: SessionRow): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO session (id, identity, last_invocation, last_call) VALUES (?, ?, ?, ?)",
      identity.session,
      JSON.stringify(identity),
      lastInvocation,
      lastCall,
    );
  }

  removeSession(session: SessionId): void {
    this.#sql.exec("DELETE FROM session WHERE id = ?", session);
    this.#sql.exec("DELETE FROM subscriber WHERE session = ?", session);
    this.#sql.exec("DELETE FROM callee WHERE session = ?", session);
    this.#sql.exec("DELETE FROM invocation WHERE callee = ? OR caller = ?", session, session);
    this.#kept.removeTestaments(session);
  }

  addSubscription({ uri, match, created }: Omit<SubscriptionRow, "id">): number {
    return this.#sql
      .exec<{ id: number }>(
        "INSERT INTO subscription (uri, match, created) VALUES (?, ?, ?) RETURNING id",
        uri,
        match,
        created,
      )
      .one().id;
  }

  removeSubscription(id: number): void {
    this.#sql.exec("DELETE FROM subscription WHERE id = ?", id);
  }

  addSubscriber({ id, session }: MemberRow): void {
    this.#sql.exec("INSERT INTO subscriber (session, subscription) VALUES (?, ?)", session, id);
  }

  removeSubscriber({ id, session }: MemberRow): void {
    this.#sql.exec("DELETE FROM subscriber WHERE session = ? AND subscription = ?", session, id);
  }

  addRegistration({ uri, match, invoke, created }: Omit<RegistrationRow, "id" | "turn">): number {
    return this.#sql
      .exec<{ id: number }>(
        "INSERT INTO registration (uri, match, invoke, created) VALUES (?, ?, ?, ?) RETURNING id",
        uri,
        match,
        invoke,
        created,
      )
      .one().id;
  }

  putTurn(registration: number, turn: number): void {
    this.#sql.exec("UPDATE registration SET turn = ? WHERE id = ?", turn, registration);
  }

  removeRegistration(id: number): void {
    this.#sql.exec("DELETE FROM registration WHERE id = ?", id);
  }

  addCallee({ id, session, forwardTimeout, discloseCaller }: CalleeRow): void {
    this.#lastPlace++;
    this.#sql.exec(
      `INSERT INTO callee (session, registration, place, forward_timeout, disclose_caller)
       VALUES (?, ?, ?, ?, ?)`,
      session,
      id,
      this.#lastPlace,
      Number(forwardTimeout),
      Number(discloseCaller),
    );
  }

  removeCallee({ id, session }: MemberRow): void {
    this.#sql.exec("DELETE FROM callee WHERE session = ? AND registration = ?", session, id);
  }

  putInvocation({ callee, id, caller, request, reroute, ...rest }: InvocationRow): void {
    const state: InvocationState = { ...rest, refused: reroute?.refused };
    this.#sql.exec(
      `INSERT OR REPLACE INTO invocation (callee, id, caller, request, state, format, count, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      callee,
      id,
      caller,
      request,
      JSON.stringify(state),
      ...toColumns(reroute?.payload),
    );
  }

  removeInvocation(callee: SessionId, id: number): void {
    this.#sql.exec("DELETE FROM invocation WHERE callee = ? AND id = ?", callee, id);
  }

  testaments(session: SessionId): Iterable<TestamentRow> {
    return this.#kept.testaments(session);
  }

  testamentSize(session: SessionId): { readonly count: number; readonly octets: number } {
    return this.#kept.testamentSize(session);
  }

  addTestament(row: TestamentRow): void {
    this.#kept.addTestament(row);
  }

  removeTestaments(session: SessionId, scope: TestamentScope): void {
    this.#kept.removeTestaments(session, scope);
  }

  retained(match: MatchPolicy, uri: string): Iterable<RetainedRow> {
    return this.#kept.retained(match, uri);
  }

  putRetained(row: RetainedRow, most: number): void {
    this.#kept.putRetained(row, most);
  }

  boundRetained(bounds: RetainedBounds): void {
    this.#kept.boundRetained(bounds);
  }

  histories(): Iterable<number> {
    return this.#kept.histories();
  }

  history(subscription: number): Iterable<HistoryRow> {
    return this.#kept.history(subscription);
  }

  addHistory(row: HistoryRow, bounds: HistoryBounds): void {
    this.#kept.addHistory(row, bounds);
  }

  removeHistory(subscription: number): void {
    this.#kept.removeHistory(subscription);
  }
}

/** What of a parked call needs no column of its own. */
interface InvocationState extends Omit<InvocationRow, "callee" | "id" | "caller" | "request" | "reroute"> {
  /** Sessions that refused the call; undefined where it does not move to another callee. */
  readonly refused: readonly SessionId[] | undefined;
}
