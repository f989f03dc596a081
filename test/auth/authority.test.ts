/** Scopes, authorizers, what is remembered, and which rule is said to decide. */
import { describe, expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import type { Decision, PermissionRule, Permit, Subject, Wish } from "../../src/auth/permission.ts";

const DENIED: Permit = { allow: false, disclose: false, exceptions: false };
const ALLOWED: Permit = { allow: true, disclose: false, exceptions: false };
const PARTLY: Permit = { allow: true, disclose: false, exceptions: true };
const ALL = { call: true, register: true, publish: true, subscribe: true };
const NONE = { call: false, register: false, publish: false, subscribe: false };

function rule(uri: string, given: Partial<PermissionRule> = {}): PermissionRule {
  return {
    uri,
    match: "prefix",
    allow: ALL,
    disclose: { caller: false, publisher: false },
    cache: true,
    ...given,
  };
}

function authority(permissions: readonly PermissionRule[], authorizer?: string, now = () => 0): Authority {
  const role = { name: "device", permissions, ...(authorizer === undefined ? {} : { authorizer }) };
  return new Authority({ realm: "realm1", roles: [role], now });
}

function session(given: Partial<Subject> = {}): Subject {
  return { authid: "alice", authrole: "device", ...given };
}

describe("a scope", () => {
  test("S8 narrows the role: both must allow", () => {
    const realm = authority([rule("com.")]);
    const who = session({ scope: [rule("com.a."), rule("org.")] });
    expect(realm.may(who, "call", "com.a.x", "exact")).toEqual(ALLOWED);
    expect(realm.may(who, "call", "com.b.x", "exact")).toEqual(DENIED);
    expect(realm.may(who, "call", "org.x", "exact")).toEqual(DENIED);
    expect(realm.may(who, "subscribe", "com.a.", "prefix")).toEqual(ALLOWED);
    expect(realm.may(who, "subscribe", "com.", "prefix")).toEqual(DENIED);
  });

  test("S8 narrows a role that may everything, and an empty one leaves nothing", () => {
    const realm = authority([rule("")]);
    expect(realm.may(session({ scope: [] }), "call", "com.x", "exact")).toEqual(DENIED);
    expect(realm.may(session({ scope: [rule("com.")] }), "call", "com.x", "exact")).toEqual(ALLOWED);
    expect(realm.may(session({ scope: [rule("com.")] }), "call", "org.x", "exact")).toEqual(DENIED);
    expect(realm.may(session(), "call", "org.x", "exact")).toEqual(ALLOWED);
  });

  test("S8 has holes of its own", () => {
    const realm = authority([rule("")]);
    const scope = [rule("dev.{authid}.")];
    expect(realm.may(session({ scope }), "call", "dev.alice.x", "exact")).toEqual(ALLOWED);
    expect(realm.may(session({ scope, authid: "bob" }), "call", "dev.alice.x", "exact")).toEqual(DENIED);
    expect(realm.may(session({ scope, authid: "alice.x" }), "call", "dev.alice.x.y", "exact")).toEqual(
      DENIED,
    );
  });

  test("AZN-09 its exceptions count as those of the role do", () => {
    const realm = authority([rule("com.")]);
    const scope = [rule("com."), rule("com.a.secret", { match: "exact", allow: NONE })];
    expect(realm.may(session({ scope }), "subscribe", "com.a.", "prefix")).toEqual(PARTLY);
    expect(realm.may(session({ scope }), "subscribe", "com.b.", "prefix")).toEqual(ALLOWED);
  });

  test("CID-05 it discloses nobody: only the role's rule does", () => {
    const disclose = { caller: true, publisher: true };
    const scope = [rule("com.", { disclose })];
    expect(authority([rule("")]).may(session({ scope }), "call", "com.x", "exact")).toEqual(ALLOWED);
  });
});

describe("an authorizer", () => {
  const ONCE: Decision = { allow: true, disclose: false, cache: false };
  const LASTING: Decision = { ...ONCE, cache: true };
  const wish: Wish = { action: "call", uri: "com.x", match: "exact" };
  const asks = (realm: Authority, who: Subject, { action, uri, match }: Wish = wish) =>
    realm.may(who, action, uri, match);

  test("AZN-11 is asked where no rule of the role decides, and only there", () => {
    const realm = authority([rule("com.a."), rule("com.b.", { allow: NONE })], "com.authorize");
    const who = session();
    expect(realm.may(who, "call", "com.a.x", "exact")).toEqual(ALLOWED);
    expect(realm.may(who, "call", "com.b.x", "exact")).toEqual(DENIED);
    expect(realm.may(who, "call", "com.c.x", "exact")).toBe("ask");
    expect(realm.may(who, "subscribe", "com.a.b", "prefix")).toEqual(ALLOWED);
    expect(realm.may(who, "subscribe", "com.", "prefix")).toBe("ask");
    expect(realm.authorizer(who)).toBe("com.authorize");
    expect(realm.authorizer(session({ authrole: "nobody" }))).toBeUndefined();
    expect(realm.may(session({ authrole: "nobody" }), "call", "com.c.x", "exact")).toEqual(DENIED);
  });

  test("AZN-11 is not asked for what the scope does not allow", () => {
    const realm = authority([], "com.authorize");
    expect(asks(realm, session({ scope: [rule("org.")] }))).toEqual(DENIED);
    expect(asks(realm, session({ scope: [rule("com.")] }))).toBe("ask");
  });

  test("AZN-11 what may not be remembered is used once", () => {
    const realm = authority([], "com.authorize");
    const who = session();
    realm.remember(who, wish, { decision: ONCE, ttl: 60_000 });
    expect(asks(realm, who)).toEqual(ALLOWED);
    expect(asks(realm, who)).toBe("ask");
    realm.remember(who, wish, { decision: { ...ONCE, allow: false }, ttl: 60_000 });
    expect(asks(realm, who)).toEqual(DENIED);
    expect(asks(realm, who)).toBe("ask");
  });

  test("AZN-11 what may be remembered holds for its time", () => {
    let now = 1_000;
    const realm = authority([], "com.authorize", () => now);
    const who = session();
    realm.remember(who, wish, { decision: LASTING, ttl: 5_000 });
    now = 5_999;
    expect(asks(realm, who)).toEqual(ALLOWED);
    expect(asks(realm, who)).toEqual(ALLOWED);
    now = 6_000;
    expect(asks(realm, who)).toBe("ask");
    now = 5_000;
    expect(asks(realm, who)).toBe("ask");
  });

  test("AZN-11 what holds for no time is used once, so that asking comes to an end", () => {
    let now = 1_000;
    const realm = authority([], "com.authorize", () => now);
    const who = session();
    for (const ttl of [0, -1, 1]) {
      realm.remember(who, wish, { decision: LASTING, ttl });
      now += 5;
      expect(asks(realm, who)).toEqual(ALLOWED);
      expect(asks(realm, who)).toBe("ask");
    }
  });

  test("AZN-11 what nobody used in ten seconds is used no more", () => {
    let now = 1_000;
    const realm = authority([], "com.authorize", () => now);
    realm.remember(session(), wish, { decision: ONCE, ttl: 60_000 });
    const who = session();
    realm.remember(who, wish, { decision: ONCE, ttl: 60_000 });
    now = 11_000;
    expect(realm.explain(who, "call", "com.x", "exact").allow).toBe("ask");
    expect(asks(realm, who)).toBe("ask");
  });

  test("AZN-12 what was said is of this session, action, URI and match policy", () => {
    const realm = authority([], "com.authorize");
    const who = session();
    realm.remember(who, wish, { decision: LASTING, ttl: 60_000 });
    expect(asks(realm, session())).toBe("ask");
    expect(asks(realm, who, { ...wish, action: "publish" })).toBe("ask");
    expect(asks(realm, who, { ...wish, uri: "com.y" })).toBe("ask");
    expect(asks(realm, who, { ...wish, match: "prefix" })).toBe("ask");
    expect(asks(realm, who)).toEqual(ALLOWED);
  });

  test("AZN-12 is forgotten for one session or for all", () => {
    const realm = authority([], "com.authorize");
    const [alice, bob, carol] = [session(), session(), session()];
    for (const who of [alice, bob, carol]) realm.remember(who, wish, { decision: LASTING, ttl: 60_000 });
    realm.purge(alice);
    expect([alice, bob, carol].map((who) => asks(realm, who))).toEqual(["ask", ALLOWED, ALLOWED]);
    realm.purge();
    expect([alice, bob, carol].map((who) => asks(realm, who))).toEqual(["ask", "ask", "ask"]);
  });

  test("AZN-11 a pattern that it allows keeps the exceptions of the rules and the scope", () => {
    const realm = authority([rule("com.secret", { allow: NONE })], "com.authorize");
    const topics: Wish = { action: "subscribe", uri: "com.", match: "prefix" };
    const others: Wish = { ...topics, uri: "org." };
    const who = session();
    const narrow = session({ scope: [rule(""), rule("org.secret", { allow: NONE })] });
    for (const [whom, asked, expected] of [
      [who, topics, PARTLY],
      [who, others, ALLOWED],
      [narrow, others, PARTLY],
    ] as const) {
      realm.remember(whom, asked, { decision: ONCE, ttl: 0 });
      expect(asks(realm, whom, asked)).toEqual(expected);
    }
    realm.remember(who, topics, { decision: { ...ONCE, allow: false }, ttl: 0 });
    expect(asks(realm, who, topics)).toEqual(DENIED);
  });

  test("CID-05 PID-03 it may disclose callers and publishers", () => {
    const realm = authority([], "com.authorize");
    const who = session();
    const given = (["call", "register", "publish", "subscribe"] as const).map((action) => {
      realm.remember(who, { ...wish, action }, { decision: { ...ONCE, disclose: true }, ttl: 0 });
      return asks(realm, who, { ...wish, action });
    });
    expect(given).toEqual([{ ...ALLOWED, disclose: true }, ALLOWED, { ...ALLOWED, disclose: true }, ALLOWED]);
  });

  test("S13 decisions are bounded for each session and together, and the newest is there", () => {
    const realm = authority([], "com.authorize");
    const first = session();
    for (let n = 0; n <= 128; n++) {
      realm.remember(first, { ...wish, uri: `com.n${n}` }, { decision: LASTING, ttl: 60_000 });
    }
    expect(asks(realm, first, { ...wish, uri: "com.n128" })).toEqual(ALLOWED);
    expect(asks(realm, first, { ...wish, uri: "com.n0" })).toBe("ask");
    // One has been used up to here; the bound is of all that are there.
    for (let n = 1; n < 8_192; n++) realm.remember(session(), wish, { decision: LASTING, ttl: 60_000 });
    expect(asks(realm, first, { ...wish, uri: "com.n128" })).toEqual(ALLOWED);
    realm.remember(session(), wish, { decision: LASTING, ttl: 60_000 });
    expect(asks(realm, first, { ...wish, uri: "com.n128" })).toBe("ask");
  });

  test("S13 what was used up or forgotten makes room", () => {
    const realm = authority([], "com.authorize");
    const first = session();
    realm.remember(first, wish, { decision: LASTING, ttl: 60_000 });
    for (let n = 0; n < 20_000; n++) {
      const who = session();
      realm.remember(who, wish, { decision: n % 2 ? LASTING : ONCE, ttl: 60_000 });
      realm.remember(who, wish, { decision: n % 2 ? LASTING : ONCE, ttl: 60_000 });
      if (n % 2) realm.purge(who);
      else asks(realm, who);
    }
    expect(asks(realm, first)).toEqual(ALLOWED);
  });
});

describe("what is remembered", () => {
  test("AZN-10 decisions about URIs are, those about patterns and of rules without cache are not", () => {
    const realm = authority([rule("com."), rule("org.", { cache: false })]);
    const who = session();
    for (let again = 0; again < 2; again++) {
      realm.may(who, "call", "com.x", "exact");
      realm.may(who, "publish", "com.x", "exact");
      realm.may(who, "call", "net.x", "exact");
      realm.may(who, "call", "org.x", "exact");
      realm.may(who, "subscribe", "com.", "prefix");
      realm.may(who, "subscribe", "com.", "wildcard");
      expect(realm.remembered).toBe(3);
    }
    realm.may(session({ scope: [rule("com.", { cache: false })] }), "call", "com.x", "exact");
    expect(realm.remembered).toBe(3);
    realm.may(session({ scope: [rule("com.")] }), "call", "com.x", "exact");
    expect(realm.remembered).toBe(4);
  });

  test("AZN-09 what is remembered of a URI is not said of a pattern of the same text", () => {
    const realm = authority([rule("com.x", { match: "exact" }), rule("com.x.y")]);
    expect(realm.may(session(), "subscribe", "com.x", "exact")).toEqual(ALLOWED);
    expect(realm.may(session(), "subscribe", "com.x", "prefix")).toEqual(DENIED);
    expect(realm.may(session(), "subscribe", "com.x.y", "prefix")).toEqual(ALLOWED);
  });

  test("AZN-10 is shared by a role whose rules name nobody, and by nobody else", () => {
    const shared = authority([rule("com.")]);
    const own = authority([rule("dev.{authid}.")]);
    for (const authid of ["alice", "bob"]) {
      for (const each of [shared, own]) each.may(session({ authid }), "call", "com.x", "exact");
    }
    expect([shared.remembered, own.remembered]).toEqual([1, 2]);
    const [alice, bob] = [session(), session({ authid: "bob" })];
    for (let again = 0; again < 2; again++) {
      expect(own.may(alice, "call", "dev.alice.x", "exact")).toEqual(ALLOWED);
      expect(own.may(bob, "call", "dev.alice.x", "exact")).toEqual(DENIED);
    }
  });

  test("S13 is bounded for each session, each role and together, and decisions stay the same", () => {
    const shared = authority([rule("com.")]);
    const own = authority([rule("com."), rule("dev.{authid}.")]);
    const who = session();
    const seen = { shared: 0, own: 0, together: 0, least: 0 };
    for (let n = 0; n < 10_000; n++) {
      expect(shared.may(who, "call", `com.n${n}`, "exact")).toEqual(ALLOWED);
      expect(own.may(who, "call", `com.n${n}`, "exact")).toEqual(ALLOWED);
      seen.shared = Math.max(seen.shared, shared.remembered);
      seen.own = Math.max(seen.own, own.remembered);
    }
    const many = Array.from({ length: 50 }, () => session());
    for (let n = 0; n < 1_000; n++) {
      for (const each of many) {
        own.may(each, "call", `com.n${n}`, "exact");
        seen.together = Math.max(seen.together, own.remembered);
        seen.least = Math.min(seen.least, own.remembered);
      }
    }
    expect(seen).toEqual({ shared: 4_096, own: 512, together: 16_384, least: 0 });
  });
});

describe("an explanation", () => {
  const NO_RULE = { exceptions: [], role: "device" };

  test("AZN-10 names the rule that decides", () => {
    const permissions = [rule("com."), rule("com.x", { match: "exact", allow: NONE })];
    expect(authority(permissions).explain(session(), "call", "com.x", "exact")).toEqual({
      allow: false,
      why: 'role device: permissions[1] (exact "com.x") denies call',
      role: "device",
      rule: { of: "role", index: 1, rule: permissions[1] },
      exceptions: [],
    });
    expect(authority(permissions).explain(session(), "subscribe", "com.", "prefix")).toEqual({
      allow: true,
      why: 'role device: permissions[0] (prefix "com.") allows subscribe; but not all of the pattern: permissions[1] may deny some of it',
      role: "device",
      rule: { of: "role", index: 0, rule: permissions[0] },
      exceptions: [{ of: "role", index: 1, rule: permissions[1] }],
    });
  });

  test("AZN-10 says where no rule decides", () => {
    const realm = authority([rule("com.a")]);
    expect(realm.explain(session(), "call", "com.x", "exact")).toEqual({
      ...NO_RULE,
      allow: false,
      why: "role device: no rule matches, so it is denied",
    });
    expect(realm.explain(session(), "subscribe", "com.", "prefix")).toEqual({
      ...NO_RULE,
      allow: false,
      why: "role device: no rule covers the whole pattern, so it is denied",
    });
    expect(realm.explain(session({ authrole: "x" }), "call", "com.x", "exact")).toEqual({
      allow: false,
      why: "the realm has no role x",
      role: "x",
      exceptions: [],
    });
  });

  test("S8 names the rule of the scope, and its exceptions", () => {
    const permissions = [rule("com.")];
    const scope = [rule("com.a."), rule("com.a.x", { match: "exact", allow: NONE })];
    const who = session({ scope });
    const realm = authority(permissions);
    const mine = { of: "role", index: 0, rule: permissions[0] };
    expect(realm.explain(who, "subscribe", "com.a.", "prefix")).toEqual({
      allow: true,
      why: `role device: permissions[0] (prefix "com.") allows subscribe; the session's scope: permissions[0] (prefix "com.a.") allows subscribe; but not all of the pattern: the scope's permissions[1] may deny some of it`,
      role: "device",
      rule: mine,
      scope: { of: "scope", index: 0, rule: scope[0] },
      exceptions: [{ of: "scope", index: 1, rule: scope[1] }],
    });
    expect(realm.explain(who, "call", "com.b", "exact")).toEqual({
      allow: false,
      why: `role device: permissions[0] (prefix "com.") allows call; the session's scope: no rule matches, so it is denied`,
      role: "device",
      rule: mine,
      exceptions: [],
    });
  });

  test("AZN-11 says what the authorizer said, without using it up", () => {
    const realm = authority([], "com.authorize");
    const who = session();
    const explain = () => realm.explain(who, "call", "com.x", "exact");
    const before = "role device: no rule matches; the authorizer com.authorize";
    expect(explain()).toEqual({ ...NO_RULE, allow: "ask", why: `${before} has to be asked` });
    for (const [allow, word] of [
      [true, "allowed"],
      [false, "denied"],
    ] as const) {
      const decision = { allow, disclose: false, cache: false };
      realm.remember(who, { action: "call", uri: "com.x", match: "exact" }, { decision, ttl: 0 });
      expect(explain()).toEqual({ ...NO_RULE, allow, why: `${before} ${word} it to this session` });
      expect(explain().allow).toBe(allow);
      expect(realm.may(who, "call", "com.x", "exact")).toEqual(allow ? ALLOWED : DENIED);
      expect(explain().allow).toBe("ask");
    }
  });

  test("S8 says why rules with holes do not open", () => {
    const realm = authority([rule("dev.{authid}.")]);
    const { allow, why } = realm.explain(session({ authid: "a.b" }), "call", "dev.a.b.x", "exact");
    expect({ allow, why }).toEqual({
      allow: false,
      why: "role device: no rule matches, so it is denied; holes that the session's names do not fit open nothing: permissions[0]",
    });
  });
});

test("RULE-03 two roles of the same name are refused", () => {
  const role = { name: "device", permissions: [] };
  expect(() => new Authority({ realm: "realm1", roles: [role, role], now: () => 0 })).toThrow(
    "the realm realm1 has two roles device: give each name once",
  );
});
