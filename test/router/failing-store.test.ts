/**
 * A store that fails takes nothing from anybody but whom it fails for: who leaves has left, the others are told, and rows
 * that it would not remove are removed at the next try (R17, RULE-06).
 */
import { describe, expect, test } from "vitest";
import { PARK_AFTER } from "../../src/router/realm.ts";
import type { RealmStore } from "../../src/router/store.ts";
import { failed } from "./answers.ts";
import { MemoryStore } from "./memory-store.ts";
import { Scene, type Sent } from "./scene.ts";

const DISK_FULL = new Error("SQLITE_FULL: database or disk is full");

/** Every method fails that `fails` says so of, given its arguments. */
class FailingStore extends MemoryStore {
  fails: (method: keyof RealmStore, args: readonly unknown[]) => boolean = () => false;

  constructor() {
    super();
    const names = [...Object.keys(this), ...Object.getOwnPropertyNames(MemoryStore.prototype)];
    for (const name of names) {
      const method = Reflect.get(this, name) as unknown;
      if (typeof method !== "function" || ["constructor", "fails", "keptCounts"].includes(name)) continue;
      const value = (...args: unknown[]): unknown => {
        if (this.fails(name as keyof RealmStore, args)) throw DISK_FULL; // every other method is a port's
        return Reflect.apply(method, this, args);
      };
      Object.defineProperty(this, name, { value });
    }
  }
}

const HISTORY = [{ uri: "com.will", match: "exact", limit: 10, octets: 10_000 }] as const;

/** alice holds something of everything; bob watches, waits for an answer and shares a procedure with her. */
function sceneWith(store: FailingStore): Scene {
  const scene = new Scene({ history: HISTORY, metaKill: true }, { store });
  const roles = { callee: ["call_canceling"] };
  scene.joinAs("alice", { roles }).joinAs("bob", { roles }).join("carol");
  scene.send("bob", 32, 1, { match: "prefix" }, "wamp.");
  scene.send("bob", 32, 2, {}, "com.will");
  for (const name of ["bob", "alice"]) scene.send(name, 64, 3, { invoke: "roundrobin" }, "com.shared");
  scene.send("alice", 64, 4, {}, "com.p");
  scene.send("alice", 32, 5, {}, "com.x");
  const options = { publish_options: { retain: true } };
  scene.send("alice", 48, 6, {}, "wamp.session.add_testament", ["com.will", [1], {}], options);
  scene.send("alice", 48, 7, {}, "wamp.session.add_testament", ["com.will", [2], {}]);
  scene.send("bob", 48, 8, {}, "com.p");
  scene.send("alice", 48, 9, {}, "com.shared");
  scene.pass(PARK_AFTER);
  return scene;
}

const LEAVES: readonly (readonly [string, (scene: Scene) => Sent])[] = [
  ["leaves", (scene) => scene.leave("alice")],
  ["is killed", (scene) => scene.send("carol", 48, 1, {}, "wamp.session.kill", [scene.id("alice")])],
  ["has vanished in sleep", (scene) => scene.sleep({ vanished: ["alice"] })],
];
const REMOVALS = ["removeSession", "removeSubscription", "removeRegistration", "removeInvocation", "putTurn"];

describe.each(LEAVES)("while somebody %s", (_, leaves) => {
  const expected = leaves(sceneWith(new FailingStore()));

  test.each(REMOVALS)("RULE-06 a store that fails in %s takes nothing from the others", (method) => {
    const store = new FailingStore();
    const scene = sceneWith(store);
    store.fails = (name) => name === method;
    expect(leaves(scene)).toStrictEqual(expected);
    expect(scene.realm.sessions.has(101)).toBe(false);
    expect(scene.faults.every((fault) => fault === DISK_FULL)).toBe(true);
  });

  test("RULE-06 RULE-11 every removal failing takes nothing either, and all is removed at the next try", () => {
    const store = new FailingStore();
    const scene = sceneWith(store);
    store.fails = (name) => REMOVALS.includes(name);
    expect(leaves(scene)).toStrictEqual(expected);
    expect(scene.faults.length).toBeGreaterThan(3);
    expect(scene.rowCounts()).toMatchObject({ testaments: 2 });
    expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
    const { length } = scene.faults;
    scene.pass(PARK_AFTER);
    expect(scene.faults.slice(length)).toStrictEqual([DISK_FULL]);
    store.fails = () => false;
    scene.pass(PARK_AFTER);
    expect(scene.rowCounts()).toMatchObject({
      sessions: 2,
      subscriptions: 2,
      registrations: 1,
      callees: 1,
      invocations: 0,
      testaments: 0,
    });
    scene.leave("bob");
    scene.leave("carol");
    expect(scene.rowCounts()).toMatchObject({ sessions: 0, registrations: 0, callees: 0, subscribers: 0 });
  });

  test.each(["addHistory", "putRetained"])(
    "RULE-06 TES-16 a testament that %s does not keep is told all the same",
    (method) => {
      const store = new FailingStore();
      const scene = sceneWith(store);
      store.fails = (name) => name === method;
      expect(leaves(scene)).toStrictEqual(expected);
      expect(scene.faults.length).toBeGreaterThan(0);
    },
  );
});

