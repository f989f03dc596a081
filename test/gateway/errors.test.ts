/** Requirements section 15: which URI stands where. The last tests hold for whatever anybody says. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Anonymous } from "../../src/auth/anonymous.ts";
import { DEFAULT_REALM_SETTINGS } from "../../src/router/settings.ts";
import { MemoryStore } from "../router/memory-store.ts";
import { type Client, ROLES, type Wire } from "./client.ts";
import { able, chaos } from "./mischief.ts";
import { HELLO, slowRoom } from "./slow-method.ts";
import { abort, TEXT, VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

/** An ERROR that the router makes. */
const failed = (type: number, request: number, uri: string): Wire => [8, type, request, {}, uri, [TEXT]];

/** What `client` hears when it says this. */
const heard = (client: Client, ...wire: unknown[]): unknown[] => {
  client.heard();
  return client.say(...wire).heard();
};

test("ERR-01 wamp.error.invalid_uri: a broken topic or procedure, the reserved space, a realm, a kill reason", () => {
  const room = new WireRoom({ realm: { metaKill: true } });
  const alice = room.join();
  const URI = "wamp.error.invalid_uri";
  for (const uri of ["com..x", "a b"]) {
    expect(heard(alice, 16, 1, { acknowledge: true }, uri)).toEqual([failed(16, 1, URI)]);
    expect(heard(alice, 32, 2, {}, uri)).toEqual([failed(32, 2, URI)]);
    expect(heard(alice, 48, 3, {}, uri)).toEqual([failed(48, 3, URI)]);
    expect(heard(alice, 64, 4, {}, uri)).toEqual([failed(64, 4, URI)]);
  }
  expect(heard(alice, 16, 5, { acknowledge: true }, "wamp.x")).toEqual([failed(16, 5, URI)]);
  expect(heard(alice, 64, 6, {}, "wamp.x")).toEqual([failed(64, 6, URI)]);
  expect(heard(alice, 48, 7, {}, "wamp.session.kill_all", [], { reason: "two words" })).toEqual([
    failed(48, 7, URI),
  ]);
  expect(heard(room.open(), 1, "a..b", ROLES)).toEqual([abort(URI)]);
});

test("ERR-02 wamp.error.no_such_procedure: nothing matches what is called", () => {
  const alice = new WireRoom().join();
  expect(heard(alice, 48, 1, {}, "com.p")).toEqual([failed(48, 1, "wamp.error.no_such_procedure")]);
});

test("ERR-03 wamp.error.procedure_already_exists: registered as single, or with another policy", () => {
  const room = new WireRoom();
  const [alice, bob] = [room.join(), room.join()];
  alice.say(64, 1, {}, "com.single").say(64, 2, { invoke: "first" }, "com.shared");
  const URI = "wamp.error.procedure_already_exists";
  expect(heard(bob, 64, 1, {}, "com.single")).toEqual([failed(64, 1, URI)]);
  expect(heard(bob, 64, 2, { invoke: "last" }, "com.shared")).toEqual([failed(64, 2, URI)]);
});

test("ERR-04 wamp.error.no_such_registration: of UNREGISTER and of meta procedures", () => {
  const room = new WireRoom();
  room.join().say(64, 1, {}, "com.p");
  const alice = room.join();
  const URI = "wamp.error.no_such_registration";
  expect(heard(alice, 66, 1, 1)).toEqual([failed(66, 1, URI)]);
  expect(heard(alice, 66, 2, 9)).toEqual([failed(66, 2, URI)]);
  expect(heard(alice, 48, 3, {}, "wamp.registration.get", [9])).toEqual([failed(48, 3, URI)]);
});

test("ERR-05 wamp.error.no_such_subscription: of UNSUBSCRIBE and of meta procedures", () => {
  const room = new WireRoom();
  room.join().say(32, 1, {}, "com.x");
  const alice = room.join();
  const URI = "wamp.error.no_such_subscription";
  expect(heard(alice, 34, 1, 1)).toEqual([failed(34, 1, URI)]);
  expect(heard(alice, 34, 2, 9)).toEqual([failed(34, 2, URI)]);
  expect(heard(alice, 48, 3, {}, "wamp.subscription.get", [9])).toEqual([failed(48, 3, URI)]);
});

