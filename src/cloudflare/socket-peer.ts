/**
 * A hibernatable WebSocket as a Peer. Keeps the connection's memo in the socket's attachment, which survives sleep, and
 * the account of what waits: the runtime tells octets, but keeps something for each frame besides, so frames are counted too.
 */
import type { Memo, Peer } from "../gateway/peer.ts";
import type { Encoded } from "../serializer/serializer.ts";

/** Close codes that are only ever read (RFC 6455 section 7.4.1). */
const UNSENDABLE: ReadonlySet<number> = new Set([1004, 1005, 1006, 1015]);

/** Younger than some runtimes that are still in use (platform.md section 4). */
export const CAN_LOOK = "bufferedAmount" in WebSocket.prototype;

/**
 * Octets that a frame that waits counts besides its own: workerd keeps 600 to 1,100 (measured 2026-11-17). More than this,
 * and a client to whom a thousand small events go in one turn, all of which wait, would have too much waiting. Nothing
 * where nobody tells what has left: there the count is of all that was sent since the client spoke.
 */
export const FRAME_COST = CAN_LOOK ? 768 : 0;

/**
 * So much is sent between two looks at what really waits, 160 small frames or two large ones: a look costs about as much as
 * sending a small frame. Until then nobody knows what has left, and too much is taken to wait.
 */
const LOOK_AFTER = 131_072;

/** What of the object knows when the runtime last answered a socket's keepalive by itself. */
export type Keepalive = Pick<DurableObjectState, "getWebSocketAutoResponseTimestamp">;

export class SocketPeer implements Peer {
  readonly #socket: WebSocket;
  /** Octets sent, with each frame's cost, since a moment after which all that can wait was sent; and how many frames. */
  #sent = 0;
  #frames = 0;
  /** How much of both had been sent at a later look: whatever waits may soon be younger than that. */
  #sentThen = 0;
  #framesThen = 0;
  /** How much of `#sent` had left when last looked; less than nothing where older things waited. */
  #left = 0;
  /** The same without cost. */
  #octetsLeft = 0;
  /** Where `#sent` calls for the next look. */
  #lookAt = LOOK_AFTER;
  /** Something has left since somebody asked that. */
  #moved = false;
  readonly #keepalive: Keepalive | undefined;

  constructor(socket: WebSocket, keepalive?: Keepalive) {
    this.#socket = socket;
    this.#keepalive = keepalive;
  }

  get backlog(): number {
    if (this.#sent > this.#lookAt) this.weigh();
    return this.#sent - this.#left;
  }

  weigh(): number {
    if (CAN_LOOK) this.#look();
    this.#lookAt = this.#sent + LOOK_AFTER;
    return this.#sent - this.#left;
  }

  moved(): boolean {
    const waits = this.weigh() > 0;
    const moved = this.#moved;
    this.#moved = false;
    return moved || !waits;
  }

  pinged(): number | undefined {
    return this.#keepalive?.getWebSocketAutoResponseTimestamp(this.#socket)?.getTime();
  }

  /** The peer spoke: where the runtime cannot tell what waits, that is the sign that it is alive and reading. */
  spoke(): void {
    if (!CAN_LOOK) this.#left = this.#sent;
  }

  send(frame: Encoded): void {
    this.#frames++;
    this.#sent += frame.length + FRAME_COST;
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

  /** Asks how many octets wait. Nobody tells how many frames they are: as many as have so many octets on average. */
  #look(): void {
    const waiting = this.#socket.bufferedAmount;
    const earlier = this.#sentThen - this.#framesThen * FRAME_COST;
    let octets = this.#sent - this.#frames * FRAME_COST;
    if (waiting <= octets - earlier) {
      // All that waits was sent since then: how large older frames were says nothing about these.
      this.#sent -= this.#sentThen;
      this.#frames -= this.#framesThen;
      this.#octetsLeft -= earlier;
      octets -= earlier;
      this.#sentThen = this.#sent;
      this.#framesThen = this.#frames;
    }
    // Text that is not ASCII has more octets than its length: no more frames wait than were sent.
    const frames = waiting < octets ? Math.ceil((this.#frames * waiting) / octets) : this.#frames;
    this.#left = this.#sent - waiting - frames * FRAME_COST;
    if (octets - waiting > this.#octetsLeft) this.#moved = true;
    this.#octetsLeft = octets - waiting;
  }
}

/** Octets of reason in a close frame. */
const REASON = 123;

function clip(reason: string): string {
  if (3 * reason.length <= REASON) return reason; // no character has more than three octets
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(REASON));
  return reason.slice(0, read);
}
