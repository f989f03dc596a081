/**
 * Bytes in, whole WebSocket messages out, as latin1 strings (one character per byte: cheap to make, and the
 * bench sends ASCII). Fragments are joined. The bytes given are read before `consume` returns and never kept,
 * so the caller may use one buffer for all its sockets.
 */

const CONTINUATION = 0;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

export interface FrameListener {
  onMessage(message: string): void;
  onPing(payload: string): void;
  onClose(code: number): void;
}

export class FrameParser {
  readonly #listener: FrameListener;
  /** The start of a frame whose end has not arrived. */
  #rest: Buffer | undefined;
  /** The fragments so far of a message that has no end yet. */
  #fragments: string | undefined;

  constructor(listener: FrameListener) {
    this.#listener = listener;
  }

  consume(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (at + 2 <= bytes.length) {
      const first = bytes.readUInt8(at);
      const short = bytes.readUInt8(at + 1); // a server does not mask: the upper bit is 0
      const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
      if (start > bytes.length) break;
      const length =
        short < 126
          ? short
          : short === 126
            ? bytes.readUInt16BE(at + 2)
            : Number(bytes.readBigUInt64BE(at + 2));
      if (start + length > bytes.length) break;
      at = start + length;
      this.#frame(first, bytes.toString("latin1", start, at));
    }
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }

  #frame(first: number, payload: string): void {
    const opcode = first & 0x0f;
    switch (opcode) {
      case PING:
        this.#listener.onPing(payload);
        return;
      case PONG:
        return;
      case CLOSE:
        this.#listener.onClose(
          payload.length < 2 ? 1005 : payload.charCodeAt(0) * 256 + payload.charCodeAt(1),
        );
        return;
    }

    const message = opcode === CONTINUATION ? (this.#fragments ?? "") + payload : payload;
    const last = (first & 0x80) !== 0;
    this.#fragments = last ? undefined : message;
    if (last) this.#listener.onMessage(message);
  }
}
