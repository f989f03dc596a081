/**
 * URIs in requests (requirements section 4) and the patterns of subscriptions (6.4) and registrations (8.7). The grammar
 * itself is tested in test/wamp.
 */
import { expect, test } from "vitest";
import { PatternTable } from "../../src/router/pattern-table.ts";
import type { UriPattern } from "../../src/router/settings.ts";
import { failed } from "./answers.ts";
import { Scene, type Wire } from "./scene.ts";

const INVALID = "wamp.error.invalid_uri";
const PUBLISH = 16;
const SUBSCRIBE = 32;
const CALL = 48;
const REGISTER = 64;

/** A request about `uri` that wants an answer. */
function request(code: number, uri: string, match?: string): Wire {
  const options = { ...(match && { match }), ...(code === PUBLISH && { acknowledge: true }) };
  return [code, 1, options, uri];
}

/** Whether the realm takes the request, and if not, that it answers invalid_uri. */
function isTaken(scene: Scene, name: string, wire: Wire): boolean {
  const [first, ...rest] = scene.send(name, ...wire)[name] ?? [];
  expect(rest).toStrictEqual([]);
  if (first?.[0] !== 8 || first[4] === "wamp.error.no_such_procedure") return true;
  expect(first).toStrictEqual(failed(Number(wire[0]), 1, INVALID));
  return false;
}

/** Who is sent a publication to `topic`, once for each subscription. */
function receivers(scene: Scene, topic: string): number[] {
  return Object.values(scene.send("publisher", 16, 1, {}, topic))
    .flat()
    .map((wire) => Number(wire[1]))
    .toSorted((a, b) => a - b);
}

/** The registration that a call goes to; undefined where it is answered no_such_procedure. */
function target(scene: Scene, procedure: string): unknown {
  scene.join(`caller of ${procedure}`);
  const sent = scene.send(`caller of ${procedure}`, 48, 1, {}, procedure);
  const messages = Object.values(sent).flat();
  expect(messages).toHaveLength(1);
  const [message] = messages;
  if (message?.[0] === 68) return message[2];
  expect(message).toStrictEqual(failed(48, 1, "wamp.error.no_such_procedure"));
  return undefined;
}

test("URI-02 a strict realm takes only 0-9, a-z and _, in every request and match policy", () => {
  const strict = new Scene({ uriRule: "strict" }).join("alice");
  const loose = new Scene().join("alice");
  for (const code of [PUBLISH, SUBSCRIBE, CALL, REGISTER]) {
    expect(isTaken(strict, "alice", request(code, `com.foo_${code}`))).toBe(true);
    for (const uri of ["com.Foo", "com.foo-1", "com.föö", "com.\u0661"]) {
      expect(isTaken(strict, "alice", request(code, uri)), `${code} ${uri}`).toBe(false);
      expect(isTaken(loose, "alice", request(code, uri)), `${code} ${uri}`).toBe(true);
    }
  }
  for (const code of [SUBSCRIBE, REGISTER]) {
    expect(isTaken(strict, "alice", request(code, "com.a.", "prefix"))).toBe(true);
    expect(isTaken(strict, "alice", request(code, "com.A.", "prefix"))).toBe(false);
    expect(isTaken(strict, "alice", request(code, "com..a", "wildcard"))).toBe(true);
    expect(isTaken(strict, "alice", request(code, "com..A", "wildcard"))).toBe(false);
  }
});

test("URI-03 no empty component in what is published, called, or subscribed or registered exactly", () => {
  const scene = new Scene().join("alice");
  for (const uri of ["", ".", "com..x", ".com", "com."]) {
    for (const code of [PUBLISH, SUBSCRIBE, CALL, REGISTER]) {
      expect(isTaken(scene, "alice", request(code, uri)), `${code} ${uri}`).toBe(false);
    }
    for (const code of [SUBSCRIBE, REGISTER]) {
      expect(isTaken(scene, "alice", request(code, uri, "exact")), `${code} ${uri}`).toBe(false);
    }
  }
});

