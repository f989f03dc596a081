/** Event retention (requirements section 12.2): the last event of a topic, for subscribers to come. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "../../../src/router/settings.ts";
import { failed, violates } from "../answers.ts";
import { Scene, type Wire } from "../scene.ts";

const PPT = ["payload_passthru_mode"];

function keep(bounds: Partial<RealmSettings["keep"]>): Partial<RealmSettings> {
  return { keep: { ...DEFAULT_REALM_SETTINGS.keep, ...bounds } };
}

/** What `name` is sent for a SUBSCRIBE with get_retained, after SUBSCRIBED. */
function retainedFor(scene: Scene, name: string, topic: string, options: object = {}): readonly Wire[] {
  const sent = scene.send(name, 32, 9, { get_retained: true, ...options }, topic);
  expect(Object.keys(sent)).toStrictEqual([name]);
  const [subscribed, ...events] = sent[name] ?? [];
  expect(subscribed?.slice(0, 2)).toStrictEqual([33, 9]);
  for (const event of events) expect(event[1]).toBe(subscribed?.[2]);
  return events;
}

test("RET-01 event_retention is announced", () => {
  expect(announcement(DEFAULT_REALM_SETTINGS).broker).toContain("event_retention");
});

test("RET-02 a retained event replaces the one before it, of its own topic only", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  scene.send("alice", 16, 2, { retain: true }, "com.x.y", [2]);
  scene.send("alice", 16, 3, { retain: true }, "com.x", [3], { k: "v" });
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([
    [36, 1, 1003, { retained: true }, [3], { k: "v" }],
  ]);
  expect(retainedFor(scene, "bob", "com.x.y")).toStrictEqual([[36, 2, 1002, { retained: true }, [2]]]);
  expect(scene.rowCounts().retained).toBe(2);
});

test("RET-03 without retain the retained event stays as it is", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  scene.send("alice", 16, 2, {}, "com.x", [2]);
  scene.send("alice", 16, 3, { retain: false }, "com.x", [3]);
  scene.send("alice", 16, 4, { retain: null }, "com.x", [4]);
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
  violates(scene, "alice", 16, 5, { retain: 1 }, "com.x");
});

test("RET-04 what is too large is published, and not retained", () => {
  const scene = new Scene(keep({ retainedOctets: 8 })).join("alice", "bob", "carol");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("alice", 16, 1, { retain: true }, "com.x", ["1234"]); // ["1234"] has 8 octets
  const options = { retain: true, acknowledge: true };
  expect(scene.send("alice", 16, 2, options, "com.x", ["12345"])).toStrictEqual({
    alice: [[17, 2, 1002]],
    bob: [[36, 1, 1002, {}, ["12345"]]],
  });
  scene.send("alice", 16, 3, options, "com.x", ["äöü"]); // ten octets, though seven characters
  expect(retainedFor(scene, "carol", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, ["1234"]]]);
});

test("RET-04 nor is a small payload retained with lists that are too large", () => {
  const scene = new Scene(keep({ retainedOctets: 1_000 })).join("alice", "bob");
  const long = Array.from({ length: 300 }, (_, n) => 10_000 + n);
  for (const lists of [{ exclude: long }, { exclude_authid: long.map(String) }]) {
    expect(scene.send("alice", 16, 1, { retain: true, ...lists }, "com.x")).toStrictEqual({});
  }
  expect(scene.rowCounts().retained).toBe(0);
  scene.send("alice", 16, 1, { retain: true, exclude: long.slice(0, 100) }, "com.x");
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-05 to those who have subscribed already it is an event like any other", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { get_retained: true }, "com.x");
  expect(scene.send("alice", 16, 1, { retain: true }, "com.x", [1])).toStrictEqual({
    bob: [[36, 1, 1001, {}, [1]]],
  });
});

test("RET-06 it is retained also where nobody listens", () => {
  const scene = new Scene().join("alice");
  expect(scene.send("alice", 16, 1, { retain: true, acknowledge: true }, "com.x", [1])).toStrictEqual({
    alice: [[17, 1, 1001]],
  });
  scene.join("bob");
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
});

