/** The router calls a procedure of the realm itself, for dynamic authenticators and authorizers (AZN-11). */
import { describe, expect, test } from "vitest";
import type { Outcome } from "../../src/router/inquiries.ts";
import { DEFAULT_SESSION_LIMITS } from "../../src/router/limits.ts";
import { Scene, type Sent } from "./scene.ts";

interface Asking {
  readonly sent: Sent;
  readonly outcomes: Outcome[];
}

function ask(scene: Scene, procedure = "com.authenticate", timeout = 1_000): Asking {
  const outcomes: Outcome[] = [];
  const inquiry = { args: ["realm1", "joe"], timeout, answered: (each: Outcome) => outcomes.push(each) };
  return { sent: scene.does((realm) => realm.ask(procedure, inquiry)), outcomes };
}

const CALLEE = ["call_canceling", "progressive_call_results", "call_timeout", "call_reroute"];

/** bob serves `com.authenticate` and wants everything that a callee can want to know. */
function scene(settings: ConstructorParameters<typeof Scene>[0] = {}): Scene {
  const made = new Scene(settings).join("alice").joinAs("bob", { roles: { callee: CALLEE } });
  made.send(
    "bob",
    64,
    1,
    { invoke: "first", disclose_caller: true, forward_timeout: true },
    "com.authenticate",
  );
  return made;
}

const INVOKED = { bob: [[68, 1, 1, {}, ["realm1", "joe"]]] };

describe("what the router asks", () => {
  test("AZN-11 is an invocation that discloses nobody, and its result goes to whoever asked", () => {
    const it = scene();
    const { sent, outcomes } = ask(it);
    expect(sent).toStrictEqual(INVOKED);
    expect(outcomes).toStrictEqual([]);
    expect(it.send("bob", 70, 1, {}, ["user"], { extra: { level: 2 } })).toStrictEqual({});
    expect(outcomes).toStrictEqual([{ args: ["user"], kwargs: { extra: { level: 2 } } }]);
    expect(it.send("bob", 70, 1, {}, ["again"])).toStrictEqual({});
    expect(outcomes).toHaveLength(1);
  });

  test("AZN-11 may have keyword arguments, and answers that are empty", () => {
    const it = scene();
    const outcomes: Outcome[] = [];
    const inquiry = { kwargs: { a: 1 }, timeout: 10, answered: (each: Outcome) => outcomes.push(each) };
    expect(it.does((realm) => realm.ask("com.authenticate", inquiry))).toStrictEqual({
      bob: [[68, 1, 1, {}, [], { a: 1 }]],
    });
    it.send("bob", 70, 1, {});
    expect(outcomes).toStrictEqual([{ args: [], kwargs: {} }]);
  });

  test("AZN-03 an error of the callee is passed on with its URI and text", () => {
    const it = scene();
    const [first, second] = [ask(it), ask(it)];
    it.send("bob", 8, 68, 1, {}, "com.error.unknown", ["no such user", 1]);
    it.send("bob", 8, 68, 2, {}, "com.error.unknown", [{ not: "text" }]);
    expect(first.outcomes).toStrictEqual([{ error: "com.error.unknown", message: "no such user" }]);
    expect(second.outcomes).toStrictEqual([{ error: "com.error.unknown", message: "" }]);
  });

  test.each([
    ["com.nobody", "wamp.error.no_such_procedure"],
    ["wamp.session.list", "wamp.error.invalid_uri"],
    ["com..x", "wamp.error.invalid_uri"],
  ])("AZN-03 of %s fails at once with %s", (procedure, error) => {
    const { sent, outcomes } = ask(scene(), procedure);
    expect(sent).toStrictEqual({});
    expect(outcomes).toStrictEqual([{ error, message: expect.any(String) }]);
  });

  test("AZN-03 TMO-06 fails when its time is up, though the callee wants to time it itself", () => {
    const it = scene();
    const { outcomes } = ask(it, "com.authenticate", 500);
    expect(it.pass(499)).toStrictEqual({});
    expect(outcomes).toStrictEqual([]);
    expect(it.pass(1)).toStrictEqual({ bob: [[69, 1, { mode: "killnowait" }]] });
    expect(outcomes).toStrictEqual([
      { error: "wamp.error.timeout", message: "no answer came within 500 ms" },
    ]);
    expect(it.send("bob", 70, 1, {}, ["late"])).toStrictEqual({});
    expect(outcomes).toHaveLength(1);
  });

  test.each([0, -5, Number.NaN])("AZN-03 without a sensible time (%s) fails soon, not never", (timeout) => {
    const it = scene();
    const { outcomes } = ask(it, "com.authenticate", timeout);
    it.pass(1);
    expect(outcomes).toHaveLength(1);
  });

  test.each([
    ["leaves", (it: Scene) => it.leave("bob")],
    [
      "is killed",
      (it: Scene) => it.does((realm) => realm.dismiss([it.session("bob")], { reason: "wamp.close.killed" })),
    ],
    [
      "is killed by somebody",
      (it: Scene) => it.send("alice", 48, 1, {}, "wamp.session.kill", [it.id("bob")]),
    ],
  ])("AZN-03 fails when the callee %s", (_, end) => {
    const it = scene({ metaKill: true });
    const { outcomes } = ask(it);
    end(it);
    expect(outcomes).toStrictEqual([{ error: "wamp.error.canceled", message: expect.any(String) }]);
  });

  test("SER-12 fails when its arguments or the answer have no form at the other end", () => {
    const it = scene();
    const { outcomes } = ask(it);
    const message = {
      type: "INVOCATION",
      request: 1,
      registration: 1,
      details: {},
      payload: undefined,
    } as const;
    it.undeliverable("bob", message, "no form");
    expect(outcomes).toStrictEqual([{ error: "wamp.error.invalid_argument", message: "no form" }]);
  });

  test("PCR-08 PPT-09 takes no progress and no payload that it cannot read", () => {
    const it = new Scene().joinAs("bob", { roles: { callee: [...CALLEE, "payload_passthru_mode"] } });
    it.send("bob", 64, 1, {}, "com.authenticate");
    const { outcomes } = ask(it);
    expect(it.send("bob", 70, 1, { progress: true }, [1])).toStrictEqual({});
    expect(outcomes).toStrictEqual([]);
    it.send("bob", 70, 1, { ppt_scheme: "x_own" }, ["opaque"]);
    expect(outcomes).toMatchObject([{ error: "wamp.error.feature_not_supported" }]);
  });

  test("RRT-01 goes to the next callee where one is unavailable", () => {
    const it = scene().join("carol");
    it.send("carol", 64, 1, { invoke: "first" }, "com.authenticate");
    const { outcomes } = ask(it);
    expect(it.send("bob", 8, 68, 1, {}, "wamp.error.unavailable")).toStrictEqual({
      carol: [[68, 1, 1, {}, ["realm1", "joe"]]],
    });
    it.send("carol", 70, 1, {}, [true]);
    expect(outcomes).toStrictEqual([{ args: [true], kwargs: {} }]);
  });

  test("ORD-01 several at a time are answered each with its own", () => {
    const it = scene();
    const [one, two] = [ask(it), ask(it)];
    expect(it.send("alice", 48, 1, {}, "com.authenticate").bob?.[0]?.slice(0, 2)).toStrictEqual([68, 3]);
    it.send("bob", 70, 2, {}, ["two"]);
    expect(it.send("bob", 70, 3, {}, ["three"])).toStrictEqual({ alice: [[50, 1, {}, ["three"]]] });
    it.send("bob", 70, 1, {}, ["one"]);
    expect([one.outcomes, two.outcomes]).toMatchObject([[{ args: ["one"] }], [{ args: ["two"] }]]);
  });
});

