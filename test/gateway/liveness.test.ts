/** Sessions that are not heard of any more: when they end, who is told, and that sleep ends nobody early. */
import { describe, expect, test } from "vitest";
import type { Client, Wire } from "./client.ts";
import { slowRoom } from "./slow-method.ts";
import { WireRoom } from "./wire.ts";

const SILENCE = 60_000;
const SILENT: Wire = [
  6,
  { message: "nothing was heard of this session for 60 seconds" },
  "edgebahn.close.silent",
];

const scene = (silence = SILENCE): WireRoom => new WireRoom({ settings: { silence } });

/** The clock goes on to `time`, and the one alarm rings whenever it is due. */
function until(room: WireRoom, time: number): void {
  let rings = 0;
  for (let due = room.gateway.nextDeadline(); due !== undefined && due <= time; ) {
    if (++rings > 1_000) throw new Error("the alarm rings on and on");
    room.pass(Math.max(0, due - room.clock));
    due = room.gateway.nextDeadline();
  }
  room.clock = Math.max(room.clock, time);
}

const wait = (room: WireRoom, milliseconds: number): void => until(room, room.clock + milliseconds);
/** Says something that nobody hears. */
const speak = (client: Client): Client => client.say(16, 1, {}, "com.nobody");
const isHere = ({ connection }: Client): boolean => connection.state.phase === "joined";

test("R8 a session that says nothing for the limit is told why and ends, and so it is with its connection", () => {
  const room = scene();
  const alice = room.join();
  wait(room, SILENCE - 1);
  expect(alice.heard()).toEqual([]);
  wait(room, 1);
  expect(alice.heard()).toEqual([SILENT]);
  expect(alice.peer.closed).toBeUndefined();
  expect(room.log).toEqual([{ event: "silent", session: 101, authid: "anonymous-2t" }]);
  wait(room, room.settings.patience);
  expect(alice.peer.closed).toEqual({ code: 1008, reason: "" });
  expect(room.gateway.sessions()).toEqual([]);
  expect(room.gateway.nextDeadline()).toBeUndefined();
});

test("R8 what follows from its leaving follows: callers, meta events, testaments, and its procedure is free", () => {
  const room = scene();
  const [ghost, bob] = [room.join(), room.join()];
  bob.say(32, 1, {}, "wamp.session.on_leave").say(32, 2, {}, "com.will");
  ghost.say(64, 1, {}, "com.p").say(48, 2, {}, "wamp.session.add_testament", ["com.will", ["gone"], {}]);
  wait(room, SILENCE / 2);
  bob.say(48, 3, {}, "com.p").heard();
  wait(room, SILENCE / 2);
  expect(ghost.heard().at(-1)).toEqual(SILENT);
  expect(bob.heard()).toEqual([
    [8, 48, 3, {}, "wamp.error.canceled", ["the callee left before it answered"]],
    [36, 2, expect.any(Number), {}, ["gone"]],
    [36, 1, expect.any(Number), {}, [101, "anonymous-2t", "anonymous"]],
  ]);
  bob.say(64, 4, {}, "com.p");
  expect(bob.heard()).toEqual([[65, 4, 2]]);
});

test.each<[string, (client: Client) => void]>([
  ["a publication", speak],
  ["an answer that nobody waits for", (client) => void client.say(70, 99, {})],
  ["a request that is refused", (client) => void client.say(34, 1, 99)],
  ["a keepalive that never came here", ({ peer }) => void Object.assign(peer, { pingedAt: 0 })],
])("R8 what counts as a sign of life: %s", (what, act) => {
  const room = scene();
  const alice = room.join();
  // A late answer is a violation where no invocation was ever sent.
  alice.say(64, 1, {}, "com.p");
  if (what.includes("answer")) {
    const bob = room.join();
    for (let n = 1; n <= 99; n++) bob.say(48, n, {}, "com.p");
  }
  for (let n = 0; n < 5; n++) {
    wait(room, SILENCE - 1);
    act(alice);
    if (alice.peer.pingedAt !== undefined) alice.peer.pingedAt = room.clock;
  }
  expect(isHere(alice)).toBe(true);
  const last = room.clock;
  until(room, last + 2 * SILENCE);
  expect(alice.heard().at(-1)).toEqual(SILENT);
  expect(isHere(alice)).toBe(false);
});

test("R8 GOODBYE and a new HELLO are heard too", () => {
  const room = scene();
  const alice = room.join();
  wait(room, SILENCE - 1);
  alice.say(6, {}, "wamp.close.normal").heard();
  alice.join();
  wait(room, SILENCE - 1);
  expect(isHere(alice)).toBe(true);
});

test("R8 a session counts from its WELCOME, however long ago it said HELLO", async () => {
  const { room, method, admit } = slowRoom({ settings: { silence: 1_000 } });
  const hello: Wire = [1, "realm1", { authmethods: ["slow"], roles: { caller: {} } }];
  const bob = room.open().say(...hello);
  const [asked] = method.pending.splice(0);
  wait(room, 3_500);
  await admit(room.open().say(...hello)); // so that sessions are looked at a second later
  if (asked) method.pending.push(asked);
  wait(room, 500);
  await admit(bob);
  expect(bob.heard()).toHaveLength(1);
  wait(room, 999);
  expect(isHere(bob)).toBe(true);
  wait(room, 1_001);
  expect(isHere(bob)).toBe(false);
});

