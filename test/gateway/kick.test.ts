/** What those in charge of a realm do to its sessions: see them, end them, and have their rights looked at again. */
import { expect, test } from "vitest";
import type { RoleTerms } from "../../src/gateway/admission.ts";
import { ADMITTED, HELLO, SlowMethod } from "./slow-method.ts";
import { arrive, Told } from "./told-method.ts";
import { abort, MANY, WireRoom } from "./wire.ts";

const KILLED = { reason: "wamp.close.killed", message: "the device was disabled" };
const TOLD_KILLED = [6, { message: "the device was disabled" }, "wamp.close.killed"];

test("S18 the sessions are listed with who they are and since when, and with nothing else", () => {
  const authextra = { token: "t0p" };
  const room = new WireRoom({ methods: [new Told({ alice: { authextra }, bob: { authrole: "admin" } })] });
  arrive(room, "alice");
  room.pass(1_500);
  arrive(room, "bob");
  room.open();
  const listed = [
    {
      session: 101,
      authid: "alice",
      authrole: "user",
      authmethod: "told",
      authprovider: "test",
      joined: 1_000_000,
    },
    {
      session: 102,
      authid: "bob",
      authrole: "admin",
      authmethod: "told",
      authprovider: "test",
      joined: 1_001_500,
    },
  ];
  expect(room.gateway.sessions()).toEqual(listed);
  room.sleep();
  expect(room.gateway.sessions()).toEqual(listed);
});

test("S18 a principal's sessions end at once, with what follows from that, and nobody else's", () => {
  const room = new WireRoom({ methods: [new Told()] });
  const devices = [arrive(room, "device"), arrive(room, "device")];
  const other = arrive(room, "other").say(32, 1, {}, "wamp.session.on_leave");
  devices[0]?.say(64, 1, {}, "com.p").heard();
  other.heard();
  expect(room.gateway.end(({ authid }) => authid === "device", KILLED)).toBe(2);
  for (const device of devices) {
    expect(device.heard()).toEqual([TOLD_KILLED]);
    expect(device.say(48, 5, {}, "com.p").heard()).toEqual([]);
  }
  expect(other.heard()).toEqual([
    [36, 1, expect.any(Number), {}, [101, "device", "user"]],
    [36, 1, expect.any(Number), {}, [102, "device", "user"]],
  ]);
  expect(other.say(48, 2, {}, "com.p").heard()).toEqual([
    [8, 48, 2, {}, "wamp.error.no_such_procedure", [expect.any(String)]],
  ]);
  expect(room.gateway.end(({ authid }) => authid === "device", KILLED)).toBe(0);
  expect(room.log).toEqual([
    { event: "ended", session: 101, ...KILLED },
    { event: "ended", session: 102, ...KILLED },
  ]);
  room.pass(room.settings.patience);
  expect(devices.map(({ peer }) => peer.closed)).toEqual(Array(2).fill({ code: 1008, reason: "" }));
});

test("S18 a batched session that is ended hears of it at once", () => {
  const room = new WireRoom({ methods: [new Told()] });
  const alice = room.open("wamp.2.cbor.batched").say(1, "realm1", {
    roles: { subscriber: {} },
    authmethods: ["told"],
    authid: "alice",
  });
  alice.heard();
  room.gateway.end(({ session }) => session === 101, KILLED);
  expect(alice.heard()).toEqual([TOLD_KILLED]);
});

test("S8 what a session may not hold any more is taken from it when the rules are looked at again", () => {
  let allow = true;
  const room = new WireRoom({
    methods: [new Told()],
    may: () => ({ allow, disclose: false, exceptions: false }),
  });
  const alice = arrive(room, "alice").say(32, 1, {}, "com.x").say(64, 2, {}, "com.p");
  expect(alice.heard()).toEqual([
    [33, 1, 1],
    [65, 2, 1],
  ]);
  allow = false;
  room.gateway.reconsider();
  expect([room.store.subscriptions(), room.store.registrations()]).toEqual([[], []]);
  allow = true;
  expect(alice.say(64, 3, {}, "com.p").heard()).toEqual([[65, 3, 2]]);
});

test("S18 whoever ends or asks outside of a frame has the alarm set anew", () => {
  let armed = 0;
  const room = new WireRoom({ methods: [new Told()], ports: () => ({ rearm: () => armed++ }) });
  arrive(room, "alice");
  expect(armed).toBe(0);
  room.gateway.reconsider();
  room.gateway.end(() => true, KILLED);
  void room.gateway.ask("com.p", []).catch(() => undefined);
  expect(armed).toBe(3);
});

test("RULE-12 whose role or principal is gone when the realm wakes is told and leaves", () => {
  const roles: Record<string, RoleTerms> = { user: MANY, admin: MANY };
  const gone = new Set<string>();
  const room = new WireRoom({
    methods: [new Told({ alice: {}, bob: { authrole: "admin" }, carol: {} })],
    roles,
    ports: () => ({ stillWelcome: ({ authid }) => !gone.has(authid) }),
  });
  const [alice, bob, carol] = [arrive(room, "alice"), arrive(room, "bob"), arrive(room, "carol")];
  carol.say(32, 1, {}, "wamp.session.on_leave").heard();
  bob.say(64, 1, {}, "com.p").heard();
  room.sleep();
  expect([...alice.heard(), ...bob.heard(), ...carol.heard()]).toEqual([]);
  roles.admin = undefined as never; // the configuration has it no more
  gone.add("alice");
  room.sleep();
  const told = [6, { message: "its role or its principal is gone" }, "wamp.close.killed"];
  expect([alice.heard(), bob.heard()]).toEqual([[told], [told]]);
  expect(carol.heard()).toEqual([
    [36, 1, expect.any(Number), {}, [101, "alice", "user"]],
    [36, 1, expect.any(Number), {}, [102, "bob", "admin"]],
  ]);
  expect(room.gateway.sessions().map(({ authid }) => authid)).toEqual(["carol"]);
  room.pass(room.settings.patience);
  expect(alice.peer.closed).toEqual({ code: 1008, reason: "" });
});

test("RULE-62 whoever is disabled while its sign-in is judged does not join", async () => {
  const method = new SlowMethod();
  let isGone = false;
  const room = new WireRoom({ methods: [method], ports: () => ({ stillWelcome: () => !isGone }) });
  const alice = room.open().say(...HELLO);
  isGone = true;
  method.pending.shift()?.resolve(ADMITTED);
  await alice.busy;
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_denied")]);
  expect(room.gateway.sessions()).toEqual([]);
});
