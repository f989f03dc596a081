/** Authorization (requirements section 10): what is asked, when, and what a denial looks like. */
import { describe, expect, test } from "vitest";
import { failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";
import { Rules } from "./rules.ts";

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const PROGRESSIVE = {
  publisher: [],
  subscriber: [],
  caller: ["progressive_call_invocations"],
  callee: ["progressive_call_invocations", "call_canceling"],
};

function sceneWith(rules: Rules, settings: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  return new Scene(settings, { may: rules.may });
}

/** Request name to the request, its type code and what is asked for it. */
const REQUESTS = [
  ["PUBLISH", 16, [16, 1, { acknowledge: true }, "com.x"], "alice publish com.x"],
  ["SUBSCRIBE", 32, [32, 1, {}, "com.x"], "alice subscribe com.x"],
  ["SUBSCRIBE prefix", 32, [32, 1, { match: "prefix" }, "com."], "alice subscribe com. (prefix)"],
  ["SUBSCRIBE wildcard", 32, [32, 1, { match: "wildcard" }, "com..x"], "alice subscribe com..x (wildcard)"],
  ["CALL", 48, [48, 1, {}, "com.x"], "alice call com.x"],
  ["REGISTER", 64, [64, 1, {}, "com.x"], "alice register com.x"],
  ["REGISTER prefix", 64, [64, 1, { match: "prefix" }, "com."], "alice register com. (prefix)"],
] as const;

describe("a request", () => {
  test.each(REQUESTS)("AZN-01 AZN-09 %s is asked for once, as it stands", (_, __, wire, question) => {
    const rules = new Rules();
    sceneWith(rules)
      .join("alice")
      .send("alice", ...wire);
    expect(rules.questions()).toStrictEqual([question]);
  });

  test.each(REQUESTS)("AZN-02 ERR-07 %s that is denied gets not_authorized", (_, type, wire, question) => {
    const scene = sceneWith(new Rules({ [question]: "no" })).join("alice", "bob");
    scene.send("bob", 32, 1, {}, "com.x");
    const before = scene.rowCounts();
    expect(scene.send("alice", ...wire)).toStrictEqual({ alice: [failed(type, 1, NOT_AUTHORIZED)] });
    expect(scene.rowCounts()).toStrictEqual(before);
  });

  test.each(REQUESTS)(
    "AZN-03 %s that could not be judged gets authorization_failed and does nothing",
    (_, type, wire, question) => {
      const scene = sceneWith(new Rules({ [question]: "broken" })).join("alice", "bob");
      scene.send("bob", 32, 1, {}, "com.x");
      const before = scene.rowCounts();
      const error = failed(type, 1, "wamp.error.authorization_failed");
      expect(scene.send("alice", ...wire)).toStrictEqual({ alice: [error] });
      expect(scene.rowCounts()).toStrictEqual(before);
    },
  );

  test("AZN-02 a denial names what was denied and why, and nothing that the realm holds", () => {
    const scene = sceneWith(new Rules({ "alice register com. (prefix)": "no" })).join("alice");
    expect(scene.send("alice", 64, 1, { match: "prefix" }, "com.").alice?.[0]?.[5]).toStrictEqual([
      "this session may not register com. (prefix): its role does not allow it",
    ]);
  });

  test("AZN-04 an unacknowledged PUBLISH that is denied does nothing and says nothing", () => {
    const scene = sceneWith(new Rules({ "alice publish com.x": "no" })).join("alice", "bob");
    scene.send("bob", 32, 1, {}, "com.x");
    expect(scene.send("alice", 16, 1, { retain: true }, "com.x")).toStrictEqual({});
    expect(scene.send("bob", 16, 2, { exclude_me: false }, "com.x")).toStrictEqual({
      bob: [[36, 1, 1001, {}]],
    });
    expect(scene.rowCounts().retained).toBe(0);
  });

  test.each([
    ["PUBLISH", [16, 1, { acknowledge: true }, "com..x"]],
    ["PUBLISH to the router's topics", [16, 1, { acknowledge: true }, "wamp.x"]],
    ["SUBSCRIBE", [32, 1, {}, "com..x"]],
    ["CALL", [48, 1, {}, "com..x"]],
    ["REGISTER", [64, 1, {}, "com..x"]],
    ["REGISTER of the router's procedures", [64, 1, {}, "wamp.x"]],
  ])("URI-12 AZN-06 %s with a URI that cannot be is invalid_uri, and nobody is asked", (_, wire) => {
    const rules = new Rules();
    rules.otherwise = "no";
    const scene = sceneWith(rules).join("alice");
    const error = failed(Number(wire[0]), 1, "wamp.error.invalid_uri");
    expect(scene.send("alice", ...wire)).toStrictEqual({ alice: [error] });
    expect(rules.questions()).toStrictEqual([]);
  });

  test.each([
    ["a CALL of what nobody serves", [48, 1, {}, "com.none"]],
    ["a CALL of what is served", [48, 1, {}, "com.taken"]],
    ["a CALL of an unknown procedure of the router", [48, 1, {}, "wamp.none"]],
    ["a CALL that wants to be disclosed", [48, 1, { disclose_me: true }, "com.taken"]],
    ["a REGISTER of what is served already", [64, 1, {}, "com.taken"]],
    ["a REGISTER of what is free", [64, 1, {}, "com.free"]],
    ["a REGISTER that wants callers disclosed", [64, 1, { disclose_caller: true }, "com.free"]],
    ["a PUBLISH that wants to be disclosed", [16, 1, { acknowledge: true, disclose_me: true }, "com.x"]],
  ])("AZN-06 %s, denied, gets the same not_authorized", (_, wire) => {
    const rules = new Rules();
    const limits = {
      subscriptions: 9,
      registrations: 9,
      patterns: 9,
      pendingCalls: 0,
      pendingInvocations: 9,
    };
    const scene = sceneWith(rules, { allowDisclose: false, limits: () => limits }).join("alice", "bob");
    scene.send("bob", 64, 1, {}, "com.taken");
    rules.otherwise = "no";
    expect(scene.send("alice", ...wire)).toStrictEqual({
      alice: [failed(Number(wire[0]), 1, NOT_AUTHORIZED)],
    });
  });

  test("AZN-09 a REGISTER of a pattern that is allowed only in parts is denied", () => {
    const scene = sceneWith(new Rules({ "alice register com. (prefix)": "parts" })).join("alice");
    expect(scene.send("alice", 64, 1, { match: "prefix" }, "com.")).toStrictEqual({
      alice: [failed(64, 1, NOT_AUTHORIZED)],
    });
    expect(scene.rowCounts()).toMatchObject({ sessions: 0, registrations: 0, callees: 0 });
  });

  test("ID-10 a request that was denied has used its id", () => {
    const rules = new Rules({ "alice subscribe com.x": "no", "alice call com.x": "no" });
    const scene = sceneWith(rules, { requestIdCheck: "strict" }).join("alice");
    scene.send("alice", 32, 1, {}, "com.x");
    scene.send("alice", 48, 2, {}, "com.x");
    violates(scene, "alice", 32, 2, {}, "com.y");
  });
});

test("AZN-07 UNSUBSCRIBE, UNREGISTER, CANCEL, YIELD, ERROR and further chunks are never asked for", () => {
  const rules = new Rules();
  const scene = sceneWith(rules)
    .joinAs("alice", { roles: PROGRESSIVE })
    .joinAs("bob", { roles: PROGRESSIVE });
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 64, 2, {}, "com.p");
  for (const request of [1, 2, 3]) scene.send("alice", 48, request, {}, "com.p");
  scene.send("alice", 48, 4, { progress: true }, "com.p");
  rules.otherwise = "no";
  rules.questions();
  expect(scene.send("alice", 48, 4, { progress: true }, "com.p")).toStrictEqual({
    bob: [[68, 4, 1, { progress: true }]],
  });
  expect(scene.send("bob", 70, 1, {})).toStrictEqual({ alice: [[50, 1, {}]] });
  expect(scene.send("bob", 8, 68, 2, {}, "com.e")).toStrictEqual({ alice: [[8, 48, 2, {}, "com.e"]] });
  expect(scene.send("alice", 49, 3, {})).toStrictEqual({
    alice: [failed(48, 3, "wamp.error.canceled")],
    bob: [[69, 3, { mode: "killnowait" }]],
  });
  expect(scene.send("bob", 34, 3, 1)).toStrictEqual({ bob: [[35, 3]] });
  expect(scene.send("bob", 66, 4, 1)).toStrictEqual({ bob: [[67, 4]] });
  expect(rules.questions()).toStrictEqual([]);
});

