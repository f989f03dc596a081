/** Connections that have not joined are bounded: one too many, and the one that has waited longest goes. */
import { expect, test } from "vitest";
import { CHALLENGED, HELLO, slowRoom } from "./slow-method.ts";
import { WireRoom } from "./wire.ts";

const CROWDED = { code: 1013, reason: "too many clients are joining: try again" };
const scene = (joining: number): WireRoom => new WireRoom({ settings: { joining } });

test("RULE-05 S19 of more connections that have not joined than may be, the oldest goes, with nothing said", () => {
  const room = scene(3);
  const [first, second, ...rest] = [room.open(), room.open(), room.open()];
  expect(first?.peer.closed).toBeUndefined();
  const fourth = room.open();
  expect(first?.peer.closed).toEqual(CROWDED);
  expect(first?.peer.frames).toEqual([]);
  second?.say(1, "realm1", { roles: { caller: {} } });
  expect(second?.connection.state.phase).toBe("joined");
  expect([...rest, fourth].map(({ peer }) => peer.closed)).toEqual([undefined, undefined]);
});

test("RULE-05 S19 whoever has joined is no stranger, however many come after", () => {
  const room = scene(2);
  const [alice, bob] = [room.join(), room.join()];
  const strangers = Array.from({ length: 20 }, () => room.open());
  expect([alice, bob].map(({ peer }) => peer.closed)).toEqual([undefined, undefined]);
  expect(strangers.filter(({ peer }) => peer.closed)).toHaveLength(18);
  expect(strangers.slice(18).map(({ peer }) => peer.closed)).toEqual([undefined, undefined]);
  const carol = room.join();
  expect(carol.connection.state.phase).toBe("joined");
});

test("RULE-05 S19 a challenge that is out makes nobody younger; what is over does not count", async () => {
  const { room, decide } = slowRoom({ settings: { joining: 2 } });
  const [alice, bob] = [room.open().say(...HELLO), room.open()];
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  room.open();
  expect(alice.peer.closed).toEqual(CROWDED);
  alice.say(5, "late", {});
  expect(alice.heard()).toEqual([[4, "slow", { nonce: "n1" }]]);
  bob.say(3, {}, "wamp.error.abort");
  room.open();
  expect(room.clients.filter(({ peer }) => !peer.closed)).toHaveLength(2);
});

test("RULE-05 S19 who was judged when it had to go is not admitted", async () => {
  const { room, admit } = slowRoom({ settings: { joining: 1 } });
  const alice = room.open().say(...HELLO);
  const { busy } = alice;
  room.open();
  await admit({ busy });
  expect(alice.heard()).toEqual([]);
  expect(room.gateway.sessions()).toEqual([]);
});

test("RULE-05 S19 between two sessions one is a stranger again, and sleep changes nothing", () => {
  const room = scene(2);
  const alice = room.join();
  alice.say(6, {}, "wamp.close.normal").heard();
  const bob = room.open();
  room.wake([alice, bob]);
  room.open();
  expect([alice, bob].map(({ peer }) => peer.closed)).toEqual([CROWDED, undefined]);
});

test("S15 strangers do not write a line of the log each", () => {
  const room = scene(1);
  for (let n = 0; n < 100; n++) room.open();
  expect(room.log).toEqual([{ event: "crowded" }]);
  room.pass(room.settings.patience);
  for (let n = 0; n < 100; n++) room.open();
  expect(room.log).toEqual([{ event: "crowded" }, { event: "crowded" }]);
});

/** Somebody who has said nothing, somebody whose sign-in is judged, and somebody who has a challenge. */
async function threePhases() {
  const { room, decide } = slowRoom({ settings: { joining: 6 } });
  const [silent, judged, challenged] = [room.open(), room.open(), room.open().say(...HELLO)];
  await decide(challenged, ({ resolve }) => resolve(CHALLENGED));
  challenged.heard();
  judged.say(...HELLO);
  return { room, three: [silent, judged, challenged] };
}

test("R9 while more than half as many as may be are joining, who is late is told to try again, and not that it failed", async () => {
  const { room, three } = await threePhases();
  room.open().vanish();
  room.pass(room.settings.patience);
  expect(three.map(({ peer }) => peer.closed)).toEqual([CROWDED, CROWDED, CROWDED]);
  expect(three.map((each) => each.heard())).toEqual([[], [], []]); // after ABORT some clients never come back
  expect(room.log).toEqual([{ event: "crowded" }]);
});

test("R9 it is enough that many were joining since it came, and those who come later are late as ever", async () => {
  const { room, three } = await threePhases();
  room.pass(1);
  for (const each of [room.open(), room.open()]) each.vanish();
  room.pass(room.settings.patience);
  expect(three.map(({ peer }) => peer.closed)).toEqual([CROWDED, CROWDED, CROWDED]);
  const later = room.open();
  room.pass(room.settings.patience);
  expect(later.peer.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
});

test("SES-22 TRN-17 half as many as may be are not many: who is late is told what was missing", async () => {
  const { room, three } = await threePhases();
  room.pass(room.settings.patience);
  const failed = { code: 1000, reason: "wamp.error.authentication_failed" };
  const silent = { code: 1008, reason: "no HELLO came in time" };
  expect(three.map(({ peer }) => peer.closed)).toEqual([silent, failed, failed]);
  expect(three.map((each) => each.heard().length)).toEqual([0, 1, 1]);
});
