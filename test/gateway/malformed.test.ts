/**
 * Frames that nobody should send, on every subprotocol: the connection they come from ends with an ABORT in its own format
 * and the right close code, and two other sessions that keep talking meanwhile lose nothing.
 */
import { describe, expect, test } from "vitest";
import { DEFAULT_FRAME_LIMITS, type Encoded, type Subprotocol } from "../../src/serializer/serializer.ts";
import { type Client, prefix, ROLES } from "./client.ts";
import { SUBPROTOCOLS, VIOLATED, VIOLATION, WireRoom } from "./wire.ts";

/** What is wrong, and the frame that a client would send. */
type Bad = readonly [what: string, frame: (client: Client) => Encoded];

const TOO_LARGE = { code: 1009, reason: "wamp.error.protocol_violation" };

const bytes = (...octets: number[]): Uint8Array => Uint8Array.from(octets);
const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
const repeat = (octets: readonly number[], times: number): Uint8Array =>
  Uint8Array.from({ length: octets.length * times }, (_, at) => octets[at % octets.length] ?? 0);

/** A well-framed message of these octets or this text. */
const encoded =
  (message: Encoded) =>
  (client: Client): Encoded =>
    client.frame(message);
/** A well-framed and well-encoded list. */
const list =
  (...wire: unknown[]) =>
  (client: Client): Encoded =>
    client.frame(client.encode(wire));
const value =
  (any: unknown) =>
  (client: Client): Encoded =>
    client.frame(client.encode(any));

/** Wrong whatever the format, and wrong in every phase. */
const WRONG_MESSAGES: readonly Bad[] = [
  ["SER-14 a top-level number", value(1)],
  ["SER-14 a top-level string", value("HELLO")],
  ["SER-14 a top-level null", value(null)],
  ["SER-14 a top-level dict", value({ 0: 1, 1: "realm1" })],
  ["SER-15 an empty list", value([])],
  ["SER-15 a type code that is a string", list("1", "realm1", {})],
  ["SER-15 a type code that is a list", list([1], "realm1", {})],
  ["SER-15 a type code with a fraction", list(1.5, "realm1", {})],
  ["MSG-30 a message cut short", list(16, 1, {})],
  ["MSG-30 a message with too many elements", list(32, 1, {}, "com.x", [], {})],
  ["MSG-30 a payload with too many elements", list(16, 1, {}, "com.x", [], {}, 7)],
  ["MSG-30 only a type code", list(16)],
  ["MSG-31 a request id that is a string", list(16, "1", {}, "com.x")],
  ["MSG-31 options that are a list", list(16, 1, [], "com.x")],
  ["MSG-31 a topic that is a number", list(16, 1, {}, 7)],
  ["MSG-31 Arguments that are a dict", list(16, 1, {}, "com.x", { a: 1 })],
  ["MSG-31 Arguments that are a string", list(16, 1, {}, "com.x", "raw")],
  ["MSG-31 ArgumentsKw that are a list", list(16, 1, {}, "com.x", [], ["a"])],
  ["MSG-32 a flag that is 1", list(16, 1, { acknowledge: 1 }, "com.x")],
  ["MSG-33 a list of the wrong kind", list(16, 1, { exclude: ["a"] }, "com.x")],
  ["MSG-44 an extension type", list(300, 1, {})],
  ["MSG-46 the former HEARTBEAT", list(7, 1, 1)],
  ["MSG-46 an unknown type", list(99, 1, {})],
  ["MSG-46 type 0", list(0)],
  ["MSG-46 a negative type", list(-16, 1, {}, "com.x")],
  ["MSG-46 a type beyond every list", list(2 ** 52, 1, {}, "com.x")],
  ["MSG-47 a message of the router", list(36, 1, 1, {})],
  ["ID-01 request id 0", list(16, 0, {}, "com.x")],
  ["ID-01 a negative request id", list(16, -1, {}, "com.x")],
  ["ID-01 a request id above 2^53", list(16, 2 ** 53 + 2, {}, "com.x")],
  ["ID-01 a request id with a fraction", list(16, 1.5, {}, "com.x")],
];

const nestedList = (depth: number): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => [inner], 1);
const DEEP = DEFAULT_FRAME_LIMITS.depth;

const BOMBS: readonly Bad[] = [
  ["SER-19 a payload nested one deeper than allowed", list(16, 1, {}, "com.x", nestedList(DEEP))],
  ["SER-19 options nested one deeper than allowed", list(16, 1, { a: nestedList(DEEP) }, "com.x")],
  ["SER-19 more values than allowed", list(16, 1, {}, "com.x", Array(DEFAULT_FRAME_LIMITS.items).fill(0))],
];

