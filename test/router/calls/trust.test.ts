/** Call trust levels (requirements section 8.6), and the sketch of sharded registrations (section 8.9). */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS, type TrustRule } from "../../../src/router/settings.ts";
import { Scene } from "../scene.ts";

const RULES: readonly TrustRule[] = [
  { uri: "com.open", match: "exact", level: 0 },
  { uri: "com.door", match: "prefix", authrole: "guard", level: 7 },
  { uri: "com.door", match: "prefix", level: 3 },
  { uri: "..status", match: "wildcard", level: 5 },
];

/** INVOCATION.Details of calls to procedures of `alice`, who takes whatever begins with com or org. */
function details(scene: Scene, caller: string, request: number, procedure: string, options = {}): unknown {
  return scene.send(caller, 48, request, options, procedure).alice?.[0]?.[3];
}

test("CTL-01 trustlevel comes from the configuration, by procedure and role; the first rule that fits counts", () => {
  const scene = new Scene({ callTrust: RULES })
    .join("alice")
    .joinAs("gus", { authrole: "guard" })
    .join("bob");
  scene.send("alice", 64, 1, { match: "prefix" }, "");
  const cases: readonly (readonly [caller: string, procedure: string, trustlevel: number])[] = [
    ["bob", "com.open", 0],
    ["bob", "com.door.1", 3],
    ["gus", "com.door.1", 7],
    ["gus", "com.doors", 7],
    ["gus", "com.x.status", 5],
    ["bob", "com.x.state", 0],
    ["gus", "com.door.status", 7],
  ];
  for (const [index, [caller, procedure, trustlevel]] of cases.entries()) {
    expect(details(scene, caller, index + 1, procedure), `${caller} ${procedure}`).toStrictEqual({
      procedure,
      trustlevel,
    });
  }
});

test("CTL-01 the caller cannot set it", () => {
  const scene = new Scene({ callTrust: RULES }).join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.door");
  scene.send("alice", 64, 2, {}, "com.y");
  const options = { trustlevel: 9, trust_level: 9 };
  expect(details(scene, "bob", 1, "com.door", options)).toStrictEqual({ trustlevel: 3 });
  expect(details(scene, "bob", 2, "com.y", options)).toStrictEqual({ trustlevel: 0 });
});

test("CTL-01 without rules there is no trustlevel, and it is not announced", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.door");
  expect(details(scene, "bob", 1, "com.door", { trustlevel: 9 })).toStrictEqual({});
  expect(announcement(DEFAULT_REALM_SETTINGS).dealer).not.toContain("call_trustlevels");
  expect(announcement({ ...DEFAULT_REALM_SETTINGS, callTrust: RULES }).dealer).toContain("call_trustlevels");
});

test("SDR-01 sharded registration is not announced; runmode and rkey have no effect", () => {
  expect(announcement(DEFAULT_REALM_SETTINGS).dealer).not.toContain("sharded_registration");
  const scene = new Scene().join("alice", "anna", "bob");
  for (const callee of ["alice", "anna"]) scene.send(callee, 64, 1, { invoke: "roundrobin" }, "com.x");
  const options = { runmode: "partition", rkey: "k" };
  expect(scene.send("bob", 48, 1, options, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, options, "com.x")).toStrictEqual({ anna: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 3, { runmode: "partition" }, "com.x")).toStrictEqual({
    alice: [[68, 2, 1, {}]],
  });
});
