/** Challenge and answer: in time, too late, refused, failed, and after sleep. */
import { expect, test } from "vitest";
import { Refusal } from "../../src/wamp/error.ts";
import { ROLES } from "./client.ts";
import { CHALLENGED, HELLO, slowRoom, welcomed } from "./slow-method.ts";
import { abort, VIOLATED, VIOLATION } from "./wire.ts";

test("SES-22 a sign-in that is not judged in time is refused, and its verdict comes to nothing", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open("wamp.2.cbor").say(...HELLO);
  const { busy } = alice;
  alice.say(32, 1, {}, "com.x");
  expect(room.gateway.nextDeadline()).toBe(room.clock + room.settings.patience);
  room.pass(room.settings.patience - 1);
  expect(alice.heard()).toEqual([]);
  room.pass(1);
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_failed" });
  await admit({ busy });
  expect(alice.heard()).toEqual([]);
  expect(room.store.subscriptions()).toEqual([]);
});

test("SES-22 S19 a challenge that is not answered in time is refused, and time began with the upgrade", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open();
  room.pass(1_000);
  alice.say(...HELLO);
  room.pass(1_000);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  expect(alice.heard()).toEqual([[4, "slow", { nonce: "n1" }]]);
  room.pass(room.settings.patience - 2_001);
  expect(alice.peer.closed).toBeUndefined();
  room.pass(1);
  expect(alice.heard()).toEqual([
    [3, { message: "no AUTHENTICATE came in time" }, "wamp.error.authentication_failed"],
  ]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_failed" });
  alice.say(5, "late", {}); // AUT-17
  expect(alice.heard()).toEqual([]);
});

test("AUT-17 an answer that is judged too slowly is refused", async () => {
  const { room, decide, admit } = slowRoom();
  const alice = room.open().say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  alice.heard();
  alice.say(5, "sig", {});
  room.pass(room.settings.patience);
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  await admit(alice);
  expect(alice.heard()).toEqual([]);
});

test("SES-22 S19 nobody gains time by more challenges, by sleep or by talking", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open().say(...HELLO);
  for (let n = 1; n <= 4; n++) {
    room.pass(room.settings.patience / 5);
    await decide(alice, ({ resolve }) => resolve(CHALLENGED));
    room.wake([alice]);
    alice.say(5, "sig", {});
  }
  alice.heard();
  room.pass(room.settings.patience / 5 - 1);
  expect(alice.peer.closed).toBeUndefined();
  room.pass(1);
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_failed" });
});

test("AUT-06 a verdict that refuses is told with its reason", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open("wamp.2.msgpack").say(...HELLO);
  const { busy } = alice;
  alice.say(32, 1, {}, "com.x");
  await decide({ busy }, ({ reject }) =>
    reject(new Refusal("wamp.error.authentication_denied", "the name or the secret is wrong")),
  );
  expect(alice.heard()).toEqual([
    [3, { message: "the name or the secret is wrong" }, "wamp.error.authentication_denied"],
  ]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_denied" });
  expect(room.store.subscriptions()).toEqual([]);
});

test("AUT-07 a method that fails admits nobody: authentication_failed, close code 1011, and a line in the log", async () => {
  const { room, decide } = slowRoom();
  const alice = room.open("wamp.2.json").say(...HELLO);
  const secret = new Error("the directory is down: password hunter2");
  await decide(alice, ({ reject }) => reject(secret));
  expect(alice.heard()).toEqual([
    [3, { message: "the router failed; its log says why" }, "wamp.error.authentication_failed"],
  ]);
  expect(alice.peer.closed).toEqual({ code: 1011, reason: "wamp.error.authentication_failed" });
  expect(room.log).toEqual([
    { event: "fault", session: undefined, error: expect.stringContaining("the directory is down") },
  ]);
});

test("AUT-05 a challenge is answered, judged, and asked again where the method wants more", async () => {
  const { room, method, decide, admit } = slowRoom();
  const alice = room.open("wamp.2.cbor").say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  expect(alice.heard()).toEqual([[4, "slow", { nonce: "n1" }]]);
  alice.say(5, "first", {});
  await decide(alice, ({ resolve }) =>
    resolve({ challenge: { extra: { nonce: "n2" }, expects: { answer: 43 } } }),
  );
  expect(alice.heard()).toEqual([[4, "slow", { nonce: "n2" }]]);
  alice.say(5, "second", null);
  await admit(alice);
  expect(alice.heard()).toEqual([welcomed(101)]);
  expect(method.asked).toEqual([
    ["challenge", 101],
    ["verify", 101, { answer: 42 }, "first"],
    ["verify", 101, { answer: 43 }, "second"],
  ]);
});

