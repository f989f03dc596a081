/** S13: how fast a session may speak. */
import { describe, expect, test } from "vitest";
import type { RoleTerms } from "../../src/gateway/admission.ts";
import type { Rate } from "../../src/gateway/rate.ts";
import { type Client, ROLES } from "./client.ts";
import { arrive, hello, Told } from "./told-method.ts";
import { MANY, WireRoom } from "./wire.ts";

const LIMIT = "edgebahn.error.limit_exceeded";
const RATE: Rate = { perSecond: 10, burst: 5 };

function scene(user: Partial<RoleTerms>, realm?: Rate, more: ConstructorParameters<typeof WireRoom>[0] = {}) {
  return new WireRoom({
    methods: [new Told({ alice: {}, bob: {}, admin: { authrole: "admin" } })],
    roles: { user: { ...MANY, ...user }, admin: MANY },
    settings: { ...(realm && { rate: realm }) },
    ...more,
  });
}

const text = (whose: string, wait: number) =>
  `the limit of messages a second of ${whose} is 10, 5 at once: try again in ${wait} ms`;
const refused = (code: number, request: number, wait: number, whose = "one session") => [
  8,
  code,
  request,
  {},
  LIMIT,
  [text(whose, wait)],
];
const ended = (whose = "one session") => [
  3,
  {
    message: `the limit of messages a second of ${whose} is 10, 5 at once, and messages kept coming: send fewer`,
  },
  LIMIT,
];
const ENDED = { code: 1008, reason: LIMIT };

/** Publishes with acknowledge, from the request `from` on. Returns the codes of the replies. */
function publish(client: Client, from: number, count: number): unknown[] {
  for (let n = 0; n < count; n++) client.say(16, from + n, { acknowledge: true }, "com.x");
  return (client.heard() as unknown[][]).map(([code]) => code);
}

