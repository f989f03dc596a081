/** The cases of R15: what a client writes, and what becomes of it by RFC 6455, or by the runtime where that is lenient. */
import { randomBytes } from "node:crypto";
import { OPCODE, type RawSocket } from "../../test/interop/raw-socket.ts";

/** What is asked after each case: whoever answers lives. */
export const QUESTION = [48, 4_711, {}, "com.example.nobody.offers.this"];
const MESSAGE = JSON.stringify([48, 1, {}, "com.example.nobody.offers.this"]);
const MIB = 1_048_576;

export interface FrameCase {
  readonly name: string;
  readonly act: (socket: RawSocket) => void | Promise<void>;
  /** The frames that come back, in words; several where timing decides. */
  readonly expected: string | readonly string[];
  /** What workerd does in its place, where it takes what RFC 6455 has refused: that is not ours to change. */
  readonly lenient?: string;
  /** Whether the question is asked afterwards; default: yes. */
  readonly asks?: boolean;
}

/** A frame of any shape. `first` and `second` are its first two octets, `length` what stands for its length. */
function shaped(first: number, second: number, length: Uint8Array, payload: Uint8Array | string): Buffer {
  const mask = randomBytes(4);
  const body = Buffer.from(payload as Uint8Array).map((octet, at) => octet ^ (mask[at & 3] ?? 0));
  return Buffer.concat([Buffer.of(first, second), length, mask, body]);
}
const NO_LENGTH = new Uint8Array();
const FINAL = 0x80;
const MASKED = 0x80;

function length64(length: bigint): Buffer {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(length);
  return octets;
}

function closing(code: number, reason: Uint8Array | string = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as Uint8Array)]);
}

const close = (name: string, payload: Uint8Array | string, expected: FrameCase["expected"]): FrameCase => ({
  name,
  act: (socket) => socket.send({ opcode: OPCODE.close, payload }),
  expected,
  asks: false,
});
const send = (
  name: string,
  frame: Parameters<RawSocket["send"]>[0],
  expected: FrameCase["expected"],
): FrameCase => ({
  name,
  act: (socket) => socket.send(frame),
  expected,
});
const write = (name: string, octets: () => Uint8Array, expected: FrameCase["expected"]): FrameCase => ({
  name,
  act: (socket) => socket.write(octets()),
  expected,
});

function inFragments(
  socket: RawSocket,
  pieces: readonly (Uint8Array | string)[],
  between?: () => void,
): void {
  for (const [at, payload] of pieces.entries()) {
    socket.send({
      opcode: at === 0 ? OPCODE.text : OPCODE.continuation,
      payload,
      more: at < pieces.length - 1,
    });
    if (at < pieces.length - 1) between?.();
  }
}

const fragments: FrameCase[] = [
  send("a message in one frame", { opcode: OPCODE.text, payload: MESSAGE }, "answer, lives"),
  {
    name: "a message in two fragments",
    act: (socket) => inFragments(socket, [MESSAGE.slice(0, 9), MESSAGE.slice(9)]),
    expected: "answer, lives",
  },
  {
    name: "a message in fragments of one octet",
    act: (socket) => inFragments(socket, [...MESSAGE]),
    expected: "answer, lives",
  },
  {
    name: "a thousand fragments of nothing, and a message",
    act: (socket) => inFragments(socket, [...Array(1_000).fill(""), MESSAGE]),
    expected: "answer, lives",
  },
  {
    name: "a ping between two fragments",
    act: (socket) =>
      inFragments(socket, [MESSAGE.slice(0, 9), MESSAGE.slice(9)], () =>
        socket.send({ opcode: OPCODE.ping, payload: "hi" }),
      ),
    expected: ["pong of 2, answer, lives", "answer, pong of 2, lives"],
  },
  {
    name: "a close frame between two fragments",
    act: (socket) => {
      socket.send({ opcode: OPCODE.text, payload: "[48,", more: true });
      socket.send({ opcode: OPCODE.close, payload: closing(1000) });
    },
    expected: "close 1000",
    asks: false,
  },
  send("a continuation of nothing", { opcode: OPCODE.continuation, payload: MESSAGE }, "close 1002"),
  {
    name: "a new message between two fragments",
    act: (socket) => {
      socket.send({ opcode: OPCODE.text, payload: "[48,", more: true });
      socket.send({ opcode: OPCODE.text, payload: MESSAGE });
    },
    expected: "close 1002",
  },
  {
    name: "1 MiB and an octet in a hundred fragments",
    act: (socket) => inFragments(socket, [...Array(100).fill("x".repeat(MIB / 100)), "x".repeat(100)]),
    expected: "ABORT, close 1009",
  },
  {
    name: "33 MiB in fragments",
    act: (socket) => inFragments(socket, Array(33).fill(Buffer.alloc(MIB, "x"))),
    expected: ["close 1009", "cut"],
  },
];

