/** Subscription revocation (requirements section 6.6), which the meta procedure remove_subscriber triggers. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";

const REMOVE = "wamp.subscription.remove_subscriber";
const ANNOUNCED = { publisher: [], subscriber: ["subscription_revocation"], caller: [], callee: [] };

/** bob (102) announced the feature, carol (103) did not; both have subscribed to com.x, which is subscription 1. */
function scene(): Scene {
  const made = new Scene({ metaKill: true }).join("admin").joinAs("bob", { roles: ANNOUNCED }).join("carol");
  made.send("bob", 32, 1, {}, "com.x");
  made.send("carol", 32, 1, {}, "com.x");
  return made;
}

test("SRV-01 a revoked subscriber is told by UNSUBSCRIBED with request 0, with the reason if there is one", () => {
  const { broker } = announcement({ ...DEFAULT_REALM_SETTINGS, metaKill: true });
  expect(broker).toContain("subscription_revocation");
  expect(announcement(DEFAULT_REALM_SETTINGS).broker).not.toContain("subscription_revocation");
  const it = scene();
  it.send("bob", 32, 2, {}, "com.y");
  expect(it.send("admin", 48, 1, {}, REMOVE, [1, 102])).toStrictEqual({
    admin: [[50, 1, {}]],
    bob: [[35, 0, { subscription: 1 }]],
  });
  expect(it.send("admin", 48, 2, {}, REMOVE, [2, 102, "com.reason"])).toStrictEqual({
    admin: [[50, 2, {}]],
    bob: [[35, 0, { subscription: 2, reason: "com.reason" }]],
  });
});

test("SRV-02 a subscriber that did not announce the feature is removed in silence", () => {
  const it = scene();
  expect(it.send("admin", 48, 1, {}, REMOVE, [1, 103])).toStrictEqual({ admin: [[50, 1, {}]] });
  expect(it.send("admin", 16, 2, {}, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
});

test("SRV-03 the meta API tells of a revocation as of an UNSUBSCRIBE", () => {
  const it = scene().join("watcher");
  it.send("watcher", 32, 1, { match: "prefix" }, "wamp.subscription.");
  it.send("bob", 34, 2, 1);
  const topic = "wamp.subscription.on_unsubscribe";
  expect(it.heard("watcher").slice(1)).toStrictEqual([[36, 2, 1001, { topic }, [102, 1]]]);
  it.send("bob", 32, 3, {}, "com.x");
  expect(it.send("admin", 48, 1, {}, REMOVE, [1, 102])).toStrictEqual({
    admin: [[50, 1, {}]],
    bob: [[35, 0, { subscription: 1 }]],
    watcher: [[36, 2, 1003, { topic }, [102, 1]]],
  });
  expect(it.send("admin", 48, 2, {}, REMOVE, [1, 103])).toStrictEqual({
    admin: [[50, 2, {}]],
    watcher: [
      [36, 2, 1004, { topic }, [103, 1]],
      [36, 2, 1005, { topic: "wamp.subscription.on_delete" }, [103, 1]],
    ],
  });
});

test("SRV-04 a reason that is no URI is refused, since Autobahn|Python would drop the connection over it", () => {
  const it = scene();
  for (const [n, reason] of ["moved elsewhere", "com..x", "", "#", 7, {}].entries()) {
    const { admin, ...others } = it.send("admin", 48, n + 1, {}, REMOVE, [1, 102, reason]);
    expect(others).toStrictEqual({});
    expect(admin).toStrictEqual([failed(48, n + 1, "wamp.error.invalid_uri")]);
  }
  expect(it.send("admin", 16, 2, {}, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, {}]],
    carol: [[36, 1, 1001, {}]],
  });
});

test("SRV-05 whoever announced the feature is told as the spec says, whatever library it is", () => {
  const everything = ["subscription_revocation", "pattern_based_subscription", "publisher_identification"];
  const it = scene().joinAs("autobahn", { roles: { subscriber: everything } });
  it.send("autobahn", 32, 1, {}, "com.x");
  expect(it.send("admin", 48, 1, {}, REMOVE, [1, 104])).toStrictEqual({
    admin: [[50, 1, {}]],
    autobahn: [[35, 0, { subscription: 1 }]],
  });
});

test("SRV-06 an UNSUBSCRIBE of what was revoked is answered no_such_subscription", () => {
  const it = scene();
  it.send("admin", 48, 1, {}, REMOVE, [1, 102]);
  expect(it.send("bob", 34, 2, 1)).toStrictEqual({
    bob: [failed(34, 2, "wamp.error.no_such_subscription")],
  });
  expect(it.send("bob", 32, 3, {}, "com.x")).toStrictEqual({ bob: [[33, 3, 1]] });
});

test("SRV-07 no EVENT of the subscription follows its revocation, not after sleep either", () => {
  const it = scene();
  it.send("admin", 48, 1, {}, REMOVE, [1, 102]);
  it.send("admin", 48, 2, {}, REMOVE, [1, 103]);
  const before = it.heard("bob").length;
  expect(it.send("admin", 16, 3, {}, "com.x")).toStrictEqual({});
  it.sleep();
  expect(it.send("admin", 16, 4, {}, "com.x")).toStrictEqual({});
  expect(it.heard("bob")).toHaveLength(before);
  expect(it.rowCounts()).toMatchObject({ subscriptions: 0, subscribers: 0 });
});
