/** Which rule decides: what one rule matches, which of several wins, and what patterns need. */
import { describe, expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import type { Action, Match, PermissionRule, Permit, Subject } from "../../src/auth/permission.ts";
import { ACTIONS } from "../fuzz/permission-cases.ts";

const DENIED: Permit = { allow: false, disclose: false, exceptions: false };
const ALLOWED: Permit = { allow: true, disclose: false, exceptions: false };
const PARTLY: Permit = { allow: true, disclose: false, exceptions: true };

/** A rule as text: what it does to every action, its match policy, its URI. */
function rule(text: string): PermissionRule {
  const [verb, match, uri = ""] = text.split(" ");
  const allow = verb === "allow";
  return {
    uri,
    match: match as Match, // the tests below write it so
    allow: { call: allow, register: allow, publish: allow, subscribe: allow },
    disclose: { caller: false, publisher: false },
    cache: true,
  };
}

function may(
  rules: readonly string[],
  wish: string,
  who: Partial<Subject> & { realm?: string } = {},
): Permit | "ask" {
  const { realm = "realm1", ...names } = who;
  const authority = new Authority({
    realm,
    roles: [{ name: "device", permissions: rules.map(rule) }],
    now: () => 0,
  });
  const [match, uri = ""] = wish.split(" ");
  return authority.may({ authid: "alice", authrole: "device", ...names }, "subscribe", uri, match as Match);
}

describe("one URI", () => {
  test("AZN-10 what no rule matches is denied, and so is everything without rules", () => {
    expect(may([], "exact com.x")).toEqual(DENIED);
    expect(may(["allow exact com.x"], "exact com.y")).toEqual(DENIED);
  });

  test("AZN-10 a role that the realm does not have may nothing", () => {
    expect(may(["allow prefix "], "exact com.x", { authrole: "nobody" })).toEqual(DENIED);
    expect(may(["allow prefix "], "exact com.x", { authrole: "__proto__" })).toEqual(DENIED);
  });

  test("AZN-10 a prefix matches by characters", () => {
    expect(may(["allow prefix com.a"], "exact com.abc")).toEqual(ALLOWED);
    expect(may(["allow prefix com.a"], "exact com.a")).toEqual(ALLOWED);
    expect(may(["allow prefix com.a"], "exact com.b")).toEqual(DENIED);
    expect(may(["allow prefix com.a."], "exact com.a")).toEqual(DENIED);
  });

  test.each([
    ["com..x", "com.a.x", ALLOWED],
    ["com..x", "com.a.b.x", DENIED],
    ["com..x", "com.x", DENIED],
    ["com.", "com.a", ALLOWED],
    ["com.", "com", DENIED],
    [".x", "com.x", ALLOWED],
    ["", "com", ALLOWED],
    ["", "com.x", DENIED],
    ["com.x", "com.x", ALLOWED],
  ])("AZN-10 the wildcard rule '%s' asked for %s", (pattern, uri, expected) => {
    expect(may([`allow wildcard ${pattern}`], `exact ${uri}`)).toEqual(expected);
  });

  test("AZN-10 exact decides before prefix, the longest prefix before the others, prefix before wildcard", () => {
    const rules = [
      "allow prefix ",
      "deny prefix com.",
      "allow prefix com.a",
      "deny exact com.ab",
      "deny wildcard com.",
    ];
    expect(may(rules, "exact org.x")).toEqual(ALLOWED);
    expect(may(rules, "exact com.x")).toEqual(DENIED);
    expect(may(rules, "exact com.a")).toEqual(ALLOWED);
    expect(may(rules, "exact com.ab")).toEqual(DENIED);
    expect(may(rules.toReversed(), "exact com.a")).toEqual(ALLOWED);
  });

  test.each([
    // The spec's own example: the longest text is not the most specific.
    ["a.b..d", "a..cccccc.d", "a.b.cccccc.d"],
    ["a1.b2..d4.e5..g7", "a1.b2..d4..f6.g7", "a1.b2.c88.d4.e5.f6.g7"],
    ["a.", "..", "a.b"],
    [".b", ".", "a.b"],
    ["a.b", "a.", "a.b"],
    ["a..c", "..c", "a.b.c"],
  ])("AZN-10 PBR-07 of wildcards '%s' is more specific than '%s'", (winner, loser, uri) => {
    for (const [first, second] of [
      ["allow", "deny"],
      ["deny", "allow"],
    ]) {
      const rules = [`${first} wildcard ${winner}`, `${second} wildcard ${loser}`];
      const expected = first === "allow" ? ALLOWED : DENIED;
      expect(may(rules, `exact ${uri}`)).toEqual(expected);
      expect(may(rules.toReversed(), `exact ${uri}`)).toEqual(expected);
    }
  });

  test("AZN-10 of two rules for the same URIs the one that denies decides", () => {
    for (const match of ["exact com.x", "prefix com.", "wildcard com."]) {
      expect(may([`allow ${match}`, `deny ${match}`], "exact com.x")).toEqual(DENIED);
      expect(may([`deny ${match}`, `allow ${match}`], "exact com.x")).toEqual(DENIED);
    }
  });

  test("AZN-01 each of the four actions is allowed by itself", () => {
    for (const only of ACTIONS) {
      const allow = { call: false, register: false, publish: false, subscribe: false, [only]: true };
      for (const uri of ["com.x", ""]) {
        const permissions = [{ ...rule(`allow prefix ${uri}`), allow }];
        const authority = new Authority({
          realm: "realm1",
          roles: [{ name: "r", permissions }],
          now: () => 0,
        });
        const who = { authid: "a", authrole: "r" };
        const given = (action: Action) => authority.may(who, action, "com.x", "exact");
        expect(ACTIONS.map(given)).toEqual(ACTIONS.map((action) => (action === only ? ALLOWED : DENIED)));
      }
    }
  });

  test("AZN-08 wamp.* is like any other URI", () => {
    expect(may(["allow exact wamp.session.count"], "exact wamp.session.count")).toEqual(ALLOWED);
    expect(may(["allow prefix com."], "exact wamp.session.count")).toEqual(DENIED);
    expect(may(["allow prefix ", "deny prefix wamp."], "exact wamp.session.count")).toEqual(DENIED);
  });

  test("PID-03 CID-05 the rule that decides says whose identity is told", () => {
    const discloses = (caller: boolean, publisher: boolean, uri: string) => ({
      ...rule(`allow prefix ${uri}`),
      disclose: { caller, publisher },
    });
    for (const others of [[], [rule("allow exact z")]]) {
      for (const [caller, publisher] of [
        [true, false],
        [false, true],
      ] as const) {
        const permissions = [discloses(caller, publisher, ""), ...others];
        const authority = new Authority({
          realm: "realm1",
          roles: [{ name: "r", permissions }],
          now: () => 0,
        });
        const given = (action: Action) =>
          authority.may({ authid: "a", authrole: "r" }, action, "com.x", "exact");
        expect(ACTIONS.map(given)).toEqual([
          { ...ALLOWED, disclose: caller },
          ALLOWED,
          { ...ALLOWED, disclose: publisher },
          ALLOWED,
        ]);
      }
    }
  });
});

describe("a pattern", () => {
  const COVERED = [
    ["prefix com.", "prefix com."],
    ["prefix com.", "prefix com.a"],
    ["prefix ", "prefix "],
    ["prefix ", "wildcard .."],
    ["prefix com.", "wildcard com..x"],
    ["prefix com.", "wildcard com."],
    ["prefix com.a", "wildcard com.a."],
    ["prefix com", "wildcard com."],
    ["wildcard com.", "wildcard com.x"],
    ["wildcard com..x", "wildcard com..x"],
    ["wildcard ..x", "wildcard com..x"],
    ["wildcard ", "wildcard "],
    ["exact com.x", "wildcard com.x"],
    ["wildcard com.x", "wildcard com.x"],
  ];
  const NOT_COVERED = [
    // The first two are the requirement's own.
    ["prefix com.a.", "prefix com."],
    ["prefix com.a.", "wildcard ..x"],
    ["prefix com.a", "wildcard com."],
    ["prefix com.a", "prefix com."],
    ["prefix com.", "wildcard .x"],
    ["prefix com.", "wildcard com"],
    ["wildcard com.", "prefix com."],
    ["wildcard com.", "prefix com.a"],
    ["wildcard ", "prefix "],
    ["wildcard com.x", "prefix com.x"],
    ["wildcard com.", "wildcard .."],
    ["wildcard com..x", "wildcard com.."],
    ["exact com.x", "prefix com.x"],
    ["exact com.x", "wildcard com."],
    // Not a prefix: no URI begins so.
    ["prefix com..", "wildcard com..x"],
  ];

  test.each(COVERED)("AZN-09 the rule '%s' allows the pattern '%s'", (allowed, wish) => {
    expect(may([`allow ${allowed}`], wish)).toEqual(ALLOWED);
  });

  test.each(NOT_COVERED)("AZN-09 the rule '%s' does not allow the pattern '%s'", (allowed, wish) => {
    expect(may([`allow ${allowed}`], wish)).toEqual(DENIED);
  });

  test("AZN-09 two rules that allow its parts do not allow the whole", () => {
    expect(may(["allow exact a", "allow prefix a."], "prefix a")).toEqual(DENIED);
  });

  test("AZN-09 the most specific rule for the whole pattern decides", () => {
    expect(may(["allow prefix com.", "deny prefix com.a."], "prefix com.a.b")).toEqual(DENIED);
    expect(may(["allow wildcard com..x", "deny prefix com."], "wildcard com..x")).toEqual(DENIED);
    expect(may(["deny prefix com.", "allow prefix com.a."], "prefix com.a.b")).toEqual(ALLOWED);
  });

  test.each([
    ["prefix com.", "exact com.x", "prefix com."],
    ["prefix com.", "prefix com.secret", "prefix com."],
    ["prefix com.", "prefix com.secret", "prefix com.s"],
    ["prefix com.", "exact com.a.x", "wildcard com..x"],
    ["prefix com.", "prefix com.a", "wildcard com..x"],
    ["prefix com.", "prefix com.a.x", "wildcard com..x"],
    ["prefix com.", "prefix com.a.", "wildcard com..x"],
    ["wildcard ..", "prefix a.", "wildcard .b."],
    ["wildcard ..", "wildcard a..", "wildcard .b."],
    ["wildcard ..", "exact a.b.c", "wildcard .b."],
  ])("AZN-09 with '%s' allowed and '%s' denied, '%s' has exceptions", (allowed, denied, wish) => {
    expect(may([`allow ${allowed}`, `deny ${denied}`], wish)).toEqual(PARTLY);
  });

  test.each([
    ["prefix com.", "exact org.x", "prefix com."],
    ["prefix com.", "exact com.x", "prefix com.y"],
    ["prefix com.", "prefix com.b", "wildcard com.a."],
    ["prefix com.", "prefix com.a.y", "wildcard com..x"],
    ["prefix com.", "prefix com.a.x.", "wildcard com..x"],
    ["prefix com.", "exact com.a.y", "wildcard com..x"],
    ["wildcard ..", "wildcard a.c.", "wildcard .b."],
    ["wildcard ..", "wildcard a.b", "wildcard .b."],
    // Less specific: it never decides there.
    ["prefix com.", "wildcard com..x", "prefix com."],
    ["prefix com.", "prefix ", "prefix com."],
    ["wildcard a..", "wildcard .b.", "wildcard a.b."],
  ])("AZN-09 with '%s' allowed and '%s' denied, '%s' has none", (allowed, denied, wish) => {
    expect(may([`allow ${allowed}`, `deny ${denied}`], wish)).toEqual(ALLOWED);
  });

  test("AZN-09 a pattern that matches one URI only has no exceptions", () => {
    expect(may(["allow prefix com.", "deny exact com.y"], "wildcard com.x")).toEqual(ALLOWED);
    expect(may(["allow prefix com.", "deny exact com.x"], "wildcard com.x")).toEqual(DENIED);
  });
});

describe("a hole", () => {
  test("S8 stands for the session's own name, in every match policy and place", () => {
    const who = { authid: "alice", realm: "com.example.x" };
    expect(may(["allow exact dev.{authid}.up"], "exact dev.alice.up", who)).toEqual(ALLOWED);
    expect(may(["allow exact dev.{authid}.up"], "exact dev.bob.up", who)).toEqual(DENIED);
    expect(may(["allow exact dev.{authid}.up"], "exact dev.{authid}.up", who)).toEqual(DENIED);
    expect(may(["allow prefix {authrole}.{authid}."], "prefix device.alice.", who)).toEqual(ALLOWED);
    expect(may(["allow wildcard dev..{authid}"], "exact dev.x.alice", who)).toEqual(ALLOWED);
    expect(may(["allow exact x-{authid}-{authid}"], "exact x-alice-alice", who)).toEqual(ALLOWED);
    expect(may(["allow exact {realm}.{authid}"], "exact com.example.x.alice", who)).toEqual(ALLOWED);
  });

  test.each([
    "",
    ".",
    "a.b",
    "alice.",
    "*",
    "#",
    "a b",
    "\u0000",
    "{realm}",
    "{authid}",
    "a}",
    "\u2003",
    "\ud800",
    "x".repeat(257),
  ])("S8 the authid %j opens nothing", (authid) => {
    const rules = [
      "allow exact {authid}",
      "allow prefix dev.{authid}.",
      "allow wildcard dev..{authid}",
      "allow prefix {authid}",
    ];
    for (const uri of [
      authid,
      `dev.${authid}.x`,
      `dev.x.${authid}`,
      "dev..x",
      "dev.",
      "dev.realm1.x",
      "dev.x.realm1",
    ]) {
      expect(may(rules, `exact ${uri}`, { authid }), uri).toEqual(DENIED);
    }
    for (const pattern of [
      "prefix ",
      "prefix dev.",
      `prefix dev.${authid}.`,
      "wildcard ..",
      "wildcard dev..",
      "wildcard dev..",
    ]) {
      expect(may(rules, pattern, { authid }), pattern).toEqual(DENIED);
    }
  });

  test("S8 an odd name does not get around a rule that denies", () => {
    const rules = [
      "allow prefix dev.",
      "deny exact dev.{authid}.secret",
      "deny prefix dev.{authid}.own.",
      "allow prefix dev.zzzzzzzzzz.own.",
    ];
    for (const authid of ["a.b", "a*", "", "alice.x"]) {
      const asked = (wish: string) => may(rules, wish, { authid });
      expect(asked("exact dev.a.b.secret")).toEqual(DENIED);
      expect(asked("exact dev.anybody.secret")).toEqual(DENIED);
      expect(asked("exact dev.zzzzzzzzzz.own.x")).toEqual(DENIED);
      expect(asked("exact dev.a.b.own.x")).toEqual(DENIED);
      expect(asked("exact dev.a.b.open")).toEqual(ALLOWED);
      expect(asked("exact dev.a.b.own")).toEqual(ALLOWED);
      expect(asked("prefix dev.")).toEqual(PARTLY);
      expect(asked("wildcard dev..secret")).toEqual(PARTLY);
      expect(asked("wildcard dev..")).toEqual(PARTLY);
    }
  });

  test("S8 an odd name does not get around a wildcard rule that denies, nor is it denied more than that", () => {
    const rules = ["allow wildcard dev...", "deny wildcard dev.{authid}..x", "allow wildcard dev.b.c.x"];
    expect(may(rules, "exact dev.a.b.x", { authid: "a*" })).toEqual(DENIED);
    expect(may(rules, "exact dev.b.c.x", { authid: "a*" })).toEqual(DENIED);
    expect(may(rules, "exact dev.a.b.y", { authid: "a*" })).toEqual(ALLOWED);
    expect(may(["allow wildcard .x", "deny wildcard .{authid}"], "exact a.x", { authid: "x." })).toEqual(
      DENIED,
    );
    expect(may(["allow wildcard x.", "deny wildcard {authid}."], "exact x.a", { authid: ".x" })).toEqual(
      DENIED,
    );
    expect(may(["allow prefix x.", "deny wildcard {authid}."], "exact x.a", { authid: ".x" })).toEqual(
      ALLOWED,
    );
  });

  test("S8 parts of a denied URI overlap nowhere", () => {
    const rules = ["allow prefix ", "deny exact aba{authid}bab"];
    expect(may(rules, "exact ababab", { authid: "." })).toEqual(DENIED);
    expect(may(rules, "exact abab", { authid: "." })).toEqual(ALLOWED);
    expect(
      may(["allow prefix ", "deny exact a.{authid}.b.{authid}.b"], "exact a.x.b.b", { authid: "." }),
    ).toEqual(ALLOWED);
    expect(
      may(["allow prefix ", "deny exact a.{authid}.b.{authid}.b"], "exact a.x.b.x.b", { authid: "." }),
    ).toEqual(DENIED);
  });

  test("S8 a name opens no wamp.* where the rule does not", () => {
    expect(may(["allow prefix {authid}."], "exact wamp.session.kill", { authid: "wamp" })).toEqual(DENIED);
    expect(may(["allow prefix {authid}"], "exact wamp.session.kill", { authid: "wamp" })).toEqual(DENIED);
    expect(may(["allow prefix w{authid}."], "exact wamp.session.kill", { authid: "amp" })).toEqual(DENIED);
    expect(may(["allow prefix {realm}."], "exact wamp.session.kill", { realm: "wamp" })).toEqual(DENIED);
    expect(may(["allow exact wamp.{authid}"], "exact wamp.x", { authid: "x" })).toEqual(ALLOWED);
    expect(may(["allow prefix dev.{authid}."], "exact dev.wamp.x", { authid: "wamp" })).toEqual(ALLOWED);
  });

  test("S8 a prefix that ends in a hole does not reach into longer names", () => {
    const asked = (wish: string) => may(["allow prefix dev.{authid}"], wish, { authid: "al" });
    expect(asked("exact dev.al")).toEqual(ALLOWED);
    expect(asked("exact dev.al.x")).toEqual(ALLOWED);
    expect(asked("exact dev.alice.x")).toEqual(DENIED);
    expect(asked("prefix dev.al.")).toEqual(ALLOWED);
    expect(asked("prefix dev.al")).toEqual(DENIED);
    expect(asked("wildcard dev.al.")).toEqual(ALLOWED);
    expect(asked("wildcard dev.al")).toEqual(ALLOWED);
    expect(asked("wildcard dev.")).toEqual(DENIED);
    expect(
      may(["allow prefix dev.", "deny prefix dev.{authid}"], "exact dev.alice", { authid: "al" }),
    ).toEqual(DENIED);
  });
});