const control: FrameCase[] = [
  send("a ping of nothing", { opcode: OPCODE.ping }, ["pong of 0, lives", "lives"]),
  send("a ping of 125 octets", { opcode: OPCODE.ping, payload: "x".repeat(125) }, "pong of 125, lives"),
  write(
    "a ping of 126 octets",
    () => shaped(FINAL | 9, MASKED | 126, Buffer.of(0, 126), "x".repeat(126)),
    "close 1002",
  ),
  send("a ping in fragments", { opcode: OPCODE.ping, payload: "x", more: true }, "close 1002"),
  send("a pong that nobody asked for", { opcode: OPCODE.pong, payload: "x" }, "lives"),
  send("a pong of 125 octets", { opcode: OPCODE.pong, payload: "x".repeat(125) }, "lives"),
  {
    name: "a hundred pings at once",
    act: (socket) => {
      for (let ping = 0; ping < 100; ping++) socket.send({ opcode: OPCODE.ping, payload: "x" });
    },
    // RFC 6455 5.5.3: whoever is behind may answer the latest ping only.
    expected: Array.from({ length: 100 }, (_, pongs) => `${"pong of 1, ".repeat(pongs + 1)}lives`),
  },
  close("a close frame of nothing", "", "close without a code"),
  close("a close frame of one octet", "x", "close 1002"),
  close("a close frame of 126 octets", closing(1000, "x".repeat(124)), "close 1002"),
  close("a close frame with a reason", closing(1000, "x".repeat(123)), "close 1000"),
  close("a close frame whose reason is not UTF-8", closing(1000, Buffer.of(0xff)), "close 1007"),
  ...[1000, 1001, 1003, 1007, 1008, 1011, 3000, 3999, 4000, 4999].map((code) =>
    close(`a close frame of ${code}`, closing(code), `close ${code}`),
  ),
  ...[0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535].map((code) =>
    close(`a close frame of ${code}, which nobody may send`, closing(code), "close 1002"),
  ),
  {
    name: "a message after a close frame",
    act: (socket) => {
      socket.send({ opcode: OPCODE.close, payload: closing(1000) });
      socket.send({ opcode: OPCODE.text, payload: MESSAGE });
    },
    expected: "close 1000",
    asks: false,
  },
];

const heads: FrameCase[] = [
  ...[0x40, 0x20, 0x10].map((bit) =>
    send(
      `the reserved bit ${bit.toString(16)}`,
      { opcode: OPCODE.text | bit, payload: MESSAGE },
      "close 1002",
    ),
  ),
  ...[3, 7, 11, 15].map((opcode) =>
    send(`the unknown opcode ${opcode}`, { opcode, payload: "x" }, "close 1002"),
  ),
  write(
    "a message without a mask",
    () => Buffer.concat([Buffer.of(FINAL | 1, MESSAGE.length), Buffer.from(MESSAGE)]),
    "close 1002",
  ),
  write("a ping without a mask", () => Buffer.of(FINAL | 9, 1, 0x78), "close 1002"),
  write(
    "a length in 16 bit that needs 7",
    () => shaped(FINAL | 1, MASKED | 126, Buffer.of(0, MESSAGE.length), MESSAGE),
    "answer, lives",
  ),
  write(
    "a length in 64 bit that needs 7",
    () => shaped(FINAL | 1, MASKED | 127, length64(BigInt(MESSAGE.length)), MESSAGE),
    "answer, lives",
  ),
  write("a length of 2^63", () => shaped(FINAL | 1, MASKED | 127, length64(2n ** 63n), "x"), [
    "close 1002",
    "close 1009",
    "cut",
  ]),
  write("a length of 2^62", () => shaped(FINAL | 1, MASKED | 127, length64(2n ** 62n), "x"), [
    "close 1009",
    "cut",
  ]),
  write("a length of 4 GiB", () => shaped(FINAL | 1, MASKED | 127, length64(2n ** 32n), "x"), [
    "close 1009",
    "cut",
  ]),
  write("octets that are no frame", () => Buffer.from("GET / HTTP/1.1\r\n".repeat(20)), "close 1002"),
];

const messages: FrameCase[] = [
  send("octets where text is due", { opcode: OPCODE.binary, payload: MESSAGE }, "ABORT, close 1002"),
  send("text of nothing", { opcode: OPCODE.text }, "ABORT, close 1002"),
  send("text that is not UTF-8", { opcode: OPCODE.text, payload: Buffer.of(0xff, 0xfe) }, [
    "ABORT, close 1002",
    "close 1007",
  ]),
  write(
    "two messages in one segment",
    () => Buffer.concat([0, 1].map(() => shaped(FINAL | 1, MASKED | MESSAGE.length, NO_LENGTH, MESSAGE))),
    "answer, answer, lives",
  ),
  {
    name: "a message octet by octet in segments of its own",
    async act(socket) {
      for (const octet of shaped(FINAL | 1, MASKED | MESSAGE.length, NO_LENGTH, MESSAGE)) {
        socket.write(Buffer.of(octet));
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    expected: "answer, lives",
  },
  {
    name: "a frame cut short, and the line cut",
    act: (socket) => {
      socket.write(Buffer.of(FINAL | 1, MASKED | 100, 1, 2, 3, 4, 0x5b));
      void socket.cut();
    },
    expected: "cut",
    asks: false,
  },
];

/** Case to what workerd does with it. Nobody but the client itself can be hurt by any of these. */
const LENIENT: Readonly<Record<string, string>> = {
  "a ping of 126 octets": "pong of 126, lives",
  "a close frame of one octet": "close without a code",
  "a close frame of 126 octets": "close 1000",
  "a close frame whose reason is not UTF-8": "close 1000",
  "a close frame of 2999, which nobody may send": "close 2999",
  "a message without a mask": "answer, lives",
  "a ping without a mask": "pong of 1, lives",
  ...Object.fromEntries(
    [0, 999, 1004, 1005, 1006, 1015, 5000, 65_535].map((code) => [
      `a close frame of ${code}, which nobody may send`,
      "close without a code",
    ]),
  ),
};

export const CASES: readonly FrameCase[] = [...fragments, ...control, ...heads, ...messages].map((each) => {
  const lenient = LENIENT[each.name];
  return lenient === undefined ? each : { ...each, lenient };
});