test("URI-06 a broken URI is answered invalid_uri with the request's type and id, and the session goes on", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 16, 11, { acknowledge: true }, "a b")).toStrictEqual({
    alice: [failed(16, 11, INVALID)],
  });
  expect(scene.send("alice", 32, 12, {}, "a#b")).toStrictEqual({ alice: [failed(32, 12, INVALID)] });
  expect(scene.send("alice", 48, 13, {}, "a..b")).toStrictEqual({ alice: [failed(48, 13, INVALID)] });
  expect(scene.send("alice", 64, 14, {}, "")).toStrictEqual({ alice: [failed(64, 14, INVALID)] });
  expect(scene.send("alice", 32, 15, {}, "a.b")).toStrictEqual({ alice: [[33, 15, 1]] });
});

test("URI-07 an unacknowledged PUBLISH to a broken URI is dropped without a word", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "prefix" }, "");
  scene.send("bob", 32, 2, { match: "wildcard" }, "com..x");
  for (const topic of ["com..x", "com. .x", "com.#.x", "", "com.x\n"]) {
    expect(scene.send("alice", 16, 1, {}, topic), topic).toStrictEqual({});
  }
});

test("URI-08 a callee's ERROR with a broken URI reaches the caller as invalid_uri, and the callee stays", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, {}, "com.x");
  for (const [index, error] of ["not a uri", "", "a..b", "a#b"].entries()) {
    scene.send("bob", 48, 1, {}, "com.x");
    expect(scene.send("alice", 8, 68, index + 1, {}, error, ["secret"])).toStrictEqual({
      bob: [failed(48, 1, INVALID)],
    });
  }
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 5, 1, {}]] });
});

test("URI-11 clients cannot register procedures whose first component is wamp, under any match policy", () => {
  const scene = new Scene().join("alice");
  for (const match of ["exact", "prefix", "wildcard"]) {
    for (const uri of ["wamp", "wamp.x", "wamp.session.count"]) {
      expect(isTaken(scene, "alice", request(REGISTER, uri, match)), `${match} ${uri}`).toBe(false);
    }
    expect(isTaken(scene, "alice", request(REGISTER, "wampum.x", match))).toBe(true);
    expect(isTaken(scene, "alice", request(REGISTER, "com.wamp.x", match))).toBe(true);
  }
  expect(isTaken(scene, "alice", request(REGISTER, "wamp.", "prefix"))).toBe(false);
  expect(isTaken(scene, "alice", request(REGISTER, "wamp..x", "wildcard"))).toBe(false);
});

test("URI-12 clients cannot publish to topics whose first component is wamp", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "prefix" }, "wam");
  scene.send("bob", 32, 2, {}, "wamp.session.on_join");
  for (const topic of ["wamp", "wamp.x", "wamp.session.on_join"]) {
    expect(scene.send("alice", 16, 1, { acknowledge: true }, topic)).toStrictEqual({
      alice: [failed(16, 1, INVALID)],
    });
    expect(scene.send("alice", 16, 2, {}, topic)).toStrictEqual({});
  }
  expect(scene.send("alice", 16, 3, {}, "wampum")).toStrictEqual({
    // 1001 and 1002 told bob of his own first subscription.
    bob: [[36, 1, 1003, { topic: "wampum" }]],
  });
});

test("URI-13 clients may subscribe to wamp.* and call it", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 32, 1, {}, "wamp.session.on_join")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("alice", 32, 2, { match: "prefix" }, "wamp.")).toStrictEqual({ alice: [[33, 2, 2]] });
  expect(scene.send("alice", 32, 3, { match: "wildcard" }, "wamp..on_join")).toStrictEqual({
    alice: [[33, 3, 3]],
  });
  expect(isTaken(scene, "alice", request(CALL, "wamp.no.such.thing"))).toBe(true);
});

