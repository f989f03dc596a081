/** Requirements section 11.4: the subscription meta API. */
import { expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { ask, CREATED, NO_SUCH_PROCEDURE, refused, result, told } from "./ask.ts";

const REVOCABLE = { publisher: [], subscriber: ["subscription_revocation"], caller: [], callee: [] };
const NO_SUCH_SUBSCRIPTION = refused("wamp.error.no_such_subscription");

/** Alice watches with subscription 1; what bob, carol and dave subscribe to is counted from 2. */
function watched(settings = {}): Scene {
  const scene = new Scene(settings).join("alice", "bob", "carol", "dave");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.subscription.");
  return scene;
}

test.each([undefined, "exact", "prefix", "wildcard"])(
  "SBM-01 on_create tells who subscribed first, and to what: %s",
  (match) => {
    const scene = watched();
    const subscription = { id: 2, created: CREATED, uri: "com.x", match: match ?? "exact" };
    expect(scene.send("bob", 32, 1, { match }, "com.x").alice?.[0]).toStrictEqual(
      told(1001, ["wamp.subscription.on_create", 102, subscription])[0],
    );
    expect(scene.send("carol", 32, 1, { match }, "com.x").alice).toStrictEqual(
      told(1003, ["wamp.subscription.on_subscribe", 103, 2]),
    );
  },
);

test("SBM-02 on_subscribe tells of each subscriber, of the first after on_create", () => {
  const scene = watched();
  const subscription = { id: 2, created: CREATED, uri: "com.x", match: "exact" };
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({
    bob: [[33, 1, 2]],
    alice: told(
      1001,
      ["wamp.subscription.on_create", 102, subscription],
      ["wamp.subscription.on_subscribe", 102, 2],
    ),
  });
  expect(scene.send("carol", 32, 1, {}, "com.x")).toStrictEqual({
    carol: [[33, 1, 2]],
    alice: told(1003, ["wamp.subscription.on_subscribe", 103, 2]),
  });
});

test("SBM-03 on_unsubscribe tells of each subscriber that is gone: by UNSUBSCRIBE, its session's end, or revocation", () => {
  const scene = watched({ metaKill: true }).join("eve");
  for (const name of ["bob", "carol", "dave", "eve"]) scene.send(name, 32, 1, {}, "com.x");
  const gone = (session: number) => [["wamp.subscription.on_unsubscribe", session, 2]] as const;
  expect(scene.send("bob", 34, 2, 2)).toStrictEqual({ bob: [[35, 2]], alice: told(1006, ...gone(102)) });
  expect(scene.leave("carol")).toStrictEqual({ alice: told(1007, ...gone(103)) });
  expect(ask(scene, "alice", "wamp.subscription.remove_subscriber", [2, 104])).toStrictEqual({
    alice: [result(), ...told(1008, ...gone(104))],
  });
});

test("SBM-04 on_delete follows the last subscriber's on_unsubscribe, for each subscription of a session that ends", () => {
  const scene = watched();
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, {}, "com.y");
  scene.send("bob", 32, 3, { match: "prefix" }, "com.");
  scene.send("carol", 32, 1, {}, "com.y");
  expect(scene.leave("bob")).toStrictEqual({
    alice: told(
      1008,
      ["wamp.subscription.on_unsubscribe", 102, 2],
      ["wamp.subscription.on_delete", 102, 2],
      ["wamp.subscription.on_unsubscribe", 102, 3],
      ["wamp.subscription.on_unsubscribe", 102, 4],
      ["wamp.subscription.on_delete", 102, 4],
    ),
  });
  expect(scene.send("carol", 34, 2, 3).alice).toStrictEqual(
    told(1013, ["wamp.subscription.on_unsubscribe", 103, 3], ["wamp.subscription.on_delete", 103, 3]),
  );
});

test("SBM-05 subscribing again tells nothing", () => {
  const scene = watched();
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("bob", 32, 2, {}, "com.x")).toStrictEqual({ bob: [[33, 2, 2]] });
  scene.sleep();
  expect(scene.send("bob", 32, 3, {}, "com.x")).toStrictEqual({ bob: [[33, 3, 2]] });
});