test("RULE-06 testaments that cannot be read keep the session's row, and are published at the next wake", () => {
  const store = new FailingStore();
  const scene = sceneWith(store);
  store.fails = (name) => name === "testaments";
  const left = scene.leave("alice").bob ?? [];
  expect(left.filter(([type]) => type === 8)).toStrictEqual([failed(48, 8, "wamp.error.canceled")]);
  expect(left.filter(([type, id]) => type === 36 && id === 1)).toStrictEqual([]);
  expect(scene.faults).toStrictEqual([DISK_FULL]);
  store.fails = () => false;
  const woken = scene.sleep().bob ?? [];
  expect(woken.filter(([type, id]) => type === 36 && id === 1).map((each) => each[4])).toStrictEqual([
    [1],
    [2],
  ]);
  expect(scene.rowCounts()).toMatchObject({ testaments: 0, sessions: 2 });
});

test.each(["subscriptions", "registrations"])(
  "R17 %s that cannot be read when somebody leaves are one line of the log, with who it was",
  (method) => {
    const store = new FailingStore();
    const scene = new Scene({}, { store }).join("alice");
    scene.send("alice", 32, 1, {}, "com.x");
    scene.send("alice", 64, 2, {}, "com.p");
    scene.sleep();
    store.fails = (name) => name === method;
    scene.leave("alice");
    expect(scene.faults).toStrictEqual([DISK_FULL]);
    expect(scene.faulty).toStrictEqual([101]);
  },
);

test("RULE-06 an answer reaches its caller though the store would not forget the parked call", () => {
  const store = new FailingStore();
  const scene = sceneWith(store);
  store.fails = (name) => name === "removeInvocation";
  expect(scene.send("alice", 70, 1, {}, ["kept"])).toStrictEqual({ bob: [[50, 8, {}, ["kept"]]] });
  expect(scene.faults).toStrictEqual([DISK_FULL]);
  store.fails = () => false;
  scene.sleep();
  expect(scene.send("alice", 70, 1, {}, ["twice"])).toStrictEqual({});
});

describe("while the realm parks", () => {
  test("R17 one row that fails does not keep the others from being written", () => {
    const store = new FailingStore();
    const scene = new Scene({}, { store }).join("alice", "bob", "carol");
    store.fails = (name, [row]) =>
      name === "putSession" && (row as { identity: { authid: string } }).identity.authid === "alice";
    scene.pass(PARK_AFTER);
    expect(scene.faults).toStrictEqual([DISK_FULL]);
    expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
    expect(store.sessions().map(({ session }) => store.identity(session).authid)).toStrictEqual([
      "bob",
      "carol",
    ]);
    const { writes } = store;
    store.fails = () => false;
    scene.pass(PARK_AFTER);
    expect(store.sessions()).toHaveLength(3);
    expect(store.writes).toBe(writes + 1);
    expect(scene.realm.nextDeadline()).toBeUndefined();
  });

  test("R17 of the calls of one callee each is parked by itself, and so is whose turn it is", () => {
    const store = new FailingStore();
    const scene = new Scene({}, { store }).join("alice", "bob", "carol");
    for (const name of ["bob", "carol"]) scene.send(name, 64, 1, { invoke: "roundrobin" }, "com.p");
    for (const request of [1, 3, 5]) scene.send("alice", 48, request, {}, "com.p");
    store.fails = (name, [row]) =>
      name === "putTurn" || (name === "putInvocation" && (row as { request: number }).request === 1);
    scene.pass(PARK_AFTER);
    expect(scene.realm.awakeUntil).toBe(scene.clock + PARK_AFTER);
    expect(store.invocations().map(({ request }) => request)).toStrictEqual([5, 3]);
    store.fails = () => false;
    scene.pass(PARK_AFTER);
    expect(scene.realm.awakeUntil).toBeUndefined();
    expect(
      store
        .invocations()
        .map(({ request }) => request)
        .sort(),
    ).toStrictEqual([1, 3, 5]);
    expect(store.registrations()).toMatchObject([{ turn: 1 }]);
  });
});

