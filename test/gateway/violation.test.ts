/** Requirements section 3.2: what an established session may not say, and what follows. */
import { expect, test } from "vitest";
import { ROLES } from "./client.ts";
import { TEXT, VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

const ABORT = [3, {}, "wamp.error.abort"];
const REFUSED = { code: 1000, reason: "" };

test.each([
  ["SES-30 a second HELLO", [1, "realm1", ROLES]],
  ["SES-31 WELCOME", [2, 1, ROLES]],
  ["SES-31 CHALLENGE", [4, "ticket", {}]],
  ["SES-32 AUTHENTICATE", [5, "secret", {}]],
  ["SES-36 ERROR for a CALL", [8, 48, 1, {}, "com.error"]],
  ["SES-36 ERROR for an unknown type", [8, 999, 1, {}, "com.error"]],
  ["SES-37 YIELD of an id that was never issued", [70, 2, {}]],
  ["SES-37 ERROR of an id that was never issued", [8, 68, 2, {}, "com.error"]],
])("%s in an established session is a violation", (_title, wire) => {
  const room = new WireRoom();
  const alice = room.join().say(64, 1, {}, "com.p");
  room.join().say(48, 1, {}, "com.p");
  alice.heard();
  alice.say(...wire);
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test("SES-37 YIELD of an id that was issued to another session is a violation of the one who says it", () => {
  const room = new WireRoom();
  const [alice, bob, caller] = [room.join(), room.join(), room.join()];
  alice.say(64, 1, {}, "com.p").heard();
  caller.say(48, 1, {}, "com.p");
  expect(alice.heard()).toEqual([[68, 1, 1, {}]]);
  bob.say(70, 1, {}, ["mine!"]);
  expect(bob.heard()).toEqual([VIOLATION]);
  alice.say(70, 1, {}, ["answer"]);
  expect(caller.heard()).toEqual([[50, 1, {}, ["answer"]]]);
});

test("SES-35 ABORT in an established session gets no reply, and the session leaves", () => {
  const room = new WireRoom();
  const [alice, bob] = [room.join(), room.join()];
  alice.say(64, 1, {}, "com.p").heard();
  bob.say(48, 1, {}, "com.p");
  alice.heard();
  alice.say(...ABORT);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual(REFUSED);
  expect(bob.heard()).toEqual([
    [8, 48, 1, {}, "wamp.error.canceled", ["the callee left before it answered"]],
  ]);
});

test("SES-38 an answer to a call that has ended is discarded without a word", () => {
  const room = new WireRoom();
  const [alice, bob, gone] = [room.join(), room.join(), room.join()];
  alice.say(64, 1, {}, "com.p").heard();
  bob.say(48, 1, {}, "com.p");
  gone.say(48, 1, {}, "com.p").vanish();
  alice.say(70, 1, {}, ["first"]).say(70, 1, {}).say(8, 68, 1, {}, "com.error").say(70, 2, {}, ["nobody"]);
  expect(bob.heard()).toEqual([[50, 1, {}, ["first"]]]);
  expect(alice.heard()).toEqual([
    [68, 1, 1, {}],
    [68, 2, 1, {}],
  ]);
  expect(alice.peer.closed).toBeUndefined();
});

test("SES-39 a violation affects nobody but the one who committed it", () => {
  const room = new WireRoom();
  const others = room.joinAll();
  for (const each of others) each.say(32, 1, {}, "com.x").heard();
  const alice = room.join();
  const bad = room.join().say(16, 1, {}, "com.x", ["before"]).say(99).say(16, 2, {}, "com.x", ["after"]);
  alice.say(16, 1, {}, "com.x", ["on we go"]);
  expect(bad.heard()).toEqual([VIOLATION]);
  for (const each of others) {
    expect(each.heard()).toEqual([
      [36, 1, 109, {}, ["before"]],
      [36, 1, 110, {}, ["on we go"]],
    ]);
  }
});

test("SES-40 a violation is told by ABORT, drops all that the session had, and closes the connection", () => {
  const room = new WireRoom();
  const [alice, bob] = [room.join(), room.join()];
  alice.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").say(48, 3, {}, "com.p");
  alice.heard();
  alice.say(32, 4, { match: "some" }, "com.y");
  expect(alice.heard()).toEqual([
    [
      3,
      { message: "SUBSCRIBE.Options.match must be one of exact, prefix, wildcard, not another string" },
      "wamp.error.protocol_violation",
    ],
  ]);
  expect(alice.peer.closed).toEqual(VIOLATED);
  bob.say(16, 1, { acknowledge: true }, "com.x").say(48, 2, {}, "com.p").say(64, 3, {}, "com.p");
  expect(bob.heard()).toEqual([
    [17, 1, 103],
    [8, 48, 2, {}, "wamp.error.no_such_procedure", [TEXT]],
    [65, 3, 2],
  ]);
  alice.say(16, 5, {}, "com.x").say(6, {}, "wamp.close.normal").sayFrame("[");
  expect(alice.heard()).toEqual([]);
  expect(room.log).toEqual([
    { event: "abort", session: 101, reason: "wamp.error.protocol_violation", message: TEXT },
  ]);
});

test("SES-42 who commits a violation counts as having left: its callers and its callees are told", () => {
  const room = new WireRoom();
  const caller = room.join("wamp.2.cbor.batched");
  const callee = room.join("wamp.2.msgpack.batched", {
    roles: { callee: { features: { call_canceling: true } } },
  });
  const bad = room.join();
  bad.say(64, 1, {}, "com.bad").heard();
  callee.say(64, 1, {}, "com.good").heard();
  caller.say(48, 1, {}, "com.bad");
  bad.say(48, 2, {}, "com.good").say([]);
  expect(caller.heard()).toEqual([
    [8, 48, 1, {}, "wamp.error.canceled", ["the callee left before it answered"]],
  ]);
  expect(callee.heard()).toEqual([
    [68, 1, 2, {}],
    [69, 1, { mode: "killnowait" }],
  ]);
});

test("SES-43 options of features that the client did not announce are tolerated", () => {
  const room = new WireRoom();
  const plain = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };
  const alice = room.join("wamp.2.json", plain);
  alice
    .say(32, 1, { match: "prefix" }, "com.")
    .say(16, 2, { exclude_me: false, eligible_authrole: ["anonymous"] }, "com.x")
    .say(64, 3, { match: "wildcard" }, "com..p")
    .say(48, 4, { timeout: 1000, receive_progress: true }, "com.a.p");
  expect(alice.heard()).toEqual([
    [33, 1, 1],
    [36, 1, 102, { topic: "com.x" }],
    [65, 3, 1],
    [68, 1, 1, { procedure: "com.a.p" }],
  ]);
});