test("URI-15 a client's pattern may cover wamp.*, but no call to wamp.* is routed into it", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 64, 1, { match: "prefix" }, "")).toStrictEqual({ alice: [[65, 1, 1]] });
  expect(scene.send("alice", 64, 2, { match: "prefix" }, "w")).toStrictEqual({ alice: [[65, 2, 2]] });
  expect(scene.send("alice", 64, 3, { match: "wildcard" }, "..")).toStrictEqual({ alice: [[65, 3, 3]] });
  expect(scene.send("alice", 64, 4, { match: "wildcard" }, "")).toStrictEqual({ alice: [[65, 4, 4]] });
  for (const procedure of ["wamp", "wamp.x", "wamp.session.unheard_of", "wamp.a.b.c"]) {
    expect(target(scene, procedure), procedure).toBeUndefined();
  }
  expect(target(scene, "wampum.a.b")).toBe(2);
  expect(target(scene, "com.a.b")).toBe(1);
});

test("URI-16 the same URI is at once a topic, a procedure and an error", () => {
  const scene = new Scene().join("alice", "bob");
  expect(scene.send("alice", 32, 1, {}, "com.x")).toStrictEqual({ alice: [[33, 1, 1]] });
  expect(scene.send("alice", 64, 2, {}, "com.x")).toStrictEqual({ alice: [[65, 2, 1]] });
  expect(scene.send("bob", 16, 1, {}, "com.x")).toStrictEqual({ alice: [[36, 1, 1001, {}]] });
  expect(scene.send("bob", 48, 2, {}, "com.x")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("alice", 8, 68, 1, {}, "com.x")).toStrictEqual({ bob: [[8, 48, 2, {}, "com.x"]] });
  expect(scene.send("alice", 34, 3, 1)).toStrictEqual({ alice: [[35, 3]] });
  expect(scene.send("bob", 48, 3, {}, "com.x")).toStrictEqual({ alice: [[68, 2, 1, {}]] });
});

test("URI-17 URIs are compared as they are: no case folding, no normalization, no percent-decoding", () => {
  const scene = new Scene().join("publisher", "alice");
  const different = [
    "com.a",
    "com.A",
    "com.é",
    "com.e\u0301",
    "com.%61",
    "com.ａ",
    "__proto__",
    "constructor",
  ];
  for (const [index, uri] of different.entries()) {
    expect(scene.send("alice", 32, index + 1, {}, uri)).toStrictEqual({
      alice: [[33, index + 1, index + 1]],
    });
    expect(scene.send("alice", 64, index + 1, {}, uri)).toStrictEqual({
      alice: [[65, index + 1, index + 1]],
    });
  }
  for (const [index, uri] of different.entries()) {
    expect(receivers(scene, uri), uri).toStrictEqual([index + 1]);
    expect(target(scene, uri), uri).toBe(index + 1);
  }
});

test("URI-18 the character # is refused in every request and match policy", () => {
  const scene = new Scene().join("alice");
  for (const uri of ["#", "com.#", "com.a#b", "#.com"]) {
    for (const code of [PUBLISH, SUBSCRIBE, CALL, REGISTER]) {
      expect(isTaken(scene, "alice", request(code, uri)), `${code} ${uri}`).toBe(false);
    }
    for (const match of ["prefix", "wildcard"]) {
      expect(isTaken(scene, "alice", request(SUBSCRIBE, uri, match)), `${match} ${uri}`).toBe(false);
      expect(isTaken(scene, "alice", request(REGISTER, uri, match)), `${match} ${uri}`).toBe(false);
    }
  }
});

test("PBS-01 a prefix matches as a string, not by component", () => {
  const scene = new Scene().join("publisher", "alice");
  scene.send("alice", 32, 1, { match: "prefix" }, "com.myapp.topic.emergency");
  for (const end of ["", ".11", "-low", ".category.severe"]) {
    expect(receivers(scene, `com.myapp.topic.emergency${end}`), end).toStrictEqual([1]);
  }
  expect(receivers(scene, "com.myapp.topic.emerge")).toStrictEqual([]);
});