test("RULE-08 a challenge can be answered after sleep, by the same session id", async () => {
  const { room, method, decide, admit } = slowRoom();
  const alice = room.open("wamp.2.msgpack.batched").say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  alice.heard();
  room.wake([alice]);
  alice.say(5, "sig", {});
  await admit(alice);
  expect(alice.heard()).toEqual([welcomed(101)]);
  expect(method.asked.at(-1)).toEqual(["verify", 101, { answer: 42 }, "sig"]);
});

test("RULE-08 deadlines survive sleep, whatever order the sockets come back in", async () => {
  const { room, decide } = slowRoom();
  const early = room.open();
  room.pass(1_000);
  const late = room.open().say(...HELLO);
  await decide(late, ({ resolve }) => resolve(CHALLENGED));
  late.heard();
  room.wake([late, early]);
  const due = room.clock - 1_000 + room.settings.patience;
  expect(room.gateway.nextDeadline()).toBe(due);
  room.pass(due - room.clock);
  expect(early.peer.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
  expect(late.peer.closed).toBeUndefined();
  room.pass(1_000);
  expect(late.heard()).toEqual([abort("wamp.error.authentication_failed")]);
});

test.each([
  ["HELLO", HELLO],
  ["PUBLISH", [16, 1, {}, "com.x"]],
  ["GOODBYE", [6, {}, "wamp.close.normal"]],
  ["an unknown message", [99]],
])("SES-33 while a challenge is out, %s is a violation", async (_name, wire) => {
  const { room, decide } = slowRoom();
  const alice = room.open().say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  alice.heard();
  alice.say(...wire);
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test("SES-34 ABORT ends the sign-in without a reply, while a challenge is out and while it is judged", async () => {
  const { room, method, decide, admit } = slowRoom();
  const alice = room.open().say(...HELLO);
  await decide(alice, ({ resolve }) => resolve(CHALLENGED));
  alice.heard();
  alice.say(3, {}, "wamp.error.cannot_authenticate");
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "" });

  for (const judged of ["HELLO", "AUTHENTICATE"]) {
    const bob = room.open().say(...HELLO);
    if (judged === "AUTHENTICATE") {
      await decide(bob, ({ resolve }) => resolve(CHALLENGED));
      bob.say(5, "42", {}).heard();
    }
    const { busy } = bob;
    bob.say(3, {}, "wamp.error.abort");
    expect(bob.peer.closed).toEqual({ code: 1000, reason: "" });
    await admit({ busy });
    expect(bob.heard()).toEqual([]);
  }
  expect(method.pending).toEqual([]);
  expect(room.gateway.sessions()).toEqual([]);
});

test("SES-34 whoever calls its sign-in off in the same batch is not welcomed, and takes nobody's place", async () => {
  const { room, admit } = slowRoom({ roles: { user: { singleSession: "newest" } } });
  const here = room.open().say(...HELLO);
  await admit(here);
  here.say(32, 1, { match: "prefix" }, "wamp.session.").heard();
  const alice = room.open("wamp.2.msgpack.batched").sayTogether(HELLO, [3, {}, "wamp.error.abort"]);
  await admit(alice);
  expect([...alice.heard(), ...here.heard()]).toEqual([]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "" });
});

test("SES-14 the id of WELCOME is the one that the method was told", async () => {
  const { room, method, admit } = slowRoom();
  room.open().say(...HELLO);
  const bob = room.open().say(...HELLO);
  const [, second] = method.pending.splice(0);
  if (second) method.pending.push(second);
  await admit(bob);
  expect(bob.heard()).toEqual([welcomed(102)]);
  expect(method.asked).toEqual([
    ["challenge", 101],
    ["challenge", 102],
  ]);
});

test("AUT-01 the first of the client's methods that is offered is taken, unknown ones are passed over", async () => {
  const { room, admit } = slowRoom();
  const alice = room.open().say(1, "realm1", { ...ROLES, authmethods: ["telepathy", "slow", "anonymous"] });
  await admit(alice);
  expect(alice.heard()).toEqual([welcomed(101)]);
});

test("AUT-03 a client whose methods are not offered is refused, and told which are", () => {
  const { room, method } = slowRoom();
  const alice = room.open().say(1, "realm1", { ...ROLES, authmethods: ["ticket", "anonymous"] });
  expect(alice.heard()).toEqual([
    [
      3,
      { message: "realm realm1 offers none of the methods ticket, anonymous, but slow" },
      "wamp.error.no_matching_auth_method",
    ],
  ]);
  expect(method.asked).toEqual([]);
});

test.each([
  ["nothing", {}],
  ["null", { authmethods: null }],
  ["an empty list", { authmethods: [] }],
  ["anonymous only", { authmethods: ["anonymous"] }],
])("AUT-04 a client that offers %s where credentials are needed is told so", (_what, details) => {
  const { room } = slowRoom();
  const alice = room.open().say(1, "realm1", { ...ROLES, ...details });
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_required")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_required" });
});
