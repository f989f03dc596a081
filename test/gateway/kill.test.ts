/**
 * Sessions that end, seen from their sockets: the router's own GOODBYE (SES-51..60), and what the realm is told of each way
 * to end (sections 11.2, 11.5). What is killed when is in test/router/meta/session.test.ts.
 */
import { encode as encodeMsgpack } from "@msgpack/msgpack";
import { encode as encodeCbor } from "cborg";
import { expect, test } from "vitest";
import { type Client, ROLES, type Wire } from "./client.ts";
import { SUBPROTOCOLS, TEXT, WireRoom, welcome } from "./wire.ts";

const KILLED = [6, {}, "wamp.close.killed"];
const GOODBYE = [6, {}, "wamp.close.close_realm"];
const CLOSED = { code: 1000, reason: "" };
const ADD_TESTAMENT = "wamp.session.add_testament";

function killingRoom(): WireRoom {
  return new WireRoom({ realm: { metaKill: true } });
}

/** A session that was just killed and has heard so. */
function killed(subprotocol: Client["subprotocol"] = "wamp.2.json"): {
  room: WireRoom;
  victim: Client;
  killer: Client;
} {
  const room = killingRoom();
  const [killer, victim] = [room.join(), room.join(subprotocol)];
  killer.say(48, 1, {}, "wamp.session.kill", [victim.session]);
  expect(killer.heard()).toEqual([[50, 1, {}]]);
  expect(victim.heard()).toEqual([KILLED]);
  return { room, victim, killer };
}

/** Notes who is sent to, in order. */
function record(clients: Readonly<Record<string, Client>>): string[] {
  const order: string[] = [];
  for (const [name, { peer }] of Object.entries(clients)) {
    const send = peer.send.bind(peer);
    peer.send = (frame) => {
      order.push(name);
      send(frame);
    };
  }
  return order;
}

test.each(SUBPROTOCOLS)(
  "SES-53 over %s a killed session hears GOODBYE, and only its reply counts",
  (subprotocol) => {
    const { room, victim } = killed(subprotocol);
    const bob = room.join().say(32, 1, {}, "com.x");
    bob.heard();
    expect(victim.peer.closed).toBeUndefined();
    victim.say(16, 1, { acknowledge: true }, "com.x").say(1, "realm1", ROLES).say(99).say(48, 2, {}, "com.p");
    victim.sayTogether([16, 3, {}, "com.x"], [16, 4, {}, "com.x"]);
    expect([...victim.heard(), ...bob.heard()]).toEqual([]);
    expect(victim.peer.closed).toBeUndefined();
    victim.say(...GOODBYE);
    expect(victim.heard()).toEqual([]);
    expect(victim.peer.closed).toEqual(CLOSED);
    expect(room.log).toEqual([]);
  },
);

test("SES-53 ABORT ends a killed session's connection, and so does its loss", () => {
  const { room, victim } = killed();
  victim.say(3, {}, "wamp.error.abort");
  expect(victim.heard()).toEqual([]);
  expect(victim.peer.closed).toEqual(CLOSED);
  const other = killed();
  other.victim.vanish();
  other.room.pass(60_000);
  expect(other.victim.heard()).toEqual([]);
  expect(other.victim.peer.closed).toBeUndefined();
  expect([...room.log, ...other.room.log]).toEqual([]);
});

test.each(["wamp.close.goodbye_and_out", "wamp.close.normal", "wamp.error.goodbye_and_out", "", "!"])(
  "SES-54 the reply of a killed session may give any reason and is not answered: %j",
  (reason) => {
    const { victim } = killed();
    victim.say(6, { message: "bye" }, reason);
    expect(victim.heard()).toEqual([]);
    expect(victim.peer.closed).toEqual(CLOSED);
  },
);

