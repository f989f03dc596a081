/** Faults of our own: they are logged, end the session they happened in, and nobody else notices. */
import { describe, expect, test } from "vitest";
import { PARK_AFTER } from "../../src/router/realm.ts";
import type { RealmStore } from "../../src/router/store.ts";
import { MemoryStore } from "../router/memory-store.ts";
import type { Client } from "./client.ts";
import { WireRoom } from "./wire.ts";

const DISK_FULL = "SQLITE_FULL: database or disk is full";
const FAULT = { code: 1011, reason: "internal error of the router" };

/** A store whose named methods fail while it is `full`. */
class FailingStore extends MemoryStore {
  failing: readonly (keyof RealmStore)[] = [];

  constructor() {
    super();
    const writes = [
      "putSession",
      "removeSession",
      "addSubscription",
      "removeSubscription",
      "addSubscriber",
    ] as const;
    const more = [
      "removeSubscriber",
      "addRegistration",
      "removeRegistration",
      "addCallee",
      "putInvocation",
    ] as const;
    for (const name of [...writes, ...more]) {
      const write = this[name].bind(this) as (...args: unknown[]) => unknown; // each is called as it was
      Object.defineProperty(this, name, {
        value: (...args: unknown[]) => {
          if (this.failing.includes(name)) throw new Error(DISK_FULL);
          return write(...args);
        },
      });
    }
  }
}

function fault(session: number) {
  return { event: "fault", session, error: expect.stringContaining(DISK_FULL) };
}

/** Two sessions that hear each other, whatever happens to a third. */
function others(room: WireRoom): () => void {
  const [alice, bob] = [room.join("wamp.2.cbor.batched"), room.join()];
  bob.say(32, 1, {}, "com.chat").say(64, 2, {}, "com.echo").heard();
  let request = 0;
  return () => {
    request++;
    alice.say(16, request, {}, "com.chat", [request]).say(48, request, {}, "com.echo", [request]);
    expect(bob.heard()).toEqual([
      [36, 1, expect.any(Number), {}, [request]],
      [68, request, 1, {}, [request]],
    ]);
    bob.say(70, request, {}, [request]);
    expect(alice.heard()).toEqual([[50, request, {}, [request]]]);
  };
}

function scene(): { store: FailingStore; room: WireRoom; exchange: () => void; unlucky: Client } {
  const store = new FailingStore();
  const room = new WireRoom({ store });
  return { store, room, exchange: others(room), unlucky: room.join("wamp.2.msgpack.batched") };
}