test("SBM-06 a subscription that keeps a history is neither created nor deleted by those who come and go", () => {
  const history = [{ uri: "com.x", match: "exact" as const, limit: 10, octets: 1_000 }];
  const scene = new Scene({ history }).join("alice", "bob");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.subscription.");
  const events = (first: number, name: string) => [
    [36, 2, first, { topic: `wamp.subscription.${name}` }, [102, 1]],
  ];
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({
    bob: [[33, 1, 1]],
    alice: events(1001, "on_subscribe"),
  });
  expect(scene.send("bob", 34, 2, 1)).toStrictEqual({
    bob: [[35, 2]],
    alice: events(1002, "on_unsubscribe"),
  });
  scene.sleep();
  expect(scene.send("bob", 32, 3, {}, "com.x")).toStrictEqual({
    bob: [[33, 3, 1]],
    alice: events(1003, "on_subscribe"),
  });
  expect(scene.leave("bob")).toStrictEqual({ alice: events(1004, "on_unsubscribe") });
  expect(ask(scene, "alice", "wamp.subscription.list_subscribers", [1])).toStrictEqual({
    alice: [result([])],
  });
});

test("SBM-06 a retained event keeps no subscription alive", () => {
  const scene = watched();
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 16, 1, { retain: true }, "com.x");
  expect(scene.send("bob", 34, 2, 2).alice).toStrictEqual(
    told(1004, ["wamp.subscription.on_unsubscribe", 102, 2], ["wamp.subscription.on_delete", 102, 2]),
  );
});

test("SBM-07 list has the ids by match policy, all three keys always", () => {
  const scene = new Scene().join("alice", "bob");
  expect(ask(scene, "alice", "wamp.subscription.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  scene.send("bob", 32, 1, {}, "com.a");
  scene.send("bob", 32, 2, { match: "wildcard" }, "com..a");
  scene.send("alice", 32, 1, {}, "com.b");
  scene.send("alice", 32, 2, { match: "prefix" }, "com.");
  scene.sleep();
  expect(ask(scene, "alice", "wamp.subscription.list")).toStrictEqual({
    alice: [result({ exact: [1, 3], prefix: [4], wildcard: [2] })],
  });
});

test("SBM-08 lookup finds the subscription of this very text and policy, or null", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, { match: "prefix" }, "com.x");
  scene.send("bob", 32, 3, { match: "wildcard" }, "com..x");
  const found = (...args: unknown[]) => ask(scene, "alice", "wamp.subscription.lookup", args).alice;
  expect(found("com.x")).toStrictEqual([result(1)]);
  expect(found("com.x", null)).toStrictEqual([result(1)]);
  expect(found("com.x", { match: "exact" })).toStrictEqual([result(1)]);
  expect(found("com.x", { match: "prefix" })).toStrictEqual([result(2)]);
  expect(found("com.x", { match: "wildcard" })).toStrictEqual([result(null)]);
  expect(found("com..x", { match: "wildcard" })).toStrictEqual([result(3)]);
  expect(found("com.x.y")).toStrictEqual([result(null)]);
});

test("SBM-09 match finds every subscription that a publication would reach, or null", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.a.x");
  scene.send("alice", 32, 1, { match: "prefix" }, "com.a");
  scene.send("bob", 32, 2, { match: "wildcard" }, "com..x");
  const matching = (uri: string): unknown => {
    const found = ask(scene, "alice", "wamp.subscription.match", [uri]).alice?.[0]?.[3] as unknown[];
    expect(found).toHaveLength(1);
    return Array.isArray(found[0]) ? found[0].toSorted() : found[0];
  };
  expect(matching("com.a.x")).toStrictEqual([1, 2, 3]);
  expect(matching("com.b.x")).toStrictEqual([3]);
  expect(matching("com.a")).toStrictEqual([2]);
  for (const uri of ["org.x", "com..x", "com.a.", "com.a x", ""]) expect(matching(uri)).toBe(null);
});

test("SBM-10 get tells what on_create told, also after sleep", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "prefix" }, "com.");
  const subscription = { id: 1, created: CREATED, uri: "com.", match: "prefix" };
  expect(ask(scene, "alice", "wamp.subscription.get", [1])).toStrictEqual({ alice: [result(subscription)] });
  scene.sleep();
  expect(ask(scene, "alice", "wamp.subscription.get", [1])).toStrictEqual({ alice: [result(subscription)] });
});

