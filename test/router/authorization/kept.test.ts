/** What was kept is checked when it is used: testaments, retained events, history (S8: every entrance, at use time). */
import { describe, expect, test } from "vitest";
import { failed } from "../answers.ts";
import { CREATED } from "../meta/ask.ts";
import { Scene, type Wire } from "../scene.ts";
import { Rules } from "./rules.ts";

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const HISTORY = [{ uri: "com.", match: "prefix", limit: 10, octets: 10_000 }] as const;

function sceneWith(rules: Rules, settings: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  return new Scene(settings, { may: rules.may });
}

describe("a testament", () => {
  const add = [48, 1, {}, "wamp.session.add_testament", ["com.will", [1], {}]] as const;

  test("TES-15 needs the permission to publish when it is added", () => {
    const rules = new Rules({ "alice publish com.will": "no" });
    const scene = sceneWith(rules).join("alice");
    expect(scene.send("alice", ...add)).toStrictEqual({ alice: [failed(48, 1, NOT_AUTHORIZED)] });
    expect(scene.rowCounts()).toMatchObject({ sessions: 0, testaments: 0 });
    expect(rules.questions()).toStrictEqual([
      "alice call wamp.session.add_testament",
      "alice publish com.will",
    ]);
  });

  test("TES-15 needs the permission to call add_testament too", () => {
    const rules = new Rules({ "alice call wamp.session.add_testament": "no" });
    const scene = sceneWith(rules).join("alice");
    expect(scene.send("alice", ...add)).toStrictEqual({ alice: [failed(48, 1, NOT_AUTHORIZED)] });
    expect(scene.rowCounts().testaments).toBe(0);
  });

  test.each([
    ["allowed", "yes", [[36, 1, 1001, {}, [1]]]],
    ["denied by then", "no", undefined],
    ["undecided by then", "ask", undefined],
    ["not to be judged by then", "broken", undefined],
  ] as const)("TES-15 that is %s when it is published", (_, answer, heard) => {
    for (const leaves of [
      (scene: Scene) => scene.leave("alice"),
      (scene: Scene) => scene.sleep({ vanished: ["alice"] }),
      (scene: Scene) => scene.crash({ present: ["bob"] }),
    ]) {
      const rules = new Rules();
      const scene = sceneWith(rules).join("alice", "bob");
      scene.send("bob", 32, 1, {}, "com.will");
      scene.send("alice", ...add);
      rules.answers["alice publish com.will"] = answer;
      expect(leaves(scene)).toStrictEqual(heard ? { bob: heard } : {});
      expect(scene.rowCounts().testaments).toBe(0);
    }
  });

  test("TES-15 PID-03 discloses its publisher where the permission says so", () => {
    const scene = sceneWith(new Rules({ "alice publish com.will": "tell" })).join("alice", "bob");
    scene.send("bob", 32, 1, {}, "com.will");
    scene.send("alice", ...add);
    const details = { publisher: 101, publisher_authid: "alice", publisher_authrole: "user" };
    expect(scene.leave("alice")).toStrictEqual({ bob: [[36, 1, 1001, details, [1]]] });
  });
});

describe("a retained event", () => {
  function retained(rules: Rules): Scene {
    const scene = sceneWith(rules).join("alice", "bob");
    for (const topic of ["com.a", "com.b", "com.c"]) {
      scene.send("alice", 16, 1, { retain: true }, topic);
    }
    rules.questions();
    return scene;
  }
  const of = (publication: number, topic: string): Wire => [36, 1, publication, { topic, retained: true }];
  const subscribe = [32, 1, { match: "prefix", get_retained: true }, "com."] as const;

  test("S8 reaches nobody who may not subscribe", () => {
    const scene = retained(new Rules({ "bob subscribe com. (prefix)": "no" }));
    expect(scene.send("bob", ...subscribe)).toStrictEqual({ bob: [failed(32, 1, NOT_AUTHORIZED)] });
  });

  test.each([
    ["denied", "no"],
    ["not to be judged", "broken"],
  ] as const)("AZN-09 of a topic that is %s is not told to who has the pattern but for that", (_, answer) => {
    const rules = new Rules({ "bob subscribe com. (prefix)": "parts", "bob subscribe com.b": answer });
    const scene = retained(rules);
    expect(scene.send("bob", ...subscribe)).toStrictEqual({
      bob: [[33, 1, 1], of(1001, "com.a"), of(1003, "com.c")],
    });
    expect(rules.questions()).toStrictEqual([
      "bob subscribe com. (prefix)",
      "bob subscribe com.c",
      "bob subscribe com.b",
      "bob subscribe com.a",
    ]);
  });

  test("AZN-11 of a topic that nobody can decide alone is told: whoever was asked allowed the pattern", () => {
    const rules = new Rules({ "bob subscribe com. (prefix)": "parts", "bob subscribe com.b": "ask" });
    expect(retained(rules).send("bob", ...subscribe).bob).toHaveLength(4);
  });

  test("S14 is not asked for one by one where the pattern is allowed as a whole", () => {
    const rules = new Rules();
    const scene = retained(rules);
    expect(scene.send("bob", ...subscribe).bob).toHaveLength(4);
    expect(rules.questions()).toStrictEqual(["bob subscribe com. (prefix)"]);
  });
});

