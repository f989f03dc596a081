/**
 * B10, taken apart: waking up to the first event, in Node on its own SQLite, with up to 30,000 sessions' rows (more sockets than
 * a process may open here); and what is left in the rows until somebody needs it. Attachments and sockets are the runtime's.
 */
import { migrate } from "../../src/cloudflare/schema.ts";
import { SqlStore } from "../../src/cloudflare/sql-store.ts";
import { mayEverything } from "../../src/router/authorization.ts";
import type { Delivery } from "../../src/router/delivery.ts";
import { Realm } from "../../src/router/realm.ts";
import type { Identity } from "../../src/router/session.ts";
import { DEFAULT_REALM_SETTINGS } from "../../src/router/settings.ts";
import type { RealmStore } from "../../src/router/store.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import type { Finding } from "../finding.ts";
import type { Row } from "../row.ts";
import { medianOf, rangeOf } from "../statistics.ts";
import { nodeStorage } from "../wake/node-storage.ts";

const SIZES = [1_000, 5_000, 30_000];
const SUBSCRIPTIONS = 10; // of each session
const MOST_ROUNDS = 5;

/** Part to milliseconds. */
type Parts = Readonly<Record<string, number>>;

export const wakeParts: Row = {
  id: "B10",
  async *run({ plan }) {
    for (const size of SIZES) {
      const { storage, identities } = asleep(size);
      wakeUp(storage, identities); // warm
      const rounds = Array.from({ length: Math.min(plan.rounds, MOST_ROUNDS) }, () =>
        wakeUp(storage, identities),
      );
      yield found(size, rounds);
    }
  },
};

function found(size: number, rounds: readonly Parts[]): Finding {
  const of = (part: string) => rounds.map((parts) => parts[part] ?? Number.NaN);
  const parts = Object.keys(rounds[0] ?? {}).filter((part) => part !== "whole");
  const whole = medianOf(of("whole"));
  return {
    id: "B10",
    work: `rows of ${size.toLocaleString("en-GB")} sessions, ${(size * SUBSCRIPTIONS).toLocaleString("en-GB")} subscriptions, in Node`,
    unit: "ms",
    first: ["wake and first event", whole],
    spread: rangeOf(of("whole")),
    details: {
      "us for each session": ((whole / size) * 1_000).toFixed(1),
      ...Object.fromEntries(parts.map((part) => [part, `${medianOf(of(part)).toFixed(1)} ms`])),
    },
    point: { series: "the router alone, Node", x: size, y: whole },
  };
}

/** Storage with what that many sessions hold, as it is when everybody is quiet. */
function asleep(size: number): { storage: DurableObjectStorage; identities: Identity[] } {
  const storage = nodeStorage();
  migrate(storage);
  const store = new SqlStore(storage);
  const identities = Array.from({ length: size }, (_, at): Identity => {
    const roles = { publisher: [], subscriber: [], caller: [], callee: [] };
    const authid = `device-${at}`;
    return {
      session: at + 1,
      authid,
      authrole: "device",
      authmethod: "ticket",
      authprovider: "static",
      roles,
    };
  });
  storage.transactionSync(() => {
    for (const identity of identities) fill(store, identity);
  });
  return { storage, identities };
}

function fill(store: RealmStore, identity: Identity): void {
  store.putSession({ identity, lastInvocation: 0, lastCall: 0 });
  for (let at = 0; at < SUBSCRIPTIONS; at++) {
    const uri = topicOf(identity, at);
    const id = store.addSubscription({ uri, match: "exact", created: 1_000_000 });
    store.addSubscriber({ id, session: identity.session });
  }
}

function wakeUp(storage: DurableObjectStorage, identities: readonly Identity[]): Parts {
  const store = new SqlStore(storage);
  const realm = new Realm({
    store,
    now: () => 1_000_000,
    randomId: () => 1,
    settings: DEFAULT_REALM_SETTINGS,
    reader: payloadReader,
    may: mayEverything,
    fault: (error) => {
      throw error;
    },
  });
  const wake = timed(() => realm.wake(identities));
  const [publisher] = realm.sessions;
  if (!publisher) throw new Error("nobody woke");
  const last = identities.at(-1);
  const topic = topicOf(last, 0);
  let deliveries: readonly Delivery[] = [];
  const event = timed(() => {
    deliveries = realm.receive(publisher, {
      type: "PUBLISH",
      request: 1,
      options: {},
      topic,
      payload: undefined,
    });
  });
  if (deliveries.length !== 1 || deliveries[0]?.to[0] !== last?.session) throw new Error("the event is lost");
  const rest = timed(() => realm.reconsider([])); // takes back all that sessions hold
  return { whole: wake + event, "Realm.wake": wake, "first event": event, "all the rest, when needed": rest };
}

function topicOf(identity: Identity | undefined, at: number): string {
  return `com.example.${identity?.authid}.topic${at}`;
}

function timed(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
