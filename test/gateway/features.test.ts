/**
 * Requirements section 16: WELCOME announces exactly what works. For each feature: that it is announced and does what it
 * says, and, where the configuration can switch it off, that it is then neither. The details are in the tests of each.
 */
import { expect, test } from "vitest";
import { Anonymous } from "../../src/auth/anonymous.ts";
import { announcement } from "../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "../../src/router/settings.ts";
import { ROLE_FEATURES } from "../../src/wamp/feature.ts";
import { Scene } from "../router/scene.ts";
import { type Client, ROLES, type Wire } from "./client.ts";
import { able } from "./mischief.ts";
import { SUBPROTOCOLS, TEXT, VIOLATED, WireRoom } from "./wire.ts";

const HISTORY = [{ uri: "com.kept", match: "exact" as const, limit: 10, octets: 1_000 }];
const TRUST = [{ uri: "com.", match: "prefix" as const, level: 3 }];
const FULL: Partial<RealmSettings> = { metaKill: true, history: HISTORY };

const BROKER = [
  "publisher_identification",
  "publisher_exclusion",
  "subscriber_blackwhite_listing",
  "pattern_based_subscription",
  "subscription_revocation",
  "event_history",
  "event_retention",
  "session_meta_api",
  "subscription_meta_api",
  "payload_passthru_mode",
];
const DEALER = [
  "progressive_call_results",
  "progressive_call_invocations",
  "call_canceling",
  "call_timeout",
  "caller_identification",
  "pattern_based_registration",
  "shared_registration",
  "registration_revocation",
  "session_meta_api",
  "registration_meta_api",
  "testament_meta_api",
  "payload_passthru_mode",
  "call_reroute",
];

interface Welcomed {
  readonly authrole: string;
  readonly roles: Readonly<Record<string, { readonly features: Readonly<Record<string, unknown>> }>>;
}

/** The details of the WELCOME that answers this HELLO. */
function hello(client: Client, details: Readonly<Record<string, unknown>> = ROLES): Welcomed {
  const [[code, , welcomed] = []] = client.say(1, "realm1", details).heard() as Wire[];
  expect(code).toBe(2);
  return welcomed as Welcomed;
}

/** The features of WELCOME by role, as a client hears them. */
function welcomed(realm: Partial<RealmSettings> = {}): Record<string, Record<string, unknown>> {
  const { roles } = hello(new WireRoom({ realm }).open());
  return Object.fromEntries(Object.entries(roles).map(([role, { features }]) => [role, features]));
}

const announces = (role: string, feature: string, settings: Partial<RealmSettings> = {}) =>
  expect(welcomed(settings)[role]?.[feature], `${role}.${feature}`).toBe(true);
const lacks = (role: string, feature: string, settings: Partial<RealmSettings> = {}) =>
  expect(Object.hasOwn(welcomed(settings)[role] ?? {}, feature), `${role}.${feature}`).toBe(false);

function room(realm: Partial<RealmSettings> = {}) {
  const made = new WireRoom({ realm });
  const say = (client: Client, ...wire: unknown[]) => {
    client.heard();
    return client.say(...wire).heard();
  };
  return { room: made, say };
}

const ANY = expect.any(Number);

test("FEA-01 publisher_identification: a publisher may be disclosed", () => {
  announces("broker", "publisher_identification");
  const { room: here } = room();
  const [alice, bob] = [here.join(), here.join().say(32, 1, {}, "com.x")];
  bob.heard();
  alice.say(16, 1, { disclose_me: true }, "com.x");
  const details = { publisher: 101, publisher_authid: "anonymous-2t", publisher_authrole: "anonymous" };
  expect(bob.heard()).toEqual([[36, 1, ANY, details]]);
});

test("FEA-02 publisher_exclusion: a publisher is left out unless it asks", () => {
  announces("broker", "publisher_exclusion");
  const { room: here, say } = room();
  const alice = here.join().say(32, 1, {}, "com.x");
  expect(say(alice, 16, 2, {}, "com.x")).toEqual([]);
  expect(say(alice, 16, 3, { exclude_me: false }, "com.x")).toEqual([[36, 1, ANY, {}]]);
});

