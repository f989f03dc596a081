/** What one session may hold: each limit at N-1, N and N+1, before and after sleep (S13). */
import { describe, expect, test } from "vitest";
import { DEFAULT_SESSION_LIMITS, type SessionLimits } from "../../src/router/limits.ts";
import { Scene, type Sent, type Wire } from "./scene.ts";

const LIMIT_EXCEEDED = "edgebahn.error.limit_exceeded";
const NONE: SessionLimits = {
  subscriptions: Number.POSITIVE_INFINITY,
  registrations: Number.POSITIVE_INFINITY,
  patterns: Number.POSITIVE_INFINITY,
  pendingCalls: Number.POSITIVE_INFINITY,
  pendingInvocations: Number.POSITIVE_INFINITY,
};

function sceneWith(limits: Partial<SessionLimits>): Scene {
  return new Scene({ limits: () => ({ ...NONE, ...limits }) }).join("alice", "bob", "carol");
}

function exceeded(type: number, request: number, text: string): Wire {
  return [8, type, request, {}, LIMIT_EXCEEDED, [text]];
}

const RESTS = [
  ["at once", (_: Scene): void => {}],
  ["after sleep", (scene: Scene): void => void scene.sleep()],
] as const;

describe.each(RESTS)("a session may hold so much, %s:", (_, rest) => {
  test("S13 subscriptions", () => {
    const scene = sceneWith({ subscriptions: 3 });
    const text = "the limit subscriptions is 3: unsubscribe from something first";
    for (const request of [1, 2]) scene.send("alice", 32, request, {}, `com.${request}`);
    scene.send("bob", 32, 1, {}, "com.of.bob");
    rest(scene);
    expect(scene.send("alice", 32, 3, { match: "prefix" }, "com.3")).toStrictEqual({ alice: [[33, 3, 4]] });
    const before = scene.rowCounts();
    rest(scene);
    for (const topic of ["com.4", "com.of.bob"]) {
      expect(scene.send("alice", 32, 4, {}, topic)).toStrictEqual({ alice: [exceeded(32, 4, text)] });
    }
    expect(scene.rowCounts()).toStrictEqual(before);
    expect(scene.send("alice", 32, 5, {}, "com.1")).toStrictEqual({ alice: [[33, 5, 1]] });
    expect(scene.send("bob", 32, 5, {}, "com.4")).toStrictEqual({ bob: [[33, 5, 5]] });
    scene.send("alice", 34, 6, 1);
    expect(scene.send("alice", 32, 7, {}, "com.4")).toStrictEqual({ alice: [[33, 7, 5]] });
  });

  test("S13 registrations", () => {
    const scene = sceneWith({ registrations: 3 });
    const text = "the limit registrations is 3: unregister something first";
    for (const request of [1, 2]) scene.send("alice", 64, request, {}, `com.${request}`);
    scene.send("bob", 64, 1, { invoke: "first" }, "com.of.bob");
    rest(scene);
    expect(scene.send("alice", 64, 3, {}, "com.3")).toStrictEqual({ alice: [[65, 3, 4]] });
    const before = scene.rowCounts();
    rest(scene);
    for (const procedure of ["com.4", "com.of.bob"]) {
      expect(scene.send("alice", 64, 4, { invoke: "first" }, procedure)).toStrictEqual({
        alice: [exceeded(64, 4, text)],
      });
    }
    expect(scene.rowCounts()).toStrictEqual(before);
    scene.send("alice", 66, 6, 1);
    expect(scene.send("alice", 64, 7, {}, "com.4")).toStrictEqual({ alice: [[65, 7, 5]] });
  });

  test("S13 patterns of both kinds together", () => {
    const scene = sceneWith({ patterns: 3 });
    const text = "the limit patterns is 3: unsubscribe from or unregister a prefix or wildcard pattern first";
    scene.send("alice", 32, 1, { match: "prefix" }, "com.");
    scene.send("alice", 64, 2, { match: "wildcard" }, "com..x");
    rest(scene);
    expect(scene.send("alice", 64, 3, { match: "prefix" }, "org.")).toStrictEqual({ alice: [[65, 3, 2]] });
    const before = scene.rowCounts();
    rest(scene);
    expect(scene.send("alice", 32, 4, { match: "wildcard" }, "org..x")).toStrictEqual({
      alice: [exceeded(32, 4, text)],
    });
    expect(scene.send("alice", 64, 5, { match: "prefix" }, "net.")).toStrictEqual({
      alice: [exceeded(64, 5, text)],
    });
    expect(scene.rowCounts()).toStrictEqual(before);
    expect(scene.send("alice", 32, 6, { match: "prefix" }, "com.")).toStrictEqual({ alice: [[33, 6, 1]] });
    expect(scene.send("alice", 32, 7, {}, "com.x")).toStrictEqual({ alice: [[33, 7, 2]] });
    expect(scene.send("alice", 64, 8, {}, "com.x")).toStrictEqual({ alice: [[65, 8, 3]] });
    scene.send("alice", 66, 9, 1);
    expect(scene.send("alice", 64, 10, { match: "prefix" }, "net.")).toStrictEqual({ alice: [[65, 10, 4]] });
    scene.send("alice", 34, 11, 1);
    expect(scene.send("alice", 64, 12, { match: "prefix" }, "edu.")).toStrictEqual({ alice: [[65, 12, 5]] });
  });

  test("S13 calls that have not ended", () => {
    const scene = sceneWith({ pendingCalls: 3 });
    const text = "the limit pendingCalls is 3: wait until one of your calls has ended, or cancel one";
    scene.send("bob", 64, 1, {}, "com.p");
    for (const request of [1, 2]) scene.send("alice", 48, request, {}, "com.p");
    rest(scene);
    expect(scene.send("alice", 48, 3, {}, "com.p")).toStrictEqual({ bob: [[68, 3, 1, {}]] });
    rest(scene);
    expect(scene.send("alice", 48, 4, {}, "com.p")).toStrictEqual({ alice: [exceeded(48, 4, text)] });
    expect(scene.send("alice", 48, 5, {}, "wamp.session.count")).toStrictEqual({ alice: [[50, 5, {}, [3]]] });
    expect(scene.send("carol", 48, 1, {}, "com.p")).toStrictEqual({ bob: [[68, 4, 1, {}]] });
    scene.send("bob", 70, 1, {});
    expect(scene.send("alice", 48, 6, {}, "com.p")).toStrictEqual({ bob: [[68, 5, 1, {}]] });
  });

  test("S13 invocations that one callee has not answered", () => {
    const scene = sceneWith({ pendingInvocations: 3 });
    const text = "the limit pendingInvocations is 3: every callee of com.p is busy, try again later";
    scene.send("bob", 64, 1, {}, "com.p");
    for (const request of [1, 2]) scene.send("alice", 48, request, {}, "com.p");
    rest(scene);
    expect(scene.send("carol", 48, 1, {}, "com.p")).toStrictEqual({ bob: [[68, 3, 1, {}]] });
    rest(scene);
    expect(scene.send("alice", 48, 3, {}, "com.p")).toStrictEqual({ alice: [exceeded(48, 3, text)] });
    expect(scene.session("alice").calls.size).toBe(2);
    scene.send("bob", 8, 68, 2, {}, "com.e");
    expect(scene.send("alice", 48, 4, {}, "com.p")).toStrictEqual({ bob: [[68, 4, 1, {}]] });
  });

  test.each([
    ["first", ["alice", "alice", "bob", "bob"]],
    ["last", ["bob", "bob", "alice", "alice"]],
    ["roundrobin", ["alice", "bob", "alice", "bob"]],
    ["random", undefined],
  ] as const)("S13 among several callees (%s) who is full is passed over", (invoke, order) => {
    const scene = sceneWith({ pendingInvocations: 2 });
    for (const name of ["alice", "bob"]) scene.send(name, 64, 1, { invoke }, "com.p");
    const called = [1, 2, 3, 4].flatMap((request) => {
      rest(scene);
      return Object.keys(scene.send("carol", 48, request, {}, "com.p"));
    });
    expect([...called].sort()).toStrictEqual(["alice", "alice", "bob", "bob"]);
    if (order) expect(called).toStrictEqual(order);
    const refused = scene.send("carol", 48, 5, {}, "com.p").carol?.[0];
    expect([refused?.[2], refused?.[4]]).toStrictEqual([5, LIMIT_EXCEEDED]);
    const [next] = called;
    scene.send(next ?? "", 70, 1, {});
    expect(Object.keys(scene.send("carol", 48, 6, {}, "com.p"))).toStrictEqual([next]);
  });
});