describe("the router's own", () => {
  test("AZN-08 MET-10 procedures are asked for like any other", () => {
    const rules = new Rules({ "alice call wamp.session.count": "no" });
    const scene = sceneWith(rules).join("alice");
    expect(scene.send("alice", 48, 1, {}, "wamp.session.count")).toStrictEqual({
      alice: [failed(48, 1, NOT_AUTHORIZED)],
    });
    expect(scene.send("alice", 48, 2, {}, "wamp.session.list")).toStrictEqual({
      alice: [[50, 2, {}, [[101]]]],
    });
    expect(rules.questions()).toStrictEqual([
      "alice call wamp.session.count",
      "alice call wamp.session.list",
    ]);
  });

  test("AZN-08 topics are asked for like any other", () => {
    const scene = sceneWith(new Rules({ "alice subscribe wamp.session.on_join": "no" })).join("alice");
    expect(scene.send("alice", 32, 1, {}, "wamp.session.on_join")).toStrictEqual({
      alice: [failed(32, 1, NOT_AUTHORIZED)],
    });
    expect(scene.send("alice", 32, 2, {}, "wamp.session.on_leave")).toStrictEqual({ alice: [[33, 2, 1]] });
  });

  test.each(["kill", "kill_by_authid", "kill_by_authrole", "kill_all"])(
    "SMA-28 MET-10 wamp.session.%s can be denied by itself, and nobody is killed",
    (name) => {
      const procedure = `wamp.session.${name}`;
      const scene = sceneWith(new Rules({ [`alice call ${procedure}`]: "no" }), { metaKill: true });
      scene.join("alice", "bob");
      const victim = { kill: 102, kill_by_authid: "bob", kill_by_authrole: "user" }[name] ?? 0;
      expect(scene.send("alice", 48, 1, {}, procedure, [victim])).toStrictEqual({
        alice: [failed(48, 1, NOT_AUTHORIZED)],
      });
      expect(scene.send("alice", 48, 2, {}, "wamp.session.count")).toStrictEqual({
        alice: [[50, 2, {}, [2]]],
      });
    },
  );
});
