/** Publication trust levels (requirements section 6.5): assigned by the configuration. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS, type TrustRule } from "../../../src/router/settings.ts";
import { Scene } from "../scene.ts";

const RULES: readonly TrustRule[] = [
  { uri: "com.safe", match: "exact", authrole: "admin", level: 7 },
  { uri: "com.safe", match: "exact", level: 3 },
  { uri: "com.many.", match: "prefix", level: 2 },
  { uri: "com..deep", match: "wildcard", authrole: "admin", level: 1 },
];

function scene(publicationTrust: readonly TrustRule[] = RULES): Scene {
  const made = new Scene({ publicationTrust }).joinAs("alice", { authrole: "admin" }).join("bob", "carol");
  for (const name of ["alice", "bob", "carol"]) made.send(name, 32, 1, { match: "prefix" }, "com.");
  return made;
}

test("PTL-01 an event carries the level that the first matching rule gives its topic and publisher's role", () => {
  const { broker } = announcement({ ...DEFAULT_REALM_SETTINGS, publicationTrust: RULES });
  expect(broker).toContain("publication_trustlevels");
  const it = scene();
  it.send("carol", 34, 2, 1);
  const expected = [
    ["alice", "com.safe", 7],
    ["bob", "com.safe", 3],
    ["bob", "com.many.x", 2],
    ["alice", "com.a.deep", 1],
    ["bob", "com.a.deep", 0],
  ] as const;
  for (const [n, [publisher, topic, trustlevel]] of expected.entries()) {
    const receiver = publisher === "alice" ? "bob" : "alice";
    expect(it.send(publisher, 16, 1, {}, topic, [n])).toStrictEqual({
      [receiver]: [[36, 1, 1001 + n, { trustlevel, topic }, [n]]],
    });
  }
});

test("PTL-02 a publisher cannot set the level itself", () => {
  const topic = "com.safe";
  expect(scene().send("bob", 16, 1, { trustlevel: 9, exclude_me: true }, topic)).toStrictEqual({
    alice: [[36, 1, 1001, { trustlevel: 3, topic }]],
    carol: [[36, 1, 1001, { trustlevel: 3, topic }]],
  });
  expect(scene([]).send("bob", 16, 1, { trustlevel: 9 }, topic)).toStrictEqual({
    alice: [[36, 1, 1001, { topic }]],
    carol: [[36, 1, 1001, { topic }]],
  });
});

test("PTL-03 where no rule matches the level is 0, and without rules there is none", () => {
  const topic = "com.other";
  expect(scene().send("alice", 16, 1, {}, topic)).toStrictEqual({
    bob: [[36, 1, 1001, { trustlevel: 0, topic }]],
    carol: [[36, 1, 1001, { trustlevel: 0, topic }]],
  });
  expect(scene([]).send("alice", 16, 1, {}, topic)).toStrictEqual({
    bob: [[36, 1, 1001, { topic }]],
    carol: [[36, 1, 1001, { topic }]],
  });
  expect(announcement(DEFAULT_REALM_SETTINGS).broker).not.toContain("publication_trustlevels");
});
