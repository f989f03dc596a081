/**
 * What every RealmStore keeps, whatever it is made of. Imports nothing of Node's, so that it runs inside workerd too. The
 * router reads a store only when it wakes, so what counts is what a store opened anew over the same rows gives back.
 */
import { expect, test } from "vitest";
import type { Identity } from "../../src/router/session.ts";
import type { CalleeRow, InvocationRow, MemberRow, RealmStore, SessionRow } from "../../src/router/store.ts";
import { keptContract } from "./kept-contract.ts";
import { parkedContract } from "./parked-contract.ts";

/** Opens a store over the same rows as before, as a realm does that wakes. */
export type Open = () => RealmStore;

const MAX_ID = 2 ** 53;
const NO_ROWS = {
  sessions: [],
  subscriptions: [],
  subscribers: [],
  registrations: [],
  callees: [],
  invocations: [],
};

/**
 * `withRows` gives each test rows of its own, none at first, and a way to open a store over them; what it calls must
 * have returned when it returns or resolves.
 */
export function storeContract(
  name: string,
  withRows: (use: (open: Open) => void) => void | Promise<void>,
): void {
  function promise(title: string, use: (open: Open) => void): void {
    test(`${title} (${name})`, async () => {
      await withRows(use);
    });
  }

  promise("R4 a store begins without rows", (open) => {
    expect(rows(open())).toStrictEqual(NO_ROWS);
    expect(rows(open())).toStrictEqual(NO_ROWS);
  });

  promise("R4 every field of every row comes back", (open) => {
    const store = open();
    store.putSession({ identity: identity(5), lastInvocation: 3, lastCall: 0 });
    store.addSubscription({ uri: "com.x", match: "exact", created: 1_790_000_000_000 });
    store.addSubscription({ uri: "com..é\u{1F600}'\"--", match: "wildcard", created: 1 });
    store.addSubscription({ uri: "", match: "prefix", created: 2 });
    store.addSubscriber({ id: 1, session: 5 });
    store.addRegistration({ uri: "com.x", match: "prefix", invoke: "single", created: 3 });
    store.addRegistration({ uri: "com.y", match: "exact", invoke: "roundrobin", created: 4 });
    store.addCallee(callee({ id: 2, session: 5 }));
    store.putInvocation(invocation({ callee: 5, id: 3, caller: 5, request: 8 }));
    const expected = {
      sessions: [{ identity: identity(5), lastInvocation: 3, lastCall: 0 }],
      subscriptions: [
        { id: 1, uri: "com.x", match: "exact", created: 1_790_000_000_000 },
        { id: 2, uri: "com..é\u{1F600}'\"--", match: "wildcard", created: 1 },
        { id: 3, uri: "", match: "prefix", created: 2 },
      ],
      subscribers: [{ id: 1, session: 5 }],
      registrations: [
        { id: 1, uri: "com.x", match: "prefix", invoke: "single", created: 3, turn: 0 },
        { id: 2, uri: "com.y", match: "exact", invoke: "roundrobin", created: 4, turn: 0 },
      ],
      callees: [callee({ id: 2, session: 5 })],
      invocations: [invocation({ callee: 5, id: 3, caller: 5, request: 8 })],
    };
    expect(rows(store)).toStrictEqual(expected);
    expect(rows(open())).toStrictEqual(expected);
  });

  promise("ID-05 ids count up from 1, subscriptions and registrations each for themselves", (open) => {
    const store = open();
    expect([subscribe(store, "a"), subscribe(store, "b"), register(store, "a")]).toStrictEqual([1, 2, 1]);
    expect([subscribe(open(), "c"), register(open(), "b")]).toStrictEqual([3, 2]);
  });

  promise("ID-05 the id of a removed row is never given again, not even to a store opened anew", (open) => {
    const store = open();
    for (const add of [subscribe, register]) {
      expect([add(store, "a"), add(store, "b"), add(store, "c")]).toStrictEqual([1, 2, 3]);
    }
    store.removeSubscription(3);
    store.removeRegistration(3);
    expect([subscribe(store, "c"), register(store, "c")]).toStrictEqual([4, 4]);
    for (const id of [1, 2, 4]) {
      store.removeSubscription(id);
      store.removeRegistration(id);
    }
    expect([subscribe(open(), "a"), register(open(), "a")]).toStrictEqual([5, 5]);
  });

  promise("SHR-05 whose turn it is comes back, for the registration that it was put for", (open) => {
    const store = open();
    register(store, "com.x");
    register(store, "com.y");
    store.putTurn(2, 3);
    store.putTurn(2, 1);
    store.putTurn(7, 1);
    const turns = rows(open()).registrations.map(({ id, turn }) => [id, turn]);
    expect(turns).toStrictEqual([
      [1, 0],
      [2, 1],
    ]);
  });

  promise("ID-03 ids up to 2^53 are kept exactly", (open) => {
    const ids = [MAX_ID, MAX_ID - 1, MAX_ID - 2, 2 ** 52 + 1, 2 ** 51 + 1, 2 ** 32 + 1, 1];
    const store = open();
    subscribe(store, "com.x");
    register(store, "com.x");
    for (const id of ids) {
      store.putSession({ identity: identity(id), lastInvocation: id, lastCall: 0 });
      store.addSubscriber({ id: 1, session: id });
      store.addCallee(callee({ id: 1, session: id }));
      store.putInvocation(invocation({ callee: id, id, caller: id, request: id }));
    }
    const kept = rows(open());
    expect(
      kept.sessions.map((row) => [row.identity.session, row.lastInvocation]).toSorted(first),
    ).toStrictEqual(ids.map((id) => [id, id]).toSorted(first));
    expect(kept.subscribers.map(({ session }) => [session]).toSorted(first)).toStrictEqual(
      ids.map((id) => [id]).toSorted(first),
    );
    expect(kept.callees.map(({ session }) => session)).toStrictEqual(ids);
    expect(
      kept.invocations
        .map(({ callee, id, caller, request }) => [callee, id, caller, request])
        .toSorted(first),
    ).toStrictEqual(ids.map((id) => [id, id, id, id]).toSorted(first));
    for (const id of ids) {
      store.removeInvocation(id, id);
      store.removeSubscriber({ id: 1, session: id });
      store.removeCallee({ id: 1, session: id });
      store.removeSession(id);
    }
    store.removeSubscription(1);
    store.removeRegistration(1);
    expect(rows(open())).toStrictEqual(NO_ROWS);
  });

  promise("R4 an identity comes back whole, with authextra and roles", (open) => {
    const full: Identity = {
      session: 7,
      authid: "Zoë 'O\"Brien' \u{1F600}\u0000",
      authrole: "",
      authmethod: "ticket",
      authprovider: "dynamic",
      authextra: {
        text: "x",
        integer: -(2 ** 53),
        float: 0.1,
        yes: true,
        nothing: null,
        list: [1, [], {}],
        dict: { deep: { er: ["é"] } },
        empty: {},
      },
      roles: {
        publisher: [],
        subscriber: ["pattern_based_subscription"],
        callee: ["call_canceling", "call_timeout"],
      },
    };
    open().putSession({ identity: full, lastInvocation: 0, lastCall: 0 });
    open().putSession({ identity: identity(8), lastInvocation: 0, lastCall: 0 });
    expect(rows(open()).sessions.toSorted(bySession)).toStrictEqual([
      { identity: full, lastInvocation: 0, lastCall: 0 },
      { identity: identity(8), lastInvocation: 0, lastCall: 0 },
    ]);
  });

  promise(
    "R4 a session that was made somebody else is told from the others, by its own row alone",
    (open) => {
      const principal = { authid: "was", authrole: "user" };
      const store = open();
      store.putSession({ identity: { ...identity(5), principal }, lastInvocation: 3, lastCall: 4 });
      store.putSession({ identity: identity(6), lastInvocation: 0, lastCall: 0 });
      expect([...open().sessions()]).toStrictEqual([
        { session: 5, lastInvocation: 3, lastCall: 4, renamed: true },
        { session: 6, lastInvocation: 0, lastCall: 0, renamed: false },
      ]);
      expect(open().identity(5)).toStrictEqual({ ...identity(5), principal });
    },
  );

  promise("B10 the subscription to a topic comes with those to patterns, and without the others", (open) => {
    const store = open();
    for (const uri of ["com.x", "com.xy", "com"]) subscribe(store, uri);
    for (const match of ["prefix", "wildcard"] as const) {
      for (const uri of ["com.x", "org."]) store.addSubscription({ uri, match, created: 7 });
    }
    const woken = open();
    expect([...woken.subscriptionsFor("com.x")]).toStrictEqual([
      { id: 1, uri: "com.x", match: "exact", created: 1 },
      { id: 4, uri: "com.x", match: "prefix", created: 7 },
      { id: 5, uri: "org.", match: "prefix", created: 7 },
      { id: 6, uri: "com.x", match: "wildcard", created: 7 },
      { id: 7, uri: "org.", match: "wildcard", created: 7 },
    ]);
    expect([...woken.subscriptionsFor("com.X")].map(({ id }) => id)).toStrictEqual([4, 5, 6, 7]);
  });

  promise("B10 who subscribed to some is told of each of those, and of no other", (open) => {
    const store = open();
    for (const [session, id] of [
      [5, 1],
      [5, 2],
      [5, 3],
      [6, 1],
      [MAX_ID, 3],
    ] as const) {
      store.addSubscriber({ id, session });
    }
    const woken = open();
    expect([...woken.subscribersOf([1, 3, 9])]).toStrictEqual([
      { id: 1, session: 5 },
      { id: 3, session: 5 },
      { id: 1, session: 6 },
      { id: 3, session: MAX_ID },
    ]);
    expect([...woken.subscribersOf([])]).toStrictEqual([]);
  });

  promise("R4 B10 thousands of rows come back, each once, whatever they begin and end with", (open) => {
    const many = 2_001;
    const store = open();
    store.atomically(() => {
      for (let n = 1; n <= many; n++) {
        store.putSession({ identity: identity(n * 3), lastInvocation: n, lastCall: 0 });
        subscribe(store, `com.${n}`);
        register(store, `com.${n}`);
        // Two for most sessions, all others for one: pages end within a session.
        store.addSubscriber({ id: n, session: n % 2 === 0 ? 3 * n : MAX_ID });
        store.addSubscriber({ id: n, session: 3 });
        store.addCallee(callee({ id: n, session: n % 2 === 0 ? 3 * n : 3 }));
      }
    });
    const numbers = Array.from({ length: many }, (_, at) => at + 1);
    const { sessions, subscriptions, subscribers, registrations, callees } = rows(open());
    expect(sessions.map((row) => row.identity.session).toSorted((a, b) => a - b)).toStrictEqual(
      numbers.map((n) => 3 * n),
    );
    expect(subscriptions).toStrictEqual(
      numbers.map((n) => ({ id: n, uri: `com.${n}`, match: "exact", created: 1 })),
    );
    expect(registrations.map(({ id, uri }) => [id, uri])).toStrictEqual(numbers.map((n) => [n, `com.${n}`]));
    expect(callees.map(({ id, session }) => [id, session])).toStrictEqual(
      numbers.map((n) => [n, n % 2 === 0 ? 3 * n : 3]),
    );
    const held = (session: number) =>
      subscribers.flatMap((row) => (row.session === session ? row.id : [])).toSorted((a, b) => a - b);
    expect(held(3)).toStrictEqual(numbers);
    expect(held(MAX_ID)).toStrictEqual(numbers.filter((n) => n % 2 !== 0));
    expect(held(12)).toStrictEqual([4]);
    expect(subscribers).toHaveLength(2 * many);
  });

  promise("ID-06 putting a session again replaces its row and leaves what it holds", (open) => {
    const store = open();
    store.putSession({ identity: identity(5), lastInvocation: 0, lastCall: 0 });
    store.addSubscriber({ id: subscribe(store, "com.x"), session: 5 });
    store.addCallee(callee({ id: register(store, "com.x"), session: 5 }));
    store.putInvocation(invocation({ callee: 5, id: 1, caller: 5, request: 1 }));
    store.putSession({ identity: identity(5), lastInvocation: 9, lastCall: 0 });
    const { sessions, subscribers, callees, invocations } = rows(open());
    expect(sessions).toStrictEqual([{ identity: identity(5), lastInvocation: 9, lastCall: 0 }]);
    expect(subscribers).toStrictEqual([{ id: 1, session: 5 }]);
    expect(callees).toStrictEqual([callee({ id: 1, session: 5 })]);
    expect(invocations).toStrictEqual([invocation({ callee: 5, id: 1, caller: 5, request: 1 })]);
  });

  promise(
    "SES-60 removing a session removes every subscriber, callee and invocation row that names it",
    (open) => {
      const store = open();
      for (const session of [5, 6, 7])
        store.putSession({ identity: identity(session), lastInvocation: 0, lastCall: 0 });
      subscribe(store, "com.x");
      subscribe(store, "com.y");
      register(store, "com.x");
      register(store, "com.y");
      for (const session of [5, 6]) {
        for (const id of [1, 2]) {
          store.addSubscriber({ id, session });
          store.addCallee(callee({ id, session }));
        }
      }
      store.putInvocation(invocation({ callee: 5, id: 1, caller: 6, request: 1 }));
      store.putInvocation(invocation({ callee: 6, id: 1, caller: 5, request: 1 }));
      store.putInvocation(invocation({ callee: 5, id: 2, caller: 5, request: 2 }));
      store.putInvocation(invocation({ callee: 6, id: 2, caller: 7, request: 1 }));
      store.removeSession(5);
      const { sessions, subscriptions, subscribers, registrations, callees, invocations } = rows(open());
      expect(sessions.map((row) => row.identity.session).toSorted()).toStrictEqual([6, 7]);
      expect(subscribers.toSorted((a, b) => a.id - b.id)).toStrictEqual([
        { id: 1, session: 6 },
        { id: 2, session: 6 },
      ]);
      expect(callees).toStrictEqual([callee({ id: 1, session: 6 }), callee({ id: 2, session: 6 })]);
      expect(invocations).toStrictEqual([invocation({ callee: 6, id: 2, caller: 7, request: 1 })]);
      // What the session shared with others is the router's to remove.
      expect([subscriptions.length, registrations.length]).toStrictEqual([2, 2]);
    },
  );

  promise(
    "R4 callees come back in the order in which they were added, across removals and reopening",
    (open) => {
      const store = open();
      register(store, "com.x");
      register(store, "com.y");
      const order = [9, 2, MAX_ID, 1, 5];
      for (const session of order) store.addCallee(callee({ id: 1, session }));
      store.addCallee(callee({ id: 2, session: 2 }));
      store.removeCallee({ id: 1, session: 2 });
      store.addCallee(callee({ id: 1, session: 2 }));
      store.removeSession(9);
      const woken = open();
      woken.removeCallee({ id: 1, session: 5 });
      woken.addCallee(callee({ id: 1, session: 3 }));
      woken.addCallee(callee({ id: 1, session: 9 }));
      const ofFirst = rows(open()).callees.filter(({ id }) => id === 1);
      expect(ofFirst.map(({ session }) => session)).toStrictEqual([MAX_ID, 1, 2, 3, 9]);
      expect(rows(open()).callees.filter(({ id }) => id === 2)).toStrictEqual([
        callee({ id: 2, session: 2 }),
      ]);
    },
  );

  promise("R4 removing one row leaves the ones beside it", (open) => {
    const store = open();
    for (const uri of ["com.x", "com.y"]) {
      subscribe(store, uri);
      register(store, uri);
    }
    for (const id of [1, 2]) {
      for (const session of [5, 6]) {
        store.addSubscriber({ id, session });
        store.addCallee(callee({ id, session }));
        store.putInvocation(invocation({ callee: session, id, caller: 7, request: 10 * session + id }));
      }
    }
    store.removeSubscriber({ id: 1, session: 5 });
    store.removeCallee({ id: 2, session: 6 });
    store.removeInvocation(6, 1);
    const { subscribers, callees, invocations } = rows(open());
    expect(subscribers.toSorted((a, b) => a.id - b.id || a.session - b.session)).toStrictEqual([
      { id: 1, session: 6 },
      { id: 2, session: 5 },
      { id: 2, session: 6 },
    ]);
    expect(callees).toStrictEqual([
      callee({ id: 1, session: 5 }),
      callee({ id: 1, session: 6 }),
      callee({ id: 2, session: 5 }),
    ]);
    expect(invocations.toSorted((a, b) => a.callee - b.callee || a.id - b.id)).toStrictEqual([
      invocation({ callee: 5, id: 1, caller: 7, request: 51 }),
      invocation({ callee: 5, id: 2, caller: 7, request: 52 }),
      invocation({ callee: 6, id: 2, caller: 7, request: 62 }),
    ]);
  });

  promise("R17 what is written together is written whole, or not at all", (open) => {
    const store = open();
    store.putSession({ identity: identity(5), lastInvocation: 0, lastCall: 0 });
    store.addSubscriber({ id: subscribe(store, "com.x"), session: 5 });
    const before = rows(open());
    const write = () => {
      store.putSession({ identity: identity(5), lastInvocation: 7, lastCall: 8 });
      store.putSession({ identity: identity(6), lastInvocation: 0, lastCall: 0 });
      store.removeSubscriber({ id: 1, session: 5 });
      store.addSubscriber({ id: subscribe(store, "com.y"), session: 6 });
      store.addCallee(callee({ id: register(store, "com.y"), session: 6 }));
      store.putTurn(1, 4);
      store.putInvocation(invocation({ callee: 5, id: 1, caller: 6, request: 1 }));
      store.removeSession(5);
      return "done";
    };
    const error = new Error("too late");
    expect(() =>
      store.atomically(() => {
        write();
        throw error;
      }),
    ).toThrow(error);
    expect(rows(open())).toStrictEqual(before);
    expect(store.atomically(() => store.atomically(write))).toBe("done");
    const after = rows(open());
    expect(after.sessions.map((row) => row.identity.session)).toStrictEqual([6]);
    expect(after.registrations).toMatchObject([{ uri: "com.y", turn: 4 }]);
    expect(after.subscribers).toMatchObject([{ session: 6 }]);
    expect(after.invocations).toStrictEqual([]);
  });

  promise("R4 removing what is not there changes nothing", (open) => {
    const store = open();
    store.putSession({ identity: identity(5), lastInvocation: 0, lastCall: 0 });
    const before = rows(store);
    store.removeSession(6);
    store.removeSubscription(1);
    store.removeSubscriber({ id: 1, session: 5 });
    store.removeRegistration(1);
    store.removeCallee({ id: 1, session: 5 });
    store.removeInvocation(5, 1);
    expect(rows(open())).toStrictEqual(before);
  });

  parkedContract(promise);
  keptContract(promise);
}

