/** What every RealmStore keeps of events: testaments, retained events, history. Imports nothing of Node's. */
import { expect } from "vitest";
import type {
  HistoryRow,
  RealmStore,
  RetainedMost,
  RetainedRow,
  TestamentRow,
} from "../../src/router/store.ts";
import type { Payload } from "../../src/wamp/payload.ts";
import { PAYLOADS } from "./payloads.ts";
import type { Open } from "./store-contract.ts";

const MAX_ID = 2 ** 53;
const UNBOUNDED = { events: 1_000, octets: 1_000_000, since: Number.NEGATIVE_INFINITY };

export function keptContract(promise: (title: string, use: (open: Open) => void) => void): void {
  promise("TES-09 a session's testaments come back whole and in the order added", (open) => {
    const options = {
      exclude_me: false,
      disclose_me: true,
      retain: true,
      exclude: [MAX_ID],
      exclude_authid: ["Zoë 'O\"Brien'"],
      exclude_authrole: [],
      eligible: [],
      eligible_authid: ["a"],
      eligible_authrole: ["b", "c"],
      ppt_scheme: "x_own",
      ppt_keyid: "",
    };
    const added = PAYLOADS.map((payload, n) => {
      const scope = n % 2 === 0 ? "destroyed" : "detached";
      return testament(7, { scope, topic: `com.${n}`, options: n % 2 === 0 ? options : {}, payload });
    });
    for (const row of added) open().addTestament(row);
    expect([...open().testaments(7)]).toStrictEqual(added);
    expect([...open().testaments(8)]).toStrictEqual([]);
  });

  promise("TES-07 removing the testaments of one scope leaves the other, and other sessions", (open) => {
    const store = open();
    const detached = testament(7, { scope: "detached" });
    const others = testament(MAX_ID, { scope: "destroyed" });
    for (const row of [testament(7), detached, testament(7), others]) store.addTestament(row);
    store.removeTestaments(7, "destroyed");
    expect([...open().testaments(7)]).toStrictEqual([detached]);
    expect([...open().testaments(MAX_ID)]).toStrictEqual([others]);
    open().addTestament(testament(7, { topic: "com.later" }));
    expect([...open().testaments(7)].map(({ topic }) => topic)).toStrictEqual(["com.x", "com.later"]);
    open().removeTestaments(7, "detached");
    open().removeTestaments(9, "detached");
    expect([...open().testaments(7)].map(({ topic }) => topic)).toStrictEqual(["com.later"]);
  });

  promise("TES-12 the testaments of a session go with its row", (open) => {
    const store = open();
    for (const session of [7, 8]) store.addTestament(testament(session));
    store.removeSession(7);
    expect([...open().testaments(7)]).toStrictEqual([]);
    expect([...open().testaments(8)]).toStrictEqual([testament(8)]);
  });

  promise(
    "TES-18 the size of a session's testaments is their number and the octets of their payloads and options",
    (open) => {
      const store = open();
      expect(store.testamentSize(7)).toStrictEqual({ count: 0, octets: 0 });
      store.addTestament(testament(7));
      expect(store.testamentSize(7)).toStrictEqual({ count: 1, octets: 2 }); // the options {}
      store.addTestament(testament(7, { payload: json('["é\u{1F600}"]') })); // 4 octets of JSON, 2 and 4 of text
      store.addTestament(testament(7, { scope: "detached", payload: octets([0x92, 0, 255]) }));
      store.addTestament(testament(8, { payload: json("[1]") }));
      expect(open().testamentSize(7)).toStrictEqual({ count: 3, octets: 13 + 6 });
      expect(open().testamentSize(8)).toStrictEqual({ count: 1, octets: 3 + 2 });
    },
  );

  promise("RET-17 a retained event comes back whole", (open) => {
    const rows = PAYLOADS.map((payload, n) =>
      retained(`com.${n}.é\u{1F600}'"--`, {
        publication: MAX_ID - n,
        time: 1_790_000_000_000 + n,
        details: {
          publisher: MAX_ID,
          publisher_authid: "Zoë",
          publisher_authrole: "",
          trustlevel: 0,
          ppt_scheme: "x",
        },
        authid: n % 2 === 0 ? "Zoë" : undefined,
        publisher: n % 2 === 0 ? MAX_ID : undefined,
        octets: n,
        lists: { exclude: [1, MAX_ID], eligible: [], exclude_authid: ["'\""], eligible_authrole: ["é"] },
        restricted: n % 2 === 0,
        payload,
      }),
    );
    for (const row of rows) open().putRetained(row, most(100));
    expect([...open().retained("prefix", "")]).toStrictEqual(rows.toReversed());
    for (const row of rows) expect([...open().retained("exact", row.topic)]).toStrictEqual([row]);
  });

  promise("RET-14 the retained events of what a pattern matches come newest first", (open) => {
    const store = open();
    const topics = ["com.a", "com.a.b", "comxa", "com.%", "com._", "org.a", "com", "COM.A"];
    for (const [n, topic] of topics.entries())
      store.putRetained(retained(topic, { publication: n + 1 }), most(100));
    store.putRetained(retained("com.a", { publication: 9, restricted: true }), most(100));
    const found = (...pattern: Parameters<RealmStore["retained"]>) =>
      [...open().retained(...pattern)].map(({ publication }) => publication);
    expect(found("exact", "com.a")).toStrictEqual([9, 1]);
    expect(found("exact", "com.b")).toStrictEqual([]);
    expect(found("exact", "")).toStrictEqual([]);
    expect(found("prefix", "com.")).toStrictEqual([9, 5, 4, 2, 1]);
    expect(found("prefix", "com.%")).toStrictEqual([4]);
    expect(found("prefix", "com._")).toStrictEqual([5]);
    expect(found("prefix", "")).toStrictEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(found("prefix", "zoo")).toStrictEqual([]);
    expect(found("wildcard", ".a")).toStrictEqual([9, 6, 1]);
    expect(found("wildcard", "com.")).toStrictEqual([9, 5, 4, 1]);
    expect(found("wildcard", "..")).toStrictEqual([2]);
  });

  promise(
    "RET-12 a general event supersedes all of its topic, a restricted one those with its own lists",
    (open) => {
      const put = (publication: number, row: Partial<RetainedRow> = {}) =>
        open().putRetained(retained("com.x", { publication, ...row }), most(100));
      const restricted = (eligible_authid: readonly string[]) => ({
        restricted: true,
        lists: { eligible_authid },
      });
      const kept = () => [...open().retained("exact", "com.x")].map(({ publication }) => publication);
      open().putRetained(retained("com.y", { publication: 99 }), most(100));
      put(1);
      put(2, restricted(["bob"]));
      put(3, restricted(["carol"]));
      expect(kept()).toStrictEqual([3, 2, 1]);
      put(4, restricted(["bob"]));
      expect(kept()).toStrictEqual([4, 3, 1]);
      put(5, { lists: { eligible_authid: ["carol"] } }); // general, whatever lists it has
      expect(kept()).toStrictEqual([5]);
      put(6, restricted(["carol"]));
      expect(kept()).toStrictEqual([6, 5]);
      put(7);
      expect(kept()).toStrictEqual([7]);
      expect([...open().retained("exact", "com.y")].map(({ publication }) => publication)).toStrictEqual([
        99,
      ]);
    },
  );

  promise("RET-12 who published it does not tell one restricted event from another", (open) => {
    const row = { restricted: true, lists: { eligible_authid: ["bob"] } };
    for (const publisher of [7, 8, undefined, MAX_ID]) {
      open().putRetained(retained("com.x", { ...row, publisher }), most(100));
    }
    expect([...open().retained("exact", "com.x")].map(({ publisher }) => publisher)).toStrictEqual([MAX_ID]);
  });

  promise("RET-20 while there are too many retained events the oldest go", (open) => {
    const topics = () => [...open().retained("prefix", "")].map(({ topic }) => topic);
    const store = open();
    for (const topic of ["a", "b", "c", "a"]) store.putRetained(retained(topic), most(3));
    expect(topics()).toStrictEqual(["a", "c", "b"]);
    store.putRetained(retained("d"), most(3));
    expect(topics()).toStrictEqual(["d", "a", "c"]);
    open().putRetained(retained("e", { restricted: true }), most(3));
    expect(topics()).toStrictEqual(["e", "d", "a"]);
    open().putRetained(retained("f"), most(2)); // the bound shrank
    expect(topics()).toStrictEqual(["f", "e"]);
    open().putRetained(retained("g"), most(0));
    expect(topics()).toStrictEqual([]);
    for (const topic of ["h", "i", "j"]) open().putRetained(retained(topic), most(2));
    expect(topics()).toStrictEqual(["j", "i"]);
  });

  promise("RET-20 while one authid has too many retained events its own oldest go", (open) => {
    const topics = () => [...open().retained("prefix", "")].map(({ topic, authid }) => [topic, authid]);
    const put = (topic: string, authid: string | undefined, ofAuthid: number, events = 100) =>
      open().putRetained(retained(topic, { authid }), most(events, ofAuthid));
    for (const topic of ["a", "b"]) put(topic, "one", 2);
    put("c", "other", 2);
    for (const topic of ["d", "e", "f"]) put(topic, undefined, 2); // of before it was written down
    put("g", "one", 2);
    const others = [
      ["f", undefined],
      ["e", undefined],
      ["d", undefined],
      ["c", "other"],
    ];
    expect(topics()).toStrictEqual([["g", "one"], ...others, ["b", "one"]]);
    put("b", "other", 2); // whoever published last: one has room again
    put("h", "one", 2);
    expect(topics()).toStrictEqual([["h", "one"], ["b", "other"], ["g", "one"], ...others]);
    put("h", "one", 2); // in the place of its own
    expect(topics()).toHaveLength(7);
    put("i", "one", 1); // the bound shrank
    expect(topics()).toStrictEqual([["i", "one"], ["b", "other"], ...others]);
    put("j", "one", 0);
    expect(topics()).toStrictEqual([["b", "other"], ...others]);
    put("k", "one", 5, 2); // first of its own, then of all
    expect(topics()).toStrictEqual([
      ["k", "one"],
      ["b", "other"],
    ]);
  });

  promise("RET-20 while the retained events hold too many octets together the oldest go", (open) => {
    const topics = () => [...open().retained("prefix", "")].map(({ topic }) => topic);
    const put = (store: RealmStore, topic: string, row: Partial<RetainedRow>, octets: number) => {
      store.putRetained(retained(topic, row), most(100));
      store.boundRetained({ octets, since: Number.NEGATIVE_INFINITY });
    };
    const store = open();
    for (const topic of ["a", "b", "c"]) put(store, topic, { octets: 10 }, 30);
    expect(topics()).toStrictEqual(["c", "b", "a"]);
    put(store, "a", { octets: 10 }, 30); // in the place of the older one
    expect(topics()).toStrictEqual(["a", "c", "b"]);
    put(open(), "d", { octets: 1 }, 30); // a store opened anew knows how many there are
    expect(topics()).toStrictEqual(["d", "a", "c"]);
    put(open(), "d", { octets: 10, restricted: true, lists: { eligible: [1] } }, 30);
    expect(topics()).toStrictEqual(["d", "d", "a"]);
    put(open(), "d", { octets: 20 }, 30); // supersedes both
    expect(topics()).toStrictEqual(["d", "a"]);
    put(store, "e", { octets: 0 }, 25); // the bound shrank
    expect(topics()).toStrictEqual(["e", "d"]);
    put(open(), "f", { octets: 26 }, 25); // alone too large
    expect(topics()).toStrictEqual([]);
    for (const topic of ["g", "h", "i"]) put(open(), topic, { octets: 10 }, 20);
    expect(topics()).toStrictEqual(["i", "h"]);
    open().putRetained(retained("j", { octets: 15 }), most(1)); // what goes for the number leaves its octets behind
    put(open(), "k", { octets: 5 }, 20);
    expect(topics()).toStrictEqual(["k", "j"]);
  });

  promise("RET-20 retained events before a time go, from the oldest on", (open) => {
    const topics = () => [...open().retained("prefix", "")].map(({ topic }) => topic);
    const bounds = { octets: 1_000 };
    open().boundRetained({ ...bounds, since: 1_000 });
    for (const [topic, time] of Object.entries({ a: 100, b: 50, c: 200, d: 300 })) {
      open().putRetained(retained(topic, { time, octets: 1 }), most(100));
    }
    open().boundRetained({ ...bounds, since: 100 });
    expect(topics()).toStrictEqual(["d", "c", "b", "a"]); // one behind a younger event does not go before that one
    open().boundRetained({ ...bounds, since: 201 });
    expect(topics()).toStrictEqual(["d"]);
    open().boundRetained({ ...bounds, since: 301 });
    expect(topics()).toStrictEqual([]);
  });

  promise("HIS-09 an event of a history comes back whole", (open) => {
    const rows = PAYLOADS.map((payload, n) =>
      event(5, {
        publication: MAX_ID - n,
        time: 1_790_000_000_000 - n,
        topic: `com.${n}.é'"`,
        details: { topic: "com.x", trustlevel: 3, publisher: MAX_ID },
        lists: n === 0 ? {} : { exclude_authid: ["'\""], eligible_authid: [], eligible_authrole: ["é"] },
        payload,
        octets: n,
      }),
    );
    for (const row of rows) open().addHistory(row, UNBOUNDED);
    expect([...open().history(5)]).toStrictEqual(rows);
  });

  promise(
    "HIS-06 each subscription's events come in the order added, whatever their times and publications",
    (open) => {
      const times = [5, 5, 1, 9, 3, 5];
      for (const [n, time] of times.entries()) {
        open().addHistory(event(1, { publication: 100 - n, time }), UNBOUNDED);
        open().addHistory(event(2, { publication: n + 1, time }), UNBOUNDED);
      }
      expect(publications(open(), 1)).toStrictEqual([100, 99, 98, 97, 96, 95]);
      expect(publications(open(), 2)).toStrictEqual([1, 2, 3, 4, 5, 6]);
      expect(publications(open(), 3)).toStrictEqual([]);
    },
  );

  promise("HIS-29 a history is bounded by number, octets and time, each subscription for itself", (open) => {
    const add = (store: RealmStore, publication: number, bounds = {}, row: Partial<HistoryRow> = {}) =>
      store.addHistory(event(1, { publication, octets: 10, time: publication, ...row }), {
        ...UNBOUNDED,
        ...bounds,
      });
    open().addHistory(event(2, { publication: 99, octets: 10, time: 0 }), UNBOUNDED);
    const store = open();
    for (const publication of [1, 2, 3, 4]) add(store, publication, { events: 3 });
    expect(publications(open(), 1)).toStrictEqual([2, 3, 4]);
    add(open(), 5, { events: 3 }); // a store opened anew knows how many there are
    expect(publications(open(), 1)).toStrictEqual([3, 4, 5]);
    add(open(), 6, { octets: 40 });
    expect(publications(open(), 1)).toStrictEqual([3, 4, 5, 6]);
    add(open(), 7, { octets: 40 });
    expect(publications(open(), 1)).toStrictEqual([4, 5, 6, 7]);
    add(open(), 8, { octets: 40 }, { octets: 21 });
    expect(publications(open(), 1)).toStrictEqual([7, 8]);
    add(open(), 9, { since: 8 });
    expect(publications(open(), 1)).toStrictEqual([8, 9]);
    add(open(), 10, { since: 10 });
    expect(publications(open(), 1)).toStrictEqual([10]);
    add(open(), 11, { since: 12 });
    expect(publications(open(), 1)).toStrictEqual([]);
    for (const publication of [12, 13, 14]) add(open(), publication, { events: 2 });
    expect(publications(open(), 1)).toStrictEqual([13, 14]);
    add(open(), 15, { octets: 5 }); // alone too large
    expect(publications(open(), 1)).toStrictEqual([]);
    expect(publications(open(), 2)).toStrictEqual([99]);
  });

  promise("HIS-30 an event behind a younger one does not go before that one does", (open) => {
    for (const [n, time] of [100, 50, 200].entries()) {
      open().addHistory(event(1, { publication: n + 1, time }), { ...UNBOUNDED, since: 60 });
    }
    expect(publications(open(), 1)).toStrictEqual([1, 2, 3]);
    open().addHistory(event(1, { publication: 4, time: 300 }), { ...UNBOUNDED, since: 150 });
    expect(publications(open(), 1)).toStrictEqual([3, 4]);
  });

  promise("HIS-04 a history is removed whole, and the store tells which there are", (open) => {
    expect([...open().histories()]).toStrictEqual([]);
    const store = open();
    for (const subscription of [3, 1, 3, 2 ** 32, 3]) {
      store.addHistory(event(subscription, { publication: 1 }), UNBOUNDED);
    }
    expect([...open().histories()].toSorted((a, b) => a - b)).toStrictEqual([1, 3, 2 ** 32]);
    store.removeHistory(3);
    store.removeHistory(4);
    expect([...open().histories()].toSorted((a, b) => a - b)).toStrictEqual([1, 2 ** 32]);
    expect(publications(open(), 3)).toStrictEqual([]);
    for (const publication of [7, 8]) {
      store.addHistory(event(3, { publication }), { ...UNBOUNDED, events: 2 });
    }
    expect(publications(open(), 3)).toStrictEqual([7, 8]);
  });

  promise("RET-14 a prefix finds every topic that begins so, whatever its characters", (open) => {
    const topics = ["a", "a.\ud7ff", "a.\ue000x", "a.\u{1F600}", "a.\u{10ffff}", "a.\u{10ffff}y", "b", "a/"];
    for (const topic of topics) open().putRetained(retained(topic), most(100));
    const found = (prefix: string) =>
      [...open().retained("prefix", prefix)].map(({ topic }) => topic).toReversed();
    for (const prefix of [...topics, "a.", "", "c"]) {
      expect(found(prefix)).toStrictEqual(topics.filter((topic) => topic.startsWith(prefix)));
    }
  });

  promise("R17 work that throws has written nothing, and what was counted along is right again", (open) => {
    const store = open();
    const add = (publication: number, bounds = UNBOUNDED) =>
      store.addHistory(event(1, { publication, octets: 10 }), bounds);
    const put = (topic: string) =>
      store.putRetained(retained(topic, { authid: "one", octets: 10 }), most(3, 2));
    const fails = (work: () => void) =>
      expect(() =>
        store.atomically(() => {
          work();
          throw new Error("no more");
        }),
      ).toThrow("no more");
    for (const n of [1, 2]) add(n);
    put("a");
    fails(() => {
      for (const n of [3, 4, 5]) add(n);
      store.removeHistory(2);
      for (const topic of ["b", "c", "d"]) put(topic);
      store.addTestament(testament(7));
    });
    expect(publications(open(), 1)).toStrictEqual([1, 2]);
    expect([...open().retained("prefix", "")].map(({ topic }) => topic)).toStrictEqual(["a"]);
    expect(open().testamentSize(7)).toStrictEqual({ count: 0, octets: 0 });
    fails(() => store.atomically(() => add(6)));
    add(7, { ...UNBOUNDED, events: 3, octets: 30 });
    expect(publications(open(), 1)).toStrictEqual([1, 2, 7]);
    for (const topic of ["b", "c"]) put(topic);
    expect([...open().retained("prefix", "")].map(({ topic }) => topic)).toStrictEqual(["c", "b"]);
  });

  promise("R4 what is kept of an event is a copy", (open) => {
    const body = Uint8Array.of(0x91, 7);
    const payload: Payload = { format: "msgpack", count: 1, body };
    open().addTestament(testament(7, { payload }));
    open().putRetained(retained("com.x", { payload }), most(9));
    open().addHistory(event(1, { payload }), UNBOUNDED);
    body.fill(0xff);
    const expected = { format: "msgpack", count: 1, body: Uint8Array.of(0x91, 7) };
    const kept = [...open().testaments(7), ...open().retained("exact", "com.x"), ...open().history(1)];
    expect(kept.map((row) => row.payload)).toStrictEqual([expected, expected, expected]);
  });
}

function most(events: number, ofAuthid = 1_000): RetainedMost {
  return { events, ofAuthid };
}

function publications(store: RealmStore, subscription: number): number[] {
  return [...store.history(subscription)].map(({ publication }) => publication);
}

function testament(session: number, row: Partial<TestamentRow> = {}): TestamentRow {
  return { session, scope: "destroyed", topic: "com.x", options: {}, payload: undefined, ...row };
}

function retained(topic: string, row: Partial<RetainedRow> = {}): RetainedRow {
  const by = {
    publication: 1,
    time: 1,
    details: {},
    authid: undefined,
    publisher: undefined,
    lists: {},
    restricted: false,
    payload: undefined,
    octets: 0,
  };
  return { topic, ...by, ...row };
}

function event(subscription: number, row: Partial<HistoryRow> = {}): HistoryRow {
  const by = {
    publication: 1,
    time: 1,
    topic: "com.x",
    details: {},
    lists: {},
    payload: undefined,
    octets: 0,
  };
  return { subscription, ...by, ...row };
}

function json(body: string): Payload {
  return { format: "json", count: 1, body };
}

function octets(body: number[]): Payload {
  return { format: "msgpack", count: 1, body: Uint8Array.from(body) };
}
