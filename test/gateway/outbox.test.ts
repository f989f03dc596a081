/** The way out: who is sent what, encoded how often, in how many frames and in which order. */
import { describe, expect, test } from "vitest";
import type { Serializer, Subprotocol } from "../../src/serializer/serializer.ts";
import { type Client, prefix, type Wire } from "./client.ts";
import { SUBPROTOCOLS, serializers, TEXT, VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

/** Real serializers that count how often they encode, by subprotocol. */
function counting(): { serializer: (subprotocol: Subprotocol) => Serializer; encoded: string[] } {
  const encoded: string[] = [];
  const made = new Map<Subprotocol, Serializer>();
  const serializer = (subprotocol: Subprotocol): Serializer => {
    const known = made.get(subprotocol);
    if (known) return known;
    const real = serializers(subprotocol);
    const counted: Serializer = {
      ...real,
      answering: () => counted,
      encode(envelope) {
        encoded.push(`${real.format} ${String(envelope.header[0])}`);
        return real.encode(envelope);
      },
    };
    made.set(subprotocol, counted);
    return counted;
  };
  return { serializer, encoded };
}

function subscribe(clients: readonly Client[], topic = "com.x"): void {
  for (const client of clients) client.say(32, 1, {}, topic).heard();
}

test("BRK-25 an event is encoded once for each format, however many receive it", () => {
  const { serializer, encoded } = counting();
  const room = new WireRoom({ serializer });
  const receivers = [...room.joinAll(), ...room.joinAll(), ...room.joinAll()];
  subscribe(receivers);
  const alice = room.join();
  encoded.length = 0;
  alice.say(16, 1, { acknowledge: true }, "com.x", ["hi", 1.5], { deep: { er: [null] } });
  expect(encoded.sort()).toEqual(["cbor 36", "json 17", "json 36", "msgpack 36"]);
  for (const each of receivers) {
    expect(each.heard()).toEqual([[36, 1, 120, {}, ["hi", 1.5], { deep: { er: [null] } }]]);
  }
  expect(alice.heard()).toEqual([[17, 1, 120]]);
});

test("BRK-23 an event that one subscriber cannot be sent reaches the others, and the publisher is answered", () => {
  const room = new WireRoom();
  const [gone, broken, slow, bob] = [room.join(), room.join("wamp.2.cbor"), room.join(), room.join()];
  const batched = room.join("wamp.2.json.batched");
  const alice = room.join("wamp.2.msgpack");
  subscribe([gone, broken, slow, batched, bob]);
  gone.vanish();
  broken.peer.broken = true;
  batched.peer.broken = true;
  slow.peer.backlog = Number.POSITIVE_INFINITY;
  alice.say(16, 1, { acknowledge: true }, "com.x", ["hi"]).say(16, 2, {}, "com.x", ["again"]);
  expect(alice.heard()).toEqual([[17, 1, 107]]);
  expect(bob.heard()).toEqual([
    [36, 1, 107, {}, ["hi"]],
    [36, 1, 108, {}, ["again"]],
  ]);
  expect([broken, batched].map(({ peer }) => peer.closed)).toEqual([
    { code: 1011, reason: "internal error of the router" },
    { code: 1011, reason: "internal error of the router" },
  ]);
  expect(alice.peer.closed).toBeUndefined();
});

test("BRK-24 a subscriber that reads slowly delays nobody", () => {
  const room = new WireRoom();
  const [slow, bob] = [room.join(), room.join()];
  subscribe([slow, bob]);
  const alice = room.join();
  for (const backlog of [0, 1_000, room.settings.backlog, room.settings.backlog + 1]) {
    slow.peer.backlog = backlog;
    alice.say(16, 1, { acknowledge: true }, "com.x", [backlog]);
    expect(bob.heard()).toEqual([[36, 1, expect.any(Number), {}, [backlog]]]);
    expect(alice.heard()).toEqual([[17, 1, expect.any(Number)]]);
  }
});

test("ORD-20 what a slow session has seen when it ends is a prefix without a gap", () => {
  const room = new WireRoom();
  const slow = room.join("wamp.2.msgpack.batched");
  subscribe([slow]);
  const alice = room.join("wamp.2.json.batched");
  const publications = Array.from({ length: 20 }, (_, n): Wire => [16, n + 1, {}, "com.x", [n]]);
  for (const [n, publication] of publications.entries()) {
    if (n === 12) slow.peer.backlog = room.settings.backlog + 1;
    if (n === 14) slow.peer.backlog = 0;
    alice.sayTogether(publication);
  }
  const seen = slow.heard() as Wire[];
  expect(seen.slice(0, -1).map((event) => event[4])).toEqual(Array.from({ length: 12 }, (_, n) => [n]));
  expect(seen.at(-1)).toEqual([6, { message: TEXT }, "wamp.close.killed"]);
});

describe.each(SUBPROTOCOLS)("over %s", (subprotocol) => {
  const batched = subprotocol.endsWith(".batched");

  test("BAT-09 what one turn owes a batched peer leaves in one frame, in order, and at once", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    const wires: Wire[] = [
      [32, 1, {}, "com.x"],
      [16, 2, { exclude_me: false, acknowledge: true }, "com.x", ["a"]],
      [64, 3, {}, "com.p"],
      [48, 4, {}, "com.p", [7]],
      [70, 1, {}, [49]],
      [34, 5, 1],
    ];
    const replies = [
      [33, 1, 1],
      [17, 2, 102],
      [36, 1, 102, {}, ["a"]],
      [65, 3, 1],
      [68, 1, 1, {}, [7]],
      [50, 4, {}, [49]],
      [35, 5],
    ];
    alice.sayTogether(...wires);
    expect(alice.heardFrames()).toEqual(batched ? [replies] : replies.map((reply) => [reply]));
  });

  test("BAT-08 after a violation the rest of a batch is not done, what precedes it is", () => {
    const room = new WireRoom();
    const [alice, bob] = [room.join(subprotocol), room.join()];
    subscribe([bob]);
    alice.sayTogether(
      [32, 1, {}, "com.y"],
      [16, 2, {}, "com.x", ["before"]],
      [16, 3, {}, 99],
      [16, 4, {}, "com.x", ["after"]],
      [6, {}, "wamp.close.close_realm"],
    );
    const said = [[33, 1, 2], VIOLATION];
    expect(alice.heardFrames()).toEqual(batched ? [said] : said.map((each) => [each]));
    expect(alice.peer.closed).toEqual(VIOLATED);
    expect(bob.heard()).toEqual([[36, 1, 103, {}, ["before"]]]);
  });

  test("ORD-24 a batch equals its messages sent one by one", () => {
    const run = (together: boolean): unknown[][] => {
      const room = new WireRoom();
      const [alice, bob] = [room.join(subprotocol), room.join(subprotocol)];
      bob.say(32, 1, {}, "com.x").say(32, 2, { match: "prefix" }, "com.").say(64, 3, {}, "com.p");
      const wires = Array.from({ length: 30 }, (_, n): Wire => {
        return n % 3 === 2
          ? [48, n + 1, {}, "com.p", [n]]
          : [16, n + 1, { acknowledge: n % 2 === 0 }, "com.x", [n]];
      });
      if (together) alice.sayTogether(...wires.slice(0, 20)).sayTogether(...wires.slice(20));
      else for (const wire of wires) alice.say(...wire);
      return [alice.heard(), bob.heard()];
    };
    expect(run(true)).toEqual(run(false));
  });

  test("SER-01 peers of every format take part in one realm", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    const others = room.joinAll();
    subscribe(others);
    const args = ["ünïcode", 7, -1, 1.5, true, null, [[]], { a: {} }];
    alice.say(16, 1, {}, "com.x", args, { key: 2 ** 31 });
    for (const each of others) expect(each.heard()).toEqual([[36, 1, 108, {}, args, { key: 2 ** 31 }]]);

    alice.say(64, 2, {}, "com.echo").heard();
    for (const [n, each] of others.entries()) {
      each.say(48, 9, {}, "com.echo", args, { n });
      expect(alice.heard()).toEqual([[68, n + 1, 1, {}, args, { n }]]);
      alice.say(70, n + 1, {}, [n], { args });
      expect(each.heard()).toEqual([[50, 9, {}, [n], { args }]]);
    }
  });

  test("SER-10 subscription and registration ids stay below 2^32", () => {
    const room = new WireRoom();
    const alice = room.join(subprotocol);
    for (let n = 1; n <= 40; n++) {
      alice.say(32, 2 * n - 1, {}, `com.topic${n}`).say(64, 2 * n, {}, `com.procedure${n}`);
      expect(alice.heard()).toEqual([
        [33, 2 * n - 1, n],
        [65, 2 * n, n],
      ]);
    }
  });
});

