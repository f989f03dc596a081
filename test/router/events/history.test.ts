/** Event history (requirements section 12.1): what was published, for those who ask later. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { MAX_EVENTS } from "../../../src/router/history-query.ts";
import { DEFAULT_REALM_SETTINGS, type HistoryRule } from "../../../src/router/settings.ts";
import { failed, violates } from "../answers.ts";
import { Scene, type Wire } from "../scene.ts";

const GET = "wamp.subscription.get_events";
const INVALID = "wamp.error.invalid_argument";
const START = Date.UTC(2026, 5, 14, 10, 20, 30, 123);

function keeps(uri: string, rule: Partial<HistoryRule> = {}): HistoryRule {
  return { uri, match: "exact", limit: 1_000, octets: 1_048_576, ...rule };
}

/** alice (101) publishes, bob (102) asks. */
function scene(...history: HistoryRule[]): Scene {
  const made = new Scene({ history });
  made.clock = START;
  return made.join("alice", "bob");
}

/** What `bob` is answered: the arguments of RESULT, which are the events. */
function eventsFor(it: Scene, subscription: number, kwargs: object = {}, name = "bob"): readonly unknown[] {
  const { [name]: answer = [], ...others } = it.send(name, 48, 1, {}, GET, [subscription], kwargs);
  expect(others).toStrictEqual({});
  const [[code, request, details, events = []] = [], ...more] = answer as [
    unknown,
    unknown,
    unknown,
    unknown?,
  ][];
  expect([code, request, details, more]).toStrictEqual([50, 1, {}, []]);
  return events as unknown[];
}

/** The same, as the first argument of each event. */
function firstArguments(it: Scene, subscription: number, kwargs: object = {}, name = "bob"): unknown[] {
  return eventsFor(it, subscription, kwargs, name).map((event) => (event as { args: unknown[] }).args[0]);
}

/** Publishes 1, 2 ... to com.x, a second apart, as publications 1001, 1002 ... */
function published(count: number, rule: Partial<HistoryRule> = {}): Scene {
  const it = scene(keeps("com.x", rule));
  for (let n = 1; n <= count; n++) {
    it.send("alice", 16, n, {}, "com.x", [n]);
    it.clock += 1_000;
  }
  return it;
}

test("HIS-01 event_history is announced under broker where the realm keeps one; the router announces no callee role", () => {
  const with_ = announcement({ ...DEFAULT_REALM_SETTINGS, history: [keeps("com.x")] });
  const without = announcement(DEFAULT_REALM_SETTINGS);
  expect(with_.broker).toContain("event_history");
  expect(with_.dealer).not.toContain("event_history");
  expect(Object.keys(with_)).toStrictEqual(["broker", "dealer"]);
  expect([...without.broker, ...without.dealer]).not.toContain("event_history");
  expect(scene().send("bob", 48, 1, {}, GET, [1])).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
});

test("HIS-02 history is kept for the topics and patterns that the configuration names, each for itself", () => {
  const it = scene(keeps("com.x"), keeps("com.", { match: "prefix" }), keeps(".x", { match: "wildcard" }));
  it.send("bob", 32, 1, {}, "com.y");
  for (const [n, topic] of ["com.x", "com.y", "org.x", "org.y"].entries()) {
    it.send("alice", 16, n + 1, {}, topic, [topic]);
  }
  expect([1, 2, 3, 4].map((id) => firstArguments(it, id))).toStrictEqual([
    ["com.x"],
    ["com.x", "com.y"],
    ["com.x", "org.x"],
    [],
  ]);
});

test("HIS-03 the record is there before any client subscribes, so that it can be looked up and nothing is missed", () => {
  const it = scene(keeps("com.x"), keeps("com.", { match: "prefix" }));
  it.send("alice", 16, 1, {}, "com.x", ["early"]);
  expect(it.send("bob", 48, 1, {}, "wamp.subscription.lookup", ["com.x"])).toStrictEqual({
    bob: [[50, 1, {}, [1]]],
  });
  expect(it.send("bob", 48, 2, {}, "wamp.subscription.match", ["com.x"])).toStrictEqual({
    bob: [[50, 2, {}, [[1, 2]]]],
  });
  expect(it.send("bob", 48, 3, {}, "wamp.subscription.count_subscribers", [1])).toStrictEqual({
    bob: [[50, 3, {}, [0]]],
  });
  expect(firstArguments(it, 1)).toStrictEqual(["early"]);
  expect(it.send("bob", 32, 4, {}, "com.x")).toStrictEqual({ bob: [[33, 4, 1]] });
});

