/** Dealer basic (requirements section 7). */
import { expect, test } from "vitest";
import { failed, violates } from "./answers.ts";
import { Scene } from "./scene.ts";

test("DLR-01 a REGISTER is answered by exactly one REGISTERED or ERROR", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 64, 1, {}, "com.x")).toStrictEqual({ alice: [[65, 1, 1]] });
  expect(scene.send("alice", 64, 2, {}, "com..x")).toStrictEqual({
    alice: [failed(64, 2, "wamp.error.invalid_uri")],
  });
});

test("DLR-02 a procedure with a single registration cannot be registered again", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  for (const [request, match] of ["exact", "prefix", "wildcard"].entries()) {
    scene.send("alice", 64, request + 1, { match }, "com.x");
    expect(scene.send("bob", 64, request + 1, { match }, "com.x")).toStrictEqual({
      bob: [failed(64, request + 1, "wamp.error.procedure_already_exists")],
    });
  }
  expect(scene.send("bob", 64, 4, { invoke: "roundrobin" }, "com.x")).toStrictEqual({
    bob: [failed(64, 4, "wamp.error.procedure_already_exists")],
  });
  expect(scene.send("carol", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
});

test("DLR-03 the same URI under another match policy is a registration of its own", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  expect(scene.send("alice", 64, 1, {}, "com.x")).toStrictEqual({ alice: [[65, 1, 1]] });
  expect(scene.send("bob", 64, 1, { match: "prefix" }, "com.x")).toStrictEqual({ bob: [[65, 1, 2]] });
  expect(scene.send("carol", 64, 1, { match: "wildcard" }, "com.x")).toStrictEqual({ carol: [[65, 1, 3]] });
  scene.send("alice", 66, 2, 1);
  expect(scene.send("dave", 48, 1, {}, "com.x")).toStrictEqual({ bob: [[68, 1, 2, { procedure: "com.x" }]] });
  scene.send("bob", 66, 2, 2);
  expect(scene.send("dave", 48, 2, {}, "com.x")).toStrictEqual({
    carol: [[68, 1, 3, { procedure: "com.x" }]],
  });
});

test("DLR-04 a session that registers its own procedure again is told that it exists", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("alice", 64, 2, {}, "com.x")).toStrictEqual({
    alice: [failed(64, 2, "wamp.error.procedure_already_exists")],
  });
});

test("DLR-05 after UNREGISTERED no new INVOCATION comes", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("alice", 66, 2, 1)).toStrictEqual({ alice: [[67, 2]] });
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
});

test("DLR-06 UNREGISTER of an unknown id is answered no_such_registration", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 66, 1, 4711)).toStrictEqual({
    alice: [failed(66, 1, "wamp.error.no_such_registration")],
  });
});

test("DLR-07 UNREGISTER of what only others hold is answered no_such_registration and disturbs nobody", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("bob", 66, 1, 1)).toStrictEqual({
    bob: [failed(66, 1, "wamp.error.no_such_registration")],
  });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
});

test("DLR-08 invocations that run when their procedure is unregistered can still be answered", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  expect(scene.send("alice", 66, 2, 1)).toStrictEqual({ alice: [[67, 2]] });
  expect(scene.send("alice", 70, 1, {}, [42])).toStrictEqual({ bob: [[50, 1, {}, [42]]] });
  expect(scene.send("alice", 8, 68, 2, {}, "com.error.late")).toStrictEqual({
    bob: [[8, 48, 2, {}, "com.error.late"]],
  });
});

test("DLR-09 a registration ends when its callee unregisters or its session ends", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 64, 1, { match: "prefix" }, "com.y");
  scene.send("alice", 66, 2, 1);
  scene.leave("bob");
  expect(scene.send("carol", 48, 1, {}, "com.x")).toStrictEqual({
    carol: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("carol", 48, 2, {}, "com.y.z")).toStrictEqual({
    carol: [failed(48, 2, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("alice", 66, 3, 1)).toStrictEqual({
    alice: [failed(66, 3, "wamp.error.no_such_registration")],
  });
});

test("DLR-10 what is registered no more can be registered again, under a new id", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 66, 2, 1);
  expect(scene.send("bob", 64, 1, {}, "com.x")).toStrictEqual({ bob: [[65, 1, 2]] });
  scene.leave("bob");
  expect(scene.send("alice", 64, 3, {}, "com.x")).toStrictEqual({ alice: [[65, 3, 3]] });
  expect(scene.send("carol", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 3, {}]] });
});

