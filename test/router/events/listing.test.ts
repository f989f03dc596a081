/** Subscriber black- and whitelisting, and what it makes of publisher exclusion (requirements sections 6.1, 6.3). */
import { expect, test } from "vitest";
import { WireRoom } from "../../gateway/wire.ts";
import { failed, violates } from "../answers.ts";
import { Scene, type Sent } from "../scene.ts";

/** alice (101) publishes; bob (102), carol (103), dave (104) and erin (105) have subscribed to com.x. */
function audienceOf(options: object): string[] {
  const scene = new Scene()
    .join("alice")
    .joinAs("bob", { authid: "bob", authrole: "user" })
    .joinAs("carol", { authid: "carol", authrole: "user" })
    .joinAs("dave", { authid: "dave", authrole: "admin" })
    .joinAs("erin", { authid: "bob", authrole: "admin" });
  for (const name of ["alice", "bob", "carol", "dave", "erin"]) scene.send(name, 32, 1, {}, "com.x");
  const sent = scene.send("alice", 16, 2, options, "com.x", ["hi"]);
  const receivers = Object.keys(sent);
  expect(sent).toStrictEqual(toAll(receivers, [36, 1, 1001, {}, ["hi"]]));
  return receivers;
}

function toAll(names: readonly string[], message: readonly unknown[]): Sent {
  return Object.fromEntries(names.map((name) => [name, [message]]));
}

test("BWL-01 a subscriber receives an event only if every list that is given lets it", () => {
  expect(audienceOf({})).toStrictEqual(["bob", "carol", "dave", "erin"]);
  expect(audienceOf({ eligible: [103, 105] })).toStrictEqual(["carol", "erin"]);
  expect(audienceOf({ eligible_authid: ["bob"] })).toStrictEqual(["bob", "erin"]);
  expect(audienceOf({ eligible_authrole: ["admin"] })).toStrictEqual(["dave", "erin"]);
  expect(audienceOf({ exclude: [103, 105] })).toStrictEqual(["bob", "dave"]);
  expect(audienceOf({ exclude_authid: ["bob"] })).toStrictEqual(["carol", "dave"]);
  expect(audienceOf({ exclude_authrole: ["admin"] })).toStrictEqual(["bob", "carol"]);
  expect(audienceOf({ eligible_authid: ["bob"], eligible_authrole: ["admin"] })).toStrictEqual(["erin"]);
  expect(audienceOf({ eligible: [102, 103, 104], exclude_authrole: ["admin"] })).toStrictEqual([
    "bob",
    "carol",
  ]);
  expect(audienceOf({ exclude: [102], exclude_authid: ["carol"], exclude_authrole: ["none"] })).toStrictEqual(
    ["dave", "erin"],
  );
  const all = {
    eligible: [102, 103, 104, 105],
    eligible_authid: ["bob", "dave"],
    eligible_authrole: ["user", "admin"],
    exclude: [102],
    exclude_authid: ["carol"],
    exclude_authrole: ["guest"],
  };
  expect(audienceOf(all)).toStrictEqual(["dave", "erin"]);
});

test("BWL-02 a list narrows the subscribers and adds nobody to them", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  const lists = { eligible: [102, 103], eligible_authid: ["bob", "carol"], eligible_authrole: ["user"] };
  expect(scene.send("alice", 16, 1, lists, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(scene.send("alice", 16, 2, { eligible: [103] }, "com.x")).toStrictEqual({});
});

test("BWL-03 whoever is both eligible and excluded gets nothing", () => {
  expect(audienceOf({ eligible: [102, 103], exclude: [103] })).toStrictEqual(["bob"]);
  expect(audienceOf({ eligible_authid: ["bob"], exclude_authid: ["bob"] })).toStrictEqual([]);
  expect(audienceOf({ eligible: [104], exclude_authrole: ["admin"] })).toStrictEqual([]);
});

test("BWL-04 the publisher is left out although it is eligible", () => {
  expect(audienceOf({ eligible: [101, 102] })).toStrictEqual(["bob"]);
  expect(audienceOf({ eligible_authid: ["alice"] })).toStrictEqual([]);
  expect(audienceOf({ eligible: [101, 102], exclude_me: true })).toStrictEqual(["bob"]);
});

test("BWL-05 an empty eligible list admits nobody, an empty exclude list has no effect", () => {
  for (const list of ["eligible", "eligible_authid", "eligible_authrole"]) {
    expect(audienceOf({ [list]: [] })).toStrictEqual([]);
  }
  for (const list of ["exclude", "exclude_authid", "exclude_authrole"]) {
    expect(audienceOf({ [list]: [] })).toStrictEqual(["bob", "carol", "dave", "erin"]);
  }
});

test("BWL-05 nor has an empty exclude list an effect on what is retained or kept", () => {
  const history = [{ uri: "com.x", match: "exact" as const, limit: 10, octets: 1_000 }];
  const scene = new Scene({ history }).join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true, eligible_authid: ["bob"] }, "com.x", ["restricted"]);
  const empty = { exclude: [], exclude_authid: [], exclude_authrole: [] };
  scene.send("alice", 16, 2, { retain: true, ...empty }, "com.x", ["general"]);
  expect(scene.rowCounts()).toMatchObject({ retained: 1, history: 2 });
});

