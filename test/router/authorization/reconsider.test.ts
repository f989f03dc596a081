/** The permissions change while sessions hold subscriptions and registrations (bug class 8 of reliability.md). */
import { describe, expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { Rules } from "./rules.ts";

const ROLES = {
  publisher: [],
  subscriber: ["subscription_revocation"],
  caller: [],
  callee: ["registration_revocation"],
};
const NOT_AUTHORIZED = "wamp.error.not_authorized";

/** alice understands revocation, bob does not; both hold the same. */
function sceneWith(rules: Rules): Scene {
  const scene = new Scene({ metaModify: true }, { may: rules.may });
  scene.joinAs("alice", { roles: ROLES }).join("bob", "carol");
  for (const name of ["alice", "bob"]) {
    scene.send(name, 32, 1, {}, "com.x");
    scene.send(name, 32, 2, { match: "prefix" }, "com.");
    scene.send(name, 64, 3, { invoke: "last" }, "com.p");
  }
  rules.questions();
  return scene;
}

const UNSUBSCRIBED = [35, 0, { subscription: 1, reason: NOT_AUTHORIZED }];
const UNREGISTERED = [67, 0, { registration: 1, reason: NOT_AUTHORIZED }];

describe("when the permissions change", () => {
  test("S8 what is not allowed any more is taken away; who announced it is told", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    rules.answers["user subscribe com.x"] = "no";
    rules.answers["user register com.p"] = "no";
    expect(scene.does((realm) => realm.reconsider())).toStrictEqual({ alice: [UNREGISTERED, UNSUBSCRIBED] });
    expect(rules.questions().sort()).toStrictEqual(
      ["alice", "bob"]
        .flatMap((name) => [
          `${name} register com.p`,
          `${name} subscribe com. (prefix)`,
          `${name} subscribe com.x`,
        ])
        .sort(),
    );
    expect(scene.rowCounts()).toMatchObject({
      subscriptions: 1,
      subscribers: 2,
      registrations: 0,
      callees: 0,
    });
    expect(scene.send("carol", 16, 1, {}, "com.x")).toStrictEqual({
      alice: [[36, 2, 1001, { topic: "com.x" }]],
      bob: [[36, 2, 1001, { topic: "com.x" }]],
    });
    expect(scene.send("carol", 48, 2, {}, "com.p")).toStrictEqual({
      carol: [failed(48, 2, "wamp.error.no_such_procedure")],
    });
    scene.sleep();
    expect(scene.send("bob", 34, 4, 1)).toStrictEqual({
      bob: [failed(34, 4, "wamp.error.no_such_subscription")],
    });
  });

  test("S8 only the sessions that are named are asked for", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    rules.otherwise = "no";
    expect(scene.does((realm) => realm.reconsider(realm.sessionsOf("bob")))).toStrictEqual({});
    expect(rules.questions().every((each) => each.startsWith("bob "))).toBe(true);
    expect(scene.rowCounts()).toMatchObject({
      subscriptions: 2,
      subscribers: 2,
      registrations: 1,
      callees: 1,
    });
  });

  test.each([
    ["undecided", "ask"],
    ["allowed", "yes"],
  ] as const)("S8 what is %s is kept", (_, answer) => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    rules.otherwise = answer;
    const before = scene.rowCounts();
    expect(scene.does((realm) => realm.reconsider())).toStrictEqual({});
    expect(scene.rowCounts()).toStrictEqual(before);
  });

  test("S8 a registration of a pattern that is allowed only in parts is taken away", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    scene.send("alice", 64, 4, { match: "prefix" }, "org.");
    rules.answers["alice register org. (prefix)"] = "parts";
    const reason = { registration: 2, reason: NOT_AUTHORIZED };
    expect(scene.does((realm) => realm.reconsider())).toStrictEqual({ alice: [[67, 0, reason]] });
  });

  test("AZN-09 exceptions are those of the permission as it is now", () => {
    const rules = new Rules({ "bob subscribe com.secret": "no" });
    const scene = sceneWith(rules);
    const heard = () => Object.keys(scene.send("carol", 16, 1, {}, "com.secret"));
    expect(heard()).toStrictEqual(["alice", "bob"]);
    rules.answers["bob subscribe com. (prefix)"] = "parts";
    scene.does((realm) => realm.reconsider());
    expect(heard()).toStrictEqual(["alice"]);
    rules.answers["bob subscribe com. (prefix)"] = "ask";
    scene.does((realm) => realm.reconsider());
    expect(heard()).toStrictEqual(["alice"]);
    rules.answers["bob subscribe com. (prefix)"] = "yes";
    scene.does((realm) => realm.reconsider());
    expect(heard()).toStrictEqual(["alice", "bob"]);
  });

  test("RRV-05 a call that is under way goes on", () => {
    const rules = new Rules();
    const scene = sceneWith(rules);
    scene.send("carol", 48, 1, {}, "com.p");
    rules.otherwise = "no";
    scene.does((realm) => realm.reconsider());
    expect(scene.send("bob", 70, 1, {}, ["done"])).toStrictEqual({ carol: [[50, 1, {}, ["done"]]] });
  });

  test("RMA-05 SBM-05 the meta API tells of it, but nobody who may not hear it any more", () => {
    const rules = new Rules();
    const scene = sceneWith(rules).join("dave");
    for (const name of ["carol", "dave"]) scene.send(name, 32, 1, { match: "prefix" }, "wamp.");
    rules.answers["user subscribe com.x"] = "no";
    rules.answers["bob register com.p"] = "no";
    rules.answers["dave subscribe wamp. (prefix)"] = "no";
    const told = scene.does((realm) => realm.reconsider());
    const names = ["alice", "carol"];
    expect(Object.keys(told).sort()).toStrictEqual(names);
    expect(
      told.carol?.map(([, , , details, args]) => [(details as { topic: string }).topic, args]),
    ).toStrictEqual([
      ["wamp.subscription.on_unsubscribe", [101, 1]],
      ["wamp.registration.on_unregister", [102, 1]],
      ["wamp.subscription.on_unsubscribe", [102, 1]],
      ["wamp.subscription.on_delete", [102, 1]],
    ]);
  });
});

test("SMA-29 S8 a session whose role is changed loses at once what the new role may not hold", () => {
  const rules = new Rules({ "guest subscribe com.x": "no", "guest register com.p": "no" });
  const scene = sceneWith(rules);
  const modify = [48, 1, {}, "wamp.session.modify_details"] as const;
  expect(scene.send("carol", ...modify, [101, { authrole: "guest" }])).toStrictEqual({
    carol: [[50, 1, {}]],
    alice: [UNREGISTERED, UNSUBSCRIBED],
  });
  expect(scene.send("alice", 16, 4, { exclude_me: false }, "com.x")).toStrictEqual({
    alice: [[36, 2, 1001, { topic: "com.x" }]],
    bob: [
      [36, 1, 1001, {}],
      [36, 2, 1001, { topic: "com.x" }],
    ],
  });
});

test("SMA-29 S8 a session whose authid is changed is judged by the new one", () => {
  const rules = new Rules({ "mallory subscribe com.x": "no" });
  const scene = sceneWith(rules);
  const modify = [48, 1, {}, "wamp.session.modify_details"] as const;
  expect(scene.send("carol", ...modify, [101, { authid: "mallory" }])).toStrictEqual({
    carol: [[50, 1, {}]],
    alice: [UNSUBSCRIBED],
  });
});
