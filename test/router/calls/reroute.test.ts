/** Call re-routing (requirements section 8.10). */
import { expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene, type Sent } from "../scene.ts";
import { EVERYTHING, serving } from "./announced.ts";

const NOBODY = failed(48, 1, "wamp.error.no_available_callee");
const REROUTES = serving("call_reroute");

/** `a`, `b` and `c` share com.x, registration 1, and refuse calls by re-routing them; `bob` calls. */
function shared(invoke: string, ...callees: readonly string[]): Scene {
  const scene = new Scene();
  for (const callee of callees) scene.joinAs(callee, REROUTES);
  for (const callee of callees) scene.send(callee, 64, 1, { invoke }, "com.x");
  return scene.joinAs("bob", EVERYTHING);
}

/** `callee` is unavailable for its invocation `id`. */
function refuse(scene: Scene, callee: string, id = 1): Sent {
  return scene.send(callee, 8, 68, id, {}, "wamp.error.unavailable", ["busy"]);
}

test("RRT-01 wamp.error.unavailable moves the call to another callee, and the refusing one is absent for it", () => {
  const scene = shared("first", "a", "b");
  scene.send("bob", 48, 1, {}, "com.x", ["work"]);
  expect(refuse(scene, "a")).toStrictEqual({ b: [[68, 1, 1, {}, ["work"]]] });
  expect(scene.send("b", 70, 1, {}, ["done"])).toStrictEqual({ bob: [[50, 1, {}, ["done"]]] });
  // For this call only.
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ a: [[68, 2, 1, {}]] });
});

test("RRT-01 what the refusing callee still says of the call is discarded", () => {
  const scene = shared("first", "a", "b");
  scene.send("bob", 48, 1, {}, "com.x");
  refuse(scene, "a");
  expect(scene.send("a", 70, 1, {}, ["late"])).toStrictEqual({});
  expect(refuse(scene, "a")).toStrictEqual({});
  expect(scene.leave("a")).toStrictEqual({});
  expect(scene.send("b", 70, 1, {}, ["done"])).toStrictEqual({ bob: [[50, 1, {}, ["done"]]] });
});

test("RRT-02 single: the caller gets no_available_callee", () => {
  const scene = shared("single", "a");
  scene.send("bob", 48, 1, {}, "com.x");
  expect(refuse(scene, "a")).toStrictEqual({ bob: [NOBODY] });
  expect(scene.send("a", 70, 1, {})).toStrictEqual({});
});

test("RRT-03 roundrobin: the next callee in the queue", () => {
  const scene = shared("roundrobin", "a", "b", "c");
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ a: [[68, 1, 1, {}]] });
  expect(refuse(scene, "a")).toStrictEqual({ b: [[68, 1, 1, {}]] });
  expect(refuse(scene, "b")).toStrictEqual({ c: [[68, 1, 1, {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ a: [[68, 2, 1, {}]] });
});

test("RRT-03 random: another callee at random, never the same", () => {
  for (let draw = 0; draw < 12; draw++) {
    const scene = shared("random", "a", "b", "c");
    for (let n = 0; n < draw; n++) scene.send("bob", 16, n + 1, {}, "com.t"); // draws random ids
    const asked: string[] = [];
    let sent = scene.send("bob", 48, 1, {}, "com.x");
    for (let step = 0; step < 3; step++) {
      const [callee = ""] = Object.keys(sent);
      asked.push(callee);
      sent = refuse(scene, callee);
    }
    expect(asked.toSorted(), `draw ${draw}`).toStrictEqual(["a", "b", "c"]);
    expect(sent).toStrictEqual({ bob: [NOBODY] });
  }
});

test("RRT-03 random: every other callee is as likely", () => {
  const moved: Record<string, number> = { a: 0, b: 0, c: 0 };
  const scene = shared("random", "a", "b", "c");
  let first = "";
  for (let request = 1; request <= 60; request++) {
    const [callee = "", [[, id] = []] = []] =
      Object.entries(scene.send("bob", 48, request, {}, "com.x"))[0] ?? [];
    first ||= callee;
    if (callee !== first) continue;
    const [next = ""] = Object.keys(refuse(scene, callee, Number(id)));
    moved[next] = (moved[next] ?? 0) + 1;
  }
  expect(moved[first]).toBe(0);
  for (const [callee, times] of Object.entries(moved)) {
    if (callee !== first) expect(times, callee).toBeGreaterThan(5);
  }
});

test("RRT-03 first: the callee registered right after; last: the one registered right before", () => {
  const first = shared("first", "a", "b", "c");
  expect(first.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ a: [[68, 1, 1, {}]] });
  expect(refuse(first, "a")).toStrictEqual({ b: [[68, 1, 1, {}]] });
  expect(refuse(first, "b")).toStrictEqual({ c: [[68, 1, 1, {}]] });
  const last = shared("last", "a", "b", "c");
  expect(last.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ c: [[68, 1, 1, {}]] });
  expect(refuse(last, "c")).toStrictEqual({ b: [[68, 1, 1, {}]] });
  expect(refuse(last, "b")).toStrictEqual({ a: [[68, 1, 1, {}]] });
});

