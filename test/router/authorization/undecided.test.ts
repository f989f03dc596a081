/**
 * Undecided: somebody has to be asked first. The gateway asks and gives the same message again, so the realm must be as if
 * it had never come.
 */
import { describe, expect, test } from "vitest";
import { Undecided } from "../../../src/router/authorization.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { Scene, type Sent } from "../scene.ts";
import { type Answer, Rules } from "./rules.ts";

const HISTORY = [{ uri: "com.", match: "prefix", limit: 10, octets: 10_000 }] as const;
const PROGRESSIVE = {
  publisher: [],
  subscriber: [],
  caller: ["progressive_call_invocations"],
  callee: ["progressive_call_invocations", "call_canceling", "call_reroute"],
};

/** Entrance to the message that alice sends as her third request, and what is undecided about it. */
const ENTRANCES: readonly (readonly [name: string, undecided: string, wire: readonly unknown[]])[] = [
  ["PUBLISH", "alice publish com.x", [16, 3, {}, "com.x", [1]]],
  [
    "PUBLISH with acknowledge and retain",
    "alice publish com.x",
    [16, 3, { acknowledge: true, retain: true }, "com.x"],
  ],
  ["SUBSCRIBE", "alice subscribe com.x", [32, 3, {}, "com.x"]],
  ["SUBSCRIBE of a new topic", "alice subscribe com.new", [32, 3, { get_retained: true }, "com.new"]],
  [
    "SUBSCRIBE of a prefix",
    "alice subscribe com. (prefix)",
    [32, 3, { match: "prefix", get_retained: true }, "com."],
  ],
  ["SUBSCRIBE of a wildcard", "alice subscribe com. (wildcard)", [32, 3, { match: "wildcard" }, "com."]],
  [
    "SUBSCRIBE of the router's topic",
    "alice subscribe wamp.session.on_join",
    [32, 3, {}, "wamp.session.on_join"],
  ],
  ["CALL", "alice call com.p", [48, 3, {}, "com.p"]],
  ["CALL with a timeout", "alice call com.p", [48, 3, { timeout: 50 }, "com.p"]],
  ["CALL that goes on", "alice call com.p", [48, 3, { progress: true }, "com.p"]],
  ["CALL of nothing", "alice call com.none", [48, 3, {}, "com.none"]],
  ["CALL of the router", "alice call wamp.session.list", [48, 3, {}, "wamp.session.list"]],
  ["REGISTER", "alice register com.q", [64, 3, {}, "com.q"]],
  ["REGISTER beside another", "alice register com.p", [64, 3, { invoke: "roundrobin" }, "com.p"]],
  ["REGISTER of a prefix", "alice register com. (prefix)", [64, 3, { match: "prefix" }, "com."]],
  [
    "add_testament",
    "alice publish com.will",
    [48, 3, {}, "wamp.session.add_testament", ["com.will", [1], {}]],
  ],
  ["get_events", "alice subscribe com. (prefix)", [48, 3, {}, "wamp.subscription.get_events", [1]]],
];

function sceneWith(rules: Rules): Scene {
  const scene = new Scene({ requestIdCheck: "strict", history: HISTORY, metaKill: true }, { may: rules.may });
  scene.joinAs("alice", { roles: PROGRESSIVE }).joinAs("bob", { roles: PROGRESSIVE });
  scene.send("bob", 64, 1, { invoke: "roundrobin" }, "com.p");
  scene.send("bob", 32, 2, {}, "com.x");
  scene.send("bob", 64, 3, {}, "com.echo");
  scene.send("bob", 16, 4, { retain: true }, "com.old");
  scene.send("alice", 16, 1, {}, "com.before");
  scene.send("alice", 48, 2, {}, "com.echo");
  return scene;
}

/** Everything that the realm knows and that a message could have changed. */
function state(scene: Scene): unknown {
  const { store } = scene;
  const { lastRequest, lastCall, lastInvocation, stored, calls, patterns } = scene.session("alice");
  return structuredClone({
    session: { lastRequest, lastCall, lastInvocation, stored, calls: [...calls.keys()], patterns },
    callee: scene.session("bob").lastInvocation,
    deadline: scene.realm.nextDeadline(),
    rows: [
      store.sessions(),
      store.subscriptions(),
      store.subscribers(),
      store.registrations(),
      store.callees(),
    ],
    kept: [store.testaments(scene.id("alice")), store.retained("prefix", ""), [...store.histories()]],
    counts: scene.rowCounts(),
    writes: store.writes,
  });
}

