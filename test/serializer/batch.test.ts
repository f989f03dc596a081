/** The requirements on batches: BAT-*, at the level of frames. What the gateway does with them is tested there. */
import { describe, expect, test } from "vitest";
import type { Encoded, Serializer } from "../../src/serializer/serializer.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { asFrame, hex, kept, of } from "./scene.ts";

const json = of("wamp.2.json.batched");
const msgpack = of("wamp.2.msgpack.batched");
const cbor = of("wamp.2.cbor.batched");
const BINARY = [msgpack, cbor];

const goodbye = (request: number) => ({ header: [34, request, 1], payload: undefined });
const requests = (serializer: Serializer, frame: Encoded) =>
  serializer.split(asFrame(frame)).map((each) => serializer.decode(each).header[1]);
const frameOf = (serializer: Serializer, ...each: number[]) =>
  serializer.join(each.map((request) => kept(serializer, goodbye(request))));

test("BAT-01 every JSON message is followed by the separator 1e, the last one too", () => {
  expect(frameOf(json, 1, 2)).toBe("[34,1,1]\u001e[34,2,1]\u001e");
  expect(requests(json, "[34,1,1]\u001e[34,2,1]\u001e")).toEqual([1, 2]);
});

test("BAT-02 the separator 18 of Autobahn|Python is read and answered in kind", () => {
  expect(requests(json, "[34,1,1]\u0018[34,2,1]\u0018")).toEqual([1, 2]);
  const answering = json.answering("[34,1,1]\u0018");
  expect(answering).toMatchObject({ subprotocol: "wamp.2.json.batched", format: "json", batched: true });
  expect(frameOf(answering, 1, 2)).toBe("[34,1,1]\u0018[34,2,1]\u0018");
  expect(requests(answering, "[34,1,1]\u001e")).toEqual([1]);
});

test("BAT-02 whoever used 1e, or nothing that tells, is answered with 1e", () => {
  for (const first of ["[34,1,1]\u001e", "[34,1,1]", ""]) {
    expect(frameOf(json.answering(first), 1)).toBe("[34,1,1]\u001e");
    expect(frameOf(json.answering("[1]\u0018").answering(first), 1)).toBe("[34,1,1]\u001e");
  }
  expect(json.answering(new ArrayBuffer(0))).toBe(json);
  for (const each of [...BINARY, of("wamp.2.json")]) expect(each.answering("[34,1,1]\u0018")).toBe(each);
});

test("BAT-03 BAT-04 every binary message is preceded by its length, four octets, big-endian", () => {
  expect(frameOf(msgpack, 1, 300)).toEqual(hex("00000004 93 22 01 01 00000006 93 22 cd 012c 01"));
  expect(frameOf(cbor, 1, 300)).toEqual(hex("00000005 83 1822 01 01 00000007 83 1822 19 012c 01"));
  for (const each of BINARY) expect(requests(each, frameOf(each, 1, 300, 2))).toEqual([1, 300, 2]);
});

test("BAT-05 a batch of one is a batch, and an unframed message a violation", () => {
  expect(frameOf(json, 1)).toBe("[34,1,1]\u001e");
  expect(() => json.split("[34,1,1]")).toThrow(ProtocolViolation);
  for (const each of BINARY) {
    expect(requests(each, frameOf(each, 7))).toEqual([7]);
    expect(() => each.split(asFrame(each.encode(goodbye(1))))).toThrow(ProtocolViolation);
  }
});

test("BAT-06 an empty frame is a violation", () => {
  expect(() => json.split("")).toThrow(ProtocolViolation);
  for (const each of BINARY) expect(() => each.split(new ArrayBuffer(0))).toThrow(ProtocolViolation);
});

describe("BAT-07 a malformed batch is a violation", () => {
  for (const no of [
    "[34,1,1]\u001e[34,2,1]",
    "\u001e",
    "[34,1,1]\u001e\u001e",
    "\u001e[34,1,1]\u001e",
    "[34,1,1]\u001e ",
  ]) {
    test(`JSON ${JSON.stringify(no)}`, () => {
      expect(() => json.split(no)).toThrow(ProtocolViolation);
    });
  }
  const malformed: [string, string][] = [
    ["a prefix of three octets", "000001"],
    ["a prefix cut after a message", "00000001 90 0000"],
    ["a length beyond the end", "00000002 90"],
    ["a length of 4 GB", "ffffffff 90"],
    ["a length of zero", "00000000"],
    ["a length of zero after a message", "00000001 90 00000000"],
    ["octets left over", "00000001 90 90"],
  ];
  for (const [name, digits] of malformed) {
    test(name, () => {
      for (const each of BINARY) expect(() => each.split(asFrame(hex(digits)))).toThrow(ProtocolViolation);
    });
  }
});

test("BAT-08 messages come out in the order packed, and those before a broken one are whole", () => {
  for (const each of [json, ...BINARY]) {
    const broken = typeof each.encode(goodbye(1)) === "string" ? "[34," : hex("92 22");
    const frame = each.join([kept(each, goodbye(1)), kept(each, goodbye(2)), broken, kept(each, goodbye(3))]);
    const messages = each.split(asFrame(frame));
    expect(messages.slice(0, 2).map((message) => each.decode(message).header[1])).toEqual([1, 2]);
    expect(() => each.decode(messages[2] ?? "")).toThrow(ProtocolViolation);
  }
});

test("BAT-09 any number of messages is packed, in order", () => {
  for (const each of [json, ...BINARY]) {
    for (const count of [1, 2, 17, 1_000]) {
      const sent = Array.from({ length: count }, (_, at) => at + 1);
      expect(requests(each, frameOf(each, ...sent))).toEqual(sent);
    }
    expect(() => each.join([])).toThrow(TypeError);
  }
});

test("R14 a batch holds 16,384 messages at most, which is told before the first is read", () => {
  const repeated = (count: number) => Array.from({ length: count }, () => 1);
  for (const each of [json, ...BINARY]) {
    const most = frameOf(each, ...repeated(16_384));
    expect(each.split(asFrame(most))).toHaveLength(16_384);
    const more = frameOf(each, ...repeated(16_385));
    expect(() => each.split(asFrame(more))).toThrow("a batch may hold 16384 messages");
  }
});
