/** Pattern subscriptions with exceptions: each event's topic is asked for, at delivery (AZN-09). */
import { describe, expect, test } from "vitest";
import { allowed } from "../../../src/router/exceptions.ts";
import { Scene } from "../scene.ts";
import { Rules } from "./rules.ts";

const ALL = "bob subscribe com. (prefix)";

/** bob, who may not have everything, and carol, who may, subscribe to `com.`; alice publishes. */
function sceneWith(rules: Rules): Scene {
  const scene = new Scene({}, { may: rules.may }).join("alice", "bob", "carol");
  for (const name of ["bob", "carol"]) scene.send(name, 32, 1, { match: "prefix" }, "com.");
  rules.questions();
  return scene;
}

const event = (publication: number, topic: string) => [36, 1, publication, { topic }];

describe.each([
  ["at once", (_: Scene): void => {}],
  ["after sleep", (scene: Scene): void => void scene.sleep()],
])("a pattern with exceptions, %s", (_, rest) => {
  test.each([
    ["denied", "no"],
    ["not to be judged", "broken"],
  ] as const)("AZN-09 gets no event of a topic that is %s, and every other one", (__, answer) => {
    const rules = new Rules({ [ALL]: "parts", "bob subscribe com.secret": answer });
    const scene = sceneWith(rules);
    rest(scene);
    expect(scene.send("alice", 16, 1, {}, "com.secret")).toStrictEqual({
      carol: [event(1001, "com.secret")],
    });
    expect(scene.send("alice", 16, 2, {}, "com.open")).toStrictEqual({
      bob: [event(1002, "com.open")],
      carol: [event(1002, "com.open")],
    });
  });

  test("AZN-11 gets the events of a topic that nobody can decide alone: whoever was asked allowed the pattern", () => {
    const scene = sceneWith(new Rules({ [ALL]: "parts", "bob subscribe com.open": "ask" }));
    rest(scene);
    expect(scene.send("alice", 16, 1, {}, "com.open").bob).toStrictEqual([event(1001, "com.open")]);
  });

  test("AZN-09 is asked for the topic only where there are exceptions, and anew each time", () => {
    const rules = new Rules({ [ALL]: "parts" });
    const scene = sceneWith(rules);
    rest(scene);
    scene.send("alice", 16, 1, {}, "com.a");
    rules.questions();
    scene.send("alice", 16, 2, {}, "com.a");
    expect(rules.questions()).toStrictEqual(["alice publish com.a", "bob subscribe com.a"]);
    rules.answers["bob subscribe com.a"] = "no";
    expect(scene.send("alice", 16, 3, {}, "com.a")).toStrictEqual({ carol: [event(1003, "com.a")] });
  });

  test("AZN-09 a publication that nobody may have is not sent at all", () => {
    const rules = new Rules({ [ALL]: "parts", "bob subscribe com.secret": "no" });
    const scene = sceneWith(rules);
    scene.send("carol", 34, 2, 1);
    rest(scene);
    expect(scene.send("alice", 16, 1, { acknowledge: true }, "com.secret")).toStrictEqual({
      alice: [[17, 1, 1001]],
    });
  });

  test("AZN-09 together with lists, each keeps its own", () => {
    const rules = new Rules({ [ALL]: "parts", "bob subscribe com.secret": "no" });
    const scene = sceneWith(rules);
    rest(scene);
    const options = { exclude_authid: ["carol"] };
    expect(scene.send("alice", 16, 1, options, "com.secret")).toStrictEqual({});
    expect(scene.send("alice", 16, 2, options, "com.open")).toStrictEqual({ bob: [event(1002, "com.open")] });
  });

  test("AZN-09 MET-12 meta events are asked for like any other", () => {
    const rules = new Rules({
      "bob subscribe wamp. (prefix)": "parts",
      "bob subscribe wamp.session.on_leave": "no",
    });
    const scene = new Scene({}, { may: rules.may }).join("alice", "bob", "carol");
    scene.send("bob", 32, 1, { match: "prefix" }, "wamp.");
    rest(scene);
    expect(scene.leave("alice")).toStrictEqual({});
    const told = { topic: "wamp.subscription.on_subscribe" };
    const { bob } = scene.send("carol", 32, 1, {}, "com.x");
    expect(bob?.map((each) => each[3])).toStrictEqual([{ topic: "wamp.subscription.on_create" }, told]);
  });
});