test("FEA-03 subscriber_blackwhite_listing: a publisher chooses its receivers", () => {
  announces("broker", "subscriber_blackwhite_listing");
  const { room: here } = room();
  const [alice, bob, carol] = [here.join(), here.join(), here.join()];
  for (const each of [bob, carol]) each.say(32, 1, {}, "com.x").heard();
  alice.say(16, 1, { exclude: [bob.session] }, "com.x").say(16, 2, { eligible: [bob.session] }, "com.x", [2]);
  expect(carol.heard()).toEqual([[36, 1, ANY, {}]]);
  expect(bob.heard()).toEqual([[36, 1, ANY, {}, [2]]]);
});

test("FEA-04 pattern_based_subscription: prefix and wildcard match", () => {
  announces("broker", "pattern_based_subscription");
  const { room: here } = room();
  const alice = here
    .join()
    .say(32, 1, { match: "prefix" }, "com.")
    .say(32, 2, { match: "wildcard" }, "com..x");
  alice.heard();
  here.join().say(16, 1, {}, "com.a.x");
  expect(alice.heard()).toEqual([
    [36, 1, ANY, { topic: "com.a.x" }],
    [36, 2, ANY, { topic: "com.a.x" }],
  ]);
});

test("FEA-05 subscription_revocation: announced where it can happen", () => {
  announces("broker", "subscription_revocation", { metaKill: true });
  lacks("broker", "subscription_revocation");
  lacks("broker", "subscription_revocation", { metaKill: true, metaApi: false });
  const { room: here, say } = room({ metaKill: true });
  const revocable = { roles: { subscriber: { features: { subscription_revocation: true } } } };
  const bob = here.join("wamp.2.json", revocable).say(32, 1, {}, "com.x");
  bob.heard();
  const args = [1, bob.session];
  expect(say(here.join(), 48, 1, {}, "wamp.subscription.remove_subscriber", args)).toEqual([[50, 1, {}]]);
  expect(bob.heard()).toEqual([[35, 0, { subscription: 1 }]]);
});

test("FEA-06 event_history: announced where a topic has one", () => {
  announces("broker", "event_history", { history: HISTORY });
  lacks("broker", "event_history");
  const { room: here, say } = room({ history: HISTORY });
  const alice = here.join().say(16, 1, {}, "com.kept", [7]);
  expect(say(alice, 48, 2, {}, "wamp.subscription.get_events", [1])).toEqual([
    [50, 2, {}, [expect.objectContaining({ args: [7] })]],
  ]);
});

test("FEA-07 event_retention: a late subscriber gets the retained event", () => {
  announces("broker", "event_retention");
  const { room: here, say } = room();
  here.join().say(16, 1, { retain: true }, "com.x", [7]);
  expect(say(here.join(), 32, 1, { get_retained: true }, "com.x")).toEqual([
    [33, 1, 1],
    [36, 1, ANY, { retained: true }, [7]],
  ]);
});

test("FEA-08 publication_trustlevels: announced where the realm assigns them", () => {
  announces("broker", "publication_trustlevels", { publicationTrust: TRUST });
  lacks("broker", "publication_trustlevels", { callTrust: TRUST });
  const { room: here } = room({ publicationTrust: TRUST });
  const bob = here.join().say(32, 1, {}, "com.x");
  bob.heard();
  here.join().say(16, 1, {}, "com.x");
  expect(bob.heard()).toEqual([[36, 1, ANY, { trustlevel: 3 }]]);
});

test("FEA-09 session_meta_api: on both roles or on none", () => {
  for (const role of ["broker", "dealer"]) {
    announces(role, "session_meta_api");
    lacks(role, "session_meta_api", { metaApi: false });
  }
  const { room: here, say } = room();
  const alice = here.join().say(32, 1, {}, "wamp.session.on_leave");
  here.join().vanish();
  expect(alice.heard()).toEqual([
    [33, 1, 1],
    [36, 1, ANY, {}, [102, "anonymous-2u", "anonymous"]],
  ]);
  expect(say(alice, 48, 2, {}, "wamp.session.count")).toEqual([[50, 2, {}, [1]]]);
});

test("FEA-10 subscription_meta_api: its events and procedures are there", () => {
  announces("broker", "subscription_meta_api");
  const { room: here, say } = room();
  const alice = here.join().say(32, 1, {}, "wamp.subscription.on_subscribe");
  expect(say(alice, 32, 2, {}, "com.x")).toEqual([
    [33, 2, 2],
    [36, 1, ANY, {}, [101, 2]],
  ]);
  expect(say(alice, 48, 3, {}, "wamp.subscription.lookup", ["com.x"])).toEqual([[50, 3, {}, [2]]]);
});

