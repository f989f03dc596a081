/** Caller identification (requirements section 8.5). */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";

const BOB = { caller: 102, caller_authid: "bob@example", caller_authrole: "driver" };

/** `alice`, who announced nothing, serves com.x. */
function served(register: object = {}): Scene {
  const scene = new Scene().join("alice");
  scene.joinAs("bob", { authid: "bob@example", authrole: "driver" }).join("carol");
  scene.send("alice", 64, 1, register, "com.x");
  return scene;
}

test("CID-01 disclose_me discloses session, authid and authrole of the caller to the callee", () => {
  const scene = served();
  expect(scene.send("bob", 48, 1, { disclose_me: true }, "com.x", [1])).toStrictEqual({
    alice: [[68, 1, 1, BOB, [1]]],
  });
  expect(scene.send("bob", 48, 2, { disclose_me: false }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, {}]],
  });
  expect(scene.send("carol", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("CID-02 where it is not allowed: option_disallowed.disclose_me, and the call is not routed", () => {
  const scene = new Scene({ allowDisclose: false }).join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("bob", 48, 1, { disclose_me: true }, "com.x")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.option_disallowed.disclose_me")],
  });
  expect(scene.send("bob", 48, 2, { disclose_me: false }, "com.x")).toStrictEqual({
    alice: [[68, 1, 1, {}]],
  });
  const { dealer } = announcement({ ...DEFAULT_REALM_SETTINGS, allowDisclose: false });
  expect(dealer).not.toContain("caller_identification");
  expect(announcement(DEFAULT_REALM_SETTINGS).dealer).toContain("caller_identification");
});

test("CID-03 disclose_caller discloses every caller of that registration, whatever they ask, also after sleep", () => {
  const scene = served({ disclose_caller: true });
  scene.send("alice", 64, 2, {}, "com.other");
  const carol = { caller: 103, caller_authid: "carol", caller_authrole: "user" };
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, BOB]] });
  expect(scene.send("carol", 48, 1, { disclose_me: false }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, carol]],
  });
  scene.sleep();
  expect(scene.send("carol", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, carol]] });
  expect(scene.send("carol", 48, 3, {}, "com.other")).toStrictEqual({ alice: [[68, 4, 2, {}]] });
});

test("CID-03 it is the wish of one callee of a shared registration, not of all", () => {
  const scene = served({ invoke: "roundrobin", disclose_caller: true }).join("anna");
  scene.send("anna", 64, 1, { invoke: "roundrobin" }, "com.x");
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, BOB]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ anna: [[68, 1, 1, {}]] });
});

test("CID-04 where disclose_caller is not allowed the REGISTER fails with option_disallowed.disclose_me", () => {
  const scene = new Scene({ allowDisclose: false }).join("alice", "bob");
  expect(scene.send("alice", 64, 1, { disclose_caller: true }, "com.x")).toStrictEqual({
    alice: [failed(64, 1, "wamp.error.option_disallowed.disclose_me")],
  });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("alice", 64, 2, { disclose_caller: false }, "com.x")).toStrictEqual({
    alice: [[65, 2, 1]],
  });
});

test("CID-06 meta procedures that act on the caller know it where nothing is disclosed", () => {
  const scene = new Scene({ allowDisclose: false, metaKill: true }).join("alice", "bob");
  // wamp.session.kill_all spares its caller, so it must know who that is.
  const sent = scene.send("alice", 48, 1, {}, "wamp.session.kill_all");
  expect(Object.keys(sent).toSorted()).toStrictEqual(["alice", "bob"]);
  expect(sent.bob?.[0]?.[0]).toBe(6);
  expect(scene.send("alice", 48, 2, {}, "wamp.session.list")).toStrictEqual({
    alice: [[50, 2, {}, [[101]]]],
  });
});

test("CID-07 a caller cannot say itself who it is", () => {
  const forged = { caller: 101, caller_authid: "alice", caller_authrole: "admin", trustlevel: 9 };
  const scene = served();
  expect(scene.send("bob", 48, 1, forged, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, { ...forged, disclose_me: true }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, BOB]],
  });
});

test("CID-08 RESULT and ERROR say nothing of the callee", () => {
  const scene = served({ disclose_caller: true });
  scene.send("bob", 48, 1, { disclose_me: true, receive_progress: true }, "com.x");
  const forged = { callee: 101, callee_authid: "alice", callee_authrole: "user" };
  expect(scene.send("alice", 70, 1, { progress: true, ...forged })).toStrictEqual({
    bob: [[50, 1, { progress: true }]],
  });
  expect(scene.send("alice", 70, 1, forged)).toStrictEqual({ bob: [[50, 1, {}]] });
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.send("alice", 8, 68, 2, forged, "com.no")).toStrictEqual({ bob: [[8, 48, 2, {}, "com.no"]] });
});
