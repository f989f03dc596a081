import { describe, expect, test } from "vitest";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import { PARK_AFTER } from "../../src/router/realm.ts";
import { DEFAULT_FRAME_LIMITS, type Subprotocol } from "../../src/serializer/serializer.ts";
import { ROLES, type Wire } from "./client.ts";
import { SUBPROTOCOLS, VIOLATED, VIOLATION, WireRoom, welcome } from "./wire.ts";

const isText = (subprotocol: string): boolean => subprotocol.startsWith("wamp.2.json");
const MEBIBYTE = DEFAULT_FRAME_LIMITS.octets;

/** One of each reply, and whether its frame was text. */
function framesAreText(subprotocol: Subprotocol): boolean[] {
  const alice = new WireRoom().open(subprotocol);
  alice.say(1, "realm1", ROLES).say(32, 1, {}, "com.x").say(16, 2, { exclude_me: false }, "com.x", ["hi"]);
  alice.say(48, 3, {}, "com.none").say(6, {}, "wamp.close.normal").say(99);
  const areText = alice.peer.frames.map((frame) => typeof frame === "string");
  expect(alice.heard().map((message) => (message as Wire)[0])).toEqual([2, 33, 36, 8, 6, 3]);
  return areText;
}

test.each(SUBPROTOCOLS.filter(isText))("TRN-08 every message of %s leaves in a text frame", (subprotocol) => {
  expect(framesAreText(subprotocol)).toEqual(Array(6).fill(true));
});

test.each(SUBPROTOCOLS.filter((name) => !isText(name)))(
  "TRN-09 every message of %s leaves in a binary frame",
  (subprotocol) => {
    expect(framesAreText(subprotocol)).toEqual(Array(6).fill(false));
  },
);

