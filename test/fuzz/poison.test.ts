/**
 * R12: every poison from a publisher of every format to subscribers of every format, who read with the codecs of the stock
 * clients. Whoever is sent something can read it, and whoever is not, for a documented reason, is served the next event.
 */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { decode as msgpackDecode } from "@msgpack/msgpack";
import { expect, test } from "vitest";
import type { Encoded } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import type { Client } from "../gateway/client.ts";
import { VIOLATED, VIOLATION, WireRoom } from "../gateway/wire.ts";
import { python } from "../interop/client/python.ts";
import { FORMATS, POISONS, type Poison } from "./poison.ts";

interface Decoder {
  decode(octets: Uint8Array): unknown;
}
const here = createRequire(import.meta.url);
const ofAutobahn = createRequire(here.resolve("autobahn"));
const ofWampy = createRequire(here.resolve("wampy"));
// What untyped packages export, as their clients use it.
const msgpack5 = (ofAutobahn("msgpack5") as (options: object) => Decoder)({ forceFloat64: true });
const cbor = ofAutobahn("cbor") as { decodeFirstSync(octets: Uint8Array): unknown };
const msgpackr = ofWampy("msgpackr") as { unpack(octets: Uint8Array): unknown };
const { Encoder } = ofWampy("cbor-x") as { Encoder: new (options: object) => Decoder };
const cborX = new Encoder({
  useRecords: false,
  mapsAsObjects: true,
  int64AsNumber: true,
  largeBigIntToFloat: true,
});

/** Each reads a message as a client does that is in use. */
const READERS: Readonly<Record<Format, Readonly<Record<string, (frame: Encoded) => unknown>>>> = {
  json: { "every JavaScript client": (frame) => JSON.parse(String(frame)) },
  msgpack: {
    AutobahnJS: (frame) => msgpack5.decode(Buffer.from(frame)),
    wampy: (frame) => msgpackr.unpack(Buffer.from(frame)),
    "@msgpack/msgpack": (frame) => msgpackDecode(Buffer.from(frame)),
  },
  cbor: {
    AutobahnJS: (frame) => cbor.decodeFirstSync(Buffer.from(frame)),
    wampy: (frame) => cborX.decode(Buffer.from(frame)),
  },
};

const endsWith = (frame: Encoded, payload: Encoded): boolean =>
  typeof frame === "string"
    ? frame.endsWith(`${String(payload)}]`)
    : Buffer.from(frame).subarray(-payload.length).equals(Buffer.from(payload));

/** Every event that any poison became. */
const events: Record<Format, Encoded[]> = { json: [], msgpack: [], cbor: [] };

/** What the subscribers were sent, and what is wrong with it. */
function judge(poison: Poison, from: Format, readers: readonly Client[]): string[] {
  const wrong: string[] = [];
  const result = poison.result[from];
  for (const reader of readers) {
    const to = FORMATS.find((format) => reader.subprotocol === `wamp.2.${format}`) ?? "json";
    const frames = reader.peer.frames.splice(0);
    const expected = result !== "refused" && result.includes(to) ? 1 : 0;
    const note = (what: string) => wrong.push(`${poison.name}, from ${from} to ${to}: ${what}`);
    if (frames.length !== expected) note(`${frames.length} events in place of ${expected}`);
    for (const frame of frames) {
      events[to].push(frame);
      const own = poison.payload[from];
      if (from === to && own !== undefined && !endsWith(frame, own)) note("it was changed");
      for (const [name, read] of Object.entries(READERS[to])) {
        try {
          read(frame);
        } catch (error) {
          note(`${name} cannot read it: ${String(error)}`);
        }
      }
    }
  }
  return wrong;
}

test("R12 there are 500 poisons at least, and no two have one name", () => {
  expect(POISONS.length).toBeGreaterThanOrEqual(500);
  expect(new Set(POISONS.map(({ name }) => name)).size).toBe(POISONS.length);
});

for (const from of FORMATS) {
  test(`R12 ${POISONS.length} poisons from ${from} reach whom they should, who can read them`, {
    timeout: 120_000,
  }, () => {
    const room = new WireRoom();
    const readers = FORMATS.map((format) => room.join(`wamp.2.${format}`).say(32, 1, {}, "com.x"));
    for (const reader of readers) reader.heard();
    const wrong: string[] = [];
    for (const [round, poison] of POISONS.entries()) {
      const publisher = room.join(`wamp.2.${from}`);
      publisher.sayFrame(poison.message[from]);
      const told = publisher.heard();
      if (poison.result[from] === "refused") {
        expect(told, poison.name).toEqual([VIOLATION]);
        expect(publisher.peer.closed, poison.name).toEqual(VIOLATED);
      } else {
        expect(told, poison.name).toEqual([[17, 1, expect.any(Number)]]);
        publisher.vanish();
      }
      wrong.push(...judge(poison, from, readers));
      const other = readers[round % 3];
      other?.say(16, round + 2, { exclude_me: false }, "com.x", [round]);
      for (const reader of readers) {
        expect(reader.heard(), poison.name).toEqual([[36, 1, expect.any(Number), {}, [round]]]);
      }
    }
    expect(wrong).toEqual([]);
    expect(room.log.filter(({ event }) => event === "fault")).toEqual([]);
  });
}

test("R12 Autobahn|Python can read every event that a poison became", { timeout: 120_000 }, () => {
  const SCRIPT = `
import sys
from autobahn.wamp.serializer import CBORObjectSerializer, JsonObjectSerializer, MsgPackObjectSerializer
readers = {"json": JsonObjectSerializer(), "msgpack": MsgPackObjectSerializer(), "cbor": CBORObjectSerializer()}
for line in sys.stdin:
    format, digits = line.split()
    try:
        readers[format].unserialize(bytes.fromhex(digits))
        print("read")
    except Exception as error:
        print(format, digits[:200], type(error).__name__, error)
`;
  const lines = FORMATS.flatMap((format) =>
    events[format].map((frame) => `${format} ${Buffer.from(frame).toString("hex")}\n`),
  );
  expect(lines.length).toBeGreaterThan(POISONS.length * 4);
  const said = execFileSync(python(), ["-c", SCRIPT], {
    input: lines.join(""),
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const answers = said.trimEnd().split("\n");
  expect(answers).toHaveLength(lines.length);
  expect(answers.filter((answer) => answer !== "read")).toEqual([]);
});
