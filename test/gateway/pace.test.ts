/**
 * When what turns owe batched peers leaves (RULE-71): at once, unless much leaves; then the turns of one millisecond leave in
 * one frame. The clock of the port `soon` is this test's.
 */
import { describe, expect, test } from "vitest";
import { Pace } from "../../src/gateway/pace.ts";
import type { Client } from "./client.ts";
import { type WireOptions, WireRoom } from "./wire.ts";

/** A room with that many batched subscribers, and what its port `soon` was asked for. */
function crowd(count: number, options: WireOptions = {}) {
  const waiting: (() => void)[] = [];
  const room = new WireRoom({ ...options, ports: () => ({ soon: (work) => waiting.push(work) }) });
  const subscribers = Array.from({ length: count }, () => {
    room.clock += 1;
    const client = room.join("wamp.2.cbor.batched");
    client.say(32, 1, {}, "com.x").heard();
    return client;
  });
  room.clock += 1_000; // whatever left for that is forgotten
  const publisher = room.join();
  return { room, subscribers, publisher, waiting };
}

const frames = (client: Client): unknown => client.heardFrames();
const event = (n: number) => [36, 1, expect.any(Number), {}, [n]];

describe("RULE-71 what batched peers are owed", () => {
  test("leaves at once in a realm that has little to do, turn by turn", () => {
    const { subscribers, publisher, waiting, room } = crowd(15);
    for (const n of [1, 2, 3]) {
      publisher.say(16, n, {}, "com.x", [n]);
      for (const each of subscribers) expect(frames(each)).toEqual([[event(n)]]);
      room.clock += 1;
    }
    expect(waiting).toEqual([]);
  });

  test("waits for the next millisecond after much has left, and is then one frame, in order", () => {
    const { subscribers, publisher, waiting } = crowd(16);
    publisher.say(16, 1, {}, "com.x", [1]);
    for (const each of subscribers) expect(frames(each)).toEqual([[event(1)]]);
    for (const n of [2, 3, 4]) publisher.say(16, n, {}, "com.x", [n]);
    for (const each of subscribers) expect(frames(each)).toEqual([]);
    expect(waiting).toHaveLength(1);
    waiting.shift()?.();
    for (const each of subscribers) expect(frames(each)).toEqual([[event(2), event(3), event(4)]]);
    expect(waiting).toEqual([]);
  });

  test("does not wait for anybody who is not batched", () => {
    const { room, subscribers, publisher, waiting } = crowd(100);
    const plain = room.join();
    plain.say(32, 1, {}, "com.x").heard();
    for (const n of [1, 2]) publisher.say(16, n, { acknowledge: true }, "com.x", [n]);
    expect(plain.heard()).toEqual([event(1), event(2)]);
    expect(publisher.heard()).toEqual([
      [17, 1, expect.any(Number)],
      [17, 2, expect.any(Number)],
    ]);
    expect(frames(subscribers[0] as Client)).toEqual([[event(1)]]);
    waiting.shift()?.();
    expect(frames(subscribers[0] as Client)).toEqual([[event(2)]]);
  });

  test("leaves before GOODBYE and close, in order (TRN-22)", () => {
    const { subscribers, publisher, waiting } = crowd(20);
    for (const n of [1, 2]) publisher.say(16, n, {}, "com.x", [n]);
    const [alice, bob] = subscribers as [Client, Client];
    alice.say(2, 0, {}); // no client says WELCOME
    expect(frames(alice)).toEqual([
      [event(1)],
      [event(2), [3, { message: expect.any(String) }, expect.any(String)]],
    ]);
    expect(alice.peer.closed?.code).toBe(1002);
    waiting.shift()?.();
    expect(frames(bob)).toEqual([[event(1)], [event(2)]]);
    expect(frames(alice)).toEqual([]);
  });

  test("is not sent to somebody who is gone, and ends nobody else", () => {
    const { room, subscribers, publisher, waiting } = crowd(20);
    for (const n of [1, 2]) publisher.say(16, n, {}, "com.x", [n]);
    const [alice, bob, carol] = subscribers as [Client, Client, Client];
    alice.vanish();
    bob.peer.broken = true;
    waiting.shift()?.();
    expect(frames(carol)).toEqual([[event(1)], [event(2)]]);
    expect(room.log.map(({ event: what }) => what)).toEqual(["fault"]); // bob's socket
    publisher.say(16, 3, {}, "com.x", [3]);
    waiting.shift()?.();
    expect(frames(carol)).toEqual([[event(3)]]);
  });

  test("brings nobody who reads near the limit, and whoever does not read to it (TRN-21)", () => {
    const { room, subscribers, publisher } = crowd(20, { settings: { backlog: 1_000 } });
    const [stalled, alice] = subscribers as [Client, Client];
    stalled.peer.reads = false;
    const text = "x".repeat(60);
    for (let n = 1; n <= 40; n++) publisher.say(16, n, {}, "com.x", [text]);
    expect(room.log.map(({ event: what, session }) => [what, session])).toEqual([["slow_consumer", 101]]);
    const seen = frames(stalled) as unknown[][];
    const goodbye = [6, { message: expect.any(String) }, "wamp.close.killed"];
    expect(seen.flat().at(-1)).toEqual(goodbye);
    expect(seen.flat().length).toBeLessThan(20);
    expect((frames(alice) as unknown[][]).flat().length).toBeGreaterThan(36); // the last few are held back
  });

  test("is nothing more once something could not be sent, should it work again (ORD-20)", () => {
    const { room, subscribers, publisher } = crowd(20);
    const [alice] = subscribers as [Client];
    const bob = room.join("wamp.2.cbor.batched");
    publisher.say(16, 1, {}, "com.x", [1]);
    expect(frames(alice)).toEqual([[event(1)]]);
    const send = alice.peer.send.bind(alice.peer);
    alice.peer.send = () => {
      alice.peer.send = send;
      throw new TypeError("once");
    };
    const text = "x".repeat(33_000);
    bob.sayTogether([16, 2, {}, "com.x", [text]], [16, 3, {}, "com.x", [text]], [16, 4, {}, "com.x", [4]]);
    expect(alice.peer.closed?.code).toBe(1011);
    expect(frames(alice)).toEqual([]);
  });

  test("leaves by itself once it is large", () => {
    const { subscribers, publisher, waiting } = crowd(20);
    const text = "x".repeat(33_000);
    for (const n of [1, 2, 3]) publisher.say(16, n, {}, "com.x", [text]);
    const [alice] = subscribers as [Client];
    const one = [36, 1, expect.any(Number), {}, [text]];
    expect(frames(alice)).toEqual([[one], [one, one]]);
    waiting.shift()?.();
    expect(frames(alice)).toEqual([]);
  });

  test("leaves in one copy for all that are owed the same, and in their own for others", () => {
    const { room, subscribers, publisher, waiting } = crowd(20);
    const [alice, bob, carol] = subscribers as [Client, Client, Client];
    publisher.say(16, 1, {}, "com.x", [1]);
    alice.say(32, 2, {}, "com.y");
    for (const each of [alice, bob, carol]) each.heardFrames();
    publisher.say(16, 2, {}, "com.x", [2]).say(16, 3, {}, "com.y", [3]).say(16, 4, {}, "com.x", [4]);
    for (const work of waiting.splice(0)) work();
    expect(frames(alice)).toEqual([[[33, 2, 2], event(2), [36, 2, expect.any(Number), {}, [3]], event(4)]]);
    expect(frames(bob)).toEqual([[event(2), event(4)]]);
    expect(frames(carol)).toEqual([[event(2), event(4)]]);
    expect(room.log).toEqual([]);
  });
});

test("RULE-71 sixteen frames a millisecond are free, and a large turn is forgotten in sixteen milliseconds", () => {
  let clock = 5;
  const pace = new Pace(() => clock);
  pace.left(15);
  expect(pace.isBusy).toBe(false);
  pace.left(1);
  expect(pace.isBusy).toBe(true);
  clock += 1;
  expect(pace.isBusy).toBe(false);
  pace.left(100_000);
  clock += 15;
  expect(pace.isBusy).toBe(true);
  clock += 1;
  expect(pace.isBusy).toBe(false);
  clock -= 1_000; // a clock that was set back holds nobody up for longer
  pace.left(16);
  clock += 1;
  expect(pace.isBusy).toBe(false);
});
