/** Requirements section 11.1, and what other sections say of the router's own procedures and events. */
import { expect, test } from "vitest";
import { announcement } from "../../../src/router/announcement.ts";
import { DEFAULT_REALM_SETTINGS } from "../../../src/router/settings.ts";
import { failed } from "../answers.ts";
import { Scene } from "../scene.ts";
import { ask, CREATED, INVALID_ARGUMENT, NO_SUCH_PROCEDURE, refused, result, told } from "./ask.ts";

const SESSION = ["count", "list", "get"].map((name) => `wamp.session.${name}`);
const KILL = ["kill", "kill_by_authid", "kill_by_authrole", "kill_all"].map((name) => `wamp.session.${name}`);
const REGISTRATION = ["list", "lookup", "match", "get", "list_callees", "count_callees"].map(
  (name) => `wamp.registration.${name}`,
);
const SUBSCRIPTION = ["list", "lookup", "match", "get", "list_subscribers", "count_subscribers"].map(
  (name) => `wamp.subscription.${name}`,
);
const TESTAMENT = ["wamp.session.add_testament", "wamp.session.flush_testaments"];

test("MET-01 the session meta API is announced on both roles, the others on the one they belong to, and all are there", () => {
  const { broker, dealer } = announcement(DEFAULT_REALM_SETTINGS);
  const apis = (features: readonly string[]) => features.filter((name) => name.endsWith("_meta_api"));
  expect(apis(broker)).toStrictEqual(["session_meta_api", "subscription_meta_api"]);
  expect(apis(dealer)).toStrictEqual(["testament_meta_api", "registration_meta_api", "session_meta_api"]);
  const scene = new Scene().join("alice");
  for (const procedure of [...SESSION, ...REGISTRATION, ...SUBSCRIPTION, ...TESTAMENT]) {
    expect([procedure, ask(scene, "alice", procedure)]).not.toStrictEqual([
      procedure,
      { alice: [NO_SUCH_PROCEDURE] },
    ]);
  }
});

test("MET-03 a realm tells and shows only what is its own", () => {
  const [here, there] = [new Scene({ metaKill: true }).join("alice"), new Scene().join("x", "y", "bob")];
  here.send("alice", 32, 1, { match: "prefix" }, "wamp.");
  there.send("bob", 64, 1, {}, "com.p");
  there.send("bob", 32, 1, {}, "com.x");
  there.leave("y");
  expect(here.heard("alice")).toStrictEqual([[33, 1, 1]]);
  expect(ask(here, "alice", "wamp.session.list")).toStrictEqual({ alice: [result([101])] });
  for (const procedure of ["wamp.session.get", "wamp.session.kill"]) {
    expect(ask(here, "alice", procedure, [there.id("bob")])).toStrictEqual({
      alice: [refused("wamp.error.no_such_session")],
    });
  }
  expect(ask(here, "alice", "wamp.registration.lookup", ["com.p"])).toStrictEqual({ alice: [result(null)] });
  expect(ask(here, "alice", "wamp.subscription.lookup", ["com.x"])).toStrictEqual({ alice: [result(null)] });
});

test.each(["wamp", "wamp.session.count", "wamp.session.on_join", "wamp.mine"])(
  "MET-04 what comes from %s comes from the router: no client registers or publishes it",
  (uri) => {
    const scene = new Scene().join("alice", "bob");
    scene.send("bob", 32, 1, { match: "prefix" }, "wamp");
    for (const match of ["exact", "prefix", "wildcard"]) {
      expect(scene.send("alice", 64, 1, { match }, uri)).toStrictEqual({
        alice: [failed(64, 1, "wamp.error.invalid_uri")],
      });
    }
    expect(scene.send("alice", 16, 1, { acknowledge: true }, uri)).toStrictEqual({
      alice: [failed(16, 1, "wamp.error.invalid_uri")],
    });
    expect(scene.send("alice", 16, 1, {}, uri)).toStrictEqual({});
    expect(scene.send("alice", 16, 1, { retain: true }, uri)).toStrictEqual({});
    expect(scene.send("bob", 32, 2, { match: "prefix", get_retained: true }, "wamp")).toStrictEqual({
      bob: [[33, 2, 1]],
    });
    expect(ask(scene, "alice", "wamp.session.add_testament", [uri, [], {}])).toStrictEqual({
      alice: [refused("wamp.error.invalid_uri")],
    });
  },
);

