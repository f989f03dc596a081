/**
 * Whoever vanishes in the middle of a call, whatever was canceled before and whatever streams: the other side is told what
 * the rows say, once, and what is still said of the call is discarded. Every combination of the tables below is played.
 */
import { expect, test } from "vitest";
import { failed } from "../answers.ts";
import { Scene, type Sent, type Wire } from "../scene.ts";
import { calling, serving } from "./announced.ts";

const CHUNKS = "progressive_call_invocations";
const RESULTS = "progressive_call_results";
const CANCELED = failed(48, 1, "wamp.error.canceled");

/** How far the call is: what `bob` called with, and what was said since. */
const STATES = {
  plain: [{}, []],
  "results run": [{ receive_progress: true }, [["alice", 70, 1, { progress: true }, ["part"]]]],
  "chunks run": [{ progress: true }, [["bob", 48, 1, { progress: true }, "com.x", ["chunk"]]]],
  "chunks are complete": [{ progress: true }, [["bob", 48, 1, {}, "com.x", ["last chunk"]]]],
  "both run": [
    { progress: true, receive_progress: true },
    [
      ["alice", 70, 1, { progress: true }, ["part"]],
      ["bob", 48, 1, { progress: true }, "com.x", ["chunk"]],
    ],
  ],
} as const satisfies Record<
  string,
  readonly [options: object, said: readonly (readonly [string, ...Wire])[]]
>;

const VANISHES = {
  "by GOODBYE": (scene: Scene, name: string) => scene.leave(name),
  "by GOODBYE after sleep": (scene: Scene, name: string) => {
    scene.sleep();
    return scene.leave(name);
  },
  "while the realm sleeps": (scene: Scene, name: string) => scene.sleep({ vanished: [name] }),
  "while it sleeps again": (scene: Scene, name: string) => {
    scene.sleep();
    return scene.sleep({ vanished: [name] });
  },
} satisfies Record<string, (scene: Scene, name: string) => Sent>;

const MODES = ["none", "skip", "kill", "killnowait"] as const;

interface Case {
  readonly state: keyof typeof STATES;
  /** With which mode the call was canceled, if it was. */
  readonly mode: (typeof MODES)[number];
  /** The callee announced call_canceling. */
  readonly interruptible: boolean;
  readonly who: "alice" | "bob";
  readonly how: keyof typeof VANISHES;
}

const CASES: readonly Case[] = (Object.keys(STATES) as Case["state"][]).flatMap((state) =>
  MODES.flatMap((mode) =>
    [true, false].flatMap((interruptible) =>
      (["alice", "bob"] as const).flatMap((who) =>
        (Object.keys(VANISHES) as Case["how"][]).map((how) => ({ state, mode, interruptible, who, how })),
      ),
    ),
  ),
);

/** PCI-05: only who can be interrupted takes chunks. */
const possible = ({ state, interruptible }: Case): boolean =>
  interruptible || state === "plain" || state === "results run";
/** CAN-03, CAN-08, CAN-09: the call was over before anybody vanished. */
const isOver = ({ mode, interruptible }: Case): boolean =>
  mode === "skip" || mode === "killnowait" || (mode === "kill" && !interruptible);
const isKilled = (each: Case): boolean => each.mode === "kill" && !isOver(each);
const streamsResults = ({ state }: Case): boolean => state === "results run" || state === "both run";
const hasChunks = ({ state }: Case): boolean => state !== "plain" && state !== "results run";

/** The call in its state, canceled or not, with a timer that must not ring. */
function arranged({ state, mode, interruptible }: Case): Scene {
  const scene = new Scene();
  scene.joinAs("alice", serving(CHUNKS, RESULTS, ...(interruptible ? ["call_canceling"] : [])));
  scene.joinAs("bob", calling(CHUNKS, RESULTS, "call_canceling"));
  scene.send("alice", 64, 1, {}, "com.x");
  const [options, said] = STATES[state];
  scene.send("bob", 48, 1, { ...options, timeout: 60_000 }, "com.x");
  for (const [name, ...wire] of said) expect(scene.send(name, ...wire)).not.toStrictEqual({});
  if (mode !== "none") expect(scene.send("bob", 49, 1, { mode })).not.toStrictEqual({});
  return scene;
}

