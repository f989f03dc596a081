/**
 * A realm sleeps whenever it is quiet, and nobody may notice: what it sends is the same, wherever in a conversation it
 * slept. Whoever is gone when it wakes has left.
 */
import { describe, expect, test } from "vitest";
import { PARK_AFTER } from "../../src/router/realm.ts";
import { CANCELING, failed, violates } from "./answers.ts";
import { type Joining, Scene, type Sent } from "./scene.ts";

const NO_ROWS = {
  testaments: 0,
  retained: 0,
  history: 0,
  sessions: 0,
  subscriptions: 0,
  subscribers: 0,
  registrations: 0,
  callees: 0,
  invocations: 0,
};

type Step = readonly [act: (scene: Scene) => Sent, expected: Sent];

const says =
  (name: string, ...wire: unknown[]) =>
  (scene: Scene) =>
    scene.send(name, ...wire);
const leaves = (name: string) => (scene: Scene) => scene.leave(name);
const joins =
  (name: string, as: Joining = {}) =>
  (scene: Scene) => {
    scene.joinAs(name, as);
    return {};
  };

const CONVERSATION: readonly Step[] = [
  [joins("alice"), {}],
  [joins("bob", { roles: CANCELING }), {}],
  [joins("carol"), {}],
  [says("carol", 32, 1, {}, "com.a.b"), { carol: [[33, 1, 1]] }],
  [says("carol", 32, 2, { match: "prefix" }, "com.a"), { carol: [[33, 2, 2]] }],
  [says("carol", 32, 3, { match: "wildcard" }, "com..b"), { carol: [[33, 3, 3]] }],
  [says("bob", 32, 1, {}, "com.a.b"), { bob: [[33, 1, 1]] }],
  [
    says("alice", 16, 1, { acknowledge: true }, "com.a.b", [1]),
    {
      alice: [[17, 1, 1001]],
      bob: [[36, 1, 1001, {}, [1]]],
      carol: [
        [36, 1, 1001, {}, [1]],
        [36, 2, 1001, { topic: "com.a.b" }, [1]],
        [36, 3, 1001, { topic: "com.a.b" }, [1]],
      ],
    },
  ],
  [says("bob", 64, 2, {}, "com.p"), { bob: [[65, 2, 1]] }],
  [says("bob", 64, 3, { match: "prefix" }, "com.q"), { bob: [[65, 3, 2]] }],
  [says("alice", 64, 2, {}, "com.p"), { alice: [failed(64, 2, "wamp.error.procedure_already_exists")] }],
  [says("alice", 48, 3, {}, "com.p", ["x"]), { bob: [[68, 1, 1, {}, ["x"]]] }],
  [says("alice", 48, 4, {}, "com.q.r"), { bob: [[68, 2, 2, { procedure: "com.q.r" }]] }],
  [says("bob", 70, 2, {}, [], { n: 2 }), { alice: [[50, 4, {}, [], { n: 2 }]] }],
  [says("bob", 70, 2, {}, ["again"]), {}],
  [says("bob", 8, 68, 1, {}, "com.error.one", [1]), { alice: [[8, 48, 3, {}, "com.error.one", [1]]] }],
  [says("alice", 48, 5, {}, "com.p"), { bob: [[68, 3, 1, {}]] }],
  [says("bob", 70, 3, {}, ["y"]), { alice: [[50, 5, {}, ["y"]]] }],
  [says("carol", 34, 4, 2), { carol: [[35, 4]] }],
  [says("alice", 16, 6, {}, "com.a.c"), {}],
  [
    says("alice", 16, 7, {}, "com.a.b"),
    {
      bob: [[36, 1, 1003, {}]],
      carol: [
        [36, 1, 1003, {}],
        [36, 3, 1003, { topic: "com.a.b" }],
      ],
    },
  ],
  [says("bob", 66, 4, 1), { bob: [[67, 4]] }],
  [says("alice", 48, 8, {}, "com.p"), { alice: [failed(48, 8, "wamp.error.no_such_procedure")] }],
  [says("alice", 48, 9, {}, "com.q"), { bob: [[68, 4, 2, { procedure: "com.q" }]] }],
  [joins("dave"), {}],
  [says("dave", 48, 1, {}, "com.q"), { bob: [[68, 5, 2, { procedure: "com.q" }]] }],
  [leaves("dave"), { bob: [[69, 5, { mode: "killnowait" }]] }],
  [says("bob", 8, 68, 5, {}, "wamp.error.canceled"), {}],
  [leaves("bob"), { alice: [failed(48, 9, "wamp.error.canceled")] }],
  [says("alice", 64, 10, { match: "prefix" }, "com.q"), { alice: [[65, 10, 3]] }],
  [leaves("carol"), {}],
  [says("alice", 32, 11, {}, "com.a.b"), { alice: [[33, 11, 4]] }],
  [leaves("alice"), {}],
];