const JSON_WRONG: readonly Bad[] = [
  ["TRN-12 half a message", encoded("[16, 1, {}")],
  ["TRN-12 no message at all", encoded(" ")],
  ["TRN-12 something after the message", encoded('[16, 1, {}, "com.x"] []')],
  ["TRN-12 a trailing comma", encoded('[16, 1, {}, "com.x",]')],
  ["TRN-12 a single quote", encoded("[16, 1, {}, 'com.x']")],
  ["TRN-12 NaN", encoded('[16, 1, {}, "com.x", [NaN]]')],
  ["TRN-12 a comment", encoded('[16, 1, {}, "com.x"] // hi')],
  ["TRN-12 a number with a leading zero", encoded('[16, 01, {}, "com.x"]')],
  ["TRN-12 a wrong escape", encoded('[16, 1, {}, "com.\\x"]')],
  ["TRN-12 a byte order mark", encoded('\ufeff[16, 1, {}, "com.x"]')],
  ["TRN-12 binary octets as text", encoded("\u0000\u0001\u0002")],
  ["SER-19 a bomb of brackets", encoded("[".repeat(1_000_000))],
  ["SER-19 a bomb of dicts", encoded('{"":'.repeat(200_000))],
  ["ID-01 a request id that needs a bigint", encoded('[16, 36893488147419103232, {}, "com.x"]')],
];

const MSGPACK_WRONG: readonly Bad[] = [
  ["TRN-12 the octet that msgpack never uses", encoded(bytes(0xc1))],
  ["TRN-12 half a message", encoded(bytes(0x94, 16, 1, 0x80, 0xa5, 0x63))],
  ["TRN-12 something after the message", encoded(bytes(0x94, 16, 1, 0x80, 0xa1, 0x78, 0xc0))],
  ["TRN-12 text that is not UTF-8", encoded(bytes(0x94, 16, 1, 0x80, 0xa1, 0xff))],
  ["SER-19 a list that claims four thousand million items", encoded(bytes(0xdd, 0xff, 0xff, 0xff, 0xff, 16))],
  ["SER-19 a string that claims four gibibytes", encoded(bytes(0x91, 0xdb, 0xff, 0xff, 0xff, 0xff))],
  [
    "SER-19 a payload list that claims four thousand million items",
    encoded(bytes(0x95, 16, 1, 0x80, 0xa1, 0x78, 0xdd, 0xff, 0xff, 0xff, 0xff)),
  ],
  ["SER-19 a bomb of lists", encoded(repeat([0x91], 1_000_000))],
  ["SER-16 a dict of options with a number as its key", encoded(bytes(0x94, 16, 1, 0x81, 1, 2, 0xa1, 0x78))],
  ["SER-09 a request id that is NaN", encoded(bytes(0x94, 16, 0xca, 0x7f, 0xc0, 0, 0, 0x80, 0xa1, 0x78))],
];

const CBOR_WRONG: readonly Bad[] = [
  ["TRN-12 a reserved head", encoded(bytes(0x1c))],
  ["TRN-12 half a message", encoded(bytes(0x84, 16, 1, 0xa0, 0x65, 0x63))],
  ["TRN-12 something after the message", encoded(bytes(0x84, 16, 1, 0xa0, 0x61, 0x78, 0xf6))],
  ["TRN-12 text that is not UTF-8", encoded(bytes(0x84, 16, 1, 0xa0, 0x61, 0xff))],
  ["TRN-12 a list without an end", encoded(bytes(0x9f, 16, 1, 0xa0, 0x61, 0x78))],
  ["TRN-12 a break outside", encoded(bytes(0xff))],
  ["SER-19 a list that claims 2^64 items", encoded(bytes(0x9b, ...Array(8).fill(0xff), 16))],
  ["SER-19 a string that claims 2^63 octets", encoded(bytes(0x81, 0x7b, 0x7f, ...Array(7).fill(0xff)))],
  ["SER-19 a bomb of lists", encoded(repeat([0x81], 1_000_000))],
  ["SER-19 a bomb of endless lists", encoded(repeat([0x9f], 1_000_000))],
  ["SER-19 a bomb of tags", encoded(concat(bytes(0x85, 16, 1, 0xa0, 0x61, 0x78), repeat([0xc1], 100_000)))],
  ["SER-16 a dict of options with a number as its key", encoded(bytes(0x84, 16, 1, 0xa1, 1, 2, 0x61, 0x78))],
  ["SER-09 a request id that is infinite", encoded(bytes(0x84, 16, 0xf9, 0x7c, 0, 0xa0, 0x61, 0x78))],
];

const JSON_BATCHES: readonly Bad[] = [
  ["BAT-05 a message that is not framed as a batch", (client) => client.encode([16, 1, {}, "com.x"])],
  ["BAT-06 an empty batch", () => ""],
  [
    "BAT-07 octets after the last separator",
    (client) => `${client.frame(client.encode([16, 1, {}, "com.x"]))}[`,
  ],
  ["BAT-07 an empty message", () => "\u001e"],
  ["BAT-07 an empty message between two", () => '[16, 1, {}, "com.x"]\u001e\u001e[16, 2, {}, "com.x"]\u001e'],
];