test("ERR-06 wamp.error.invalid_argument: of a callee as it is, and of meta procedures", () => {
  const room = new WireRoom();
  const [alice, bob] = [room.join("wamp.2.cbor"), room.join()];
  bob.say(64, 1, {}, "com.p").heard();
  alice.say(48, 1, {}, "com.p", ["x"]);
  bob.say(8, 68, 1, {}, "wamp.error.invalid_argument", ["not x"], { at: 0 });
  expect(alice.heard()).toEqual([[8, 48, 1, {}, "wamp.error.invalid_argument", ["not x"], { at: 0 }]]);
  expect(heard(alice, 48, 2, {}, "wamp.session.get", ["x"])).toEqual([
    failed(48, 2, "wamp.error.invalid_argument"),
  ]);
});

test("ERR-09 wamp.error.canceled: of a canceled call and of a callee that left; a callee's other spelling passes", () => {
  const room = new WireRoom();
  const alice = room.join();
  const callee = room.join("wamp.2.json", able("call_canceling"));
  callee.say(64, 1, {}, "com.p").heard();
  for (const [at, mode] of ["skip", "killnowait"].entries()) {
    alice.say(48, at + 1, {}, "com.p");
    expect(heard(alice, 49, at + 1, { mode })).toEqual([failed(48, at + 1, "wamp.error.canceled")]);
  }
  alice.say(48, 3, {}, "com.p").say(49, 3, { mode: "kill" });
  callee.say(8, 68, 3, {}, "wamp.error.cancelled", ["I stopped"]);
  expect(alice.heard()).toEqual([[8, 48, 3, {}, "wamp.error.cancelled", ["I stopped"]]]);
  alice.say(48, 4, {}, "com.p");
  callee.vanish();
  expect(alice.heard()).toEqual([failed(48, 4, "wamp.error.canceled")]);
});

test("ERR-10 wamp.error.protocol_violation: of ABORT and nothing else", () => {
  const alice = new WireRoom().join().say(48, 1, { timeout: "soon" }, "com.p");
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual(VIOLATED);
});

test("ERR-12 wamp.error.no_such_realm: of ABORT, for a realm that is not there or not here", () => {
  const room = new WireRoom();
  for (const realm of ["realm9", "realm2", null]) {
    expect(heard(room.open(), 1, realm, ROLES)).toEqual([abort("wamp.error.no_such_realm")]);
  }
});

test("ERR-15 wamp.close.close_realm: a client may give it as its reason", () => {
  expect(heard(new WireRoom().join(), 6, {}, "wamp.close.close_realm")).toEqual([
    [6, {}, "wamp.close.goodbye_and_out"],
  ]);
});

test("ERR-16 wamp.close.goodbye_and_out: of the reply to GOODBYE", () => {
  expect(heard(new WireRoom().join(), 6, { message: "bye" }, "com.example.done")).toEqual([
    [6, {}, "wamp.close.goodbye_and_out"],
  ]);
});

test("ERR-17 wamp.close.killed: of GOODBYE to a killed session where no other reason was given", () => {
  const room = new WireRoom({ realm: { metaKill: true } });
  const [alice, bob] = [room.join(), room.join()];
  alice.say(48, 1, {}, "wamp.session.kill", [bob.session]);
  expect(bob.heard()).toEqual([[6, {}, "wamp.close.killed"]]);
});

test("ERR-18 wamp.error.no_matching_auth_method: of ABORT, where none of the offered methods is accepted", () => {
  for (const authmethods of [["ticket"], ["wampcra", "scram"], ["ticket", "Anonymous"]]) {
    const alice = new WireRoom().open().say(1, "realm1", { ...ROLES, authmethods });
    expect(alice.heard()).toEqual([abort("wamp.error.no_matching_auth_method")]);
    expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.no_matching_auth_method" });
  }
});

