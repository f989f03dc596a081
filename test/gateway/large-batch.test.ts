/**
 * A frame of many messages that has the router say more than the object may hold: it is served in parts, and between them
 * what was sent may leave. What leaves, and when, is this test's to say.
 */
import { expect, test } from "vitest";
import type { Client, Wire } from "./client.ts";
import { abort, WireRoom } from "./wire.ts";

/** A part is 4,000 octets. */
const LIMITS = { backlog: 1_000, totalBacklog: 32_000 };
const READERS = 20;
/** An event has about 110 octets, so two of them to all readers are a part; that they joined is one and a bit more. */
const FILLING = "x".repeat(85);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index);
const events = (count: number, from = 0): Wire[] =>
  upTo(count).map((n) => [16, from + n + 1, {}, "com.x", [from + n, FILLING]]);
const numbers = (client: Client): unknown[] =>
  (client.heard() as Wire[]).map((event) => (event[0] === 36 ? (event[4] as unknown[])[0] : event));

/** Readers of whom nothing leaves within a turn, and a publisher that takes messages together. */
function stage(limits = LIMITS, pauses = true) {
  const waiting: (() => void)[] = [];
  let paused = 0;
  const room = new WireRoom({
    settings: limits,
    ports: () => ({
      ...(pauses && {
        pause: () => {
          paused++;
          return new Promise<void>((resolve) => waiting.push(resolve));
        },
      }),
    }),
  });
  const readers = upTo(READERS).map(() => {
    const reader = room.join().say(32, 1, {}, "com.x");
    reader.heard();
    reader.peer.reads = false;
    return reader;
  });
  const publisher = room.join("wamp.2.json.batched");
  /** One pause is over; what waits leaves meanwhile, or not. */
  const resume = async (leaves = true): Promise<boolean> => {
    const next = waiting.shift();
    if (leaves) for (const { peer } of readers) peer.backlog = 0;
    next?.();
    await new Promise((resolve) => setImmediate(resolve));
    return next !== undefined;
  };
  const resumeAll = async (leaves = true): Promise<void> => {
    while (await resume(leaves)) {
      // until nothing waits for a pause any more
    }
  };
  return { room, readers, publisher, resume, resumeAll, paused: () => paused };
}

test("R10 whoever reads loses nothing, however much one frame has the router say", async () => {
  const { room, readers, publisher, resumeAll } = stage();
  publisher.sayTogether(...events(100));
  await resumeAll();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(100)));
  expect(room.log).toStrictEqual([]);
});

test("R10 without it they would have been ended, and are where a part does not suffice", async () => {
  const { room, readers, publisher } = stage(LIMITS, false);
  publisher.sayTogether(...events(100));
  expect(readers.filter(({ peer }) => peer.closed).length).toBeGreaterThan(15);
  expect(room.log[0]).toMatchObject({ event: "slow_consumer" });
});

test("R10 a part is an eighth of what may wait in all sockets together", async () => {
  const { readers, publisher, resume } = stage();
  publisher.sayTogether(...events(8));
  for (const part of [[0, 1, 2], [3, 4], [5, 6], [7]]) {
    expect(readers.map(numbers)).toStrictEqual(readers.map(() => part));
    expect(await resume()).toBe(part[0] !== 7);
  }
});

test("ORD-01 what the publisher sends meanwhile comes after the rest of its frame", async () => {
  const { readers, publisher, resumeAll } = stage();
  publisher.sayTogether(...events(10));
  publisher.sayTogether(...events(10, 10));
  publisher.say(...(events(1, 20)[0] ?? []));
  await resumeAll();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(21)));
});

test("R10 the rest of a frame that was taken in is refused by no limit of what may wait", async () => {
  const waiting = { messages: 5, octets: 1_000 };
  const { readers, publisher, resumeAll } = stage({ ...LIMITS, ...{ waiting } });
  publisher.sayTogether(...events(50));
  await resumeAll();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(50)));
  publisher.sayTogether(...events(50, 50));
  publisher.sayTogether(...events(1, 100)); // what comes on top of it is
  await resumeAll();
  expect(publisher.heard()).toStrictEqual([abort("edgebahn.error.limit_exceeded")]);
});