test("FEA-11 payload_passthru_mode: on both roles, and its attributes arrive", () => {
  for (const role of ["broker", "dealer"]) announces(role, "payload_passthru_mode");
  const { room: here } = room();
  const ppt = { ppt_scheme: "x_mine", ppt_serializer: "cbor" };
  const everything = { features: { payload_passthru_mode: true } };
  const roles = { publisher: everything, subscriber: everything, caller: everything, callee: everything };
  const [alice, bob] = [here.join("wamp.2.json", { roles }), here.join("wamp.2.json", { roles })];
  bob.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").heard();
  alice.say(16, 1, ppt, "com.x", ["o"]).say(48, 2, ppt, "com.p", ["o"]);
  expect(bob.heard()).toEqual([
    [36, 1, ANY, ppt, ["o"]],
    [68, 1, 1, ppt, ["o"]],
  ]);
});

test("FEA-12 progressive_call_results: with call_canceling, and results come in pieces", () => {
  announces("dealer", "progressive_call_results");
  announces("dealer", "call_canceling");
  const { room: here } = room();
  const [alice, bob] = [here.join(), here.join("wamp.2.json", able("progressive_call_results"))];
  bob.say(64, 1, {}, "com.p").heard();
  alice.say(48, 1, { receive_progress: true }, "com.p");
  expect(bob.heard()).toEqual([[68, 1, 1, { receive_progress: true }]]);
  bob.say(70, 1, { progress: true }, [1]).say(70, 1, {}, [2]);
  expect(alice.heard()).toEqual([
    [50, 1, { progress: true }, [1]],
    [50, 1, {}, [2]],
  ]);
});

test("FEA-13 progressive_call_invocations: under this name only, and calls come in pieces", () => {
  announces("dealer", "progressive_call_invocations");
  lacks("dealer", "progressive_calls");
  const { room: here } = room();
  const features = able("progressive_call_invocations", "call_canceling");
  const [alice, bob] = [here.join("wamp.2.json", features), here.join("wamp.2.json", features)];
  bob.say(64, 1, {}, "com.p").heard();
  alice.say(48, 1, { progress: true }, "com.p", [1]).say(48, 1, {}, "com.p", [2]);
  expect(bob.heard()).toEqual([
    [68, 1, 1, { progress: true }, [1]],
    [68, 1, 1, {}, [2]],
  ]);
});

test.each(["call_canceling", "call_cancelling"])(
  "FEA-14 call_canceling: announced so, accepted as %s",
  (spelling) => {
    announces("dealer", "call_canceling");
    lacks("dealer", "call_cancelling");
    const { room: here } = room();
    const [alice, bob] = [here.join(), here.join("wamp.2.json", able(spelling))];
    bob.say(64, 1, {}, "com.p").heard();
    alice.say(48, 1, {}, "com.p").say(49, 1, {});
    expect(bob.heard()).toEqual([
      [68, 1, 1, {}],
      [69, 1, { mode: "killnowait" }],
    ]);
    expect(alice.heard()).toEqual([[8, 48, 1, {}, "wamp.error.canceled", [TEXT]]]);
  },
);

test("FEA-15 call_timeout: a call ends when its time is up", () => {
  announces("dealer", "call_timeout");
  const { room: here } = room();
  const [alice, bob] = [here.join(), here.join().say(64, 1, {}, "com.p")];
  bob.heard();
  alice.say(48, 1, { timeout: 50 }, "com.p");
  here.pass(50);
  expect(alice.heard()).toEqual([[8, 48, 1, {}, "wamp.error.timeout", [TEXT]]]);
});

test("FEA-16 caller_identification: a caller may be disclosed", () => {
  announces("dealer", "caller_identification");
  const { room: here } = room();
  const [alice, bob] = [here.join(), here.join().say(64, 1, {}, "com.p")];
  bob.heard();
  alice.say(48, 1, { disclose_me: true }, "com.p");
  const details = { caller: 101, caller_authid: "anonymous-2t", caller_authrole: "anonymous" };
  expect(bob.heard()).toEqual([[68, 1, 1, details]]);
});