test("SBM-11 list_subscribers has the sessions that hold a subscription", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  for (const name of ["carol", "alice"]) scene.send(name, 32, 1, {}, "com.x");
  expect(ask(scene, "bob", "wamp.subscription.list_subscribers", [1])).toStrictEqual({
    bob: [result([103, 101])],
  });
  scene.leave("carol");
  expect(ask(scene, "bob", "wamp.subscription.list_subscribers", [1])).toStrictEqual({
    bob: [result([101])],
  });
});

test("SBM-12 count_subscribers has their number, under the spec's name only", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  for (const [at, name] of ["alice", "bob", "carol"].entries()) {
    scene.send(name, 32, 1, {}, "com.x");
    expect(ask(scene, "alice", "wamp.subscription.count_subscribers", [1])).toStrictEqual({
      alice: [result(at + 1)],
    });
  }
  expect(ask(scene, "alice", "wamp.subscription.count_suscribers", [1])).toStrictEqual({
    alice: [NO_SUCH_PROCEDURE],
  });
});

test.each(["get", "list_subscribers", "count_subscribers"])(
  "SBM-13 %s of what nobody subscribed to, or nobody any more",
  (name) => {
    const scene = new Scene().join("alice");
    scene.send("alice", 32, 1, {}, "com.x");
    scene.send("alice", 34, 2, 1);
    for (const id of [1, 2]) {
      expect(ask(scene, "alice", `wamp.subscription.${name}`, [id])).toStrictEqual({
        alice: [NO_SUCH_SUBSCRIPTION],
      });
    }
  },
);

test("SBM-14 remove_subscriber takes a subscription away, and says so to one that announced revocation", () => {
  const scene = new Scene({ metaKill: true }).join("alice", "bob").joinAs("carol", { roles: REVOCABLE });
  for (const name of ["bob", "carol"]) scene.send(name, 32, 1, {}, "com.x");
  const remove = (...args: unknown[]) => ask(scene, "alice", "wamp.subscription.remove_subscriber", args);
  expect(remove(1, 103, "com.example.moved")).toStrictEqual({
    alice: [result()],
    carol: [[35, 0, { subscription: 1, reason: "com.example.moved" }]],
  });
  expect(scene.send("alice", 16, 2, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(remove(1, 103)).toStrictEqual({ alice: [NO_SUCH_SUBSCRIPTION] });
  expect(remove(1, 102)).toStrictEqual({ alice: [result()] });
  expect(scene.send("bob", 34, 2, 1)).toStrictEqual({
    bob: [failed(34, 2, "wamp.error.no_such_subscription")],
  });
});

test("SBM-14 remove_subscriber knows neither sessions nor subscriptions that are not there, nor reasons that are no URI", () => {
  const scene = new Scene({ metaKill: true }).joinAs("alice", { roles: REVOCABLE });
  scene.send("alice", 32, 1, {}, "com.x");
  const remove = (...args: unknown[]) =>
    ask(scene, "alice", "wamp.subscription.remove_subscriber", args).alice;
  expect(remove(1, 102)).toStrictEqual([refused("wamp.error.no_such_session")]);
  expect(remove(2, 101)).toStrictEqual([NO_SUCH_SUBSCRIPTION]);
  expect(remove(1, 101, "for some reason")).toStrictEqual([refused("wamp.error.invalid_uri")]);
  expect(remove(1, 101)).toStrictEqual([result(), [35, 0, { subscription: 1 }]]);
});

test("SBM-15 get_events is there where the realm keeps a history, and only there", () => {
  const history = [{ uri: "com.x", match: "exact" as const, limit: 10, octets: 1_000 }];
  const keeping = new Scene({ history }).join("alice");
  keeping.send("alice", 16, 1, {}, "com.x", [7]);
  expect(ask(keeping, "alice", "wamp.subscription.get_events", [1])).toStrictEqual({
    alice: [result({ timestamp: CREATED, subscription: 1, publication: 1001, details: {}, args: [7] })],
  });
  expect(ask(keeping, "alice", "wamp.subscription.get_events", [2])).toStrictEqual({
    alice: [NO_SUCH_SUBSCRIPTION],
  });
  expect(ask(watched(), "alice", "wamp.subscription.get_events", [1])).toStrictEqual({
    alice: [NO_SUCH_PROCEDURE],
  });
});
