/** Shared registration (requirements section 8.8). */
import { expect, test } from "vitest";
import { failed, violates } from "../answers.ts";
import { Scene } from "../scene.ts";

const SHARED = ["roundrobin", "random", "first", "last"] as const;
const POLICIES = ["single", ...SHARED] as const;
const EXISTS = "wamp.error.procedure_already_exists";

/** `callees` share com.x, registration 1. */
function shared(invoke: string, ...callees: readonly string[]): Scene {
  const scene = new Scene().join(...callees, "bob");
  for (const callee of callees) scene.send(callee, 64, 1, { invoke }, "com.x");
  return scene;
}

/** Who takes the next `count` calls to `procedure`. */
function takers(scene: Scene, count: number, procedure = "com.x"): string[] {
  return Array.from({ length: count }, () => {
    const request = scene.session("bob").lastCall + 1;
    return Object.keys(scene.send("bob", 48, request, {}, procedure)).join();
  });
}

test("SHR-01 invoke is single, roundrobin, random, first or last; absent it is single", () => {
  for (const invoke of POLICIES) {
    const scene = new Scene().join("a", "b");
    expect(scene.send("a", 64, 1, { invoke }, "com.x")).toStrictEqual({ a: [[65, 1, 1]] });
    const answer = invoke === "single" ? [failed(64, 1, EXISTS)] : [[65, 1, 1]];
    expect(scene.send("b", 64, 1, { invoke }, "com.x")).toStrictEqual({ b: answer });
  }
  const scene = new Scene().join("a", "b");
  scene.send("a", 64, 1, {}, "com.x");
  expect(scene.send("b", 64, 1, {}, "com.x")).toStrictEqual({ b: [failed(64, 1, EXISTS)] });
  expect(scene.send("a", 48, 2, {}, "wamp.registration.get", [1]).a?.[0]?.[3]).toMatchObject([
    { invoke: "single" },
  ]);
});

test("SHR-02 with single every further REGISTER of the same procedure and match fails", () => {
  for (const match of ["exact", "prefix", "wildcard"]) {
    for (const invoke of POLICIES) {
      const scene = new Scene().join("a", "b");
      scene.send("a", 64, 1, { match, invoke: "single" }, "com.x");
      expect(scene.send("b", 64, 1, { match, invoke }, "com.x")).toStrictEqual({
        b: [failed(64, 1, EXISTS)],
      });
    }
  }
});

test("SHR-03 a REGISTER with another policy than the first callee's fails", () => {
  for (const first of SHARED) {
    const scene = new Scene().join("a", "b");
    scene.send("a", 64, 1, { invoke: first }, "com.x");
    for (const second of POLICIES) {
      if (second === first) continue;
      expect(scene.send("b", 64, 1, { invoke: second }, "com.x")).toStrictEqual({
        b: [failed(64, 1, EXISTS)],
      });
    }
    expect(scene.send("b", 64, 1, {}, "com.x")).toStrictEqual({ b: [failed(64, 1, EXISTS)] });
  }
});

test("SHR-04 a REGISTER with the same shared policy returns the same registration id", () => {
  for (const invoke of SHARED) {
    const scene = new Scene().join("a", "b", "c");
    for (const [index, callee] of ["a", "b", "c"].entries()) {
      expect(scene.send(callee, 64, index + 1, { invoke }, "com.x")).toStrictEqual({
        [callee]: [[65, index + 1, 1]],
      });
    }
    expect(scene.send("a", 64, 9, { invoke }, "com.x"), "DLR-04").toStrictEqual({
      a: [failed(64, 9, EXISTS)],
    });
  }
});

test("SHR-05 roundrobin takes turns in registration order, wraps around, and a new callee joins at the end", () => {
  const scene = shared("roundrobin", "a", "b", "c");
  expect(takers(scene, 7)).toStrictEqual(["a", "b", "c", "a", "b", "c", "a"]);
  scene.join("d");
  scene.send("d", 64, 1, { invoke: "roundrobin" }, "com.x");
  expect(takers(scene, 5)).toStrictEqual(["b", "c", "d", "a", "b"]);
});

test("SHR-05 it goes on after sleep where it stood, though each call is followed by sleep", () => {
  const scene = shared("roundrobin", "a", "b", "c");
  const taken: string[] = [];
  for (let n = 0; n < 7; n++) {
    taken.push(...takers(scene, 1));
    expect(scene.sleep()).toStrictEqual({});
  }
  expect(taken).toStrictEqual(["a", "b", "c", "a", "b", "c", "a"]);
});

test("SHR-05 two procedures take turns of their own", () => {
  const scene = shared("roundrobin", "a", "b");
  scene.send("b", 64, 2, { invoke: "roundrobin" }, "com.y");
  scene.send("a", 64, 2, { invoke: "roundrobin" }, "com.y");
  expect(takers(scene, 1)).toStrictEqual(["a"]);
  expect(takers(scene, 3, "com.y")).toStrictEqual(["b", "a", "b"]);
  expect(takers(scene, 2)).toStrictEqual(["b", "a"]);
});

