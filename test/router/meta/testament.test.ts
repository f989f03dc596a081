/** Requirements section 11.5: session testaments. How a session may end is in test/gateway/kill.test.ts. */
import { expect, test } from "vitest";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { Scene, type Sent } from "../scene.ts";
import { ask, INVALID_ARGUMENT, refused, result } from "./ask.ts";

const ADD = "wamp.session.add_testament";
const FLUSH = "wamp.session.flush_testaments";
const NOT_ALLOWED = refused("wamp.error.option_not_allowed");

/** Alice listens to com.will with subscription 1; bob leaves testaments. */
function scene(settings = {}): Scene {
  const made = new Scene(settings).join("alice", "bob", "carol");
  made.send("alice", 32, 1, {}, "com.will");
  return made;
}

/** What bob leaves to com.will. */
function add(to: Scene, args: unknown, kwargs: Readonly<Record<string, unknown>> = {}): Sent {
  return ask(to, "bob", ADD, ["com.will", args, {}], kwargs);
}

test("TES-01 add_testament stores an event that the session's end publishes", () => {
  const made = scene();
  ask(made, "bob", ADD, ["com.will", [1, "two"], { three: [3] }], {
    scope: "destroyed",
    publish_options: {},
  });
  expect(made.heard("alice")).toStrictEqual([[33, 1, 1]]);
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, [1, "two"], { three: [3] }]] });
});

test("TES-01 a testament reaches each subscriber as a publication does", () => {
  const made = scene();
  made.send("carol", 32, 1, { match: "prefix" }, "com.");
  add(made, []);
  expect(made.leave("bob")).toStrictEqual({
    alice: [[36, 1, 1001, {}]],
    carol: [[36, 2, 1001, { topic: "com.will" }]],
  });
});

test("TES-02 the RESULT of add_testament is empty", () => {
  expect(add(scene(), [1])).toStrictEqual({ bob: [result()] });
});

test("TES-03 topic, args and kwargs are required, null counts as empty", () => {
  const made = scene();
  for (const args of [[], ["com.will"], ["com.will", []], ["com.will", 7, {}], ["com.will", [], "x"]]) {
    expect(ask(made, "bob", ADD, args)).toStrictEqual({ bob: [INVALID_ARGUMENT] });
  }
  expect(ask(made, "bob", ADD, [], { topic: "com.will", args: [], kwargs: {} })).toStrictEqual({
    bob: [INVALID_ARGUMENT],
  });
  for (const args of [
    ["com.will", null, null],
    ["com.will", [1], null],
    ["com.will", null, { a: 1 }],
  ]) {
    expect(ask(made, "bob", ADD, args)).toStrictEqual({ bob: [result()] });
  }
  expect(made.leave("bob")).toStrictEqual({
    alice: [
      [36, 1, 1001, {}],
      [36, 1, 1002, {}, [1]],
      [36, 1, 1003, {}, [], { a: 1 }],
    ],
  });
});

test("TES-04 the scope is destroyed or detached, destroyed where none is given", () => {
  const made = scene();
  for (const scope of ["Destroyed", "", "session", 1, true, []]) {
    expect(add(made, ["never"], { scope })).toStrictEqual({ bob: [INVALID_ARGUMENT] });
    expect(ask(made, "bob", FLUSH, [], { scope })).toStrictEqual({ bob: [INVALID_ARGUMENT] });
  }
  for (const scope of [undefined, null, "destroyed"]) add(made, ["gone"], { scope });
  expect(add(made, ["stays"], { scope: "detached" })).toStrictEqual({ bob: [result()] });
  ask(made, "bob", FLUSH, [], { scope: "destroyed" });
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, ["stays"]]] });
});

test.each<[what: string, options: Record<string, unknown>, receivers: string[]]>([
  ["exclude", { exclude: [101] }, ["carol"]],
  ["exclude_authid", { exclude_authid: ["carol"] }, ["alice"]],
  ["exclude_authrole", { exclude_authrole: ["user"] }, []],
  ["eligible", { eligible: [103] }, ["carol"]],
  ["eligible_authid", { eligible_authid: ["alice"] }, ["alice"]],
  ["eligible_authrole", { eligible_authrole: ["user"] }, ["alice", "carol"]],
  ["exclude_me false", { exclude_me: false }, ["alice", "carol"]],
  ["acknowledge", { acknowledge: true }, ["alice", "carol"]],
  ["an option that nobody knows", { _mine: 1, qos: "high" }, ["alice", "carol"]],
  ["none", {}, ["alice", "carol"]],
])(
  "TES-05 of the publish options %s works as for PUBLISH, also after sleep",
  (_what, publish_options, receivers) => {
    for (const sleeps of [false, true]) {
      const made = scene();
      made.send("carol", 32, 1, {}, "com.will");
      made.send("bob", 32, 1, {}, "com.will");
      expect(add(made, ["farewell"], { publish_options })).toStrictEqual({ bob: [result()] });
      const sent = sleeps ? made.sleep({ vanished: ["bob"] }) : made.leave("bob");
      expect(sent).toStrictEqual(
        Object.fromEntries(receivers.map((name) => [name, [[36, 1, 1001, {}, ["farewell"]]]])),
      );
    }
  },
);