const BINARY_BATCHES: readonly Bad[] = [
  ["BAT-05 a message that is not framed as a batch", (client) => client.encode([16, 1, {}, "com.x"])],
  ["BAT-06 an empty batch", () => bytes()],
  ["BAT-07 a length prefix of three octets", () => bytes(0, 0, 0)],
  ["BAT-07 a length of zero", () => prefix(0)],
  ["BAT-07 a length beyond the end", () => concat(prefix(2), bytes(0x90))],
  ["BAT-07 a length of four gibibytes", () => bytes(0xff, 0xff, 0xff, 0xff)],
  [
    "BAT-07 octets after the last message",
    (client) => concat(client.frame(client.encode([16, 1, {}, "com.none"])) as Uint8Array, bytes(0, 0)),
  ],
];

const UNFRAMED: readonly Bad[] = [["TRN-12 an empty frame", () => ""]];
const UNFRAMED_BINARY: readonly Bad[] = [["TRN-12 an empty frame", () => bytes()]];

const isText = (subprotocol: Subprotocol): boolean => subprotocol.startsWith("wamp.2.json");

function badFrames(subprotocol: Subprotocol): readonly Bad[] {
  const format = subprotocol.split(".")[2];
  const batched = subprotocol.endsWith(".batched");
  return [
    [
      "TRN-10 a frame of the wrong kind",
      () => (isText(subprotocol) ? bytes(0x90) : '[16, 1, {}, "com.x"]\u001e'),
    ],
    ...WRONG_MESSAGES,
    ...BOMBS,
    ...(format === "json" ? JSON_WRONG : format === "msgpack" ? MSGPACK_WRONG : CBOR_WRONG),
    ...(isText(subprotocol)
      ? batched
        ? JSON_BATCHES
        : UNFRAMED
      : batched
        ? BINARY_BATCHES
        : UNFRAMED_BINARY),
  ];
}

/** Two sessions that publish and call each other across formats, before and after. */
class Bystanders {
  readonly #alice: Client;
  readonly #bob: Client;
  #request = 1;

  constructor(room: WireRoom) {
    this.#alice = room.join("wamp.2.json");
    this.#bob = room.join("wamp.2.cbor.batched");
    this.#bob.say(32, 1, {}, "com.chat").say(64, 2, {}, "com.echo").heard();
  }

  exchange(): void {
    const request = ++this.#request;
    this.#alice
      .say(16, request, {}, "com.chat", [request])
      .say(48, request, {}, "com.echo", ["echo", request]);
    const [event, invocation] = this.#bob.heard() as [unknown[], unknown[]];
    expect(event).toEqual([36, 1, expect.any(Number), {}, [request]]);
    expect(invocation).toEqual([68, request - 1, 1, {}, ["echo", request]]);
    this.#bob.say(70, request - 1, {}, ["echoed", request]);
    expect(this.#alice.heard()).toEqual([[50, request, {}, ["echoed", request]]]);
  }
}

describe.each(SUBPROTOCOLS)("over %s", (subprotocol) => {
  test.each(badFrames(subprotocol))("%s ends that connection alone", (_what, frame) => {
    const room = new WireRoom();
    const bystanders = new Bystanders(room);
    bystanders.exchange();
    const bad = room.join(subprotocol);
    const { session } = bad;
    bad.sayFrame(frame(bad));
    expect(bad.heardFrames()).toEqual([[VIOLATION]]);
    expect(bad.peer.closed).toEqual(VIOLATED);
    expect(room.log).toEqual([
      { event: "abort", session, reason: "wamp.error.protocol_violation", message: expect.any(String) },
    ]);
    bystanders.exchange();
  });

  test.each(badFrames(subprotocol))("%s, before HELLO, ends that connection alone", (_what, frame) => {
    const room = new WireRoom();
    const bystanders = new Bystanders(room);
    const bad = room.open(subprotocol);
    const sent = frame(bad);
    bad.sayFrame(sent);
    bystanders.exchange();
    expect(bad.heardFrames()).toEqual([[VIOLATION]]);
    expect(bad.peer.closed).toEqual(sent.length > room.settings.greeting ? TOO_LARGE : VIOLATED);
    bad.say(1, "realm1", ROLES);
    expect(bad.heard()).toEqual([]);
    bystanders.exchange();
  });

  test("SER-19 a message at the limit of depth is routed", () => {
    const room = new WireRoom();
    const [alice, bob] = [room.join(subprotocol), room.join(subprotocol)];
    bob.say(32, 1, {}, "com.x").heard();
    const payload = nestedList(DEEP - 1);
    alice.say(16, 1, {}, "com.x", payload);
    expect(bob.heard()).toEqual([[36, 1, 103, {}, payload]]);
  });
});
