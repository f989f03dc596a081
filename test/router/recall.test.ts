/**
 * What a realm reads when it wakes, and what only when somebody needs it. What is said then is the same as if nothing had
 * been left in the rows: sleep.test.ts has the conversations.
 */
import { describe, expect, test } from "vitest";
import { mayEverything } from "../../src/router/authorization.ts";
import { DEFAULT_SESSION_LIMITS } from "../../src/router/limits.ts";
import { failed } from "./answers.ts";
import { MemoryStore } from "./memory-store.ts";
import { Scene } from "./scene.ts";

/** Remembers which tables were read, and fails where it is told to. */
class ReadStore extends MemoryStore {
  read: string[] = [];
  broken: string | undefined;

  constructor() {
    super();
    const reading = ["subscriptions", "subscribers", "subscriptionsFor", "subscribersOf", "registrations"];
    for (const name of [...reading, "callees"]) {
      const method = Reflect.get(this, name) as (...args: unknown[]) => unknown; // a port's
      const value = (...args: unknown[]): unknown => {
        this.read.push(name);
        if (this.broken !== undefined && name.startsWith(this.broken)) throw new Error("SQLITE_IOERR");
        return Reflect.apply(method, this, args);
      };
      Object.defineProperty(this, name, { value });
    }
  }

  /** What was read since the last time. */
  reads(): string[] {
    const { read } = this;
    this.read = [];
    return read;
  }
}

const ONE_TOPIC = ["subscriptionsFor", "subscribersOf"];
const SUBSCRIPTIONS = ["subscriptions", "subscribers"];
const EVERYTHING = [...SUBSCRIPTIONS, "registrations", "callees"];

/** bob holds patterns, carol serves com.p, and the realm sleeps. */
function asleep(): { readonly scene: Scene; readonly store: ReadStore } {
  const store = new ReadStore();
  const scene = new Scene({}, { store }).join("alice", "bob", "carol");
  for (const [request, topic] of ["com.a", "com.b", "com.c", "com.d", "com.e"].entries()) {
    scene.send("carol", 32, request + 1, {}, topic);
  }
  scene.send("carol", 64, 6, {}, "com.p");
  scene.send("bob", 32, 1, { match: "wildcard" }, ".a");
  scene.send("bob", 32, 2, { match: "prefix" }, "com.a");
  scene.send("bob", 32, 3, { match: "prefix" }, "com");
  scene.send("bob", 32, 4, {}, "wamp.session.on_join");
  scene.sleep();
  store.reads();
  return { scene, store };
}

/** What com.a brings. */
function heardOfA(publication: number) {
  const details = { topic: "com.a" };
  return {
    carol: [[36, 1, publication, {}]],
    bob: [
      [36, 8, publication, details],
      [36, 7, publication, details],
      [36, 6, publication, details],
    ],
  };
}

