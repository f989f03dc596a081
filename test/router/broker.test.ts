/** Broker basic and publisher exclusion (requirements sections 5, 6.1). BRK-23..25 are about sending, which is the gateway's. */
import { expect, test } from "vitest";
import { failed } from "./answers.ts";
import { Scene } from "./scene.ts";

test("BRK-01 a SUBSCRIBE is answered by exactly one SUBSCRIBED or ERROR", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("alice", 32, 2, {}, "com..x")).toStrictEqual({
    alice: [failed(32, 2, "wamp.error.invalid_uri")],
  });
});

test("BRK-02 without a match option the topic is matched exactly", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("carol", 32, 1, { match: "exact" }, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 1, {}, "com.x.y")).toStrictEqual({});
  expect(scene.send("alice", 16, 2, {}, "com.x")).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
    carol: [[36, 1, 1002, {}]],
  });
});

test("BRK-03 one subscription id for each topic and match policy, shared by all its subscribers", () => {
  const scene = new Scene().join("alice", "bob");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  expect(scene.send("alice", 32, 2, { match: "prefix" }, "com.x")).toStrictEqual({ alice: [[33, 2, 2]] });
  expect(scene.send("bob", 32, 2, { match: "prefix" }, "com.x")).toStrictEqual({ bob: [[33, 2, 2]] });
  expect(scene.send("alice", 32, 3, { match: "wildcard" }, "com.x")).toStrictEqual({ alice: [[33, 3, 3]] });
  expect(scene.send("bob", 32, 3, { match: "wildcard" }, "com.x")).toStrictEqual({ bob: [[33, 3, 3]] });
});

test("BRK-04 subscribing again returns the same id and does not double what is delivered", () => {
  const scene = new Scene().join("alice", "bob");
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  expect(scene.send("bob", 32, 2, {}, "com.x")).toStrictEqual({ bob: [[33, 2, 1]] });
  expect(scene.send("alice", 16, 1, {}, "com.x", [1])).toStrictEqual({ bob: [[36, 1, 1001, {}, [1]]] });
  expect(scene.rowCounts().subscribers).toBe(1);
});

test("BRK-05 after subscribing twice a single UNSUBSCRIBE removes the subscription", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, {}, "com.x");
  expect(scene.send("bob", 34, 3, 1)).toStrictEqual({ bob: [[35, 3]] });
  expect(scene.send("alice", 16, 1, {}, "com.x")).toStrictEqual({});
  expect(scene.send("bob", 34, 4, 1)).toStrictEqual({
    bob: [failed(34, 4, "wamp.error.no_such_subscription")],
  });
});

test("BRK-06 a subscription lasts until its session unsubscribes or ends", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 32, 1, {}, "com.x");
  for (let request = 1; request <= 20; request++) {
    expect(scene.send("alice", 16, request, {}, "com.x")).toStrictEqual({
      bob: [[36, 1, 1000 + request, {}]],
      carol: [[36, 1, 1000 + request, {}]],
    });
  }
  scene.send("bob", 34, 2, 1);
  expect(scene.send("alice", 16, 21, {}, "com.x")).toStrictEqual({ carol: [[36, 1, 1021, {}]] });
  scene.leave("carol");
  expect(scene.send("alice", 16, 22, {}, "com.x")).toStrictEqual({});
});

test("BRK-07 no EVENT follows UNSUBSCRIBED, while other subscribers and other subscriptions go on", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, { match: "prefix" }, "com");
  expect(scene.send("bob", 34, 3, 1)).toStrictEqual({ bob: [[35, 3]] });
  expect(scene.send("alice", 16, 1, {}, "com.x")).toStrictEqual({
    bob: [[36, 2, 1001, { topic: "com.x" }]],
    carol: [[36, 1, 1001, {}]],
  });
});

test("BRK-08 UNSUBSCRIBE of an unknown id is answered no_such_subscription", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 34, 1, 4711)).toStrictEqual({
    alice: [failed(34, 1, "wamp.error.no_such_subscription")],
  });
});

test("BRK-09 UNSUBSCRIBE of what only others hold is answered no_such_subscription and disturbs nobody", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 34, 1, 1)).toStrictEqual({
    alice: [failed(34, 1, "wamp.error.no_such_subscription")],
  });
  expect(scene.send("alice", 16, 2, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
});

