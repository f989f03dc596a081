/**
 * Ordering guarantees (requirements section 14): of what one session sends to another through the router. Where the spec
 * promises nothing (ORD-06, 07, 12), what is tested is that nothing is lost.
 */
import { expect, test } from "vitest";
import { CANCELING } from "./answers.ts";
import { Scene, type Wire } from "./scene.ts";

/** Arguments[0] of every EVENT, or of every INVOCATION, that a session heard. */
function firstArguments(scene: Scene, name: string, code: 36 | 68 = 36): unknown[] {
  return scene
    .heard(name)
    .filter((wire) => wire[0] === code)
    .map((wire) => (wire[4] as unknown[])[0]); // the tests below always send one
}

const byRequest = (a: Wire, b: Wire): number => Number(a[1]) - Number(b[1]);

test("ORD-01 events of one publisher to one topic arrive in the order in which they were published", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  for (let n = 1; n <= 50; n++) scene.send("alice", 16, n, {}, "com.x", [n]);
  expect(firstArguments(scene, "bob")).toStrictEqual(Array.from({ length: 50 }, (_, index) => index + 1));
});

test("ORD-02 so do events to two topics", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 32, 2, {}, "com.y");
  for (const [index, topic] of ["com.x", "com.y", "com.y", "com.x", "com.y"].entries()) {
    scene.send("alice", 16, index + 1, {}, topic, [index]);
  }
  expect(scene.heard("bob").slice(2)).toStrictEqual([
    [36, 1, 1001, {}, [0]],
    [36, 2, 1002, {}, [1]],
    [36, 2, 1003, {}, [2]],
    [36, 1, 1004, {}, [3]],
    [36, 2, 1005, {}, [4]],
  ]);
});

test("ORD-03 so do events that reach a subscriber by subscriptions of different match policies", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "wildcard" }, "com..y");
  scene.send("bob", 32, 2, { match: "prefix" }, "com.p");
  scene.send("bob", 32, 3, {}, "com.e");
  scene.send("bob", 32, 4, { match: "prefix" }, "com.");
  const topics = ["com.p.y", "com.e", "com.p", "com.q.y", "com.p.y", "com.e"];
  for (const [index, topic] of topics.entries()) scene.send("alice", 16, index + 1, {}, topic, [index]);
  expect(firstArguments(scene, "bob")).toStrictEqual([0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5]);
});

test("ORD-04 so do acknowledged and unacknowledged events that are mixed", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  const options = [
    {},
    { acknowledge: true },
    { acknowledge: false },
    { retain: true },
    { exclude_me: false },
  ];
  for (let n = 1; n <= 25; n++) scene.send("alice", 16, n, options[n % options.length], "com.x", [n]);
  expect(firstArguments(scene, "bob")).toStrictEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});

test("ORD-05 SUBSCRIBED arrives before the first EVENT of its subscription", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, {}, "com.x", [1]);
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 16, 2, {}, "com.x", [2]);
  expect(scene.heard("bob")).toStrictEqual([
    [33, 1, 1],
    [36, 1, 1002, {}, [2]],
  ]);
});

test("ORD-06 several SUBSCRIBE and UNSUBSCRIBE requests are each answered, in whatever order", () => {
  const scene = new Scene().join("bob");
  for (const request of [1, 2, 3]) scene.send("bob", 32, request, {}, `com.x${request}`);
  for (const request of [4, 5, 6]) scene.send("bob", 34, request, request - 3);
  expect([...scene.heard("bob")].toSorted(byRequest)).toStrictEqual([
    [33, 1, 1],
    [33, 2, 2],
    [33, 3, 3],
    [35, 4],
    [35, 5],
    [35, 6],
  ]);
});

test("ORD-07 each subscriber sees each publisher's events in that publisher's order", () => {
  const scene = new Scene().join("alice", "anna", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("carol", 32, 1, { match: "prefix" }, "com");
  for (let n = 1; n <= 10; n++) {
    scene.send(n % 3 === 0 ? "anna" : "alice", 16, n, {}, "com.x", [n]);
  }
  for (const subscriber of ["bob", "carol"]) {
    const seen = firstArguments(scene, subscriber).map(Number);
    expect(seen.filter((n) => n % 3 === 0)).toStrictEqual([3, 6, 9]);
    expect(seen.filter((n) => n % 3 !== 0)).toStrictEqual([1, 2, 4, 5, 7, 8, 10]);
  }
});

test("ORD-08 calls of one caller to one procedure become INVOCATIONs in the order of the calls", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  for (let n = 1; n <= 50; n++) scene.send("bob", 48, n, {}, "com.x", [n]);
  expect(scene.heard("alice").slice(1)).toStrictEqual(
    Array.from({ length: 50 }, (_, index) => [68, index + 1, 1, {}, [index + 1]]),
  );
});

test("ORD-09 so do calls to different procedures of one callee, patterns included", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.e");
  scene.send("alice", 64, 2, { match: "prefix" }, "com.p");
  scene.send("alice", 64, 3, { match: "wildcard" }, "com..w");
  const procedures = ["com.a.w", "com.e", "com.p.q", "com.e", "com.b.w", "com.p"];
  for (const [index, procedure] of procedures.entries()) {
    scene.send("bob", 48, index + 1, {}, procedure, [index]);
  }
  expect(firstArguments(scene, "alice", 68)).toStrictEqual([0, 1, 2, 3, 4, 5]);
});

