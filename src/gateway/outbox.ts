/**
 * The way out: deliveries become frames. A message is encoded once for each format, however many receive it; a batched
 * peer gets all messages of a turn in one frame. A peer that does not read is found out before it is sent more (TRN-21).
 */
import type { Delivery } from "../router/delivery.ts";
import type { SessionId } from "../router/session.ts";
import { type Encoded, type Serializer, Untranslatable } from "../serializer/serializer.ts";
import { type RouterMessage, unparse } from "../wamp/message.ts";
import type { Format } from "../wamp/payload.ts";
import type { Congestion } from "./congestion.ts";
import type { Connection } from "./connection.ts";

/** A frame has its price, but it is small beside that of so many octets. */
const LARGE = 65_536;

/** A message that has no form in its receiver's format. */
interface Undeliverable {
  readonly message: RouterMessage;
  readonly to: SessionId;
  readonly why: string;
}

/** What could not be sent, and connections for which too much waits. Nearly always there is nothing of it. */
export interface Unsent {
  readonly undeliverable: Undeliverable[];
  readonly overflowing: Connection[];
}

export class Outbox {
  /** Session id to the connection that it lives on. */
  readonly #connections: ReadonlyMap<SessionId, Connection>;
  readonly #congestion: Congestion;
  /** Octets of a batch that waits for nothing more: nobody comes near the limit by what is held back. */
  readonly #large: number;
  /** Batched connections with messages to flush. */
  readonly #unflushed = new Set<Connection>();
  /** The frame last made, which in a fan-out many batched peers get. */
  #lastFrame: { messages: readonly Encoded[]; serializer: Serializer; frame: Encoded } | undefined;
  /** The octets last copied, and their copy. */
  #lastKept: { view: Uint8Array; copy: Uint8Array } | undefined;
  /** Connections whose peer could not be sent to, with what it threw. */
  #broken = new Map<Connection, unknown>();

  /** @param backlog octets that may wait for one peer */
  constructor(connections: ReadonlyMap<SessionId, Connection>, congestion: Congestion, backlog: number) {
    this.#connections = connections;
    this.#congestion = congestion;
    this.#large = Math.min(LARGE, backlog / 4);
  }

  /** Sends to every receiver that still has a connection. Returns what could not be sent so far, if there is any. */
  deliver({ message, to }: Delivery, before: Unsent | undefined): Unsent | undefined {
    let unsent = before;
    /** What the message is in the format of the receiver before, as nearly always in that of the next; and in all formats. */
    let last: Format | undefined;
    let encoded: Encoded | Untranslatable = "";
    let all: Map<Format, Encoded | Untranslatable> | undefined;
    for (const id of to) {
      const connection = this.#connections.get(id);
      if (!connection) continue;
      // ORD-20: something before it did not fit, though this might.
      if (unsent?.overflowing.includes(connection)) continue;
      const { serializer } = connection;
      if (serializer.format !== last) {
        if (last !== undefined) {
          all ??= new Map();
          all.set(last, encoded);
        }
        last = serializer.format;
        encoded = all?.get(last) ?? encode(serializer, message);
      }
      if (encoded instanceof Untranslatable) {
        unsent ??= { undeliverable: [], overflowing: [] };
        unsent.undeliverable.push({ message, to: id, why: encoded.message });
      } else if (this.#congestion.isFull(connection) || !this.#congestion.fits(encoded.length)) {
        unsent ??= { undeliverable: [], overflowing: [] };
        unsent.overflowing.push(connection);
      } else {
        this.#put(connection, encoded);
      }
    }
    return unsent;
  }

  /** One message to one connection, joined or not, however much waits: the caller says it once, or asks first. */
  send(connection: Connection, message: RouterMessage): void {
    this.#put(connection, connection.serializer.encode(unparse(message)));
  }

  /** How many batched peers are owed a frame. */
  get unflushed(): number {
    return this.#unflushed.size;
  }

  /** What batched peers are owed leaves. */
  flush(): void {
    for (const connection of this.#unflushed) this.#release(connection);
    this.#unflushed.clear();
    this.#lastFrame = undefined;
  }

  /** The connections whose peer could not be sent to, with what it threw: such a session must leave (BRK-23). */
  takeBroken(): ReadonlyMap<Connection, unknown> {
    const broken = this.#broken;
    if (broken.size > 0) this.#broken = new Map();
    return broken;
  }

  /** What this one connection is owed leaves now, for it is about to be closed (TRN-22). */
  finish(connection: Connection): void {
    if (this.#unflushed.delete(connection)) this.#release(connection);
  }

  /** Nothing more goes to this connection, not even what was waiting for the flush. */
  drop(connection: Connection): void {
    connection.outgoing = [];
    connection.outgoingOctets = 0;
    this.#unflushed.delete(connection);
  }

  #put(connection: Connection, message: Encoded): void {
    this.#congestion.sent(message.length);
    if (!connection.serializer.batched) {
      this.#send(connection, message);
      return;
    }
    connection.outgoing.push(this.#owned(message));
    connection.outgoingOctets += message.length;
    if (connection.outgoingOctets < this.#large) this.#unflushed.add(connection);
    else {
      this.#unflushed.delete(connection);
      this.#release(connection);
    }
  }

  /** A message to keep: one copy of it for all who get it. */
  #owned(message: Encoded): Encoded {
    if (typeof message === "string") return message;
    if (this.#lastKept?.view !== message) this.#lastKept = { view: message, copy: message.slice() };
    return this.#lastKept.copy;
  }

  #release(connection: Connection): void {
    const { outgoing } = connection;
    connection.outgoing = [];
    connection.outgoingOctets = 0;
    this.#send(connection, this.#frame(connection.serializer, outgoing));
  }

  #send(connection: Connection, frame: Encoded): void {
    if (this.#broken.size > 0 && this.#broken.has(connection)) return; // ORD-20: no gap, should it work again
    try {
      connection.peer.send(frame);
    } catch (error) {
      this.#broken.set(connection, error);
    }
  }

  #frame(serializer: Serializer, messages: readonly Encoded[]): Encoded {
    const last = this.#lastFrame;
    if (last && last.serializer === serializer && areSame(last.messages, messages)) return last.frame;
    const frame = serializer.join(messages);
    this.#lastFrame = { messages, serializer, frame };
    return frame;
  }
}

/** Whether these are the very same messages: each is encoded once, so no octet is looked at. */
function areSame(some: readonly Encoded[], others: readonly Encoded[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

function encode(serializer: Serializer, message: RouterMessage): Encoded | Untranslatable {
  try {
    return serializer.encode(unparse(message));
  } catch (error) {
    if (error instanceof Untranslatable) return error;
    throw error;
  }
}