function rows(store: RealmStore) {
  return {
    sessions: [...store.sessions()].map(({ session, lastInvocation, lastCall }) => ({
      identity: store.identity(session),
      lastInvocation,
      lastCall,
    })),
    subscriptions: [...store.subscriptions()],
    subscribers: [...store.subscribers()],
    registrations: [...store.registrations()],
    callees: [...store.callees()],
    invocations: [...store.invocations()],
  };
}

function identity(session: number): Identity {
  const by = { authmethod: "anonymous", authprovider: "static", roles: {} };
  return { session, authid: `authid ${session}`, authrole: "user", ...by };
}

function subscribe(store: RealmStore, uri: string): number {
  return store.addSubscription({ uri, match: "exact", created: 1 });
}

function register(store: RealmStore, uri: string): number {
  return store.addRegistration({ uri, match: "exact", invoke: "single", created: 1 });
}

function first(a: readonly number[], b: readonly number[]): number {
  return (a[0] ?? 0) - (b[0] ?? 0);
}

function bySession(a: SessionRow, b: SessionRow): number {
  return a.identity.session - b.identity.session;
}

function callee(row: MemberRow): CalleeRow {
  return { ...row, forwardTimeout: false, discloseCaller: false };
}

function invocation(row: Pick<InvocationRow, "callee" | "id" | "caller" | "request">): InvocationRow {
  const terms = {
    procedure: "com.x",
    registration: 1,
    disclosed: false,
    receivesProgress: false,
    timeout: 0,
    received: 5,
    passthru: {},
  };
  return {
    ...row,
    terms,
    details: { procedure: "com.x" },
    chunks: "none",
    interrupted: false,
    deadline: undefined,
    reroute: undefined,
  };
}