function converse(sleepsAfter: (step: number) => boolean): Scene {
  const scene = new Scene();
  for (const [index, [act, expected]] of CONVERSATION.entries()) {
    expect(act(scene), `step ${index + 1}`).toStrictEqual(expected);
    if (sleepsAfter(index)) expect(scene.sleep(), `sleep after step ${index + 1}`).toStrictEqual({});
  }
  return scene;
}

describe("a conversation", () => {
  test("R4 goes on as if nothing had been, wherever the realm sleeps once", () => {
    for (let at = 0; at < CONVERSATION.length; at++) {
      expect(converse((step) => step === at).rowCounts()).toStrictEqual(NO_ROWS);
    }
  });

  test("R4 goes on as if nothing had been, where the realm sleeps after every step", () => {
    expect(converse(() => true).rowCounts()).toStrictEqual(NO_ROWS);
  });

  test("SES-60 leaves no rows behind where the realm never sleeps", () => {
    expect(converse(() => false).rowCounts()).toStrictEqual(NO_ROWS);
  });
});

test("ID-06 invocation ids go on after sleep, also where every call before it had ended", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("alice", 70, 1, {});
  scene.sleep();
  scene.send("bob", 48, 2, {}, "com.x");
  scene.send("alice", 70, 2, {});
  scene.sleep();
  scene.sleep();
  expect(scene.send("bob", 48, 3, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("SES-38 what was answered before sleep stays answered, and what was never asked stays a violation", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("alice", 70, 1, {});
  scene.sleep();
  expect(scene.send("alice", 70, 1, {}, ["again"])).toStrictEqual({});
  violates(scene, "alice", 70, 2, {});
});

test("DLR-16 a call outlives sleep and is answered once", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("carol", 48, 1, {}, "com.x");
  scene.sleep();
  scene.sleep();
  expect(scene.rowCounts().invocations).toBe(2);
  expect(scene.send("alice", 70, 2, {}, ["carol's"])).toStrictEqual({ carol: [[50, 1, {}, ["carol's"]]] });
  expect(scene.rowCounts().invocations).toBe(1);
  scene.sleep();
  expect(scene.send("alice", 8, 68, 1, {}, "com.no")).toStrictEqual({ bob: [[8, 48, 1, {}, "com.no"]] });
  expect(scene.rowCounts().invocations).toBe(0);
  scene.sleep();
  expect(scene.send("alice", 70, 1, {})).toStrictEqual({});
  expect(scene.leave("alice")).toStrictEqual({});
});

test("BRK-07 what was unsubscribed stays unsubscribed after sleep", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.shared");
  scene.send("carol", 32, 1, {}, "com.shared");
  scene.send("bob", 32, 2, {}, "com.bob");
  scene.send("bob", 34, 3, 1);
  scene.send("bob", 34, 4, 2);
  expect(scene.sleep()).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual({ ...NO_ROWS, sessions: 3, subscriptions: 1, subscribers: 1 });
  expect(scene.send("alice", 16, 1, {}, "com.shared")).toStrictEqual({ carol: [[36, 1, 1001, {}]] });
  expect(scene.send("bob", 34, 5, 1)).toStrictEqual({
    bob: [failed(34, 5, "wamp.error.no_such_subscription")],
  });
});

test("DLR-05 what was unregistered stays unregistered after sleep", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 66, 2, 1);
  expect(scene.sleep()).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual({ ...NO_ROWS, sessions: 2 });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
});

test("LVE-01 a callee that vanished while the realm slept has left: its callers get ERROR", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.sleep();
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.sleep({ vanished: ["alice"] })).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.canceled"), failed(48, 2, "wamp.error.canceled")],
  });
  expect(scene.realm.session(scene.id("alice"))).toBeUndefined();
  expect(scene.rowCounts()).toStrictEqual({ ...NO_ROWS, sessions: 1 });
  expect(scene.send("bob", 64, 3, {}, "com.x")).toStrictEqual({ bob: [[65, 3, 2]] });
});

test("LVE-04 a caller that vanished while the realm slept has left: its callees get INTERRUPT", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob", "caller");
  for (const callee of ["alice", "bob"]) {
    scene.send(callee, 64, 1, {}, `com.${callee}`);
    scene.send("caller", 48, scene.id(callee), {}, `com.${callee}`);
  }
  expect(scene.sleep({ vanished: ["caller"] })).toStrictEqual({ alice: [[69, 1, { mode: "killnowait" }]] });
  expect(scene.rowCounts().invocations).toBe(0);
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.canceled")).toStrictEqual({});
  expect(scene.send("bob", 70, 1, {})).toStrictEqual({});
});

test("LVE-07 a session that called itself and vanished just disappears", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 48, 2, {}, "com.x");
  expect(scene.sleep({ vanished: ["alice"] })).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual({ ...NO_ROWS, sessions: 1 });
});

