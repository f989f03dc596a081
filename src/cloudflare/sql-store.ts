/**
 * The realm's rows in the object's SQLite. Every method is synchronous, and all writes of one turn become durable
 * together before anything that the turn sent leaves (the output gate). Each index would be one more row written for
 * every change, so there is none besides the primary keys, which begin with what rows are removed by.
 */
import type { InvocationPolicy } from "../router/registration.ts";
import type { Identity, SessionId } from "../router/session.ts";
import type {
  InvocationRow,
  MemberRow,
  RealmStore,
  RegistrationRow,
  SessionRow,
  SubscriptionRow,
} from "../router/store.ts";
import type { MatchPolicy } from "../wamp/uri.ts";

// AUTOINCREMENT: an id is never given twice, not even after its row is gone (ID-05).
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS session (
    id INTEGER PRIMARY KEY, identity TEXT NOT NULL, last_invocation INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscription (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS subscriber (
    session INTEGER NOT NULL, subscription INTEGER NOT NULL,
    PRIMARY KEY (session, subscription)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS registration (
    id INTEGER PRIMARY KEY AUTOINCREMENT, uri TEXT NOT NULL, match TEXT NOT NULL, invoke TEXT NOT NULL,
    created INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS callee (
    session INTEGER NOT NULL, registration INTEGER NOT NULL, place INTEGER NOT NULL,
    PRIMARY KEY (session, registration)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS invocation (
    callee INTEGER NOT NULL, id INTEGER NOT NULL, caller INTEGER NOT NULL, request INTEGER NOT NULL,
    PRIMARY KEY (callee, id)) WITHOUT ROWID;
`;

export class SqlStore implements RealmStore {
  readonly #sql: SqlStorage;
  /** The last place given to a callee: callees come back in the order in which they registered. */
  #lastPlace: number;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
    this.#lastPlace = sql
      .exec<{ last: number }>("SELECT coalesce(max(place), 0) AS last FROM callee")
      .one().last;
  }

  *sessions(): Iterable<SessionRow> {
    const rows = this.#sql.exec<{ identity: string; lastInvocation: number }>(
      "SELECT identity, last_invocation AS lastInvocation FROM session",
    );
    for (const { identity, lastInvocation } of rows) {
      yield { identity: JSON.parse(identity) as Identity, lastInvocation }; // only putSession writes it
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
    }>("SELECT id, uri, match, invoke, created FROM registration");
  }

  callees(): Iterable<MemberRow> {
    return this.#sql.exec<{ id: number; session: number }>(
      "SELECT registration AS id, session FROM callee ORDER BY place",
    );
  }

  invocations(): Iterable<InvocationRow> {
    return this.#sql.exec<{ callee: number; id: number; caller: number; request: number }>(
      "SELECT callee, id, caller, request FROM invocation",
    );
  }

  putSession({ identity, lastInvocation }: SessionRow): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO session (id, identity, last_invocation) VALUES (?, ?, ?)",
      identity.session,
      JSON.stringify(identity),
      lastInvocation,
    );
  }

  removeSession(session: SessionId): void {
    this.#sql.exec("DELETE FROM session WHERE id = ?", session);
    this.#sql.exec("DELETE FROM subscriber WHERE session = ?", session);
    this.#sql.exec("DELETE FROM callee WHERE session = ?", session);
    this.#sql.exec("DELETE FROM invocation WHERE callee = ? OR caller = ?", session, session);
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

  addRegistration({ uri, match, invoke, created }: Omit<RegistrationRow, "id">): number {
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

  removeRegistration(id: number): void {
    this.#sql.exec("DELETE FROM registration WHERE id = ?", id);
  }

  addCallee({ id, session }: MemberRow): void {
    this.#lastPlace++;
    this.#sql.exec(
      "INSERT INTO callee (session, registration, place) VALUES (?, ?, ?)",
      session,
      id,
      this.#lastPlace,
    );
  }

  removeCallee({ id, session }: MemberRow): void {
    this.#sql.exec("DELETE FROM callee WHERE session = ? AND registration = ?", session, id);
  }

  addInvocation({ callee, id, caller, request }: InvocationRow): void {
    this.#sql.exec(
      "INSERT INTO invocation (callee, id, caller, request) VALUES (?, ?, ?, ?)",
      callee,
      id,
      caller,
      request,
    );
  }

  removeInvocation(callee: SessionId, id: number): void {
    this.#sql.exec("DELETE FROM invocation WHERE callee = ? AND id = ?", callee, id);
  }
}
