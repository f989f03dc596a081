/** Roles, how many sessions there may be, and what becomes of an older one of the same principal. */
import { describe, expect, test } from "vitest";
import { Anonymous } from "../../src/auth/anonymous.ts";
import type { RoleTerms } from "../../src/gateway/admission.ts";
import { ROLES } from "./client.ts";
import { arrive, hello, Told, welcomeAs } from "./told-method.ts";
import { MANY, WireRoom, welcome } from "./wire.ts";

function scene(user: RoleTerms, more: Readonly<Record<string, RoleTerms>> = {}, sessions = 5_000) {
  const known = { admin: { authrole: "admin" }, lost: { authrole: "gone" } };
  const method = new Told(
    new Proxy<Record<string, object>>(known, { get: (of, name) => of[String(name)] ?? {} }),
  );
  return new WireRoom({
    methods: [method, new Anonymous("everybody")],
    roles: { user, admin: MANY, anonymous: MANY, ...more },
    settings: { sessions },
  });
}

const refused = (message: string, reason: string) => [3, { message }, reason];
const LIMIT = "edgebahn.error.limit_exceeded";

describe("roles", () => {
  test("AUT-09 a role that the realm does not have admits nobody", () => {
    const room = scene(MANY);
    const alice = room.open().say(...hello("lost"));
    expect(alice.heard()).toEqual([
      refused("the realm realm1 has no role gone: its configuration must name it", "wamp.error.no_such_role"),
    ]);
    expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.no_such_role" });
    expect(room.gateway.sessions()).toEqual([]);
  });

  test("AUT-12 ERR-13 a role that is asked for and does not exist is refused, after the sign-in", () => {
    const room = scene(MANY);
    expect(
      room
        .open()
        .say(...hello("alice", { authrole: "root" }))
        .heard(),
    ).toEqual([
      refused("the realm realm1 has no role root: its configuration must name it", "wamp.error.no_such_role"),
    ]);
  });

  test.each(["admin", "user"])("AUT-12 a role that is asked for is not granted for that: %s", (authrole) => {
    const room = scene(MANY);
    expect(
      room
        .open()
        .say(...hello("alice", { authrole }))
        .heard(),
    ).toEqual([welcomeAs(101, "alice")]);
  });

  test("AUT-15 several sessions of one authid may be here at once", () => {
    const room = scene(MANY);
    const two = [arrive(room, "alice"), arrive(room, "alice")];
    expect(two.map(({ session }) => session)).toEqual([101, 102]);
    expect(two.map(({ peer }) => peer.closed)).toEqual([undefined, undefined]);
  });
});

describe("limits", () => {
  test.each([
    ["of the realm", MANY, 3, "the limit of sessions of the realm realm1 is 3: try again when one has ended"],
    [
      "of a role",
      { ...MANY, sessions: 3 },
      5_000,
      "the limit of sessions of the role user is 3: try again when one has ended",
    ],
  ])(
    "S13 sessions %s: the last that fits joins, one more does not, and one that leaves makes room",
    (_whose, terms, most, text) => {
      const room = scene(terms, {}, most);
      const here = ["a", "b", "c"].map((authid) => arrive(room, authid));
      const late = room.open().say(...hello("d"));
      expect(late.heard()).toEqual([refused(text, LIMIT)]);
      expect(late.peer.closed).toEqual({ code: 1000, reason: LIMIT });
      here[1]?.vanish();
      expect(arrive(room, "d").session).toBe(105);
      expect(
        room
          .open()
          .say(...hello("e"))
          .heard(),
      ).toEqual([refused(text, LIMIT)]);
      expect(room.gateway.sessions().map(({ authid }) => authid)).toEqual(["a", "c", "d"]);
    },
  );

  test("S13 a full role takes no room from the others", () => {
    const room = scene({ ...MANY, sessions: 1 });
    arrive(room, "a");
    expect(arrive(room, "admin").session).toBe(102);
    expect(room.open().say(1, "realm1", ROLES).heard()).toEqual([welcome(103)]);
  });

  test("S13 sessions of one authid, and only of that one", () => {
    const room = scene({ ...MANY, sessionsPerAuthid: 2 });
    const [first] = [arrive(room, "a"), arrive(room, "a")];
    expect(
      room
        .open()
        .say(...hello("a"))
        .heard(),
    ).toEqual([refused("the limit of sessions of one authid is 2: try again when one has ended", LIMIT)]);
    arrive(room, "b");
    first?.say(6, {}, "wamp.close.normal");
    expect(arrive(room, "a").session).toBe(105);
  });

  test("S13 after sleep the sessions that are here still count", () => {
    const room = scene({ ...MANY, sessions: 2 });
    arrive(room, "a");
    arrive(room, "b");
    room.sleep();
    expect(
      room
        .open()
        .say(...hello("c"))
        .heard()[0],
    ).toEqual(expect.arrayContaining([3, LIMIT]));
  });

  test("S13 whoever replaces needs no room", () => {
    const room = scene({ singleSession: "newest", sessions: 1, sessionsPerAuthid: 1 }, {}, 1);
    arrive(room, "a");
    expect(arrive(room, "a").session).toBe(102);
    expect(
      room
        .open()
        .say(...hello("b"))
        .heard()[0],
    ).toEqual(expect.arrayContaining([3, LIMIT]));
  });
});