test("R10 frames of one message, and those that have the router say little, wait for nothing", () => {
  const { readers, publisher, paused } = stage();
  for (const event of events(30)) {
    publisher.say(...event);
    for (const { peer } of readers) peer.backlog = 0;
  }
  expect(paused()).toBe(0);
  publisher.sayTogether(...events(1, 30), [16, 40, { acknowledge: true }, "com.nobody"]);
  expect((publisher.heard() as Wire[]).map(([type]) => type)).toStrictEqual([17]);
  expect(paused()).toBe(0);
});

test("R10 what has left by itself is no reason to wait", () => {
  const { readers, publisher, paused } = stage();
  for (const { peer } of readers) peer.reads = true;
  publisher.sayTogether(...events(1_000));
  expect(paused()).toBe(0);
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(1_000)));
});

test("R10 who reads slowly is waited for while anything leaves, and who does not read is not", async () => {
  const { readers, publisher, resume, paused } = stage();
  publisher.sayTogether(...events(5));
  for (const { peer } of readers) peer.backlog -= 10;
  await resume(false);
  for (const { peer } of readers) peer.backlog -= 10;
  await resume(false);
  expect(paused()).toBe(3);
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => [0, 1, 2]));
  await resume(false); // nothing left
  expect(paused()).toBe(3);
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => [3, 4]));
});

test("R10 who does not read at all ends as ever, and the others have everything", async () => {
  const { room, readers, publisher, resume } = stage();
  const [stalled, ...others] = readers as [Client, ...Client[]];
  publisher.sayTogether(...events(100));
  for (let goesOn = true; goesOn; ) {
    for (const { peer } of others) peer.backlog = 0;
    goesOn = await resume(false);
  }
  expect(others.map(numbers)).toStrictEqual(others.map(() => upTo(100)));
  expect(stalled.peer.closed).toStrictEqual({ code: 1008, reason: "slow consumer" });
  expect(room.log).toStrictEqual([{ event: "slow_consumer", session: expect.any(Number) }]);
});

test("R10 many who do not read at all leave the others their room, within one frame too", async () => {
  const { readers, publisher, resume } = stage({ ...LIMITS, backlog: 10_000 });
  const [stalled, others] = [readers.slice(0, 12), readers.slice(12)];
  publisher.sayTogether(...events(60));
  for (let goesOn = true; goesOn; ) {
    for (const { peer } of others) peer.backlog = 0;
    goesOn = await resume(false);
  }
  expect(others.map(numbers)).toStrictEqual(others.map(() => upTo(60)));
  expect(stalled.filter(({ peer }) => !peer.closed)).toStrictEqual([]);
});

test("RULE-09 a publisher that has gone meanwhile says nothing more", async () => {
  const { readers, publisher, resumeAll } = stage();
  publisher.sayTogether(...events(10));
  publisher.vanish();
  await resumeAll();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => [0, 1, 2]));
});

test("BAT-08 a violation in a later part ends the connection there, after all that came before it", async () => {
  const { readers, publisher, resumeAll } = stage();
  publisher.sayTogether(...events(5), [64], ...events(5, 5));
  await resumeAll();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(5)));
  expect(publisher.heard()).toStrictEqual([abort("wamp.error.protocol_violation")]);
});

test("R10 batched peers are owed nothing while there is a pause, though turns of that millisecond are put together", async () => {
  const waiting: (() => void)[] = [];
  // As in workerd: no timer rings while there is a pause.
  const room = new WireRoom({
    settings: { backlog: 100_000, totalBacklog: 320_000 },
    ports: () => ({
      soon: () => {},
      pause: () => new Promise<void>((resolve) => waiting.push(resolve)),
    }),
  });
  const readers = upTo(READERS).map(() => {
    room.clock += 1_000; // whatever left for that is forgotten
    const reader = room.join("wamp.2.json.batched").say(32, 1, {}, "com.x");
    reader.heard();
    return reader;
  });
  room.clock += 1_000;
  for (const { peer } of readers) peer.reads = false;
  const publisher = room.join("wamp.2.json.batched");
  const long = "x".repeat(2_000);
  publisher.sayTogether(...upTo(20).map((n) => [16, n + 1, {}, "com.x", [n, long]]));
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const { peer } of readers) peer.backlog = 0;
    next();
    await new Promise((resolve) => setImmediate(resolve));
  }
  room.gateway.flush();
  expect(readers.map(numbers)).toStrictEqual(readers.map(() => upTo(20)));
  expect(room.log).toStrictEqual([]);
});