test("TES-05 a testament may be retained", () => {
  const made = scene();
  add(made, ["offline"], { publish_options: { retain: true } });
  made.leave("bob");
  expect(made.send("carol", 32, 1, { get_retained: true }, "com.will")).toStrictEqual({
    carol: [
      [33, 1, 1],
      [36, 1, 1001, { retained: true }, ["offline"]],
    ],
  });
});

test("TES-05 a testament keeps its passthru attributes", () => {
  const made = new Scene().join("alice");
  made.joinAs("bob", { roles: { publisher: ["payload_passthru_mode"], caller: [] } });
  made.send("alice", 32, 1, {}, "com.will");
  const ppt = {
    ppt_scheme: "x_mine",
    ppt_serializer: "cbor",
    ppt_cipher: "xsalsa20poly1305",
    ppt_keyid: "k1",
  };
  add(made, ["\u0000AAEC"], { publish_options: ppt });
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, ppt, ["\u0000AAEC"]]] });
});

test.each(["", "com..x", ".x", "x.", "two words", "a#b", "com.x\n"])(
  "TES-06 the topic %j is refused when the testament is made",
  (topic) => {
    const made = scene();
    expect(ask(made, "bob", ADD, [topic, [], {}])).toStrictEqual({
      bob: [refused("wamp.error.invalid_uri")],
    });
    expect(made.rowCounts().testaments).toBe(0);
  },
);

test.each(["wamp", "wamp.session.on_join", "wamp.x"])(
  "TES-06 nobody leaves a testament to the router's own %s",
  (topic) => {
    const made = scene();
    made.send("alice", 32, 2, { match: "prefix" }, "wamp");
    expect(ask(made, "bob", ADD, [topic, [], {}])).toStrictEqual({
      bob: [refused("wamp.error.invalid_uri")],
    });
  },
);

test("TES-06 a strict realm is strict with testaments too", () => {
  const made = scene({ uriRule: "strict" });
  expect(ask(made, "bob", ADD, ["com.Will", [], {}])).toStrictEqual({
    bob: [refused("wamp.error.invalid_uri")],
  });
});

test("TES-07 flush_testaments removes the caller's testaments of one scope and says nothing more", () => {
  const made = scene();
  add(made, ["destroyed"]);
  add(made, ["detached"], { scope: "detached" });
  ask(made, "carol", ADD, ["com.will", ["carol's"], {}]);
  expect(ask(made, "bob", FLUSH)).toStrictEqual({ bob: [result()] });
  expect(ask(made, "bob", FLUSH)).toStrictEqual({ bob: [result()] });
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, ["detached"]]] });
  expect(made.leave("carol")).toStrictEqual({ alice: [[36, 1, 1002, {}, ["carol's"]]] });
});

test("TES-07 flushing detached ones leaves the destroyed ones", () => {
  const made = scene();
  add(made, ["destroyed"]);
  add(made, ["detached"], { scope: "detached" });
  expect(ask(made, "bob", FLUSH, [], { scope: "detached" })).toStrictEqual({ bob: [result()] });
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, ["destroyed"]]] });
});

test("TES-08 the two scopes are two buckets, though no session is ever resumed", () => {
  for (const [flushed, kept] of [
    ["destroyed", "detached"],
    ["detached", "destroyed"],
  ]) {
    const made = scene();
    for (const scope of [flushed, kept]) add(made, [scope], { scope });
    made.sleep();
    ask(made, "bob", FLUSH, [], { scope: flushed });
    expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, [kept]]] });
  }
});

test("TES-09 testaments are published in the order in which they were added", () => {
  const made = scene();
  for (let n = 1; n <= 50; n++) {
    if (n % 10 === 0) made.sleep();
    add(made, [n]);
  }
  expect(made.leave("bob").alice).toStrictEqual(
    Array.from({ length: 50 }, (_, n) => [36, 1, 1001 + n, {}, [n + 1]]),
  );
});

test("TES-10 the detached ones are published first", () => {
  const made = scene();
  for (const scope of ["destroyed", "detached", "destroyed", "detached"]) add(made, [scope], { scope });
  expect(made.leave("bob").alice?.map((event) => event[4])).toStrictEqual([
    ["detached"],
    ["detached"],
    ["destroyed"],
    ["destroyed"],
  ]);
});