test("BRK-06 the subscriptions of a session that vanished are gone, those of others stay", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.shared");
  scene.send("carol", 32, 1, {}, "com.shared");
  scene.send("bob", 32, 2, { match: "prefix" }, "com.bob");
  expect(scene.sleep({ vanished: ["bob"] })).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual({ ...NO_ROWS, sessions: 2, subscriptions: 1, subscribers: 1 });
  expect(scene.send("alice", 16, 1, {}, "com.shared")).toStrictEqual({ carol: [[36, 1, 1001, {}]] });
  expect(scene.send("alice", 16, 2, {}, "com.bob")).toStrictEqual({});
  expect(scene.send("carol", 32, 2, { match: "prefix" }, "com.bob")).toStrictEqual({ carol: [[33, 2, 3]] });
});

test("R4 where everybody vanished no rows are left, and nobody is there to be told", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).joinAs("bob", { roles: CANCELING });
  for (const [name, other] of [
    ["alice", "bob"],
    ["bob", "alice"],
  ] as const) {
    scene.send(name, 64, 1, {}, `com.${name}`);
    scene.send(name, 32, 2, { match: "prefix" }, "");
    scene.send(name, 48, 3, {}, `com.${other}`);
    scene.send(name, 48, 4, {}, `com.${name}`);
  }
  expect(scene.sleep({ vanished: ["alice", "bob"] })).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual(NO_ROWS);
});

test("R7 after a crash, when nothing was parked and every socket is gone, no rows are left", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.sleep();
  scene.join("carol", "dave");
  scene.send("carol", 32, 1, {}, "com.y");
  scene.send("dave", 64, 1, {}, "com.y");
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.crash()).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual(NO_ROWS);
  expect(scene.join("erin").send("erin", 64, 1, {}, "com.x")).toStrictEqual({ erin: [[65, 1, 3]] });
});

test("R4 a realm that is quiet parks once and then has nothing due, until the next call", () => {
  const scene = new Scene();
  expect(scene.realm.nextDeadline()).toBeUndefined();
  scene.join("alice", "bob");
  expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
  expect(scene.pass(PARK_AFTER - 1)).toStrictEqual({});
  expect(scene.rowCounts().sessions).toBe(0);
  expect(scene.pass(1)).toStrictEqual({});
  expect(scene.rowCounts().sessions).toBe(2);
  expect(scene.realm.nextDeadline()).toBeUndefined();

  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.realm.nextDeadline()).toBeUndefined();
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
  scene.pass(PARK_AFTER);
  const { writes } = scene.store;
  scene.sleep();
  scene.sleep();
  expect(scene.realm.nextDeadline()).toBeUndefined();
  expect(scene.store.writes).toBe(writes);
});

test("R4 a call is parked once, however often the realm parks while it is under way", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.pass(PARK_AFTER);
  scene.send("bob", 48, 2, {}, "com.x");
  scene.pass(PARK_AFTER);
  expect(scene.rowCounts().invocations).toBe(2);
  scene.sleep();
  scene.send("bob", 48, 3, {}, "com.x");
  scene.pass(PARK_AFTER);
  expect(scene.rowCounts().invocations).toBe(3);
});

test("R4 sessions whose sockets outlive a restart that came before the realm parked are parked after it", () => {
  const scene = new Scene().join("alice", "bob");
  expect(scene.crash({ present: ["alice", "bob"] })).toStrictEqual({});
  expect(scene.rowCounts().sessions).toBe(0);
  expect(scene.realm.nextDeadline()).toBe(scene.clock + PARK_AFTER);
  scene.pass(PARK_AFTER);
  expect(scene.rowCounts().sessions).toBe(2);
  expect(scene.sleep({ vanished: ["alice", "bob"] })).toStrictEqual({});
  expect(scene.rowCounts()).toStrictEqual(NO_ROWS);
});

test("R4 a session that comes, publishes, calls and goes before the realm is quiet writes no rows", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 16, 1, {}, "com.x");
  scene.send("alice", 48, 2, {}, "com.x");
  scene.leave("alice");
  expect(scene.store.writes).toBe(0);
});

test("B11 PUBLISH, EVENT, CALL, YIELD, RESULT and ERROR write no rows", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 32, 2, { match: "prefix" }, "com");
  for (const round of ["before sleep", "after sleep"]) {
    const { writes } = scene.store;
    for (let n = 0; n < 10; n++) {
      scene.send("bob", 16, 1, { acknowledge: n % 2 === 0, exclude_me: false }, "com.x", [n]);
      scene.send("bob", 16, 2, { acknowledge: true }, "com..x");
      scene.send("bob", 48, 3, {}, "com.unknown");
      const sent = scene.send("bob", 48, 4, {}, "com.x", [n]);
      const invocation = sent.alice?.[0]?.[1];
      if (n % 2 === 0) scene.send("alice", 70, invocation, {}, [n]);
      else scene.send("alice", 8, 68, invocation, {}, "com.no", [n]);
      scene.send("alice", 70, invocation, {}, ["again"]);
    }
    expect(scene.store.writes, round).toBe(writes);
    scene.sleep();
  }
});
