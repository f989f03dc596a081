/** What waits in all sockets of an object together: who has to go, who loses nothing, and what closed sockets still hold. */
import { describe, expect, test } from "vitest";
import type { Subprotocol } from "../../src/serializer/serializer.ts";
import type { Client, Wire } from "./client.ts";
import { SUBPROTOCOLS, TEXT, type WireOptions, WireRoom } from "./wire.ts";

/** Below 16,000 each session may have 1,000; from there on less, and near 20,000 only those who read have more than 62. */
const LIMITS = { backlog: 1_000, totalBacklog: 32_000 };
/** The same, with one event to 100 receivers no more than a small part of it. */
const WIDE = { backlog: 10_000, totalBacklog: 320_000 };
/** An event of this has about 100 octets. */
const FILLING = "x".repeat(75);

const scene = (options: WireOptions = {}): WireRoom => new WireRoom({ settings: LIMITS, ...options });
const total = (room: WireRoom): number => room.clients.reduce((sum, { peer }) => sum + peer.backlog, 0);
const isHere = ({ connection }: Client): boolean => connection.state.phase === "joined";
const subscribed = (room: WireRoom, subprotocol: Subprotocol = "wamp.2.json"): Client => {
  const client = room.join(subprotocol).say(32, 1, {}, "com.x");
  client.heard();
  return client;
};
const stalled = (room: WireRoom, count: number, subprotocol: Subprotocol = "wamp.2.json"): Client[] =>
  Array.from({ length: count }, () => {
    const client = subscribed(room, subprotocol);
    client.peer.reads = false;
    return client;
  });
const numbers = (events: readonly unknown[]): unknown[] =>
  (events as Wire[]).map((event) => (event[4] as unknown[])[0]);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);

