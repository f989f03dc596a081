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
  RetainedMost,
  RetainedRow,
  SessionRow,
  SubscriptionRow,
  TestamentRow,
  TestamentScope,
} from "../router/store.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { HistoryRows } from "./history-rows.ts";
import { fromColumns, type PayloadColumns, toColumns } from "./payload-columns.ts";
import { RetainedRows } from "./retained-rows.ts";
import { TestamentRows } from "./testament-rows.ts";

export class SqlStore implements RealmStore {
  readonly #storage: DurableObjectStorage;
  readonly #sql: SqlStorage;
  readonly #testaments: TestamentRows;
  readonly #retained: RetainedRows;
  readonly #history: HistoryRows;
  /** The last place given to a callee: callees come back in the order in which they registered. Undefined until needed. */
  #lastPlace: number | undefined;

  /** The tables are there already: migrate() makes them. */
  constructor(storage: DurableObjectStorage) {
    const { sql } = storage;
    this.#storage = storage;
    this.#sql = sql;
    this.#testaments = new TestamentRows(sql);
    this.#retained = new RetainedRows(sql);
    this.#history = new HistoryRows(sql);
  }

  atomically<T>(work: () => T): T {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      // What was counted along may be undone by now.
      this.#retained.recount();
      this.#history.recount();
      throw error;
    }
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
    // All or nothing: what a session leaves without its own row nobody would ever find.
    this.atomically(() => {
      this.#sql.exec("DELETE FROM session WHERE id = ?", session);
      this.#sql.exec("DELETE FROM subscriber WHERE session = ?", session);
      this.#sql.exec("DELETE FROM callee WHERE session = ?", session);
      this.#sql.exec("DELETE FROM invocation WHERE callee = ? OR caller = ?", session, session);
      this.#testaments.removeTestaments(session);
    });
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
    this.#lastPlace ??= this.#sql
      .exec<{ last: number }>("SELECT coalesce(max(place), 0) AS last FROM callee")
      .one().last;
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
    return this.#testaments.testaments(session);
  }

  testamentSize(session: SessionId): { readonly count: number; readonly octets: number } {
    return this.#testaments.testamentSize(session);
  }

  addTestament(row: TestamentRow): void {
    this.#testaments.addTestament(row);
  }

  removeTestaments(session: SessionId, scope: TestamentScope): void {
    this.#testaments.removeTestaments(session, scope);
  }

  retained(match: MatchPolicy, uri: string): Iterable<RetainedRow> {
    return this.#retained.retained(match, uri);
  }

  putRetained(row: RetainedRow, most: RetainedMost): void {
    this.#retained.putRetained(row, most);
  }

  boundRetained(bounds: RetainedBounds): void {
    this.#retained.boundRetained(bounds);
  }

  histories(): Iterable<number> {
    return this.#history.histories();
  }

  history(subscription: number): Iterable<HistoryRow> {
    return this.#history.history(subscription);
  }

  addHistory(row: HistoryRow, bounds: HistoryBounds): void {
    this.#history.addHistory(row, bounds);
  }

  removeHistory(subscription: number): void {
    this.#history.removeHistory(subscription);
  }
}

/** What of a parked call needs no column of its own. */
interface InvocationState extends Omit<InvocationRow, "callee" | "id" | "caller" | "request" | "reroute"> {
  /** Sessions that refused the call; undefined where it does not move to another callee. */
  readonly refused: readonly SessionId[] | undefined;
}
