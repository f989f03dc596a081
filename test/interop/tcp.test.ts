/** What only a real TCP connection shows: kinds of frames, fragments, pings, close frames and connections that vanish. */
import { encode as msgpack } from "@msgpack/msgpack";
import { encode as cbor } from "cborg";
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { OPCODE, RawSocket } from "./raw-socket.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();

const HELLO = [1, "realm1", { roles: { caller: {}, callee: {}, publisher: {}, subscriber: {} } }];
const opened: RawSocket[] = [];

async function open(subprotocol = "wamp.2.json", headers: readonly string[] = []): Promise<RawSocket> {
  const socket = await RawSocket.open(router().url, subprotocol, headers);
  opened.push(socket);
  return socket;
}

async function join(): Promise<RawSocket> {
  const socket = await open();
  socket.tell(HELLO);
  expect((await socket.hear())[0]).toBe(2);
  return socket;
}

/** Says something that needs an answer, and gets it: the session is alive and the router too. */
async function expectAlive(socket: RawSocket): Promise<void> {
  socket.tell([48, 9_999, {}, "com.example.nobody.offers.this"]);
  const answer = await socket.hear();
  expect(answer.slice(0, 5)).toEqual([8, 48, 9_999, expect.anything(), "wamp.error.no_such_procedure"]);
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((socket) => socket.cut()));
});

function prefixed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

const FRAMES = [
  { subprotocol: "wamp.2.json", opcode: OPCODE.text, hello: JSON.stringify(HELLO) },
  { subprotocol: "wamp.2.json.batched", opcode: OPCODE.text, hello: `${JSON.stringify(HELLO)}\x1e` },
  { subprotocol: "wamp.2.msgpack", opcode: OPCODE.binary, hello: msgpack(HELLO) },
  { subprotocol: "wamp.2.msgpack.batched", opcode: OPCODE.binary, hello: prefixed(msgpack(HELLO)) },
  { subprotocol: "wamp.2.cbor", opcode: OPCODE.binary, hello: cbor(HELLO) },
  { subprotocol: "wamp.2.cbor.batched", opcode: OPCODE.binary, hello: prefixed(cbor(HELLO)) },
];