test("BRK-10 a subscription goes with its last subscriber; the next SUBSCRIBE gets a new id", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 34, 2, 1);
  expect(scene.send("carol", 32, 1, {}, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  scene.leave("bob");
  scene.send("carol", 34, 2, 1);
  expect(scene.send("alice", 32, 3, {}, "com.x")).toStrictEqual({ alice: [[33, 3, 2]] });
  scene.leave("alice");
  expect(scene.send("carol", 32, 3, {}, "com.x")).toStrictEqual({ carol: [[33, 3, 3]] });
});

test("BRK-11 a PUBLISH that does not ask for acknowledgement never gets a reply", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  for (const options of [{}, { acknowledge: false }]) {
    expect(Object.keys(scene.send("alice", 16, 1, options, "com.x"))).toStrictEqual(["bob"]);
    expect(scene.send("alice", 16, 2, options, "com.nobody")).toStrictEqual({});
    expect(scene.send("alice", 16, 3, options, "com..x")).toStrictEqual({});
    expect(scene.send("alice", 16, 4, options, "wamp.session.on_join")).toStrictEqual({});
  }
});

test("BRK-12 a PUBLISH with acknowledge gets exactly one PUBLISHED or ERROR", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 32, 1, { match: "prefix" }, "com.");
  expect(scene.send("alice", 16, 1, { acknowledge: true }, "com.x")).toStrictEqual({
    alice: [[17, 1, 1001]],
    bob: [[36, 1, 1001, {}]],
    carol: [[36, 2, 1001, { topic: "com.x" }]],
  });
  expect(scene.send("alice", 16, 2, { acknowledge: true }, "com..x")).toStrictEqual({
    alice: [failed(16, 2, "wamp.error.invalid_uri")],
  });
});

test("BRK-13 PUBLISHED is sent also where nobody listens", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 16, 1, { acknowledge: true }, "com.x")).toStrictEqual({
    alice: [[17, 1, 1001]],
  });
});

test("BRK-14 PUBLISHED stands although the EVENT could not be delivered", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 1, { acknowledge: true }, "com.x").alice).toStrictEqual([[17, 1, 1001]]);
  const event = {
    type: "EVENT",
    subscription: 1,
    publication: 1001,
    details: {},
    payload: undefined,
  } as const;
  expect(scene.undeliverable("bob", event, "NaN has no form in JSON")).toStrictEqual({});
  scene.leave("bob");
  expect(scene.heard("alice")).toStrictEqual([[17, 1, 1001]]);
});

test("BRK-15 PUBLISHED reaches the publisher before its own EVENT", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("alice", 32, 2, { match: "prefix" }, "com");
  expect(scene.send("alice", 16, 3, { acknowledge: true, exclude_me: false }, "com.x")).toStrictEqual({
    alice: [
      [17, 3, 1001],
      [36, 1, 1001, {}],
      [36, 2, 1001, { topic: "com.x" }],
    ],
  });
});

test("BRK-16 each subscriber gets the publisher's arguments unchanged", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  expect(scene.send("carol", 32, 1, {}, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 1, {}, "com.x", ["hi"], { loud: true })).toStrictEqual({
    bob: [[36, 1, 1001, {}, ["hi"], { loud: true }]],
    carol: [[36, 1, 1001, {}, ["hi"], { loud: true }]],
  });
  const nested = [null, -0.5, "é\u0000", [[]], { a: { b: [1] } }];
  expect(scene.send("alice", 16, 2, {}, "com.x", nested)).toStrictEqual({
    bob: [[36, 1, 1002, {}, nested]],
    carol: [[36, 1, 1002, {}, nested]],
  });
  expect(scene.send("alice", 16, 3, {}, "com.x", [], { only: "words" })).toStrictEqual({
    bob: [[36, 1, 1003, {}, [], { only: "words" }]],
    carol: [[36, 1, 1003, {}, [], { only: "words" }]],
  });
});

