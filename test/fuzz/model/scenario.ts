/** Random scenarios: few names, so that what one does meets what another did. */
import fc from "fast-check";
import { type Command, type PublishWith, type Saying, SUBPROTOCOLS } from "./command.ts";
import { POLICIES, PRINCIPALS, ROLES, type Settings } from "./premises.ts";
import type { Invoke, Match } from "./world.ts";

export interface Scenario {
  readonly settings: Settings;
  readonly commands: readonly Command[];
}

/** Fewer still: a call is to find somebody. */
const PROCEDURES = ["com.a", "com.a", "com.a.b", "com.ab", "com.secret"];
export const URIS = ["com.a", "com.a.b", "com.a.b.c", "com.ab", "com.b", "com.secret", "org.a"];
const ODD = ["com..a", "com.a.", "com.a b", "wamp.x", ""];
const META = [
  "wamp.session.on_join",
  "wamp.session.on_leave",
  "wamp.subscription.on_create",
  "wamp.subscription.on_subscribe",
  "wamp.subscription.on_unsubscribe",
  "wamp.subscription.on_delete",
  "wamp.registration.on_create",
  "wamp.registration.on_register",
  "wamp.registration.on_unregister",
  "wamp.registration.on_delete",
];
const PATTERNS: Readonly<Record<Match, readonly string[]>> = {
  exact: URIS,
  prefix: ["", "c", "com.", "com.a", "com.a.", "com.a.b", "org", "wamp.session."],
  wildcard: ["com.", ".a", "com..b", "com.a.", "..", "com..b.c", "com.a..c", "", "wamp..on_leave", "wamp.."],
};
export const FEATURES = [
  "call_canceling",
  "call_timeout",
  "progressive_call_results",
  "progressive_call_invocations",
  "call_reroute",
  "subscription_revocation",
  "registration_revocation",
];
export const LOOKS = [
  ...["count", "list", "get", "nothing"].map((name) => `wamp.session.${name}`),
  ...["list", "lookup", "match", "get", "list_callees", "count_callees"].map(
    (name) => `wamp.registration.${name}`,
  ),
  ...["list", "lookup", "match", "get", "list_subscribers", "count_subscribers"].map(
    (name) => `wamp.subscription.${name}`,
  ),
];
const NAMES = [...Object.keys(PRINCIPALS), "anonymous"];

const nth = fc.nat({ max: 11 });
const oneOf = <const T>(...values: readonly T[]) => fc.constantFrom(...values);
const some = <const T>(...values: readonly T[]) => fc.subarray([...values]);
const often = <const T>(value: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: oneOf(...others) });

const procedure = fc.oneof(
  { weight: 9, arbitrary: oneOf(...PROCEDURES) },
  { weight: 1, arbitrary: oneOf(...URIS, ...ODD) },
);
const uri = fc.oneof({ weight: 30, arbitrary: oneOf(...URIS) }, { weight: 1, arbitrary: oneOf(...ODD) });
const pattern = (...exact: readonly string[]) =>
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ match: fc.constant<Match>("exact"), uri: oneOf(...exact) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ match: fc.constant<Match>("prefix"), uri: oneOf(...PATTERNS.prefix) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ match: fc.constant<Match>("wildcard"), uri: oneOf(...PATTERNS.wildcard) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ match: oneOf<Match>("exact", "prefix", "wildcard"), uri: oneOf(...ODD) }),
    },
  );

const lists = fc.record(
  {
    exclude: fc.uniqueArray(nth, { maxLength: 2 }),
    eligible: fc.uniqueArray(nth, { maxLength: 4 }),
    exclude_authid: some(...NAMES),
    eligible_authid: some(...NAMES),
    exclude_authrole: some(...ROLES),
    eligible_authrole: some(...ROLES),
  },
  { requiredKeys: [] },
);
const publishWith: fc.Arbitrary<PublishWith> = fc
  .tuple(
    some("acknowledge", "disclose_me", "retain", "include_me"),
    fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: lists }),
  )
  .map(([asks, named]) => ({ asks, ...named }));

const is = <const D extends string>(name: D) => fc.constant(name);
const scope = oneOf("none" as const, "destroyed" as const, "detached" as const);
const timeout = oneOf(0, 0, 0, 1, 500, 4_000, 5_000, 60_000);