test("TES-12 each is published once, also for a session that vanished while the realm slept", () => {
  const made = scene();
  add(made, ["once"]);
  expect(made.sleep()).toStrictEqual({});
  expect(made.sleep({ vanished: ["bob"] })).toStrictEqual({ alice: [[36, 1, 1001, {}, ["once"]]] });
  expect(made.sleep()).toStrictEqual({});
  expect(made.rowCounts()).toMatchObject({ testaments: 0 });
  made.join("bob2");
  expect(made.leave("bob2")).toStrictEqual({});
});

test("TES-12 a testament outlives the process that took it", () => {
  const made = scene();
  add(made, ["once"]);
  expect(made.crash({ present: ["alice"] })).toStrictEqual({ alice: [[36, 1, 1001, {}, ["once"]]] });
  expect(made.crash({ present: ["alice"] })).toStrictEqual({});
});

test("TES-12 of several that vanished together each has its own published, to those who are still there", () => {
  const made = scene();
  add(made, ["bob's"]);
  ask(made, "carol", ADD, ["com.will", ["carol's"], {}]);
  made.send("carol", 32, 1, {}, "com.will");
  expect(made.sleep({ vanished: ["bob", "carol"] })).toStrictEqual({
    alice: [
      [36, 1, 1001, {}, ["bob's"]],
      [36, 1, 1002, {}, ["carol's"]],
    ],
  });
});

test("TES-13 kill_all publishes none, and none is left over", () => {
  const made = scene({ metaKill: true });
  add(made, ["never"], { scope: "detached" });
  expect(ask(made, "alice", "wamp.session.kill_all").alice).toStrictEqual([result(2)]);
  expect(made.rowCounts().testaments).toBe(0);
});

test("TES-14 a testament is that of the session that called, whatever was disclosed", () => {
  const made = scene();
  add(made, ["bob's"]);
  ask(made, "carol", FLUSH);
  expect(made.leave("carol")).toStrictEqual({});
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, ["bob's"]]] });
});

test("TES-16 who is disclosed is who left, as it was when it left", () => {
  const made = scene({ metaModify: true });
  add(made, [], { publish_options: { disclose_me: true } });
  ask(made, "carol", "wamp.session.modify_details", [102, { authrole: "retired" }]);
  expect(made.sleep({ vanished: ["bob"] })).toStrictEqual({
    alice: [[36, 1, 1001, { publisher: 102, publisher_authid: "bob", publisher_authrole: "retired" }]],
  });
});

test("TES-17 who leaves hears nothing of its own testament", () => {
  const made = scene();
  made.send("bob", 32, 1, {}, "com.will");
  add(made, ["mine"], { publish_options: { exclude_me: false, acknowledge: true, eligible: [101, 102] } });
  expect(made.leave("bob")).toStrictEqual({ alice: [[36, 1, 1001, {}, ["mine"]]] });
});

test("TES-18 a session has so many testaments and no more, and goes on without", () => {
  const made = scene({ keep: { ...DEFAULT_REALM_SETTINGS.keep, testaments: 2 } });
  add(made, [1]);
  add(made, [2], { scope: "detached" });
  made.sleep();
  expect(add(made, [3])).toStrictEqual({ bob: [NOT_ALLOWED] });
  expect(ask(made, "carol", ADD, ["com.will", ["carol's"], {}])).toStrictEqual({ carol: [result()] });
  ask(made, "bob", FLUSH);
  expect(add(made, [4])).toStrictEqual({ bob: [result()] });
  expect(made.leave("bob").alice?.map((event) => event[4])).toStrictEqual([[2], [4]]);
});

test("TES-18 testaments together are no larger than they may be, whatever they are made of", () => {
  const made = scene({ keep: { ...DEFAULT_REALM_SETTINGS.keep, testamentOctets: 1_000 } });
  expect(add(made, ["x".repeat(1_000)])).toStrictEqual({ bob: [NOT_ALLOWED] });
  const eligible_authid = Array.from({ length: 100 }, (_, n) => `somebody-${n}`);
  expect(add(made, [], { publish_options: { eligible_authid } })).toStrictEqual({ bob: [NOT_ALLOWED] });
  expect(add(made, ["x".repeat(600)])).toStrictEqual({ bob: [result()] });
  expect(add(made, ["x".repeat(600)])).toStrictEqual({ bob: [NOT_ALLOWED] });
  expect(add(made, ["x".repeat(200)])).toStrictEqual({ bob: [result()] });
  expect(made.leave("bob").alice).toHaveLength(2);
});

test("TES-19 a testament that may not be published any more is skipped, the others are not", () => {
  const made = scene();
  made.send("alice", 32, 2, {}, "com.Will");
  ask(made, "bob", ADD, ["com.Will", [1], {}]);
  add(made, [2], { publish_options: { disclose_me: true } });
  add(made, [3], { publish_options: { ppt_scheme: "x_not_announced" } });
  add(made, [4]);
  Object.assign(made.settings, { uriRule: "strict", allowDisclose: false });
  expect(made.sleep({ vanished: ["bob"] })).toStrictEqual({ alice: [[36, 1, 1001, {}, [4]]] });
});