test("DLR-11 a CALL sends exactly one INVOCATION to one callee, its arguments unchanged", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 64, 1, {}, "com.x.y");
  scene.send("bob", 64, 1, { match: "prefix" }, "com.x");
  scene.send("carol", 64, 1, { match: "wildcard" }, "com..y");
  expect(scene.send("dave", 48, 1, {}, "com.x.y", [1, [null]], { a: { b: "é" } })).toStrictEqual({
    alice: [[68, 1, 1, {}, [1, [null]], { a: { b: "é" } }]],
  });
  expect(scene.send("dave", 48, 2, {}, "com.x.y")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("dave", 48, 3, {}, "com.x.y", [], { a: 1 })).toStrictEqual({
    alice: [[68, 3, 1, {}, [], { a: 1 }]],
  });
});

test("DLR-12 a CALL that nothing matches is answered no_such_procedure", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 64, 2, { match: "wildcard" }, "com..z");
  for (const [request, procedure] of ["com.y", "com", "com.x.y", "com.x.y.z"].entries()) {
    expect(scene.send("bob", 48, request + 1, {}, procedure)).toStrictEqual({
      bob: [failed(48, request + 1, "wamp.error.no_such_procedure")],
    });
  }
});

test("DLR-13 a final YIELD becomes a RESULT to the caller, its payload unchanged", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  const payloads = [[], [["a", 1]], [["a"], { k: null }], [[], { k: [1] }]];
  for (const [index, payload] of payloads.entries()) {
    scene.send("bob", 48, 10 + index, {}, "com.x");
    expect(scene.send("alice", 70, 1 + index, { _note: 1 }, ...payload)).toStrictEqual({
      bob: [[50, 10 + index, {}, ...payload]],
    });
  }
});

test("DLR-14 an ERROR becomes an ERROR to the caller, its URI and payload unchanged", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  const payloads = [[], [["a", 1]], [["a"], { k: null }], [[], { k: [1] }]];
  for (const [index, payload] of payloads.entries()) {
    scene.send("bob", 48, 10 + index, {}, "com.x");
    expect(scene.send("alice", 8, 68, 1 + index, {}, "com.Error.x-1", ...payload)).toStrictEqual({
      bob: [[8, 48, 10 + index, {}, "com.Error.x-1", ...payload]],
    });
  }
});

test("DLR-15 of what a callee puts into ERROR.Details nothing is passed on", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  const details = { message: "no", progress: true, _trace: ["a"], callee: 101 };
  expect(scene.send("alice", 8, 68, 1, details, "com.error.no")).toStrictEqual({
    bob: [[8, 48, 1, {}, "com.error.no"]],
  });
});

test("DLR-16 a CALL ends with exactly one RESULT or ERROR, whatever the callee does afterwards", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  scene.send("bob", 48, 2, {}, "com.x");
  scene.send("bob", 48, 3, {}, "com.x");
  scene.send("bob", 48, 4, {}, "com.unknown");
  scene.send("alice", 70, 1, {}, ["one"]);
  scene.send("alice", 8, 68, 2, {}, "com.error.two");
  for (const ended of [1, 2]) {
    expect(scene.send("alice", 70, ended, {}, ["again"])).toStrictEqual({});
    expect(scene.send("alice", 8, 68, ended, {}, "com.error.again")).toStrictEqual({});
  }
  scene.leave("alice");
  expect(scene.heard("bob")).toStrictEqual([
    failed(48, 4, "wamp.error.no_such_procedure"),
    [50, 1, {}, ["one"]],
    [8, 48, 2, {}, "com.error.two"],
    failed(48, 3, "wamp.error.canceled"),
  ]);
});