test("BWL-06 what nobody has is matched by nobody", () => {
  expect(
    audienceOf({ exclude: [9_007_199_254_740_992], exclude_authid: [""], exclude_authrole: ["x"] }),
  ).toStrictEqual(["bob", "carol", "dave", "erin"]);
  expect(audienceOf({ eligible: [1, 102] })).toStrictEqual(["bob"]);
  expect(audienceOf({ eligible_authid: ["Bob", "nobody"] })).toStrictEqual([]);
  expect(audienceOf({ eligible_authrole: ["__proto__"] })).toStrictEqual([]);
});

test("BWL-07 lists apply to every matching subscription, to pattern subscriptions, and to retained events", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  for (const name of ["bob", "carol"]) {
    scene.send(name, 32, 1, {}, "com.x.y");
    scene.send(name, 32, 2, { match: "prefix" }, "com.");
    scene.send(name, 32, 3, { match: "wildcard" }, "com..y");
  }
  const options = { retain: true, exclude_authid: ["carol"] };
  expect(scene.send("alice", 16, 1, options, "com.x.y", [1])).toStrictEqual({
    bob: [
      [36, 1, 1001, {}, [1]],
      [36, 2, 1001, { topic: "com.x.y" }, [1]],
      [36, 3, 1001, { topic: "com.x.y" }, [1]],
    ],
  });
  for (const name of ["bob", "carol"]) scene.send(name, 34, 4, 1);
  scene.joinAs("carol's other", { authid: "carol" });
  expect(scene.send("carol's other", 32, 1, { get_retained: true }, "com.x.y")).toStrictEqual({
    "carol's other": [[33, 1, 4]],
  });
  const again = { get_retained: true, match: "prefix" };
  expect(scene.send("carol's other", 32, 2, again, "com.")).toStrictEqual({ "carol's other": [[33, 2, 2]] });
  expect(scene.send("bob", 32, 5, { get_retained: true }, "com.x.y")).toStrictEqual({
    bob: [
      [33, 5, 4],
      [36, 4, 1001, { retained: true }, [1]],
    ],
  });
});

test("BWL-08 lists are compared with the authid and authrole of WELCOME, not with what HELLO asked for", () => {
  const room = new WireRoom();
  const roles = { publisher: {}, subscriber: {} };
  const alice = room.join();
  const bob = room.join("wamp.2.msgpack", { roles, authid: "bob", authrole: "admin" }); // is anonymous-2u: 102
  bob.say(32, 1, {}, "com.x").heard();
  alice.say(16, 1, { eligible_authid: ["bob"] }, "com.x");
  alice.say(16, 2, { eligible_authrole: ["admin"] }, "com.x");
  expect(bob.heard()).toEqual([]);
  alice.say(16, 3, { eligible_authid: ["anonymous-2u"], eligible_authrole: ["anonymous"] }, "com.x");
  alice.say(16, 4, { exclude_authid: ["bob"], exclude_authrole: ["admin"] }, "com.x");
  expect(bob.heard()).toEqual([
    [36, 1, 105, {}],
    [36, 1, 106, {}],
  ]);
});

test("BWL-09 an item of the wrong type is a violation, an integral float is an integer", () => {
  for (const list of ["eligible", "exclude"]) {
    for (const wrong of [["102"], [1.5], [0], [-1], [null], [[102]], [true], 102, "102", { 0: 102 }]) {
      violates(new Scene().join("alice"), "alice", 16, 1, { [list]: wrong }, "com.x");
    }
  }
  for (const list of ["eligible_authid", "eligible_authrole", "exclude_authid", "exclude_authrole"]) {
    for (const wrong of [[102], [null], [["bob"]], [{}], "bob", true]) {
      violates(new Scene().join("alice"), "alice", 16, 1, { [list]: wrong }, "com.x");
    }
  }
  const room = new WireRoom();
  const [alice, bob] = [room.join("wamp.2.cbor"), room.join()];
  bob.say(32, 1, {}, "com.x").heard();
  // cbor-x writes integers above 2^32 as float64; 102 as fb 4059800000000000 is the same case in small.
  alice.sayFrame(Buffer.from("84100aa168656c696769626c6581fb405980000000000065636f6d2e78", "hex"));
  expect(bob.heard()).toEqual([[36, 1, 103, {}]]);
});