test("SHR-06 whoever leaves, and wherever roundrobin stands, nobody is passed over or served twice", () => {
  const callees = ["a", "b", "c", "d"];
  const ways: Record<string, (scene: Scene, name: string) => unknown> = {
    UNREGISTER: (scene, name) => scene.send(name, 66, 2, 1),
    leaving: (scene, name) => scene.leave(name),
    "UNREGISTER, then sleep": (scene, name) => [scene.send(name, 66, 2, 1), scene.sleep()],
    "vanishing while asleep": (scene, name) => scene.sleep({ vanished: [name] }),
  };
  for (const [how, leave] of Object.entries(ways)) {
    for (const gone of callees) {
      for (let before = 0; before < callees.length; before++) {
        const scene = shared("roundrobin", ...callees);
        takers(scene, before);
        leave(scene, gone);
        // From whose turn it was, in order, without the one that is gone.
        const queue = [...callees.slice(before), ...callees.slice(0, before)].filter((name) => name !== gone);
        const turns = [...queue, ...queue];
        expect(takers(scene, 6), `${gone} goes after ${before} calls by ${how}`).toStrictEqual(turns);
      }
    }
  }
});

test("SHR-06 where the last callee leaves when it is its turn, the first is next, not one that joins then", () => {
  const scene = shared("roundrobin", "a", "b", "c").join("d");
  expect(takers(scene, 2)).toStrictEqual(["a", "b"]);
  scene.leave("c");
  scene.send("d", 64, 1, { invoke: "roundrobin" }, "com.x");
  expect(takers(scene, 4)).toStrictEqual(["a", "b", "d", "a"]);
});

test("SHR-07 random chooses uniformly, for every number of callees", () => {
  for (let count = 2; count <= 5; count++) {
    const callees = ["a", "b", "c", "d", "e"].slice(0, count);
    // The scene draws its random ids in a row, so that a uniform choice hits each callee equally often.
    const taken = takers(shared("random", ...callees), 20 * count);
    for (const callee of callees) expect(taken.filter((name) => name === callee)).toHaveLength(20);
  }
});

test("SHR-08 first is always the earliest callee that is left, last the latest", () => {
  const first = shared("first", "a", "b", "c");
  expect(takers(first, 3)).toStrictEqual(["a", "a", "a"]);
  first.send("a", 66, 2, 1);
  expect(takers(first, 2)).toStrictEqual(["b", "b"]);
  first.send("a", 64, 3, { invoke: "first" }, "com.x");
  first.sleep();
  expect(takers(first, 1)).toStrictEqual(["b"]);
  first.leave("b");
  expect(takers(first, 1)).toStrictEqual(["c"]);

  const last = shared("last", "a", "b", "c");
  expect(takers(last, 3)).toStrictEqual(["c", "c", "c"]);
  last.leave("c");
  expect(takers(last, 2)).toStrictEqual(["b", "b"]);
  last.send("a", 66, 2, 1);
  last.send("a", 64, 3, { invoke: "last" }, "com.x");
  last.sleep();
  expect(takers(last, 1)).toStrictEqual(["a"]);
});

test("SHR-09 when all callees left, the next REGISTER may choose a new policy and gets a new id", () => {
  const scene = shared("roundrobin", "a", "b");
  scene.leave("a");
  scene.send("b", 66, 2, 1);
  expect(takers(scene, 1)).toStrictEqual(["bob"]);
  expect(scene.heard("bob")).toStrictEqual([failed(48, 1, "wamp.error.no_such_procedure")]);
  expect(scene.send("b", 64, 3, { invoke: "last" }, "com.x")).toStrictEqual({ b: [[65, 3, 2]] });
  expect(scene.send("bob", 64, 9, { invoke: "last" }, "com.x")).toStrictEqual({ bob: [[65, 9, 2]] });
});

test("SHR-10 shared policies combine with prefix and wildcard patterns", () => {
  for (const [match, uri] of [
    ["prefix", "com.p"],
    ["wildcard", "com..w"],
  ] as const) {
    const scene = new Scene().join("a", "b", "bob");
    for (const callee of ["a", "b"]) scene.send(callee, 64, 1, { match, invoke: "roundrobin" }, uri);
    expect(scene.send("bob", 48, 1, {}, "com.p.w")).toStrictEqual({
      a: [[68, 1, 1, { procedure: "com.p.w" }]],
    });
    expect(scene.send("bob", 48, 2, {}, "com.p.w")).toStrictEqual({
      b: [[68, 1, 1, { procedure: "com.p.w" }]],
    });
    expect(takers(scene, 2, "com.p.w")).toStrictEqual(["a", "b"]);
  }
});

test("SHR-11 Crossbar's concurrency and force_reregister are ignored", () => {
  const scene = new Scene().join("a", "b", "bob");
  scene.send("a", 64, 1, { concurrency: 1 }, "com.x");
  expect(takers(scene, 3)).toStrictEqual(["a", "a", "a"]);
  expect(scene.send("b", 64, 1, { force_reregister: true }, "com.x")).toStrictEqual({
    b: [failed(64, 1, EXISTS)],
  });
});

test("SHR-12 an invalid invoke is a violation", () => {
  const scene = new Scene().join("a");
  for (const invoke of ["", "all", "ROUNDROBIN", "load", 1, true, ["first"]]) {
    violates(scene, "a", 64, 1, { invoke }, "com.x");
  }
});

test("LVE-03 running calls of a shared registration are not moved to another callee", () => {
  for (const invoke of SHARED) {
    const scene = shared(invoke, "a", "b");
    const [taker = ""] = takers(scene, 1);
    expect(scene.leave(taker)).toStrictEqual({ bob: [failed(48, 1, "wamp.error.canceled")] });
    const other = taker === "a" ? "b" : "a";
    expect(scene.heard(other)).toStrictEqual([[65, 1, 1]]);
    expect(takers(scene, 1)).toStrictEqual([other]);
  }
});