test("HIS-04 record and history survive the last UNSUBSCRIBE and the realm's sleep, under the same id", () => {
  const it = published(1);
  expect(it.send("bob", 32, 1, {}, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  expect(it.send("bob", 34, 2, 1)).toStrictEqual({ bob: [[35, 2]] });
  it.send("alice", 16, 2, {}, "com.x", [2]);
  expect(firstArguments(it, 1)).toStrictEqual([1, 2]);
  expect(it.send("bob", 32, 3, {}, "com.x")).toStrictEqual({ bob: [[33, 3, 1]] });
  it.leave("bob");
  it.sleep();
  it.send("alice", 16, 3, {}, "com.x", [3]);
  it.crash();
  it.joinAs("bob again", {});
  expect(it.send("bob again", 32, 1, {}, "com.x")).toStrictEqual({ "bob again": [[33, 1, 1]] });
  expect(firstArguments(it, 1, {}, "bob again")).toStrictEqual([1, 2, 3]);
});

test("HIS-04 no on_delete is told of a record that stays, and no on_create of one that was there", () => {
  const it = published(0).join("watcher");
  it.send("watcher", 32, 1, { match: "prefix" }, "wamp.subscription.");
  it.send("bob", 32, 1, {}, "com.x");
  it.send("bob", 34, 2, 1);
  const told = it.heard("watcher").slice(1);
  expect(told).toStrictEqual([
    [36, 2, 1001, { topic: "wamp.subscription.on_subscribe" }, [102, 1]],
    [36, 2, 1002, { topic: "wamp.subscription.on_unsubscribe" }, [102, 1]],
  ]);
});

test("HIS-04 what the configuration does not name any more goes with its rows, also where somebody subscribes", () => {
  for (const subscribed of [false, true]) {
    const it = scene(keeps("com.x"), keeps("com.y"));
    if (subscribed) it.send("bob", 32, 1, {}, "com.x");
    it.send("alice", 16, 1, {}, "com.x", [1]);
    it.send("alice", 16, 2, {}, "com.y", [2]);
    expect(it.rowCounts()).toMatchObject({ subscriptions: 2, history: 2 });
    Object.assign(it.settings, { history: [keeps("com.y")] });
    it.sleep();
    expect(it.rowCounts()).toMatchObject({ subscriptions: subscribed ? 2 : 1, history: 1 });
    expect(firstArguments(it, 2)).toStrictEqual([2]);
    const bob = it.send("bob", 48, 1, {}, GET, [1]);
    expect(bob).toStrictEqual({
      bob: [subscribed ? [50, 1, {}] : failed(48, 1, "wamp.error.no_such_subscription")],
    });
    if (subscribed) {
      expect(it.send("alice", 16, 3, {}, "com.x", [3])).toStrictEqual({ bob: [[36, 1, 1003, {}, [3]]] });
      it.send("bob", 34, 2, 1);
    }
    expect(it.rowCounts()).toMatchObject({ subscriptions: 1, history: 1 });
  }
});

test("HIS-05 a publication is kept once for each subscription that it matches, whoever receives it", () => {
  const it = scene(
    keeps("com.mycompany.log.auth"),
    keeps("com.mycompany.log.basket"),
    keeps("com.mycompany.log", { match: "prefix" }),
  );
  it.join("carol");
  for (const name of ["bob", "carol"]) it.send(name, 32, 1, {}, "com.mycompany.log.basket");
  const topics = ["auth", "basket", "basket", "basket", "checkout"].map(
    (last) => `com.mycompany.log.${last}`,
  );
  for (const [n, topic] of topics.entries()) it.send("alice", 16, n + 1, {}, topic, [n + 1]);
  expect(firstArguments(it, 1)).toStrictEqual([1]);
  expect(firstArguments(it, 2)).toStrictEqual([2, 3, 4]);
  expect(firstArguments(it, 3)).toStrictEqual([1, 2, 3, 4, 5]);
  expect(it.rowCounts().history).toBe(9);
});

test("HIS-06 the order is the one in which the publications came", () => {
  const it = scene(keeps("com.", { match: "prefix" })).join("carol");
  const publishers = ["alice", "carol", "carol", "alice", "bob", "carol"];
  for (const [n, name] of publishers.entries()) it.send(name, 16, 1, {}, `com.${n % 2}`, [n]);
  expect(firstArguments(it, 1)).toStrictEqual([0, 1, 2, 3, 4, 5]);
});

test("HIS-07 get_events returns the events of a subscription, oldest first", () => {
  expect(firstArguments(published(5), 1)).toStrictEqual([1, 2, 3, 4, 5]);
});

test("HIS-08 the arguments of the RESULT are the list of events itself", () => {
  const it = published(2);
  const event = (n: number, timestamp: string) => ({
    timestamp,
    subscription: 1,
    publication: 1000 + n,
    details: {},
    args: [n],
  });
  expect(it.send("bob", 48, 7, {}, GET, [1])).toStrictEqual({
    bob: [[50, 7, {}, [event(1, "2026-06-14T10:20:30.123Z"), event(2, "2026-06-14T10:20:31.123Z")]]],
  });
});

test("HIS-09 an event has its timestamp, subscription, publication, details as delivered, and what payload it had", () => {
  const it = new Scene({
    history: [keeps("com.", { match: "prefix" })],
    publicationTrust: [{ uri: "com.a", match: "exact", level: 2 }],
  }).join("alice", "bob");
  it.clock = START;
  it.send("bob", 32, 1, { match: "prefix" }, "com.");
  it.send("alice", 16, 1, { disclose_me: true }, "com.a", ["x"], { k: [1.5, null] });
  it.send("alice", 16, 2, { acknowledge: true }, "com.b");
  it.send("alice", 16, 3, {}, "com.b", [], { only: "words" });
  it.send("alice", 16, 4, {}, "com.b", []);
  const timestamp = "2026-06-14T10:20:30.123Z";
  const delivered = it.heard("bob").filter(([code]) => code === 36);
  expect(delivered).toHaveLength(4);
  const expected = delivered.map(([, subscription, publication, details, args, kwargs]) => ({
    timestamp,
    subscription,
    publication,
    details,
    ...(args !== undefined && { args }),
    ...(kwargs !== undefined && { kwargs }),
  }));
  expect(expected[0]?.details).toStrictEqual({
    publisher: 101,
    publisher_authid: "alice",
    publisher_authrole: "user",
    trustlevel: 2,
    topic: "com.a",
  });
  expect(eventsFor(it, 1)).toStrictEqual(expected);
});

test("HIS-10 where nothing is stored or selected the list is empty, and no error", () => {
  const it = published(0);
  expect(it.send("bob", 48, 1, {}, GET, [1])).toStrictEqual({ bob: [[50, 1, {}]] });
  it.send("alice", 16, 1, {}, "com.x", [1]);
  expect(it.send("bob", 48, 2, {}, GET, [1], { topic: "com.y" })).toStrictEqual({ bob: [[50, 2, {}]] });
});

test("HIS-11 the result says nothing of the query besides", () => {
  const it = published(1);
  const [answer] = it.send("bob", 48, 1, {}, GET, [1], { limit: 1, reverse: true }).bob ?? [];
  expect(answer).toHaveLength(4);
});

test("HIS-12 reverse goes from the newest to the oldest", () => {
  expect(firstArguments(published(4), 1, { reverse: true })).toStrictEqual([4, 3, 2, 1]);
  expect(firstArguments(published(4), 1, { reverse: false })).toStrictEqual([1, 2, 3, 4]);
});

test("HIS-13 limit takes the first of the traversal, after every other filter", () => {
  const it = published(6);
  expect(firstArguments(it, 1, { limit: 2 })).toStrictEqual([1, 2]);
  expect(firstArguments(it, 1, { limit: 2, reverse: true })).toStrictEqual([6, 5]);
  expect(firstArguments(it, 1, { limit: 2, after_publication: 1002 })).toStrictEqual([3, 4]);
  expect(firstArguments(it, 1, { limit: 2, before_publication: 1005, reverse: true })).toStrictEqual([4, 3]);
  expect(firstArguments(it, 1, { limit: 1_000_000 })).toStrictEqual([1, 2, 3, 4, 5, 6]);
  it.send("alice", 16, 7, { eligible_authid: ["bob"] }, "com.x", [7]);
  it.join("carol");
  expect(firstArguments(it, 1, { limit: 1, reverse: true }, "carol")).toStrictEqual([6]);
});

test("HIS-14 times bound the selection: from and until include, after and before do not", () => {
  const it = published(4); // at 30.123, 31.123, 32.123, 33.123
  const at = (seconds: number) => `2026-06-14T10:20:${seconds}.123Z`;
  expect(firstArguments(it, 1, { from_time: at(32) })).toStrictEqual([3, 4]);
  expect(firstArguments(it, 1, { after_time: at(32) })).toStrictEqual([4]);
  expect(firstArguments(it, 1, { before_time: at(32) })).toStrictEqual([1, 2]);
  expect(firstArguments(it, 1, { until_time: at(32) })).toStrictEqual([1, 2, 3]);
  expect(firstArguments(it, 1, { from_time: at(31), until_time: at(32) })).toStrictEqual([2, 3]);
  expect(firstArguments(it, 1, { after_time: at(31), before_time: at(32) })).toStrictEqual([]);
});

test("HIS-14 a time may have any zone offset and any fraction of a second, exactly", () => {
  const it = published(2, { limit: 2_000 }); // at 30.123 and 31.123
  const first = [
    "2026-06-14T10:20:30.123Z",
    "2026-06-14T12:20:30.123+02:00",
    "2026-06-14T04:50:30.123-05:30",
    "2026-06-13T10:21:30.123-23:59",
    "2026-06-15T10:19:30.123+23:59",
    "2026-06-14T10:20:30.123000Z",
    "2026-06-14t10:20:30.123z",
    "2026-06-14 10:20:30.123Z",
  ];
  for (const time of first) {
    expect(firstArguments(it, 1, { until_time: time }), time).toStrictEqual([1]);
    expect(firstArguments(it, 1, { before_time: time }), time).toStrictEqual([]);
  }
  expect(firstArguments(it, 1, { from_time: "2026-06-14T10:20:30.123000001Z" })).toStrictEqual([2]);
  for (let ms = 0; ms < 1_000; ms++) {
    it.clock = START - 123 + 60_000 + ms;
    it.send("alice", 16, 3, {}, "com.x", [ms]);
    const time = `2026-06-14T10:21:30.${String(ms).padStart(3, "0")}Z`;
    expect(firstArguments(it, 1, { from_time: time, until_time: time })).toStrictEqual([ms]);
  }
  expect(firstArguments(it, 1, { until_time: "2026-06-14T10:20:30.1229Z" })).toStrictEqual([]);
  expect(firstArguments(it, 1, { until_time: "2026-06-14T10:20:30.1239Z" })).toStrictEqual([1]);
  expect(firstArguments(it, 1, { from_time: "2024-02-29T00:00:00Z", limit: 1 })).toStrictEqual([1]);
  expect(firstArguments(it, 1, { until_time: "9999-12-31T23:59:59Z", limit: 1 })).toStrictEqual([1]);
});

test("HIS-15 topic selects what was published to exactly that topic", () => {
  const it = scene(keeps("com.", { match: "prefix" }), keeps("com.a"));
  for (const [n, topic] of ["com.a", "com.a.b", "com.b", "com.a"].entries()) {
    it.send("alice", 16, n + 1, {}, topic, [n + 1]);
  }
  expect(firstArguments(it, 1, { topic: "com.a" })).toStrictEqual([1, 4]);
  expect(firstArguments(it, 1, { topic: "com." })).toStrictEqual([]);
  expect(firstArguments(it, 2, { topic: "com.a" })).toStrictEqual([1, 4]);
  expect(firstArguments(it, 2, { topic: "com.b" })).toStrictEqual([]);
});

test("HIS-16 publications bound the selection by their places, in whichever direction it is read", () => {
  const it = published(5);
  const cases: readonly [object, number[]][] = [
    [{ from_publication: 1003 }, [3, 4, 5]],
    [{ after_publication: 1003 }, [4, 5]],
    [{ before_publication: 1003 }, [1, 2]],
    [{ until_publication: 1003 }, [1, 2, 3]],
    [{ from_publication: 1002, until_publication: 1004 }, [2, 3, 4]],
    [{ after_publication: 1002, before_publication: 1004 }, [3]],
    [{ from_publication: 1004, until_publication: 1002 }, []],
    [{ from_publication: 1002, after_publication: 1003 }, [4, 5]],
    [{ after_publication: 1005 }, []],
    [{ before_publication: 1001 }, []],
  ];
  for (const [kwargs, expected] of cases) {
    expect(firstArguments(it, 1, kwargs), JSON.stringify(kwargs)).toStrictEqual(expected);
    expect(firstArguments(it, 1, { ...kwargs, reverse: true })).toStrictEqual(expected.toReversed());
  }
});

test("HIS-17 a publication that is not stored: as a start it selects nothing, as an end it bounds nothing", () => {
  const it = published(3);
  expect(firstArguments(it, 1, { from_publication: 77 })).toStrictEqual([]);
  expect(firstArguments(it, 1, { after_publication: 9_007_199_254_740_992 })).toStrictEqual([]);
  expect(firstArguments(it, 1, { from_publication: 1002, after_publication: 77 })).toStrictEqual([]);
  expect(firstArguments(it, 1, { from_publication: 77, after_publication: 1001 })).toStrictEqual([]);
  expect(firstArguments(it, 1, { before_publication: 77 })).toStrictEqual([1, 2, 3]);
  expect(firstArguments(it, 1, { until_publication: 77, reverse: true })).toStrictEqual([3, 2, 1]);
  expect(firstArguments(it, 1, { until_publication: 77, before_publication: 1003 })).toStrictEqual([1, 2]);
});

test("HIS-18 several filters all apply", () => {
  const it = scene(keeps("com.", { match: "prefix" }));
  for (let n = 1; n <= 8; n++) {
    it.send("alice", 16, n, {}, n % 2 === 0 ? "com.even" : "com.odd", [n]);
    it.clock += 1_000;
  }
  const query = {
    topic: "com.even",
    after_publication: 1002,
    until_time: "2026-06-14T10:20:37.123Z", // the eighth
    before_publication: 1008,
  };
  expect(firstArguments(it, 1, query)).toStrictEqual([4, 6]);
  expect(firstArguments(it, 1, { ...query, reverse: true, limit: 1 })).toStrictEqual([6]);
});

test("HIS-19 pages, forward and backward, with filters and beside new events, yield every event exactly once", () => {
  const it = scene(keeps("com.", { match: "prefix" }));
  const wanted: number[] = [];
  for (let n = 1; n <= 40; n++) {
    const isWanted = n % 3 !== 0 && n % 4 !== 0;
    const options = n % 3 === 0 ? { exclude_authid: ["bob"] } : {};
    it.send("alice", 16, n, options, n % 4 === 0 ? "com.other" : "com.x", [n]);
    if (isWanted) wanted.push(1000 + n);
  }
  for (const limit of [1, 2, 3, 7, 19, 20, 21, 100]) {
    for (const reverse of [false, true]) {
      const seen: number[] = [];
      const start = reverse ? "before_publication" : "after_publication";
      let from = {};
      for (;;) {
        const page = eventsFor(it, 1, { limit, reverse, topic: "com.x", ...from }) as {
          publication: number;
        }[];
        seen.push(...page.map(({ publication }) => publication));
        if (page.length < limit) break;
        from = { [start]: seen.at(-1) };
      }
      expect(seen).toStrictEqual(reverse ? wanted.toReversed() : wanted);
    }
  }
});

test("HIS-20 a malformed keyword is invalid_argument", () => {
  const it = published(1);
  const wrong: Record<string, unknown[]> = {
    limit: [0, -1, 1.5, "1", true, [], {}],
    reverse: [0, 1, "true", []],
    topic: [1, [], {}, true],
  };
  for (const key of ["from_publication", "after_publication", "before_publication", "until_publication"]) {
    wrong[key] = [0, -1, 1.5, "1001", true, [1001], {}];
  }
  const times = ["", "now", "2026-06-14", "10:20:30Z", "2026-06-14T10:20:30", "2026-06-14T10:20Z"];
  times.push("2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z");
  times.push("2026-06-00T00:00:00Z", "2026-06-14T24:00:00Z", "2026-06-14T10:60:00Z", "2026-06-14T10:20:61Z");
  times.push(
    "2026-06-14T10:20:30+24:00",
    "2026-06-14T10:20:30+0200",
    "2026-06-14T10:20:30.Z",
    " 2026-06-14T10:20:30Z",
  );
  times.push("2026-06-14T10:20:30Z\n", "+002026-06-14T10:20:30Z", "20260614T102030Z");
  for (const key of ["from_time", "after_time", "before_time", "until_time"])
    wrong[key] = [...times, START, true, {}];
  for (const [key, values] of Object.entries(wrong)) {
    for (const value of values) {
      expect(
        it.send("bob", 48, 1, {}, GET, [1], { [key]: value }),
        `${key} ${JSON.stringify(value)}`,
      ).toStrictEqual({
        bob: [failed(48, 1, INVALID)],
      });
    }
  }
  for (const args of [["1"], [null], [1.5], [[1]], [{}], []]) {
    expect(it.send("bob", 48, 1, {}, GET, args)).toStrictEqual({ bob: [failed(48, 1, INVALID)] });
  }
  expect(firstArguments(it, 1, { limit: null, from_time: null, unknown: "x" })).toStrictEqual([1]);
});

test("HIS-21 an unknown subscription is no_such_subscription", () => {
  const it = published(1);
  for (const id of [2, 0, -1, 9_007_199_254_740_992]) {
    expect(it.send("bob", 48, 1, {}, GET, [id])).toStrictEqual({
      bob: [failed(48, 1, "wamp.error.no_such_subscription")],
    });
  }
});

test("HIS-22 a subscription without history has an empty one", () => {
  const it = published(1);
  it.send("alice", 32, 2, {}, "com.other");
  it.send("bob", 16, 1, {}, "com.other", [1]);
  expect(it.send("bob", 48, 1, {}, GET, [2])).toStrictEqual({ bob: [[50, 1, {}]] });
  // The same topic under another policy is another subscription.
  it.send("alice", 32, 3, { match: "prefix" }, "com.x");
  it.send("alice", 16, 4, {}, "com.x", [2]);
  expect(it.send("bob", 48, 2, {}, GET, [3])).toStrictEqual({ bob: [[50, 2, {}]] });
});

test("HIS-24 whoever asks need not have subscribed", () => {
  const it = published(1).joinAs("carol", { roles: { caller: [] } });
  expect(firstArguments(it, 1, {}, "carol")).toStrictEqual([1]);
});

test("HIS-25 an event is told only to those whose authid and authrole its lists let receive it", () => {
  const it = published(0)
    .joinAs("admin", { authid: "root", authrole: "admin" })
    .joinAs("bob's admin", { authid: "bob", authrole: "admin" });
  const lists = [
    {},
    { eligible_authid: ["bob"] },
    { eligible_authrole: ["admin"] },
    { exclude_authid: ["bob"] },
    { exclude_authrole: ["admin"] },
    { eligible_authid: [] },
    { eligible_authid: ["bob"], exclude_authrole: ["user"] },
  ];
  for (const [n, options] of lists.entries()) it.send("alice", 16, n + 1, options, "com.x", [n]);
  expect(firstArguments(it, 1, {}, "bob")).toStrictEqual([0, 1, 4]);
  expect(firstArguments(it, 1, {}, "admin")).toStrictEqual([0, 2, 3]);
  expect(firstArguments(it, 1, {}, "bob's admin")).toStrictEqual([0, 1, 2, 6]);
  it.sleep();
  expect(firstArguments(it, 1, {}, "bob's admin")).toStrictEqual([0, 1, 2, 6]);
});

test("HIS-26 a publication that names sessions is never kept", () => {
  const it = published(0);
  it.send("alice", 16, 1, { eligible: [102] }, "com.x", [1]);
  it.send("alice", 16, 2, { exclude: [101] }, "com.x", [2]);
  it.send("alice", 16, 3, { eligible: [], exclude_authid: ["x"] }, "com.x", [3]);
  it.send("alice", 16, 4, { exclude_authid: ["x"] }, "com.x", [4]);
  expect(firstArguments(it, 1)).toStrictEqual([4]);
});

test("HIS-27 that a publisher is excluded from its own event does not matter to history", () => {
  const it = published(0);
  it.send("alice", 16, 1, {}, "com.x", [1]);
  it.send("alice", 16, 2, { exclude_me: true }, "com.x", [2]);
  it.send("alice", 16, 3, { exclude_me: false }, "com.x", [3]);
  expect(firstArguments(it, 1, {}, "alice")).toStrictEqual([1, 2, 3]);
  expect(firstArguments(it, 1, {}, "bob")).toStrictEqual([1, 2, 3]);
});

test("HIS-28 the router's own events are not kept", () => {
  const it = scene(keeps("", { match: "prefix" }), keeps("wamp.session.on_join"));
  it.send("alice", 32, 1, {}, "wamp.session.on_join");
  it.join("carol");
  expect(it.heard("alice")).toHaveLength(2);
  expect(it.rowCounts().history).toBe(0);
});

test("HIS-29 history is bounded by count, and the oldest goes first", () => {
  const it = published(7, { limit: 3 });
  expect(firstArguments(it, 1)).toStrictEqual([5, 6, 7]);
  expect(it.rowCounts().history).toBe(3);
  it.sleep();
  it.send("alice", 16, 8, {}, "com.x", [8]);
  expect(firstArguments(it, 1)).toStrictEqual([6, 7, 8]);
});

test("HIS-29 history is bounded by age, for whoever asks as in what is stored", () => {
  const it = published(3, { age: 2_500 }); // at 0, 1 and 2 seconds; now 3
  expect(firstArguments(it, 1)).toStrictEqual([2, 3]);
  it.send("alice", 16, 4, {}, "com.x", [4]);
  expect(it.rowCounts().history).toBe(3);
  it.pass(1_500);
  expect(firstArguments(it, 1)).toStrictEqual([3, 4]); // 3 is 2,500 ms old
  it.pass(2_000);
  expect(firstArguments(it, 1)).toStrictEqual([]);
  it.send("alice", 16, 5, {}, "com.x", [5]);
  expect(it.rowCounts().history).toBe(1);
});

test("HIS-29 history is bounded by octets; what is larger than all of it is not kept", () => {
  const it = published(0, { octets: 20 });
  const text = (length: number) => "x".repeat(length - 4); // ["..."]
  for (const length of [8, 9]) it.send("alice", 16, length, {}, "com.x", [text(length)]);
  expect(firstArguments(it, 1)).toStrictEqual([text(8), text(9)]);
  it.send("alice", 16, 3, {}, "com.x", [text(11)]);
  expect(firstArguments(it, 1)).toStrictEqual([text(9), text(11)]);
  it.send("alice", 16, 4, {}, "com.x", [text(21)]);
  it.send("alice", 16, 5, {}, "com.x", ["üüüüüüüüü"]); // 13 characters, 22 octets
  expect(firstArguments(it, 1)).toStrictEqual([text(9), text(11)]);
  it.send("alice", 16, 6, {}, "com.x", [text(20)]);
  expect(firstArguments(it, 1)).toStrictEqual([text(20)]);
});

test("HIS-29 nor is a small payload kept with lists that are too large", () => {
  const it = published(0, { octets: 1_000 });
  const exclude_authid = Array.from({ length: 200 }, (_, n) => `device${n}`);
  it.send("alice", 16, 1, { exclude_authid }, "com.x");
  expect(it.rowCounts().history).toBe(0);
  it.send("alice", 16, 2, { exclude_authid: exclude_authid.slice(0, 50) }, "com.x");
  expect(it.rowCounts().history).toBe(1);
});

test("HIS-29 each subscription has its own bounds", () => {
  const it = scene(keeps("com.a", { limit: 1 }), keeps("com.", { match: "prefix", limit: 3 }));
  for (let n = 1; n <= 5; n++) it.send("alice", 16, n, {}, n % 2 === 0 ? "com.b" : "com.a", [n]);
  expect(firstArguments(it, 1)).toStrictEqual([5]);
  expect(firstArguments(it, 2)).toStrictEqual([3, 4, 5]);
});

test("HIS-30 times may repeat and run backwards: order and pages follow the stored order", () => {
  const it = scene(keeps("com.x"));
  for (const [n, offset] of [0, 0, -5_000, 3_000, -5_000, 0].entries()) {
    it.clock = START + offset;
    it.send("alice", 16, n + 1, {}, "com.x", [n]);
  }
  expect(firstArguments(it, 1)).toStrictEqual([0, 1, 2, 3, 4, 5]);
  expect(firstArguments(it, 1, { reverse: true })).toStrictEqual([5, 4, 3, 2, 1, 0]);
  expect(firstArguments(it, 1, { after_publication: 1002, limit: 2 })).toStrictEqual([2, 3]);
  expect(firstArguments(it, 1, { from_time: "2026-06-14T10:20:30.123Z" })).toStrictEqual([0, 1, 3, 5]);
});

test("HIS-31 no more than so many events are answered at once; the rest takes another page", () => {
  const it = scene(keeps("com.x", { limit: MAX_EVENTS + 5 }));
  for (let n = 1; n <= MAX_EVENTS + 5; n++) it.send("alice", 16, n, {}, "com.x", [n]);
  const page = firstArguments(it, 1);
  expect([page.length, page.at(-1)]).toStrictEqual([MAX_EVENTS, MAX_EVENTS]);
  expect(firstArguments(it, 1, { limit: MAX_EVENTS + 1 })).toHaveLength(MAX_EVENTS);
  expect(firstArguments(it, 1, { after_publication: 1000 + MAX_EVENTS })).toHaveLength(5);
});

test("HIS-32 what is refused is not kept", () => {
  const it = new Scene({ history: [keeps("", { match: "prefix" })], allowDisclose: false }).join(
    "alice",
    "bob",
  );
  for (const acknowledge of [true, false]) {
    it.send("alice", 16, 1, { acknowledge }, "com..x");
    it.send("alice", 16, 2, { acknowledge }, "wamp.x");
    it.send("alice", 16, 3, { acknowledge, disclose_me: true }, "com.x");
  }
  violates(it, "alice", 16, 4, { ppt_scheme: "x_own" }, "com.x");
  violates(it, "alice", 16, 5, { exclude: ["x"] }, "com.x");
  expect(it.rowCounts().history).toBe(0);
});

test("HIS-33 payload passthru events are kept with their payload and attributes as they came", () => {
  const it = published(0).joinAs("sender", { roles: { publisher: ["payload_passthru_mode"] } });
  const ppt = { ppt_scheme: "x_own", ppt_serializer: "cbor", ppt_cipher: "aes", ppt_keyid: "7" };
  it.send("sender", 16, 1, ppt, "com.x", ["\u0000AAEC"]);
  expect(eventsFor(it, 1)).toStrictEqual([
    {
      timestamp: "2026-06-14T10:20:30.123Z",
      subscription: 1,
      publication: 1001,
      details: ppt,
      args: ["\u0000AAEC"],
    },
  ] satisfies unknown as Wire);
});