test("MET-04 a pattern that covers wamp.* is registered and never asked", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("alice", 64, 1, { match: "prefix" }, "");
  scene.send("alice", 64, 2, { match: "prefix" }, "wam");
  scene.send("alice", 64, 3, { match: "wildcard" }, "..");
  expect(ask(scene, "bob", "wamp.session.count")).toStrictEqual({ bob: [result(2)] });
  expect(ask(scene, "bob", "wamp.session.nothing")).toStrictEqual({ bob: [NO_SUCH_PROCEDURE] });
  expect(ask(scene, "bob", "wamp")).toStrictEqual({ bob: [NO_SUCH_PROCEDURE] });
  expect(ask(scene, "bob", "wampum.a.b")).toStrictEqual({
    alice: [[68, 1, 2, { procedure: "wampum.a.b" }]],
  });
});

test("MET-05 the router has no session of its own: none is counted, listed, told of or killed", () => {
  const scene = new Scene({ metaKill: true }).join("alice");
  scene.send("alice", 32, 1, {}, "wamp.session.on_join");
  expect(ask(scene, "alice", "wamp.session.count")).toStrictEqual({ alice: [result(1)] });
  expect(ask(scene, "alice", "wamp.session.list")).toStrictEqual({ alice: [result([101])] });
  expect(ask(scene, "alice", "wamp.session.kill_all")).toStrictEqual({ alice: [result(0)] });
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  expect(scene.sleep()).toStrictEqual({});
});

test.each<[procedure: string, ...payload: unknown[]]>([
  ["wamp.session.count", ["user"]],
  ["wamp.session.count", [[1]]],
  ["wamp.session.list", [{ user: true }]],
  ["wamp.session.list", [["user", null]]],
  ["wamp.session.get"],
  ["wamp.session.get", ["101"]],
  ["wamp.session.get", [null]],
  ["wamp.session.get", [1.5]],
  ["wamp.session.get", [], { session: 101 }],
  ["wamp.session.kill"],
  ["wamp.session.kill", [[102]]],
  ["wamp.session.kill", [102], { message: 7 }],
  ["wamp.session.kill_by_authid"],
  ["wamp.session.kill_by_authid", [102]],
  ["wamp.session.kill_by_authid", ["bob"], { message: ["bye"] }],
  ["wamp.session.kill_by_authrole", [["user"]]],
  ["wamp.session.kill_by_authrole", [null]],
  ["wamp.session.kill_all", [], { message: {} }],
  ["wamp.session.modify_details"],
  ["wamp.session.modify_details", [102]],
  ["wamp.session.modify_details", [102, ["authrole"]]],
  ["wamp.registration.lookup"],
  ["wamp.registration.lookup", [7]],
  ["wamp.registration.lookup", ["com.p", "prefix"]],
  ["wamp.registration.lookup", ["com.p", ["prefix"]]],
  ["wamp.registration.lookup", ["com.p", { match: "some" }]],
  ["wamp.registration.lookup", ["com.p", { match: 1 }]],
  ["wamp.registration.match"],
  ["wamp.registration.match", [{}]],
  ["wamp.registration.get"],
  ["wamp.registration.get", ["1"]],
  ["wamp.registration.list_callees", [[1]]],
  ["wamp.registration.count_callees", [true]],
  ["wamp.registration.remove_callee", ["1", 102]],
  ["wamp.registration.remove_callee", [1]],
  ["wamp.subscription.lookup"],
  ["wamp.subscription.lookup", ["com.x", { match: "Exact" }]],
  ["wamp.subscription.match", [null]],
  ["wamp.subscription.get", [{}]],
  ["wamp.subscription.list_subscribers"],
  ["wamp.subscription.count_subscribers", ["1"]],
  ["wamp.subscription.remove_subscriber", [1, "102"]],
  ["wamp.session.add_testament", ["com.x", []]],
  ["wamp.session.add_testament", [7, [], {}]],
  ["wamp.session.add_testament", ["com.x", {}, {}]],
  ["wamp.session.add_testament", ["com.x", [], []]],
  ["wamp.session.add_testament", ["com.x", [], {}], { publish_options: [] }],
  ["wamp.session.add_testament", ["com.x", [], {}], { publish_options: { exclude: ["bob"] } }],
  ["wamp.session.flush_testaments", [], { scope: 1 }],
])("MET-06 %s refuses %j, and the caller goes on", (procedure, ...payload) => {
  const scene = new Scene({ metaKill: true, metaModify: true }).join("alice", "bob");
  scene.send("bob", 64, 1, {}, "com.p");
  scene.send("bob", 32, 1, {}, "com.x");
  expect(ask(scene, "alice", procedure, ...payload)).toStrictEqual({ alice: [INVALID_ARGUMENT] });
  expect(ask(scene, "alice", "wamp.session.count")).toStrictEqual({ alice: [result(2)] });
});

