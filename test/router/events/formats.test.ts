/** Event history across formats: clients of every subprotocol publish, and clients of every subprotocol ask. */
import { decode as decodeMsgpack, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import { expect, test } from "vitest";
import type { Encoded } from "../../../src/serializer/serializer.ts";
import type { Client } from "../../gateway/client.ts";
import { WireRoom } from "../../gateway/wire.ts";
import { concat, hex } from "../../serializer/scene.ts";

const GET = "wamp.subscription.get_events";
const SUBPROTOCOLS = ["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const;

/** [1.0, 1, 2^63, octets 00 01 02] by hand, since no codec of JavaScript tells 1.0 from 1. */
const ARGUMENTS = {
  "wamp.2.json": '[1.0,1,9223372036854775808,"\\u0000AAEC"]',
  "wamp.2.msgpack": hex("94 cb3ff0000000000000 01 cf8000000000000000 c403000102"),
  "wamp.2.cbor": hex("84 fb3ff0000000000000 01 1b8000000000000000 43000102"),
};
const DECODED = {
  "wamp.2.json": [1, 1, 2 ** 63, "\u0000AAEC"],
  "wamp.2.msgpack": [1, 1, 2n ** 63n, Uint8Array.of(0, 1, 2)],
  "wamp.2.cbor": [1, 1, 2n ** 63n, Uint8Array.of(0, 1, 2)],
};

type Format = keyof typeof ARGUMENTS;

/** A PUBLISH to com.x with these Arguments and ArgumentsKw, as they stand. */
function publish(format: Format, args: Encoded): Encoded {
  if (typeof args === "string") return `[16,1,{},"com.x",${args},{"k":${args}}]`;
  const head = Uint8Array.of(format === "wamp.2.msgpack" ? 0x96 : 0x86);
  const header = [16, 1, {}, "com.x"].map((each) => encode(format, each));
  const key = format === "wamp.2.msgpack" ? hex("81 a16b") : hex("a1 616b");
  return concat(head, ...header, args, key, args);
}

function encode(format: Format, value: unknown): Uint8Array {
  return format === "wamp.2.msgpack" ? encodeMsgpack(value) : encodeCbor(value);
}

/** The one frame that the client was sent, as its format's own decoder reads it. */
function answer(client: Client): { frame: Encoded; wire: unknown[] } {
  const [frame = "", ...more] = client.peer.frames.splice(0);
  expect(more).toStrictEqual([]);
  if (typeof frame === "string") return { frame, wire: JSON.parse(frame) };
  if (client.subprotocol === "wamp.2.cbor") return { frame, wire: decodeCbor(frame) };
  return { frame, wire: decodeMsgpack(frame, { useBigInt64: true }) as unknown[] };
}

function occurrences(frame: Encoded, part: Encoded): number {
  const [whole, piece] = [Buffer.from(frame), Buffer.from(part)];
  let count = 0;
  for (let at = whole.indexOf(piece); at >= 0; at = whole.indexOf(piece, at + 1)) count++;
  return count;
}

function room(): WireRoom {
  return new WireRoom({
    realm: { history: [{ uri: "com.x", match: "exact", limit: 100, octets: 100_000 }] },
  });
}

test.each(SUBPROTOCOLS)("HIS-09 events of every format reach a caller of %s without loss", (subprotocol) => {
  const it = room();
  const publishers = SUBPROTOCOLS.map((each) => it.join(each)); // 101, 102, 103
  const caller = it.join(subprotocol); // 104
  for (const [n, publisher] of publishers.entries()) {
    publisher.sayFrame(publish(SUBPROTOCOLS[n] as Format, ARGUMENTS[SUBPROTOCOLS[n] as Format]));
    expect(publisher.heard()).toEqual([]);
  }
  it.sleep();
  caller.say(48, 1, {}, GET, [1]);
  const { frame, wire } = answer(caller);
  const args = DECODED[subprotocol];
  const event = (publication: number) => ({
    timestamp: "1970-01-01T00:16:40.000Z",
    subscription: 1,
    publication,
    details: {},
    args,
    kwargs: { k: args },
  });
  expect(wire).toStrictEqual([50, 1, {}, [event(105), event(106), event(107)]]);
  expect(occurrences(frame, ARGUMENTS[subprotocol])).toBe(6);
});

test.each(SUBPROTOCOLS)(
  "SER-11 a testament from %s keeps every value and kind for receivers of every format",
  (from) => {
    const it = room();
    const receivers = SUBPROTOCOLS.map((each) => it.join(each));
    for (const receiver of receivers) receiver.say(32, 1, {}, "com.x").heard();
    const testator = it.join(from);
    const args = ARGUMENTS[from];
    if (typeof args === "string") {
      testator.sayFrame(`[48,1,{},"wamp.session.add_testament",["com.x",${args},{"k":${args}}]]`);
    } else {
      const [five, three] = from === "wamp.2.msgpack" ? [0x95, 0x93] : [0x85, 0x83];
      const header = [48, 1, {}, "wamp.session.add_testament"].map((each) => encode(from, each));
      const key = from === "wamp.2.msgpack" ? hex("81 a16b") : hex("a1 616b");
      const call = [Uint8Array.of(five), ...header, Uint8Array.of(three), encode(from, "com.x")];
      testator.sayFrame(concat(...call, args, key, args));
    }
    expect(testator.heard()).toEqual([[50, 1, {}]]);
    it.sleep();
    testator.vanish();
    for (const receiver of receivers) {
      const format = receiver.subprotocol as Format;
      const { frame, wire } = answer(receiver);
      expect(wire).toStrictEqual([36, 1, expect.any(Number), {}, DECODED[format], { k: DECODED[format] }]);
      expect(occurrences(frame, ARGUMENTS[format])).toBe(2);
    }
  },
);

test("SER-12 an event that the caller's format cannot express is not among its history, and hides no other", () => {
  const it = room();
  const [json, msgpack, cbor] = [it.join("wamp.2.json"), it.join("wamp.2.msgpack"), it.join("wamp.2.cbor")];
  json.say(16, 1, {}, "com.x", ["first"]);
  msgpack.say(16, 2, {}, "com.x", [new Date(1_000)]); // a timestamp: msgpack's alone
  cbor.sayFrame(hex("85 10 03 a0 65 636f6d2e78 81 c1 01")); // tag 1, a time: CBOR's alone
  cbor.say(16, 4, {}, "com.x", [Number.POSITIVE_INFINITY]); // has no form in JSON
  json.say(16, 5, {}, "com.x", ["last"]);
  const asked = (client: Client, query: object = {}): unknown[] => {
    client.say(48, 1, {}, GET, [1], query);
    const [, , , events] = answer(client).wire as [unknown, unknown, unknown, { args: unknown[] }[]?];
    return (events ?? []).map(({ args }) => args[0]);
  };
  expect(asked(json)).toStrictEqual(["first", "last"]);
  expect(asked(msgpack)).toStrictEqual(["first", new Date(1_000), Number.POSITIVE_INFINITY, "last"]);
  cbor.say(48, 1, {}, GET, [1]);
  const [frame] = cbor.peer.frames.splice(0);
  expect(occurrences(frame ?? "", hex("81 c1 01"))).toBe(1); // as it came
  const tags = { 1: (decode: () => unknown) => new Date(Number(decode()) * 1_000) };
  const [, , , events] = decodeCbor(frame as Uint8Array, { tags }) as [0, 0, 0, { args: unknown[] }[]];
  expect(events.map(({ args }) => args[0])).toStrictEqual([
    "first",
    new Date(1_000),
    Number.POSITIVE_INFINITY,
    "last",
  ]);
  // Pages are as long as asked, and none ends the traversal early.
  expect(asked(json, { limit: 2 })).toStrictEqual(["first", "last"]);
  expect(asked(json, { limit: 1, after_publication: 104 })).toStrictEqual(["last"]);
  expect(asked(json, { limit: 1, reverse: true })).toStrictEqual(["last"]);
});
