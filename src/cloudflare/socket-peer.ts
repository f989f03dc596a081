/** A hibernatable WebSocket as a Peer. Keeps the connection's memo in the socket's attachment, which survives sleep. */
import type { Memo, Peer } from "../gateway/peer.ts";
import type { Encoded } from "../serializer/serializer.ts";

export class SocketPeer implements Peer {
  readonly #socket: WebSocket;
  /** Where the runtime has no bufferedAmount: octets sent since the peer last spoke. */
  #sent = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get backlog(): number {
    // Younger than some runtimes that are still in use (platform.md section 4).
    return this.#socket.bufferedAmount ?? this.#sent;
  }

  /** The peer spoke, so it is alive and reading. */
  spoke(): void {
    this.#sent = 0;
  }

  send(frame: Encoded): void {
    this.#sent += frame.length;
    this.#socket.send(frame);
  }

  /** `code` may be one that was received: 1005, 1006 and 1015 say that there was none and cannot be sent. */
  close(code: number, reason: string): void {
    if (code === 1005 || code === 1006 || code === 1015) this.#socket.close();
    else this.#socket.close(code, clip(reason));
  }

  remember(memo: Memo): void {
    this.#socket.serializeAttachment(memo);
  }

  static recall(socket: WebSocket): Memo | null {
    return socket.deserializeAttachment() as Memo | null; // only remember() writes it
  }
}

/** A close frame holds 123 octets of reason. */
function clip(reason: string): string {
  const { read } = new TextEncoder().encodeInto(reason, new Uint8Array(123));
  return reason.slice(0, read);
}