test("MET-07 arguments beyond the known ones are ignored", () => {
  const scene = new Scene({ metaKill: true }).join("alice", "bob");
  const surplus = [7, "more", { and: null }];
  const kwargs = { filter_authroles: [], exclude: ["bob"], detail: 1 };
  expect(ask(scene, "alice", "wamp.session.count", [null, ...surplus], kwargs)).toStrictEqual({
    alice: [result(2)],
  });
  expect(ask(scene, "alice", "wamp.registration.lookup", ["com.p", {}, ...surplus], kwargs)).toStrictEqual({
    alice: [result(null)],
  });
  expect(ask(scene, "alice", "wamp.registration.list", surplus, kwargs)).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  expect(
    ask(scene, "alice", "wamp.session.add_testament", ["com.x", [], {}, ...surplus], kwargs),
  ).toStrictEqual({ alice: [result()] });
  expect(ask(scene, "alice", "wamp.session.kill", [102, ...surplus], kwargs)).toStrictEqual({
    alice: [result()],
    bob: [[6, {}, "wamp.close.killed"]],
  });
});

test.each([0, -1, 2 ** 53 + 2, 1e300, 103])("MET-08 nothing has the id %d", (id) => {
  const scene = new Scene({ metaKill: true, metaModify: true }).join("alice", "bob");
  const SESSION_GONE = { alice: [refused("wamp.error.no_such_session")] };
  for (const procedure of ["wamp.session.get", "wamp.session.kill", "wamp.session.modify_details"]) {
    expect(ask(scene, "alice", procedure, [id, {}])).toStrictEqual(SESSION_GONE);
  }
  for (const procedure of REGISTRATION.slice(3)) {
    expect(ask(scene, "alice", procedure, [id])).toStrictEqual({
      alice: [refused("wamp.error.no_such_registration")],
    });
  }
  for (const procedure of SUBSCRIPTION.slice(3)) {
    expect(ask(scene, "alice", procedure, [id])).toStrictEqual({
      alice: [refused("wamp.error.no_such_subscription")],
    });
  }
});

test.each([
  "wamp",
  "wamp.session",
  "wamp.session.counts",
  "wamp.session.on_join",
  "wamp.Session.count",
  "wamp.error.no_such_procedure",
  "wamp.subscription.get_events",
  ...KILL,
  "wamp.session.modify_details",
  "wamp.registration.remove_callee",
  "wamp.subscription.remove_subscriber",
])("MET-11 %s is no procedure of a realm with the default settings", (procedure) => {
  const scene = new Scene().join("alice", "bob");
  expect(ask(scene, "alice", procedure, [102])).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
});

test("MET-12 a meta event is an ordinary EVENT: one fresh publication, each match policy, no publisher", () => {
  const scene = new Scene().join("alice", "bob", "carol", "dave");
  scene.send("alice", 32, 1, {}, "wamp.session.on_join");
  scene.send("bob", 32, 1, { match: "prefix" }, "wamp.session");
  scene.send("carol", 32, 1, { match: "wildcard" }, "wamp..on_join");
  scene.send("dave", 32, 1, { match: "prefix" }, "");
  const heard = ["alice", "bob", "carol", "dave"].map((name) => scene.heard(name).length);
  scene.join("eve");
  const details = {
    session: 105,
    authid: "eve",
    authrole: "user",
    authmethod: "anonymous",
    authprovider: "static",
  };
  const topic = "wamp.session.on_join";
  const publication = scene.heard("alice").at(-1)?.[2];
  expect(
    ["alice", "bob", "carol", "dave"].map((name, at) => scene.heard(name).slice(heard[at])),
  ).toStrictEqual([
    [[36, 1, publication, {}, [details]]],
    [[36, 2, publication, { topic }, [details]]],
    [[36, 3, publication, { topic }, [details]]],
    [[36, 4, publication, { topic }, [details]]],
  ]);
  scene.join("frank");
  expect(scene.heard("alice").at(-1)?.[2]).not.toBe(publication);
});