test("FEA-17 call_trustlevels: announced where the realm assigns them", () => {
  announces("dealer", "call_trustlevels", { callTrust: TRUST });
  lacks("dealer", "call_trustlevels", { publicationTrust: TRUST });
  const { room: here } = room({ callTrust: TRUST });
  const bob = here.join().say(64, 1, {}, "com.p");
  bob.heard();
  here.join().say(48, 1, {}, "com.p");
  expect(bob.heard()).toEqual([[68, 1, 1, { trustlevel: 3 }]]);
});

test("FEA-18 pattern_based_registration: prefix and wildcard match", () => {
  announces("dealer", "pattern_based_registration");
  const { room: here } = room();
  const bob = here.join().say(64, 1, { match: "prefix" }, "com.").say(64, 2, { match: "wildcard" }, "org..p");
  bob.heard();
  here.join().say(48, 1, {}, "com.a").say(48, 2, {}, "org.a.p");
  expect(bob.heard()).toEqual([
    [68, 1, 1, { procedure: "com.a" }],
    [68, 2, 2, { procedure: "org.a.p" }],
  ]);
});

test("FEA-19 shared_registration: several callees serve one procedure", () => {
  announces("dealer", "shared_registration");
  const { room: here } = room();
  const callees = [here.join(), here.join()];
  for (const each of callees) each.say(64, 1, { invoke: "roundrobin" }, "com.p").heard();
  here.join().say(48, 1, {}, "com.p").say(48, 2, {}, "com.p");
  for (const each of callees) expect(each.heard()).toEqual([[68, 1, 1, {}]]);
});

test("FEA-20 registration_revocation: announced where it can happen", () => {
  announces("dealer", "registration_revocation", { metaKill: true });
  lacks("dealer", "registration_revocation");
  lacks("dealer", "registration_revocation", { metaKill: true, metaApi: false });
  const { room: here, say } = room({ metaKill: true });
  const bob = here.join("wamp.2.json", able("registration_revocation")).say(64, 1, {}, "com.p");
  bob.heard();
  const args = [1, bob.session];
  expect(say(here.join(), 48, 1, {}, "wamp.registration.remove_callee", args)).toEqual([[50, 1, {}]]);
  expect(bob.heard()).toEqual([[67, 0, { registration: 1 }]]);
});

test("FEA-21 registration_meta_api: its events and procedures are there", () => {
  announces("dealer", "registration_meta_api");
  const { room: here, say } = room();
  const alice = here.join().say(32, 1, {}, "wamp.registration.on_register");
  expect(say(alice, 64, 2, {}, "com.p")).toEqual([
    [65, 2, 1],
    [36, 1, ANY, {}, [101, 1]],
  ]);
  expect(say(alice, 48, 3, {}, "wamp.registration.match", ["com.p"])).toEqual([[50, 3, {}, [1]]]);
});

test("FEA-22 testament_meta_api: what a session leaves behind is published", () => {
  announces("dealer", "testament_meta_api");
  const { room: here } = room();
  const [alice, bob] = [here.join().say(32, 1, {}, "com.will"), here.join()];
  alice.heard();
  bob.say(48, 1, {}, "wamp.session.add_testament", ["com.will", ["gone"], {}]).vanish();
  expect(alice.heard()).toEqual([[36, 1, ANY, {}, ["gone"]]]);
});

test("FEA-23 call_reroute: a call that one callee refuses goes to the next", () => {
  announces("dealer", "call_reroute");
  const { room: here } = room();
  const callees = [1, 2].map(() => here.join("wamp.2.json", able("call_reroute")));
  for (const each of callees) each.say(64, 1, { invoke: "first" }, "com.p").heard();
  const alice = here.join().say(48, 1, {}, "com.p");
  callees[0]?.say(8, 68, 1, {}, "wamp.error.unavailable");
  callees[1]?.say(70, 1, {}, ["here"]);
  expect(alice.heard()).toEqual([[50, 1, {}, ["here"]]]);
});

/** Every way to set what changes the announcement. */
function* everySetting(): Generator<RealmSettings> {
  const flags = ["metaApi", "metaKill", "metaModify", "allowDisclose"] as const;
  for (let bits = 0; bits < 2 ** 7; bits++) {
    const on = (bit: number) => (bits & (1 << bit)) !== 0;
    yield {
      ...DEFAULT_REALM_SETTINGS,
      ...Object.fromEntries(flags.map((flag, bit) => [flag, on(bit)])),
      history: on(4) ? HISTORY : [],
      publicationTrust: on(5) ? TRUST : [],
      callTrust: on(6) ? TRUST : [],
    };
  }
}