test("PEX-03 a publisher that includes itself is subject to the lists like any subscriber", () => {
  const scene = new Scene().joinAs("alice", { authid: "alice", authrole: "admin" }).join("bob");
  for (const name of ["alice", "bob"]) scene.send(name, 32, 1, {}, "com.x");
  const publish = (options: object) => scene.send("alice", 16, 2, { exclude_me: false, ...options }, "com.x");
  expect(publish({ exclude: [101] })).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(publish({ exclude_authid: ["alice"] })).toStrictEqual({ bob: [[36, 1, 1002, {}]] });
  expect(publish({ exclude_authrole: ["admin"] })).toStrictEqual({ bob: [[36, 1, 1003, {}]] });
  expect(publish({ eligible: [102] })).toStrictEqual({ bob: [[36, 1, 1004, {}]] });
  expect(publish({ eligible_authid: ["bob"] })).toStrictEqual({ bob: [[36, 1, 1005, {}]] });
  expect(publish({ eligible_authrole: ["admin"] })).toStrictEqual({ alice: [[36, 1, 1006, {}]] });
});

test("XMA-03 forward_for is checked and ignored: nobody speaks for another session", () => {
  const forward_for = [{ session: 102, authid: "bob", authrole: "admin" }];
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, { forward_for }, "com.x");
  expect(scene.send("bob", 32, 1, { forward_for: [] }, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  // Were alice taken for bob, she would get the event, and he would not.
  const options = { forward_for, disclose_me: true, acknowledge: true };
  expect(scene.send("alice", 16, 2, options, "com.x")).toStrictEqual({
    alice: [[17, 2, 1001]],
    bob: [[36, 1, 1001, { publisher: 101, publisher_authid: "alice", publisher_authrole: "user" }]],
  });
  expect(scene.send("alice", 34, 3, 1, { forward_for })).toStrictEqual({ alice: [[35, 3]] });
  expect(scene.send("alice", 64, 4, { forward_for }, "com.p")).toStrictEqual({ alice: [[65, 4, 1]] });
  expect(scene.send("bob", 48, 2, { forward_for }, "com.p")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("alice", 70, 1, { forward_for })).toStrictEqual({ bob: [[50, 2, {}]] });
  expect(scene.send("bob", 66, 3, 1, { forward_for })).toStrictEqual({
    bob: [failed(66, 3, "wamp.error.no_such_registration")],
  });
  for (const wrong of ["x", 1, {}, [1], ["x"], [null], [[]]]) {
    violates(new Scene().join("alice"), "alice", 16, 1, { forward_for: wrong }, "com.x");
    violates(new Scene().join("alice"), "alice", 32, 1, { forward_for: wrong }, "com.x");
    violates(new Scene().join("alice"), "alice", 64, 1, { forward_for: wrong }, "com.x");
    violates(new Scene().join("alice"), "alice", 48, 1, { forward_for: wrong }, "com.x");
  }
});

test("MSG-38 options that the spec does not forward do not come out as details", () => {
  const foreign = {
    _mine: 1,
    x_other: "y",
    rkey: "a",
    topic: "com.y",
    trustlevel: 9,
    retained: true,
    caller: 7,
  };
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 64, 2, {}, "com.p");
  expect(scene.send("alice", 16, 1, { ...foreign, publisher: 7 }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, {}]],
  });
  const call = { ...foreign, procedure: "com.q", caller_authid: "root" };
  expect(scene.send("alice", 48, 2, call, "com.p")).toStrictEqual({ bob: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 70, 1, { ...foreign, callee: 7 }, [1])).toStrictEqual({
    alice: [[50, 2, {}, [1]]],
  });
  scene.send("alice", 48, 3, {}, "com.p");
  expect(scene.send("bob", 8, 68, 2, foreign, "com.error")).toStrictEqual({
    alice: [[8, 48, 3, {}, "com.error"]],
  });
});

test("SHS-01 sharded subscriptions are a sketch: their options have no effect", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  expect(scene.send("bob", 32, 1, { nkey: "a" }, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  expect(scene.send("carol", 32, 1, { nkey: ["b"] }, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 1, { rkey: "a" }, "com.x", [1])).toStrictEqual({
    bob: [[36, 1, 1001, {}, [1]]],
    carol: [[36, 1, 1001, {}, [1]]],
  });
});

test("PBS-08 broad patterns receive the router's own events too", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, { match: "prefix" }, ""); // of which on_create and on_subscribe tell: 1001, 1002
  scene.send("alice", 32, 2, { match: "wildcard" }, "wamp..on_subscribe");
  scene.clock = Date.UTC(2026, 5, 14, 10, 20, 30, 123);
  const created = { id: 3, created: "2026-06-14T10:20:30.123Z", uri: "com.x", match: "exact" };
  const [onCreate, onSubscribe] = ["wamp.subscription.on_create", "wamp.subscription.on_subscribe"];
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({
    bob: [[33, 1, 3]],
    alice: [
      [36, 1, 1003, { topic: onCreate }, [102, created]],
      [36, 1, 1004, { topic: onSubscribe }, [102, 3]],
      [36, 2, 1004, { topic: onSubscribe }, [102, 3]],
    ],
  });
});