test("ORD-10 REGISTERED arrives before the first INVOCATION of its registration", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.heard("alice")).toStrictEqual([
    [65, 1, 1],
    [68, 1, 1, {}],
  ]);
});

test("ORD-11 an answer is passed on as it comes, also before the answer to an earlier call", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  for (const request of [1, 2, 3]) scene.send("bob", 48, request, {}, "com.x");
  expect(scene.send("alice", 70, 3, {}, ["third"])).toStrictEqual({ bob: [[50, 3, {}, ["third"]]] });
  expect(scene.send("alice", 8, 68, 1, {}, "com.error.first")).toStrictEqual({
    bob: [[8, 48, 1, {}, "com.error.first"]],
  });
  expect(scene.send("alice", 70, 2, {}, ["second"])).toStrictEqual({ bob: [[50, 2, {}, ["second"]]] });
});

test("ORD-12 several REGISTER and UNREGISTER requests are each answered, in whatever order", () => {
  const scene = new Scene().join("alice");
  for (const request of [1, 2, 3]) scene.send("alice", 64, request, {}, `com.x${request}`);
  for (const request of [4, 5, 6]) scene.send("alice", 66, request, request - 3);
  expect([...scene.heard("alice")].toSorted(byRequest)).toStrictEqual([
    [65, 1, 1],
    [65, 2, 2],
    [65, 3, 3],
    [67, 4],
    [67, 5],
    [67, 6],
  ]);
});

test("ORD-15 INTERRUPT arrives after the INVOCATION that it refers to", () => {
  const scene = new Scene().joinAs("alice", { roles: CANCELING }).join("bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.leave("bob");
  expect(scene.heard("alice")).toStrictEqual([
    [65, 1, 1],
    [68, 1, 1, {}],
    [69, 1, { mode: "killnowait" }],
  ]);
});

test("ORD-16 no EVENT follows UNSUBSCRIBED and no new INVOCATION follows UNREGISTERED", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, {}, "com.x");
  scene.send("alice", 64, 2, {}, "com.x");
  scene.send("bob", 16, 1, {}, "com.x", ["first"]);
  scene.send("bob", 48, 2, {}, "com.x", ["first"]);
  scene.send("alice", 34, 3, 1);
  scene.send("alice", 66, 4, 1);
  scene.send("bob", 16, 3, {}, "com.x", ["second"]);
  scene.send("bob", 48, 4, {}, "com.x", ["second"]);
  expect(scene.heard("alice")).toStrictEqual([
    [33, 1, 1],
    [65, 2, 1],
    [36, 1, 1001, {}, ["first"]],
    [68, 1, 1, {}, ["first"]],
    [35, 3],
    [67, 4],
  ]);
});

test("ORD-17 events published before the router takes the UNSUBSCRIBE come before UNSUBSCRIBED", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 16, 1, {}, "com.x", ["while UNSUBSCRIBE travels"]);
  scene.send("bob", 34, 2, 1);
  expect(scene.heard("bob")).toStrictEqual([
    [33, 1, 1],
    [36, 1, 1001, {}, ["while UNSUBSCRIBE travels"]],
    [35, 2],
  ]);
});

test("ORD-19 two large fan-outs of one publisher are not interleaved for any subscriber", () => {
  const scene = new Scene().join("alice");
  const crowd = Array.from({ length: 500 }, (_, index) => `subscriber ${index}`);
  scene.join(...crowd);
  for (const name of crowd) {
    scene.send(name, 32, 1, {}, "com.x");
    scene.send(name, 32, 2, { match: "prefix" }, "com");
  }
  scene.send("alice", 16, 1, {}, "com.x", [1]);
  scene.send("alice", 16, 2, {}, "com.x", [2]);
  for (const name of crowd) expect(firstArguments(scene, name)).toStrictEqual([1, 1, 2, 2]);
});

test("ORD-20 a live session misses nothing in the middle of a stream", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  for (let n = 1; n <= 300; n++) {
    scene.send("alice", 16, n, {}, "com.x", [n]);
    if (n % 50 === 0) scene.send("carol", 32, n, {}, "com.x");
    if (n % 70 === 0) scene.send("carol", 34, n, 1);
    if (n === 150) scene.sleep();
  }
  expect(firstArguments(scene, "bob")).toStrictEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

test("ORD-21 a PUBLISH and then a CALL to the same session arrive in that order", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "prefix" }, "com");
  scene.send("bob", 64, 2, {}, "com.x");
  scene.send("alice", 16, 1, {}, "com.x", ["event"]);
  scene.send("alice", 48, 2, {}, "com.x", ["call"]);
  expect(scene.heard("bob").slice(2)).toStrictEqual([
    [36, 1, 1001, { topic: "com.x" }, ["event"]],
    [68, 1, 1, {}, ["call"]],
  ]);
});

test("ORD-25 the router sends a message once: what could not be written is not sent again", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 16, 1, {}, "com.x", [1]);
  const event = {
    type: "EVENT",
    subscription: 1,
    publication: 1001,
    details: {},
    payload: undefined,
  } as const;
  expect(scene.undeliverable("bob", event, "no form")).toStrictEqual({});
  expect(scene.sleep()).toStrictEqual({});
  scene.send("alice", 16, 2, {}, "com.x", [2]);
  expect(firstArguments(scene, "bob")).toStrictEqual([1, 2]);
});
