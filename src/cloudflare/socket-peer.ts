/** A hibernatable WebSocket as a Peer. Keeps the connection's memo in the socket's attachment, which survives sleep. */
import type { Memo, Peer } from "../gateway/peer.ts";
import type { Encoded } from "../serializer/serializer.ts";

/** Octets after which the runtime is asked how much really waits: asking costs about as much as sending a small frame. */
const LOOK_AFTER = 65_536;

/** Close codes that are only ever read (RFC 6455 section 7.4.1). */
const UNSENDABLE: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015]);

/** Octets believed to wait above which the runtime is asked each time: well below what ends a session. */
const LOOK_ABOVE = 524_288;

/** Younger than some runtimes that are still in use (platform.md section 4). */
export const CAN_LOOK = "bufferedAmount" in WebSocket.prototype;

/** What of the object knows when the runtime last answered a socket's keepalive by itself. */
export type Keepalive = Pick<DurableObjectState, "getWebSocketAutoResponseTimestamp">;

export class SocketPeer implements Peer {
  readonly #socket: WebSocket;
  /** At most so many octets wait: what waited when last looked, and what was sent since. */
  #backlog = 0;
  /** Octets sent since last looked. */
  #unseen = 0;
  readonly #keepalive: Keepalive | undefined;

  constructor(socket: WebSocket, keepalive?: Keepalive) {
    this.#socket = socket;
    this.#keepalive = keepalive;
  }

  get backlog(): number {
    // What was believed to wait may have left long ago: nobody is ended over it unseen.
    if (this.#unseen > LOOK_AFTER || this.#backlog > LOOK_ABOVE) {
      this.weigh();
    }
    return this.#backlog;
  }

  weigh(): number {
    if (CAN_LOOK) this.#backlog = this.#socket.bufferedAmount;
    this.#unseen = 0;
    return this.#backlog;
  }

  pinged(): number | undefined {
    return this.#keepalive?.getWebSocketAutoResponseTimestamp(this.#socket)?.getTime();
  }

  /** The peer spoke: where the runtime cannot tell what waits, that is the sign that it is alive and reading. */
  spoke(): void {
    if (!CAN_LOOK) this.#backlog = 0;
  }

  send(frame: Encoded): void {
    this.#backlog += frame.length;
    this.#unseen += frame.length;
    this.#socket.send(frame);
  }

  /** `code` may be one that was received: some say that there was none, and some no endpoint may send. */
  close(code: number, reason: string): void {
    const sendable = code >= 1000 && code <= 4999 && !UNSENDABLE.has(code);
    if (sendable) this.#socket.close(code, clip(reason));
    else this.#socket.close();
  }

  remember(memo: Memo): void {
    this.#socket.serializeAttachment(memo);
  }

  static recall(socket: WebSocket): Memo | null {
    return socket.deserializeAttachment() as Memo | null; // only remember() writes it
  }
}

/** Octets of reason in a close frame. */
const REASON = 123;

function clip(reason: string): string {
  if (3 * reason.length <= REASON) return reason; // no character has more than three octets
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(REASON));
  return reason.slice(0, read);
}