describe("the router that asks", () => {
  test("MET-05 is no session: not counted, listed, told of, killed or found", () => {
    const it = scene({ metaKill: true });
    it.send("alice", 32, 1, { match: "prefix" }, "wamp.");
    expect(ask(it).sent).toStrictEqual(INVOKED);
    const answer = (procedure: string, ...args: unknown[]) =>
      it.send("alice", 48, 2, {}, `wamp.session.${procedure}`, args).alice?.[0]?.slice(3);
    expect(answer("count")).toStrictEqual([[2]]);
    expect(answer("list")).toStrictEqual([[[101, 102]]]);
    for (const procedure of ["get", "kill"]) {
      expect(answer(procedure, 0)).toMatchObject([{}, "wamp.error.no_such_session", {}]);
    }
    expect(answer("kill_by_authid", "router")).toStrictEqual([[[]]]);
    expect(answer("kill_by_authrole", "router")).toStrictEqual([[0]]);
    expect([it.realm.sessions.size, it.realm.sessionsOf("router")]).toStrictEqual([2, []]);
  });

  test("AZN-11 needs no permission, and counts for no limit", () => {
    const limits = { ...DEFAULT_SESSION_LIMITS, pendingCalls: 0, pendingInvocations: 1 };
    const it = scene({ limits: () => limits });
    it.may = () => ({ allow: false, disclose: true, exceptions: false });
    const asked = [ask(it), ask(it), ask(it)];
    expect(asked.map(({ sent }) => sent.bob?.[0]?.[1])).toStrictEqual([1, 2, 3]);
    it.send("bob", 70, 3, {}, [3]);
    expect(asked.map(({ outcomes }) => outcomes.length)).toStrictEqual([0, 0, 1]);
  });

  test("RULE-10 what it asks is no row; after sleep the callee's answer is discarded", () => {
    const it = scene();
    const { outcomes } = ask(it, "com.authenticate", 60_000);
    it.sleep();
    expect(it.rowCounts().invocations).toBe(0);
    expect(it.send("bob", 70, 1, {}, ["late"])).toStrictEqual({});
    expect(outcomes).toStrictEqual([]);
    expect(ask(it).sent).toStrictEqual({ bob: [[68, 2, 1, {}, ["realm1", "joe"]]] });
  });

  test("RULE-10 is asked of a quiet realm, which then writes down how far the callee has counted", () => {
    const it = scene();
    it.sleep();
    ask(it, "com.authenticate", 60_000);
    expect(it.realm.nextDeadline()).toBe(it.clock + 5_000);
    it.sleep();
    expect(it.send("bob", 70, 1, {}, ["late"])).toStrictEqual({});
  });

  test("RULE-10 leaves no deadline behind once it is answered", () => {
    const it = scene();
    it.sleep();
    ask(it);
    it.send("bob", 70, 1, {});
    it.pass(5_000);
    expect(it.realm.nextDeadline()).toBeUndefined();
  });
});