describe("after sleep", () => {
  test("B10 waking reads nothing of what sessions hold, nor does time that passes", () => {
    const { scene, store } = asleep();
    scene.sleep();
    scene.pass(100_000);
    expect(store.reads()).toStrictEqual([]);
  });

  test("B10 a publication reads the rows of its topic, and the next one of that topic none", () => {
    const { scene, store } = asleep();
    expect(scene.send("alice", 16, 1, {}, "com.a")).toStrictEqual(heardOfA(1001));
    expect(store.reads()).toStrictEqual(ONE_TOPIC);
    expect(scene.send("alice", 16, 2, {}, "com.a")).toStrictEqual(heardOfA(1002));
    expect(store.reads()).toStrictEqual([]);
  });

  test("B10 a topic that nobody subscribed to has no subscribers looked for", () => {
    const { scene, store } = asleep();
    expect(scene.send("alice", 16, 1, {}, "org.x")).toStrictEqual({});
    expect(store.reads()).toStrictEqual(["subscriptionsFor"]);
  });

  test("B10 whoever joins is told of after one look, and reads nothing else", () => {
    const { scene, store } = asleep();
    const before = scene.heard("bob").length;
    scene.join("dave");
    expect(scene.heard("bob").slice(before)).toMatchObject([[36, 9, 1001, {}, [{ authid: "dave" }]]]);
    expect(store.reads()).toStrictEqual(ONE_TOPIC);
  });

  test("B10 from the fifth topic on all subscriptions are in memory, and every event comes as before", () => {
    const { scene, store } = asleep();
    for (const topic of ["com.b", "com.c", "com.d", "com.e"]) {
      expect(Object.keys(scene.send("alice", 16, 1, {}, topic))).toStrictEqual(["carol", "bob"]);
    }
    expect(store.reads().filter((each) => each === "subscriptionsFor")).toHaveLength(4);
    expect(scene.send("alice", 16, 2, {}, "com.a")).toStrictEqual(heardOfA(1005));
    expect(scene.send("alice", 16, 2, {}, "com.b").carol).toStrictEqual([[36, 2, 1006, {}]]);
    expect(store.reads()).toStrictEqual(SUBSCRIPTIONS);
    scene.send("alice", 16, 3, {}, "com.new");
    expect(store.reads()).toStrictEqual([]);
  });

  test("S14 where there are thousands of patterns they are read once more, and then no more", () => {
    const store = new ReadStore();
    const limits = () => ({ ...DEFAULT_SESSION_LIMITS, subscriptions: 2_000, patterns: 2_000 });
    const scene = new Scene({ limits }, { store }).join("alice", "bob");
    for (let at = 1; at <= 1_001; at++) scene.send("bob", 32, at, { match: "prefix" }, `com.x${at}.`);
    scene.sleep();
    store.reads();
    for (const topic of ["com.x1.a", "com.x2.a", "com.x3.a"]) {
      expect(scene.send("alice", 16, 1, {}, topic).bob).toMatchObject([
        { 1: Number(topic[5]), 3: { topic } },
      ]);
    }
    expect(store.reads()).toStrictEqual([...ONE_TOPIC, ...SUBSCRIPTIONS]);
  });

  test("B10 a call reads who serves what, and no subscriptions", () => {
    const { scene, store } = asleep();
    expect(scene.send("alice", 48, 1, {}, "com.p")).toStrictEqual({ carol: [[68, 1, 1, {}]] });
    expect(store.reads()).toStrictEqual(["registrations", "callees"]);
  });

  test("BRK-04 what a session held is known when it subscribes again, though its topic was looked for first", () => {
    const { scene, store } = asleep();
    scene.send("alice", 16, 1, {}, "com.a");
    store.reads();
    expect(scene.send("carol", 32, 7, {}, "com.a")).toStrictEqual({ carol: [[33, 7, 1]] });
    expect(store.reads()).toStrictEqual(EVERYTHING);
    expect(scene.send("alice", 16, 2, {}, "com.a")).toStrictEqual(heardOfA(1002));
    expect(scene.send("carol", 34, 8, 1)).toStrictEqual({ carol: [[35, 8]] });
    expect(scene.send("alice", 16, 3, {}, "com.a").carol).toBeUndefined();
  });

  test("RRV-01 SRV-01 what may not be held any more is taken, though nobody has needed it since", () => {
    const { scene } = asleep();
    scene.may = (identity) => ({
      ...mayEverything(identity, "publish", "com.a", "exact"),
      allow: identity.authid !== "carol",
    });
    scene.does((realm) => realm.reconsider());
    scene.may = mayEverything;
    expect(Object.keys(scene.send("alice", 16, 1, {}, "com.a"))).toStrictEqual(["bob"]);
    expect(scene.send("alice", 48, 2, {}, "com.p").alice?.[0]?.slice(0, 5)).toStrictEqual(
      failed(48, 2, "wamp.error.no_such_procedure").slice(0, 5),
    );
  });

  test("LVE-09 who leaves takes along what it held, though a topic was looked for first", () => {
    const { scene } = asleep();
    scene.send("alice", 16, 1, {}, "com.a");
    expect(scene.leave("bob")).toStrictEqual({});
    expect(scene.send("alice", 16, 2, {}, "com.a")).toStrictEqual({ carol: [[36, 1, 1002, {}]] });
    expect(scene.leave("carol")).toStrictEqual({});
    scene.leave("alice");
    const counts = Object.values(scene.rowCounts());
    expect(counts.every((count) => count === 0)).toBe(true);
  });

  test.each([
    ["registers", 32, 64],
    ["subscribes to", 64, 32],
  ] as const)(
    "S13 who %s one pattern more than it may is refused, though the others were held before sleep",
    (_, held, type) => {
      const { patterns } = DEFAULT_SESSION_LIMITS;
      const scene = new Scene().join("alice");
      for (let at = 1; at <= patterns; at++) scene.send("alice", held, at, { match: "prefix" }, `com.x${at}`);
      scene.sleep();
      const { alice } = scene.send("alice", type, patterns + 1, { match: "prefix" }, "com.y");
      expect(alice?.[0]?.slice(0, 5)).toStrictEqual(
        failed(type, patterns + 1, "edgebahn.error.limit_exceeded").slice(0, 5),
      );
    },
  );
});