test("DLR-17 many calls are outstanding at once and return in any order", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("bob", 64, 1, {}, "com.b");
  expect(scene.send("carol", 48, 1, {}, "com.a")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("carol", 48, 2, {}, "com.b")).toStrictEqual({ bob: [[68, 1, 2, {}]] });
  expect(scene.send("dave", 48, 1, {}, "com.a")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("carol", 48, 3, {}, "com.a")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
  expect(scene.send("alice", 70, 3, {}, [3])).toStrictEqual({ carol: [[50, 3, {}, [3]]] });
  expect(scene.send("bob", 70, 1, {}, [2])).toStrictEqual({ carol: [[50, 2, {}, [2]]] });
  expect(scene.send("alice", 70, 1, {}, [1])).toStrictEqual({ carol: [[50, 1, {}, [1]]] });
  expect(scene.send("alice", 70, 2, {}, [4])).toStrictEqual({ dave: [[50, 1, {}, [4]]] });
});

test("DLR-18 a session that calls its own procedure gets the INVOCATION and then its RESULT", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("alice", 48, 2, {}, "com.x", ["me"])).toStrictEqual({
    alice: [[68, 1, 1, {}, ["me"]]],
  });
  expect(scene.send("alice", 70, 1, {}, ["you"])).toStrictEqual({ alice: [[50, 2, {}, ["you"]]] });
});

test("DLR-19 INVOCATION.Details does not say who called", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("alice", 64, 2, { match: "prefix" }, "com.p");
  expect(scene.send("bob", 48, 1, { caller: 7, caller_authid: "root", _x: 1 }, "com.x")).toStrictEqual({
    alice: [[68, 1, 1, {}]],
  });
  expect(scene.send("bob", 48, 2, {}, "com.p.q")).toStrictEqual({
    alice: [[68, 2, 2, { procedure: "com.p.q" }]],
  });
});

test("DLR-20 only the session that was sent an INVOCATION can answer it", () => {
  const scene = new Scene().join("alice", "bob", "carol", "mallory");
  scene.send("alice", 64, 1, {}, "com.a");
  scene.send("bob", 64, 1, {}, "com.b");
  scene.send("carol", 48, 1, {}, "com.a");
  violates(scene, "mallory", 70, 1, {}, ["forged"]);
  violates(scene, "bob", 8, 68, 1, {}, "com.error.forged");
  scene.send("carol", 48, 2, {}, "com.b");
  expect(scene.send("bob", 70, 1, {}, ["from bob"])).toStrictEqual({ carol: [[50, 2, {}, ["from bob"]]] });
  expect(scene.send("bob", 70, 1, {}, ["again"])).toStrictEqual({});
  expect(scene.send("alice", 70, 1, {}, ["from alice"])).toStrictEqual({
    carol: [[50, 1, {}, ["from alice"]]],
  });
});

test("DLR-21 the id of a CALL that has ended can be used again", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 5, {}, "com.x");
  scene.send("alice", 70, 1, {}, [1]);
  expect(scene.send("bob", 48, 5, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
  expect(scene.send("alice", 8, 68, 2, {}, "com.error.x")).toStrictEqual({
    bob: [[8, 48, 5, {}, "com.error.x"]],
  });
  expect(scene.send("bob", 48, 5, {}, "com.unknown")).toStrictEqual({
    bob: [failed(48, 5, "wamp.error.no_such_procedure")],
  });
  expect(scene.send("bob", 48, 5, {}, "com.x")).toStrictEqual({ alice: [[68, 3, 1, {}]] });
});

test("DLR-22 where the INVOCATION does not reach its callee the caller gets an ERROR", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  expect(scene.send("bob", 48, 1, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  // The gateway finds the transport closing and lets the callee leave.
  expect(scene.leave("alice")).toStrictEqual({ bob: [failed(48, 1, "wamp.error.canceled")] });
});

test("PCR-08 a progressive YIELD that the caller did not ask for is discarded, and the call goes on", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 48, 1, {}, "com.x");
  expect(scene.send("alice", 70, 1, { progress: true }, ["half"])).toStrictEqual({});
  expect(scene.send("alice", 70, 1, { progress: false }, ["all"])).toStrictEqual({
    bob: [[50, 1, {}, ["all"]]],
  });
  expect(scene.send("alice", 70, 1, { progress: true }, ["too late"])).toStrictEqual({});
});