describe("the history", () => {
  const get = [48, 9, {}, "wamp.subscription.get_events", [1]] as const;
  const of = (publication: number, topic: string) => ({
    timestamp: CREATED,
    subscription: 1,
    publication,
    details: { topic },
  });

  function historic(rules: Rules): Scene {
    const scene = sceneWith(rules, { history: HISTORY }).join("alice", "bob");
    for (const topic of ["com.a", "com.b", "com.c"]) scene.send("alice", 16, 1, {}, topic);
    rules.questions();
    return scene;
  }

  test("HIS-23 is for who may subscribe to what it is the history of", () => {
    const rules = new Rules({ "bob subscribe com. (prefix)": "no" });
    const scene = historic(rules);
    expect(scene.send("bob", ...get)).toStrictEqual({ bob: [failed(48, 9, NOT_AUTHORIZED)] });
    expect(rules.questions()).toStrictEqual([
      "bob call wamp.subscription.get_events",
      "bob subscribe com. (prefix)",
    ]);
    rules.answers["bob subscribe com. (prefix)"] = "broken";
    const broken = failed(48, 9, "wamp.error.authorization_failed");
    expect(scene.send("bob", ...get)).toStrictEqual({ bob: [broken] });
  });

  test("HIS-23 is for who may call get_events", () => {
    const scene = historic(new Rules({ "bob call wamp.subscription.get_events": "no" }));
    expect(scene.send("bob", ...get)).toStrictEqual({ bob: [failed(48, 9, NOT_AUTHORIZED)] });
  });

  test("HIS-23 who subscribed while it was allowed has to be allowed when it asks", () => {
    const rules = new Rules();
    const scene = historic(rules);
    scene.send("bob", 32, 1, { match: "prefix" }, "com.");
    rules.answers["bob subscribe com. (prefix)"] = "no";
    expect(scene.send("bob", ...get)).toStrictEqual({ bob: [failed(48, 9, NOT_AUTHORIZED)] });
  });

  test.each([
    ["denied", "no"],
    ["not to be judged", "broken"],
  ] as const)("HIS-23 shows no event of a topic that is %s, and limits count what is shown", (_, answer) => {
    const rules = new Rules({ "bob subscribe com. (prefix)": "parts", "bob subscribe com.b": answer });
    const scene = historic(rules);
    expect(scene.send("bob", ...get)).toStrictEqual({
      bob: [[50, 9, {}, [of(1001, "com.a"), of(1003, "com.c")]]],
    });
    expect(scene.send("bob", ...get, { limit: 2 })).toStrictEqual({
      bob: [[50, 9, {}, [of(1001, "com.a"), of(1003, "com.c")]]],
    });
    expect(scene.send("bob", ...get, { topic: "com.b" })).toStrictEqual({ bob: [[50, 9, {}]] });
  });

  test("S14 HIS-23 asks for no topic where the pattern is allowed as a whole", () => {
    const rules = new Rules();
    expect(historic(rules).send("bob", ...get).bob?.[0]?.[3]).toHaveLength(3);
    expect(rules.questions()).toStrictEqual([
      "bob call wamp.subscription.get_events",
      "bob subscribe com. (prefix)",
    ]);
  });
});
