/** The contract of a Serializer, run on all six: what goes out comes in, and nothing beyond a limit does. */
import { describe, expect, test } from "vitest";
import {
  type Encoded,
  type FrameLimits,
  type Serializer,
  SUBPROTOCOLS,
} from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { payloadAt } from "../../src/wamp/message.ts";
import type { Envelope } from "../../src/wamp/payload.ts";
import { asFrame, hex, kept, of } from "../serializer/scene.ts";

const limited = (limits: Partial<FrameLimits>) =>
  createSerializers({ limits: { octets: 1_000_000, depth: 1_000, items: 1_000_000, ...limits }, payloadAt });

const ENVELOPES: Record<string, Envelope> = {
  "a type code alone": { header: [6], payload: undefined },
  "ids up to 2^53": { header: [33, 2 ** 53, 2 ** 32], payload: undefined },
  "a header dict of every kind": {
    header: [
      1,
      "realm1",
      { a: 1, b: -1.5, c: "é\u{1f600}", d: null, e: true, f: [[], {}], g: 2n ** 64n - 1n },
    ],
    payload: undefined,
  },
  "octets in a header": { header: [5, "", { channel_binding: Uint8Array.of(0, 255) }], payload: undefined },
  "text of every length of head": {
    header: [
      5,
      "",
      Object.fromEntries([0, 23, 24, 31, 32, 255, 256, 65_535, 65_536].map((n) => [`n${n}`, "x".repeat(n)])),
    ],
    payload: undefined,
  },
  "text whose head is longer than its characters say": {
    header: [5, "é".repeat(20), { a: "€".repeat(100), b: "€".repeat(30_000), c: "é".repeat(12) }],
    payload: undefined,
  },
  "lists of every length of head": {
    header: [
      5,
      "",
      Object.fromEntries([0, 15, 16, 23, 24, 255, 256, 70_000].map((n) => [`n${n}`, Array(n).fill(0)])),
    ],
    payload: undefined,
  },
  Arguments: { header: [16, 1, {}, "a.b"], payload: { format: "values", args: ["a", 1] } },
  ArgumentsKw: { header: [48, 1, {}, "a.b"], payload: { format: "values", args: [], kwargs: { k: [1] } } },
  "an ERROR": {
    header: [8, 48, 1, {}, "a.error"],
    payload: { format: "values", args: ["why"], kwargs: { at: 2 } },
  },
};