test.each([
  ["FEA-24", "shareded_subscriptions"],
  ["FEA-24", "sharded_subscription"],
  ["FEA-24", "sharded_registration"],
  ["FEA-24", "reflection"],
  ["FEA-25", "x_acknowledged_event_delivery"],
  ["FEA-26", "payload_transparency"],
  ["FEA-26", "payload_encryption_cryptobox"],
])("%s %s is never announced", (_row, feature) => {
  for (const settings of everySetting()) {
    const { broker, dealer } = announcement(settings);
    expect([...broker, ...dealer]).not.toContain(feature);
  }
});

test("FEA-25 what would acknowledge an event is ignored", () => {
  const alice = new WireRoom().join().say(337, 7);
  expect(alice.heard()).toEqual([]);
  expect(alice.peer.closed).toBeUndefined();
});

test("FEA-26 a raw payload, which Autobahn would send if it were announced, is a violation", () => {
  const alice = new WireRoom().join().say(16, 1, { enc_algo: "cryptobox" }, "com.x", "raw");
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test.each(SUBPROTOCOLS)(
  "FEA-27 over %s every feature is a known one and exactly true, and there is no third role",
  (subprotocol) => {
    for (const realm of [{}, FULL, { metaApi: false, allowDisclose: false }]) {
      const { roles } = hello(new WireRoom({ realm }).open(subprotocol));
      expect(Object.keys(roles).toSorted()).toEqual(["broker", "dealer"]);
      for (const role of ["broker", "dealer"] as const) {
        expect(Object.keys(roles[role] ?? {})).toEqual(["features"]);
        for (const [feature, value] of Object.entries(roles[role]?.features ?? {})) {
          expect(ROLE_FEATURES[role]).toContain(feature);
          expect(value).toBe(true);
        }
      }
    }
  },
);

test("FEA-28 two sessions are announced the same, whoever they are", () => {
  const guest = {
    name: "guest",
    offered: () => true,
    challenge: () => ({ principal: { authid: "g", authrole: "guest", authprovider: "static" } }),
    verify: () => {
      throw new Error("a guest is not challenged");
    },
  };
  const here = new WireRoom({ methods: [new Anonymous("everybody"), guest], realm: FULL });
  const roles = [
    { ...ROLES, authmethods: ["guest"] },
    { ...ROLES, authmethods: ["anonymous"] },
    { roles: { caller: {} }, authmethods: ["guest"] },
  ].map((details) => hello(here.open(), details));
  expect(roles.map(({ authrole }) => authrole)).toEqual(["guest", "anonymous", "guest"]);
  expect(roles[1]?.roles).toEqual(roles[0]?.roles);
  expect(roles[2]?.roles).toEqual(roles[0]?.roles);
});

const NO_SUCH_PROCEDURE = [8, 48, 1, {}, "wamp.error.no_such_procedure", [TEXT]];

/** What is announced, and what is then there, for each thing that the configuration switches. */
const SWITCHES: readonly [
  name: string,
  off: Partial<RealmSettings>,
  on: Partial<RealmSettings>,
  features: readonly string[],
  works: (settings: Partial<RealmSettings>) => boolean,
][] = [
  [
    "metaApi",
    { metaApi: false },
    {},
    [
      ...["broker.session_meta_api", "broker.subscription_meta_api"],
      ...["dealer.session_meta_api", "dealer.registration_meta_api"],
    ],
    (settings) => {
      const scene = new Scene(settings).join("alice");
      scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
      scene.join("bob");
      const told = scene.heard("alice").length > 1;
      const answered = ["wamp.session.count", "wamp.registration.list", "wamp.subscription.list"].map(
        (procedure) => scene.send("alice", 48, 1, {}, procedure).alice?.[0]?.[0] === 50,
      );
      expect(new Set([told, ...answered]).size).toBe(1);
      return told;
    },
  ],
  [
    "metaKill",
    { metaKill: false },
    { metaKill: true },
    ["broker.subscription_revocation", "dealer.registration_revocation"],
    (settings) => {
      const scene = new Scene(settings).join("alice", "bob");
      scene.send("bob", 32, 1, {}, "com.x");
      scene.send("bob", 64, 2, {}, "com.p");
      const answers = [
        ["wamp.subscription.remove_subscriber", 1, 102],
        ["wamp.registration.remove_callee", 1, 102],
        ["wamp.session.kill", 102],
      ].map(([procedure, ...args]) => scene.send("alice", 48, 1, {}, procedure, args).alice?.[0]);
      if (answers[0]?.[0] !== 50) for (const each of answers) expect(each).toEqual(NO_SUCH_PROCEDURE);
      return answers.every((each) => each?.[0] === 50);
    },
  ],
  [
    "history",
    { history: [] },
    { history: HISTORY },
    ["broker.event_history"],
    (settings) => {
      const scene = new Scene(settings).join("alice");
      scene.send("alice", 16, 1, {}, "com.kept");
      const [answer] = scene.send("alice", 48, 1, {}, "wamp.subscription.get_events", [1]).alice ?? [];
      if (answer?.[0] !== 50) expect(answer).toEqual(NO_SUCH_PROCEDURE);
      return answer?.[0] === 50;
    },
  ],
  [
    "allowDisclose",
    { allowDisclose: false },
    {},
    ["broker.publisher_identification", "dealer.caller_identification"],
    (settings) => {
      const scene = new Scene(settings).join("alice", "bob");
      scene.send("bob", 32, 1, {}, "com.x");
      scene.send("bob", 64, 2, {}, "com.p");
      const published = scene.send("alice", 16, 1, { disclose_me: true }, "com.x").bob !== undefined;
      const called = scene.send("alice", 48, 1, { disclose_me: true }, "com.p").bob !== undefined;
      expect(called).toBe(published);
      return published;
    },
  ],
  [
    "publicationTrust",
    { publicationTrust: [] },
    { publicationTrust: TRUST },
    ["broker.publication_trustlevels"],
    (settings) => {
      const scene = new Scene(settings).join("alice", "bob");
      scene.send("bob", 32, 1, {}, "com.x");
      return JSON.stringify(scene.send("alice", 16, 1, {}, "com.x")).includes("trustlevel");
    },
  ],
  [
    "callTrust",
    { callTrust: [] },
    { callTrust: TRUST },
    ["dealer.call_trustlevels"],
    (settings) => {
      const scene = new Scene(settings).join("alice", "bob");
      scene.send("bob", 64, 1, {}, "com.p");
      return JSON.stringify(scene.send("alice", 48, 1, {}, "com.p")).includes("trustlevel");
    },
  ],
];

test.each(SWITCHES)(
  "FEA-29 %s switches what is announced and what works together, and nothing else that is announced",
  (_name, off, on, features, works) => {
    const flat = (settings: Partial<RealmSettings>) =>
      Object.entries(welcomed(settings))
        .flatMap(([role, all]) => Object.keys(all).map((feature) => `${role}.${feature}`))
        .toSorted();
    expect(flat(on)).toEqual([...flat(off), ...features].toSorted());
    expect([works(off), works(on)]).toEqual([false, true]);
  },
);

test("FEA-29 a realm where all that can be is switched off announces what remains", () => {
  const { broker, dealer } = welcomed({ metaApi: false, metaKill: true, allowDisclose: false });
  expect(Object.keys(broker ?? {}).toSorted()).toEqual(
    [
      ...["publisher_exclusion", "subscriber_blackwhite_listing", "pattern_based_subscription"],
      ...["event_retention", "payload_passthru_mode"],
    ].toSorted(),
  );
  expect(Object.keys(dealer ?? {}).toSorted()).toEqual(
    [
      ...["progressive_call_results", "progressive_call_invocations", "call_canceling", "call_timeout"],
      ...["pattern_based_registration", "shared_registration", "testament_meta_api"],
      ...["payload_passthru_mode", "call_reroute"],
    ].toSorted(),
  );
});

test("FEA-30 with everything configured the announcement is full; trust levels only where there are some", () => {
  const full = (features: readonly string[]) => Object.fromEntries(features.map((each) => [each, true]));
  expect(welcomed(FULL)).toEqual({ broker: full(BROKER), dealer: full(DEALER) });
  expect(welcomed({ ...FULL, publicationTrust: TRUST, callTrust: TRUST })).toEqual({
    broker: full([...BROKER, "publication_trustlevels"]),
    dealer: full([...DEALER, "call_trustlevels"]),
  });
});