test("RET-07 what is refused is not retained", () => {
  const scene = new Scene({ allowDisclose: false }).join("alice", "bob");
  const options = { retain: true, acknowledge: true };
  const refused = (request: number, uri: string) => ({ alice: [failed(16, request, uri)] });
  expect(scene.send("alice", 16, 1, options, "com..x")).toStrictEqual(refused(1, "wamp.error.invalid_uri"));
  expect(scene.send("alice", 16, 2, options, "wamp.x")).toStrictEqual(refused(2, "wamp.error.invalid_uri"));
  expect(scene.send("alice", 16, 3, { ...options, disclose_me: true }, "com.x")).toStrictEqual(
    refused(3, "wamp.error.option_disallowed.disclose_me"),
  );
  violates(scene, "alice", 16, 4, { ...options, ppt_scheme: "x_y" }, "com.x");
  expect(scene.rowCounts().retained).toBe(0);
});

test("RET-08 get_retained brings the retained event right after SUBSCRIBED", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1], { a: 2.5 });
  expect(scene.send("bob", 32, 1, { get_retained: true }, "com.x")).toStrictEqual({
    bob: [
      [33, 1, 1],
      [36, 1, 1001, { retained: true }, [1], { a: 2.5 }],
    ],
  });
});

test("RET-09 without get_retained there is none", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  for (const options of [{}, { get_retained: false }, { get_retained: null }]) {
    expect(scene.send("bob", 32, 1, options, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
  }
});

test("RET-10 where nothing is retained there is only SUBSCRIBED", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.other", [1]);
  scene.send("alice", 16, 2, { retain: true, eligible: [101] }, "com.x", [1]);
  expect(scene.send("bob", 32, 1, { get_retained: true }, "com.x")).toStrictEqual({ bob: [[33, 1, 1]] });
});

test("RET-11 nobody gets a retained event that was not for it, by session id, authid or authrole", () => {
  const options: readonly [object, boolean][] = [
    [{ exclude: [102] }, false],
    [{ exclude: [999] }, true],
    [{ eligible: [999] }, false],
    [{ eligible: [102] }, true],
    [{ eligible: [] }, false],
    [{ exclude_authid: ["bob"] }, false],
    [{ exclude_authid: ["carol"] }, true],
    [{ eligible_authid: ["carol"] }, false],
    [{ eligible_authid: ["bob"] }, true],
    [{ exclude_authrole: ["guest"] }, false],
    [{ exclude_authrole: ["user"] }, true],
    [{ eligible_authrole: ["user"] }, false],
    [{ eligible_authrole: ["guest"] }, true],
    [{ eligible: [102], exclude_authrole: ["guest"] }, false],
  ];
  for (const [lists, isFor] of options) {
    const scene = new Scene().join("alice").joinAs("bob", { authrole: "guest" });
    scene.send("alice", 16, 1, { retain: true, ...lists }, "com.x", [1]);
    const expected = isFor ? [[36, 1, 1001, { retained: true }, [1]]] : [];
    expect(retainedFor(scene, "bob", "com.x"), JSON.stringify(lists)).toStrictEqual(expected);
  }
});

test("RET-12 a restricted event stands beside the general one, and everybody gets the newest that is for it", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 16, 1, { retain: true }, "com.x", ["general"]);
  scene.send("alice", 16, 2, { retain: true, eligible_authid: ["bob"] }, "com.x", ["for bob"]);
  scene.send("alice", 16, 3, { retain: true, exclude_authid: ["bob", "dave"] }, "com.x", ["not for bob"]);
  const got = (name: string) => retainedFor(scene, name, "com.x").map((event) => event[4]);
  expect([got("bob"), got("carol"), got("dave")]).toStrictEqual([
    [["for bob"]],
    [["not for bob"]],
    [["general"]],
  ]);
  scene.send("alice", 16, 4, { retain: true }, "com.x", ["newer"]);
  expect([got("bob"), got("carol"), got("dave")]).toStrictEqual([[["newer"]], [["newer"]], [["newer"]]]);
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-12 a restricted event replaces one with the same lists, which nobody would get any more", () => {
  const scene = new Scene(keep({ retained: 3 })).join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.other", [0]);
  for (let n = 1; n <= 10; n++) {
    scene.send("alice", 16, 1 + n, { retain: true, eligible_authid: ["bob"] }, "com.x", [n]);
  }
  expect(scene.rowCounts().retained).toBe(2);
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1011, { retained: true }, [10]]]);
  expect(retainedFor(scene, "bob", "com.other")).toStrictEqual([[36, 2, 1001, { retained: true }, [0]]]);
});

