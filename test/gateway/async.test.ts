/** Sign-in that takes its time: that connection's own messages wait their turn, and nobody else waits. */
import { expect, test } from "vitest";
import { Refusal } from "../../src/wamp/error.ts";
import { ROLES } from "./client.ts";
import { ADMITTED, CHALLENGED, HELLO, slowRoom, welcomed } from "./slow-method.ts";
import { TEXT, VIOLATED, VIOLATION } from "./wire.ts";

/** Every promise that can go on without the test has done so. */
const promisesSettled = () => new Promise<void>((resolve) => setImmediate(resolve));

test("ORD-18 what a connection says while it waits is done afterwards, in order", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open("wamp.2.json").say(...HELLO);
  const busy = alice.busy;
  for (let n = 1; n <= 5; n++) {
    alice.say(16, 2 * n, { acknowledge: true }, "com.x", [n]).say(32, 2 * n + 1, {}, `com.topic${n}`);
  }
  expect(alice.heard()).toEqual([]);
  await admit({ busy });
  const replies = [1, 2, 3, 4, 5].flatMap((n) => [
    [17, 2 * n, 101 + n],
    [33, 2 * n + 1, n],
  ]);
  expect(alice.heard()).toEqual([welcomed(101), ...replies]);
});

test("ORD-18 the rest of a batch waits with what came after it, and its replies leave together", async () => {
  const { room, admit } = slowRoom();
  const alice = room
    .open("wamp.2.cbor.batched")
    .sayTogether(HELLO, [32, 1, {}, "com.x"], [64, 2, {}, "com.p"]);
  const busy = alice.busy;
  alice.sayTogether([16, 3, { exclude_me: false }, "com.x", ["a"]], [48, 4, {}, "com.p"]);
  expect(alice.heard()).toEqual([]);
  await admit({ busy });
  expect(alice.heard()).toEqual([
    welcomed(101),
    [33, 1, 1],
    [65, 2, 1],
    [36, 1, 102, {}, ["a"]],
    [68, 1, 1, {}],
  ]);
});

test("AZN-13 a message that must wait twice still keeps its place", async () => {
  const { room, method, admit } = slowRoom();
  const alice = room
    .open("wamp.2.msgpack.batched")
    .sayTogether(HELLO, [5, "first", {}], [16, 1, { acknowledge: true }, "com.x"]);
  const { busy } = alice;
  alice.say(16, 2, { acknowledge: true }, "com.x");
  method.pending.shift()?.resolve(CHALLENGED);
  await promisesSettled(); // the gateway has gone on to AUTHENTICATE, and waits again
  expect(alice.heard()).toEqual([[4, "slow", { nonce: "n1" }]]);
  expect(method.asked).toEqual([
    ["challenge", 101],
    ["verify", 101, { answer: 42 }, "first"],
  ]);
  alice.say(16, 3, { acknowledge: true }, "com.x");
  await admit({ busy });
  expect(alice.heard()).toEqual([welcomed(101), [17, 1, 102], [17, 2, 103], [17, 3, 104]]);
  expect(method.pending).toEqual([]);
});

test("RULE-07 a connection that waits delays nobody else", async () => {
  const { room, method, admit } = slowRoom();
  const first = room.open().say(...HELLO);
  const second = room.open("wamp.2.cbor").say(...HELLO);
  const [one, two] = method.pending.splice(0);
  two?.resolve(ADMITTED);
  await second.busy;
  second.say(32, 1, {}, "com.x").say(16, 2, { exclude_me: false }, "com.x");
  expect(second.heard()).toEqual([welcomed(102), [33, 1, 1], [36, 1, 103, {}]]);
  expect(first.heard()).toEqual([]);
  if (one) method.pending.push(one);
  await admit(first);
  expect(first.heard()).toEqual([welcomed(101)]);
});

test("TRN-15 a socket that is lost while its sign-in is judged leaves nothing behind", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open("wamp.2.json.batched").sayTogether(HELLO, [32, 1, {}, "com.x"], [99]);
  const { busy } = alice;
  alice.vanish();
  await admit({ busy });
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toBeUndefined();
  expect(room.store.subscriptions()).toEqual([]);
  expect(room.gateway.nextDeadline()).toBeUndefined();
  expect(room.log).toEqual([]);
});

test("RULE-09 a verdict that fails after the socket was lost is sent to nobody", async () => {
  const { room, decide } = slowRoom();
  const refused = room.open().say(...HELLO);
  refused.vanish();
  await decide(refused, ({ reject }) => reject(new Refusal("wamp.error.authentication_denied", "no")));
  const failed = room.open().say(...HELLO);
  const { busy } = failed;
  failed.say(99).vanish();
  await decide({ busy }, ({ reject }) => reject(new Error("the directory is down")));
  expect([...refused.heard(), ...failed.heard()]).toEqual([]);
  expect([refused.peer.closed, failed.peer.closed]).toEqual([undefined, undefined]);
  expect(room.log).toEqual([
    { event: "fault", session: undefined, error: expect.stringContaining("the directory is down") },
  ]);
});

test("TRN-12 a frame that cannot be read ends a connection even while it waits", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open("wamp.2.json.batched").say(...HELLO);
  const { busy } = alice;
  alice.sayFrame("[");
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
  await admit({ busy });
  expect(alice.heard()).toEqual([]);
});

test("BAT-08 a violation that waited its turn is found when its turn comes", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open().say(...HELLO);
  const { busy } = alice;
  alice.say(32, 1, {}, "com.x").say(99).say(32, 2, {}, "com.y");
  await admit({ busy });
  expect(alice.heard()).toEqual([welcomed(101), [33, 1, 1], VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
  expect(room.store.subscriptions()).toEqual([]);
});

test("SES-40 what is logged of an ABORT is its reason and its text", () => {
  const { room } = slowRoom();
  room.open().say(1, "realm9", ROLES);
  expect(room.log).toEqual([
    { event: "abort", session: undefined, reason: "wamp.error.no_such_realm", message: TEXT },
  ]);
});