test("MET-13 who causes an event is told as well, except of its own leave", () => {
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, { match: "prefix" }, "wamp.");
  const registration = { id: 1, created: CREATED, uri: "com.p", match: "exact", invoke: "single" };
  expect(scene.send("bob", 64, 2, {}, "com.p")).toStrictEqual({
    bob: [
      [65, 2, 1],
      ...told(
        1001,
        ["wamp.registration.on_create", 102, registration],
        ["wamp.registration.on_register", 102, 1],
      ),
    ],
  });
  expect(scene.send("bob", 32, 3, {}, "com.x")).toStrictEqual({
    bob: [
      [33, 3, 2],
      ...told(
        1003,
        ["wamp.subscription.on_create", 102, { id: 2, created: CREATED, uri: "com.x", match: "exact" }],
        ["wamp.subscription.on_subscribe", 102, 2],
      ),
    ],
  });
  expect(scene.send("bob", 34, 4, 2)).toStrictEqual({
    bob: [
      [35, 4],
      ...told(1005, ["wamp.subscription.on_unsubscribe", 102, 2], ["wamp.subscription.on_delete", 102, 2]),
    ],
  });
  expect(scene.send("bob", 66, 5, 1)).toStrictEqual({
    bob: [
      [67, 5],
      ...told(1007, ["wamp.registration.on_unregister", 102, 1], ["wamp.registration.on_delete", 102, 1]),
    ],
  });
  scene.send("bob", 64, 6, {}, "com.p");
  scene.send("bob", 32, 7, {}, "com.x");
  expect(scene.leave("bob")).toStrictEqual({});
});

test("MET-14 of subscriptions to the router's own topics nothing is told", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
  const own: readonly [match: string, uri: string][] = [
    ["exact", "wamp.session.on_join"],
    ["exact", "wamp"],
    ["prefix", "wamp"],
    ["prefix", "wamp.sub"],
    ["wildcard", "wamp..on_create"],
  ];
  for (const [at, [match, uri]] of own.entries()) {
    const subscription = at + 2;
    expect(scene.send("bob", 32, 1, { match }, uri)).toStrictEqual({ bob: [[33, 1, subscription]] });
    expect(scene.send("carol", 32, 1, { match }, uri)).toStrictEqual({ carol: [[33, 1, subscription]] });
    expect(scene.send("bob", 34, 2, subscription)).toStrictEqual({ bob: [[35, 2]] });
    expect(scene.send("carol", 34, 2, subscription)).toStrictEqual({ carol: [[35, 2]] });
  }
  scene.send("bob", 32, 3, {}, "wamp.session.on_leave");
  expect(scene.leave("bob")).toStrictEqual({
    alice: told(1001, ["wamp.session.on_leave", 102, "bob", "user"]),
  });
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
});

test("MET-15 a subscriber hears only of what happens after its SUBSCRIBED", () => {
  const scene = new Scene().join("alice", "bob", "carol");
  scene.send("alice", 64, 1, {}, "com.p");
  scene.send("alice", 32, 2, {}, "com.x");
  scene.leave("carol");
  expect(scene.send("bob", 32, 1, { match: "prefix" }, "wamp.")).toStrictEqual({ bob: [[33, 1, 2]] });
  scene.leave("alice");
  expect(scene.heard("bob").map((event) => event[4])).toStrictEqual([
    undefined,
    [101, 1],
    [101, 1],
    [101, 1],
    [101, 1],
    [101, "alice", "user"],
  ]);
});

