/**
 * A codec keeps its walker and what it collects in from one message to the next. What may hold a secret must not stay there
 * until somebody speaks again. Texts are looked for in a snapshot of the heap; octets are not in it, so they are waited for
 * to be collected.
 */

import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeHeapSnapshot } from "node:v8";
import { encode as msgpack } from "@msgpack/msgpack";
import { encode as cbor } from "cborg";
import { describe, expect, test } from "vitest";
import { DEFAULT_FRAME_LIMITS, type Serializer } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { payloadAt } from "../../src/wamp/message.ts";
import { collect } from "../collect.ts";

const serializers = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });

/** A text that stands nowhere else on the heap: only how to make it is kept. */
function secretOf(seed: number): string {
  const codes: number[] = [];
  for (let at = 0, word = seed; at < 24; at++) {
    word = Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + at;
    codes.push(97 + ((word >>> 8) % 26));
  }
  return String.fromCharCode(...codes);
}

function heapHolds(seeds: readonly number[]): boolean[] {
  const file = join(tmpdir(), `heap-${process.pid}-${Date.now()}.heapsnapshot`);
  try {
    writeHeapSnapshot(file);
    const snapshot = readFileSync(file, "latin1");
    return seeds.map((seed) => snapshot.includes(secretOf(seed)));
  } finally {
    rmSync(file, { force: true });
  }
}

/** Sends a frame through the codec and lets go of it. */
function speak(serializer: Serializer, frame: string | Uint8Array<ArrayBuffer>): void {
  for (const message of serializer.split(typeof frame === "string" ? frame : frame.buffer)) {
    try {
      serializer.decode(message);
    } catch {
      // what is malformed is let go of as well
    }
  }
}

const TEXTS = {
  AUTHENTICATE: (secret: string) => [5, secret, {}],
  "AUTHENTICATE with extra": (secret: string) => [5, "", { nonce: [secret] }],
  HELLO: (secret: string) => [1, "realm1", { authextra: { key: secret } }],
  "AUTHENTICATE that is too deep": (secret: string) => [5, secret, nested(60)],
};

function nested(depth: number): unknown {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

function octets(of: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(of);
}

const FORMATS = {
  json: (wire: unknown) => JSON.stringify(wire),
  msgpack: (wire: unknown) => octets(msgpack(wire)),
  cbor: (wire: unknown) => octets(cbor(wire)),
} as const;

const cases = Object.entries(FORMATS).flatMap(([format, write]) =>
  Object.entries(TEXTS).map(([name, wire], at) => ({ format, name, wire, write, at })),
);

test("S15 no text of a message that may hold a secret is on the heap once it was read", () => {
  const control = secretOf(5);
  // One codec for each, since the next message would take the place of the last.
  const kept = cases.map(({ format, wire, write, at }, place) => {
    const own = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt });
    const serializer = own(`wamp.2.${format as keyof typeof FORMATS}`);
    speak(serializer, write(wire(secretOf(100 + 7 * place + at))));
    return serializer;
  });
  const seeds = cases.map(({ at }, place) => 100 + 7 * place + at);
  expect(heapHolds([5, ...seeds])).toStrictEqual([true, ...seeds.map(() => false)]);
  expect([kept.length, control]).toStrictEqual([cases.length, secretOf(5)]); // they were alive until now
});

describe.each(["msgpack", "cbor"] as const)("octets of %s", (format) => {
  test.each(Object.keys(TEXTS) as (keyof typeof TEXTS)[])(
    "S15 a frame of %s is let go of once it was read",
    async (name) => {
      const serializer = serializers(`wamp.2.${format}`);
      const frame = new WeakRef(spoken(serializer, FORMATS[format](TEXTS[name]("secret"))));
      await collect();
      expect(frame.deref()).toBeUndefined();
    },
  );
});

function spoken(serializer: Serializer, frame: Uint8Array<ArrayBuffer>): ArrayBuffer {
  speak(serializer, frame);
  return frame.buffer;
}
