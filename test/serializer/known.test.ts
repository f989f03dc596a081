/** What a codec remembers of headers changes nothing: texts and options that came before are read as if for the first time. */
import { describe, expect, test } from "vitest";
import { KnownHeaders } from "../../src/serializer/known-headers.ts";
import { DEFAULT_FRAME_LIMITS, type Encoded } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { parse, payloadAt } from "../../src/wamp/message.ts";
import { dict, integer, list, type Model, message, text, write } from "./model.ts";
import { of } from "./scene.ts";

const FORMATS = ["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const;

describe.each(FORMATS)("over %s", (subprotocol) => {
  const serializer = of(subprotocol);
  const { format } = serializer;
  const from = (...elements: readonly Model[]): Encoded =>
    message(format, elements.map((each) => write(each, format)) as string[] | Uint8Array[]); // all of one format
  const publish = (options: Model, topic: string, ...rest: readonly Model[]): Encoded =>
    from(integer(16), integer(7), options, text(topic), ...rest);
  const header = (encoded: Encoded) => serializer.decode(encoded).header;

  test("SER-02 options that are written as the last ones were are the same, others are not", () => {
    const acknowledge = dict({ acknowledge: { is: "boolean", of: true } });
    for (const [options, value] of [
      [dict({}), {}],
      [acknowledge, { acknowledge: true }],
      [acknowledge, { acknowledge: true }],
      [dict({ acknowledge: { is: "boolean", of: false } }), { acknowledge: false }],
      [dict({ exclude: list(integer(1), integer(2)) }), { exclude: [1, 2] }],
      [dict({ exclude: list(integer(1), integer(2)) }), { exclude: [1, 2] }],
      [dict({ exclude: list(integer(1), integer(3)) }), { exclude: [1, 3] }],
      [dict({}), {}],
    ] as const) {
      expect(header(publish(options, "com.x"))).toEqual([16, 7, value, "com.x"]);
    }
  });

  test("MSG-36 what is known of PUBLISH is not taken for the options of CALL", () => {
    const options = dict({ timeout: integer(5), exclude_me: { is: "boolean", of: true } });
    for (let twice = 0; twice < 2; twice++) {
      expect(parse(serializer.decode(publish(options, "com.x")))).toMatchObject({
        options: { exclude_me: true },
      });
      expect(parse(serializer.decode(from(integer(48), integer(7), options, text("com.p"))))).toMatchObject({
        options: { timeout: 5 },
      });
    }
  });

  test("SER-02 nobody can change options for whoever sends the same", () => {
    const given = publish(dict({ exclude: list(integer(1)) }), "com.x");
    serializer.decode(given);
    const [, , options] = header(given) as [unknown, unknown, { exclude: number[] }];
    expect(() => options.exclude.push(2)).toThrow(TypeError);
    expect(() => Object.assign(options, { acknowledge: true })).toThrow(TypeError);
    expect(header(given)).toEqual([16, 7, { exclude: [1] }, "com.x"]);
  });

  test("SER-19 options that are known count as many values as others do", () => {
    const narrow = createSerializers({ limits: { ...DEFAULT_FRAME_LIMITS, items: 9 }, payloadAt })(
      subprotocol,
    );
    const options = dict({ exclude: list(integer(1), integer(2)) }); // 5 values of 8
    for (let twice = 0; twice < 2; twice++) {
      expect(narrow.decode(publish(options, "com.x", list())).header).toEqual([
        16,
        7,
        { exclude: [1, 2] },
        "com.x",
      ]);
      expect(() => narrow.decode(publish(options, "com.x", list(integer(1))))).toThrow(ProtocolViolation);
    }
  });

  describe("a peer that says the same again and again", () => {
    const spoken = (peer: KnownHeaders, encoded: Encoded) => serializer.decode(encoded, peer);
    const acknowledge = dict({ acknowledge: { is: "boolean", of: true } });
    const call = (request: number, ...rest: readonly Model[]) =>
      from(integer(48), integer(request), acknowledge, text("com.x"), ...rest);

    test("SER-02 is read as if each message were its first, whatever is the same and whatever is not", () => {
      const peer = new KnownHeaders();
      const options = [dict({}), dict({}), dict({}), acknowledge, acknowledge, acknowledge, dict({})];
      const topics = [
        "com.x",
        "com.x",
        "com.x",
        "com.xy",
        "com.y",
        "com.",
        "com.x",
        "com.x",
        "com.x",
        "com.x",
      ];
      const payloads = [[], [list(text("a"))], [list(), dict({ a: integer(1) })]];
      for (const given of options) {
        for (const topic of topics) {
          for (const payload of payloads) {
            const encoded = publish(given, topic, ...payload);
            expect(spoken(peer, encoded)).toEqual(of(subprotocol).decode(encoded));
          }
        }
      }
    });

    test("MSG-36 PUBLISH, CALL and YIELD are told apart, and one peer from another", () => {
      const [peer, other] = [new KnownHeaders(), new KnownHeaders()];
      for (let turn = 1; turn < 6; turn++) {
        const published = publish(acknowledge, "com.x", list(integer(turn)));
        expect(spoken(peer, published).header).toEqual([16, 7, { acknowledge: true }, "com.x"]);
        expect(spoken(peer, call(turn, list())).header).toEqual([48, turn, { acknowledge: true }, "com.x"]);
        const yielded = from(integer(70), integer(turn), acknowledge, list(integer(turn)));
        for (let again = 0; again < 3; again++)
          expect(spoken(peer, yielded).header).toEqual([70, turn, { acknowledge: true }]);
        const elsewhere = publish(acknowledge, "com.y", list(integer(turn)));
        expect(spoken(other, elsewhere).header).toEqual([16, 7, { acknowledge: true }, "com.y"]);
      }
    });

    test("SER-14 SER-19 what is wrong behind a known header is refused as behind any other", () => {
      const narrow = createSerializers({ limits: { ...DEFAULT_FRAME_LIMITS, items: 9 }, payloadAt })(
        subprotocol,
      );
      const peer = new KnownHeaders();
      for (let turn = 1; turn < 6; turn++) narrow.decode(call(turn, list(integer(1))), peer);
      const wrongs = [
        call(6, integer(1)),
        call(6, list(), list()),
        call(6, list(), dict({}), list()),
        call(6, list(integer(1), integer(2), integer(3))),
      ];
      for (const wrong of wrongs) {
        expect(() => narrow.decode(wrong, new KnownHeaders())).toThrow(ProtocolViolation);
        expect(() => narrow.decode(wrong, peer)).toThrow(ProtocolViolation);
      }
      expect(narrow.decode(call(7, list(integer(1), integer(2))), peer).header[1]).toBe(7);
    });
  });

  test("SER-14 a dict that only begins like the last one is read to its end", () => {
    header(publish(dict({ a: integer(1) }), "com.x"));
    expect(header(publish(dict({ a: integer(1), b: integer(2) }), "com.x"))).toEqual([
      16,
      7,
      { a: 1, b: 2 },
      "com.x",
    ]);
    expect(header(publish(dict({ a: integer(12) }), "com.x"))).toEqual([16, 7, { a: 12 }, "com.x"]);
  });

  test("SER-02 topics that differ in a place or two are never taken for each other", () => {
    const letters = ["a", "b", "é", "\u{1f600}", "\\", '"', "\u0001", "~"];
    const topics = letters.flatMap((one) =>
      letters.flatMap((other) => [
        `${one}om.device.${other}.temperature`,
        `com.${one}.device.temperatur${other}`,
        `${one}${other}`,
        one,
      ]),
    );
    for (let twice = 0; twice < 2; twice++) {
      for (const topic of topics) expect(header(publish(dict({}), topic))[3]).toBe(topic);
    }
  });

  test("SER-02 a key that is an escape of another is that other", () => {
    for (let twice = 0; twice < 2; twice++) {
      expect(header(publish(dict({ 'x"y': integer(1) }), 'x\\"y'))).toEqual([16, 7, { 'x"y': 1 }, 'x\\"y']);
      expect(header(publish(dict({ 'x\\"y': integer(1) }), 'x"y'))).toEqual([16, 7, { 'x\\"y': 1 }, 'x"y']);
    }
  });

  test("SER-14 a message that breaks off leaves nothing behind for the next", () => {
    const whole = publish(dict({ exclude: list(integer(1), list(integer(2))) }), "com.x", list(integer(3)));
    for (let length = 1; length < whole.length; length++) {
      const cut = whole.slice(0, length);
      expect(() => serializer.decode(cut)).toThrow(ProtocolViolation);
      expect(header(publish(dict({ a: integer(1) }), "com.y"))).toEqual([16, 7, { a: 1 }, "com.y"]);
    }
  });
});

describe("SER-05 long JSON text", () => {
  const json = of("wamp.2.json");
  const decode = (inner: string) => json.decode(`[16,1,{},"a.b",["${inner}"]]`);

  test.each([511, 512, 8_191, 8_192, 8_193, 40_000])("of %i characters is taken as it is", (length) => {
    for (const plain of [
      "x".repeat(length),
      "é".repeat(length),
      "\u{1f600}".repeat(length / 2),
      "\u007f".repeat(length),
    ]) {
      expect(decode(plain).payload).toEqual({ format: "json", count: 1, body: `["${plain}"]` });
    }
  });

  test.each([0, 30, 600, 8_191, 8_192, 20_000, 29_999])(
    "is refused with a control character at %i",
    (place) => {
      const before = "x".repeat(place);
      const after = "x".repeat(30_000 - place - 1);
      for (const control of ["\u0000", "\u001f", "\n", "\t"]) {
        expect(() => decode(`${before}${control}${after}`)).toThrow(/control character/);
        expect(() => decode(`${before}\\n${control}${after}`)).toThrow(/control character/);
      }
      for (const fine of [" ", "é", "\u0080", "\u007f", "\\n", '\\"', "\\u0001"]) {
        expect(decode(`${before}${fine}${after}`).payload?.format).toBe("json");
      }
      expect(() => decode(`${before}\\x${after}`)).toThrow(/escape/);
    },
  );

  test("without an end is refused", () => {
    expect(() => json.decode(`[16,1,{},"a.b",["${"x".repeat(30_000)}`)).toThrow(/no end/);
  });
});

describe("SER-07 long binary text", () => {
  test.each(["wamp.2.msgpack", "wamp.2.cbor"] as const)(
    "is UTF-8 throughout, or refused, over %s",
    (subprotocol) => {
      const serializer = of(subprotocol);
      const { format } = serializer;
      for (const length of [127, 128, 129, 130, 131, 132, 4_099]) {
        for (const shift of ["", "x", "xx", "xxx"]) {
          const frame = message(
            format,
            [integer(16), integer(1), dict({}), text(`a.b${shift}`), list(text("x".repeat(length)))].map(
              (each) => write(each, format),
            ) as Uint8Array[], // a binary format
          ) as Uint8Array;
          expect(serializer.decode(frame).payload?.format).toBe(format);
          for (const place of [0, 1, 2, 3, 4, length - 4, length - 1]) {
            const broken = frame.slice();
            broken[frame.length - length + place] = 0x80;
            expect(() => serializer.decode(broken)).toThrow(/not UTF-8/);
          }
        }
      }
    },
  );
});

test("SER-14 a known header of JSON is followed by what JSON allows, and by nothing else", () => {
  const serializer = of("wamp.2.json");
  const peer = new KnownHeaders();
  const head = '[48,1,{},"com.x"';
  for (let turn = 0; turn < 4; turn++) serializer.decode(`${head},["a"]]`, peer);
  const payload = { format: "json", count: 1, body: '["b"]' };
  for (const rest of [',["b"]]', ' , ["b"] ] ']) {
    expect(serializer.decode(head + rest, peer)).toEqual({ header: [48, 1, {}, "com.x"], payload });
  }
  expect(serializer.decode(`${head}]`, peer).payload).toBeUndefined();
  for (const rest of ["", ",", ",]", ',["b"]', '["b"]]', ',["b"]],', ';["b"]]']) {
    expect(() => serializer.decode(head + rest, peer)).toThrow(ProtocolViolation);
  }
});

test("SER-07 SER-14 a known header of a binary format is within the message that announces it", () => {
  const header = [48, 1, {}, "x"] as const;
  for (const [subprotocol, open, closed] of [
    ["wamp.2.msgpack", [0x30, 1, 0x80, 0xa1, 0x78, 0x90], [0x93, 0x94, 0x95]],
    ["wamp.2.cbor", [0x18, 0x30, 1, 0xa0, 0x61, 0x78, 0x80], [0x83, 0x84, 0x85]],
  ] as const) {
    const serializer = of(subprotocol);
    const [three = 0, four = 0, five = 0] = closed;
    const peer = new KnownHeaders();
    for (let turn = 0; turn < 4; turn++)
      expect(serializer.decode(Uint8Array.of(five, ...open), peer).header).toEqual(header);
    expect(serializer.decode(Uint8Array.of(four, ...open.slice(0, -1)), peer).header).toEqual(header);
    for (const head of [three, four])
      expect(() => serializer.decode(Uint8Array.of(head, ...open), peer)).toThrow(ProtocolViolation);
    if (subprotocol !== "wamp.2.cbor") continue;
    expect(serializer.decode(Uint8Array.of(0x9f, ...open, 0xff), peer).header).toEqual(header);
    expect(() => serializer.decode(Uint8Array.of(0x9f, ...open), peer)).toThrow(ProtocolViolation);
  }
});