test("RRT-04 where all callees refused the caller gets no_available_callee, once", () => {
  for (const invoke of ["roundrobin", "first"]) {
    const scene = shared(invoke, "a", "b", "c");
    scene.send("bob", 48, 1, {}, "com.x");
    refuse(scene, "a");
    refuse(scene, "b");
    expect(refuse(scene, "c")).toStrictEqual({ bob: [NOBODY] });
    for (const callee of ["a", "b", "c"]) expect(refuse(scene, callee)).toStrictEqual({});
  }
});

test("RRT-04 so it is where the others have unregistered or left, the refusing one too", () => {
  const scene = shared("first", "a", "b", "c");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.leave("b");
  scene.send("c", 66, 2, 1);
  scene.send("a", 66, 2, 1);
  expect(refuse(scene, "a")).toStrictEqual({ bob: [NOBODY] });
});

test("RRT-05 the new INVOCATION has the next id of its own callee, the original payload and options", () => {
  const scene = shared("first", "a", "b");
  scene.send("b", 64, 2, {}, "com.b");
  scene.send("bob", 48, 1, {}, "com.b");
  const payload = [[1, { deep: [null, "é"] }], { k: 0.5 }];
  scene.send("bob", 48, 2, { disclose_me: true }, "com.x", ...payload);
  const bob = { caller: 103, caller_authid: "bob", caller_authrole: "user" };
  expect(refuse(scene, "a")).toStrictEqual({ b: [[68, 2, 1, bob, ...payload]] });
  expect(scene.send("b", 70, 2, {}, ["x"])).toStrictEqual({ bob: [[50, 2, {}, ["x"]]] });
});

test("RRT-05 of the options each callee is told what it announced and registered for, not what the first one did", () => {
  const scene = new Scene({ callTrust: [{ uri: "com", match: "prefix", level: 1 }] });
  scene.joinAs("plain", serving("call_reroute", "payload_passthru_mode")).joinAs("full", EVERYTHING);
  scene.joinAs("bob", EVERYTHING);
  const register = { match: "prefix", invoke: "roundrobin" };
  scene.send("plain", 64, 1, register, "com.");
  scene.send("full", 64, 1, { ...register, disclose_caller: true, forward_timeout: true }, "com.");
  const options = { receive_progress: true, ppt_scheme: "x_a", ppt_keyid: "k" };
  const common = { procedure: "com.x", trustlevel: 1, ppt_scheme: "x_a", ppt_keyid: "k" };
  const more = { caller: 103, caller_authid: "bob", caller_authrole: "user", receive_progress: true };
  expect(scene.send("bob", 48, 1, options, "com.x", [1])).toStrictEqual({ plain: [[68, 1, 1, common, [1]]] });
  expect(refuse(scene, "plain")).toStrictEqual({ full: [[68, 1, 1, { ...common, ...more }, [1]]] });
  expect(scene.send("bob", 48, 2, options, "com.x", [2])).toStrictEqual({ plain: [[68, 2, 1, common, [2]]] });
  expect(scene.send("bob", 48, 3, options, "com.x", [3])).toStrictEqual({
    full: [[68, 2, 1, { ...common, ...more }, [3]]],
  });
  expect(refuse(scene, "full", 2)).toStrictEqual({ plain: [[68, 3, 1, common, [3]]] });
});

test("RRT-05 a next callee that cannot take the call answers feature_not_supported, as it would a new one", () => {
  for (const [features, options] of [
    [["call_reroute"], { ppt_scheme: "x_a" }],
    [["call_reroute", "call_canceling"], { progress: true }],
  ] as const) {
    const scene = new Scene().joinAs("a", EVERYTHING).joinAs("b", serving(...features));
    for (const callee of ["a", "b"]) scene.send(callee, 64, 1, { invoke: "first" }, "com.x");
    scene.joinAs("bob", EVERYTHING).send("bob", 48, 1, options, "com.x");
    expect(refuse(scene, "a")).toStrictEqual({ bob: [failed(48, 1, "wamp.error.feature_not_supported")] });
    expect(scene.heard("b")).toStrictEqual([[65, 1, 1]]);
  }
});

