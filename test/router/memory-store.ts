/** RealmStore in memory, for tests that need no object. Passes the same contract suite as the SQLite one. */
import { octetsOf } from "../../src/router/retention.ts";
import type { Identity, SessionId } from "../../src/router/session.ts";
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
} from "../../src/router/store.ts";
import { type MatchPolicy, matches } from "../../src/wamp/uri.ts";

export class MemoryStore implements RealmStore {
  readonly #sessions = new Map<SessionId, SessionRow>();
  readonly #subscriptions = new Map<number, SubscriptionRow>();
  readonly #registrations = new Map<number, RegistrationRow>();
  #subscribers: MemberRow[] = [];
  #callees: CalleeRow[] = [];
  #invocations: InvocationRow[] = [];
  #testaments: TestamentRow[] = [];
  #retained: RetainedRow[] = [];
  #history: HistoryRow[] = [];
  #lastSubscription = 0;
  #lastRegistration = 0;
  /** How many writes there were: the hot path must not add to it. */
  writes = 0;

  sessions = () => [...this.#sessions].map(([session, row]) => markOf(session, row));
  subscriptions = () => [...this.#subscriptions.values()];
  subscribers = () => [...this.#subscribers];
  subscriptionsFor = (topic: string) =>
    [...this.#subscriptions.values()].filter(({ match, uri }) => match !== "exact" || uri === topic);
  subscribersOf = (ids: readonly number[]) => this.#subscribers.filter(({ id }) => ids.includes(id));
  registrations = () => [...this.#registrations.values()];
  callees = () => [...this.#callees];
  invocations = () => [...this.#invocations];

  atomically<T>(work: () => T): T {
    const maps = [this.#sessions, this.#subscriptions, this.#registrations] as Map<unknown, unknown>[]; // put back as they were
    const entries = maps.map((map) => [...map]);
    const [subscribers, callees, invocations] = [
      [...this.#subscribers],
      [...this.#callees],
      [...this.#invocations],
    ];
    const [lastSubscription, lastRegistration] = [this.#lastSubscription, this.#lastRegistration];
    const [testaments, retained, history] = [[...this.#testaments], [...this.#retained], [...this.#history]];
    try {
      return work();
    } catch (error) {
      for (const [n, map] of maps.entries()) {
        map.clear();
        for (const [key, row] of entries[n] ?? []) map.set(key, row);
      }
      [this.#subscribers, this.#callees, this.#invocations] = [subscribers, callees, invocations];
      [this.#lastSubscription, this.#lastRegistration] = [lastSubscription, lastRegistration];
      [this.#testaments, this.#retained, this.#history] = [testaments, retained, history];
      throw error;
    }
  }

  identity(session: SessionId): Identity {
    const row = this.#sessions.get(session);
    if (!row) throw new Error(`there is no row of session ${session}`);
    return row.identity;
  }

  putSession(row: SessionRow): void {
    this.writes++;
    this.#sessions.set(row.identity.session, structuredClone(row));
  }

  removeSession(session: SessionId): void {
    this.writes++;
    this.#sessions.delete(session);
    this.#subscribers = this.#subscribers.filter((row) => row.session !== session);
    this.#callees = this.#callees.filter((row) => row.session !== session);
    this.#invocations = this.#invocations.filter((row) => row.callee !== session && row.caller !== session);
    this.#testaments = this.#testaments.filter((row) => row.session !== session);
  }

  addSubscription(row: Omit<SubscriptionRow, "id">): number {
    this.writes++;
    const id = ++this.#lastSubscription;
    this.#subscriptions.set(id, { ...row, id });
    return id;
  }

  removeSubscription(id: number): void {
    this.writes++;
    this.#subscriptions.delete(id);
  }

  addSubscriber(row: MemberRow): void {
    this.writes++;
    this.#subscribers.push({ ...row });
  }

  removeSubscriber({ id, session }: MemberRow): void {
    this.writes++;
    this.#subscribers = this.#subscribers.filter((row) => row.id !== id || row.session !== session);
  }

  addRegistration(row: Omit<RegistrationRow, "id" | "turn">): number {
    this.writes++;
    const id = ++this.#lastRegistration;
    this.#registrations.set(id, { ...row, id, turn: 0 });
    return id;
  }

  putTurn(id: number, turn: number): void {
    this.writes++;
    const row = this.#registrations.get(id);
    if (row) this.#registrations.set(id, { ...row, turn });
  }

  removeRegistration(id: number): void {
    this.writes++;
    this.#registrations.delete(id);
  }

  addCallee(row: CalleeRow): void {
    this.writes++;
    this.#callees.push({ ...row });
  }

  removeCallee({ id, session }: MemberRow): void {
    this.writes++;
    this.#callees = this.#callees.filter((row) => row.id !== id || row.session !== session);
  }

  putInvocation(row: InvocationRow): void {
    this.removeInvocation(row.callee, row.id);
    this.#invocations.push(structuredClone(row));
  }

  removeInvocation(callee: SessionId, id: number): void {
    this.writes++;
    this.#invocations = this.#invocations.filter((row) => row.callee !== callee || row.id !== id);
  }

  testaments = (session: SessionId) => this.#testaments.filter((row) => row.session === session);

  testamentSize(session: SessionId) {
    const rows = this.testaments(session);
    const octets = rows.map(({ payload, options }) => octetsOf(payload) + JSON.stringify(options).length);
    return { count: rows.length, octets: octets.reduce((sum, each) => sum + each, 0) };
  }

  addTestament(row: TestamentRow): void {
    this.writes++;
    this.#testaments.push(structuredClone(row));
  }

  removeTestaments(session: SessionId, scope: TestamentScope): void {
    this.writes++;
    this.#testaments = this.#testaments.filter((row) => row.session !== session || row.scope !== scope);
  }

  retained = (match: MatchPolicy, uri: string) =>
    this.#retained.filter(({ topic }) => matches(uri, match, topic)).reverse();

  putRetained(row: RetainedRow, most: RetainedMost): void {
    this.writes++;
    this.#retained = this.#retained.filter((other) => !supersedes(row, other));
    this.#retained.push(structuredClone(row));
    const own = this.#retained.filter(({ authid }) => authid !== undefined && authid === row.authid);
    const tooMany = new Set(own.slice(0, Math.max(0, own.length - most.ofAuthid)));
    this.#retained = this.#retained.filter((each) => !tooMany.has(each));
    this.#retained = this.#retained.slice(Math.max(0, this.#retained.length - most.events));
  }

  boundRetained({ octets, since }: RetainedBounds): void {
    this.writes++;
    const size = () => this.#retained.reduce((sum, each) => sum + each.octets, 0);
    const isTooOld = () => this.#retained[0] !== undefined && this.#retained[0].time < since;
    while (size() > octets || isTooOld()) this.#retained.shift();
  }

  histories = () => new Set(this.#history.map(({ subscription }) => subscription));

  history = (subscription: number) => this.#history.filter((row) => row.subscription === subscription);

  addHistory(row: HistoryRow, bounds: HistoryBounds): void {
    this.writes++;
    const others = this.#history.filter(({ subscription }) => subscription !== row.subscription);
    let own = [...this.history(row.subscription), structuredClone(row)];
    const size = () => own.reduce((sum, each) => sum + each.octets, 0);
    const isTooOld = () => own[0] !== undefined && own[0].time < bounds.since;
    while (own.length > bounds.events || size() > bounds.octets || isTooOld()) own = own.slice(1);
    this.#history = [...others, ...own];
  }

  removeHistory(subscription: number): void {
    this.writes++;
    this.#history = this.#history.filter((row) => row.subscription !== subscription);
  }

  /** How many rows each table of kept events has, whosever they are. */
  keptCounts = () => ({
    testaments: this.#testaments.length,
    retained: this.#retained.length,
    history: this.#history.length,
  });
}

function markOf(session: SessionId, { identity, lastInvocation, lastCall }: SessionRow): SessionMark {
  return { session, lastInvocation, lastCall, renamed: identity.principal !== undefined };
}

/** A general event supersedes all of its topic, a restricted one those with the same lists. */
function supersedes(row: RetainedRow, other: RetainedRow): boolean {
  if (row.topic !== other.topic) return false;
  return !row.restricted || (other.restricted && JSON.stringify(row.lists) === JSON.stringify(other.lists));
}
