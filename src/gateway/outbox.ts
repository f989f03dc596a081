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

/** A message that has no form in its receiver's format. */
export interface Undeliverable {
  readonly message: RouterMessage;
  readonly to: SessionId;
  readonly why: string;
}

export class Outbox {
  /** Session id to the connection that it lives on. */
  readonly #connections: ReadonlyMap<SessionId, Connection>;
  readonly #congestion: Congestion;
  /** Batched connections with messages to flush. */
  readonly #unflushed = new Set<Connection>();
  /** The frame last made of a single message, which in a fan-out many batched peers get. */
  #lastFrame: { message: Encoded; serializer: Serializer; frame: Encoded } | undefined;
  /** Connections whose peer could not be sent to, with what it threw. */
  #broken = new Map<Connection, unknown>();

  constructor(connections: ReadonlyMap<SessionId, Connection>, congestion: Congestion) {
    this.#connections = connections;
    this.#congestion = congestion;
  }

  /** Sends to every receiver that still has a connection. Those that cannot be sent to are added to the two lists. */
  deliver({ message, to }: Delivery, undeliverable: Undeliverable[], overflowing: Connection[]): void {
    let once: Partial<Record<Format, Encoded | Untranslatable>> | undefined;
    for (const id of to) {
      const connection = this.#connections.get(id);
      if (!connection) continue;
      const { format } = connection.serializer;
      once ??= {};
      once[format] ??= encode(connection.serializer, message);
      const encoded = once[format];
      if (encoded instanceof Untranslatable) {
        undeliverable.push({ message, to: id, why: encoded.message });
      } else if (this.#congestion.isFull(connection) || !this.#congestion.fits(encoded.length)) {
        overflowing.push(connection);
      } else {
        this.#put(connection, encoded);
      }
    }
  }

  /** One message to one connection, joined or not, however much waits: the caller says it once, or asks first. */
  send(connection: Connection, message: RouterMessage): void {
    this.#put(connection, connection.serializer.encode(unparse(message)));
  }

  /**
   * The end of a turn: what batched peers are owed leaves. Returns the connections whose peer could not be sent to, with
   * what it threw: such a session must leave (BRK-23).
   */
  flush(): ReadonlyMap<Connection, unknown> {
    for (const connection of this.#unflushed) this.#release(connection);
    this.#unflushed.clear();
    this.#lastFrame = undefined;
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
    connection.outgoing.push(message);
    connection.outgoingOctets += message.length;
    this.#unflushed.add(connection);
  }

  #release(connection: Connection): void {
    const { outgoing } = connection;
    connection.outgoing = [];
    connection.outgoingOctets = 0;
    this.#send(connection, this.#frame(connection.serializer, outgoing));
  }

  #send(connection: Connection, frame: Encoded): void {
    if (this.#broken.has(connection)) return; // ORD-20: no gap, should it work again
    try {
      connection.peer.send(frame);
    } catch (error) {
      this.#broken.set(connection, error);
    }
  }

  #frame(serializer: Serializer, messages: readonly Encoded[]): Encoded {
    const [message] = messages;
    if (messages.length > 1 || message === undefined) return serializer.join(messages);
    const last = this.#lastFrame;
    if (last && last.message === message && last.serializer === serializer) return last.frame;
    const frame = serializer.join(messages);
    this.#lastFrame = { message, serializer, frame };
    return frame;
  }
}

function encode(serializer: Serializer, message: RouterMessage): Encoded | Untranslatable {
  try {
    return serializer.encode(unparse(message));
  } catch (error) {
    if (error instanceof Untranslatable) return error;
    throw error;
  }
}