test("R8 without the setting nobody is ended, nothing is due and nothing is remembered of it", () => {
  const room = new WireRoom();
  const alice = speak(room.join());
  wait(room, 365 * 86_400_000);
  expect(room.gateway.nextDeadline()).toBeUndefined();
  expect(isHere(alice)).toBe(true);
  expect(alice.peer.memo?.heard).toBeUndefined();
});

test("R8 sessions are looked at no more often than twice in the limit", () => {
  const room = scene();
  const clients = Array.from({ length: 50 }, () => room.join());
  room.pass(5_000);
  let looks = 0;
  const end = room.clock + 10 * SILENCE;
  for (let due = room.gateway.nextDeadline() ?? end; due < end; due = room.gateway.nextDeadline() ?? end) {
    for (const client of clients) speak(client);
    const before = room.clock;
    room.pass(due - room.clock);
    if (looks++ > 0) expect(room.clock - before).toBeGreaterThanOrEqual(SILENCE / 2);
  }
  expect(looks).toBeGreaterThanOrEqual(10);
  expect(clients.every(isHere)).toBe(true);
});

test("R8 what survives sleep is written no more often than four times in the limit, however much is said", () => {
  const room = scene();
  const alice = room.join();
  const before = alice.peer.remembered;
  for (let n = 0; n < 4 * 60; n++) {
    room.clock += 1_000;
    speak(alice);
    speak(alice);
  }
  expect(alice.peer.remembered - before).toBe(16);
  expect(room.clock - (alice.peer.memo?.heard ?? 0)).toBeLessThan(SILENCE / 4);
});

describe("and sleep", () => {
  /** The realm falls asleep now, if it may, and wakes at once. */
  const nap = (room: WireRoom): void => room.wake(room.clients.filter(({ peer }) => !peer.closed));

  test("RULE-08 a realm that is woken again and again ends its ghosts in time, and none that lives", () => {
    const room = scene();
    const [ghost, alive, pinging] = [room.join(), room.join(), room.join()];
    room.pass(5_000);
    const vanished = room.clock;
    speak(ghost);
    let gone: number | undefined;
    for (let n = 0; n < 40; n++) {
      wait(room, 12_000);
      if (n % 4 === 3) speak(alive); // every 48 seconds
      if (n % 4 === 2) pinging.peer.pingedAt = room.clock;
      nap(room);
      if (!isHere(ghost)) gone ??= room.clock;
    }
    expect([isHere(alive), isHere(pinging)]).toEqual([true, true]);
    expect(gone).toBeGreaterThanOrEqual(vanished + SILENCE);
    expect(gone).toBeLessThanOrEqual(vanished + 2 * SILENCE);
  });

  test("RULE-08 the alarm alone wakes a realm whose sessions are all gone, and ends them in time", () => {
    const room = scene();
    const clients = [room.join(), room.join()];
    room.pass(5_000);
    const vanished = room.clock;
    for (const client of clients) {
      speak(client);
      wait(room, SILENCE / 4);
    }
    nap(room);
    const due = room.gateway.nextDeadline() ?? Number.NaN;
    expect(due).toBeGreaterThanOrEqual(vanished + SILENCE);
    expect(due).toBeLessThanOrEqual(vanished + 1.25 * SILENCE);
    until(room, due + SILENCE / 2);
    expect(clients.map((client) => client.heard().at(-1))).toEqual([SILENT, SILENT]);
  });

  test("RULE-08 a limit that came while the realm slept counts from the first waking, not from the last", () => {
    const room = new WireRoom();
    const alice = room.join();
    wait(room, 10 * SILENCE);
    Object.assign(room.settings, { silence: SILENCE });
    nap(room);
    const began = room.clock;
    for (let n = 1; n < 10; n++) {
      if (n === 5) expect(isHere(alice)).toBe(true);
      wait(room, SILENCE / 5);
      nap(room);
    }
    until(room, began + 2 * SILENCE);
    expect(isHere(alice)).toBe(false);
  });

  test("RULE-08 at random times of speech and sleep nobody ends before the limit, and everybody before twice of it", () => {
    let seed = 20_261_122;
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    let ended = 0;
    for (let run = 0; run < 200; run++) {
      const room = scene();
      const clients = Array.from({ length: 4 }, () => room.join());
      const lastHeard = new Map(clients.map((client) => [client, room.clock]));
      for (let step = 0; step < 60; step++) {
        const then = room.clock + random(SILENCE / 3);
        let rings = 0;
        for (let due = room.gateway.nextDeadline(); due !== undefined && due <= then; ) {
          expect(++rings).toBeLessThan(100);
          room.pass(Math.max(0, due - room.clock));
          for (const client of clients) {
            const heard = lastHeard.get(client) ?? Number.NaN;
            if (isHere(client) || !lastHeard.delete(client)) continue;
            ended++;
            expect(room.clock - heard).toBeGreaterThanOrEqual(SILENCE);
          }
          due = room.gateway.nextDeadline();
        }
        room.clock = then;
        for (const heard of lastHeard.values()) expect(then - heard).toBeLessThan(2 * SILENCE);
        const client = clients[random(4)];
        if (client && isHere(client) && random(3) === 0) {
          lastHeard.set(client, room.clock);
          if (random(2)) speak(client);
          else client.peer.pingedAt = room.clock;
        }
        if (random(2)) nap(room);
      }
    }
    expect(ended).toBeGreaterThan(600);
  });
});
