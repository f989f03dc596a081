/** Publisher identification (requirements section 6.2): who published is told where the publisher asks for it, and nowhere else. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";

const ALICE = { publisher: 101, publisher_authid: "alice", publisher_authrole: "admin" };

function scene(settings = {}): Scene {
  return new Scene(settings).joinAs("alice", { authrole: "admin" }).join("bob", "carol");
}

test("PID-01 a publisher that asks for it is disclosed by session id, authid and authrole", () => {
  const { send } = bound(scene());
  send("bob", 32, 1, {}, "com.x");
  expect(send("alice", 16, 1, { disclose_me: true }, "com.x", [1])).toStrictEqual({
    bob: [[36, 1, 1001, ALICE, [1]]],
  });
});

test("PID-02 where the realm does not disclose, such a publication is refused or, unacknowledged, dropped", () => {
  const { send } = bound(scene({ allowDisclose: false }));
  send("bob", 32, 1, {}, "com.x");
  const disclosed = { disclose_me: true, retain: true };
  expect(send("alice", 16, 1, { ...disclosed, acknowledge: true }, "com.x")).toStrictEqual({
    alice: [failed(16, 1, "wamp.error.option_disallowed.disclose_me")],
  });
  expect(send("alice", 16, 2, disclosed, "com.x")).toStrictEqual({});
  expect(send("carol", 32, 1, { get_retained: true }, "com.x")).toStrictEqual({ carol: [[33, 1, 1]] });
  expect(send("alice", 16, 3, { disclose_me: false }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, {}]],
    carol: [[36, 1, 1001, {}]],
  });
  expect(announcement({ ...DEFAULT_REALM_SETTINGS, allowDisclose: false }).broker).not.toContain(
    "publisher_identification",
  );
});

test("PID-04 without disclose_me, or with false, nothing is added", () => {
  const { send } = bound(scene());
  send("bob", 32, 1, {}, "com.x");
  send("bob", 32, 2, { match: "prefix" }, "com.");
  for (const [n, options] of [{}, { disclose_me: false }, { disclose_me: null }].entries()) {
    expect(send("alice", 16, n + 1, options, "com.x")).toStrictEqual({
      bob: [
        [36, 1, 1001 + n, {}],
        [36, 2, 1001 + n, { topic: "com.x" }],
      ],
    });
  }
});

test("PID-04 a disclosed publication leaves nothing in the details of the next one, for any subscription", () => {
  const { send } = bound(scene());
  send("bob", 32, 1, {}, "com.x");
  send("carol", 32, 1, { match: "prefix" }, "com.");
  send("carol", 32, 2, { match: "wildcard" }, "com.");
  const topic = "com.x";
  expect(send("alice", 16, 1, { disclose_me: true, retain: true }, topic)).toStrictEqual({
    bob: [[36, 1, 1001, ALICE]],
    carol: [
      [36, 2, 1001, { ...ALICE, topic }],
      [36, 3, 1001, { ...ALICE, topic }],
    ],
  });
  expect(send("bob", 32, 2, { get_retained: true }, topic)).toStrictEqual({
    bob: [
      [33, 2, 1],
      [36, 1, 1001, { ...ALICE, retained: true }],
    ],
  });
  // What the retained event told bob is told to nobody by the live ones, and the other way round.
  expect(send("alice", 16, 2, {}, topic)).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
    carol: [
      [36, 2, 1002, { topic }],
      [36, 3, 1002, { topic }],
    ],
  });
  expect(send("carol", 16, 3, { disclose_me: true, exclude_authid: ["carol"] }, topic)).toStrictEqual({
    bob: [[36, 1, 1003, { publisher: 103, publisher_authid: "carol", publisher_authrole: "user" }]],
  });
  send("alice", 16, 4, { retain: true }, topic);
  expect(send("bob", 32, 3, { get_retained: true }, topic)).toStrictEqual({
    bob: [
      [33, 3, 1],
      [36, 1, 1004, { retained: true }],
    ],
  });
  expect(send("bob", 32, 4, { get_retained: true, match: "prefix" }, "com.")).toStrictEqual({
    bob: [
      [33, 4, 2],
      [36, 2, 1004, { topic, retained: true }],
    ],
  });
});

test("PID-05 a subscriber that did not announce the feature is told all the same", () => {
  const { send } = bound(
    scene()
      .joinAs("knows", { roles: { subscriber: ["publisher_identification"] } })
      .joinAs("knows not", { roles: { subscriber: [] } }),
  );
  for (const name of ["knows", "knows not"]) send(name, 32, 1, {}, "com.x");
  expect(send("alice", 16, 1, { disclose_me: true }, "com.x")).toStrictEqual({
    knows: [[36, 1, 1001, ALICE]],
    "knows not": [[36, 1, 1001, ALICE]],
  });
});

test("PID-06 a client cannot say itself who published", () => {
  const { send } = bound(scene());
  send("bob", 32, 1, {}, "com.x");
  const claim = { publisher: 999, publisher_authid: "root", publisher_authrole: "root" };
  expect(send("alice", 16, 1, claim, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(send("alice", 16, 2, { ...claim, disclose_me: true }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1002, ALICE]],
  });
  violates(scene(), "alice", 16, 1, { disclose_me: 1 }, "com.x");
});

function bound(it: Scene) {
  return { send: it.send.bind(it) };
}