test("PBS-02 an empty component of a wildcard pattern matches exactly one component", () => {
  const scene = new Scene().join("publisher", "alice");
  scene.send("alice", 32, 1, { match: "wildcard" }, "com.myapp..userevent");
  scene.send("alice", 32, 2, { match: "wildcard" }, ".x");
  scene.send("alice", 32, 3, { match: "wildcard" }, "x.");
  scene.send("alice", 32, 4, { match: "wildcard" }, "..");
  scene.send("alice", 32, 5, { match: "wildcard" }, "");
  expect(receivers(scene, "com.myapp.foo.userevent")).toStrictEqual([1]);
  expect(receivers(scene, "com.myapp.foo.userevent.bar")).toStrictEqual([]);
  expect(receivers(scene, "com.myapp.foo.user")).toStrictEqual([]);
  expect(receivers(scene, "com.myapp2.foo.userevent")).toStrictEqual([]);
  expect(receivers(scene, "x.x")).toStrictEqual([2, 3]);
  expect(receivers(scene, "y.x")).toStrictEqual([2]);
  expect(receivers(scene, "x.y")).toStrictEqual([3]);
  expect(receivers(scene, "a.b.c")).toStrictEqual([4]);
  expect(receivers(scene, "a")).toStrictEqual([5]);
});

test("PBS-03 an event on a pattern subscription says which topic it was", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, { match: "prefix" }, "com.x");
  scene.send("carol", 32, 1, { match: "wildcard" }, "com.");
  expect(scene.send("alice", 16, 1, {}, "com.x", [1])).toStrictEqual({
    bob: [[36, 1, 1001, { topic: "com.x" }, [1]]],
    carol: [[36, 2, 1001, { topic: "com.x" }, [1]]],
  });
});

test("PBS-04 an event on an exact subscription does not, also where patterns match beside it", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("bob", 32, 1, { match: "prefix" }, "com.x");
  scene.send("carol", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 1, {}, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, { topic: "com.x" }]],
    carol: [[36, 2, 1001, {}]],
  });
});

test("PBS-05 unsubscribing from a narrower pattern does not carve it out of a broader one", () => {
  const scene = new Scene().join("publisher", "alice");
  scene.send("alice", 32, 1, { match: "prefix" }, "com.");
  scene.send("alice", 32, 2, { match: "prefix" }, "com.x.");
  scene.send("alice", 32, 3, { match: "wildcard" }, "com.x.");
  expect(receivers(scene, "com.x.y")).toStrictEqual([1, 2, 3]);
  scene.send("alice", 34, 4, 2);
  scene.send("alice", 34, 5, 3);
  expect(receivers(scene, "com.x.y")).toStrictEqual([1]);
});

test("PBS-06 a publication has no match policy and no wildcards", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x.y");
  for (const match of ["prefix", "wildcard"]) {
    expect(scene.send("alice", 16, 1, { acknowledge: true, match }, "com..y")).toStrictEqual({
      alice: [failed(16, 1, INVALID)],
    });
  }
  expect(scene.send("alice", 16, 2, { match: "prefix" }, "com.x")).toStrictEqual({});
  expect(scene.send("alice", 16, 3, { match: "anything" }, "com.x.y")).toStrictEqual({
    bob: [[36, 1, 1002, {}]],
  });
});

test("PBS-07 the empty prefix matches every topic", () => {
  const scene = new Scene().join("publisher", "alice");
  scene.send("alice", 32, 1, { match: "prefix" }, "");
  for (const topic of ["a", "com.x", "\u{1F600}.y", "a.b.c.d.e.f.g"]) {
    expect(receivers(scene, topic), topic).toStrictEqual([1]);
  }
});

test("PBS-07 the empty prefix and other broad patterns cover the router's own topics too", () => {
  const table = new PatternTable<UriPattern>();
  table.set({ match: "prefix", uri: "" });
  table.set({ match: "prefix", uri: "w" });
  table.set({ match: "wildcard", uri: ".." });
  table.set({ match: "wildcard", uri: "." });
  const found = table.matching("wamp.session.on_join").map(({ uri }) => uri);
  expect(found.toSorted()).toStrictEqual(["", "..", "w"]);
});

test("PBR-01 a prefix registration covers what begins with it, as a string", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "prefix" }, "com.myapp.myobject1");
  for (const end of ["", ".x", "-mysubobject1", ".a.b"]) {
    expect(target(scene, `com.myapp.myobject1${end}`), end).toBe(1);
  }
  expect(target(scene, "com.myapp.myobject2")).toBeUndefined();
  expect(target(scene, "com.myapp.myobject")).toBeUndefined();
});

