/** Permissions that somebody has to be asked for: the message waits, keeps its place, and nobody else waits. */
import { describe, expect, test } from "vitest";
import { askAuthorizer } from "../../src/gateway/asking.ts";
import { type May, Undecided } from "../../src/router/authorization.ts";
import { WampError } from "../../src/wamp/error.ts";
import type { Client } from "./client.ts";
import { arrive, Told } from "./told-method.ts";
import { WireRoom } from "./wire.ts";

interface Open {
  readonly undecided: Undecided;
  readonly say: (allow: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** `com.free.` is free to all; of anything else it is asked, each time anew, and answered when the test says so. */
function scene(more: ConstructorParameters<typeof WireRoom>[0] = {}) {
  const open: Open[] = [];
  const said = new Map<string, boolean>();
  const key = (action: string, uri: string) => `${action} ${uri}`;
  const may: May = (identity, action, uri, match) => {
    const allow = uri.startsWith("com.free.") || uri.startsWith("wamp.") ? true : said.get(key(action, uri));
    said.delete(key(action, uri)); // good for one use
    if (allow === undefined) throw new Undecided(identity, { action, uri, match });
    return { allow, disclose: false, exceptions: false };
  };
  const decide = (undecided: Undecided) =>
    new Promise<void>((resolve, reject) => {
      const say = (allow: boolean) => {
        said.set(key(undecided.action, undecided.uri), allow);
        resolve();
      };
      open.push({ undecided, say, fail: reject });
    });
  const room = new WireRoom({ methods: [new Told()], may, ports: () => ({ decide }), ...more });
  return { room, open };
}

async function settle(client: Client, busy: Client["busy"], act: () => void): Promise<unknown[]> {
  act();
  await busy;
  return client.heard();
}

const FAILED = ["whether this is allowed could not be found out"];
const DENIED = [expect.stringContaining("may not")];

describe("a message that is undecided", () => {
  test.each([
    ["SUBSCRIBE", [32, 1, {}, "com.x"], [33, 1, 1], [8, 32, 1, {}, "wamp.error.not_authorized", DENIED]],
    ["REGISTER", [64, 1, {}, "com.x"], [65, 1, 1], [8, 64, 1, {}, "wamp.error.not_authorized", DENIED]],
    [
      "acknowledged PUBLISH",
      [16, 1, { acknowledge: true }, "com.x"],
      [17, 1, 102],
      [8, 16, 1, {}, "wamp.error.not_authorized", DENIED],
    ],
    [
      "CALL",
      [48, 1, {}, "com.x"],
      [8, 48, 1, {}, "wamp.error.no_such_procedure", [expect.any(String)]],
      [8, 48, 1, {}, "wamp.error.not_authorized", DENIED],
    ],
  ])(
    "AZN-11 %s is served when it is allowed, refused when it is not, and not twice",
    async (_name, wire, served, refused) => {
      for (const [allow, reply] of [
        [true, served],
        [false, refused],
      ] as const) {
        const { room, open } = scene();
        const alice = arrive(room, "alice").say(...wire);
        const { busy } = alice;
        expect(alice.heard()).toEqual([]);
        expect(
          open.map(({ undecided: { action, uri, match, identity } }) => [
            identity.session,
            action,
            uri,
            match,
          ]),
        ).toEqual([[101, String(_name).split(" ").at(-1)?.toLowerCase(), "com.x", "exact"]]);
        expect(await settle(alice, busy, () => open[0]?.say(allow))).toEqual([reply]);
      }
    },
  );

  test("AZN-13 ORD-18 what follows waits for it, in order, and nobody else waits", async () => {
    const { room, open } = scene();
    const bob = arrive(room, "bob").say(32, 1, {}, "com.free.x");
    bob.heard();
    const alice = arrive(room, "alice").say(16, 1, {}, "com.x");
    const { busy } = alice;
    alice.say(16, 2, {}, "com.free.x", [2]);
    alice.say(16, 3, { acknowledge: true }, "com.y").say(16, 4, {}, "com.free.x", [4]);
    bob.say(16, 2, { exclude_me: false }, "com.free.x", ["meanwhile"]);
    expect(bob.heard()).toEqual([[36, 1, expect.any(Number), {}, ["meanwhile"]]]);
    open[0]?.say(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(open).toHaveLength(2);
    expect(bob.heard()).toEqual([[36, 1, expect.any(Number), {}, [2]]]);
    open[1]?.say(false);
    await busy;
    expect(alice.heard()).toEqual([[8, 16, 3, {}, "wamp.error.not_authorized", DENIED]]);
    expect(bob.heard()).toEqual([[36, 1, expect.any(Number), {}, [4]]]);
  });

  test.each(["vanish", "ABORT", "GOODBYE", "end"])(
    "AZN-14 nothing comes of it when its session goes meanwhile: %s",
    async (how) => {
      const { room, open } = scene();
      const bob = arrive(room, "bob").say(32, 1, {}, "com.free.x").say(32, 2, {}, "wamp.session.on_leave");
      bob.heard();
      const alice = arrive(room, "alice").say(32, 1, {}, "com.x");
      const { busy } = alice;
      alice.say(16, 2, {}, "com.free.x");
      if (how === "vanish") alice.vanish();
      else if (how === "end")
        room.gateway.end(({ authid }) => authid === "alice", { reason: "wamp.close.killed", message: "out" });
      else alice.say(...(how === "ABORT" ? [3, {}, "wamp.error.abort"] : [6, {}, "wamp.close.normal"]));
      open[0]?.say(true);
      await busy;
      expect(room.log.filter(({ event }) => event === "fault")).toEqual([]);
      const waited = how === "ABORT" || how === "GOODBYE"; // they keep their place too
      expect(room.store.subscriptions().filter(({ uri }) => uri === "com.x")).toEqual([]);
      expect(bob.heard()).toEqual([
        ...(waited ? [[36, 1, expect.any(Number), {}]] : []),
        [36, 2, expect.any(Number), {}, [102, "alice", "user"]],
      ]);
    },
  );

  test("SES-55 who is killed meanwhile and does not reply is dropped in time, decided or not", async () => {
    const { room, open } = scene();
    const alice = arrive(room, "alice").say(32, 1, {}, "com.x");
    const { busy } = alice;
    room.gateway.end(() => true, { reason: "wamp.close.killed", message: "out" });
    expect(alice.heard()).toEqual([[6, { message: "out" }, "wamp.close.killed"]]);
    room.pass(room.settings.patience - 1);
    expect(alice.peer.closed).toBeUndefined();
    room.pass(1);
    expect(alice.peer.closed).toEqual({ code: 1008, reason: "" });
    open[0]?.say(true);
    await busy;
    expect(alice.heard()).toEqual([]);
  });

  test("AZN-14 whoever signs in anew on the same socket has no part in it", async () => {
    const { room, open } = scene();
    const alice = arrive(room, "alice").say(32, 1, {}, "com.x");
    const { busy } = alice;
    room.gateway.close(alice.connection);
    open[0]?.say(true);
    await busy;
    expect(room.store.subscriptions()).toEqual([]);
    expect(alice.heard()).toEqual([]);
  });

  test.each([
    [
      "an authorizer's failure",
      new WampError("wamp.error.timeout", "no answer"),
      { event: "undecided", session: 101, error: "no answer" },
    ],
    [
      "a fault of ours",
      new Error("broken"),
      { event: "fault", session: 101, error: expect.stringContaining("broken") },
    ],
  ])(
    "AZN-03 %s is authorization_failed for a request, silence for a PUBLISH without acknowledge, and one line in the log",
    async (_what, error, line) => {
      const { room, open } = scene();
      const alice = arrive(room, "alice").say(64, 1, {}, "com.p");
      const first = alice.busy;
      expect(await settle(alice, first, () => open[0]?.fail(error))).toEqual([
        [8, 64, 1, {}, "wamp.error.authorization_failed", FAILED],
      ]);
      expect(room.log).toEqual([line]);
      alice.say(16, 2, {}, "com.x");
      const second = alice.busy;
      expect(await settle(alice, second, () => open[1]?.fail(error))).toEqual([]);
      expect(alice.say(16, 3, { acknowledge: true }, "com.free.x").heard()).toEqual([[17, 3, 102]]);
      expect(room.store.registrations()).toEqual([]);
    },
  );

  test("AZN-03 where nobody can be asked nothing is allowed", async () => {
    const { room } = scene({ ports: () => ({}) });
    const alice = arrive(room, "alice").say(32, 1, {}, "com.x");
    await alice.busy;
    expect(alice.heard()).toEqual([[8, 32, 1, {}, "wamp.error.authorization_failed", FAILED]]);
    expect(room.log).toEqual([{ event: "undecided", session: 101, error: "nobody can be asked" }]);
  });

  test("AZN-03 what stays undecided after eight decisions has failed", async () => {
    let asked = 0;
    const decide = async () => {
      asked++;
    };
    const { room } = scene({ ports: () => ({ decide }) });
    const alice = arrive(room, "alice")
      .say(32, 1, {}, "com.x")
      .say(16, 2, { acknowledge: true }, "com.free.x");
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(8);
    expect(alice.heard()).toEqual([
      [8, 32, 1, {}, "wamp.error.authorization_failed", FAILED],
      [17, 2, 102],
    ]);
    expect(room.log).toEqual([
      { event: "undecided", session: 101, error: "still undecided after 8 decisions" },
    ]);
  });

  test("ID-10 its request id counts once, whether it is served, denied or failed", async () => {
    const { room, open } = scene({ realm: { requestIdCheck: "strict" } });
    const alice = arrive(room, "alice")
      .say(32, 1, {}, "com.x")
      .say(32, 2, {}, "com.y")
      .say(32, 3, {}, "com.z");
    alice.say(16, 4, { acknowledge: true }, "com.free.x");
    const acts = [
      (o?: Open) => o?.say(true),
      (o?: Open) => o?.say(false),
      (o?: Open) => o?.fail(new Error("x")),
    ];
    for (const [n, act] of acts.entries()) {
      act(open[n]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((alice.heard() as unknown[][]).map(([code]) => code)).toEqual([33, 8, 8, 17]);
    expect(alice.peer.closed).toBeUndefined();
  });

  test("RULE-07 thousands of messages that wait one after the other are all served, and nothing is left waiting", async () => {
    let asked = false;
    const { room } = scene({
      ports: () => ({ decide: async () => undefined }),
      may: (identity, action, uri, match) => {
        asked = !asked && uri === "com.x";
        if (asked) throw new Undecided(identity, { action, uri, match });
        return { allow: true, disclose: false, exceptions: false };
      },
    });
    const alice = arrive(room, "alice").say(16, 1, { acknowledge: true }, "com.x");
    const { busy } = alice;
    for (let n = 2; n <= 4_000; n++) alice.say(16, n, { acknowledge: true }, "com.x");
    expect(alice.connection.inbox).toHaveLength(3_999);
    await busy;
    expect(alice.heard().map((reply) => (reply as unknown[])[1])).toEqual(
      Array.from({ length: 4_000 }, (_, n) => n + 1),
    );
    const { inbox, inboxOctets, waiting } = alice.connection;
    expect([inbox, inboxOctets, waiting]).toEqual([[], 0, false]);
  });
});

describe("what waits", () => {
  const waiting = { messages: 5, octets: 1_000 };
  const text = (what: string) => `the limit of waiting messages: ${what}; wait for its answer`;

  test.each([
    ["messages", 5, {}],
    ["octets", 2, { text: "x".repeat(420) }],
  ])(
    "S13 the most that may wait do, and one more ends the session with a named limit: %s",
    async (_what, most, extra) => {
      for (const more of [0, 1]) {
        const { room, open } = scene({ settings: { waiting } });
        const alice = arrive(room, "alice").say(32, 1, {}, "com.x");
        const { busy } = alice;
        for (let n = 2; n < 2 + most + more; n++) {
          alice.say(16, n, { acknowledge: true }, "com.free.x", [], extra);
        }
        expect(alice.connection.inbox).toHaveLength(more === 0 ? most : 0);
        open[0]?.say(true);
        await busy;
        if (more === 0) {
          expect(alice.heard()).toHaveLength(1 + most);
          continue;
        }
        expect(alice.heard()).toEqual([
          [
            3,
            { message: text("5 messages or 1000 octets may wait while an earlier one is decided") },
            "edgebahn.error.limit_exceeded",
          ],
        ]);
        expect(alice.peer.closed).toEqual({ code: 1008, reason: "edgebahn.error.limit_exceeded" });
        expect(room.store.subscriptions()).toEqual([]);
      }
    },
  );
});

/** A realm whose own procedure decides. */
function authorized(answer: number = 4_000) {
  const remembered = new Map<string, boolean>();
  const room: WireRoom = new WireRoom({
    methods: [new Told({ boss: { authrole: "authorizer" }, alice: { authextra: { a: 1 } } })],
    settings: { answer },
    may: (identity, action, uri, match) => {
      const allow = identity.authrole === "authorizer" ? true : remembered.get(`${action} ${uri}`);
      if (allow === undefined) throw new Undecided(identity, { action, uri, match });
      return { allow, disclose: false, exceptions: false };
    },
    ports: (room) => ({
      decide: async (undecided) => {
        const ask = room.gateway.ask.bind(room.gateway);
        const terms = { realm: "realm1", procedure: "com.authorize" };
        const decision = await askAuthorizer(ask, terms, undecided);
        remembered.set(`${undecided.action} ${undecided.uri}`, decision.allow);
      },
    }),
  });
  const boss = arrive(room, "boss").say(64, 1, {}, "com.authorize");
  boss.heard();
  return { room, boss };
}

const ALICE = {
  realm: "realm1",
  session: 102,
  authid: "alice",
  authrole: "user",
  authmethod: "told",
  authprovider: "test",
  authextra: { a: 1 },
};

describe("an authorizer in the realm", () => {
  test("AZN-11 is asked with the session, the URI, the action and the match policy", async () => {
    const { room, boss } = authorized();
    const alice = arrive(room, "alice").say(32, 1, { match: "prefix" }, "com.x.");
    const { busy } = alice;
    expect(boss.heard()).toEqual([[68, 1, 1, {}, [ALICE, "com.x.", "subscribe", { match: "prefix" }]]]);
    boss.say(70, 1, {}, [true]);
    await busy;
    expect(alice.heard()).toEqual([[33, 1, 1]]);
    expect(alice.say(32, 2, { match: "prefix" }, "com.x.").heard()).toEqual([[33, 2, 1]]);
    expect(boss.heard()).toEqual([]);
  });

  test.each([
    [true, 17],
    [{ allow: true }, 17],
    [{ allow: true, disclose: true, cache: false, validate: {} }, 17],
    [{ allow: true, disclose: null }, 17],
    [false, "wamp.error.not_authorized"],
    [{ allow: false }, "wamp.error.not_authorized"],
    ["yes", "wamp.error.authorization_failed"],
    [1, "wamp.error.authorization_failed"],
    [null, "wamp.error.authorization_failed"],
    [[true], "wamp.error.authorization_failed"],
    [{}, "wamp.error.authorization_failed"],
    [{ allow: 1 }, "wamp.error.authorization_failed"],
    [{ allow: "true" }, "wamp.error.authorization_failed"],
    [{ allow: true, disclose: "yes" }, "wamp.error.authorization_failed"],
    [{ allow: true, cache: 1 }, "wamp.error.authorization_failed"],
    [undefined, "wamp.error.authorization_failed"],
  ])(
    "AZN-11 AZN-03 what it answers decides, and what is no answer allows nothing: %j",
    async (answer, told) => {
      const { room, boss } = authorized();
      const alice = arrive(room, "alice").say(16, 1, { acknowledge: true }, "com.x");
      const { busy } = alice;
      boss.say(70, 1, {}, ...(answer === undefined ? [] : [[answer]]));
      await busy;
      const [reply] = alice.heard() as unknown[][];
      expect(told === 17 ? reply?.[0] : reply?.[4]).toBe(told);
    },
  );

  test("AZN-03 its error, its absence and its silence allow nothing, and the log tells which", async () => {
    const { room, boss } = authorized(3_000);
    const alice = arrive(room, "alice").say(16, 1, { acknowledge: true }, "com.x");
    const failed = (request: number) => [8, 16, request, {}, "wamp.error.authorization_failed", FAILED];
    const first = alice.busy;
    boss.say(8, 68, 1, {}, "com.error.broken", ["secret"]);
    await first;
    alice.say(16, 2, { acknowledge: true }, "com.x");
    const second = alice.busy;
    expect(room.gateway.nextDeadline()).toBe(room.clock + 3_000);
    room.pass(2_999);
    expect(alice.heard()).toEqual([failed(1)]);
    room.pass(1);
    await second;
    boss.vanish();
    alice.say(16, 3, { acknowledge: true }, "com.x");
    await alice.busy;
    expect(alice.heard()).toEqual([failed(2), failed(3)]);
    expect(room.log.map(({ error }) => error)).toEqual([
      "the authorizer com.authorize failed with com.error.broken",
      "the authorizer com.authorize failed with wamp.error.timeout",
      "the authorizer com.authorize failed with wamp.error.no_such_procedure",
    ]);
  });

  test("AZN-03 an authorizer that leaves while it is asked allows nothing", async () => {
    const { room, boss } = authorized();
    const alice = arrive(room, "alice").say(16, 1, { acknowledge: true }, "com.x");
    const { busy } = alice;
    boss.vanish();
    await busy;
    expect(alice.heard()).toEqual([[8, 16, 1, {}, "wamp.error.authorization_failed", FAILED]]);
  });
});

describe("the router asks the realm", () => {
  test("AUT-18 what the procedure returns is the answer, as lists and dicts", async () => {
    const { room, boss } = authorized();
    const answer = room.gateway.ask("com.authorize", ["a", { b: [1, 2n ** 60n] }]);
    expect(boss.heard()).toEqual([[68, 1, 1, {}, ["a", { b: [1, 2 ** 60] }]]]);
    boss.say(70, 1, {}, ["user"], { role: "user" });
    expect(await answer).toEqual({ args: ["user"], kwargs: { role: "user" } });
  });

  test("AUT-18 its errors reject with their URI", async () => {
    const { room, boss } = authorized(2_000);
    const one = room.gateway.ask("com.authorize", []);
    const two = room.gateway.ask("com.authorize", []);
    const none = room.gateway.ask("com.nobody", []);
    boss.say(8, 68, 1, {}, "com.error.no", ["why"]);
    room.pass(2_000);
    await expect(one).rejects.toMatchObject({ uri: "com.error.no" });
    await expect(two).rejects.toMatchObject({ uri: "wamp.error.timeout" });
    await expect(none).rejects.toMatchObject({ uri: "wamp.error.no_such_procedure" });
  });

  test("AUT-18 a procedure has as long as it is given", async () => {
    const { room } = authorized(2_000);
    const heard: unknown[] = [];
    const asked = room.gateway.ask("com.authorize", [], 500).catch(({ uri }) => heard.push(uri));
    room.pass(499);
    await Promise.resolve();
    expect(heard).toEqual([]);
    room.pass(1);
    await asked;
    expect(heard).toEqual(["wamp.error.timeout"]);
  });
});
