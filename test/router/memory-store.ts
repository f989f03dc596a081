/** RealmStore in memory, for tests that need no object. Passes the same contract suite as the SQLite one. */
import type { SessionId } from "../../src/router/session.ts";
import type {
  InvocationRow,
  MemberRow,
  RealmStore,
  RegistrationRow,
  SessionRow,
  SubscriptionRow,
} from "../../src/router/store.ts";

export class MemoryStore implements RealmStore {
  readonly #sessions = new Map<SessionId, SessionRow>();
  readonly #subscriptions = new Map<number, SubscriptionRow>();
  readonly #registrations = new Map<number, RegistrationRow>();
  #subscribers: MemberRow[] = [];
  #callees: MemberRow[] = [];
  #invocations: InvocationRow[] = [];
  #lastSubscription = 0;
  #lastRegistration = 0;
  /** How many writes there were: the hot path must not add to it. */
  writes = 0;

  sessions = () => [...this.#sessions.values()];
  subscriptions = () => [...this.#subscriptions.values()];
  subscribers = () => [...this.#subscribers];
  registrations = () => [...this.#registrations.values()];
  callees = () => [...this.#callees];
  invocations = () => [...this.#invocations];

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

  addRegistration(row: Omit<RegistrationRow, "id">): number {
    this.writes++;
    const id = ++this.#lastRegistration;
    this.#registrations.set(id, { ...row, id });
    return id;
  }

  removeRegistration(id: number): void {
    this.writes++;
    this.#registrations.delete(id);
  }

  addCallee(row: MemberRow): void {
    this.writes++;
    this.#callees.push({ ...row });
  }

  removeCallee({ id, session }: MemberRow): void {
    this.writes++;
    this.#callees = this.#callees.filter((row) => row.id !== id || row.session !== session);
  }

  addInvocation(row: InvocationRow): void {
    this.writes++;
    this.#invocations.push({ ...row });
  }

  removeInvocation(callee: SessionId, id: number): void {
    this.writes++;
    this.#invocations = this.#invocations.filter((row) => row.callee !== callee || row.id !== id);
  }
}
