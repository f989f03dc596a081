/** Requirements sections 3.3 and 3.4: GOODBYE, and sessions that cannot be resumed. */
import { expect, test } from "vitest";
import { ROLES } from "./client.ts";
import { abort, VIOLATED, VIOLATION, WireRoom, welcome } from "./wire.ts";

const GOODBYE = [6, {}, "wamp.close.close_realm"];
const GOODBYE_AND_OUT = [6, {}, "wamp.close.goodbye_and_out"];
const ABORT = [3, {}, "wamp.error.abort"];
const REFUSED = { code: 1000, reason: "" };

test.each(["wamp.close.close_realm", "wamp.close.normal", "wamp.error.close_realm", "any text at all"])(
  "SES-50 GOODBYE is answered by goodbye_and_out, whatever its reason: %s",
  (reason) => {
    const room = new WireRoom();
    const [alice, bob] = [room.join(), room.join()];
    alice.say(64, 1, {}, "com.p").heard();
    alice.say(6, {}, reason);
    expect(alice.heard()).toEqual([GOODBYE_AND_OUT]);
    expect(alice.peer.closed).toBeUndefined();
    bob.say(64, 1, {}, "com.p");
    expect(bob.heard()).toEqual([[65, 1, 2]]);
  },
);

test("SES-51 nothing follows the router's GOODBYE, not even what the leaving caused", () => {
  const room = new WireRoom();
  const alice = room.join("wamp.2.cbor.batched", {
    roles: { ...ROLES.roles, callee: { features: { call_canceling: true } } },
  });
  alice.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").heard();
  alice.sayTogether([48, 3, {}, "com.p"], [16, 4, { exclude_me: false }, "com.x"], GOODBYE);
  expect(alice.heard()).toEqual([[68, 1, 1, {}], [36, 1, 102, {}], GOODBYE_AND_OUT]);
  room.join().say(16, 1, {}, "com.x").say(48, 2, {}, "com.p");
  expect(alice.heard()).toEqual([]);
});

test("SES-52 ORD-23 what was said before GOODBYE is done first", () => {
  const room = new WireRoom();
  const bob = room.join().say(32, 1, {}, "com.x");
  const alice = room.join("wamp.2.msgpack.batched").sayTogether([16, 1, {}, "com.x", ["last"]], GOODBYE);
  room
    .join()
    .say(16, 1, {}, "com.x", ["words"])
    .say(...GOODBYE);
  expect(bob.heard()).toEqual([
    [33, 1, 1],
    [36, 1, 103, {}, ["last"]],
    [36, 1, 105, {}, ["words"]],
  ]);
  expect(alice.heard()).toEqual([GOODBYE_AND_OUT]);
});

/** Nothing makes the router say GOODBYE first yet; a memo of such a connection shows how it goes on. */
function leaving(): { room: WireRoom; alice: ReturnType<WireRoom["open"]> } {
  const room = new WireRoom();
  const alice = room.open("wamp.2.json");
  const deadline = room.clock + room.settings.patience;
  room.wake([alice], (memo) => ({ ...memo, state: { phase: "leaving", deadline } }));
  return { room, alice };
}

test("SES-53 after the router's GOODBYE only the reply, ABORT or the loss of the transport count", () => {
  const { alice } = leaving();
  alice.say(16, 1, { acknowledge: true }, "com.x").say(1, "realm1", ROLES).say(99).sayFrame("[");
  alice.sayFrame("x".repeat(5_000));
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toBeUndefined();
  alice.say(...ABORT);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual(REFUSED);
});

test.each(["wamp.close.goodbye_and_out", "wamp.error.goodbye_and_out", "wamp.close.close_realm", "!"])(
  "SES-54 the reply to the router's GOODBYE may give any reason and is not answered: %s",
  (reason) => {
    const { alice } = leaving();
    alice.say(6, {}, reason);
    expect(alice.heard()).toEqual([]);
    expect(alice.peer.closed).toEqual(REFUSED);
  },
);

test("SES-55 without a reply to the router's GOODBYE in time the connection is closed", () => {
  const { room, alice } = leaving();
  room.pass(room.settings.patience - 1);
  expect(alice.peer.closed).toBeUndefined();
  room.pass(1);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual({ code: 1008, reason: "" });
});

test("SES-56 of two GOODBYEs that crossed neither is answered", () => {
  const { alice } = leaving();
  alice.say(...GOODBYE);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual(REFUSED);
});

test("SES-57 GOODBYE before the session is established is a violation", () => {
  const alice = new WireRoom().open().say(...GOODBYE);
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test("SES-58 after GOODBYE a new HELLO starts a new session, and without one the connection is closed", () => {
  const room = new WireRoom();
  const alice = room.join("wamp.2.cbor");
  room.pass(60_000);
  alice.say(...GOODBYE);
  room.pass(room.settings.patience - 1);
  alice.say(1, "realm1", ROLES);
  expect(alice.heard()).toEqual([GOODBYE_AND_OUT, welcome(102)]);
  room.pass(60_000);
  alice.say(...GOODBYE);
  room.pass(room.settings.patience);
  expect(alice.heard()).toEqual([GOODBYE_AND_OUT]);
  expect(alice.peer.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
});

test("SES-58 a connection between two sessions survives sleep", () => {
  const room = new WireRoom();
  const alice = room.join("wamp.2.json.batched");
  alice.say(...GOODBYE).heard();
  room.wake([alice]);
  alice.say(1, "realm1", ROLES);
  expect(alice.heard()).toEqual([welcome(102)]);
});

test("SES-60 a session that left keeps nothing, not even a row", () => {
  const room = new WireRoom();
  const alice = room.join();
  alice.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").say(48, 3, {}, "com.p");
  room.pass(60_000);
  const rows = () => [
    room.store.sessions(),
    room.store.subscriptions(),
    room.store.subscribers(),
    room.store.registrations(),
    room.store.callees(),
    room.store.invocations(),
  ];
  expect(rows().map(({ length }) => length)).toEqual([1, 1, 1, 1, 1, 1]);
  alice.say(...GOODBYE);
  expect(rows().map(({ length }) => length)).toEqual([0, 0, 0, 0, 0, 0]);
});

test("SES-61 details of ABORT and GOODBYE are for people, and other keys are ignored", () => {
  const room = new WireRoom();
  const details = { message: "so long", _private: 1, resumable: true };
  expect(room.join().say(6, details, "wamp.close.normal").heard()).toEqual([GOODBYE_AND_OUT]);
  const alice = room.join().say(3, details, "wamp.error.abort", ["why"], { and: "how" });
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual(REFUSED);
});

test("SES-70 the wish to be resumable is ignored", () => {
  const wish = { ...ROLES, resumable: true };
  expect(new WireRoom().open().say(1, "realm1", wish).heard()).toEqual([welcome(101)]);
});

test("SES-72 an attempt to resume never becomes a session under the old id", () => {
  const room = new WireRoom();
  const resume = { ...ROLES, "resume-session": 101, "resume-token": "AAAA" };
  room.join().vanish();
  const alice = room.open().say(1, null, resume);
  expect(alice.heard()).toEqual([abort("wamp.error.no_such_realm")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.no_such_realm" });
  expect(room.open().say(1, "realm1", resume).heard()).toEqual([welcome(102)]);
});