test("BRK-17 one EVENT for each matching subscription of a session, all of the same publication", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x.y");
  scene.send("bob", 32, 2, { match: "prefix" }, "com.");
  scene.send("bob", 32, 3, { match: "prefix" }, "com.x");
  scene.send("bob", 32, 4, { match: "wildcard" }, "com..y");
  scene.send("bob", 32, 5, { match: "wildcard" }, "com..z");
  const { bob = [], ...others } = scene.send("alice", 16, 1, {}, "com.x.y", [7]);
  expect(others).toStrictEqual({});
  // ORD-06: no order is promised among the subscriptions.
  expect(bob.toSorted((a, b) => Number(a[1]) - Number(b[1]))).toStrictEqual([
    [36, 1, 1001, {}, [7]],
    [36, 2, 1001, { topic: "com.x.y" }, [7]],
    [36, 3, 1001, { topic: "com.x.y" }, [7]],
    [36, 4, 1001, { topic: "com.x.y" }, [7]],
  ]);
});

test("BRK-18 the publisher does not get its own event on any of its subscriptions", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("alice", 32, 2, { match: "prefix" }, "com");
  scene.send("alice", 32, 3, { match: "wildcard" }, "com.");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 4, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(scene.send("alice", 16, 5, { exclude_me: true }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
  });
});

test("BRK-19 other sessions of the publisher's authid get the event", () => {
  const scene = new Scene().joinAs("phone", { authid: "alice" }).joinAs("laptop", { authid: "alice" });
  scene.send("phone", 32, 1, {}, "com.x");
  scene.send("laptop", 32, 1, {}, "com.x");
  expect(scene.send("phone", 16, 2, {}, "com.x")).toStrictEqual({ laptop: [[36, 1, 1001, {}]] });
});

test("BRK-20 an event goes to those who are subscribed when it is published, to nobody later", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 1, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(scene.send("carol", 32, 1, {}, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 2, {}, "com.x")).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
    carol: [[36, 1, 1002, {}]],
  });
});

test("BRK-21 nothing is kept for a subscriber that is away", () => {
  const scene = new Scene().join("alice").joinAs("bob", { authid: "bob" });
  scene.send("bob", 32, 1, {}, "com.x");
  scene.leave("bob");
  expect(scene.send("alice", 16, 1, {}, "com.x", ["missed"])).toStrictEqual({});
  scene.joinAs("bob again", { authid: "bob" });
  expect(scene.send("bob again", 32, 1, {}, "com.x")).toStrictEqual({ "bob again": [[33, 1, 2]] });
  expect(scene.sleep()).toStrictEqual({});
  expect(scene.heard("bob again")).toStrictEqual([[33, 1, 2]]);
});

test("BRK-22 EVENT.Details does not say who published", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, { match: "prefix" }, "wampum");
  expect(
    scene.send("alice", 16, 1, { acknowledge: true, _mine: 1, publisher: 5 }, "com.x").bob,
  ).toStrictEqual([[36, 1, 1001, {}]]);
  expect(scene.send("alice", 16, 2, {}, "wampum.x").bob).toStrictEqual([
    [36, 2, 1002, { topic: "wampum.x" }],
  ]);
});

test("PEX-01 a publisher that asks not to be excluded gets its own event", () => {
  const scene = new Scene().join("alice", "bob");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 2, { exclude_me: false }, "com.x", ["hi"])).toStrictEqual({
    alice: [[36, 1, 1001, {}, ["hi"]]],
    bob: [[36, 1, 1001, {}, ["hi"]]],
  });
  expect(scene.send("bob", 16, 2, { exclude_me: false }, "com.y")).toStrictEqual({});
});

test("PEX-02 exclude_me true is the default", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 2, { exclude_me: true }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, {}]],
  });
});

test("PEX-04 exclude_me is honoured also where the client did not announce publisher_exclusion", () => {
  for (const features of [[], ["publisher_exclusion"]]) {
    const scene = new Scene().joinAs("alice", { roles: { publisher: features, subscriber: [] } });
    scene.send("alice", 32, 1, {}, "com.x");
    expect(scene.send("alice", 16, 2, { exclude_me: false }, "com.x")).toStrictEqual({
      alice: [[36, 1, 1001, {}]],
    });
  }
});

test("MSG-48 a message of a role that was not announced is processed all the same", () => {
  const scene = new Scene().joinAs("alice", { roles: { caller: [] } }).join("bob");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("bob", 16, 1, {}, "com.x", ["hi"])).toStrictEqual({
    alice: [[36, 1, 1001, {}, ["hi"]]],
  });
});