const REPLACED = [6, { message: "replaced by a newer session of device" }, "edgebahn.close.replaced"];

describe("newest", () => {
  const newest = { singleSession: "newest" } as const;

  test("S7 the old session is told, its procedures are free before the new one's WELCOME, and others hear of both", () => {
    const room = scene(newest);
    const old = arrive(room, "device").say(64, 1, {}, "com.device.reboot").say(32, 2, {}, "com.all");
    const watcher = arrive(room, "admin")
      .say(32, 1, { match: "prefix" }, "wamp.session")
      .say(48, 2, {}, "com.device.reboot");
    old.heard();
    watcher.heard();
    const device = room.open().say(...hello("device"));
    expect(old.heard()).toEqual([REPLACED]);
    expect(watcher.heard()).toEqual([
      [8, 48, 2, {}, "wamp.error.canceled", ["the callee left before it answered"]],
      [36, 2, expect.any(Number), { topic: "wamp.session.on_leave" }, [101, "device", "user"]],
      [
        36,
        2,
        expect.any(Number),
        { topic: "wamp.session.on_join" },
        [expect.objectContaining({ session: device.session })],
      ],
    ]);
    expect(device.heard()).toEqual([welcomeAs(device.session, "device")]);
    expect(device.say(64, 1, {}, "com.device.reboot").heard()).toEqual([[65, 1, 2]]);
  });

  test("S7 the old socket is closed in bounded time, whether or not it answers", () => {
    const room = scene(newest);
    const [silent, polite] = [arrive(room, "device"), arrive(room, "other")];
    arrive(room, "device");
    arrive(room, "other");
    polite.say(6, {}, "wamp.close.goodbye_and_out");
    expect(polite.peer.closed).toEqual({ code: 1000, reason: "" });
    room.pass(room.settings.patience - 1);
    expect(silent.peer.closed).toBeUndefined();
    room.pass(1);
    expect(silent.peer.closed).toEqual({ code: 1008, reason: "" });
  });

  test("S7 200 devices that vanished come back, and register in one try", () => {
    const room = scene(newest);
    const come = (n: number) => {
      const device = arrive(room, `device-${n}`);
      return device.say(64, 1, {}, `com.device.${n}`).heard();
    };
    for (let n = 0; n < 200; n++) expect(come(n)).toEqual([[65, 1, n + 1]]);
    room.sleep();
    for (let n = 0; n < 200; n++) expect(come(n)).toEqual([[65, 1, 201 + n]]);
    expect(room.gateway.sessions()).toHaveLength(200);
  });

  test("S7 nobody is replaced by another authid, by the same one in another role, or by an anonymous one", () => {
    const room = scene(newest, { anonymous: newest, admin: newest });
    const sessions = [
      arrive(room, "device"),
      arrive(room, "device2"),
      arrive(room, "admin"),
      room.join(),
      room.join(),
    ];
    expect(sessions.map(({ peer }) => peer.closed)).toEqual(Array(5).fill(undefined));
    expect(sessions.map(({ connection }) => connection.state.phase)).toEqual(Array(5).fill("joined"));
  });

  test("S7 an anonymous session replaces nobody whose name it happens to be given", () => {
    const named = new Told({ "anonymous-2u": { authrole: "anonymous" } });
    const roles = { anonymous: newest };
    const room = new WireRoom({ methods: [named, new Anonymous("everybody")], roles });
    const first = arrive(room, "anonymous-2u");
    expect(room.open().say(1, "realm1", ROLES).heard()).toEqual([welcome(102)]);
    expect(first.connection.state.phase).toBe("joined");
    expect(arrive(room, "anonymous-2u").session).toBe(103);
    expect(room.gateway.sessions().map(({ session }) => session)).toEqual([102, 103]);
  });

  test("S7 the same authid in another role is left alone", () => {
    let authrole = "user";
    const known = new Proxy<Record<string, object>>({}, { get: () => ({ authrole }) });
    const room = new WireRoom({ methods: [new Told(known)], roles: { user: newest, admin: newest } });
    const first = arrive(room, "device");
    authrole = "admin";
    arrive(room, "device");
    expect(first.connection.state.phase).toBe("joined");
  });

  test("S7 whoever is refused replaces nobody", () => {
    const room = scene({ ...newest, sessionsPerAuthid: 0 });
    const many = scene(newest);
    const old = arrive(many, "device");
    expect(
      many
        .open()
        .say(...hello("device", { authrole: "root" }))
        .heard()[0],
    ).toEqual(expect.arrayContaining([3, "wamp.error.no_such_role"]));
    expect(old.connection.state.phase).toBe("joined");
    expect(
      room
        .open()
        .say(...hello("device"))
        .heard()[0],
    ).toEqual(expect.arrayContaining([3, LIMIT]));
  });

  test("S7 an old peer that reads nothing is closed at once", () => {
    const room = scene(newest);
    const old = arrive(room, "device");
    old.peer.backlog = room.settings.backlog + 1;
    const device = arrive(room, "device");
    expect(old.peer.closed).toEqual({ code: 1008, reason: "slow consumer" });
    expect(room.gateway.sessions().map(({ session }) => session)).toEqual([device.session]);
  });

  test("S7 the log says who replaced whom, once", () => {
    const room = scene(newest);
    arrive(room, "device");
    arrive(room, "device");
    expect(room.log).toEqual([{ event: "replaced", session: 101, by: 102, authid: "device" }]);
  });

  test("S7 sessions that were many before the role was single are all replaced", () => {
    const room = scene(MANY);
    const old = [arrive(room, "device"), arrive(room, "device")];
    const single = new WireRoom({
      methods: [new Told()],
      roles: { user: newest },
      store: room.store,
      lastId: 200,
    });
    single.wake(old);
    for (const each of old) each.heard();
    const device = single.open().say(...hello("device"));
    expect(old.map((each) => each.heard())).toEqual([[REPLACED], [REPLACED]]);
    expect(device.heard()).toEqual([welcomeAs(201, "device")]);
  });
});

describe("oldest", () => {
  test("S7 the newer session is refused and told why; when the old one has left it may come", () => {
    const room = scene({ singleSession: "oldest" });
    const old = arrive(room, "device");
    const device = room.open().say(...hello("device"));
    expect(device.heard()).toEqual([
      refused(
        "device has a session already, and the role user admits one at a time: end that one first",
        "wamp.error.not_authorized",
      ),
    ]);
    expect(device.peer.closed).toEqual({ code: 1000, reason: "wamp.error.not_authorized" });
    expect(old.heard()).toEqual([]);
    arrive(room, "device2");
    old.vanish();
    expect(arrive(room, "device").session).toBe(104);
  });
});
