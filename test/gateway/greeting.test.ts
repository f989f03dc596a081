/** What a connection may cost before it has joined (reliability.md section 5). */
import { expect, test } from "vitest";
import { ROLES, type Wire } from "./client.ts";
import { HELLO, slowRoom } from "./slow-method.ts";
import { VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

test.each(["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor.batched"] as const)(
  "RULE-05 before WELCOME a frame of %s is small: one at the limit is read, a larger one ends the connection",
  (subprotocol) => {
    const room = new WireRoom();
    const sized = (octets: number): Wire => [1, "realm1", { ...ROLES, agent: "x".repeat(octets) }];
    const open = room.open(subprotocol);
    const around = open.frame(open.encode(sized(3_000))).length - 3_000;
    open.say(...sized(room.settings.greeting - around));
    expect((open.heard() as Wire[]).map(([code]) => code)).toEqual([2]);
    const large = room.open(subprotocol).say(...sized(room.settings.greeting - around + 1));
    expect(large.heard()).toEqual([VIOLATION]);
    expect(large.peer.closed).toEqual({ code: 1009, reason: "wamp.error.protocol_violation" });
    open.say(16, 1, { acknowledge: true }, "com.x", ["x".repeat(100_000)]);
    expect(open.heard()).toEqual([[17, 1, 102]]);
    open.say(6, {}, "wamp.close.normal").heard();
    open.say(...sized(room.settings.greeting));
    expect(open.heard()).toEqual([VIOLATION]);
  },
);

test("RULE-05 a frame of text before WELCOME is measured in octets, not in characters", () => {
  const room = new WireRoom();
  const alice = room.open().say(1, "realm1", { ...ROLES, agent: "ü".repeat(3_000) });
  expect(alice.heard()).toEqual([VIOLATION]);
  expect(alice.peer.closed).toEqual({ code: 1009, reason: "wamp.error.protocol_violation" });
});

test("RULE-05 while a sign-in is judged few messages may wait, and no large ones", async () => {
  const { room, admit } = slowRoom();
  const patient = room.open().say(...HELLO);
  const { busy } = patient;
  const publish = (n: number): Wire => [16, n, { acknowledge: true }, "com.x"];
  for (let n = 1; n <= room.settings.pipelined; n++) patient.say(...publish(n));
  await admit({ busy });
  expect(patient.heard()).toHaveLength(1 + room.settings.pipelined);

  const busyOne = room.open().say(...HELLO);
  const waiting = busyOne.busy;
  for (let n = 1; n <= room.settings.pipelined; n++) busyOne.say(...publish(n));
  expect(busyOne.heard()).toEqual([]);
  busyOne.say(...publish(99));
  expect(busyOne.heard()).toEqual([VIOLATION]);
  expect(busyOne.peer.closed).toEqual(VIOLATED);
  await admit({ busy: waiting });
  expect(busyOne.heard()).toEqual([]);

  const batch = Array.from({ length: room.settings.pipelined + 1 }, (_, n) => publish(n + 1));
  const batched = room.open("wamp.2.cbor.batched").sayTogether(HELLO, ...batch);
  expect(batched.heard()).toEqual([VIOLATION]);
  expect(batched.peer.closed).toEqual(VIOLATED);
  await admit(batched);

  const large = room.open().say(...HELLO);
  const alsoWaiting = large.busy;
  large.say(16, 1, {}, "com.x", ["x".repeat(room.settings.greeting)]);
  expect(large.heard()).toEqual([VIOLATION]);
  expect(large.peer.closed).toEqual({ code: 1009, reason: "wamp.error.protocol_violation" });
  await admit({ busy: alsoWaiting });
  expect([...batched.heard(), ...large.heard()]).toEqual([]);
});