for (const subprotocol of SUBPROTOCOLS) {
  const serializer = of(subprotocol);
  const limit = (limits: Partial<FrameLimits>) => limited(limits)(subprotocol);
  const frame = (encoded: Encoded) => asFrame(serializer.join([encoded]));
  const accept = (by: Serializer, envelope: Envelope) =>
    by.split(frame(serializer.encode(envelope))).map((message) => by.decode(message));

  describe(subprotocol, () => {
    test("SER-02 is what its name says", () => {
      expect(serializer.subprotocol).toBe(subprotocol);
      expect(subprotocol).toBe(`wamp.2.${serializer.format}${serializer.batched ? ".batched" : ""}`);
    });

    for (const [name, envelope] of Object.entries(ENVELOPES)) {
      test(`SER-02 ${name}: out, in, out again`, () => {
        const [received, ...none] = accept(limit({}), envelope);
        expect(none).toEqual([]);
        expect(received?.header).toEqual(envelope.header);
        expect(received?.payload?.format).toBe(envelope.payload && serializer.format);
        if (received) expect(kept(serializer, received)).toEqual(serializer.encode(envelope));
      });
    }

    test("SER-02 what it decodes has the payload's own octets, not a copy", () => {
      const message = serializer.encode({
        header: [16, 1, {}, "a"],
        payload: { format: "values", args: [1, 2, 3] },
      });
      const { payload } = serializer.decode(message);
      if (payload?.format === "values" || !payload)
        throw new Error("a decoded payload is never plain values");
      if (typeof payload.body === "string") expect(payload.body).toBe("[1,2,3]");
      else expect(payload.body.buffer).toBe((message as Uint8Array).buffer); // a binary body has a binary message
    });

    test("BAT-05 join and split are inverse", () => {
      const messages = [1, 2, 3].map((id) => kept(serializer, { header: [34, id, id], payload: undefined }));
      const sent = serializer.batched ? messages : messages.slice(0, 1);
      expect(serializer.split(asFrame(serializer.join(sent)))).toEqual(sent);
      expect(() => serializer.join([])).toThrow(TypeError);
      if (!serializer.batched) expect(() => serializer.join(messages)).toThrow(TypeError);
    });

    test("TRN-10 the wrong kind of frame is a violation", () => {
      const wrong = serializer.format === "json" ? new ArrayBuffer(8) : "[34,1,1]";
      expect(() => serializer.split(wrong)).toThrow(expect.objectContaining({ closeCode: 1002 }));
      expect(() => serializer.split(wrong)).toThrow(ProtocolViolation);
      expect(() => serializer.decode(typeof wrong === "string" ? wrong : hex("00"))).toThrow(
        ProtocolViolation,
      );
    });

    test("TRN-16 a frame may have so many octets and no more", () => {
      for (const text of ["plain", "é€\u{1f600}".repeat(9), "\u007f\u0080\u07ff", "\u0800\uffff"]) {
        const given = frame(serializer.encode({ header: [5, text, {}], payload: undefined }));
        const size = typeof given === "string" ? Buffer.byteLength(given) : given.byteLength;
        expect(limit({ octets: size + 1 }).split(given)).toHaveLength(1);
        expect(limit({ octets: size }).split(given)).toHaveLength(1);
        expect(() => limit({ octets: size - 1 }).split(given)).toThrow(ProtocolViolation);
        expect(() => limit({ octets: size - 1 }).split(given)).toThrow(
          expect.objectContaining({ closeCode: 1009 }),
        );
      }
    });

    test("SER-19 lists and dicts may be so deep and no deeper", () => {
      const deep: Envelope[] = [
        { header: [5, "", { a: [[{}]] }], payload: undefined },
        { header: [16, 1, {}, "a"], payload: { format: "values", args: [[{ a: [] }]] } },
        { header: [16, 1, {}, "a"], payload: { format: "values", args: [], kwargs: { a: { a: [[]] } } } },
      ];
      for (const envelope of deep) {
        expect(accept(limit({ depth: 6 }), envelope)).toHaveLength(1);
        expect(accept(limit({ depth: 5 }), envelope)).toHaveLength(1);
        expect(() => accept(limit({ depth: 4 }), envelope)).toThrow(/nested 4 deep/);
      }
    });

    test("SER-19 a message may hold so many values and no more", () => {
      const envelope: Envelope = {
        header: [16, 1, { acknowledge: true }, "a"],
        payload: { format: "values", args: [1, [2]], kwargs: { k: { l: 3 } } },
      };
      const items = 6 + 4 + 5;
      expect(accept(limit({ items: items + 1 }), envelope)).toHaveLength(1);
      expect(accept(limit({ items }), envelope)).toHaveLength(1);
      expect(() => accept(limit({ items: items - 1 }), envelope)).toThrow(/hold 14 values/);
    });

    test("SER-19 a count is refused before what it counts is looked at", () => {
      if (serializer.format === "json") return; // which has no counts
      const elements = serializer.format === "msgpack" ? "dc 0009 10 01 80" : "99 0009 10 01 a0";
      expect(() => limit({ items: 8 }).decode(hex(`${elements} 01 02 03 04 05 06`))).toThrow(
        /8 values.*at offset 3$/,
      );
      expect(() => limit({ items: 9 }).decode(hex(elements))).toThrow(/9 values are announced/);
    });

    test("SER-19 what was refused leaves nothing behind", () => {
      const envelope: Envelope = { header: [33, 1, 2], payload: undefined };
      expect(() => serializer.encode({ header: [36, Symbol("no")], payload: undefined })).toThrow(TypeError);
      expect(accept(serializer, envelope)).toEqual([envelope]);
    });
  });
}

const MALFORMED: Record<"json" | "msgpack" | "cbor", readonly string[]> = {
  json: [
    "",
    "[",
    "[16",
    "[16,",
    "[16,]",
    "[,16]",
    "[16 1]",
    "[16]]",
    "[16]x",
    "{16}",
    "16",
    "\ufeff[16]",
    "[16,\u00a01]",
  ],
  msgpack: [
    "",
    "91",
    "92 10",
    "91 c1",
    "91 10 10",
    "dc 00",
    "dd 00000001",
    "91 c1 10",
    "dc ffff 10",
    "10",
    "80",
  ],
  cbor: [
    "",
    "81",
    "82 10",
    "81 1c",
    "81 10 10",
    "99 00",
    "9a 00000001",
    "9f 10",
    "81 ff",
    "10",
    "a0",
    "9c 10",
    "ff",
  ],
};

for (const format of ["json", "msgpack", "cbor"] as const) {
  for (const subprotocol of [`wamp.2.${format}`, `wamp.2.${format}.batched`] as const) {
    test(`SER-14 ${subprotocol}: a malformed message is a violation`, () => {
      for (const each of MALFORMED[format]) {
        expect(() => of(subprotocol).decode(format === "json" ? each : hex(each))).toThrow(ProtocolViolation);
      }
    });
  }
}