describe("what has no form in JSON", () => {
  const NAN = [Number.NaN];
  const BECAUSE = expect.stringContaining("NaN has no form in JSON");

  test("SER-12 an EVENT passes over the one receiver whose format lacks a value", () => {
    const room = new WireRoom();
    const [json, cbor, msgpack] = [
      room.join("wamp.2.json"),
      room.join("wamp.2.cbor"),
      room.join("wamp.2.msgpack"),
    ];
    const batched = room.join("wamp.2.json.batched");
    subscribe([json, cbor, msgpack, batched]);
    const alice = room.join("wamp.2.cbor");
    alice.say(16, 1, { acknowledge: true }, "com.x", NAN).say(16, 2, {}, "com.x", [1]);
    expect(alice.heard()).toEqual([[17, 1, 106]]);
    for (const each of [cbor, msgpack]) {
      expect(each.heard()).toEqual([
        [36, 1, 106, {}, NAN],
        [36, 1, 107, {}, [1]],
      ]);
    }
    for (const each of [json, batched]) {
      expect(each.heard()).toEqual([[36, 1, 107, {}, [1]]]);
      expect(each.peer.closed).toBeUndefined();
    }
  });

  test("SER-12 a CALL whose callee lacks a value gets an ERROR, and the callee stays", () => {
    const room = new WireRoom();
    const [caller, callee] = [room.join("wamp.2.cbor.batched"), room.join("wamp.2.json")];
    callee.say(64, 1, {}, "com.p").heard();
    caller.say(48, 1, {}, "com.p", NAN).say(48, 2, {}, "com.p", [2]);
    expect(caller.heard()).toEqual([[8, 48, 1, {}, "wamp.error.invalid_argument", [BECAUSE]]]);
    expect(callee.heard()).toEqual([[68, 2, 1, {}, [2]]]);
    callee.say(70, 2, {}, ["fine"]);
    expect(caller.heard()).toEqual([[50, 2, {}, ["fine"]]]);
    expect(callee.peer.closed).toBeUndefined();
  });

  test("SER-12 a YIELD whose caller lacks a value becomes an ERROR, and both stay", () => {
    const room = new WireRoom();
    const [caller, callee] = [room.join("wamp.2.json.batched"), room.join("wamp.2.msgpack")];
    callee.say(64, 1, {}, "com.p").heard();
    caller.say(48, 1, {}, "com.p").say(48, 2, {}, "com.p");
    callee.heard();
    callee.say(70, 1, {}, NAN).say(8, 68, 2, {}, "com.error.mine", NAN);
    expect(caller.heard()).toEqual([
      [8, 48, 1, {}, "wamp.error.invalid_argument", [BECAUSE]],
      [8, 48, 2, {}, "com.error.mine", [BECAUSE]],
    ]);
    expect(callee.heard()).toEqual([]);
    expect([caller.peer.closed, callee.peer.closed]).toEqual([undefined, undefined]);
    callee.say(70, 1, {}, ["too late"]);
    expect([...caller.heard(), ...callee.heard()]).toEqual([]);
  });
});