describe("a session over its rate", () => {
  test("S13 N-1 and N messages at once are served, N+1 is refused, and when the time has come it is served", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    expect(publish(alice, 1, 4)).toEqual([17, 17, 17, 17]);
    expect(publish(alice, 5, 1)).toEqual([17]);
    alice.say(16, 6, { acknowledge: true }, "com.x");
    expect(alice.heard()).toEqual([refused(16, 6, 110)]); // being told takes a tenth
    room.pass(50);
    alice.say(16, 7, { acknowledge: true }, "com.x");
    expect(alice.heard()).toEqual([refused(16, 7, 70)]);
    room.pass(69);
    alice.say(16, 8, { acknowledge: true }, "com.x");
    expect(alice.heard()).toEqual([refused(16, 8, 11)]);
    room.pass(11);
    expect(publish(alice, 9, 1)).toEqual([17]);
    room.pass(60_000);
    expect(publish(alice, 10, 6)).toEqual([17, 17, 17, 17, 17, 8]);
  });

  test.each([
    ["CALL", 48, [{}, "com.p"]],
    ["SUBSCRIBE", 32, [{}, "com.x"]],
    ["UNSUBSCRIBE", 34, [1]],
    ["REGISTER", 64, [{}, "com.p"]],
    ["UNREGISTER", 66, [1]],
    ["acknowledged PUBLISH", 16, [{ acknowledge: true }, "com.x"]],
  ])("S13 %s is refused without effect", (_name, code, rest) => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice").say(32, 1, {}, "com.y").say(64, 2, {}, "com.q");
    publish(alice, 3, 3);
    const rows = () => [room.store.subscriptions(), room.store.registrations()];
    const before = rows();
    alice.say(code, 9, ...rest);
    expect(alice.heard()).toEqual([refused(code, 9, 110)]);
    expect(rows()).toEqual(before);
  });

  test("S13 what nobody answers is served on credit as large as the burst; beyond it the session ends, and nothing was lost before", () => {
    const room = scene({ rate: RATE });
    const watcher = arrive(room, "admin").say(32, 1, {}, "com.x");
    watcher.heard();
    const alice = arrive(room, "alice");
    for (let n = 1; n <= 10; n++) alice.say(16, n, {}, "com.x", [n]);
    expect(alice.heard()).toEqual([]);
    expect((watcher.heard() as unknown[][]).map(([, , , , args]) => args)).toEqual(
      Array.from({ length: 10 }, (_, n) => [n + 1]),
    );
    alice.say(16, 11, {}, "com.x", [11]);
    expect(alice.heard()).toEqual([ended()]);
    expect(alice.peer.closed).toEqual(ENDED);
    expect(watcher.heard()).toEqual([]);
    expect(room.log).toEqual([{ event: "abort", session: 102, reason: LIMIT, message: expect.any(String) }]);
  });

  test("S13 credit is paid back before the next request is served", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    for (let n = 1; n <= 10; n++) alice.say(16, n, {}, "com.x");
    alice.say(32, 11, {}, "com.x");
    expect(alice.heard()).toEqual([ended()]);
    expect(alice.peer.closed).toEqual(ENDED); // even being told was too much
    const bob = arrive(room, "bob");
    for (let n = 1; n <= 9; n++) bob.say(16, n, {}, "com.x");
    bob.say(32, 10, {}, "com.x");
    expect(bob.heard()).toEqual([refused(32, 10, 510)]);
    room.pass(510);
    expect(bob.say(32, 11, {}, "com.x").heard()).toEqual([[33, 11, 1]]);
  });

  test("S13 answers of a callee, CANCEL and chunks of a running call are served on credit", () => {
    const room = scene({ rate: RATE });
    const features = {
      progressive_call_invocations: true,
      progressive_call_results: true,
      call_canceling: true,
    };
    const roles = { caller: { features }, callee: { features } };
    const callee = room.open().say(1, "realm1", { roles, authmethods: ["told"], authid: "alice" });
    const caller = room.open().say(1, "realm1", { roles, authmethods: ["told"], authid: "bob" });
    callee.say(64, 1, {}, "com.p").heard();
    caller.heard();
    publish(callee, 2, 4);
    for (let n = 1; n <= 5; n++) caller.say(48, 1, { progress: true }, "com.p", [n]);
    caller.say(48, 1, { progress: true }, "com.p", [6]).say(49, 1, { mode: "kill" });
    expect((callee.heard() as unknown[][]).map(([code, , , , args]) => [code, args])).toEqual([
      ...Array.from({ length: 6 }, (_, n) => [68, [n + 1]]),
      [69, undefined],
    ]);
    callee.say(70, 1, { progress: true }, ["more"]).say(8, 68, 1, {}, "com.error");
    expect((caller.heard() as unknown[][]).map(([code]) => code)).toEqual([8]);
    expect(caller.say(32, 2, {}, "com.x").heard()).toEqual([refused(32, 2, 310)]);
    expect(callee.say(32, 6, {}, "com.x").heard()).toEqual([refused(32, 6, 310)]);
  });

  test("PCI-11 of a call whose first chunk is refused no other one is taken for the first", () => {
    const room = scene({ rate: RATE });
    const roles = {
      caller: { features: { progressive_call_invocations: true } },
      callee: ROLES.roles.callee,
    };
    const alice = room.open().say(1, "realm1", { roles, authmethods: ["told"], authid: "alice" });
    alice.say(64, 1, {}, "com.p").heard();
    for (let n = 2; n <= 5; n++) alice.say(34, n, 99);
    alice.heard();
    alice.say(48, 6, { progress: true }, "com.p", [1]);
    room.pass(200);
    alice.say(48, 6, { progress: true }, "com.p", [2]);
    room.sleep();
    alice.say(48, 6, {}, "com.p", [3]);
    expect(alice.heard()).toEqual([refused(48, 6, 110)]);
  });

  test("PCI-11 a chunk that comes when its call is over is not answered, over the rate or not, nor begins another call", () => {
    const room = scene({ rate: RATE });
    const roles = {
      caller: { features: { progressive_call_invocations: true } },
      callee: { features: { progressive_call_invocations: true, call_canceling: true } },
    };
    const callee = room.open().say(1, "realm1", { roles, authmethods: ["told"], authid: "bob" });
    const alice = room.open().say(1, "realm1", { roles, authmethods: ["told"], authid: "alice" });
    callee.say(64, 1, {}, "com.p").heard();
    alice.heard();
    for (const request of [1, 2]) alice.say(48, request, { progress: true }, "com.p", ["first"]);
    for (const invocation of [1, 2]) callee.say(70, invocation, {}, ["enough"]);
    for (const request of [3, 4, 5]) alice.say(16, request, {}, "com.x"); // the burst is used up
    alice.say(48, 1, { progress: true }, "com.p", ["late"]);
    room.pass(10_000);
    alice.say(48, 2, {}, "com.p", ["late"]);
    expect(alice.heard()).toEqual([
      [50, 1, {}, ["enough"]],
      [50, 2, {}, ["enough"]],
    ]);
    expect((callee.heard() as unknown[][]).map(([code, id]) => [code, id])).toEqual([
      [68, 1],
      [68, 2],
    ]);
  });

  test.each([
    ["from none", {}, { rate: RATE }],
    ["from another", { rate: { perSecond: 1_000, burst: 1_000 } }, { rate: RATE }],
    ["of an authid", {}, { ratePerAuthid: RATE }],
  ])("S13 SMA-29 who is given another role is held to its rate at once: %s", (_what, before, after) => {
    for (const sleeps of [false, true]) {
      const room = new WireRoom({
        methods: [new Told({ alice: {}, admin: { authrole: "admin" } })],
        roles: { user: { ...MANY, ...before }, slow: { ...MANY, ...after }, admin: MANY },
        realm: { metaModify: true },
      });
      const alice = arrive(room, "alice");
      expect(publish(alice, 1, 20)).toEqual(Array(20).fill(17));
      const delta = { authrole: "slow" };
      arrive(room, "admin").say(48, 1, {}, "wamp.session.modify_details", [alice.session, delta]);
      if (sleeps) room.sleep();
      expect(publish(alice, 21, 6)).toEqual([17, 17, 17, 17, 17, 8]);
    }
  });

  test("ID-10 the request id of what is refused counts", () => {
    const room = scene({ rate: RATE }, undefined, { realm: { requestIdCheck: "strict" } });
    const alice = arrive(room, "alice");
    expect(publish(alice, 1, 6)).toEqual([17, 17, 17, 17, 17, 8]);
    room.pass(1_000);
    expect(publish(alice, 7, 1)).toEqual([17]);
    alice.say(16, 9, {}, "com.x");
    expect(alice.peer.closed?.code).toBe(1002);
  });

  test("S13 whoever asks and asks without waiting ends, too", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    const codes = publish(alice, 1, 100);
    expect(codes.filter((code) => code === 17)).toHaveLength(5);
    expect(codes.filter((code) => code === 8).length).toBeGreaterThanOrEqual(49);
    expect(codes.at(-1)).toBe(3);
    expect(alice.peer.closed).toEqual(ENDED);
  });

  test("S13 GOODBYE is always served, ABORT too, and a new HELLO does not fill the bucket", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    for (let n = 1; n <= 10; n++) alice.say(16, n, {}, "com.x");
    expect(alice.say(6, {}, "wamp.close.normal").heard()).toEqual([[6, {}, "wamp.close.goodbye_and_out"]]);
    room.pass(599); // ten tokens were taken on a burst of five, and GOODBYE could take no more
    const told = { message: text("one session", 1) };
    expect(alice.say(...hello("alice")).heard()).toEqual([[3, told, LIMIT]]);
    expect(alice.peer.closed).toEqual(ENDED);
  });

  test("S13 rounds of HELLO and GOODBYE take from the bucket, whoever they say that they are", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    const round = (who: string) => {
      const [goodbye, next] = alice
        .say(6, {}, "wamp.close.normal")
        .say(...hello(who))
        .heard() as unknown[][];
      return [goodbye?.[0], next?.[0]];
    };
    expect([round("admin"), round("alice"), round("admin"), round("alice")]).toEqual(Array(4).fill([6, 2]));
    // Alice's sessions ended twice and were followed by a HELLO: one token is left.
    expect(publish(alice, 1, 2)).toEqual([17, 8]);
    alice.vanish();
    const bob = arrive(room, "bob");
    const codes = bob
      .say(6, {}, "x.y")
      .say(...hello("bob"))
      .say(6, {}, "x.y")
      .say(...hello("bob"))
      .heard() as unknown[][];
    expect(codes.map(([code]) => code)).toEqual([6, 2, 6, 2]);
    expect(
      (
        bob
          .say(6, {}, "x.y")
          .say(...hello("bob"))
          .heard() as unknown[][]
      ).map(([code]) => code),
    ).toEqual([6, 3]);
    expect(bob.peer.closed).toEqual(ENDED);
  });
});