test("RRT-06 the error of a callee that did not announce call_reroute is forwarded unchanged", () => {
  const scene = new Scene().join("plain").joinAs("b", REROUTES).joinAs("bob", EVERYTHING);
  for (const callee of ["plain", "b"]) scene.send(callee, 64, 1, { invoke: "roundrobin" }, "com.x");
  const error = [8, 48, 1, {}, "wamp.error.unavailable", ["busy"]];
  scene.send("bob", 48, 1, {}, "com.x");
  expect(refuse(scene, "plain")).toStrictEqual({ bob: [error] });
  // Also where the call came to it by re-routing.
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ b: [[68, 1, 1, {}]] });
  expect(refuse(scene, "b")).toStrictEqual({ plain: [[68, 2, 1, {}]] });
  expect(refuse(scene, "plain", 2)).toStrictEqual({ bob: [error.with(2, 2)] });
});

test("RRT-07 a call that delivered progressive results, or got a second chunk, is not moved", () => {
  const unavailable = { bob: [[8, 48, 1, {}, "wamp.error.unavailable", ["busy"]]] };
  const both = (): Scene => {
    const scene = new Scene().joinAs("a", EVERYTHING).joinAs("b", EVERYTHING).joinAs("bob", EVERYTHING);
    for (const callee of ["a", "b"]) scene.send(callee, 64, 1, { invoke: "first" }, "com.x");
    return scene;
  };
  const results = both();
  results.send("bob", 48, 1, { receive_progress: true }, "com.x");
  results.send("a", 70, 1, { progress: true }, ["half"]);
  expect(refuse(results, "a")).toStrictEqual(unavailable);

  for (const progress of [true, false]) {
    const chunks = both();
    chunks.send("bob", 48, 1, { progress: true }, "com.x", [1]);
    chunks.send("bob", 48, 1, { progress }, "com.x", [2]);
    expect(refuse(chunks, "a")).toStrictEqual(unavailable);
  }

  const one = both();
  one.send("bob", 48, 1, { progress: true }, "com.x", [1]);
  expect(refuse(one, "a")).toStrictEqual({ b: [[68, 1, 1, { progress: true }, [1]]] });
  expect(one.send("bob", 48, 1, {}, "com.x", [2])).toStrictEqual({ b: [[68, 1, 1, {}, [2]]] });
});

test("RRT-08 the dealer's timer runs on while the call moves", () => {
  const scene = shared("first", "a", "b", "c");
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  scene.pass(400);
  refuse(scene, "a");
  expect(scene.pass(400)).toStrictEqual({});
  refuse(scene, "b");
  expect(scene.pass(199)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({ bob: [failed(48, 1, "wamp.error.timeout")] });
  expect(scene.send("c", 70, 1, {})).toStrictEqual({});
});

/** `itself` times its calls itself (TMO-06), `b` leaves that to the dealer. */
function timedByTwo(first: "itself" | "b"): Scene {
  const scene = new Scene().joinAs("itself", EVERYTHING).joinAs("b", REROUTES).join("bob");
  const options = { itself: { invoke: "first", forward_timeout: true }, b: { invoke: "first" } };
  for (const callee of first === "b" ? (["b", "itself"] as const) : (["itself", "b"] as const)) {
    scene.send(callee, 64, 1, options[callee], "com.x");
  }
  return scene;
}

test("RRT-08 moved from a callee that times itself to one that does not, the time counts from the CALL", () => {
  const scene = timedByTwo("itself");
  expect(scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x")).toStrictEqual({
    itself: [[68, 1, 1, { timeout: 1_000 }]],
  });
  scene.pass(400);
  expect(refuse(scene, "itself")).toStrictEqual({ b: [[68, 1, 1, {}]] });
  expect(scene.pass(599)).toStrictEqual({});
  expect(scene.pass(1)).toStrictEqual({ bob: [failed(48, 1, "wamp.error.timeout")] });
});

test("RRT-08 moved to a callee that times itself, the dealer's timer runs on and the callee's does not start", () => {
  const scene = timedByTwo("b");
  scene.send("bob", 48, 1, { timeout: 1_000 }, "com.x");
  scene.pass(400);
  expect(refuse(scene, "b")).toStrictEqual({ itself: [[68, 1, 1, {}]] });
  expect(scene.pass(600)).toStrictEqual({
    itself: [[69, 1, { mode: "killnowait" }]],
    bob: [failed(48, 1, "wamp.error.timeout")],
  });
});