test("MET-16 a listing shows what the same session was told has been done", () => {
  const scene = new Scene().join("alice");
  expect(ask(scene, "alice", "wamp.session.list")).toStrictEqual({ alice: [result([101])] });
  scene.send("alice", 64, 1, { match: "wildcard" }, "com..p");
  expect(ask(scene, "alice", "wamp.registration.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [1] })],
  });
  scene.send("alice", 32, 2, {}, "com.x");
  expect(ask(scene, "alice", "wamp.subscription.list_subscribers", [1])).toStrictEqual({
    alice: [result([101])],
  });
  scene.send("alice", 34, 3, 1);
  expect(ask(scene, "alice", "wamp.subscription.list")).toStrictEqual({
    alice: [result({ exact: [], prefix: [], wildcard: [] })],
  });
  scene.send("alice", 66, 4, 1);
  expect(ask(scene, "alice", "wamp.registration.match", ["com.a.p"])).toStrictEqual({
    alice: [result(null)],
  });
});

test("MET-17 the time of creation is UTC in ISO 8601, also after sleep", () => {
  const scene = new Scene();
  scene.clock = Date.UTC(2026, 5, 14, 10, 20, 30, 123);
  scene.join("alice");
  scene.send("alice", 64, 1, {}, "com.p");
  scene.send("alice", 32, 2, {}, "com.x");
  scene.sleep();
  const created = "2026-06-14T10:20:30.123Z";
  expect(ask(scene, "alice", "wamp.registration.get", [1])).toStrictEqual({
    alice: [result({ id: 1, created, uri: "com.p", match: "exact", invoke: "single" })],
  });
  expect(ask(scene, "alice", "wamp.subscription.get", [1])).toStrictEqual({
    alice: [result({ id: 1, created, uri: "com.x", match: "exact" })],
  });
});

test("MET-18 a realm without the meta API announces none, has no procedure of it and tells nothing", () => {
  const settings = { metaApi: false, metaKill: true, metaModify: true };
  const { broker, dealer } = announcement({ ...DEFAULT_REALM_SETTINGS, ...settings });
  const announced = [...broker, ...dealer];
  for (const api of ["session_meta_api", "subscription_meta_api", "registration_meta_api"]) {
    expect(announced).not.toContain(api);
  }
  expect(announced.filter((name) => name.endsWith("_revocation"))).toStrictEqual([]);
  const scene = new Scene(settings).join("alice", "bob");
  const more = [
    "wamp.session.modify_details",
    "wamp.registration.remove_callee",
    "wamp.subscription.remove_subscriber",
  ];
  for (const procedure of [...SESSION, ...KILL, ...REGISTRATION, ...SUBSCRIPTION, ...more]) {
    expect(ask(scene, "alice", procedure, [102])).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
  }
  scene.send("alice", 32, 1, { match: "prefix" }, "wamp.");
  scene.send("bob", 64, 1, {}, "com.p");
  scene.send("bob", 32, 2, {}, "com.x");
  scene.join("carol");
  scene.leave("bob");
  expect(scene.heard("alice").at(-1)).toStrictEqual([33, 1, 1]);
});

test.each([
  ["wamp.session.kill", "enableMetaKill = true", {}],
  ["wamp.session.modify_details", "enableMetaModify = true", {}],
  ["wamp.subscription.get_events", "eventHistory", {}],
  ["wamp.session.count", "metaApi = true", { metaApi: false }],
])(
  "MET-11 MET-18 who calls %s where it is switched off is told that it takes %s",
  (uri, setting, settings) => {
    const scene = new Scene(settings).join("alice");
    const message = `the router has no procedure ${uri}: that would take ${setting} in this realm's configuration`;
    expect(scene.send("alice", 48, 7, {}, uri, [102])).toStrictEqual({
      alice: [[8, 48, 7, {}, "wamp.error.no_such_procedure", [message]]],
    });
  },
);

test("MET-19 a meta call with timeout or receive_progress has its one RESULT, and CANCEL comes too late", () => {
  const scene = new Scene().join("alice");
  const options = { timeout: 1, receive_progress: true };
  expect(scene.send("alice", 48, 7, options, "wamp.session.count")).toStrictEqual({
    alice: [[50, 7, {}, [1]]],
  });
  for (const mode of ["skip", "kill", "killnowait"]) {
    expect(scene.send("alice", 49, 7, { mode })).toStrictEqual({});
  }
  expect(scene.pass(60_000)).toStrictEqual({});
  expect(scene.heard("alice")).toHaveLength(1);
});

