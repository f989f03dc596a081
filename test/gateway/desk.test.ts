/** The router's own procedures that take their time: who may call them, and that only the caller waits. */
import { describe, expect, test } from "vitest";
import type { Desk } from "../../src/gateway/desk.ts";
import { type May, Undecided } from "../../src/router/authorization.ts";
import type { Identity } from "../../src/router/session.ts";
import { WampError } from "../../src/wamp/error.ts";
import { arrive, Told } from "./told-method.ts";
import { MANY, VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

interface Open {
  readonly resolve: (result: {
    args?: readonly unknown[];
    kwargs?: Readonly<Record<string, unknown>>;
  }) => void;
  readonly reject: (error: unknown) => void;
}

const ALLOWED = { allow: true, disclose: false, exceptions: false };

/** A desk with `edgebahn.slow`, which answers when the test says so, and `edgebahn.echo`, which answers at once. */
function scene(more: ConstructorParameters<typeof WireRoom>[0] = {}, may: May = () => ALLOWED) {
  const open: Open[] = [];
  const calls: { readonly caller: Identity; readonly args: unknown; readonly kwargs: unknown }[] = [];
  const desk: Desk = (caller, procedure) => {
    if (procedure === "edgebahn.echo") return ({ args, kwargs }) => ({ args, kwargs });
    if (procedure !== "edgebahn.slow") return undefined;
    return ({ args, kwargs }) => {
      calls.push({ caller, args, kwargs });
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    };
  };
  const room = new WireRoom({
    methods: [new Told({ admin: { authrole: "admin" }, alice: {} })],
    roles: { user: MANY, admin: { ...MANY, admin: true } },
    may,
    ports: () => ({ desk }),
    ...more,
  });
  return { room, open, calls };
}

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const error = (code: number, request: number, uri: string) => [
  8,
  code,
  request,
  {},
  uri,
  [expect.any(String)],
];

describe("a call to the desk", () => {
  test("MET-19 is answered when its procedure is done, in its caller's order, and delays nobody else", async () => {
    const { room, open, calls } = scene();
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow", ["a"], { b: 1 });
    const { busy } = admin;
    admin.say(16, 2, { acknowledge: true }, "com.x");
    expect(admin.heard()).toEqual([]);
    expect(arrive(room, "alice").say(16, 1, { acknowledge: true }, "com.x").heard()).toEqual([[17, 1, 103]]);
    expect(calls).toEqual([
      { caller: expect.objectContaining({ session: 101, authid: "admin" }), args: ["a"], kwargs: { b: 1 } },
    ]);
    open[0]?.resolve({ args: [1, "two"], kwargs: { three: 3 } });
    await busy;
    expect(admin.heard()).toEqual([
      [50, 1, {}, [1, "two"], { three: 3 }],
      [17, 2, 104],
    ]);
  });

  test.each(["wamp.2.json", "wamp.2.msgpack.batched", "wamp.2.cbor"] as const)(
    "MET-19 is read and answered in every format: %s",
    async (subprotocol) => {
      const { room } = scene();
      const admin = room
        .open(subprotocol)
        .join({ roles: { caller: {} }, authmethods: ["told"], authid: "admin" });
      admin.say(48, 1, {}, "edgebahn.echo", [1, "two", [3], null], { four: 4.5 });
      await admin.busy;
      admin.say(48, 2, {}, "edgebahn.echo");
      await admin.busy;
      expect(admin.heard()).toEqual([
        [50, 1, {}, [1, "two", [3], null], { four: 4.5 }],
        subprotocol === "wamp.2.json" ? [50, 2, {}] : [50, 2, {}],
      ]);
    },
  );

  test("MET-06 fails with the error of its procedure, and a fault of ours tells nothing but that", async () => {
    const { room, open } = scene();
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow");
    open[0]?.reject(new WampError("edgebahn.error.no_such_device", "there is no device x"));
    await admin.busy;
    admin.say(48, 2, {}, "edgebahn.slow");
    open[1]?.reject(new Error("SQLITE_FULL"));
    await admin.busy;
    expect(admin.heard()).toEqual([
      [8, 48, 1, {}, "edgebahn.error.no_such_device", ["there is no device x"]],
      [8, 48, 2, {}, "wamp.error.runtime_error", ["the router failed; its log says why"]],
    ]);
    expect(room.log).toEqual([
      { event: "fault", session: 101, error: expect.stringContaining("SQLITE_FULL") },
    ]);
    expect(admin.peer.closed).toBeUndefined();
  });

  test("RULE-09 whose caller is gone answers nobody", async () => {
    const { room, open } = scene();
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow");
    const { busy } = admin;
    admin.vanish();
    open[0]?.resolve({ args: ["secret"] });
    await busy;
    expect(admin.heard()).toEqual([]);
  });

  test("MET-19 CANCEL and a timeout change nothing about it", async () => {
    const { room, open } = scene();
    const admin = arrive(room, "admin").say(48, 1, { timeout: 10, receive_progress: true }, "edgebahn.slow");
    const { busy } = admin;
    admin.say(49, 1, { mode: "kill" });
    room.pass(100);
    open[0]?.resolve({});
    await busy;
    expect(admin.heard()).toEqual([[50, 1, {}]]);
  });

  test("ID-10 its request id counts, whether it is served or refused", async () => {
    const { room } = scene({ realm: { requestIdCheck: "strict" } });
    for (const authid of ["admin", "alice"]) {
      const client = arrive(room, authid).say(48, 1, {}, "edgebahn.echo");
      await client.busy;
      client.say(48, 2, {}, "edgebahn.nothing").say(16, 3, { acknowledge: true }, "com.x");
      expect((client.heard() as unknown[][]).at(-1)?.[0]).toBe(17);
      client.say(48, 3, {}, "edgebahn.echo");
      expect(client.peer.closed).toEqual({ code: 1002, reason: "wamp.error.protocol_violation" });
    }
  });

  test("PPT-21 takes plain calls only, and a further chunk of one that was answered is dropped (PCI-11)", async () => {
    const { room } = scene();
    const features = { progressive_call_invocations: true, payload_passthru_mode: true };
    const admin = room
      .open()
      .join({ roles: { caller: { features } }, authmethods: ["told"], authid: "admin" });
    const refused = (request: number) => error(48, request, "wamp.error.feature_not_supported");
    for (const [request, options] of [
      [1, { progress: true }],
      [1, {}],
      [2, { ppt_scheme: "x_own" }],
      [3, {}],
      [3, {}],
    ] as const) {
      admin.say(48, request, options, "edgebahn.echo", ["a"]);
      await admin.busy;
    }
    expect(admin.heard()).toEqual([refused(1), refused(2), [50, 3, {}, ["a"]]]);
  });

  test.each([
    ["PCI-03", { progress: true }],
    ["PPT-04", { ppt_scheme: "x_own" }],
  ])("%s %j that was not announced is a violation there, too", (_id, options) => {
    const { room } = scene();
    const admin = arrive(room, "admin").say(48, 1, options, "edgebahn.echo");
    expect(admin.heard()).toEqual([VIOLATION]);
    expect(admin.peer.closed).toEqual(VIOLATED);
  });

  test("ID-11 the id of a call that runs is a violation there, too", () => {
    const { room } = scene();
    const admin = arrive(room, "admin").say(64, 1, {}, "com.p").say(48, 2, {}, "com.p");
    admin.say(48, 2, {}, "edgebahn.echo");
    expect(admin.peer.closed).toEqual({ code: 1002, reason: "wamp.error.protocol_violation" });
  });
});

describe("who may call it", () => {
  test("S18 no role that does not manage the realm, whatever it may call, and it learns nothing of what there is", () => {
    const { room, calls } = scene();
    const alice = arrive(room, "alice").say(48, 1, {}, "edgebahn.slow").say(48, 2, {}, "edgebahn.nothing");
    const heard = alice.say(48, 3, {}, "edgebahn").heard();
    expect(heard).toEqual([1, 2, 3].map((request) => error(48, request, NOT_AUTHORIZED)));
    expect(calls).toEqual([]);
  });

  test("AZN-06 no role whose permissions do not allow it, even if it manages the realm", () => {
    const { room, calls } = scene({}, (_who, action, uri) => ({
      ...ALLOWED,
      allow: !(action === "call" && uri.startsWith("edgebahn.")),
    }));
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow").say(48, 2, {}, "edgebahn.nothing");
    expect(admin.heard()).toEqual([error(48, 1, NOT_AUTHORIZED), error(48, 2, NOT_AUTHORIZED)]);
    expect(calls).toEqual([]);
  });

  test("URI-10 whoever asks for what is no URI is told that before anybody is asked whether it may", () => {
    const asked: string[] = [];
    const { room } = scene({}, (_caller, _action, uri) => {
      asked.push(uri);
      return ALLOWED;
    });
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.device list");
    expect(admin.heard()).toEqual([error(48, 1, "wamp.error.invalid_uri")]);
    expect(asked).toEqual([]);
  });

  test("S18 nobody where the gateway was not told of permissions", () => {
    const { room } = scene({ ports: () => ({ desk: () => () => ({}), may: undefined as never }) });
    expect(arrive(room, "admin").say(48, 1, {}, "edgebahn.echo").heard()).toEqual([
      error(48, 1, NOT_AUTHORIZED),
    ]);
  });

  test("AZN-13 where somebody has to be asked first, the call waits for that", async () => {
    let allow: boolean | undefined;
    const asked: string[] = [];
    const { room } = scene(
      {
        ports: () => ({
          desk: () => () => ({ args: ["done"] }),
          decide: async ({ uri }: Undecided) => {
            asked.push(uri);
            allow = true;
          },
        }),
      },
      (identity, action, uri, match) => {
        if (uri === "edgebahn.slow" && allow === undefined)
          throw new Undecided(identity, { action, uri, match });
        return ALLOWED;
      },
    );
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow");
    await admin.busy;
    expect(asked).toEqual(["edgebahn.slow"]);
    expect(admin.heard()).toEqual([[50, 1, {}, ["done"]]]);
  });

  test("AZN-03 what there is no procedure for is told to whoever may call it", () => {
    const { room } = scene();
    const admin = arrive(room, "admin").say(48, 1, {}, "edgebahn.nothing");
    expect(admin.heard()).toEqual([error(48, 1, "wamp.error.no_such_procedure")]);
  });
});

describe("the router's own names", () => {
  test("URI-12 no client registers or publishes there, and no pattern catches a call to the desk", async () => {
    const { room } = scene();
    const admin = arrive(room, "admin");
    admin
      .say(64, 1, {}, "edgebahn.echo")
      .say(64, 2, { match: "prefix" }, "edgebahn.")
      .say(64, 3, {}, "edgebahn");
    admin.say(16, 4, { acknowledge: true }, "edgebahn.x").say(16, 5, {}, "edgebahn.x");
    expect(admin.heard()).toEqual([
      error(64, 1, NOT_AUTHORIZED),
      error(64, 2, NOT_AUTHORIZED),
      error(64, 3, NOT_AUTHORIZED),
      error(16, 4, NOT_AUTHORIZED),
    ]);
    admin.say(64, 6, { match: "prefix" }, "edge").say(64, 7, { match: "wildcard" }, ".echo").heard();
    admin.say(48, 8, {}, "edgebahn.echo", [1]);
    await admin.busy;
    expect(admin.heard()).toEqual([[50, 8, {}, [1]]]);
  });

  test("URI-12 names that only begin alike are free, and so is everything where there is no desk", () => {
    const { room } = scene();
    const alice = arrive(room, "alice").say(64, 1, {}, "edgebahnhof.call").say(48, 2, {}, "edgebahnhof.call");
    expect((alice.heard() as unknown[][]).map(([code]) => code)).toEqual([65, 68]);
    const plain = new WireRoom().join().say(64, 1, {}, "edgebahn.echo").say(48, 2, {}, "edgebahn.echo");
    expect((plain.heard() as unknown[][]).map(([code]) => code)).toEqual([65, 68]);
  });
});

describe("what waits for an answer of the desk", () => {
  const settings = { totalWaiting: 1_000 };
  /** Octets of one waiting message. */
  const SIZE = 100;
  const CHUNK = (request: number) => [
    16,
    request,
    {},
    "com.x",
    ["x".repeat(SIZE - '[16,2,{},"com.x",[""]]'.length)],
  ];

  test("RULE-05 S13 is bounded for all sessions together: N-1 and N octets wait, and of N+1 only whoever adds them ends", async () => {
    const { room, open } = scene({ settings });
    const [one, two] = [arrive(room, "admin"), arrive(room, "admin")];
    for (const each of [one, two]) each.say(48, 1, {}, "edgebahn.slow");
    const { busy } = one;
    for (let n = 2; n <= 6; n++) {
      one.say(...(CHUNK(n) as [number, ...unknown[]]));
      two.say(...(CHUNK(n) as [number, ...unknown[]]));
    }
    expect([one.connection.inboxOctets, two.connection.inboxOctets]).toEqual([500, 500]);
    expect([one.peer.closed, two.peer.closed]).toEqual([undefined, undefined]);
    two.say(5);
    const message = "the limit of waiting messages of all sessions together is 1000 octets: try again later";
    expect(two.heard()).toEqual([[3, { message }, "edgebahn.error.limit_exceeded"]]);
    expect([one.peer.closed, two.connection.inboxOctets]).toEqual([undefined, 0]);
    for (let n = 7; n <= 9; n++) one.say(...(CHUNK(n) as [number, ...unknown[]]));
    open[0]?.resolve({ args: [1] });
    await busy;
    expect(one.heard()).toEqual([[50, 1, {}, [1]]]);
    expect(one.connection.inboxOctets).toBe(0);
  });

  test("RULE-05 TRN-15 is forgotten when its connection is gone, and when it is ended", () => {
    const { room } = scene({ settings });
    for (let round = 0; round < 5; round++) {
      const lost = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow");
      const ended = arrive(room, "admin").say(48, 1, {}, "edgebahn.slow");
      for (let n = 2; n <= 5; n++) {
        lost.say(...(CHUNK(n) as [number, ...unknown[]]));
        ended.say(...(CHUNK(n) as [number, ...unknown[]]));
      }
      expect([lost.connection.inboxOctets, ended.connection.inboxOctets]).toEqual([400, 400]);
      lost.vanish();
      room.pass(0);
      room.gateway.end(({ session }) => session === ended.connection.session?.id, {
        reason: "wamp.close.killed",
        message: "",
      });
      ended.vanish();
      expect([lost.connection.inboxOctets, ended.connection.inboxOctets]).toEqual([0, 0]);
    }
  });
});
