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
  SessionMark,
  SessionRow,
  SubscriptionRow,
  TestamentRow,
  TestamentScope,
} from "../router/store.ts";
import type { MatchPolicy } from "../wamp/uri.ts";
import { BulkRows } from "./bulk-rows.ts";
import { HistoryRows } from "./history-rows.ts";
import { fromColumns, type PayloadColumns, toColumns } from "./payload-columns.ts";
import { RetainedRows } from "./retained-rows.ts";
import { TestamentRows } from "./testament-rows.ts";

/** A look for `principal`, which Realm gives whoever it renames, need not be exact: who is not renamed is who it was. */
const SESSIONS = new BulkRows<[SessionId, lastInvocation: number, lastCall: number, renamed: 0 | 1]>({
  table: "session",
  key: ["id"],
  rest: ["last_invocation", "last_call", `instr(identity, '"principal":') > 0`],
});
const SUBSCRIPTIONS = new BulkRows<[id: number, uri: string, match: MatchPolicy, created: number]>({
  table: "subscription",
  key: ["id"],
  rest: ["uri", "match", "created"],
});
const SUBSCRIBERS = new BulkRows<[SessionId, subscription: number]>({
  table: "subscriber",
  key: ["session", "subscription"],
  rest: [],
});
const REGISTRATIONS = new BulkRows<
  [id: number, uri: string, MatchPolicy, InvocationPolicy, created: number, turn: number]
>({
  table: "registration",
  key: ["id"],
  rest: ["uri", "match", "invoke", "created", "turn"],
});
const CALLEES = new BulkRows<
  [SessionId, registration: number, place: number, forwards: 0 | 1, discloses: 0 | 1]
>({
  table: "callee",
  key: ["session", "registration"],
  rest: ["place", "forward_timeout", "disclose_caller"],
});

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

  *sessions(): Iterable<SessionMark> {
    for (const [session, lastInvocation, lastCall, renamed] of SESSIONS.read(this.#sql)) {
      yield { session, lastInvocation, lastCall, renamed: renamed === 1 };
    }
  }

  identity(session: SessionId): Identity {
    const row = this.#sql.exec<{ identity: string }>("SELECT identity FROM session WHERE id = ?", session);
    return JSON.parse(row.one().identity) as Identity; // only putSession writes it
  }

  *subscriptions(): Iterable<SubscriptionRow> {
    for (const [id, uri, match, created] of SUBSCRIPTIONS.read(this.#sql)) yield { id, uri, match, created };
  }

  *subscribers(): Iterable<MemberRow> {
    for (const [session, id] of SUBSCRIBERS.read(this.#sql)) yield { id, session };
  }

  subscriptionsFor(topic: string): Iterable<SubscriptionRow> {
    return this.#sql.exec<{ id: number; uri: string; match: MatchPolicy; created: number }>(
      "SELECT id, uri, match, created FROM subscription WHERE uri = ? OR match <> 'exact' ORDER BY id",
      topic,
    );
  }

  subscribersOf(subscriptions: readonly number[]): Iterable<MemberRow> {
    return this.#sql.exec<{ id: number; session: number }>(
      `SELECT subscription AS id, session FROM subscriber
       WHERE subscription IN (SELECT value FROM json_each(?)) ORDER BY session, subscription`,
      JSON.stringify(subscriptions),
    );
  }

  *registrations(): Iterable<RegistrationRow> {
    for (const [id, uri, match, invoke, created, turn] of REGISTRATIONS.read(this.#sql)) {
      yield { id, uri, match, invoke, created, turn };
    }
  }

  *callees(): Iterable<CalleeRow> {
    const rows = [...CALLEES.read(this.#sql)].sort(([, , place], [, , other]) => place - other);
    for (const [session, id, , forwards, discloses] of rows) {
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