test("ERR-21 wamp.error.authentication_failed: of ABORT, where the sign-in takes too long or breaks", async () => {
  const { room, decide } = slowRoom();
  const slow = room.open().say(...HELLO);
  const { busy } = slow;
  const broken = room.open().say(...HELLO);
  room.pass(room.settings.patience);
  for (const each of [slow, broken])
    expect(each.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  const third = room.open().say(...HELLO);
  await decide({ busy }, ({ reject }) => reject(new Error("too late")));
  await decide({ busy: broken.busy }, ({ reject }) => reject(new Error("too late")));
  await decide(third, ({ reject }) => reject(new Error("connection to db.internal refused")));
  expect(third.heard()).toEqual([abort("wamp.error.authentication_failed")]);
});

test("ERR-22 wamp.error.authentication_required: of ABORT, where a client offers only anonymous and that is not enough", () => {
  const room = new WireRoom({ methods: [new Anonymous("nobody")] });
  for (const authmethods of [undefined, [], ["anonymous"]]) {
    expect(heard(room.open(), 1, "realm1", { ...ROLES, ...(authmethods && { authmethods }) })).toEqual([
      abort("wamp.error.authentication_required"),
    ]);
  }
});

test("ERR-25 wamp.error.timeout: of a call whose time is up, and of callees", () => {
  const room = new WireRoom();
  const [alice, bob] = [room.join(), room.join()];
  bob.say(64, 1, {}, "com.p").heard();
  alice.say(48, 1, { timeout: 100 }, "com.p").say(48, 2, {}, "com.p");
  room.pass(100);
  bob.say(8, 68, 2, {}, "wamp.error.timeout");
  expect(alice.heard()).toEqual([failed(48, 1, "wamp.error.timeout"), [8, 48, 2, {}, "wamp.error.timeout"]]);
});

test("ERR-26 wamp.error.option_not_allowed: of a call that asks for more than the realm's policy allows", () => {
  const room = new WireRoom({ realm: { keep: { ...DEFAULT_REALM_SETTINGS.keep, testaments: 0 } } });
  expect(heard(room.join(), 48, 1, {}, "wamp.session.add_testament", ["com.x", [], {}])).toEqual([
    failed(48, 1, "wamp.error.option_not_allowed"),
  ]);
});

test("ERR-27 wamp.error.option_disallowed.disclose_me: of PUBLISH, CALL and REGISTER where nobody may be disclosed", () => {
  const alice = new WireRoom({ realm: { allowDisclose: false } }).join();
  const URI = "wamp.error.option_disallowed.disclose_me";
  expect(heard(alice, 16, 1, { acknowledge: true, disclose_me: true }, "com.x")).toEqual([
    failed(16, 1, URI),
  ]);
  expect(heard(alice, 16, 2, { disclose_me: true }, "com.x")).toEqual([]);
  expect(heard(alice, 48, 3, { disclose_me: true }, "com.p")).toEqual([failed(48, 3, URI)]);
  expect(heard(alice, 64, 4, { disclose_caller: true }, "com.p")).toEqual([failed(64, 4, URI)]);
});

test("ERR-29 wamp.error.unavailable: of a callee that did not announce rerouting it passes", () => {
  const room = new WireRoom();
  const [alice, bob, carol] = [room.join(), room.join(), room.join()];
  for (const each of [bob, carol]) each.say(64, 1, { invoke: "first" }, "com.p").heard();
  alice.say(48, 1, {}, "com.p");
  bob.say(8, 68, 1, {}, "wamp.error.unavailable", ["come back later"]);
  expect(alice.heard()).toEqual([[8, 48, 1, {}, "wamp.error.unavailable", ["come back later"]]]);
  expect(carol.heard()).toEqual([]);
});

test("ERR-30 wamp.error.no_available_callee: where every callee said that it is unavailable", () => {
  const room = new WireRoom();
  const alice = room.join();
  const callees = [1, 2].map(() => room.join("wamp.2.json", able("call_reroute")));
  for (const each of callees) each.say(64, 1, { invoke: "first" }, "com.p").heard();
  alice.say(48, 1, {}, "com.p");
  for (const each of callees) {
    expect(each.heard()).toEqual([[68, 1, 1, {}]]);
    each.say(8, 68, 1, {}, "wamp.error.unavailable");
  }
  expect(alice.heard()).toEqual([failed(48, 1, "wamp.error.no_available_callee")]);
});

test("ERR-31 wamp.error.feature_not_supported: where the callee lacks what the call needs", () => {
  const room = new WireRoom();
  room.join().say(64, 1, {}, "com.p");
  const alice = room.join("wamp.2.json", able("progressive_call_invocations", "payload_passthru_mode"));
  const URI = "wamp.error.feature_not_supported";
  expect(heard(alice, 48, 1, { progress: true }, "com.p")).toEqual([failed(48, 1, URI)]);
  expect(heard(alice, 48, 2, { ppt_scheme: "x_mine" }, "com.p")).toEqual([failed(48, 2, URI)]);
});

test("ERR-32 wamp.error.no_such_session: of what is asked about sessions", () => {
  const alice = new WireRoom({ realm: { metaKill: true } }).join().say(32, 9, {}, "com.x");
  const URI = "wamp.error.no_such_session";
  expect(heard(alice, 48, 1, {}, "wamp.session.get", [9])).toEqual([failed(48, 1, URI)]);
  expect(heard(alice, 48, 2, {}, "wamp.session.kill", [9])).toEqual([failed(48, 2, URI)]);
  expect(heard(alice, 48, 3, {}, "wamp.subscription.remove_subscriber", [1, 9])).toEqual([
    failed(48, 3, URI),
  ]);
});

test.each([
  "wamp.close.normal",
  "wamp.close.logout",
  "wamp.error.close_realm",
  "wamp.error.goodbye_and_out",
  "wamp.error.system_shutdown",
  "wamp.error.cannot_authenticate",
  "wamp.error.abort",
])("ERR-33 %s is accepted as the reason of GOODBYE and ABORT", (reason) => {
  const room = new WireRoom();
  expect(heard(room.join(), 6, {}, reason)).toEqual([[6, {}, "wamp.close.goodbye_and_out"]]);
  for (const client of [room.join(), room.open()]) {
    expect(heard(client, 3, {}, reason)).toEqual([]);
    expect(client.peer.closed).toEqual({ code: 1000, reason: "" });
  }
  expect(room.log).toEqual([]);
});

/** The router's sources, comments left out. */
function sources(): string {
  const root = fileURLToPath(new URL("../../src", import.meta.url).href);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  return files
    .map((name) => readFileSync(join(root, name), "utf8"))
    .join("\n")
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}

test.each([
  ["ERR-23", "wamp.error.authorization_denied"],
  ["ERR-24", "wamp.error.authorization_required"],
  ["ERR-34", "wamp.error.no_auth_method"],
  ["ERR-34", "wamp.error.procedure_exists_with_different_invocation_policy"],
  ["ERR-34", "wamp.error.history_unavailable"],
  ["ERR-34", "wamp.error.testament_error"],
  ["ERR-34", "wamp.error.invalid_payload"],
  ["ERR-34", "crossbar.error"],
  ["ERR-34", "wamp.error.no_eligible_callee"],
  ["ERR-34", "wamp.error.disclose_me.not_allowed"],
  ["ERR-34", "wamp.error.cancelled"],
])("%s the router never says %s", (_row, uri) => {
  const text = sources();
  expect(text).toContain("wamp.error.canceled");
  expect(text).not.toContain(uri);
});

test.each([
  ["ERR-35", "wamp.error.runtime_error"],
  ["ERR-35", "wamp.error.invocation_exception"],
  ["ERR-35", "wamp.error.invalid_option"],
  ["ERR-36", "com.example.error.out_of_coffee"],
  ["ERR-36", "wamp.error.not_authorized"],
  ["ERR-36", "wamp.error.mine"],
  ["ERR-36", "x"],
])("%s a callee's error %s reaches the caller unchanged", (_row, uri) => {
  const room = new WireRoom();
  const callers = room.joinAll();
  const callee = room.join("wamp.2.msgpack").say(64, 1, {}, "com.p");
  callee.heard();
  for (const [at, caller] of callers.entries()) {
    caller.say(48, 7, {}, "com.p");
    callee.say(8, 68, at + 1, {}, uri, [1, { two: 2 }], { three: [3] });
    expect(caller.heard()).toEqual([[8, 48, 7, {}, uri, [1, { two: 2 }], { three: [3] }]]);
  }
});

test("ERR-35 an error without arguments, and one with details that nobody knows, pass as well", () => {
  const room = new WireRoom();
  const [caller, callee] = [room.join(), room.join()];
  callee.say(64, 1, {}, "com.p").heard();
  caller.say(48, 7, {}, "com.p").say(48, 8, {}, "com.p");
  callee.say(8, 68, 1, {}, "wamp.error.runtime_error").say(8, 68, 2, { traceback: ["x"] }, "com.e", []);
  expect(caller.heard()).toEqual([
    [8, 48, 7, {}, "wamp.error.runtime_error"],
    [8, 48, 8, {}, "com.e"],
  ]);
});

test("ERR-38 every ERROR answers a request that was made, by its type and its id, whatever is said", () => {
  let errors = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const room = chaos(seed, (message, said) => {
      const [code, type, request] = message;
      if (code !== 8) return;
      errors++;
      expect([16, 32, 34, 48, 64, 66]).toContain(type);
      expect(said, `seed ${seed}: ${JSON.stringify(message)}`).toContain(`${type} ${request}`);
    });
    expect(
      room.log.filter(({ event }) => event === "fault"),
      `seed ${seed}`,
    ).toEqual([]);
  }
  expect(errors).toBeGreaterThan(1_000);
});

