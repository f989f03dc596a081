/** Ids (requirements section 2.2). Their range, ID-01, is tested in test/wamp. */
import { expect, test } from "vitest";
import { idFrom, randomId } from "../../src/cloudflare/random-id.ts";
import { mayEverything } from "../../src/router/authorization.ts";
import { Realm } from "../../src/router/realm.ts";
import type { RequestIdCheck } from "../../src/router/request-ids.ts";
import { DEFAULT_REALM_SETTINGS } from "../../src/router/settings.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { CANCELING, failed, violates } from "./answers.ts";
import { MemoryStore } from "./memory-store.ts";
import { Scene } from "./scene.ts";

const MAX = 2 ** 53;

test("ID-02 a client's request 0 is a violation, so no reply of the router ever mirrors it", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("alice", 64, 2, {}, "com.x");
  violates(scene, "alice", 16, 0, { acknowledge: true }, "com.x");
  violates(scene, "alice", 32, 0, {}, "com.x");
  violates(scene, "alice", 34, 0, 1);
  violates(scene, "alice", 48, 0, {}, "com.x");
  violates(scene, "alice", 64, 0, {}, "com.x");
  violates(scene, "alice", 66, 0, 1);
  violates(scene, "alice", 70, 0, {});
  expect(scene.send("alice", 48, 3, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
});

test("ID-03 random ids lie in 1..2^53, do not repeat and are uniform from the highest bits to the lowest", () => {
  const draws = 200_000;
  const buckets = 64;
  const high = new Array<number>(buckets).fill(0);
  const low = new Array<number>(buckets).fill(0);
  const seen = new Set<number>();
  let outside = 0;
  for (let n = 0; n < draws; n++) {
    const id = randomId();
    if (!Number.isInteger(id) || id < 1 || id > MAX) outside++;
    seen.add(id);
    const top = Math.floor((id - 1) / (MAX / buckets));
    const bottom = (id - 1) % buckets;
    high[top] = (high[top] ?? 0) + 1;
    low[bottom] = (low[bottom] ?? 0) + 1;
  }
  expect(outside).toBe(0);
  expect(seen.size).toBe(draws);
  const expected = draws / buckets;
  const chiSquare = (counts: readonly number[]): number =>
    counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 63 degrees of freedom: 63 on average, above 160 once in 10^9 runs.
  expect(chiSquare(high)).toBeLessThan(160);
  expect(chiSquare(low)).toBeLessThan(160);
});

test("ID-03 the lowest random id is 1 and the highest is 2^53", () => {
  expect([idFrom(0, 0), idFrom(0xffffffff, 0xffffffff)]).toStrictEqual([1, MAX]);
});

test("ID-04 a new session id that a live session has is drawn again", () => {
  const drawn = [7, 7, 7, 8, 8, 7, 9, 7];
  const realm = new Realm({
    store: new MemoryStore(),
    now: () => 0,
    randomId: () => drawn.shift() ?? 0,
    settings: DEFAULT_REALM_SETTINGS,
    reader: payloadReader,
    may: mayEverything,
    fault: () => {},
  });
  const join = (): number => {
    const session = realm.newSessionId();
    const identity = { session, authid: "a", authrole: "r", authmethod: "anonymous", authprovider: "static" };
    realm.join({ ...identity, roles: {} });
    return session;
  };
  expect([join(), join(), join()]).toStrictEqual([7, 8, 9]);
  const first = realm.session(7);
  if (first) realm.leave(first);
  expect(join()).toBe(7);
});

test("ID-05 subscription and registration ids count up from 1 and are not used again, also after sleep", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("alice", 32, 2, {}, "com.y")).toStrictEqual({ alice: [[33, 2, 2]] });
  expect(scene.send("alice", 64, 3, {}, "com.x")).toStrictEqual({ alice: [[65, 3, 1]] });
  expect(scene.send("alice", 64, 4, {}, "com.y")).toStrictEqual({ alice: [[65, 4, 2]] });
  scene.send("alice", 34, 5, 2);
  scene.send("alice", 66, 6, 2);
  scene.sleep();
  expect(scene.send("alice", 32, 7, {}, "com.y")).toStrictEqual({ alice: [[33, 7, 3]] });
  expect(scene.send("alice", 64, 8, {}, "com.y")).toStrictEqual({ alice: [[65, 8, 3]] });
});