/** What the one who stays is told. */
function told(each: Case): Sent {
  if (isOver(each)) return {};
  if (each.who === "alice") return { bob: [CANCELED] };
  // LVE-05, LVE-10
  return each.interruptible && each.mode !== "kill" ? { alice: [[69, 1, { mode: "killnowait" }]] } : {};
}

/** What the one who stays still says of the call. */
const LATE: Record<Case["who"], readonly Wire[]> = {
  alice: [
    [48, 1, { progress: true }, "com.x", ["late chunk"]],
    [48, 1, {}, "com.x", ["late last chunk"]],
    [49, 1, { mode: "kill" }],
    [49, 1, {}],
  ],
  bob: [
    [70, 1, { progress: true }, ["late"]],
    [70, 1, {}, ["late"]],
    [8, 68, 1, {}, "wamp.error.canceled"],
    [8, 68, 1, {}, "wamp.error.unavailable"],
  ],
};

const isProgress = ([code, , details]: Wire): boolean =>
  code === 50 && (details as { progress?: boolean }).progress === true; // RESULT.Details is a dict

function play(cases: readonly Case[]): void {
  expect(cases.length).toBeGreaterThan(3);
  for (const each of cases) {
    const label = JSON.stringify(each);
    const scene = arranged(each);
    expect(VANISHES[each.how](scene, each.who), label).toStrictEqual(told(each));
    const stays = each.who === "alice" ? "bob" : "alice";
    for (const wire of LATE[each.who]) expect(scene.send(stays, ...wire), label).toStrictEqual({});
    expect(scene.pass(100_000), label).toStrictEqual({});
    expect(scene.sleep(), label).toStrictEqual({});
    const ends = scene.heard("bob").filter((wire) => !isProgress(wire));
    expect(ends, label).toStrictEqual(each.who === "bob" && !isOver(each) ? [] : [CANCELED]);
    expect(scene.rowCounts().invocations, label).toBe(0);
    expect(scene.leave(stays), label).toStrictEqual({});
  }
}

const cases = CASES.filter(possible);
const running = cases.filter((each) => !isOver(each));
const calleeVanishes = running.filter(({ who }) => who === "alice");
const callerVanishes = running.filter(({ who }) => who === "bob");

test("LVE-01 the callee vanishes: its caller gets ERROR canceled, once", () => {
  play(calleeVanishes.filter(({ state, mode }) => state === "plain" && mode === "none"));
});

test("LVE-04 the caller vanishes: its callee gets INTERRUPT killnowait, once, if it takes that", () => {
  play(callerVanishes.filter(({ state, mode }) => state === "plain" && mode === "none"));
});

test("LVE-10 the caller vanishes after kill: the callee, which had its INTERRUPT, gets no second one", () => {
  play(callerVanishes.filter(isKilled));
});

test("CAN-15 the callee vanishes after kill: the caller gets ERROR canceled, once", () => {
  play(calleeVanishes.filter(isKilled));
});

test("CAN-17 whoever vanishes after the call was canceled, nobody is told again", () => {
  play(cases.filter(isOver));
});

test("PCR-11 the caller vanishes while results stream: INTERRUPT, and further YIELDs are discarded", () => {
  play(callerVanishes.filter((each) => streamsResults(each) && each.mode === "none"));
});

test("PCR-12 the callee vanishes while results stream: ERROR canceled", () => {
  play(calleeVanishes.filter((each) => streamsResults(each) && each.mode === "none"));
});

test("PCI-19 the caller vanishes during a progressive call: INTERRUPT; the callee vanishes: ERROR canceled", () => {
  play(running.filter((each) => hasChunks(each) && each.mode === "none"));
});

test("RULE-12 caller and callee vanish together while the realm sleeps: nobody is told, no row is left", () => {
  for (const each of cases) {
    const scene = arranged(each).join("witness");
    expect(scene.sleep({ vanished: ["alice", "bob"] }), JSON.stringify(each)).toStrictEqual({});
    expect(scene.rowCounts(), JSON.stringify(each)).toMatchObject({
      sessions: 1,
      registrations: 0,
      callees: 0,
      invocations: 0,
    });
    expect(scene.pass(100_000)).toStrictEqual({});
  }
});
