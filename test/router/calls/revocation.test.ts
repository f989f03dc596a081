/** Registration revocation (requirements section 8.11). Its procedure, remove_callee, is part of the meta API. */
import { expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene, type Sent } from "../scene.ts";
import { serving } from "./announced.ts";

/** `alice` was told of revocation, `anna` was not; they share com.x, registration 1. `root` revokes. */
function shared(): Scene {
  const scene = new Scene({ metaKill: true });
  scene.joinAs("alice", serving("registration_revocation")).join("anna", "root", "bob", "eve");
  for (const callee of ["alice", "anna"]) scene.send(callee, 64, 1, { invoke: "roundrobin" }, "com.x");
  scene.send("eve", 32, 1, { match: "prefix" }, "wamp.registration.");
  return scene;
}

function revoke(scene: Scene, callee: string, ...reason: readonly unknown[]): Sent {
  const request = scene.session("root").lastCall + 1;
  const sent = scene.send("root", 48, request, {}, "wamp.registration.remove_callee", [
    1,
    scene.id(callee),
    ...reason,
  ]);
  expect(sent.root).toStrictEqual([[50, request, {}]]);
  const { root: _, eve: __, ...others } = sent;
  return others;
}

/** Topics and arguments of the meta events that `eve` heard. */
function events(scene: Scene): unknown[] {
  return scene.heard("eve").flatMap(([code, , , details, args]) => (code === 36 ? [[details, args]] : []));
}

test("RRV-01 a callee whose registration the router removes gets UNREGISTERED 0 with its id and the reason", () => {
  const scene = shared();
  expect(revoke(scene, "alice", "com.reason.tidy")).toStrictEqual({
    alice: [[67, 0, { registration: 1, reason: "com.reason.tidy" }]],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ anna: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ anna: [[68, 2, 1, {}]] });
  expect(revoke(shared(), "alice")).toStrictEqual({ alice: [[67, 0, { registration: 1 }]] });
});

test("RRV-02 a callee that did not announce the feature is removed silently", () => {
  const scene = shared();
  expect(revoke(scene, "anna", "com.reason.tidy")).toStrictEqual({});
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
});

test("RRV-03 on_unregister fires, and on_delete with the last callee", () => {
  const scene = shared();
  revoke(scene, "alice");
  expect(events(scene)).toStrictEqual([[{ topic: "wamp.registration.on_unregister" }, [101, 1]]]);
  revoke(scene, "anna");
  expect(events(scene).slice(1)).toStrictEqual([
    [{ topic: "wamp.registration.on_unregister" }, [102, 1]],
    [{ topic: "wamp.registration.on_delete" }, [102, 1]],
  ]);
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
});

test("RRV-04 a reason that is not a URI is refused, and nothing is revoked", () => {
  const scene = shared();
  for (const [index, reason] of ["moved to new endpoint", "", "a..b", "#"].entries()) {
    const args = [1, scene.id("alice"), reason];
    expect(scene.send("root", 48, index + 1, {}, "wamp.registration.remove_callee", args)).toStrictEqual({
      root: [failed(48, index + 1, "wamp.error.invalid_uri")],
    });
  }
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
});

test("RRV-05 invocations that run at that moment stay pending and are answered", () => {
  const scene = shared();
  scene.send("bob", 48, 1, { receive_progress: true }, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  revoke(scene, "alice");
  revoke(scene, "anna");
  scene.sleep();
  expect(scene.send("alice", 70, 1, { progress: true }, [1])).toStrictEqual({
    bob: [[50, 1, { progress: true }, [1]]],
  });
  expect(scene.send("alice", 70, 1, {}, [2])).toStrictEqual({ bob: [[50, 1, {}, [2]]] });
  expect(scene.send("anna", 8, 68, 1, {}, "com.no")).toStrictEqual({ bob: [[8, 48, 2, {}, "com.no"]] });
});

test("RRV-06 a later UNREGISTER of the revoked id is answered no_such_registration", () => {
  const scene = shared();
  revoke(scene, "alice");
  expect(scene.send("alice", 66, 2, 1)).toStrictEqual({
    alice: [failed(66, 2, "wamp.error.no_such_registration")],
  });
  revoke(scene, "anna");
  expect(scene.send("anna", 66, 2, 1).anna).toStrictEqual([failed(66, 2, "wamp.error.no_such_registration")]);
});

test("RRV-07 who does not hold the registration is told nothing", () => {
  const scene = shared().joinAs("carl", serving("registration_revocation"));
  revoke(scene, "alice");
  for (const [request, [registration, session]] of [
    [1, scene.id("carl")],
    [1, scene.id("alice")],
    [99, scene.id("carl")],
  ].entries()) {
    const args = [registration, session];
    expect(scene.send("root", 48, request + 7, {}, "wamp.registration.remove_callee", args)).toStrictEqual({
      root: [failed(48, request + 7, "wamp.error.no_such_registration")],
    });
  }
  expect(scene.heard("carl")).toStrictEqual([]);
  expect(scene.leave("alice")).toStrictEqual({});
});
