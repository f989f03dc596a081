/** Requirements section 3.1, as far as it needs no challenge: from HELLO to WELCOME or ABORT. */
import { expect, test } from "vitest";
import { ROLES } from "./client.ts";
import { ANNOUNCED_ON_THE_WIRE, abort, VIOLATED, VIOLATION, WireRoom, welcome } from "./wire.ts";

const ABORT = [3, {}, "wamp.error.abort"];
const REFUSED = { code: 1000, reason: "" };

test("SES-01 the router says nothing before HELLO", () => {
  const room = new WireRoom();
  const alice = room.open();
  room.join().say(16, 1, {}, "com.x").say(32, 2, { match: "prefix" }, "com.");
  room.pass(room.settings.patience - 1);
  expect(alice.heard()).toEqual([]);
  alice.say(1, "realm1", ROLES);
  expect(alice.heard()).toEqual([welcome(103)]);
});

test.each([
  ["WELCOME", [2, 1, ROLES]],
  ["CHALLENGE", [4, "ticket", {}]],
  ["AUTHENTICATE", [5, "secret", {}]],
  ["ERROR", [8, 68, 1, {}, "com.error"]],
  ["PUBLISH", [16, 1, {}, "com.x"]],
  ["PUBLISHED", [17, 1, 1]],
  ["SUBSCRIBE", [32, 1, {}, "com.x"]],
  ["UNSUBSCRIBE", [34, 1, 1]],
  ["EVENT", [36, 1, 1, {}]],
  ["CALL", [48, 1, {}, "com.p"]],
  ["CANCEL", [49, 1, {}]],
  ["REGISTER", [64, 1, {}, "com.p"]],
  ["UNREGISTER", [66, 1, 1]],
  ["YIELD", [70, 1, {}]],
])("SES-02 a first message that is not HELLO but %s is a violation", (_name, wire) => {
  const alice = new WireRoom().open().say(...wire);
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
  alice.say(1, "realm1", ROLES);
  expect(alice.heard()).toEqual([]);
});

test("SES-03 ABORT as the first message gets no reply, and the connection is closed", () => {
  const alice = new WireRoom().open().say(...ABORT);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toEqual(REFUSED);
});

test("SES-04 HELLO is answered by one WELCOME and nothing else", () => {
  const room = new WireRoom();
  const alice = room.open().say(1, "realm1", ROLES);
  room.pass(60_000);
  expect(alice.heard()).toEqual([welcome(101)]);
  expect(alice.peer.closed).toBeUndefined();
});