test("R17 a SUBSCRIBE whose row fails leaves no subscription without a subscriber", () => {
  const store = new FailingStore();
  const scene = new Scene({}, { store }).join("alice", "bob");
  scene.send("bob", 32, 1, {}, "wamp.subscription.on_create");
  store.fails = (name) => name === "addSubscriber";
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({
    alice: [failed(32, 1, "edgebahn.error.storage_failed")],
  });
  expect(scene.faults).toStrictEqual([DISK_FULL]);
  store.fails = () => false;
  expect(scene.send("bob", 48, 2, {}, "wamp.subscription.lookup", ["com.x"])).toStrictEqual({
    bob: [[50, 2, {}, [null]]],
  });
  expect(Object.keys(scene.send("alice", 32, 2, {}, "com.x"))).toStrictEqual(["alice", "bob"]);
});

const FAILED = "edgebahn.error.storage_failed";

/** What alice asks for, the write that fails, and what comes when she asks again. */
const ASKED: readonly (readonly [keyof RealmStore, readonly unknown[], readonly unknown[]])[] = [
  ["putSession", [32, {}, "com.new"], [33, 3, 4]],
  ["addSubscription", [32, {}, "com.new"], [33, 3, 4]],
  ["addSubscriber", [32, {}, "com.new"], [33, 3, 4]],
  ["addRegistration", [64, {}, "com.new"], [65, 3, 3]],
  ["addCallee", [64, {}, "com.new"], [65, 3, 3]],
  ["addCallee", [64, { invoke: "roundrobin" }, "com.shared"], [65, 3, 1]],
  ["addTestament", [48, {}, "wamp.session.add_testament", ["com.will", [3], {}]], [50, 3, {}]],
  ["removeTestaments", [48, {}, "wamp.session.flush_testaments"], [50, 3, {}]],
  ["putRetained", [16, { acknowledge: true, retain: true }, "com.new"], [17, 3, expect.any(Number)]],
  ["addHistory", [16, { acknowledge: true }, "com.will"], [17, 3, expect.any(Number)]],
];