describe("a pattern after sleep", () => {
  test("S14 waking asks nothing; the first event asks once for each subscriber of what it matches", () => {
    const rules = new Rules({ [ALL]: "parts" });
    const scene = sceneWith(rules);
    scene.send("carol", 32, 2, { match: "prefix" }, "org.");
    scene.send("carol", 32, 3, {}, "com.exact");
    rules.questions();
    scene.sleep();
    expect(rules.questions()).toStrictEqual([]);
    scene.send("alice", 16, 1, {}, "com.a");
    const asked = ["alice publish com.a", ALL, "carol subscribe com. (prefix)", "bob subscribe com.a"];
    expect(rules.questions()).toStrictEqual(asked);
    scene.send("alice", 16, 2, {}, "com.a");
    expect(rules.questions()).toStrictEqual(["alice publish com.a", "bob subscribe com.a"]);
  });

  test("S14 what was asked is known for other topics too, and when all that is held is read", () => {
    const rules = new Rules({ [ALL]: "parts" });
    const scene = sceneWith(rules);
    scene.sleep();
    scene.send("alice", 16, 1, {}, "com.a");
    rules.questions();
    scene.send("alice", 16, 2, {}, "com.b");
    expect(rules.questions()).toStrictEqual(["alice publish com.b", "bob subscribe com.b"]);
    scene.send("alice", 32, 3, {}, "org.x");
    rules.questions();
    scene.send("alice", 16, 4, {}, "com.c");
    expect(rules.questions()).toStrictEqual(["alice publish com.c", "bob subscribe com.c"]);
  });

  test("AZN-09 that nobody can decide any more goes on, but for topics that are denied", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    rules.answers[ALL] = "ask";
    rules.answers["bob subscribe com.a"] = "ask";
    rules.answers["bob subscribe com.b"] = "no";
    rules.answers["bob subscribe com.c"] = "broken";
    scene.sleep();
    const [a, b, c, d] = ["com.a", "com.b", "com.c", "com.d"].map((topic) =>
      Object.keys(scene.send("alice", 16, 1, {}, topic)),
    );
    expect([a, b, c, d]).toStrictEqual([["bob", "carol"], ["carol"], ["carol"], ["bob", "carol"]]);
  });

  test("AZN-09 that is not allowed any more is left with the topics that are", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    rules.answers[ALL] = "no";
    rules.answers["bob subscribe com.a"] = "ask";
    rules.answers["bob subscribe com.b"] = "no";
    scene.sleep();
    const heard = ["com.a", "com.b", "com.c"].map((topic) => scene.send("alice", 16, 1, {}, topic));
    expect(heard.map(({ bob }) => bob?.length ?? 0)).toStrictEqual([0, 0, 1]);
  });
});

test("AZN-09 subscribing again to the same pattern takes the permission as it is now", () => {
  const rules = new Rules({ "bob subscribe com.secret": "no" });
  const scene = sceneWith(rules);
  expect(scene.send("alice", 16, 1, {}, "com.secret").bob).toHaveLength(1);
  rules.answers[ALL] = "parts";
  scene.send("bob", 32, 2, { match: "prefix" }, "com.");
  expect(scene.send("alice", 16, 2, {}, "com.secret").bob).toBeUndefined();
  rules.answers[ALL] = "yes";
  scene.send("bob", 32, 3, { match: "prefix" }, "com.");
  expect(scene.send("alice", 16, 3, {}, "com.secret").bob).toHaveLength(1);
});

test("AZN-09 exceptions of a subscriber that left are forgotten", () => {
  const rules = new Rules({ [ALL]: "parts" });
  const scene = sceneWith(rules);
  scene.send("bob", 34, 2, 1);
  const [subscription] = scene.session("carol").subscriptions;
  expect(subscription?.exceptions.size).toBe(0);
  rules.questions();
  scene.send("alice", 16, 1, {}, "com.a");
  expect(rules.questions()).toStrictEqual(["alice publish com.a"]);
});

test("S14 where no subscriber has exceptions the receivers are as they were, and nobody looked at them", () => {
  const scene = sceneWith(new Rules());
  const [subscription] = scene.session("carol").subscriptions;
  if (!subscription) throw new Error("carol subscribes to something");
  const receivers = subscription.subscriberIds;
  expect(allowed(scene.may, { subscription, topic: "com.a" }, receivers)).toBe(receivers);
});