test("BAT-02 a peer whose batches end with 0x18 is answered so, by fan-out too, also after sleep", () => {
  const room = new WireRoom();
  const python = room.open("wamp.2.json.batched");
  python.separator = "\u0018";
  python.join();
  const other = room.join("wamp.2.json.batched");
  subscribe([python, other]);
  const alice = room.join("wamp.2.cbor").say(16, 1, {}, "com.x");
  expect([python.peer.frames, other.peer.frames]).toEqual([["[36,1,104,{}]\u0018"], ["[36,1,104,{}]\u001e"]]);
  expect([python.heard(), other.heard()]).toEqual([[[36, 1, 104, {}]], [[36, 1, 104, {}]]]);
  room.sleep();
  alice.say(16, 2, {}, "com.x");
  expect([python.heard(), other.heard()]).toEqual([[[36, 1, 105, {}]], [[36, 1, 105, {}]]]);
});

test("BAT-02 a peer that says its first word only after sleep is still answered in its own separator", () => {
  const room = new WireRoom();
  const python = room.open("wamp.2.json.batched");
  room.wake([python]);
  python.separator = "\u0018";
  python.join().say(32, 1, {}, "com.x");
  expect(python.heard()).toEqual([[33, 1, 1]]);
});

test("BAT-03 a fan-out to batched peers carries one length prefix and the same octets for each", () => {
  const room = new WireRoom();
  const receivers = [room.join("wamp.2.msgpack.batched"), room.join("wamp.2.msgpack.batched")];
  const plain = room.join("wamp.2.msgpack");
  subscribe([...receivers, plain]);
  room.join().say(16, 1, {}, "com.x", ["hi"]);
  const [message] = plain.peer.frames as Uint8Array[];
  const frame = Uint8Array.from([...prefix(message?.length ?? 0), ...(message ?? [])]);
  for (const { peer } of receivers) expect(peer.frames).toEqual([frame]);
});