describe("a request whose rows cannot be written", () => {
  test.each(ASKED)(
    "R17 is answered by an ERROR where %s fails, and by its promise when asked again",
    (method, wire, promise) => {
      const store = new FailingStore();
      const scene = sceneWith(store).joinAs("dora", {});
      const before = [scene.rowCounts(), [...store.subscriptions()], [...store.registrations()]];
      const session = scene.session("dora");
      const { stored } = session;
      const [type, ...rest] = wire;
      store.fails = (name) => name === method;
      // Nobody hears of it: what did not happen is not told.
      expect(scene.send("dora", type, 2, ...rest)).toStrictEqual({ dora: [failed(Number(type), 2, FAILED)] });
      expect(scene.faults).toStrictEqual([DISK_FULL]);
      expect([scene.rowCounts(), [...store.subscriptions()], [...store.registrations()]]).toStrictEqual(
        before,
      );
      expect(session.stored).toBe(stored);
      store.fails = () => false;
      expect(scene.send("dora", type, 3, ...rest).dora?.[0]).toStrictEqual(promise);
      scene.sleep();
      expect(scene.faults).toStrictEqual([DISK_FULL]);
    },
  );

  test("R17 holds what it held where an UNSUBSCRIBE or UNREGISTER fails", () => {
    const store = new FailingStore();
    const scene = sceneWith(store);
    store.fails = (name) => name === "removeSubscriber" || name === "removeCallee";
    const [subscription, registration] = [store.subscriptions(), store.registrations()].map((rows) =>
      rows.find(({ uri }) => uri === "com.x" || uri === "com.p"),
    );
    expect(scene.send("alice", 34, 10, subscription?.id)).toStrictEqual({ alice: [failed(34, 10, FAILED)] });
    expect(scene.send("alice", 66, 11, registration?.id)).toStrictEqual({ alice: [failed(66, 11, FAILED)] });
    store.fails = () => false;
    expect(Object.keys(scene.send("bob", 16, 12, {}, "com.x"))).toStrictEqual(["alice"]);
    expect(Object.keys(scene.send("bob", 48, 13, {}, "com.p"))).toStrictEqual(["alice"]);
    expect(scene.send("alice", 34, 14, subscription?.id).alice).toStrictEqual([[35, 14]]);
  });

  test("R17 a PUBLISH without acknowledge is delivered to nobody where it cannot be kept, and not answered", () => {
    const store = new FailingStore();
    const scene = sceneWith(store);
    store.fails = (name) => name === "putRetained";
    expect(scene.send("carol", 16, 1, { retain: true }, "com.x")).toStrictEqual({});
    expect(scene.faults).toStrictEqual([DISK_FULL]);
    expect(Object.keys(scene.send("carol", 16, 2, {}, "com.x"))).toStrictEqual(["alice"]);
  });
});

test("R17 what may not be held any more is taken away though the store would not remove it", () => {
  const store = new FailingStore();
  const scene = sceneWith(store);
  store.fails = (name) => name === "removeSubscriber" || name === "removeCallee";
  const { may } = scene;
  scene.may = (identity, ...wish) => ({ ...may(identity, ...wish), allow: identity.authid !== "alice" });
  scene.does((realm) => realm.reconsider());
  expect(scene.send("carol", 16, 1, {}, "com.x")).toStrictEqual({});
  expect(scene.send("carol", 48, 2, {}, "com.p").carol).toStrictEqual([
    failed(48, 2, "wamp.error.no_such_procedure"),
  ]);
  expect(scene.faults.length).toBeGreaterThan(0);
  expect([...store.subscribers()].length + [...store.callees()].length).toBeGreaterThan(3);
  store.fails = () => false;
  scene.pass(PARK_AFTER);
  const { session } = { session: scene.id("alice") };
  expect([...store.subscribers(), ...store.callees()].filter((row) => row.session === session)).toStrictEqual(
    [],
  );
});

test("R17 a row without members beside one of the same URI takes nothing from that one at waking", () => {
  const scene = new Scene().join("alice", "bob");
  // As a store left them that was not atomic.
  scene.store.addSubscription({ uri: "com.x", match: "exact", created: 1 });
  scene.store.addRegistration({ uri: "com.p", match: "exact", invoke: "single", created: 1 });
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("alice", 64, 2, {}, "com.p");
  scene.sleep();
  expect(scene.send("bob", 16, 1, {}, "com.x")).toStrictEqual({ alice: [[36, 2, expect.any(Number), {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.p")).toStrictEqual({ alice: [[68, 1, 2, {}]] });
  expect(scene.rowCounts()).toMatchObject({ subscriptions: 1, registrations: 1 });
});

test("PCI-12 R17 a call that was parked where its caller's row was not keeps the caller's count", () => {
  const store = new FailingStore();
  const scene = new Scene({}, { store }).join("alice");
  scene.joinAs("bob", { roles: { caller: ["progressive_call_invocations"] } });
  scene.send("alice", 64, 1, {}, "com.p");
  scene.pass(PARK_AFTER);
  scene.send("bob", 48, 5, {}, "com.p");
  store.fails = (name, [row]) =>
    name === "putSession" && (row as { identity: { authid: string } }).identity.authid === "bob";
  scene.sleep();
  store.fails = () => false;
  expect(scene.send("alice", 70, 1, {}, ["done"])).toStrictEqual({ bob: [[50, 5, {}, ["done"]]] });
  expect(scene.send("bob", 48, 5, {}, "com.p", ["a late chunk"])).toStrictEqual({});
});
