/** What one principal may have retained, and how much one answer of kept events may hold. */
import { describe, expect, test } from "vitest";
import { PARK_AFTER } from "../../../src/router/realm.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { Scene } from "../scene.ts";

const keep = (more: Partial<typeof DEFAULT_REALM_SETTINGS.keep>) => ({
  keep: { ...DEFAULT_REALM_SETTINGS.keep, ...more },
});

function retain(scene: Scene, name: string, topic: string, args: unknown[] = [topic]): void {
  scene.send(name, 16, 1, { retain: true }, topic, args);
}

/** The topics of the retained events that whoever asks for all below `com.` gets. */
function retained(scene: Scene, name: string, prefix = "com."): unknown[] {
  const sent = scene.send(name, 32, 1, { match: "prefix", get_retained: true }, prefix)[name] ?? [];
  return sent.slice(1).map((event) => (event[3] as { topic: string }).topic);
}

describe("retained events of one authid", () => {
  test("RET-20 S13 beyond its own limit its oldest goes, at N-1, N and N+1, and nobody else's", () => {
    const scene = new Scene(keep({ retainedPerAuthid: 3 })).join("alice", "bob", "carol");
    retain(scene, "bob", "com.bob");
    for (const n of [1, 2]) retain(scene, "alice", `com.${n}`);
    expect(retained(scene, "carol")).toStrictEqual(["com.bob", "com.1", "com.2"]);
    retain(scene, "alice", "com.3");
    expect(retained(scene, "carol")).toStrictEqual(["com.bob", "com.1", "com.2", "com.3"]);
    retain(scene, "alice", "com.4");
    expect(retained(scene, "carol")).toStrictEqual(["com.bob", "com.2", "com.3", "com.4"]);
  });

  test("RET-20 the limit is of the authid, whichever session of it publishes, and holds after sleep", () => {
    const scene = new Scene(keep({ retainedPerAuthid: 2 })).join("carol");
    for (const name of ["one", "two"]) scene.joinAs(name, { authid: "device" });
    retain(scene, "one", "com.1");
    retain(scene, "two", "com.2");
    scene.sleep();
    retain(scene, "one", "com.3");
    expect(retained(scene, "carol")).toStrictEqual(["com.2", "com.3"]);
  });

  test("RET-20 by default it is 1,000", () => {
    expect(DEFAULT_REALM_SETTINGS.keep.retainedPerAuthid).toBe(1_000);
  });
});

test("RET-20 what is retained for long enough has no row any more once the realm is quiet", () => {
  const scene = new Scene(keep({ retainedAge: 60_000 })).join("alice", "bob");
  retain(scene, "alice", "com.old");
  scene.pass(59_999);
  retain(scene, "alice", "com.young");
  scene.pass(2);
  expect(scene.rowCounts()).toMatchObject({ retained: 2 });
  scene.send("bob", 48, 2, {}, "wamp.session.count");
  scene.pass(PARK_AFTER);
  expect(scene.rowCounts()).toMatchObject({ retained: 1 });
  expect(retained(scene, "bob")).toStrictEqual(["com.young"]);
});

describe("an answer of kept events", () => {
  const big = ["x".repeat(60_000)];

  test("R10 more retained events than may wait for a session are refused, and nothing is subscribed", () => {
    const scene = new Scene().join("alice", "bob");
    for (let n = 1; n <= 8; n++) retain(scene, "alice", `com.a.${n}`, big);
    expect(retained(scene, "bob")).toHaveLength(8);
    retain(scene, "alice", "com.b", big);
    expect(scene.send("bob", 32, 2, { match: "prefix", get_retained: true }, "com")).toStrictEqual({
      bob: [
        [
          8,
          32,
          2,
          {},
          "edgebahn.error.limit_exceeded",
          ["the limit of retained events in octets is 524288: subscribe to a narrower pattern"],
        ],
      ],
    });
    expect(
      scene.send("bob", 48, 3, {}, "wamp.subscription.lookup", ["com", { match: "prefix" }]),
    ).toStrictEqual({
      bob: [[50, 3, {}, [null]]],
    });
    expect(retained(scene, "bob", "com.a")).toHaveLength(8);
  });

  test("RET-08 one event is told however large it is", () => {
    const scene = new Scene(keep({ retainedOctets: 1_000_000 })).join("alice", "bob");
    retain(scene, "alice", "com.a", ["x".repeat(600_000)]);
    expect(retained(scene, "bob")).toStrictEqual(["com.a"]);
  });

  test("HIS-31 one event of a history is told however large it is", () => {
    const history = [{ uri: "com.x", match: "exact", limit: 10, octets: 10_000_000 }] as const;
    const scene = new Scene({ history }).join("alice");
    for (const n of [1, 2]) scene.send("alice", 16, n, {}, "com.x", [n, "x".repeat(600_000)]);
    const sent = scene.send("alice", 48, 3, {}, "wamp.subscription.get_events", [1]);
    expect(((sent.alice?.[0]?.[3] ?? []) as { args: unknown[] }[]).map(({ args }) => args[0])).toStrictEqual([
      1,
    ]);
  });

  test("HIS-31 a history is told as far as it goes into one answer; what comes after the last is told when asked for", () => {
    const history = [{ uri: "com.x", match: "exact", limit: 100, octets: 10_000_000 }] as const;
    const scene = new Scene({ history }).join("alice", "bob");
    for (let n = 1; n <= 20; n++) scene.send("alice", 16, n, {}, "com.x", [n, ...big]);
    const told: unknown[] = [];
    const counts: number[] = [];
    for (let last: unknown; ; ) {
      const query = last === undefined ? {} : { after_publication: last };
      const sent = scene.send("bob", 48, told.length + 1, {}, "wamp.subscription.get_events", [1], query);
      const events = (sent.bob?.[0]?.[3] ?? []) as { publication: number; args: unknown[] }[];
      if (events.length === 0) break;
      counts.push(events.length);
      told.push(...events.map(({ args }) => args[0]));
      last = events.at(-1)?.publication;
    }
    expect(counts).toStrictEqual([8, 8, 4]);
    expect(told).toStrictEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });
});