test("ID-06 INVOCATION.Request counts 1, 2, 3 for each callee session and wraps from 2^53 to 1", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("alice", 64, 2, { match: "prefix" }, "com.p");
  scene.send("bob", 64, 1, {}, "com.b");
  expect(scene.send("carol", 48, 1, {}, "com.a")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("carol", 48, 2, {}, "com.b")).toStrictEqual({ bob: [[68, 1, 3, {}]] });
  expect(scene.send("carol", 48, 3, {}, "com.none")).toStrictEqual({
    carol: [failed(48, 3, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("bob", 48, 2, {}, "com.p")).toStrictEqual({
    alice: [[68, 2, 2, { procedure: "com.p" }]],
  });
  scene.send("alice", 70, 1, {});
  expect(scene.send("carol", 48, 4, {}, "com.a")).toStrictEqual({ alice: [[68, 3, 1, {}]] });

  scene.session("alice").lastInvocation = MAX - 1;
  expect(scene.send("carol", 48, 5, {}, "com.a")).toStrictEqual({ alice: [[68, MAX, 1, {}]] });
  expect(scene.send("alice", 70, MAX, {})).toStrictEqual({ carol: [[50, 5, {}]] });
  expect(scene.send("carol", 48, 6, {}, "com.a")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("alice", 70, 1, {})).toStrictEqual({ carol: [[50, 6, {}]] });
});

test("ID-07 every reply mirrors the id of the request that it answers", () => {
  const scene = new Scene().join("alice", "bob");
  const big = MAX - 10;
  expect(scene.send("alice", 32, big, {}, "com.x")).toStrictEqual({ alice: [[33, big, 1]] });
  expect(scene.send("alice", 34, big + 1, 1)).toStrictEqual({ alice: [[35, big + 1]] });
  expect(scene.send("alice", 16, big + 2, { acknowledge: true }, "com.x")).toStrictEqual({
    alice: [[17, big + 2, 1001]],
  });
  expect(scene.send("alice", 64, big + 3, {}, "com.x")).toStrictEqual({ alice: [[65, big + 3, 1]] });
  scene.send("bob", 48, big + 4, {}, "com.x");
  expect(scene.send("alice", 70, 1, {})).toStrictEqual({ bob: [[50, big + 4, {}]] });
  scene.send("bob", 48, big + 5, {}, "com.x");
  expect(scene.send("alice", 8, 68, 2, {}, "com.no")).toStrictEqual({
    bob: [[8, 48, big + 5, {}, "com.no"]],
  });
  expect(scene.send("alice", 66, big + 6, 1)).toStrictEqual({ alice: [[67, big + 6]] });
  expect(scene.send("alice", 66, MAX, 1)).toStrictEqual({
    alice: [failed(66, MAX, "wamp.error.no_such_registration")],
  });
});

test("ID-08 equal request ids of different sessions do not interfere", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x", ["bob"]);
  scene.send("carol", 48, 1, {}, "com.x", ["carol"]);
  scene.send("dave", 48, 1, {}, "com.x", ["dave"]);
  expect(scene.send("alice", 70, 2, {}, ["to carol"])).toStrictEqual({ carol: [[50, 1, {}, ["to carol"]]] });
  scene.leave("dave");
  expect(scene.send("alice", 70, 3, {}, ["to dave"])).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {}, ["to bob"])).toStrictEqual({ bob: [[50, 1, {}, ["to bob"]]] });
});

test("ID-09 all six requests share one sequence from 1; CANCEL, YIELD and ERROR do not advance it", () => {
  const scene = new Scene({ requestIdCheck: "strict" }).join("alice").joinAs("bob", { roles: CANCELING });
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("alice", 16, 2, {}, "com.y")).toStrictEqual({});
  expect(scene.send("alice", 64, 3, {}, "com.x")).toStrictEqual({ alice: [[65, 3, 1]] });
  expect(scene.send("alice", 48, 4, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("alice", 49, 3, {})).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {})).toStrictEqual({ alice: [[50, 4, {}]] });
  expect(scene.send("alice", 48, 5, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("alice", 8, 68, 2, {}, "com.no")).toStrictEqual({ alice: [[8, 48, 5, {}, "com.no"]] });
  expect(scene.send("alice", 32, 6, {}, "com..x")).toStrictEqual({
    alice: [failed(32, 6, "wamp.error.invalid_uri")],
  });
  expect(scene.send("alice", 34, 7, 1)).toStrictEqual({ alice: [[35, 7]] });
  expect(scene.send("alice", 66, 8, 1)).toStrictEqual({ alice: [[67, 8]] });
  scene.session("alice").lastRequest = MAX - 1;
  expect(scene.send("alice", 32, MAX, {}, "com.x")).toStrictEqual({ alice: [[33, MAX, 2]] });
  expect(scene.send("alice", 34, 1, 2)).toStrictEqual({ alice: [[35, 1]] });
  expect(scene.send("bob", 32, 1, {}, "com.x")).toStrictEqual({ bob: [[33, 1, 3]] });
});