test("MET-19 a meta call whose arguments come in pieces is refused at the first, once", () => {
  const roles = { caller: ["progressive_call_invocations"] };
  const scene = new Scene().joinAs("alice", { roles });
  expect(scene.send("alice", 48, 7, { progress: true }, "wamp.session.count")).toStrictEqual({
    alice: [failed(48, 7, "wamp.error.feature_not_supported")],
  });
  expect(scene.send("alice", 48, 7, {}, "wamp.session.count")).toStrictEqual({});
  expect(scene.send("alice", 48, 8, {}, "wamp.session.count")).toStrictEqual({ alice: [[50, 8, {}, [1]]] });
});

test("PPT-21 a meta procedure does not take a payload that the router cannot read", () => {
  const scene = new Scene().joinAs("alice", { roles: { caller: ["payload_passthru_mode"] } });
  const ppt = { ppt_scheme: "x_mine", ppt_serializer: "cbor" };
  expect(scene.send("alice", 48, 1, ppt, "wamp.session.count", ["octets"])).toStrictEqual({
    alice: [refused("wamp.error.feature_not_supported")],
  });
  expect(scene.send("alice", 48, 1, { ppt_serializer: "cbor" }, "wamp.session.count")).toStrictEqual({
    alice: [result(1)],
  });
});

test("URI-15 the router's own procedures match no registration, whatever its pattern", () => {
  const scene = new Scene().join("alice");
  scene.send("alice", 64, 1, { match: "prefix" }, "");
  for (const uri of ["wamp.session.count", "wamp.session.nothing", "wamp"]) {
    expect(ask(scene, "alice", "wamp.registration.match", [uri])).toStrictEqual({ alice: [result(null)] });
  }
  expect(ask(scene, "alice", "wamp.registration.match", ["wampum"])).toStrictEqual({ alice: [result(1)] });
});

test.each([
  "wamp.reflection.topic.list",
  "wamp.reflection.procedure.describe",
  "wamp.reflection.error.list",
  "wamp.reflect.define",
  "wamp.reflect.describe",
])("XMA-01 reflection is not offered: %s", (procedure) => {
  const scene = new Scene().join("alice");
  expect(ask(scene, "alice", procedure, ["com.x"])).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
  const { broker, dealer } = announcement(DEFAULT_REALM_SETTINGS);
  expect([...broker, ...dealer]).not.toContain("reflection");
});

test.each([
  "wamp.interface.list",
  "wamp.interface.get",
  "wamp.interface.match_topic",
  "wamp.interface.match_procedure",
  "wamp.type.list",
  "wamp.type.get",
])("XMA-02 the catalogue is not offered: %s", (procedure) => {
  const scene = new Scene().join("alice");
  expect(ask(scene, "alice", procedure, ["com.x"])).toStrictEqual({ alice: [NO_SUCH_PROCEDURE] });
});

test("XMA-03 forward_for reaches nobody and gives nobody another identity", () => {
  const forward_for = [{ session: 999, authid: "root", authrole: "trusted", big: 1 }];
  const scene = new Scene().join("alice", "bob");
  scene.send("bob", 32, 1, {}, "com.x");
  scene.send("bob", 64, 2, {}, "com.p");
  expect(scene.send("alice", 16, 1, { forward_for, disclose_me: true }, "com.x")).toStrictEqual({
    bob: [[36, 1, 1001, { publisher: 101, publisher_authid: "alice", publisher_authrole: "user" }]],
  });
  expect(scene.send("alice", 48, 2, { forward_for }, "com.p")).toStrictEqual({ bob: [[68, 1, 1, {}]] });
  const publish_options = { forward_for, disclose_me: true };
  ask(scene, "alice", "wamp.session.add_testament", ["com.x", [], {}], { publish_options });
  // It may hold what a row cannot, and is nobody's to read.
  expect(scene.store.testaments(101).map(({ options }) => options)).toStrictEqual([{ disclose_me: true }]);
  expect(scene.leave("alice").bob?.[0]).toStrictEqual([
    36,
    1,
    1002,
    { publisher: 101, publisher_authid: "alice", publisher_authrole: "user" },
  ]);
});