test("RET-12 a device that reconnects replaces its restricted event, and pushes out no other topic's", () => {
  const scene = new Scene(keep({ retained: 10 })).join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.other", ["general"]);
  for (let n = 1; n <= 12; n++) {
    scene.join(`device ${n}`);
    scene.send(`device ${n}`, 16, 1, { retain: true, eligible_authid: ["bob"] }, "com.x", [n]);
    scene.leave(`device ${n}`);
  }
  expect(scene.rowCounts().retained).toBe(2);
  expect(retainedFor(scene, "bob", "com.x").map((event) => event[4])).toStrictEqual([[12]]);
  expect(retainedFor(scene, "bob", "com.other").map((event) => event[4])).toStrictEqual([["general"]]);
});

test("RET-13 nor a restricted event of its own, whose lists count beside that, after sleep too", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  const options = { retain: true, exclude: [scene.id("carol")] };
  scene.send("alice", 16, 1, options, "com.x", [1]);
  const got = () => ["alice", "bob", "carol"].map((name) => retainedFor(scene, name, "com.x").length);
  expect(got()).toStrictEqual([0, 1, 0]);
  scene.sleep();
  expect(got()).toStrictEqual([0, 1, 0]);
  scene.send("alice", 16, 2, { ...options, exclude_me: false }, "com.x", [2]);
  expect(got()).toStrictEqual([1, 1, 0]);
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-13 the publishing session does not get its own event back later, unless it included itself", () => {
  const scene = new Scene().join("alice").joinAs("alice's other", { authid: "alice" });
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  expect(retainedFor(scene, "alice", "com.x")).toStrictEqual([]);
  expect(retainedFor(scene, "alice's other", "com.x")).toStrictEqual([
    [36, 1, 1001, { retained: true }, [1]],
  ]);
  scene.send("alice", 34, 2, 1);
  scene.send("alice", 16, 3, { retain: true, exclude_me: false }, "com.x", [2]);
  expect(retainedFor(scene, "alice", "com.x")).toStrictEqual([[36, 1, 1002, { retained: true }, [2]]]);
});

test("RET-14 a pattern subscription gets one event for each topic it matches, oldest first", () => {
  const scene = new Scene().join("alice", "bob");
  const topics = ["com.b", "com.a", "com.a.b", "org.a", "com.c", "com.b"];
  for (const [n, topic] of topics.entries()) scene.send("alice", 16, 1 + n, { retain: true }, topic, [n]);
  scene.send("alice", 16, 9, { retain: true, exclude_authid: ["bob"] }, "com.c", ["hidden"]);
  const event = (subscription: number, n: number) => [
    36,
    subscription,
    1001 + n,
    { topic: topics[n], retained: true },
    [n],
  ];
  expect(retainedFor(scene, "bob", "com.", { match: "prefix" })).toStrictEqual(
    [1, 2, 4, 5].map((n) => event(1, n)),
  );
  expect(retainedFor(scene, "bob", ".a", { match: "wildcard" })).toStrictEqual(
    [1, 3].map((n) => event(2, n)),
  );
  const everything = retainedFor(scene, "bob", "", { match: "prefix" });
  expect(everything.slice(0, 5)).toStrictEqual([1, 2, 3, 4, 5].map((n) => event(3, n)));
  // This subscription hears of itself, too (PBS-08).
  expect(everything.slice(5).map(([, , , details]) => details)).toStrictEqual([
    { topic: "wamp.subscription.on_create" },
    { topic: "wamp.subscription.on_subscribe" },
  ]);
  scene.send("bob", 34, 10, 3);
  expect(retainedFor(scene, "bob", "com._", { match: "prefix" })).toStrictEqual([]);
});