test("SES-55 a killed session that does not reply is dropped after a while, also when the realm slept", () => {
  for (const sleeps of [false, true]) {
    const { room, victim } = killed();
    if (sleeps) room.wake([victim]);
    expect(room.gateway.nextDeadline()).toBeLessThanOrEqual(room.clock + room.settings.patience);
    room.pass(room.settings.patience - 1);
    expect(victim.peer.closed).toBeUndefined();
    room.pass(1);
    expect(victim.heard()).toEqual([]);
    expect(victim.peer.closed).toEqual({ code: 1008, reason: "" });
  }
});

test("SES-56 of two GOODBYEs that crossed neither is answered, and what came before the client's is lost", () => {
  const { room, victim, killer } = killed("wamp.2.cbor.batched");
  killer.say(32, 2, {}, "com.x").heard();
  victim.sayTogether([16, 1, {}, "com.x"], GOODBYE);
  expect([...victim.heard(), ...killer.heard()]).toEqual([]);
  expect(victim.peer.closed).toEqual(CLOSED);
  expect(room.log).toEqual([]);
});

test("SES-51 nothing follows the router's GOODBYE, in the same batch or later", () => {
  const room = killingRoom();
  const victim = room.join("wamp.2.msgpack.batched").say(32, 1, { match: "prefix" }, "");
  victim.say(64, 2, {}, "com.p").heard();
  const killer = room.join("wamp.2.json.batched");
  const caller = room.join().say(48, 1, {}, "com.p");
  victim.heard();
  killer.sayTogether(
    [16, 1, {}, "com.x", ["before"]],
    [48, 2, {}, "wamp.session.kill", [victim.session]],
    [16, 3, {}, "com.x", ["after"]],
    [48, 4, {}, "com.p"],
  );
  expect(victim.heardFrames()).toEqual([
    [[36, 1, expect.any(Number), { topic: "com.x" }, ["before"]], KILLED],
  ]);
  expect(killer.heard()).toEqual([
    [50, 2, {}],
    [8, 48, 4, {}, "wamp.error.no_such_procedure", [TEXT]],
  ]);
  expect(caller.heard()).toEqual([[8, 48, 1, {}, "wamp.error.canceled", [TEXT]]]);
  room.join().say(16, 1, {}, "com.x");
  room.pass(1);
  expect(victim.heard()).toEqual([]);
});

test.each(SUBPROTOCOLS)(
  "ORD-23 over %s what a client said before its GOODBYE is done before it",
  (subprotocol) => {
    const room = new WireRoom();
    const bob = room.join().say(32, 1, { match: "prefix" }, "com.").say(32, 2, {}, "wamp.session.on_leave");
    bob.heard();
    const alice = room.join(subprotocol);
    const authid = `anonymous-${alice.session.toString(36)}`;
    alice.sayTogether(
      [16, 1, {}, "com.a"],
      [48, 2, {}, "wamp.session.add_testament", ["com.will", [], {}]],
      [16, 3, {}, "com.b"],
      GOODBYE,
      [16, 4, {}, "com.never"],
    );
    expect(bob.heard()).toEqual([
      [36, 1, expect.any(Number), { topic: "com.a" }],
      [36, 1, expect.any(Number), { topic: "com.b" }],
      [36, 1, expect.any(Number), { topic: "com.will" }],
      [36, 2, expect.any(Number), {}, [102, authid, "anonymous"]],
    ]);
  },
);

test("SES-60 a killed session keeps nothing, not even a row", () => {
  const room = killingRoom();
  const [killer, victim] = [room.join(), room.join()];
  victim.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").say(48, 3, {}, ADD_TESTAMENT, ["com.x", [], {}]);
  killer.say(48, 1, {}, "com.p");
  room.pass(60_000);
  killer.say(48, 2, {}, "wamp.session.kill", [victim.session]);
  const { store } = room;
  expect([store.subscriptions(), store.subscribers(), store.registrations(), store.callees()].flat()).toEqual(
    [],
  );
  expect([store.invocations(), store.testaments(102)].flat()).toEqual([]);
  expect(store.sessions().map(({ session }) => session)).toEqual([101]);
  room.sleep();
  killer.heard();
  killer.say(48, 3, {}, "wamp.session.list");
  expect(killer.heard()).toEqual([[50, 3, {}, [[101]]]]);
});