test.each(SUBPROTOCOLS)(
  "R10 100 peers over %s that stop reading are too few to fill the object",
  (subprotocol) => {
    const room = scene({ settings: WIDE });
    const reader = subscribed(room, subprotocol);
    const slow = stalled(room, 100, subprotocol);
    const watcher = room.join().say(32, 1, {}, "wamp.session.on_leave");
    watcher.heard();
    const alice = room.join();
    let most = 0;
    for (const n of upTo(100)) {
      alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
      most = Math.max(most, total(room));
    }
    expect(most).toBeGreaterThan(160_000);
    // 100 words of parting, of about 180 octets, are not held against anybody.
    expect(most - 100 * 180).toBeLessThanOrEqual(WIDE.totalBacklog);
    expect(numbers(reader.heard())).toEqual(upTo(100));
    expect([isHere(reader), isHere(alice)]).toEqual([true, true]);
    for (const each of slow) {
      const said = each.heard() as Wire[];
      expect(numbers(said.slice(0, -1))).toEqual(upTo(said.length - 1));
      expect(said.at(-1)).toEqual([6, { message: TEXT }, "wamp.close.killed"]);
      expect(each.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    }
    expect((watcher.heard() as Wire[]).map((event) => (event[4] as unknown[])[0]).sort()).toEqual(
      slow.map((_, index) => 102 + index).sort(),
    );
    expect(room.log).toHaveLength(100);
    expect(room.log[0]).toEqual({ event: "slow_consumer", session: expect.any(Number), shared: true });
  },
);

test("R10 while less than half of it waits, each session may have its whole limit", () => {
  const room = scene();
  const slow = stalled(room, 15);
  const alice = room.join();
  // The tenth event finds less than 1,000 octets waiting, or as many.
  for (const n of upTo(9)) alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
  for (const { peer } of slow) peer.backlog = LIMITS.backlog;
  alice.say(16, 10, {}, "com.x", [9]);
  expect(slow.every(isHere)).toBe(true);
  expect(room.log).toEqual([]);
});

test("R10 what a frame costs besides its octets counts in what all may have", () => {
  const served = (frameCost: number): number => {
    const room = scene({ settings: { ...LIMITS, frameCost } });
    const readers = stalled(room, 100);
    for (const { peer } of readers) Object.assign(peer, { frameCost });
    // 100 times about 100 octets fit well, as they are.
    room.join().say(16, 1, {}, "com.x", [1, FILLING]);
    return readers.filter(isHere).length;
  };
  expect(served(0)).toBe(100);
  // With 900 more for each, 32 of them are a bit less than 32,000.
  expect(served(900)).toBe(32);
});

test("R10 what is ended still holds what was not read: the others have less, until its socket is gone", () => {
  const room = scene();
  const alice = room.join();
  const publish = (n: number) => {
    for (const each of upTo(n)) alice.say(16, 1, {}, "com.x", [each, FILLING]);
  };
  const first = stalled(room, 24);
  publish(40);
  const held = total(room);
  expect(first.some(isHere)).toBe(false);
  expect(held).toBeGreaterThan(16_000);

  const [second] = stalled(room, 1);
  publish(40);
  const less = second?.peer.backlog ?? 0;
  expect(less).toBeLessThan(900);

  for (const client of first) {
    client.vanish();
    client.peer.backlog = 0;
  }
  const [third] = stalled(room, 1);
  publish(40);
  expect(third?.peer.backlog).toBeGreaterThan(1_000);
  expect(isHere(alice)).toBe(true);
});

describe("a client that closes without reading", () => {
  const closing = () => {
    const room = scene();
    const clients = stalled(room, 20);
    for (const client of clients) {
      client.peer.backlog = 1_400;
      room.gateway.close(client.connection, "closed");
    }
    const next = subscribed(room);
    const alice = room.join();
    /** How many events may wait for one more session. */
    const allowance = (): number => {
      for (const n of upTo(400)) alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
      next.peer.reads = false;
      next.heard();
      for (let n = 0; isHere(next) && n < 50; n++) alice.say(16, 1, {}, "com.x", [n, FILLING]);
      return next.heard().length - 1;
    };
    return { room, clients, allowance };
  };

  test("R10 is counted while it may read on", () => {
    expect(closing().allowance()).toBe(6);
  });

  test("R10 is not counted any more once it has read", () => {
    const { clients, allowance } = closing();
    for (const { peer } of clients) peer.backlog = 0;
    expect(allowance()).toBe(11);
  });

  test("R10 is not counted after a minute, for its socket may be gone without a word", () => {
    const { room, allowance } = closing();
    room.clock += 60_000;
    expect(allowance()).toBe(11);
  });

  test("R10 is not counted where its connection was cut", () => {
    const room = scene();
    for (const client of stalled(room, 20)) {
      client.peer.backlog = 1_000_000;
      client.vanish();
    }
    const reader = subscribed(room);
    const alice = room.join();
    for (const n of upTo(500)) alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
    expect(numbers(reader.heard())).toEqual(upTo(500));
  });
});

describe("an object in which closed sockets hold nearly everything", () => {
  const choked = (octets: number) => {
    const aborted: string[] = [];
    const room = scene({ ports: () => ({ abort: (reason) => aborted.push(reason) }) });
    const slow = stalled(room, 30);
    const alice = subscribed(room);
    for (const client of slow) client.say(3, {}, "wamp.error.abort");
    for (const { peer } of slow) peer.backlog = octets / slow.length;
    // So much is sent, and read, that the object looks.
    for (const n of upTo(330)) alice.say(16, 1, { exclude_me: false }, "com.x", [n, FILLING]);
    return { room, aborted, alice, slow };
  };

  test("R10 is thrown away as the last resort, and the log says why", () => {
    const { room, aborted } = choked(31_020);
    expect(aborted[0]).toMatch(/closed connections/);
    expect(room.log[0]).toEqual({ event: "choked", octets: 31_020 });
  });

  test("R10 goes on while anybody can still be served, and loses nothing", () => {
    const { aborted, room, alice } = choked(30_900);
    expect(aborted).toEqual([]);
    expect(room.log).toEqual([]);
    expect(numbers(alice.heard())).toEqual(upTo(330));
  });

  test("R10 is not thrown away over what is known to have been read since", () => {
    const { aborted, alice, slow } = choked(30_900);
    for (const { peer } of slow) peer.backlog = 0;
    for (const n of upTo(330)) alice.say(16, 1, { exclude_me: false }, "com.x", [n, FILLING]);
    expect(aborted).toEqual([]);
  });
});

describe("one turn that is larger than the object may hold", () => {
  test.each(SUBPROTOCOLS)(
    "R10 reaches as many over %s as there is room for; the others are told to come again",
    (subprotocol) => {
      const room = scene();
      const readers = stalled(room, 100, subprotocol);
      const alice = room.join();
      alice.say(16, 1, { acknowledge: true }, "com.x", ["x".repeat(600)]);
      const served = readers.filter(isHere);
      const others = readers.filter((each) => !isHere(each));
      expect(served.length).toBeGreaterThan(45);
      expect(served.length).toBeLessThan(55);
      expect(others.length + served.length).toBe(100);
      expect(alice.heard()).toEqual([[17, 1, expect.any(Number)]]);
      const event = [36, 1, expect.any(Number), {}, ["x".repeat(600)]];
      for (const each of served) expect(each.heard()).toEqual([event]);
      const message =
        "too much waits to be read by all clients together, and this one reads too slowly: connect again";
      for (const each of others) expect(each.heard()).toEqual([[6, { message }, "wamp.close.killed"]]);

      // Whoever reads is served on.
      for (const { peer } of readers) Object.assign(peer, { backlog: 0, reads: true });
      for (const n of upTo(100)) alice.say(16, n + 2, {}, "com.x", [n, FILLING]);
      for (const each of served) expect(numbers(each.heard())).toEqual(upTo(100));
    },
  );

  test("R10 leaves what room there is to those who read", () => {
    const room = scene({ settings: WIDE });
    const slow = stalled(room, 100);
    const reader = subscribed(room);
    const alice = room.join();
    // 100 times 700 octets are more than a fifth of all.
    for (const n of upTo(20)) alice.say(16, n + 1, {}, "com.x", [n, "x".repeat(660)]);
    expect(numbers(reader.heard())).toEqual(upTo(20));
    expect(slow.some(isHere)).toBe(false);
    expect(total(room)).toBeLessThanOrEqual(WIDE.totalBacklog + 100 * 180);
  });

  test("R10 what nobody reads is not mended by publishing on: those who hold it go", () => {
    const room = scene();
    const readers = stalled(room, 50);
    const alice = room.join();
    for (const n of upTo(8)) alice.say(16, n + 1, {}, "com.x", ["x".repeat(600)]);
    expect(readers.filter(isHere)).toEqual([]);
    expect(isHere(alice)).toBe(true);
  });
});

test.each(SUBPROTOCOLS)(
  "ORD-20 whoever could not be sent one message of a turn is sent no other: what it saw over %s has no gap",
  (subprotocol) => {
    const room = new WireRoom({ settings: { backlog: 90_000, totalBacklog: 100_000 } });
    const publisher = room.join();
    publisher.say(16, 1, { retain: true }, "com.a.large", ["x".repeat(60_000)]);
    publisher.say(16, 2, { retain: true }, "com.a.small", ["y"]);
    const reader = room.join(subprotocol);
    stalled(room, 1);
    publisher.say(16, 3, {}, "com.x", ["z".repeat(45_000)]); // with this there is no room for the large one
    reader.say(32, 1, { match: "prefix", get_retained: true }, "com.a.");
    const codes = (reader.heard() as Wire[]).map(([code]) => code);
    expect(codes).toEqual(subprotocol.endsWith(".batched") ? [6] : [33, 6]);
    expect(reader.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
  },
);

test("ORD-20 of several that could not be sent something none is told that another one left", () => {
  const room = new WireRoom({ settings: { backlog: 90_000, totalBacklog: 100_000 } });
  const readers = [room.join(), room.join("wamp.2.cbor"), room.join("wamp.2.json.batched")];
  for (const reader of readers)
    reader.say(32, 1, {}, "com.y").say(32, 2, {}, "wamp.session.on_leave").heard();
  stalled(room, 1);
  const publisher = room.join().say(16, 1, {}, "com.x", ["z".repeat(45_000)]);
  publisher.say(16, 2, { acknowledge: true }, "com.y", ["x".repeat(60_000)]);
  for (const reader of readers) expect((reader.heard() as Wire[]).map(([code]) => code)).toEqual([6]);
  expect((publisher.heard() as Wire[]).map(([code]) => code)).toEqual([17]);
});

test("R10 whoever has not joined, or is leaving, goes too if it holds too much", () => {
  const room = scene();
  const [between, leaving] = [room.join(), room.join()];
  between.say(6, {}, "wamp.close.normal").heard();
  room.gateway.end(({ session }) => session === leaving.session, {
    reason: "wamp.close.killed",
    message: "out",
  });
  leaving.heard();
  for (const { peer } of [between, leaving]) peer.backlog = 14_000;
  const alice = subscribed(room);
  for (const n of upTo(200)) alice.say(16, 1, { exclude_me: false }, "com.x", [n, FILLING]);
  const slow = { code: 1008, reason: "slow consumer" };
  expect([between.peer.closed, leaving.peer.closed]).toEqual([slow, slow]);
  expect([...between.heard(), ...leaving.heard()]).toEqual([]);
  expect(isHere(alice)).toBe(true);
});

test("R10 where the runtime cannot tell what waits, only each session's own limit holds", () => {
  const room = new WireRoom({ settings: { backlog: 1_000, totalBacklog: Number.POSITIVE_INFINITY } });
  const slow = stalled(room, 100);
  const alice = room.join();
  for (const n of upTo(9)) alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
  expect(slow.every(isHere)).toBe(true);
  expect(total(room)).toBeGreaterThan(32_000);
  for (const n of upTo(9)) alice.say(16, n + 1, {}, "com.x", [n, FILLING]);
  expect(slow.some(isHere)).toBe(false);
});

test("R10 all sockets are asked only after much was sent", () => {
  const room = scene();
  const alice = subscribed(room);
  let asked = 0;
  alice.peer.weigh = () => {
    asked++;
    return 0;
  };
  for (const n of upTo(1_600)) alice.say(16, 1, { exclude_me: false }, "com.x", [n, FILLING]);
  // About 160,000 octets were sent, and half of 32,000 may be before anybody need look.
  expect(asked).toBeGreaterThanOrEqual(9);
  expect(asked).toBeLessThanOrEqual(11);
});

describe("an estimate ends nobody", () => {
  test("R10 what was sent and read since the last look is not held against a receiver", () => {
    const room = scene();
    const [slow, [last]] = [stalled(room, 30), stalled(room, 1)];
    const alice = room.join().say(32, 1, {}, "com.own");
    let asked = 0;
    alice.peer.weigh = () => {
      asked++;
      return 0;
    };
    const own = (): void => void alice.say(16, 1, { exclude_me: false }, "com.own", [0, FILLING]);
    while (asked === 0) own();
    for (let n = 0; n < 160; n++) own(); // nearly 16,000 octets since that look
    Object.assign(last?.peer ?? {}, { backlog: 500 });
    alice.say(16, 200, {}, "com.x", ["x".repeat(290)]);
    expect(asked).toBe(2);
    expect(slow.every(isHere)).toBe(true);
    expect(last?.heard()).toEqual([[36, 1, expect.any(Number), {}, ["x".repeat(290)]]]);
  });

  test("R10 a peer is asked once more before its session ends", () => {
    const room = scene();
    const [reader, alice] = [subscribed(room), room.join()];
    Object.assign(reader.peer, { backlog: 2_000, weigh: () => 1_000 });
    alice.say(16, 1, {}, "com.x", [1]);
    expect(isHere(reader)).toBe(true);
    Object.assign(reader.peer, { weigh: () => 1_001 });
    alice.say(16, 2, {}, "com.x", [2]);
    expect(isHere(reader)).toBe(false);
  });
});

test("R10 whoever holds much while somebody could not be served goes before the next turn, sent to or not", () => {
  const room = scene();
  const slow = stalled(room, 51);
  const alice = room.join();
  alice.say(16, 1, {}, "com.x", ["x".repeat(615)]);
  expect(slow.filter(isHere)).toHaveLength(50);
  alice.say(16, 2, {}, "com.nobody");
  expect(slow.filter(isHere)).toEqual([]);
});

test("R10 those who are here and read slowly are ended, and only what stays of them is reason to throw all away", () => {
  const aborted: string[] = [];
  const room = scene({ ports: () => ({ abort: (reason) => aborted.push(reason) }) });
  const slow = stalled(room, 33);
  const alice = room.join().say(32, 1, {}, "com.own");
  for (const { peer } of slow) peer.backlog = 950;
  const publish = (): void => void alice.say(16, 1, { exclude_me: false }, "com.own", [0, FILLING]);
  for (let n = 0; n < 1_000 && slow.some(isHere); n++) publish();
  expect([slow.some(isHere), aborted]).toEqual([false, []]);
  for (let n = 0; n < 20; n++) publish();
  expect(aborted.length).toBeGreaterThan(0);
});

test("R10 while much waits, or after too much has waited, all sockets are asked once for each thousand octets sent", () => {
  const room = scene();
  const slow = stalled(room, 51);
  const alice = room.join().say(32, 1, {}, "com.own");
  alice.say(16, 1, {}, "com.x", ["x".repeat(615)]).say(16, 2, {}, "com.nobody");
  expect(slow.some(isHere)).toBe(false);
  for (const { peer } of slow) peer.backlog = 400; // 20,400 in closed sockets
  let asked = 0;
  alice.peer.weigh = () => {
    asked++;
    return 0;
  };
  for (let n = 0; n < 100; n++) alice.say(16, 1, { exclude_me: false }, "com.own", [0, FILLING]);
  // About 9,700 octets, and one look for each 1,000.
  expect(asked).toBeGreaterThanOrEqual(8);
  expect(asked).toBeLessThanOrEqual(11);
});