describe("rows that cannot be read", () => {
  const FAILED = "edgebahn.error.storage_failed";

  test.each([...EVERYTHING])(
    "R17 %s: SUBSCRIBE is refused and changes nothing, and served when they can",
    (table) => {
      const { scene, store } = asleep();
      store.broken = table;
      expect(scene.send("alice", 32, 1, {}, "com.a").alice?.[0]?.slice(0, 5)).toStrictEqual(
        failed(32, 1, FAILED).slice(0, 5),
      );
      expect(String(scene.faults)).toContain("SQLITE_IOERR");
      store.broken = undefined;
      expect(scene.send("alice", 32, 2, {}, "com.a")).toStrictEqual({ alice: [[33, 2, 1]] });
      expect(scene.send("carol", 16, 7, {}, "com.a")).toStrictEqual({
        alice: [[36, 1, 1001, {}]],
        bob: heardOfA(1001).bob,
      });
      expect(scene.send("alice", 48, 3, {}, "com.p")).toStrictEqual({ carol: [[68, 1, 1, {}]] });
    },
  );

  test.each(ONE_TOPIC)("R17 %s: PUBLISH is refused, and served when they can", (table) => {
    const { scene, store } = asleep();
    store.broken = table;
    const { alice } = scene.send("alice", 16, 1, { acknowledge: true }, "com.a");
    expect(alice?.[0]?.slice(0, 5)).toStrictEqual(failed(16, 1, FAILED).slice(0, 5));
    store.broken = undefined;
    expect(scene.send("alice", 16, 2, {}, "com.a").carol).toHaveLength(1);
  });

  test.each([...EVERYTHING])(
    "R17 %s: who leaves has left, and serves and hears nothing when they can",
    (table) => {
      const { scene, store } = asleep();
      store.broken = table;
      scene.leave("carol");
      store.broken = undefined;
      expect(scene.realm.session(103)).toBeUndefined();
      expect(scene.send("alice", 48, 1, {}, "com.p").alice?.[0]?.slice(0, 5)).toStrictEqual(
        failed(48, 1, "wamp.error.no_such_procedure").slice(0, 5),
      );
      const { bob, ...others } = scene.send("alice", 16, 2, {}, "com.a");
      expect(others).toStrictEqual({});
      expect(bob).toHaveLength(3);
    },
  );

  test("R17 SBM-06 who left meanwhile is no subscriber of what was looked for before, once they can", () => {
    const store = new ReadStore();
    const scene = new Scene({}, { store }).join("alice", "bob", "carol");
    scene.send("carol", 32, 1, {}, "com.a");
    scene.sleep();
    expect(scene.send("alice", 16, 1, {}, "com.a")).toStrictEqual({ carol: [[36, 1, 1001, {}]] });
    store.broken = "subscribers";
    scene.leave("carol");
    store.broken = undefined;
    expect(scene.send("alice", 16, 2, {}, "com.a")).toStrictEqual({});
    expect(scene.send("alice", 48, 3, {}, "wamp.subscription.lookup", ["com.a"])).toStrictEqual({
      alice: [[50, 3, {}, [null]]],
    });
    const { alice } = scene.send("alice", 32, 4, {}, "com.a");
    const subscription = alice?.[0]?.[2];
    expect(
      scene.send("alice", 48, 5, {}, "wamp.subscription.list_subscribers", [subscription]),
    ).toStrictEqual({ alice: [[50, 5, {}, [[101]]]] });
    scene.send("alice", 34, 6, subscription);
    expect(scene.rowCounts()).toMatchObject({ subscriptions: 0, subscribers: 0 });
  });

  test("RULE-06 R17 who leaves with a testament that finds nobody takes no answer from the others", () => {
    const store = new ReadStore();
    const scene = new Scene({}, { store }).join("alice", "bob", "carol");
    scene.send("carol", 48, 1, {}, "wamp.session.add_testament", ["com.will", [1], {}]);
    scene.send("carol", 64, 2, {}, "com.p");
    scene.send("alice", 48, 1, {}, "com.p");
    scene.sleep();
    store.broken = "subscriptions";
    const canceled = failed(48, 1, "wamp.error.canceled");
    expect(scene.leave("carol")).toStrictEqual({ alice: [canceled] });
    expect(scene.realm.session(103)).toBeUndefined();
  });

  test("DLR-16 R17 a call that cannot be moved to another callee ends with an error", () => {
    const store = new ReadStore();
    const roles = { callee: ["call_reroute"] };
    const scene = new Scene({}, { store }).join("alice").joinAs("bob", { roles }).joinAs("carol", { roles });
    for (const name of ["bob", "carol"]) scene.send(name, 64, 1, { invoke: "roundrobin" }, "com.p");
    scene.send("alice", 48, 1, {}, "com.p");
    scene.sleep();
    store.broken = "callees";
    const { alice } = scene.send("bob", 8, 68, 1, {}, "wamp.error.unavailable");
    expect(alice).toMatchObject([[8, 48, 1, {}, expect.any(String), [expect.any(String)]]]);
  });

  test("R17 SMA-29 a session whose holdings cannot be judged anew is not somebody else by then", () => {
    const store = new ReadStore();
    const scene = new Scene({ metaModify: true }, { store }).join("alice", "bob");
    scene.send("bob", 32, 1, {}, "com.a");
    scene.sleep();
    scene.may = (identity, action, uri, match) => ({
      ...mayEverything(identity, action, uri, match),
      allow: identity.authrole !== "guest" || action !== "subscribe",
    });
    store.broken = "subscriptions";
    const change = [scene.id("bob"), { authrole: "guest" }];
    const { alice } = scene.send("alice", 48, 1, {}, "wamp.session.modify_details", change);
    expect(alice?.[0]?.slice(0, 5)).toStrictEqual(failed(48, 1, FAILED).slice(0, 5));
    expect(scene.session("bob").identity.authrole).toBe("user"); // nothing has changed, as was said
    store.broken = undefined;
    scene.send("alice", 48, 2, {}, "wamp.session.modify_details", change);
    expect(scene.send("alice", 16, 3, {}, "com.a")).toStrictEqual({});
  });
});