test.each(SUBPROTOCOLS)(
  "SMA-12 GOODBYE reaches a session over %s with its reason and its message",
  (subprotocol) => {
    const room = killingRoom();
    const [killer, victim] = [room.join(), room.join(subprotocol)];
    const words = { reason: "com.example.maintenance", message: "bis später" };
    killer.say(48, 1, {}, "wamp.session.kill", [victim.session], words);
    expect(victim.heard()).toEqual([[6, { message: "bis später" }, "com.example.maintenance"]]);
  },
);

test("SMA-12 a client that does not read is killed as well, and told so last", () => {
  const room = killingRoom();
  const [killer, victim] = [room.join(), room.join()];
  victim.peer.backlog = room.settings.backlog + 1;
  killer.say(48, 1, {}, "wamp.session.kill", [victim.session]);
  expect(killer.heard()).toEqual([[50, 1, {}]]);
  expect(victim.heard()).toEqual([[6, { message: TEXT }, "wamp.close.killed"]]);
  expect(victim.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
});

test("SMA-27 the RESULT of a kill is sent before the GOODBYEs, and what follows from them after", () => {
  const room = killingRoom();
  const [killer, one, two, watcher] = [room.join(), room.join(), room.join(), room.join()];
  watcher.say(32, 1, {}, "wamp.session.on_leave").heard();
  const order = record({ killer, one, two, watcher });
  killer.say(48, 1, {}, "wamp.session.kill_by_authid", ["anonymous-2u"]);
  killer.say(48, 2, {}, "wamp.session.kill", [103]);
  expect(order).toEqual(["killer", "one", "watcher", "killer", "two", "watcher"]);
});

test("SMA-02 on_join is told once for each session, after its WELCOME, and not for who is refused", () => {
  const room = new WireRoom();
  const watcher = room.join().say(32, 1, {}, "wamp.session.on_join");
  watcher.heard();
  room.open().say(1, "realm9", ROLES);
  room.open().say(1, "realm1", {});
  room.open().say(99);
  room.open().vanish();
  expect(watcher.heard()).toEqual([]);
  const bob = room.open("wamp.2.cbor");
  const order = record({ watcher, bob });
  bob.say(1, "realm1", ROLES);
  expect(order).toEqual(["bob", "watcher"]);
  const joined = (session: number) => {
    const authid = `anonymous-${session.toString(36)}`;
    return { session, authid, authrole: "anonymous", authmethod: "anonymous", authprovider: "static" };
  };
  const [event] = watcher.heard() as Wire[];
  const session = bob.session;
  expect(event).toEqual([36, 1, expect.any(Number), {}, [joined(session)]]);
  bob.say(...GOODBYE).heard();
  bob.say(1, "realm1", ROLES);
  expect(watcher.heard()).toEqual([[36, 1, expect.any(Number), {}, [joined(bob.session)]]]);
  expect(bob.session).not.toBe(session);
});

test("SES-21 a session that subscribes to on_join is not told of its own", () => {
  const room = new WireRoom();
  const alice = room.open("wamp.2.cbor.batched");
  alice.sayTogether([1, "realm1", ROLES], [32, 1, { match: "prefix" }, "wamp."]);
  expect(alice.heard()).toEqual([welcome(101), [33, 1, 1]]);
});

test("SMA-06 what a client said of itself and how it signed in is nobody's business", () => {
  const method = {
    name: "ticket",
    offered: () => true,
    challenge: () => ({ challenge: { extra: { nonce: "n-secret" }, expects: { ticket: "t-secret" } } }),
    verify: () => ({
      principal: {
        authid: "bob",
        authrole: "device",
        authprovider: "static",
        authextra: { mail: "bob@secret.example" },
      },
    }),
  };
  const room = new WireRoom({ methods: [method] });
  const hello = {
    ...ROLES,
    authmethods: ["ticket"],
    authid: "bob",
    agent: "secret/1.0",
    authextra: { a: "secret" },
  };
  const join = () => room.open().say(1, "realm1", hello).say(5, "t-secret", { proof: "secret" });
  const watcher = join().say(32, 1, {}, "wamp.session.on_join");
  const { session } = join();
  watcher.say(48, 2, {}, "wamp.session.get", [session]);
  const details = {
    session,
    authid: "bob",
    authrole: "device",
    authmethod: "ticket",
    authprovider: "static",
  };
  expect(watcher.heard().slice(3)).toEqual([
    [36, 1, expect.any(Number), {}, [details]],
    [50, 2, {}, [details]],
  ]);
});

/** Every way in which a joined session ends. */
const ENDS: readonly [how: string, end: (session: Client, room: WireRoom) => void][] = [
  ["GOODBYE", (session) => session.say(...GOODBYE)],
  ["ABORT", (session) => session.say(3, {}, "wamp.error.abort")],
  ["a violation", (session) => session.say(36, 1, 1, {})],
  ["a frame that is no message", (session) => session.sayFrame(session.frame(session.encode(7)))],
  ["kill", (session, room) => room.join().say(48, 1, {}, "wamp.session.kill", [session.session])],
  [
    "kill_by_authid",
    (session, room) =>
      room
        .join()
        .say(48, 1, {}, "wamp.session.kill_by_authid", [`anonymous-${session.session.toString(36)}`]),
  ],
  ["the loss of the transport", (session) => session.vanish()],
  [
    "not reading what it is sent",
    (session, room) => {
      session.say(32, 99, {}, "com.flood");
      session.peer.backlog = room.settings.backlog + 1;
      room.join().say(16, 1, {}, "com.flood");
    },
  ],
  [
    "a socket that breaks",
    (session, room) => {
      session.say(32, 99, {}, "com.flood");
      session.peer.broken = true;
      room.join().say(16, 1, {}, "com.flood");
    },
  ],
  ["the loss of the transport while the realm slept", (session, room) => room.sleep({ vanished: [session] })],
];

test.each(ENDS)("SMA-04 on_leave is told once, and not to who leaves, after %s", (_how, end) => {
  const room = killingRoom();
  const watcher = room.join("wamp.2.msgpack").say(32, 1, {}, "wamp.session.on_leave");
  const bob = room.join("wamp.2.json.batched").say(32, 1, {}, "wamp.session.on_leave");
  const { session } = bob;
  watcher.heard();
  bob.heard();
  end(bob, room);
  bob.vanish();
  room.pass(60_000);
  const authid = `anonymous-${session.toString(36)}`;
  expect(watcher.heard()).toEqual([[36, 1, expect.any(Number), {}, [session, authid, "anonymous"]]]);
  expect((bob.heard() as Wire[]).filter(([code]) => code === 36)).toEqual([]);
});

test.each(ENDS)("TES-11 testaments are published, once each, after %s", (_how, end) => {
  const room = killingRoom();
  const watcher = room.join("wamp.2.cbor").say(32, 1, {}, "com.will");
  watcher.heard();
  const bob = room.join().say(32, 1, {}, "com.will");
  bob.say(48, 2, {}, ADD_TESTAMENT, ["com.will", ["destroyed"], {}]);
  bob.say(48, 3, {}, ADD_TESTAMENT, ["com.will", ["detached"], {}], { scope: "detached" });
  bob.heard();
  end(bob, room);
  bob.vanish();
  room.pass(60_000);
  expect(watcher.heard()).toEqual([
    [36, 1, expect.any(Number), {}, ["detached"]],
    [36, 1, expect.any(Number), {}, ["destroyed"]],
  ]);
  expect((bob.heard() as Wire[]).filter(([code]) => code === 36)).toEqual([]);
});

test("TES-01 a testament of any format reaches subscribers of every format as it was written", () => {
  for (const subprotocol of SUBPROTOCOLS) {
    const room = new WireRoom();
    const watchers = room.joinAll();
    for (const watcher of watchers) watcher.say(32, 1, {}, "com.will").heard();
    const bob = room.join(subprotocol);
    const args = [1, -1.5, "ä", null, [[]], { deep: { er: true } }];
    bob.say(48, 1, {}, ADD_TESTAMENT, ["com.will", args, { k: [1, 2] }]);
    bob.say(48, 2, {}, ADD_TESTAMENT, ["com.will", null, { k: "v" }]);
    bob.vanish();
    for (const watcher of watchers) {
      expect(watcher.heard()).toEqual([
        [36, 1, expect.any(Number), {}, args, { k: [1, 2] }],
        [36, 1, expect.any(Number), {}, [], { k: "v" }],
      ]);
    }
  }
});

test.each(["wamp.2.msgpack", "wamp.2.cbor"] as const)(
  "TES-03 over %s octets are neither args nor kwargs nor options",
  (subprotocol) => {
    const room = new WireRoom();
    const bob = room.join(subprotocol);
    const octets = Uint8Array.of(1, 2, 3);
    bob.say(48, 1, {}, ADD_TESTAMENT, ["com.will", octets, {}]);
    bob.say(48, 2, {}, ADD_TESTAMENT, ["com.will", [], octets]);
    bob.say(48, 3, {}, ADD_TESTAMENT, ["com.will", [], {}], { publish_options: octets });
    bob.say(48, 4, {}, "wamp.registration.lookup", ["com.p", octets]);
    expect(bob.heard()).toEqual(
      [1, 2, 3, 4].map((request) => [8, 48, request, {}, "wamp.error.invalid_argument", [TEXT]]),
    );
  },
);

test("MET-08 an id may come as a float where it is a whole number", () => {
  const room = new WireRoom();
  const alice = room.join().sayFrame('[48, 1, {}, "wamp.session.get", [1.01e2]]');
  const bob = room.join("wamp.2.msgpack");
  bob.sayFrame(encodeMsgpack([48, 1, {}, "wamp.session.get", [101]], { forceIntegerToFloat: true }));
  const carol = room.join("wamp.2.cbor");
  carol.sayFrame(encodeCbor([48, 1, {}, "wamp.session.get", [101]], { float64: true }));
  for (const each of [alice, bob, carol]) {
    expect(each.heard()).toEqual([[50, 1, {}, [expect.objectContaining({ session: 101 })]]]);
  }
});

test("MET-09 ids are integers in every format, also the longest", () => {
  const room = new WireRoom({ lastId: 2 ** 53 - 20 });
  const alice = room.join("wamp.2.json");
  const [bob, carol] = [room.join("wamp.2.msgpack"), room.join("wamp.2.cbor")];
  const ids = [alice, bob, carol].map(({ session }) => session);
  for (const each of [alice, bob, carol]) each.say(32, 1, {}, "wamp.registration.on_register").heard();
  for (const each of [alice, bob, carol]) each.say(48, 2, {}, "wamp.session.list");
  const dave = room.join();
  const { session } = dave;
  dave.say(64, 1, {}, "com.p");
  const result = [50, 2, {}, [ids]];
  const event = [36, 1, session + 1, {}, [session, 1]];
  expect(alice.peer.frames).toEqual([JSON.stringify(result), JSON.stringify(event)]);
  expect(bob.peer.frames).toEqual(
    [encodeMsgpack(result), encodeMsgpack(event)].map((each) => new Uint8Array(each)),
  );
  expect(carol.peer.frames).toEqual(
    [encodeCbor(result), encodeCbor(event)].map((each) => new Uint8Array(each)),
  );
});

test("SMA-26 who was killed may come again, on a new connection", () => {
  const { room, victim } = killed();
  victim.say(1, "realm1", ROLES);
  expect(victim.heard()).toEqual([]);
  expect(room.join().session).toBe(103);
});
