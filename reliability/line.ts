/**
 * A connection in any of the six subprotocols that sends whatever frame it is given, right or wrong, and tells what came
 * back: messages, and the close code. Other people's codecs read what the router writes.
 */
import { decode as fromMsgpack, encode as toMsgpack } from "@msgpack/msgpack";
import { decode as fromCbor, type TagDecoder, encode as toCbor } from "cborg";
import { WebSocket } from "ws";
import type { Subprotocol } from "../src/serializer/serializer.ts";
import { Inbox } from "../test/interop/client/client.ts";
import type { Wire } from "./client.ts";

/** Milliseconds after which a line that says nothing counts as hanging. */
const PATIENCE = 20_000;
/** Times and octets, the tags that the router lets through: what is in them. */
const TAGS: TagDecoder[] = [];
for (const tag of [0, 1, 64]) TAGS[tag] = (decode) => decode();
const ROLES = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };

/** What a line says: a message, or how it ended. */
export type Heard = { readonly message: Wire } | { readonly closed: number };

export class Line {
  readonly socket: WebSocket;
  readonly subprotocol: Subprotocol;
  readonly #heard = new Inbox<Heard>();
  closed = false;

  private constructor(socket: WebSocket, subprotocol: Subprotocol) {
    this.socket = socket;
    this.subprotocol = subprotocol;
    socket.on("error", () => {}); // the close that follows tells
    socket.on("message", (frame: Buffer) => {
      for (const message of this.#split(frame)) this.#heard.put({ message: this.#decode(message) });
    });
    socket.once("close", (code) => {
      this.closed = true;
      this.#heard.put({ closed: code });
    });
  }

  static async open(port: number, subprotocol: Subprotocol, deflate = false): Promise<Line> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, [subprotocol], { perMessageDeflate: deflate });
    socket.binaryType = "nodebuffer";
    const line = new Line(socket, subprotocol);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("close", (code) => reject(new Error(`the upgrade ended with ${code}`)));
    });
    return line;
  }

  /** @throws Error where the first message is no WELCOME */
  async join(): Promise<this> {
    this.say([1, "realm1", ROLES]);
    const heard = await this.next();
    if (!("message" in heard) || heard.message[0] !== 2)
      throw new Error(`no WELCOME but ${JSON.stringify(heard)}`);
    return this;
  }

  say(wire: Wire): void {
    this.send(this.frame(wire));
  }

  send(frame: string | Uint8Array): void {
    this.socket.send(frame, { binary: typeof frame !== "string" });
  }

  /** One message as a frame of this line. */
  frame(wire: Wire): string | Uint8Array {
    const isBatched = this.subprotocol.endsWith(".batched");
    if (this.subprotocol.startsWith("wamp.2.json")) return JSON.stringify(wire) + (isBatched ? "\u001e" : "");
    const message = this.subprotocol.startsWith("wamp.2.cbor") ? toCbor(wire) : toMsgpack(wire);
    if (!isBatched) return message;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    return Buffer.concat([length, message]);
  }

  /** @throws Error when nothing comes */
  async next(): Promise<Heard> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Hang(`${this.subprotocol} heard nothing for ${PATIENCE} ms`)),
        PATIENCE,
      );
    });
    try {
      return await Promise.race([this.#heard.next(), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Until it is closed: the messages, and the code. */
  async rest(): Promise<{ messages: Wire[]; code: number }> {
    const messages: Wire[] = [];
    for (;;) {
      const heard = await this.next();
      if ("closed" in heard) return { messages, code: heard.closed };
      messages.push(heard.message);
    }
  }

  end(): void {
    this.socket.terminate();
  }

  #split(frame: Buffer): Buffer[] {
    if (!this.subprotocol.endsWith(".batched")) return [frame];
    if (this.subprotocol.startsWith("wamp.2.json"))
      return frame
        .toString("latin1")
        .slice(0, -1)
        .split("\u001e") // which the router writes unless it was spoken to in the other
        .map((text) => Buffer.from(text, "latin1"));
    const messages: Buffer[] = [];
    for (let at = 0; at < frame.length; ) {
      const end = at + 4 + frame.readUInt32BE(at);
      messages.push(frame.subarray(at + 4, end));
      at = end;
    }
    return messages;
  }

  #decode(message: Buffer): Wire {
    if (this.subprotocol.startsWith("wamp.2.json")) return JSON.parse(message.toString()) as Wire;
    // The router sends lists.
    return (
      this.subprotocol.startsWith("wamp.2.cbor") ? fromCbor(message, { tags: TAGS }) : fromMsgpack(message)
    ) as Wire;
  }
}

/** Somebody waited for something that did not come. */
export class Hang extends Error {}