/** What follows: request ids go on, and everybody can be reached. */
function aftermath(scene: Scene): Sent[] {
  return [
    scene.send("alice", 16, 4, { acknowledge: true, exclude_me: false }, "com.x"),
    scene.send("alice", 48, 5, {}, "com.p"),
    scene.sleep(),
    scene.send("alice", 48, 6, {}, "com.p"),
    scene.leave("alice"),
  ];
}

function withAnswer(entrance: string, answer: Answer): Rules {
  return new Rules({ [entrance]: answer });
}

describe("an undecided", () => {
  for (const asleep of [false, true]) {
    const when = asleep ? "after sleep" : "at once";

    test.each(ENTRANCES)(`AZN-13 %s leaves the realm as it was, ${when}`, (_, undecided, wire) => {
      const scene = sceneWith(withAnswer(undecided, "ask"));
      if (asleep) scene.sleep();
      scene.clock += 77; // so that a deadline that moved would show
      const before = state(scene);
      for (const attempt of [1, 2]) {
        expect(() => scene.send("alice", ...wire), `attempt ${attempt}`).toThrow(Undecided);
        expect(state(scene)).toStrictEqual(before);
      }
    });

    test.each(ENTRANCES)(
      `AZN-13 %s is as if it came once, when it is decided ${when}`,
      (_, undecided, wire) => {
        for (const answer of ["yes", "no"] as const) {
          const rules = withAnswer(undecided, "ask");
          const [scene, other] = [sceneWith(rules), sceneWith(withAnswer(undecided, answer))];
          for (const each of asleep ? [scene, other] : []) each.sleep();
          expect(() => scene.send("alice", ...wire)).toThrow(Undecided);
          rules.answers[undecided] = answer;
          expect(scene.send("alice", ...wire)).toStrictEqual(other.send("alice", ...wire));
          expect(state(scene)).toStrictEqual(state(other));
          expect(aftermath(scene)).toStrictEqual(aftermath(other));
        }
      },
    );
  }

  test.each(ENTRANCES)("AZN-14 %s of a session that leaves meanwhile has no effect", (_, undecided, wire) => {
    const rules = withAnswer(undecided, "ask");
    const [scene, other] = [sceneWith(rules), sceneWith(rules)];
    const session = scene.session("alice");
    expect(() => scene.send("alice", ...wire)).toThrow(Undecided);
    expect(scene.leave("alice")).toStrictEqual(other.leave("alice"));
    expect(scene.rowCounts()).toStrictEqual(other.rowCounts());
    rules.answers[undecided] = "yes";
    const message = { type: "PUBLISH", request: 3, options: {}, topic: "com.x", payload: undefined } as const;
    expect(() => scene.realm.receive(session, message)).toThrow("has left the realm");
    expect(scene.rowCounts()).toStrictEqual(other.rowCounts());
  });

  test("AZN-13 says who wants to do what", () => {
    const scene = sceneWith(new Rules({ "alice subscribe com. (prefix)": "ask" }));
    const { identity } = scene.session("alice");
    const asked = { identity, action: "subscribe", uri: "com.", match: "prefix" };
    expect(() => scene.send("alice", 32, 3, { match: "prefix" }, "com.")).toThrow(
      expect.objectContaining(asked),
    );
  });

  test("AZN-13 request id that is out of sequence is a violation before anybody is asked", () => {
    const rules = new Rules({ "alice publish com.x": "ask" });
    const scene = sceneWith(rules);
    rules.questions();
    expect(() => scene.send("alice", 16, 9, {}, "com.x")).toThrow("out of sequence");
    expect(rules.questions()).toStrictEqual([]);
  });
});

test("RULE-10 an undecided message does not keep a quiet realm from being quiet", () => {
  const rules = new Rules({ "alice call com.p": "ask" });
  const scene = new Scene(DEFAULT_REALM_SETTINGS, { may: rules.may }).join("alice");
  scene.sleep();
  expect(() => scene.send("alice", 48, 1, {}, "com.p")).toThrow(Undecided);
  expect(scene.realm.nextDeadline()).toBeUndefined();
});