describe("a store that fails", () => {
  test.each([
    ["putSession", [32, 1, {}, "com.x"]],
    ["addSubscription", [32, 1, {}, "com.x"]],
    ["addSubscriber", [32, 1, {}, "com.x"]],
    ["addRegistration", [64, 1, {}, "com.p"]],
    ["addCallee", [64, 1, {}, "com.p"]],
  ] as const)(
    "R17 ERR-40 in %s is an ERROR to whoever asked, and a line in the log; nobody's session ends",
    (method, wire) => {
      const { store, room, exchange, unlucky } = scene();
      const { session } = unlucky;
      exchange();
      store.failing = [method];
      unlucky.sayTogether(wire, [16, 2, { acknowledge: true }, "com.nobody"]);
      const text = "the router could not write this down, so nothing has changed: try again later";
      expect(unlucky.heard()).toEqual([
        [8, wire[0], 1, {}, "edgebahn.error.storage_failed", [text]],
        [17, 2, expect.any(Number)],
      ]);
      expect(unlucky.peer.closed).toBeUndefined();
      expect(room.log).toEqual([fault(session)]);
      exchange();
      store.failing = [];
      unlucky.say(...wire);
      expect(unlucky.heard()).toEqual([[wire[0] + 1, 1, expect.any(Number)]]);
    },
  );

  test("RULE-06 while a session ends is logged, and the session ends all the same", () => {
    const { store, room, exchange, unlucky } = scene();
    const { session } = unlucky;
    unlucky.say(32, 1, {}, "com.chat").heard();
    store.failing = ["removeSession"];
    unlucky.say(99);
    expect(unlucky.peer.closed).toEqual({ code: 1002, reason: "wamp.error.protocol_violation" });
    expect(room.log).toEqual([
      { event: "abort", session, reason: "wamp.error.protocol_violation", message: expect.any(String) },
      fault(session),
    ]);
    exchange();
  });

  test("RULE-06 while a socket is lost or says GOODBYE is logged, and nothing is thrown at the platform", () => {
    const { store, room, exchange, unlucky } = scene();
    const { session } = unlucky;
    unlucky.say(32, 1, {}, "com.chat").heard();
    const leaving = room.join().say(32, 1, {}, "com.chat");
    const second = leaving.session;
    leaving.heard();
    store.failing = ["removeSession"];
    unlucky.vanish();
    leaving.say(6, {}, "wamp.close.normal");
    expect(leaving.heard()).toEqual([[6, {}, "wamp.close.goodbye_and_out"]]);
    expect(room.log).toEqual([fault(session), fault(second)]);
    exchange();
  });

  test("RULE-06 in everything at once ends no session, and what needs no row goes on", () => {
    const { store, room, exchange, unlucky } = scene();
    const { session } = unlucky;
    unlucky.say(32, 1, {}, "com.chat").heard();
    store.failing = ["putSession", "removeSession", "addSubscription", "addSubscriber", "addRegistration"];
    unlucky.say(32, 2, {}, "com.y");
    expect(unlucky.heard()).toEqual([[8, 32, 2, {}, "edgebahn.error.storage_failed", [expect.any(String)]]]);
    expect(unlucky.peer.closed).toBeUndefined();
    expect(room.log).toEqual([fault(session)]);
    unlucky.vanish();
    expect(room.log).toEqual([fault(session), fault(session)]);
    exchange();
  });

  test("RULE-06 while the realm parks is logged and tried again; nobody loses a session", () => {
    const { store, room, exchange, unlucky } = scene();
    exchange();
    store.failing = ["putSession"];
    room.pass(PARK_AFTER);
    expect(room.log).toMatchObject([{ event: "fault", error: expect.stringContaining(DISK_FULL) }]);
    expect(unlucky.peer.closed).toBeUndefined();
    exchange();
    store.failing = [];
    room.pass(PARK_AFTER);
    expect(room.gateway.nextDeadline()).toBeUndefined();
  });
});

describe("a socket that cannot be sent to", () => {
  test.each(["wamp.2.json", "wamp.2.cbor.batched"] as const)(
    "SES-41 RULE-06 over %s ends its own session, not that of whoever was talking",
    (subprotocol) => {
      const { room, exchange, unlucky } = scene();
      const broken = room.join(subprotocol);
      broken.say(32, 1, {}, "com.x").say(64, 2, {}, "com.p").heard();
      unlucky.say(48, 1, {}, "com.p");
      broken.heard();
      const { session } = broken;
      broken.peer.broken = true;
      unlucky.sayTogether([16, 2, { acknowledge: true }, "com.x"], [16, 3, { acknowledge: true }, "com.x"]);
      const acknowledged = [
        [17, 2, expect.any(Number)],
        [17, 3, expect.any(Number)],
      ];
      const canceled = [8, 48, 1, {}, "wamp.error.canceled", ["the callee left before it answered"]];
      expect(unlucky.heard()).toEqual([...acknowledged, canceled]);
      expect(broken.peer.closed).toEqual(FAULT);
      expect(room.log).toEqual([
        { event: "fault", session, error: expect.stringContaining("send() after close()") },
      ]);
      unlucky.say(16, 4, {}, "com.x");
      exchange();
    },
  );

  test("RULE-06 is found out even when it is the one talking", () => {
    const { room, exchange, unlucky } = scene();
    unlucky.peer.broken = true;
    unlucky.sayTogether([32, 1, {}, "com.x"], [99]);
    expect(unlucky.peer.closed?.code).toBe(1002);
    exchange();
    const silent = room.open("wamp.2.json.batched");
    silent.peer.broken = true;
    silent.say(48, 1, {}, "com.x");
    expect(silent.peer.closed?.code).toBe(1002);
    exchange();
  });
});