/** How many of a session's requests are taken before one is a violation. */
function taken(requestIdCheck: RequestIdCheck, ids: readonly number[]): number {
  const scene = new Scene({ requestIdCheck }).join("alice");
  for (const [index, id] of ids.entries()) {
    try {
      scene.send("alice", 16, id, {}, "com.x");
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolViolation);
      return index;
    }
  }
  return ids.length;
}

test("ID-10 request_id_check: off takes any id, increasing takes gaps, strict takes 1 and then the next", () => {
  const cases: readonly (readonly [ids: readonly number[], increasing: number, strict: number])[] = [
    [[1, 2, 3], 3, 3],
    [[1, 3], 2, 1],
    [[5, 6], 2, 0],
    [[123, 789], 2, 0],
    [[1, 2, 2], 2, 2],
    [[1, 2, 1], 2, 2],
    [[7, 3], 1, 0],
    [[7, MAX, 1, 2], 4, 0],
    [[7, MAX, 2], 2, 0],
  ];
  for (const [ids, increasing, strict] of cases) {
    expect(taken("off", ids), `off ${ids}`).toBe(ids.length);
    expect(taken("increasing", ids), `increasing ${ids}`).toBe(increasing);
    expect(taken("strict", ids), `strict ${ids}`).toBe(strict);
  }
  expect(DEFAULT_REALM_SETTINGS.requestIdCheck).toBe("off");
});

test("ID-10 after sleep the last id is not known, so the sequence goes on from what comes", () => {
  for (const requestIdCheck of ["increasing", "strict"] as const) {
    const scene = new Scene({ requestIdCheck }).join("alice");
    scene.send("alice", 16, 1, {}, "com.x");
    scene.sleep();
    expect(scene.send("alice", 32, 2, {}, "com.x")).toStrictEqual({ alice: [[33, 2, 1]] });
    violates(scene, "alice", 32, 2, {}, "com.x");
  }
});

test("ID-11 a CALL whose id is that of a pending call is a violation under every setting", () => {
  for (const requestIdCheck of ["off", "increasing", "strict"] as const) {
    const scene = new Scene({ requestIdCheck }).join("alice", "bob");
    scene.send("alice", 64, 1, {}, "com.x");
    scene.send("bob", 48, 1, {}, "com.x");
    violates(scene, "bob", 48, 1, {}, "com.x");
    violates(scene, "bob", 48, 1, {}, "com.unknown");
    expect(scene.send("alice", 70, 1, {}, ["the first"])).toStrictEqual({
      bob: [[50, 1, {}, ["the first"]]],
    });
  }
});

test("ID-11 so is one whose call outlived sleep", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.sleep();
  violates(scene, "bob", 48, 1, {}, "com.x");
});

test("ID-13 each accepted PUBLISH has its own publication id, the same in PUBLISHED and all its EVENTs", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 32, 1, { match: "prefix" }, "com");
  expect(scene.send("alice", 16, 1, { acknowledge: true }, "com.x")).toStrictEqual({
    alice: [[17, 1, 1001]],
    bob: [[36, 1, 1001, {}]],
    carol: [[36, 2, 1001, { topic: "com.x" }]],
  });
  expect(scene.send("alice", 16, 2, {}, "com.x")).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
    carol: [[36, 2, 1002, { topic: "com.x" }]],
  });
  expect(scene.send("alice", 16, 3, {}, "org.nobody")).toStrictEqual({});
  expect(scene.send("alice", 16, 4, { acknowledge: true }, "org.nobody")).toStrictEqual({
    alice: [[17, 4, 1004]],
  });
});