describe.each(SUBPROTOCOLS)("over %s", (subprotocol) => {
  test("TRN-10 the wrong kind of frame is a violation, told in the connection's own format", () => {
    const room = new WireRoom();
    const hello = JSON.stringify([1, "realm1", ROLES]);
    const wrong = isText(subprotocol) ? new TextEncoder().encode(hello) : hello;
    const alice = room.open(subprotocol).sayFrame(wrong);
    expect(alice.heard()).toEqual([VIOLATION]);
    expect(alice.peer.closed).toEqual(VIOLATED);
  });

  test("TRN-12 what cannot be decoded is a violation", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    const broken = isText(subprotocol) ? "[16, 1, {}" : Uint8Array.of(0xc1, 0xff, 0x1c);
    alice.sayFrame(alice.frame(broken));
    expect(alice.heard()).toEqual([VIOLATION]);
    expect(alice.peer.closed).toEqual(VIOLATED);
  });

  test("TRN-15 a lost transport is a leave: its calls end, its subscriptions and registrations are gone", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    const bob = room.join();
    alice.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p");
    bob.say(48, 1, {}, "com.p");
    expect(alice.heard()).toEqual([
      [33, 1, 1],
      [65, 2, 1],
      [68, 1, 1, {}],
    ]);
    alice.vanish();
    expect(bob.heard()).toEqual([
      [8, 48, 1, {}, "wamp.error.canceled", ["the callee left before it answered"]],
    ]);
    bob.say(48, 2, {}, "com.p").say(16, 3, { acknowledge: true }, "com.x");
    expect(bob.heard()).toEqual([
      [8, 48, 2, {}, "wamp.error.no_such_procedure", ["no procedure com.p is registered"]],
      [17, 3, 103],
    ]);
    expect(alice.peer.frames).toEqual([]);
    expect([room.store.sessions(), room.store.subscriptions(), room.store.registrations()]).toEqual([
      [],
      [],
      [],
    ]);
    alice.vanish();
    expect(bob.heard()).toEqual([]);
  });

  test("TRN-16 a frame above the limit ends the connection with 1009, one at the limit is routed whole", () => {
    const room = new WireRoom();
    const [alice, bob] = [room.join(subprotocol), room.join(subprotocol)];
    bob.say(32, 1, {}, "com.x");
    bob.heard();
    const sized = (octets: number) => [16, 1, {}, "com.x", ["x".repeat(octets)]];
    const around = alice.frame(alice.encode(sized(100_000))).length - 100_000;
    const fits = sized(MEBIBYTE - around);
    alice.sayFrame(alice.frame(alice.encode(fits)));
    expect(bob.heard()).toEqual([[36, 1, 103, {}, fits[4]]]);
    const tooLong = alice.frame(alice.encode(sized(MEBIBYTE - around + 1)));
    expect(tooLong.length).toBe(MEBIBYTE + 1);
    alice.sayFrame(tooLong);
    expect(alice.heard()).toEqual([VIOLATION]);
    expect(alice.peer.closed).toEqual({ code: 1009, reason: "wamp.error.protocol_violation" });
    expect(bob.heard()).toEqual([]);
  });

  test("TRN-17 a connection that says no HELLO in time is closed, with nothing said", () => {
    const room = new WireRoom();
    const alice = room.open(subprotocol);
    expect(room.gateway.nextDeadline()).toBe(room.clock + DEFAULT_GATEWAY_SETTINGS.patience);
    room.pass(DEFAULT_GATEWAY_SETTINGS.patience - 1);
    expect(alice.peer.closed).toBeUndefined();
    room.pass(1);
    expect(alice.peer.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
    expect(alice.peer.frames).toEqual([]);
    expect(room.gateway.nextDeadline()).toBeUndefined();
  });

  test("TRN-21 a peer that does not read leaves, is told once and gets nothing more; others lose nothing", () => {
    const room = new WireRoom();
    const [slow, bob, carol] = [room.join(subprotocol), room.join(subprotocol), room.join("wamp.2.json")];
    const readers = [slow, bob, carol];
    for (const each of readers) each.say(32, 1, {}, "com.x").heard();
    slow.say(64, 2, {}, "com.p").heard();
    bob.say(48, 2, {}, "com.p");
    expect(slow.heard()).toEqual([[68, 1, 1, {}]]);

    const alice = room.join();
    slow.peer.backlog = DEFAULT_GATEWAY_SETTINGS.backlog;
    alice.say(16, 1, {}, "com.x", [1]);
    slow.peer.backlog++;
    alice.say(16, 2, { acknowledge: true }, "com.x", [2]).say(16, 3, {}, "com.x", [3]);

    const killed = {
      message: `more than ${DEFAULT_GATEWAY_SETTINGS.backlog} octets wait to be read by this client`,
    };
    expect(slow.heard()).toEqual([
      [36, 1, 105, {}, [1]],
      [6, killed, "wamp.close.killed"],
    ]);
    expect(slow.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(alice.heard()).toEqual([[17, 2, 106]]);
    expect(bob.heard()).toEqual([
      [36, 1, 105, {}, [1]],
      [36, 1, 106, {}, [2]],
      [8, 48, 2, {}, "wamp.error.canceled", ["the callee left before it answered"]],
      [36, 1, 107, {}, [3]],
    ]);
    expect(carol.heard()).toEqual([
      [36, 1, 105, {}, [1]],
      [36, 1, 106, {}, [2]],
      [36, 1, 107, {}, [3]],
    ]);
    slow.say(16, 4, {}, "com.x", ["still talking"]);
    expect([...slow.heard(), ...bob.heard()]).toEqual([]);
    expect(room.log).toEqual([{ event: "slow_consumer", session: 101 }]);
  });

  test("TRN-21 a batch whose answers are more than may wait ends the session, and its rest is not done", () => {
    const room = new WireRoom({ settings: { backlog: 1_000 } });
    const [alice, bob] = [room.join(subprotocol), room.join()];
    bob.say(32, 1, {}, "com.x").heard();
    alice.say(32, 1, {}, "com.x").heard();
    alice.peer.reads = false;
    // An event has a bit more than 300 octets: after the fourth more than 1,000 wait.
    const text = "x".repeat(300);
    const publish = (n: number): Wire => [16, n, { exclude_me: false }, "com.x", [text]];
    const event = (publication: number): Wire => [36, 1, publication, {}, [text]];
    alice.sayTogether(...[1, 2, 3, 4].map(publish));
    const four = [103, 104, 105, 106].map(event);
    expect([alice.heard(), bob.heard()]).toEqual([four, four]);
    alice.peer.backlog = 0;
    alice.sayTogether(...[5, 6, 7, 8].map(publish));
    const fourMore = [107, 108, 109, 110].map(event);
    expect([alice.heard(), bob.heard()]).toEqual([fourMore, fourMore]);
    expect(alice.peer.closed).toBeUndefined();

    // What left before counts too: after the second more than 1,000 wait.
    alice.peer.backlog = 500;
    alice.sayTogether(...[9, 10, 11, 12].map(publish));
    const killed = [
      6,
      { message: "more than 1000 octets wait to be read by this client" },
      "wamp.close.killed",
    ];
    expect(alice.heard()).toEqual([...[111, 112].map(event), killed]);
    expect(alice.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(bob.heard()).toEqual([111, 112, 113].map(event));
    expect(room.log).toEqual([{ event: "slow_consumer", session: 101 }]);
  });

  test("TRN-21 nothing is said to a HELLO on a connection with more waiting than may wait", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    alice.peer.backlog = DEFAULT_GATEWAY_SETTINGS.backlog;
    alice.say(6, {}, "wamp.close.close_realm").say(1, "realm1", ROLES);
    expect(alice.heard()).toEqual([[6, {}, "wamp.close.goodbye_and_out"], welcome(102)]);
    alice.peer.backlog++;
    alice.say(6, {}, "wamp.close.close_realm").say(1, "realm1", ROLES).say(1, "realm1", ROLES);
    expect(alice.heard()).toEqual([[6, {}, "wamp.close.goodbye_and_out"]]);
    expect(alice.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(room.store.sessions()).toEqual([]);
    expect(room.log).toEqual([{ event: "slow_consumer", session: undefined }]);
  });

  test("TRN-21 who joins and leaves without reading is sent no more than may wait and one round", () => {
    const room = new WireRoom({ settings: { backlog: 5_000 } });
    const alice = room.join(subprotocol);
    alice.peer.reads = false;
    const round: Wire[] = [
      [6, {}, "wamp.close.close_realm"],
      [1, "realm1", ROLES],
    ];
    alice.sayTogether(...Array.from({ length: 100 }, () => round).flat());
    expect(alice.peer.backlog).toBeGreaterThan(5_000);
    expect(alice.peer.backlog).toBeLessThan(7_500);
    const said = alice.heard();
    const rounds = Array.from({ length: 100 }, (_, n) => [
      [6, {}, "wamp.close.goodbye_and_out"],
      welcome(102 + n),
    ]);
    expect(said).toEqual(rounds.flat().slice(0, said.length));
    expect(said.at(-1)).toEqual([6, {}, "wamp.close.goodbye_and_out"]);
    expect(alice.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(room.store.sessions()).toEqual([]);
  });

  test("TRN-22 what is said last is sent before the socket is closed", () => {
    const room = new WireRoom();
    // The fake socket throws when it is sent to after its close.
    const aborted = room.open(subprotocol).say(48, 1, {}, "com.p");
    expect(aborted.heard()).toEqual([VIOLATION]);
    expect(aborted.peer.closed).toEqual(VIOLATED);
    const leaving = room.join(subprotocol).say(6, {}, "wamp.close.close_realm");
    expect(leaving.heard()).toEqual([[6, {}, "wamp.close.goodbye_and_out"]]);
    expect(leaving.peer.closed).toBeUndefined();
  });

  test("TRN-23 a connection carries one session at a time", () => {
    const room = new WireRoom();
    const alice = room.open(subprotocol).say(1, "realm1", ROLES).say(6, {}, "wamp.close.close_realm");
    alice.say(1, "realm1", ROLES);
    expect(alice.heard()).toEqual([welcome(101), [6, {}, "wamp.close.goodbye_and_out"], welcome(102)]);
    alice.say(1, "realm1", ROLES);
    expect(alice.heard()).toEqual([VIOLATION]);
    expect(alice.peer.closed).toEqual(VIOLATED);
  });
});

test("TRN-21 an event that nobody can read ends those sessions only, and the publisher is answered", () => {
  const room = new WireRoom();
  const slow = room.joinAll();
  for (const each of slow) {
    each.say(32, 1, {}, "com.x").heard();
    each.peer.backlog = Number.POSITIVE_INFINITY;
  }
  const alice = room.join().say(16, 1, { acknowledge: true }, "com.x");
  expect(alice.heard()).toEqual([[17, 1, 108]]);
  for (const each of slow) {
    expect(each.heard().map((message) => (message as Wire)[2])).toEqual(["wamp.close.killed"]);
    expect(each.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
  }
});

test("TRN-21 a batch that makes too much wait for subscribers ends those that do not read, batched or not", () => {
  const room = new WireRoom({ settings: { backlog: 1_000 } });
  const readers = room.joinAll();
  const stalled = room.joinAll();
  for (const each of [...readers, ...stalled]) each.say(32, 1, {}, "com.x").heard();
  for (const each of stalled) each.peer.reads = false;
  const alice = room.join("wamp.2.cbor.batched");
  const text = "x".repeat(300);
  alice.sayTogether(
    ...Array.from({ length: 10 }, (_, n): Wire => [16, n + 1, { acknowledge: true }, "com.x", [text]]),
  );
  expect(alice.heardFrames()).toEqual([Array.from({ length: 10 }, (_, n) => [17, n + 1, 114 + n])]);
  const all = Array.from({ length: 10 }, (_, n) => [36, 1, 114 + n, {}, [text]]);
  for (const each of readers) expect(each.heard()).toEqual(all);
  const killed = [
    6,
    { message: "more than 1000 octets wait to be read by this client" },
    "wamp.close.killed",
  ];
  for (const each of stalled) {
    // An event has a bit more than 300 octets: after the fourth more than 1,000 wait.
    expect(each.heard()).toEqual([...all.slice(0, 4), killed]);
    expect(each.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
  }
});

test("TRN-17 the first deadline is told, be it a silent connection's or the realm's own", () => {
  const room = new WireRoom();
  expect(room.gateway.nextDeadline()).toBeUndefined();
  const start = room.clock;
  room.join();
  expect(room.gateway.nextDeadline()).toBe(start + PARK_AFTER);
  room.clock += 1_000;
  const silent = room.open();
  expect(room.gateway.nextDeadline()).toBe(start + PARK_AFTER);
  room.pass(PARK_AFTER - 1_000);
  expect(room.gateway.nextDeadline()).toBe(start + 1_000 + room.settings.patience);
  room.open();
  silent.vanish();
  expect(room.gateway.nextDeadline()).toBe(room.clock + room.settings.patience);
});
