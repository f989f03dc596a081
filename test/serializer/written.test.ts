/** A value that is written once and sent often reads like one that is written each time, in whatever format it is sent. */
import { expect, test } from "vitest";
import { DEFAULT_FRAME_LIMITS } from "../../src/serializer/serializer.ts";
import { createSerializers } from "../../src/serializer/serializers.ts";
import { written } from "../../src/serializer/written.ts";

const serializer = createSerializers({ limits: DEFAULT_FRAME_LIMITS, payloadAt: () => undefined });
const FORMATS = ["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const;
const VALUES: readonly unknown[] = [
  { broker: { features: { a: true, b: true } }, dealer: { features: {} } },
  [],
  'text, with [brackets] and "quotes"',
  Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key-${n}`, n])),
];

test.each(FORMATS.flatMap((by) => FORMATS.map((to) => [by, to] as const)))(
  "SER-01 what %s wrote is in a message of %s what it was",
  (by, to) => {
    for (const value of VALUES) {
      const plain = { header: [2, 7, { roles: value, agent: "x" }], payload: undefined };
      const once = {
        header: [2, 7, { roles: written(serializer(by), value), agent: "x" }],
        payload: undefined,
      };
      const read = (envelope: typeof plain) => serializer(to).decode(serializer(to).encode(envelope)).header;
      expect(read(once)).toEqual(read(plain));
      if (by === to) expect(serializer(to).encode(once)).toEqual(serializer(to).encode(plain));
    }
  },
);