test("PBR-02 a wildcard registration matches component by component", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "wildcard" }, "com.myapp..update");
  expect(target(scene, "com.myapp.foo.update")).toBe(1);
  expect(target(scene, "com.myapp.foo.update.bar")).toBeUndefined();
  expect(target(scene, "com.myapp.foo.up")).toBeUndefined();
  expect(target(scene, "com.myapp2.foo.update")).toBeUndefined();
});

test("PBR-03 a call goes to exactly one of the registrations that match", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave", "erin");
  scene.send("alice", 64, 1, { match: "wildcard" }, "a..c");
  scene.send("bob", 64, 1, { match: "wildcard" }, "a.b.");
  scene.send("carol", 64, 1, { match: "wildcard" }, "..");
  expect(scene.send("erin", 48, 1, {}, "a.b.c")).toStrictEqual({
    bob: [[68, 1, 2, { procedure: "a.b.c" }]],
  });
  scene.send("dave", 64, 1, { match: "prefix" }, "a");
  expect(scene.send("erin", 48, 2, {}, "a.b.c")).toStrictEqual({
    dave: [[68, 1, 4, { procedure: "a.b.c" }]],
  });
});

test("PBR-04 an exact registration wins over everything", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "prefix" }, "a.b.c");
  scene.send("alice", 64, 2, { match: "wildcard" }, "a.b.c");
  scene.send("alice", 64, 3, {}, "a.b.c");
  expect(target(scene, "a.b.c")).toBe(3);
});

test("PBR-05 the longest prefix wins over any wildcard, however specific", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "wildcard" }, "a.b.c.");
  scene.send("alice", 64, 2, { match: "prefix" }, "a");
  expect(target(scene, "a.b.c.d")).toBe(2);
  scene.send("alice", 64, 3, { match: "prefix" }, "a.b.");
  expect(target(scene, "a.b.c.d")).toBe(3);
});

test("PBR-06 the longest prefix is the longest string", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "prefix" }, "a.bc");
  scene.send("alice", 64, 2, { match: "prefix" }, "a.b");
  scene.send("alice", 64, 3, { match: "prefix" }, "");
  expect(target(scene, "a.bcd")).toBe(1);
  expect(target(scene, "a.bd")).toBe(2);
  expect(target(scene, "a.d")).toBe(3);
});

test("PBR-07 among wildcards the one whose first differing wildcard stands further right wins", () => {
  const ranked = ["a.b.c.", "a.b..d", "a.b..", "a..c.d", "a..c.", "a...d", "a...", ".b.c.d", "...d", "..."];
  for (let best = 0; best < ranked.length; best++) {
    const scene = new Scene().join("alice");
    const present = ranked.slice(best);
    for (const [index, pattern] of present.toReversed().entries()) {
      scene.send("alice", 64, index + 1, { match: "wildcard" }, pattern);
    }
    expect(target(scene, "a.b.c.d"), ranked[best]).toBe(present.length);
  }
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "wildcard" }, "a..cccccc.d");
  scene.send("alice", 64, 2, { match: "wildcard" }, "a.b..d");
  expect(target(scene, "a.b.cccccc.d")).toBe(2);
});

test("PBR-08 where nothing matches the call is answered no_such_procedure", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, { match: "prefix" }, "a.b.");
  scene.send("alice", 64, 2, { match: "wildcard" }, "a..c");
  scene.send("alice", 64, 3, {}, "a.x");
  expect(scene.send("bob", 48, 1, {}, "a.b")).toStrictEqual({
    bob: [failed(48, 1, "wamp.error.no_such_procedure")],
  });
});

/** The reference set of PBR-09: registration n is Rn. */
const REFERENCE: readonly (readonly [uri: string, match: string])[] = [
  ["a1.b2.c3.d4.e55", "exact"],
  ["a1.b2.c3", "prefix"],
  ["a1.b2.c3.d4", "prefix"],
  ["a1.b2..d4.e5", "wildcard"],
  ["a1.b2.c33..e5", "wildcard"],
  ["a1.b2..d4.e5..g7", "wildcard"],
  ["a1.b2..d4..f6.g7", "wildcard"],
];

