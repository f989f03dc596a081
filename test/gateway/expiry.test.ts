/** A session ends when what it signed in with does. */
import { expect, test } from "vitest";
import { arrive, hello, Told } from "./told-method.ts";
import { abort, WireRoom } from "./wire.ts";

const EXPIRED = [
  6,
  { message: "what this session signed in with has expired: sign in again with something new" },
  "edgebahn.close.expired",
];

/** Principals named by when they expire, in milliseconds after the room's first moment. */
function scene() {
  const start = 1_000_000;
  const known = new Proxy<Record<string, object>>(
    {},
    { get: (_, name) => (name === "forever" ? {} : { expires: start + Number(name) }) },
  );
  return new WireRoom({ methods: [new Told(known)] });
}

test("RULE-08 the session is told, leaves, and its socket is closed in bounded time", () => {
  const room = scene();
  const alice = arrive(room, "10000").say(64, 1, {}, "com.p");
  const bob = arrive(room, "forever").say(32, 1, {}, "wamp.session.on_leave");
  bob.heard();
  alice.heard();
  expect(room.gateway.nextDeadline()).toBe(room.clock + 5_000); // what sleep would lose is written down
  room.pass(9_999);
  expect(alice.heard()).toEqual([]);
  expect(room.gateway.nextDeadline()).toBe(room.clock + 1);
  room.pass(1);
  expect(alice.heard()).toEqual([EXPIRED]);
  expect(bob.heard()).toEqual([[36, 1, expect.any(Number), {}, [101, "10000", "user"]]]);
  expect(bob.say(64, 2, {}, "com.p").heard()).toEqual([[65, 2, 2]]);
  alice.say(16, 9, { acknowledge: true }, "com.x");
  expect(alice.heard()).toEqual([]);
  room.pass(room.settings.patience);
  expect(alice.peer.closed).toEqual({ code: 1008, reason: "" });
  expect(bob.connection.state.phase).toBe("joined");
});

test("RULE-08 the end of a token survives sleep, whatever order the sockets come back in", () => {
  const room = scene();
  const late = arrive(room, "60000");
  const early = arrive(room, "30000");
  room.sleep();
  room.wake([late, early]);
  expect(room.gateway.nextDeadline()).toBe(1_030_000);
  room.pass(30_000);
  expect([early.heard(), late.heard()]).toEqual([[EXPIRED], []]);
  room.sleep();
  room.pass(30_000);
  expect(late.heard()).toEqual([EXPIRED]);
});

test.each(["0", "-1", "NaN"])("AUT-06 what has expired already (%s) signs nobody in", (authid) => {
  const room = scene();
  const alice = room.open().say(...hello(authid));
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_denied")]);
  expect(room.gateway.sessions()).toEqual([]);
});

test("RULE-08 a time that no alarm can be set to ends nobody", () => {
  const room = scene();
  const alice = arrive(room, "Infinity");
  room.pass(86_400_000);
  expect(room.gateway.nextDeadline()).toBe(6_800_000_000_000);
  expect(alice.connection.state.phase).toBe("joined");
});

test("RULE-08 whoever leaves before is not due any more, and GOODBYE does not carry the time over", () => {
  const room = scene();
  const [alice, bob] = [arrive(room, "60000"), arrive(room, "70000")];
  alice.vanish();
  bob.say(6, {}, "wamp.close.normal").heard();
  bob.say(...hello("forever")).heard();
  room.pass(5_000);
  expect(room.gateway.nextDeadline()).toBeUndefined();
  room.pass(100_000);
  expect(bob.heard()).toEqual([]);
});

test("RULE-08 5,000 sessions end each at its own time, and none before", () => {
  const room = scene();
  const ends = Array.from({ length: 5_000 }, (_, n) => 10_000 + ((n * 7_919) % 5_000));
  const clients = ends.map((end) => arrive(room, `${end}`));
  for (let now = 10_000; now < 15_000; now += 500) {
    room.pass(1_000_000 + now + 499 - room.clock);
    const over = clients.filter(({ connection }) => connection.state.phase !== "joined");
    expect(over).toHaveLength(ends.filter((end) => end <= now + 499).length);
  }
  expect(room.gateway.sessions()).toEqual([]);
});

test("RULE-06 a session that cannot be ended as it should is ended all the same", () => {
  const room = scene();
  const alice = arrive(room, "10000").say(32, 1, {}, "com.x");
  const bob = arrive(room, "10000");
  alice.heard();
  room.store.removeSession = () => {
    throw new Error("SQLITE_FULL");
  };
  room.pass(10_000);
  expect(room.log.filter((entry) => JSON.stringify(entry).includes("SQLITE_FULL"))).not.toEqual([]);
  expect([alice.connection.state.phase, bob.connection.state.phase]).toEqual(["leaving", "leaving"]);
  expect([alice.heard(), bob.heard()]).toEqual([[EXPIRED], [EXPIRED]]);
});

test("RULE-06 a fault with one session that is due keeps no other one here", () => {
  const room = scene();
  const [alice, bob] = [arrive(room, "10000"), arrive(room, "10000")];
  alice.peer.remember = () => {
    throw new Error("the attachment is too large");
  };
  room.pass(10_000);
  expect(bob.heard()).toEqual([EXPIRED]);
  expect(alice.heard()).toEqual([EXPIRED]);
  expect(room.log).toEqual([
    { event: "fault", session: undefined, error: expect.stringContaining("the attachment is too large") },
  ]);
  expect(room.gateway.sessions()).toEqual([]);
});