test.each([
  ["no roles", {}],
  ["roles null", { roles: null }],
  ["no role", { roles: {} }],
  ["only roles that are no client's", { roles: { broker: {}, dealer: {} } }],
  ["roles that are a list", { roles: ["publisher"] }],
  ["roles that are a string", { roles: "publisher" }],
])("SES-05 HELLO with %s is a violation", (_what, details) => {
  const alice = new WireRoom().open().say(1, "realm1", details);
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test.each(["publisher", "subscriber", "caller", "callee"])("SES-05 the one role %s is enough", (role) => {
  const alice = new WireRoom().open().say(1, "realm1", { roles: { [role]: {} } });
  expect(alice.heard()).toEqual([welcome(101)]);
});

test("SES-06 unknown roles are ignored beside a known one, whatever they hold", () => {
  const roles = { caller: {}, observer: { features: 1 }, broker: 7, __proto__: null };
  expect(new WireRoom().open().say(1, "realm1", { roles }).heard()).toEqual([welcome(101)]);
});

test.each([
  ["a role that is no dict", { caller: [] }],
  ["a role that is true", { caller: true }],
  ["features that are a list", { caller: { features: ["call_timeout"] } }],
  ["a known feature that is 1", { caller: { features: { call_timeout: 1 } } }],
  ["a known feature that is a string", { subscriber: { features: { event_history: "true" } } }],
])("SES-07 HELLO with %s is a violation", (_what, roles) => {
  const alice = new WireRoom().open().say(1, "realm1", { roles });
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test("SES-07 unknown features are ignored, and false equals absent", () => {
  const features = { telepathy: "often", call_timeout: false, call_canceling: true };
  const roles = { callee: { features }, caller: { features: {} } };
  const room = new WireRoom();
  const alice = room.open().say(1, "realm1", { roles });
  expect(alice.heard()).toEqual([welcome(101)]);
  expect(alice.connection.session?.identity.roles).toEqual({ callee: ["call_canceling"], caller: [] });
});

test("SES-08 features are those of HELLO, for the role that announced them, also after sleep", () => {
  const room = new WireRoom();
  const canceling = { features: { call_canceling: true } };
  const modern = room.join("wamp.2.cbor", { roles: { callee: canceling } });
  const simple = room.join("wamp.2.json", { roles: { callee: {}, caller: canceling } });
  modern.say(64, 1, {}, "com.modern").heard();
  simple.say(64, 1, {}, "com.simple").heard();
  const caller = room.join().say(48, 1, {}, "com.modern").say(48, 2, {}, "com.simple");
  expect(modern.heard()).toEqual([[68, 1, 1, {}]]);
  expect(simple.heard()).toEqual([[68, 1, 2, {}]]);
  room.sleep({ vanished: [caller] });
  expect(modern.heard()).toEqual([[69, 1, { mode: "killnowait" }]]);
  expect(simple.heard()).toEqual([]);
});

test.each(["a..b", ".realm1", "realm1.", "realm 1", "realm#1", "realm1\n", "x".repeat(257)])(
  "SES-09 a realm that is not a URI is refused: %j",
  (realm) => {
    const alice = new WireRoom().open().say(1, realm, ROLES);
    expect(alice.heard()).toEqual([abort("wamp.error.invalid_uri")]);
    expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.invalid_uri" });
  },
);

test.each([
  [
    "realm2",
    "an other one of this router, with its address",
    "this address serves realm1; connect to /ws/realm2 for realm2",
  ],
  ["realm3", "an unknown one", "there is no realm realm3 on this router; this address serves realm1"],
  ["Realm1", "one in other letters", "there is no realm Realm1 on this router; this address serves realm1"],
])("SES-11 realm %s, %s, is refused", (realm, _what, message) => {
  const alice = new WireRoom().open().say(1, realm, ROLES);
  expect(alice.heard()).toEqual([[3, { message }, "wamp.error.no_such_realm"]]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.no_such_realm" });
});

test("SES-12 the empty realm is refused", () => {
  const alice = new WireRoom().open().say(1, "", ROLES);
  expect(alice.heard()).toEqual([abort("wamp.error.invalid_uri")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.invalid_uri" });
});

test("SES-13 the null realm is refused, for realms are not assigned", () => {
  const alice = new WireRoom().open().say(1, null, ROLES);
  expect(alice.heard()).toEqual([abort("wamp.error.no_such_realm")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.no_such_realm" });
});

test("SES-14 the session's id is the one of WELCOME for as long as it lasts", () => {
  const room = new WireRoom();
  const alice = room.open("wamp.2.msgpack").say(1, "realm1", ROLES);
  expect(alice.heard()).toEqual([welcome(101)]);
  room.sleep();
  expect(alice.session).toBe(101);
});

test("SES-15 WELCOME announces broker and dealer, each with a dict of features that are true", () => {
  const [[, , details]] = new WireRoom().open().say(1, "realm1", ROLES).heard() as [
    [2, number, { roles: Record<string, { features: Record<string, unknown> }> }],
  ];
  expect(details.roles).toEqual(ANNOUNCED_ON_THE_WIRE);
  for (const { features } of Object.values(details.roles)) {
    expect(new Set(Object.values(features))).toEqual(new Set([true]));
  }
});

test("SES-16 WELCOME names no role but broker and dealer", () => {
  const [[, , details]] = new WireRoom().open().say(1, "realm1", ROLES).heard() as [
    [2, number, { roles: object }],
  ];
  expect(Object.keys(details.roles).sort()).toEqual(["broker", "dealer"]);
});

test("SES-17 features stand under roles.<role>.features of WELCOME", () => {
  const [message] = new WireRoom().open().say(1, "realm1", ROLES).heard();
  expect(message).toMatchObject([
    2,
    101,
    { roles: { broker: { features: { pattern_based_subscription: true } } } },
  ]);
});

test.each(["wampy.js", "", "Ünïcode/1.0", null])("SES-18 agent may be any text: %j", (agent) => {
  expect(
    new WireRoom()
      .open()
      .say(1, "realm1", { ...ROLES, agent })
      .heard(),
  ).toEqual([welcome(101)]);
});

test("SES-19 WELCOME says who an anonymous client is taken for, whatever it asked for", () => {
  const wish = { ...ROLES, authid: "root", authrole: "admin", authmethods: ["anonymous"] };
  expect(new WireRoom().open().say(1, "realm1", wish).heard()).toEqual([welcome(101)]);
});

test("SES-20 WELCOME offers no resumption", () => {
  const [message] = new WireRoom().open().say(1, "realm1", ROLES).heard() as [[2, number, object]];
  expect(Object.keys(message[2]).filter((key) => key.startsWith("resum"))).toEqual([]);
});

test("SES-21 nothing precedes WELCOME, and from it on the session takes part", () => {
  const room = new WireRoom();
  const alice = room.open("wamp.2.json.batched");
  alice.sayTogether(
    [1, "realm1", ROLES],
    [32, 1, {}, "com.x"],
    [16, 2, { exclude_me: false }, "com.x", ["me"]],
  );
  expect(alice.heardFrames()).toEqual([[welcome(101), [33, 1, 1], [36, 1, 102, {}, ["me"]]]]);
});
