/**
 * A client on a wire made of lists: it encodes and decodes with other people's codecs, so that no test has the router's own
 * on both ends. Beneath it is the fake of the Peer seam, which records what the gateway does to a socket.
 */
import { decode as decodeMsgpack, encode as encodeMsgpack } from "@msgpack/msgpack";
import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import type { Connection } from "../../src/gateway/connection.ts";
import type { Gateway } from "../../src/gateway/gateway.ts";
import type { Memo, Peer } from "../../src/gateway/peer.ts";
import type { Encoded, Subprotocol } from "../../src/serializer/serializer.ts";

export type Wire = readonly unknown[];

/** A socket that records. Being sent to after its close, or while `broken`, it throws like the platform's. */
export class FakePeer implements Peer {
  backlog = 0;
  /** While false, whatever it is sent adds to the backlog, as with a real socket that nobody reads. */
  reads = true;
  /** What each frame that waits counts besides its octets. */
  frameCost = 0;
  /** How many frames are always under way, however eagerly it reads. */
  lag = 0;
  /** The octets of those that are. */
  readonly #underWay: number[] = [];
  #moved = false;
  broken = false;
  /** When it answered a keepalive by itself, in milliseconds since 1970. */
  pingedAt: number | undefined;
  /** How often it was asked to remember. */
  remembered = 0;
  readonly frames: Encoded[] = [];
  closed: { code: number; reason: string } | undefined;
  memo: Memo | undefined;

  send(frame: Encoded): void {
    if (this.closed || this.broken) throw new TypeError("Can't call WebSocket send() after close().");
    this.frames.push(typeof frame === "string" ? frame : new Uint8Array(frame)); // a copy
    if (this.reads && this.lag === 0) return;
    const octets = frame.length + this.frameCost;
    this.backlog += octets;
    if (!this.reads || this.#underWay.push(octets) <= this.lag) return;
    this.backlog -= this.#underWay.shift() ?? 0;
    this.#moved = true;
  }

  close(code: number, reason: string): void {
    if (this.closed) throw new Error("a socket was closed twice");
    this.closed = { code, reason };
  }

  weigh(): number {
    return this.backlog;
  }

  moved(): boolean {
    const moved = this.#moved || this.backlog === 0;
    this.#moved = false;
    return moved;
  }

  remember(memo: Memo): void {
    this.memo = structuredClone(memo);
    this.remembered++;
  }

  pinged(): number | undefined {
    return this.pingedAt;
  }
}

interface Codec {
  readonly encode: (wire: unknown) => Encoded;
  readonly decode: (message: Encoded) => unknown;
}

const CODECS: Readonly<Record<string, Codec>> = {
  json: { encode: (wire) => JSON.stringify(wire), decode: (message) => JSON.parse(text(message)) },
  msgpack: { encode: (wire) => encodeMsgpack(wire), decode: (message) => decodeMsgpack(octets(message)) },
  cbor: { encode: (wire) => encodeCbor(wire), decode: (message) => decodeCbor(octets(message)) },
};

export class Client {
  readonly subprotocol: Subprotocol;
  readonly peer = new FakePeer();
  readonly #gateway: () => Gateway;
  readonly #codec: Codec;
  readonly #batched: boolean;
  connection: Connection;
  /** What ends this client's JSON messages in a batch, and must end the router's (BAT-02). */
  separator = "\u001e";
  /** What the gateway's last `receive` returned: a promise where it is still busy. */
  busy: void | Promise<void> = undefined;

  constructor(subprotocol: Subprotocol, gateway: () => Gateway) {
    this.subprotocol = subprotocol;
    this.#gateway = gateway;
    this.#codec = codecOf(subprotocol);
    this.#batched = subprotocol.endsWith(".batched");
    this.connection = gateway().open(this.peer, subprotocol, { local: true });
  }

  /** Sends one message, in a frame of its own. */
  say(...wire: unknown[]): this {
    return this.sayTogether(wire);
  }

  /** Sends messages in one frame where this client's frames are batches, otherwise one after the other. */
  sayTogether(...wires: Wire[]): this {
    const messages = wires.map((wire) => this.#codec.encode(wire));
    if (this.#batched) return this.sayFrame(this.frame(...messages));
    for (const message of messages) this.sayFrame(message);
    return this;
  }

  sayFrame(frame: Encoded): this {
    const received = typeof frame === "string" ? frame : new Uint8Array(frame).buffer;
    this.busy = this.#gateway().receive(this.connection, received);
    return this;
  }

  /** The socket is lost. */
  vanish(): this {
    this.#gateway().close(this.connection);
    return this;
  }

  /** Messages in this client's encoding become one frame. */
  frame(...messages: Encoded[]): Encoded {
    const [first = ""] = messages;
    if (!this.#batched) return first;
    if (typeof first === "string") return messages.map((message) => message + this.separator).join("");
    return Buffer.concat(messages.flatMap((message) => [prefix(octets(message).length), octets(message)]));
  }

  /** One message in this client's encoding. */
  encode(wire: unknown): Encoded {
    return this.#codec.encode(wire);
  }

  /** The messages received since the last time, in order. */
  heard(): unknown[] {
    return this.heardFrames().flat();
  }

  /** The same, frame by frame. */
  heardFrames(): unknown[][] {
    return this.peer.frames
      .splice(0)
      .map((frame) => this.#split(frame).map((message) => this.#codec.decode(message)));
  }

  /** Takes part in a realm; what that made the router say is not heard again. */
  join(details: Readonly<Record<string, unknown>> = ROLES): this {
    this.say(1, "realm1", details);
    const [code] = this.heard()[0] as Wire;
    if (code !== 2) throw new Error(`no WELCOME but message type ${code}`);
    return this;
  }

  /** The session id, once joined. */
  get session(): number {
    const { state } = this.connection;
    if (state.phase !== "joined") throw new Error(`not joined but ${state.phase}`);
    return state.identity.session;
  }

  #split(frame: Encoded): Encoded[] {
    if (!this.#batched) return [frame];
    if (typeof frame === "string") {
      if (!frame.endsWith(this.separator)) throw new Error("a batch does not end with its separator");
      return frame.slice(0, -1).split(this.separator);
    }
    const messages: Uint8Array[] = [];
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    for (let at = 0; at < frame.length; ) {
      const end = at + 4 + view.getUint32(at);
      if (end > frame.length) throw new Error("a batch ends within a message");
      messages.push(frame.subarray(at + 4, end));
      at = end;
    }
    return messages;
  }
}

/** HELLO.Details of a client that takes every role. */
export const ROLES = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };

/** The length that precedes a message in a binary batch. */
export function prefix(length: number): Uint8Array {
  const octets = new Uint8Array(4);
  new DataView(octets.buffer).setUint32(0, length);
  return octets;
}

function codecOf(subprotocol: Subprotocol): Codec {
  const codec = CODECS[subprotocol.split(".")[2] ?? ""];
  if (!codec) throw new Error(`no codec for ${subprotocol}`);
  return codec;
}

function text(message: Encoded): string {
  if (typeof message !== "string") throw new Error("octets came on a JSON connection");
  return message;
}

function octets(message: Encoded): Uint8Array {
  if (typeof message === "string") throw new Error("text came on a binary connection");
  return message;
}