const pubsub = [
  fc.record({ who: nth, pattern: pattern(...URIS, ...META), retained: fc.boolean() }).map(
    ({ who, pattern: { uri: topic, match }, retained }): Saying => ({
      do: "subscribe",
      who,
      topic,
      match,
      retained,
    }),
  ),
  fc.record({ do: is("publish"), who: nth, topic: uri, with: publishWith }),
];
const calls = [
  fc.record({
    do: is("call"),
    who: nth,
    procedure,
    asks: some("receive_progress", "disclose_me", "progress"),
    timeout,
  }),
  fc.record({ do: is("yield"), which: nth, progress: fc.boolean() }),
];
/** Mostly the same policy for the same procedure: who wants another is refused (SHR-03). */
const USUAL: Readonly<Record<string, Invoke>> = {
  "com.a": "roundrobin",
  "com.ab": "random",
  "com.a.b": "last",
  "com.": "roundrobin",
  c: "first",
};
const registering = fc
  .record({
    who: nth,
    pattern: pattern(...PROCEDURES),
    unusual: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: oneOf<Invoke>("single", "roundrobin", "random", "first", "last") },
    ),
    asks: some("disclose_caller", "forward_timeout"),
  })
  .map(({ who, pattern: { uri, match }, unusual, asks }): Saying => {
    const invoke = unusual ?? USUAL[uri] ?? "single";
    return { do: "register", who, procedure: uri, match, invoke, asks };
  });
const seldom = [
  fc.record({ do: is("unsubscribe"), who: nth, which: nth, own: often(true, false) }),
  fc.record({ do: is("unregister"), who: nth, which: nth, own: often(true, false) }),
  fc.record({ do: is("chunk"), which: nth, last: fc.boolean(), strays: often(false, true) }),
  fc.record({ do: is("fail"), which: nth, unavailable: fc.boolean() }),
  fc.record({ do: is("cancel"), which: nth, mode: oneOf("skip", "kill", "killnowait", "none") }),
  fc.record({ do: is("testament"), who: nth, topic: uri, scope, with: publishWith }),
  fc.record({ do: is("look"), who: nth, procedure: oneOf(...LOOKS), which: nth, uri }),
];
const rarely = [
  fc.record({ do: is("late"), who: nth, how: oneOf("yield", "error", "cancel", "chunk") }),
  fc.record({ do: is("flush"), who: nth, scope }),
  fc.record({
    do: is("kill"),
    who: nth,
    how: oneOf("one", "one", "authid", "authrole", "all"),
    which: nth,
    reason: oneOf(undefined, "com.reason", "no uri"),
  }),
  fc.record({
    do: is("take"),
    who: nth,
    what: oneOf("subscription", "registration"),
    which: nth,
    whose: nth,
  }),
  fc.record({ do: is("rename"), who: nth, which: nth, as: oneOf("user", "guest", "device", "alice", "bob") }),
];

const weighed = <T>(weight: number, all: readonly fc.Arbitrary<T>[]) =>
  all.map((arbitrary) => ({ weight, arbitrary }));

const saying: fc.Arbitrary<Saying> = fc.oneof(
  ...weighed<Saying>(24, pubsub),
  ...weighed<Saying>(40, calls),
  ...weighed<Saying>(40, [registering]),
  ...weighed<Saying>(8, seldom),
  ...weighed<Saying>(1, rarely),
);

const joining = fc.record({
  do: is("join"),
  as: oneOf(...NAMES),
  over: oneOf(...SUBPROTOCOLS),
  announces: fc.oneof({ withCrossShrink: true }, fc.constant([]), fc.constant(FEATURES), some(...FEATURES)),
});
const ending = [
  fc.record({ do: is("goodbye"), who: nth, next: oneOf("nothing", "join", "close") }),
  fc.record({ do: is("abort"), who: nth }),
  fc.record({ do: is("drop"), who: nth }),
  fc.record({ do: is("part"), who: nth }),
  fc.record({ do: is("violate"), who: nth, how: oneOf("hello", "yield", "event", "again") }),
];

const vanishing = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  { weight: 2, arbitrary: nth.map((one) => [one]) },
  { weight: 1, arbitrary: fc.uniqueArray(nth, { maxLength: 4 }) },
);
const milliseconds = oneOf(0, 1, 499, 500, 1_000, 4_999, 5_000, 60_000);

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 150, arbitrary: saying },
  { weight: 7, arbitrary: joining },
  {
    weight: 10,
    arbitrary: fc.record({
      do: is("together"),
      who: nth,
      say: fc.array(saying, { minLength: 1, maxLength: 4 }),
    }),
  },
  ...weighed<Command>(1, ending),
  { weight: 6, arbitrary: fc.record({ do: is("pass"), milliseconds }) },
  { weight: 6, arbitrary: fc.record({ do: is("sleep"), vanish: vanishing }) },
  { weight: 2, arbitrary: fc.record({ do: is("revoke"), policy: fc.nat({ max: POLICIES.length - 1 }) }) },
);

export const scenario: fc.Arbitrary<Scenario> = fc.record({
  settings: fc.record({ allowDisclose: often(true, false), progressiveResults: oneOf("compat", "strict") }),
  commands: fc
    .tuple(
      fc.array(joining, { minLength: 2, maxLength: 4, size: "max" }),
      fc.array(command, { maxLength: 196, size: "max" }),
    )
    .map(([first, then]): readonly Command[] => [...first, ...then]),
});