describe("the upgrade", () => {
  test.for(FRAMES)("TRN-07 names $subprotocol verbatim", async ({ subprotocol }) => {
    const { head } = await open(subprotocol);
    expect(head).toMatch(/^HTTP\/1\.1 101 /);
    expect(head.toLowerCase()).toContain(`\r\nsec-websocket-protocol: ${subprotocol}`);
  });

  test("TRN-04 takes the first of the client's offers that it knows", async () => {
    const { head } = await open("wamp.2.ubjson, wamp.2.msgpack, wamp.2.json");
    expect(head.toLowerCase()).toMatch(/\r\nsec-websocket-protocol: wamp\.2\.msgpack(\r|$)/);
  });

  test("TRN-05 is refused with 400 when no offer is known", async () => {
    expect((await open("wamp.2.ubjson, mqtt")).head).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("TRN-06 is refused with 400 when nothing is offered", async () => {
    const socket = await RawSocket.open(router().url, undefined);
    opened.push(socket);
    expect(socket.head).toMatch(/^HTTP\/1\.1 400 /);
  });

  test("TRN-19 is refused with 403 to a page of another origin", async () => {
    const { head } = await open("wamp.2.json", ["Origin: https://elsewhere.example"]);
    expect(head).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe("kinds of frames", () => {
  test.for(FRAMES)("TRN-08, TRN-09 $subprotocol is answered in frames of its kind", async (row) => {
    const socket = await open(row.subprotocol);
    socket.send({ opcode: row.opcode, payload: row.hello });
    expect((await socket.frame()).opcode).toBe(row.opcode);
  });

  test.for(FRAMES)(
    "TRN-10 the wrong kind on $subprotocol is answered by ABORT and close 1002",
    async (row) => {
      const socket = await open(row.subprotocol);
      const wrong = row.opcode === OPCODE.text ? OPCODE.binary : OPCODE.text;
      socket.send({ opcode: wrong, payload: JSON.stringify(HELLO) });
      const abort = await socket.frame();
      expect(abort.opcode).toBe(row.opcode);
      expect(abort.payload.toString("latin1")).toContain("wamp.error.protocol_violation");
      expect(await socket.heardClose()).toBe(1002);
    },
  );
});

describe("fragments and control frames", () => {
  test("TRN-11 a message in fragments, with pings between them, is one message", async () => {
    const socket = await open();
    const hello = JSON.stringify(HELLO);
    socket.send({ opcode: OPCODE.text, payload: hello.slice(0, 7), more: true });
    socket.send({ opcode: OPCODE.ping, payload: "one" });
    socket.send({ opcode: OPCODE.continuation, payload: hello.slice(7, 8), more: true });
    socket.send({ opcode: OPCODE.ping, payload: "two" });
    socket.send({ opcode: OPCODE.continuation, payload: hello.slice(8) });
    const frames = [await socket.frame(), await socket.frame(), await socket.frame()];
    const pongs = frames.filter(({ opcode }) => opcode === OPCODE.pong);
    expect(pongs.map(({ payload }) => payload.toString())).toEqual(["one", "two"]);
    const welcome = frames.find(({ opcode }) => opcode === OPCODE.text);
    expect(JSON.parse(String(welcome?.payload))[0]).toBe(2);
  });

  test("TRN-11 a character that is split between two fragments stays whole", async () => {
    const listener = await join();
    listener.tell([32, 1, {}, "com.example.fragments"]);
    const [, , subscription] = await listener.hear();
    const socket = await join();
    const octets = Buffer.from(JSON.stringify([16, 1, {}, "com.example.fragments", ["🚲"]]));
    const within = octets.indexOf(Buffer.from("🚲")) + 2;
    socket.send({ opcode: OPCODE.text, payload: octets.subarray(0, within), more: true });
    socket.send({ opcode: OPCODE.continuation, payload: octets.subarray(within) });
    expect(await listener.hear()).toEqual([36, subscription, expect.any(Number), {}, ["🚲"]]);
  });

  test("TRN-14 a ping is answered by a pong with the same payload, before and after HELLO", async () => {
    const socket = await open();
    socket.send({ opcode: OPCODE.ping, payload: "before" });
    expect(await socket.frame()).toEqual({ opcode: OPCODE.pong, payload: Buffer.from("before") });
    socket.tell(HELLO);
    await socket.hear();
    const payload = Buffer.from([0, 255, 128]);
    socket.send({ opcode: OPCODE.ping, payload });
    expect(await socket.frame()).toEqual({ opcode: OPCODE.pong, payload });
  });

  test("TRN-14 a session that sleeps is pinged and works on", async () => {
    const socket = await join();
    await router().evict("hibernate");
    socket.send({ opcode: OPCODE.ping, payload: "asleep" });
    expect(await socket.frame()).toEqual({ opcode: OPCODE.pong, payload: Buffer.from("asleep") });
    await expectAlive(socket);
  });

  /**
   * The runtime replaces ill-formed UTF-8 by U+FFFD before our code sees it (platform.md section 5), so there is nothing
   * to fail on where the text is JSON even so. What we can promise: nobody is hurt, and nobody is sent ill-formed text.
   */
  test("TRN-13 ill-formed UTF-8 harms neither the connection nor another, and is not passed on", async () => {
    const listener = await join();
    listener.tell([32, 1, {}, "com.example.ill"]);
    const [, , subscription] = await listener.hear();
    const socket = await join();
    const [before, after] = JSON.stringify([16, 1, {}, "com.example.ill", ["a-b"]]).split("-");
    socket.send({
      opcode: OPCODE.text,
      payload: Buffer.concat([
        Buffer.from(before ?? ""),
        Buffer.from([0xc3, 0x28]),
        Buffer.from(after ?? ""),
      ]),
    });
    expect(await listener.hear()).toEqual([36, subscription, expect.any(Number), {}, ["a\ufffd(b"]]);
    await expectAlive(socket);
    await expectAlive(listener);
  });

  test("TRN-13 ill-formed UTF-8 that leaves no JSON is answered by ABORT and close", async () => {
    const witness = await join();
    const socket = await join();
    socket.send({ opcode: OPCODE.text, payload: Buffer.from([0xff, 0xfe, 0xfd]) });
    expect(await socket.hear()).toEqual([3, expect.anything(), "wamp.error.protocol_violation"]);
    expect(await socket.heardClose()).toBe(1002);
    await expectAlive(witness);
  });

  test.for([
    { what: "an unknown opcode", opcode: 3 },
    { what: "a reserved bit", opcode: OPCODE.text | 0x40 },
  ])("$what ends that connection with close 1002, and no other", async ({ opcode }) => {
    const witness = await join();
    const socket = await join();
    socket.send({ opcode, payload: "x" });
    expect(await socket.heardClose()).toBe(1002);
    await expectAlive(witness);
  });
});

describe("the end of a connection", () => {
  test("TRN-22 ABORT arrives before the close frame", async () => {
    const socket = await open();
    socket.tell([1, "com.example.no.such.realm", { roles: { caller: {} } }]);
    expect(await socket.hear()).toEqual([3, expect.anything(), "wamp.error.no_such_realm"]);
    expect(await socket.heardClose()).toEqual(expect.any(Number));
  });

  test("TRN-22 the reply to GOODBYE arrives, and the client may close at its leisure", async () => {
    const socket = await join();
    socket.tell([6, {}, "wamp.close.close_realm"]);
    expect(await socket.hear()).toEqual([6, {}, "wamp.close.goodbye_and_out"]);
    socket.send({ opcode: OPCODE.close, payload: closing(1000) });
    expect(await socket.heardClose()).toBe(1000);
    await socket.ended;
  });

  test.for([1000, 1001, 1005, 3000, 4999])("a client's close %i is answered by the same", async (code) => {
    const socket = await join();
    socket.send({ opcode: OPCODE.close, payload: code === 1005 ? "" : closing(code) });
    expect(await socket.heardClose()).toBe(code);
    await socket.ended;
  });

  test.for([0, 999, 1004, 5000])(
    "a client's close %i, which nobody may send, is answered all the same",
    async (code) => {
      const socket = await join();
      socket.send({ opcode: OPCODE.close, payload: closing(code) });
      expect(await socket.heardClose()).toEqual(expect.any(Number));
      await socket.ended;
    },
  );

  test.for([
    { how: "a close frame", end: (socket: RawSocket) => socket.send({ opcode: OPCODE.close }) },
    { how: "no word", end: (socket: RawSocket) => void socket.cut() },
    { how: "GOODBYE", end: (socket: RawSocket) => socket.tell([6, {}, "wamp.close.close_realm"]) },
  ])("TRN-15 a session that ends with $how leaves nothing behind", async ({ how, end }) => {
    const procedure = `com.example.vanishing.${how.replaceAll(" ", "_")}`;
    const callee = await join();
    callee.tell([64, 1, {}, procedure]);
    await callee.hear();
    callee.tell([32, 2, {}, procedure]);
    const [, , subscription] = await callee.hear();
    const caller = await join();
    caller.tell([48, 1, {}, procedure, ["waiting"]]);
    expect((await callee.hear())[0]).toBe(68);

    end(callee);

    const canceled = await caller.hear();
    expect(canceled.slice(0, 5)).toEqual([8, 48, 1, expect.anything(), "wamp.error.canceled"]);
    caller.tell([48, 2, {}, procedure]);
    expect((await caller.hear())[4]).toBe("wamp.error.no_such_procedure");
    caller.tell([64, 3, {}, procedure]);
    expect((await caller.hear())[0]).toBe(65);
    caller.tell([32, 4, {}, procedure]);
    const [, , anew] = await caller.hear();
    expect(anew).not.toBe(subscription);
  });

  test("TRN-15 sockets that were cut while the realm slept are gone when it wakes", async () => {
    const callee = await join();
    callee.tell([64, 1, {}, "com.example.asleep"]);
    await callee.hear();
    await router().evict("close");
    await callee.ended;
    const caller = await join();
    caller.tell([48, 1, {}, "com.example.asleep"]);
    expect((await caller.hear())[4]).toBe("wamp.error.no_such_procedure");
  });

  test("TRN-16 a message of 1 MiB is routed, and one octet more ends that session with 1009", async () => {
    const listener = await join();
    listener.tell([32, 1, {}, "com.example.large"]);
    const [, , subscription] = await listener.hear();
    const empty = JSON.stringify([16, 1, {}, "com.example.large", [""]]);
    const publish = (octets: number) => {
      const text = "x".repeat(octets - empty.length);
      socket.send({ opcode: OPCODE.text, payload: empty.replace('""', `"${text}"`) });
      return text;
    };
    const socket = await join();
    const text = publish(1_048_576);
    expect(await listener.hear()).toEqual([36, subscription, expect.any(Number), {}, [text]]);
    publish(1_048_577);
    expect(await socket.hear()).toEqual([3, expect.anything(), "wamp.error.protocol_violation"]);
    expect(await socket.heardClose()).toBe(1009);
    await expectAlive(listener);
  });

  test("TRN-16 a message beyond the 32 MiB of the platform ends that connection only", async () => {
    const witness = await join();
    const socket = await join();
    socket.send({ opcode: OPCODE.text, payload: Buffer.alloc(33_554_433, "x") });
    await socket.heardClose();
    await expectAlive(witness);
  });
});

describe("compression", () => {
  test.for([true, false])(
    "TRN-20 a client that offers permessage-deflate (%o) sees the same messages",
    async (offer) => {
      const socket = new WebSocket(router().url, ["wamp.2.json"], { perMessageDeflate: offer });
      const heard = () =>
        new Promise<unknown[]>((resolve) =>
          socket.once("message", (text) => resolve(JSON.parse(String(text)))),
        );
      await new Promise((resolve) => socket.once("open", resolve));
      socket.send(JSON.stringify(HELLO));
      expect((await heard())[0]).toBe(2);
      const text = "temperature ".repeat(20_000);
      socket.send(JSON.stringify([32, 1, {}, "com.example.deflate"]));
      const [, , subscription] = await heard();
      socket.send(JSON.stringify([16, 2, { exclude_me: false }, "com.example.deflate", [text]]));
      expect(await heard()).toEqual([36, subscription, expect.any(Number), {}, [text]]);
      expect(socket.extensions).toBe(offer ? "permessage-deflate" : "");
      socket.close();
      await new Promise((resolve) => socket.once("close", resolve));
    },
  );
});

function closing(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return payload;
}