test("RET-15 a retained event has its original publication id, each time", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  expect(scene.send("alice", 16, 1, { retain: true, acknowledge: true }, "com.x")).toStrictEqual({
    alice: [[17, 1, 1001]],
  });
  scene.send("alice", 16, 2, {}, "com.y");
  for (const name of ["bob", "carol"]) {
    expect(retainedFor(scene, name, "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }]]);
  }
});

test("RET-16 whoever subscribes again gets it again", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  for (let time = 0; time < 3; time++) {
    expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
  }
});

test("RET-17 it has the id just returned, and the payload, attributes and disclosed publisher of the original", () => {
  const publicationTrust = [{ uri: "com.x", match: "exact", level: 4 }] as const;
  const scene = new Scene({ publicationTrust }).joinAs("alice", {
    authrole: "admin",
    roles: { publisher: PPT },
  });
  scene.join("bob");
  const ppt = { ppt_scheme: "x_own", ppt_serializer: "cbor", ppt_cipher: "c", ppt_keyid: "k" };
  const options = { retain: true, disclose_me: true, ...ppt };
  scene.send("alice", 16, 1, options, "com.x", ["\u0000AAEC"]);
  scene.leave("alice");
  scene.send("bob", 32, 1, {}, "com.other");
  const disclosed = { publisher: 101, publisher_authid: "alice", publisher_authrole: "admin" };
  expect(scene.send("bob", 32, 2, { get_retained: true }, "com.x")).toStrictEqual({
    bob: [
      [33, 2, 2],
      [36, 2, 1001, { ...disclosed, trustlevel: 4, ...ppt, retained: true }, ["\u0000AAEC"]],
    ],
  });
});

test("RET-18 it comes after SUBSCRIBED, before meta events of the subscription and before what is published later", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "wamp.subscription.on_subscribe");
  scene.send("alice", 16, 1, { retain: true }, "com.x", ["old"]);
  scene.send("bob", 32, 2, { get_retained: true }, "com.x");
  scene.send("alice", 16, 2, { retain: true }, "com.x", ["new"]);
  expect(scene.heard("bob").slice(1)).toStrictEqual([
    [33, 2, 2],
    [36, 2, 1001, { retained: true }, ["old"]],
    [36, 1, 1002, {}, [102, 2]],
    [36, 2, 1003, {}, ["new"]],
  ]);
});

test("RET-19 it outlives the publishing session, and the realm's sleep", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  scene.send("alice", 16, 2, { retain: true, eligible_authid: ["carol"] }, "com.x", [2]);
  scene.leave("alice");
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
  scene.sleep();
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
  expect(retainedFor(scene, "carol", "com.x")).toStrictEqual([[36, 1, 1002, { retained: true }, [2]]]);
  scene.crash();
  scene.join("dave");
  expect(retainedFor(scene, "dave", "com.x")).toStrictEqual([[36, 2, 1001, { retained: true }, [1]]]);
});

test("RET-20 so many are kept and the oldest goes first; no payload clears one", () => {
  const scene = new Scene(keep({ retained: 2 })).join("alice", "bob");
  for (const topic of ["com.a", "com.b", "com.a", "com.c"]) {
    scene.send("alice", 16, 1, { retain: true }, topic, [topic]);
  }
  expect(scene.rowCounts().retained).toBe(2);
  expect(retainedFor(scene, "bob", "com.b")).toStrictEqual([]);
  expect(retainedFor(scene, "bob", "com.a")).toStrictEqual([[36, 2, 1003, { retained: true }, ["com.a"]]]);
  scene.send("alice", 16, 1, { retain: true }, "com.c");
  scene.send("alice", 16, 1, { retain: true }, "com.a", [null]);
  expect(retainedFor(scene, "bob", "com.c")).toStrictEqual([[36, 3, 1005, { retained: true }]]);
  expect(retainedFor(scene, "bob", "com.a")).toStrictEqual([[36, 2, 1006, { retained: true }, [null]]]);
});

