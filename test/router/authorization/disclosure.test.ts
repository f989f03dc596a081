/** The configuration discloses publishers and callers whom nobody asked to be (PID-03, CID-05). */
import { describe, expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { Rules } from "./rules.ts";

const PUBLISHER = { publisher: 101, publisher_authid: "alice", publisher_authrole: "user" };
const CALLER = { caller: 101, caller_authid: "alice", caller_authrole: "user" };
const WISHES = [{}, { disclose_me: false }, { disclose_me: true }] as const;

function sceneWith(answers: Record<string, "tell">, allowDisclose: boolean): Scene {
  const scene = new Scene({ allowDisclose }, { may: new Rules(answers).may }).join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 64, 2, {}, "com.x");
  return scene;
}

describe.each([true, false])("where the realm's clients may disclose themselves: %s", (allowDisclose) => {
  test.each(WISHES)("PID-03 a publisher is disclosed whatever it wishes: %j", (wish) => {
    const scene = sceneWith({ "alice publish com.x": "tell" }, allowDisclose);
    expect(scene.send("alice", 16, 1, wish, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, PUBLISHER]] });
  });

  test.each(WISHES)("CID-05 a caller is disclosed whatever it wishes: %j", (wish) => {
    const scene = sceneWith({ "alice call com.x": "tell" }, allowDisclose);
    expect(scene.send("alice", 48, 1, wish, "com.x")).toStrictEqual({ bob: [[68, 1, 1, CALLER]] });
  });

  test("PID-04 CID-05 nobody is disclosed by a permission of another kind", () => {
    const scene = sceneWith({ "bob subscribe com.x": "tell" } as Record<string, "tell">, allowDisclose);
    expect(scene.send("alice", 16, 1, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
    expect(scene.send("alice", 48, 2, {}, "com.x")).toStrictEqual({ bob: [[68, 1, 1, {}]] });
  });
});

test("PID-02 CID-02 who is not disclosed by a permission still may not ask for it where the realm refuses", () => {
  const scene = sceneWith({}, false);
  const uri = "wamp.error.option_disallowed.disclose_me";
  expect(scene.send("alice", 16, 1, { acknowledge: true, disclose_me: true }, "com.x")).toStrictEqual({
    alice: [failed(16, 1, uri)],
  });
  expect(scene.send("alice", 48, 2, { disclose_me: true }, "com.x")).toStrictEqual({
    alice: [failed(48, 2, uri)],
  });
});

test("CID-05 goes with the call to the next callee and through sleep", () => {
  const rules = new Rules({ "alice call com.x": "tell" });
  const roles = { callee: ["call_reroute"] };
  const scene = new Scene({}, { may: rules.may }).join("alice").joinAs("bob", { roles }).join("carol");
  for (const name of ["bob", "carol"]) scene.send(name, 64, 1, { invoke: "first" }, "com.x");
  scene.send("alice", 48, 1, {}, "com.x", ["again"]);
  rules.answers["alice call com.x"] = "no";
  scene.sleep();
  expect(scene.send("bob", 8, 68, 1, {}, "wamp.error.unavailable")).toStrictEqual({
    carol: [[68, 1, 1, CALLER, ["again"]]],
  });
});

test("PID-03 what was kept of a publication says who published it", () => {
  const history = [{ uri: "com.x", match: "exact", limit: 10, octets: 10_000 }] as const;
  const scene = new Scene({ history }, { may: new Rules({ "alice publish com.x": "tell" }).may });
  scene.join("alice", "bob").send("alice", 16, 1, { retain: true }, "com.x");
  expect(scene.send("bob", 32, 1, { get_retained: true }, "com.x").bob?.[1]).toStrictEqual([
    36,
    1,
    1001,
    { ...PUBLISHER, retained: true },
  ]);
  const [event] = scene.send("bob", 48, 2, {}, "wamp.subscription.get_events", [1]).bob ?? [];
  expect(event?.[3]).toMatchObject([{ publication: 1001, details: PUBLISHER }]);
});