describe("a call that is rerouted", () => {
  const roles = { callee: ["call_reroute"] };

  test("S13 RRT-03 passes over callees that are full", () => {
    const scene = new Scene({ limits: () => ({ ...NONE, pendingInvocations: 1 }) }).join("alice");
    for (const name of ["bob", "carol", "dave"]) {
      scene.joinAs(name, { roles }).send(name, 64, 1, { invoke: "first" }, "com.p");
    }
    scene.send("carol", 64, 2, {}, "com.of.carol");
    scene.send("alice", 48, 1, {}, "com.of.carol");
    scene.send("alice", 48, 2, {}, "com.p");
    expect(scene.send("bob", 8, 68, 1, {}, "wamp.error.unavailable")).toStrictEqual({
      dave: [[68, 1, 1, {}]],
    });
    const ended = scene.send("dave", 8, 68, 1, {}, "wamp.error.unavailable").alice?.[0];
    expect(ended?.[4]).toBe("wamp.error.no_available_callee");
  });
});

describe("the limits", () => {
  const refusedAt = (limits: unknown, ...wire: unknown[]): Sent => {
    const scene = new Scene({ limits: () => limits as SessionLimits }).join("alice");
    return scene.send("alice", ...wire);
  };

  test.each([0, -1, Number.NaN, undefined, null])("S13 of %s allow nothing", (most) => {
    const limits = { ...NONE, subscriptions: most, registrations: most, pendingCalls: most };
    for (const wire of [
      [32, 1, {}, "com.x"],
      [64, 1, {}, "com.x"],
      [48, 1, {}, "com.x"],
    ]) {
      expect(refusedAt(limits, ...wire).alice?.[0]?.slice(0, 5)).toStrictEqual([
        8,
        wire[0],
        1,
        {},
        LIMIT_EXCEEDED,
      ]);
    }
    const patterns = { ...NONE, patterns: most };
    expect(refusedAt(patterns, 32, 1, { match: "prefix" }, "com.").alice?.[0]?.[4]).toBe(LIMIT_EXCEEDED);
  });

  test.each([0, Number.NaN, undefined])("S13 of %s invocations for a callee let no call through", (most) => {
    const limits = { ...NONE, pendingInvocations: most } as SessionLimits;
    const scene = new Scene({ limits: () => limits }).join("alice", "bob");
    scene.send("bob", 64, 1, {}, "com.p");
    expect(scene.send("alice", 48, 1, {}, "com.p").alice?.[0]?.[4]).toBe(LIMIT_EXCEEDED);
  });

  test("S13 are those of the session's role, as it is now", () => {
    const limits = { user: { ...NONE, subscriptions: 1 }, admin: NONE };
    const scene = new Scene({
      metaModify: true,
      limits: ({ authrole }) => limits[authrole as "user" | "admin"],
    });
    scene.join("alice").joinAs("bob", { authrole: "admin" });
    const another = (name: string, request: number) =>
      scene.send(name, 32, request, {}, `com.${request}`)[name]?.[0]?.[0];
    expect([another("alice", 1), another("alice", 2)]).toStrictEqual([33, 8]);
    expect([another("bob", 1), another("bob", 2)]).toStrictEqual([33, 33]);
    scene.send("bob", 48, 3, {}, "wamp.session.modify_details", [101, { authrole: "admin" }]);
    expect(another("alice", 4)).toBe(33);
  });

  test("S13 are those of reliability.md section 5 where the settings say nothing", () => {
    const { limits: _, ...settings } = new Scene().settings;
    const scene = new Scene(settings).join("alice");
    for (let at = 1; at <= DEFAULT_SESSION_LIMITS.subscriptions; at++) {
      expect(scene.send("alice", 32, at, {}, `com.t${at}`)).toStrictEqual({ alice: [[33, at, at]] });
    }
    expect(scene.send("alice", 32, 200, {}, "com.more").alice?.[0]?.[4]).toBe(LIMIT_EXCEEDED);
    expect(DEFAULT_SESSION_LIMITS).toStrictEqual({
      subscriptions: 128,
      registrations: 128,
      patterns: 32,
      pendingCalls: 256,
      pendingInvocations: 1_024,
    });
  });

  test("S13 what was refused leaves nothing behind when its session leaves", () => {
    const scene = sceneWith({ subscriptions: 0, registrations: 0, pendingCalls: 0 });
    scene.send("alice", 32, 1, {}, "com.x");
    scene.send("alice", 64, 2, {}, "com.x");
    scene.send("alice", 48, 3, {}, "com.x");
    expect(scene.rowCounts()).toMatchObject({ sessions: 0, subscriptions: 0, registrations: 0 });
    expect(scene.leave("alice")).toStrictEqual({});
  });
});