test("RET-20 all retained events together hold so many octets and the oldest goes first", () => {
  const scene = new Scene(keep({ retainedTotal: 20 })).join("alice", "bob");
  const retain = (topic: string, text: string) => scene.send("alice", 16, 1, { retain: true }, topic, [text]);
  const kept = () => retainedFor(scene, "bob", "com.", { match: "prefix" }).map(([, , , details]) => details);
  for (const topic of ["com.a", "com.b", "com.a"]) retain(topic, "1234"); // ["1234"] has 8 octets
  expect(kept()).toStrictEqual(["com.b", "com.a"].map((topic) => ({ topic, retained: true })));
  retain("com.c", "12345");
  expect(kept()).toStrictEqual(["com.a", "com.c"].map((topic) => ({ topic, retained: true })));
  scene.sleep();
  retain("com.d", "12345678");
  expect(kept()).toStrictEqual([{ topic: "com.d", retained: true }]);
  retain("com.e", "x".repeat(17)); // alone too large
  expect(kept()).toStrictEqual([{ topic: "com.d", retained: true }]);
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-20 lists and details count among the octets", () => {
  const scene = new Scene(keep({ retainedTotal: 1_000 })).join("alice");
  const exclude_authid = Array.from({ length: 60 }, (_, n) => `user${100 + n}`); // 600 octets of JSON and more
  for (const topic of ["com.a", "com.b"]) {
    scene.send("alice", 16, 1, { retain: true, exclude_authid }, topic);
  }
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-20 what is past its age is deleted when another event is retained", () => {
  const scene = new Scene(keep({ retainedAge: 1_000 })).join("alice");
  for (const topic of ["com.a", "com.b", "com.c"]) {
    scene.send("alice", 16, 1, { retain: true }, topic);
    scene.pass(500);
  }
  expect(scene.rowCounts().retained).toBe(3);
  scene.send("alice", 16, 1, { retain: true }, "com.d"); // at 1,500
  expect(scene.rowCounts().retained).toBe(3);
  scene.pass(1_001);
  scene.send("alice", 16, 1, { retain: true }, "com.d");
  expect(scene.rowCounts().retained).toBe(1);
});

test("RET-20 where nothing may be kept nothing is, and publishing works", () => {
  const scene = new Scene(keep({ retained: 0 })).join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(scene.send("alice", 16, 1, { retain: true }, "com.x")).toStrictEqual({ bob: [[36, 1, 1001, {}]] });
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([]);
});

test("RET-20 an event past its age is gone, and an older one does not take its place", () => {
  const scene = new Scene(keep({ retainedAge: 1_000 })).join("alice", "bob");
  scene.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  scene.pass(600);
  scene.send("alice", 16, 2, { retain: true, eligible_authid: ["bob"] }, "com.x", [2]);
  scene.pass(400);
  expect(retainedFor(scene, "bob", "com.x").map((event) => event[4])).toStrictEqual([[2]]);
  scene.pass(600);
  expect(retainedFor(scene, "bob", "com.x").map((event) => event[4])).toStrictEqual([[2]]);
  scene.pass(1);
  expect(retainedFor(scene, "bob", "com.x")).toStrictEqual([]);
});

test("RET-21 each realm has its own", () => {
  const [here, there] = [new Scene().join("alice", "bob"), new Scene().join("alice", "bob")];
  here.send("alice", 16, 1, { retain: true }, "com.x", [1]);
  expect(retainedFor(there, "bob", "com.x")).toStrictEqual([]);
  expect(retainedFor(here, "bob", "com.x")).toStrictEqual([[36, 1, 1001, { retained: true }, [1]]]);
});

test("RET-22 the router's own events are not retained", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 32, 1, {}, "wamp.session.on_join");
  scene.send("alice", 32, 2, { match: "prefix" }, "wamp.");
  scene.join("carol");
  expect(scene.heard("alice")).toHaveLength(4);
  expect(retainedFor(scene, "bob", "wamp.session.on_join")).toStrictEqual([]);
  expect(retainedFor(scene, "carol", "wamp.", { match: "prefix" })).toStrictEqual([]);
  expect(scene.rowCounts().retained).toBe(0);
});