describe("whose rate it is", () => {
  test("S13 sessions are held to the rate of their own role, each by itself", () => {
    const room = scene({ rate: RATE });
    const [alice, bob, admin] = [arrive(room, "alice"), arrive(room, "bob"), arrive(room, "admin")];
    expect(publish(alice, 1, 6).at(-1)).toBe(8);
    expect(publish(bob, 1, 5).at(-1)).toBe(17);
    expect(publish(admin, 1, 500).every((code) => code === 17)).toBe(true);
    expect(admin.connection.meter).toBeUndefined();
  });

  test("S13 an authid is held to its rate with all its sessions together", () => {
    const room = scene({ ratePerAuthid: RATE });
    const [one, two, bob] = [arrive(room, "alice"), arrive(room, "alice"), arrive(room, "bob")];
    expect(publish(one, 1, 3)).toEqual([17, 17, 17]);
    expect(publish(two, 1, 2)).toEqual([17, 17]);
    expect(two.say(32, 3, {}, "com.x").heard()).toEqual([refused(32, 3, 100, "one authid")]);
    one.vanish();
    two.vanish();
    expect(arrive(room, "alice").say(32, 1, {}, "com.x").heard()[0]).toEqual(
      expect.arrayContaining([8, LIMIT]),
    );
    expect(publish(bob, 1, 5).at(-1)).toBe(17);
  });

  test("S13 an authid whose bucket is full is forgotten, one that owes is not", () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`n${n}`, {}]));
    const room = scene({ ratePerAuthid: RATE }, undefined, { methods: [new Told({ ...many, alice: {} })] });
    const alice = arrive(room, "alice");
    publish(alice, 1, 5);
    for (let n = 0; n < 500; n++) {
      const one = arrive(room, `n${n}`);
      publish(one, 1, 1);
      one.vanish();
    }
    expect(publish(alice, 6, 1)).toEqual([8]);
  });

  test("S13 a realm is held to its rate with all its sessions together", () => {
    const room = scene({}, RATE);
    const [alice, admin] = [arrive(room, "alice"), arrive(room, "admin")];
    expect(publish(alice, 1, 3)).toEqual([17, 17, 17]);
    expect(publish(admin, 1, 2)).toEqual([17, 17]);
    expect(alice.say(32, 4, {}, "com.x").heard()).toEqual([refused(32, 4, 100, "the realm")]);
    for (let n = 3; n <= 6; n++) admin.say(16, n, {}, "com.x");
    expect(admin.peer.closed).toBeUndefined();
    for (let n = 7; n <= 8; n++) admin.say(16, n, {}, "com.x");
    expect(admin.heard()).toEqual([ended("the realm")]);
  });

  test("S13 whoever others have emptied the realm's bucket for is refused what is answered, served the rest, and not ended", () => {
    const room = scene({}, RATE);
    const [alice, admin, bob] = [arrive(room, "alice"), arrive(room, "admin"), arrive(room, "bob")];
    for (let n = 1; n <= 10; n++) admin.say(16, n, {}, "com.x"); // five, and five on credit: N
    expect(admin.peer.closed).toBeUndefined();
    expect(alice.say(16, 1, {}, "com.x").heard()).toEqual([]);
    expect(alice.say(32, 2, {}, "com.x").heard()).toEqual([refused(32, 2, 600, "the realm")]);
    expect(bob.say(32, 1, {}, "com.x").heard()).toEqual([refused(32, 1, 600, "the realm")]);
    admin.say(16, 11, {}, "com.x"); // N+1
    expect(admin.heard()).toEqual([ended("the realm")]);
    for (let n = 3; n <= 5; n++) alice.say(16, n, {}, "com.x"); // with what is 4.1 on credit: N-1
    expect([alice.peer.closed, alice.heard()]).toEqual([undefined, []]);
    alice.say(16, 6, {}, "com.x"); // 5.1: more than its part
    expect(alice.heard()).toEqual([ended("the realm")]);
    expect(bob.peer.closed).toBeUndefined();
    room.pass(600);
    expect(bob.say(32, 2, {}, "com.x").heard()).toEqual([[33, 2, expect.any(Number)]]);
  });

  test("S13 of those who keep a bucket empty, whoever takes its part of what flows in is served, whoever takes more ends", () => {
    const room = scene({}, RATE);
    const [alice, admin] = [arrive(room, "alice"), arrive(room, "admin")];
    let [mine, theirs] = [0, 0];
    while (!admin.peer.closed) {
      room.pass(100); // one flows in
      for (let n = 0; n < 2; n++) admin.say(16, ++theirs, {}, "com.x");
      if (theirs % 8 === 0) alice.say(16, ++mine, {}, "com.x");
    }
    expect(mine).toBeGreaterThan(1);
    expect([alice.peer.closed, alice.heard()]).toEqual([undefined, []]);
    expect(admin.heard()).toEqual([ended("the realm")]);
  });

  test("S13 a message counts for its session, its authid and its realm at once", () => {
    const room = scene(
      { rate: { perSecond: 10, burst: 3 }, ratePerAuthid: { perSecond: 10, burst: 4 } },
      RATE,
    );
    const [one, two, bob] = [arrive(room, "alice"), arrive(room, "alice"), arrive(room, "bob")];
    const last = (client: Client) => JSON.stringify(client.say(32, 9, {}, "com.x").heard()[0]);
    expect(publish(one, 1, 3)).toEqual([17, 17, 17]);
    expect(last(one)).toContain("of one session is 10, 3 at once");
    expect(publish(two, 1, 1)).toEqual([17]);
    expect(last(two)).toContain("of one authid is 10, 4 at once");
    expect(publish(bob, 1, 1)).toEqual([17]);
    expect(last(bob)).toContain("of the realm is 10, 5 at once");
  });

  test("S13 after sleep a session is held to its role's rate again", () => {
    const room = scene({ rate: RATE });
    const alice = arrive(room, "alice");
    publish(alice, 1, 5);
    room.sleep();
    expect(publish(alice, 6, 6)).toEqual([17, 17, 17, 17, 17, 8]);
  });

  test("S13 without rates nobody is held to anything", () => {
    const room = scene({});
    const alice = arrive(room, "alice");
    expect(alice.connection.meter).toBeUndefined();
    expect(publish(alice, 1, 2_000).every((code) => code === 17)).toBe(true);
  });
});
