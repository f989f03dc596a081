/**
 * Different clients with different serializers, in one realm: what one sends arrives at the other as what it was. Every
 * ordered pair, for an event and for a call and its result.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { autobahnKinds } from "./client/autobahn-js.ts";
import { args, CallFailure, type Client, Float, type Payload } from "./client/client.ts";
import { pythonByDefault } from "./client/python.ts";
import { wampy7Kinds, wampy8Kinds } from "./client/wampy.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();
const kinds = [...autobahnKinds, ...wampy8Kinds, ...wampy7Kinds, pythonByDefault];
/** Name to the connected client. */
const clients = new Map<string, Client>();

beforeAll(async () => {
  for (const kind of kinds) clients.set(kind.name, await kind.open(router()));
});
afterAll(async () => {
  for (const client of clients.values()) await client.close();
});

function client(name: string): Client {
  const found = clients.get(name);
  if (!found) throw new Error(`${name} is not connected`);
  return found;
}

const OCTETS = Buffer.from([0, 1, 127, 128, 255]);

/** Octets as a client of that serializer sees them; with JSON, WAMP writes them as NUL and base64 (SER-03). */
function octets({ binary }: Client): unknown {
  return binary ? OCTETS : `\0${OCTETS.toString("base64")}`;
}

/** One value of each type that all serializers have. */
function payload(of: Client): Payload {
  return {
    args: [
      0,
      42,
      -7,
      2 ** 31,
      1.5,
      -0.25,
      "",
      "ß 東京 🚲",
      true,
      false,
      null,
      [],
      {},
      [[1], { a: [] }],
      octets(of),
    ],
    kwargs: {
      integer: 42,
      float: 1.5,
      text: "🚲",
      nested: { list: [1, [2, [3]]], none: null },
      octets: octets(of),
    },
  };
}

/** As the tests compare: every library has its own kind of octets. */
function seen({ args, kwargs }: Payload): unknown {
  return JSON.parse(
    JSON.stringify({ args, kwargs }, (_, value) =>
      value instanceof Uint8Array || value?.type === "Buffer"
        ? { octets: Buffer.from(value.data ?? value).toString("hex") }
        : value,
    ),
  );
}

const pairs = kinds.flatMap((one) =>
  kinds.filter((other) => other !== one).map((other) => [one.name, other.name]),
);

describe.for(pairs)("from %s to %s", ([from = "", to = ""]) => {
  const name = `com.example.${kinds.findIndex((kind) => kind.name === from)}.${kinds.findIndex((kind) => kind.name === to)}`;

  test("an event arrives as it was sent", async () => {
    const { events } = await client(to).subscribe(name);
    await client(from).publish(name, payload(client(from)));
    expect(seen(await events.next())).toEqual(seen(payload(client(to))));
  });

  test("a call arrives as it was sent, and its result comes back so", async () => {
    let asked: Payload | undefined;
    await client(to).register(name, (call) => {
      asked = call;
      return payload(client(to));
    });
    const result = await client(from).call(name, payload(client(from)));
    expect(asked && seen(asked)).toEqual(seen(payload(client(to))));
    expect(seen(result)).toEqual(seen(payload(client(from))));
  });

  test("an error arrives with its arguments and keyword arguments", async () => {
    await client(to).register(`${name}.failing`, () => {
      throw new CallFailure("com.example.error.broken", payload(client(to)));
    });
    const failure = await client(from)
      .call(`${name}.failing`, args())
      .catch((error: unknown) => error);
    if (!(failure instanceof CallFailure)) throw failure;
    expect(failure.uri).toBe("com.example.error.broken");
    expect(seen(failure.payload)).toEqual(seen(payload(client(from))));
  });
});

/** What the libraries themselves do to a value; the router passes on what they wrote. */
describe("the libraries' own ways", () => {
  const BIG = 2 ** 40;
  const wampyBinary = [...wampy8Kinds, ...wampy7Kinds]
    .map(({ name }) => name)
    .filter((name) => !/json$/.test(name));
  const python = pythonByDefault.name;

  test.for(wampyBinary)(
    "SER-11 %s writes an integer above 2^32 as a float, and as a float it arrives",
    async (from) => {
      const topic = `com.example.float.${wampyBinary.indexOf(from)}`;
      const { events } = await client(python).subscribe(topic);
      await client(from).publish(topic, args(BIG, 2 ** 31));
      expect((await events.next()).args).toEqual([new Float(BIG), 2 ** 31]);
    },
  );

  test.for([
    "autobahn-js 26 with json",
    "autobahn-js 26 with msgpack",
    "autobahn-js 26 with cbor",
    "wampy 8 with json",
  ])("SER-11 %s writes an integer above 2^32 as an integer, and as an integer it arrives", async (from) => {
    const topic = `com.example.integer.${kinds.findIndex(({ name }) => name === from)}`;
    const { events } = await client(python).subscribe(topic);
    await client(from).publish(topic, args(BIG));
    expect((await events.next()).args).toEqual([BIG]);
  });

  test.for(kinds.filter(({ name }) => name !== python).map(({ name }) => name))(
    "SER-11 %s reads an integer above 2^32 that Python wrote",
    async (to) => {
      const topic = `com.example.read.${kinds.findIndex(({ name }) => name === to)}`;
      const { events } = await client(to).subscribe(topic);
      await client(python).publish(topic, args(BIG));
      // msgpackr gives a BigInt for every integer of 64 bits.
      const expected = /wampy . with msgpack/.test(to) ? BigInt(BIG) : BIG;
      expect((await events.next()).args).toEqual([expected]);
    },
  );

  test.for(["autobahn-js 26 with cbor", "wampy 8 with cbor", "wampy 7 with cbor"])(
    "SER-03 a Uint8Array of %s is tagged as a typed array and arrives as octets at JSON and msgpack",
    async (from) => {
      const topic = `com.example.tagged.${kinds.findIndex(({ name }) => name === from)}`;
      const receivers = ["autobahn-js 26 with json", "autobahn-js 26 with msgpack"].map(client);
      const subscriptions = await Promise.all(receivers.map((each) => each.subscribe(topic)));
      await client(from).publish(topic, args(new Uint8Array(OCTETS)));
      for (const [index, { events }] of subscriptions.entries()) {
        const receiver = receivers[index];
        if (receiver) expect(seen(await events.next())).toEqual(seen(args(octets(receiver))));
      }
    },
  );

  test.for(["autobahn-js 26 with cbor", "wampy 8 with cbor", "wampy 7 with cbor"])(
    "a Uint8Array of %s reaches Python's CBOR with the tag that it was written with; a Buffer has none",
    async (from) => {
      const topic = `com.example.tag.${kinds.findIndex(({ name }) => name === from)}`;
      const { events } = await client(python).subscribe(topic);
      await client(from).publish(topic, args(new Uint8Array(OCTETS), OCTETS));
      const [tagged, octets] = (await events.next()).args;
      expect(tagged).toEqual({ $other: expect.stringMatching(/^CBORTag\(64, /) });
      expect(octets).toEqual(new Uint8Array(OCTETS));
    },
  );
});