function reference(registrations: typeof REFERENCE = REFERENCE): Scene {
  const scene = new Scene().join("alice");
  for (const [index, [uri, match]] of registrations.entries()) {
    expect(scene.send("alice", 64, index + 1, { match }, uri)).toStrictEqual({
      alice: [[65, index + 1, index + 1]],
    });
  }
  return scene;
}

test("PBR-09 the reference set", () => {
  const scene = reference();
  expect(target(scene, "a1.b2.c3.d4.e55")).toBe(1);
  expect(target(scene, "a1.b2.c3.d98.e74")).toBe(2);
  expect(target(scene, "a1.b2.c3.d4.e325")).toBe(3);
  expect(target(scene, "a1.b2.c55.d4.e5")).toBe(4);
  expect(target(scene, "a1.b2.c88.d4.e5.f6.g7")).toBe(6);
  expect(target(scene, "a2.b2.c2.d2.e2")).toBeUndefined();
});

test("PBR-10 a pattern callee is told which procedure was called, an exact one is not", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 64, 1, {}, "com.e");
  scene.send("bob", 64, 1, { match: "prefix" }, "com.p");
  scene.send("carol", 64, 1, { match: "wildcard" }, "com..w");
  expect(scene.send("dave", 48, 1, {}, "com.e")).toStrictEqual({ alice: [[68, 1, 1, {}]] });
  expect(scene.send("dave", 48, 2, {}, "com.p")).toStrictEqual({
    bob: [[68, 1, 2, { procedure: "com.p" }]],
  });
  expect(scene.send("dave", 48, 3, {}, "com.x.w")).toStrictEqual({
    carol: [[68, 1, 3, { procedure: "com.x.w" }]],
  });
});

test("PBR-11 a call that its best registration cannot serve does not fall back to the next best", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.x");
  scene.send("bob", 64, 1, { match: "prefix" }, "com");
  scene.send("carol", 48, 1, {}, "com.x");
  expect(scene.send("alice", 8, 68, 1, {}, "wamp.error.unavailable")).toStrictEqual({
    carol: [[8, 48, 1, {}, "wamp.error.unavailable"]],
  });
  scene.send("carol", 48, 2, {}, "com.x");
  expect(scene.leave("alice")).toStrictEqual({ carol: [failed(48, 2, "wamp.error.canceled")] });
});

test("PBR-12 unregistering a sub-pattern does not shrink a broader registration", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "prefix" }, "com.");
  scene.send("alice", 64, 2, { match: "prefix" }, "com.x.");
  scene.send("alice", 64, 3, {}, "com.x.y");
  expect(target(scene, "com.x.y")).toBe(3);
  scene.send("alice", 66, 4, 3);
  scene.send("alice", 66, 5, 2);
  expect(target(scene, "com.x.y")).toBe(1);
});

test("PBR-13 the choice does not depend on the order of registration", () => {
  const calls = ["a1.b2.c3.d4.e55", "a1.b2.c3.d98", "a1.b2.c3.d4", "a1.b2.c5.d4.e5", "a1.b2.c8.d4.e5.f6.g7"];
  const chosen = (registrations: typeof REFERENCE, procedure: string): string | undefined => {
    const id = target(reference(registrations), procedure);
    return registrations[Number(id) - 1]?.[0];
  };
  for (let turn = 1; turn < REFERENCE.length; turn++) {
    const turned = [...REFERENCE.slice(turn), ...REFERENCE.slice(0, turn)];
    for (const each of [turned, turned.toReversed()]) {
      for (const procedure of calls) expect(chosen(each, procedure)).toBe(chosen(REFERENCE, procedure));
    }
  }
});

test("PBR-14 a prefix that ends inside a component wins over the wildcard; ending in a dot it does not match", () => {
  expect(target(reference(), "a1.b2.c33.d4.e5")).toBe(2);
  const dotted = REFERENCE.map(([uri, match]) => [uri === "a1.b2.c3" ? "a1.b2.c3." : uri, match] as const);
  expect(target(reference(dotted), "a1.b2.c33.d4.e5")).toBe(5);
});