test("ERR-37 an ERROR has five elements at least, and one by the router empty details and its text in Arguments[0]", () => {
  for (let seed = 61; seed <= 90; seed++) {
    chaos(seed, (message) => {
      if (message[0] !== 8) return;
      const [, , , details, uri, args] = message;
      expect(message.length).toBeGreaterThanOrEqual(5);
      expect(uri).toEqual(expect.any(String));
      if (uri === "com.e" || uri === "wamp.error.unavailable") return; // a callee's
      if (message.length > 5) expect([details, args]).toEqual([expect.any(Object), [TEXT]]);
    });
  }
  const alice = new WireRoom().join();
  expect(heard(alice, 48, 1, {}, "com.p")).toEqual([[8, 48, 1, {}, "wamp.error.no_such_procedure", [TEXT]]]);
});

test("ERR-39 no text of the router tells of its inside: no trace, no file, no type of our own", () => {
  for (let seed = 91; seed <= 120; seed++) {
    chaos(seed, (message) => {
      const [code, , , , uri, args] = message;
      const text =
        code === 3 ? JSON.stringify(message[1]) : code === 8 && uri !== "com.e" ? JSON.stringify(args) : "";
      expect(text ?? "").not.toMatch(/\.ts\b|\n\s*at |TypeError|Error:|undefined|\[object|node:|SQLITE/);
    });
  }
});

test("ERR-39 a fault of our own is told by the log, not by the wire", () => {
  const store = new MemoryStore();
  const room = new WireRoom({ store });
  const alice = room.join();
  store.addSubscription = () => {
    throw new Error("SQLITE_CORRUPT: secret-table is malformed");
  };
  alice.say(32, 1, {}, "com.x");
  const text = "the router could not write this down, so nothing has changed: try again later";
  expect(alice.heard()).toEqual([[8, 32, 1, {}, "edgebahn.error.storage_failed", [text]]]);
  expect(room.log).toEqual([
    { event: "fault", session: 101, error: expect.stringContaining("SQLITE_CORRUPT") },
  ]);
});
