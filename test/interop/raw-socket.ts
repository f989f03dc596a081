/** A WebSocket client that writes each frame as a test wants it, wrong ones too, and shows each frame as it came. */
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { Inbox } from "./client/client.ts";

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface FrameToSend {
  readonly opcode: number;
  readonly payload?: Uint8Array | string;
  /** Whether more fragments of this message follow. */
  readonly more?: boolean;
}

export class RawSocket {
  /** Status line and headers of the answer to the upgrade. */
  readonly head: string;
  readonly #frames = new Inbox<Frame>();
  /** How the TCP connection ended, once it has. */
  readonly ended: Promise<void>;
  readonly #socket: Socket;
  #bytes: Buffer;

  private constructor(socket: Socket, head: string, rest: Buffer) {
    this.#socket = socket;
    this.head = head;
    this.#bytes = rest;
    this.#parse();
    socket.on("data", (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#parse();
    });
    this.ended = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  static async open(url: string, subprotocol: string | undefined, headers: readonly string[] = []) {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {}); // a reset is an end like any other here
    const lines = [
      `GET ${pathname} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "Sec-WebSocket-Version: 13",
      ...(subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
      ...headers,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const { head, rest } = await new Promise<{ head: string; rest: Buffer }>((resolve, reject) => {
      let bytes = Buffer.alloc(0);
      const more = (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        const end = bytes.indexOf("\r\n\r\n");
        if (end < 0) return;
        socket.off("data", more);
        resolve({ head: bytes.subarray(0, end).toString(), rest: bytes.subarray(end + 4) });
      };
      socket.on("data", more);
      socket.once("close", () => reject(new Error("the connection ended before the upgrade was answered")));
    });
    return new RawSocket(socket, head, rest);
  }

  send({ opcode, payload = "", more = false }: FrameToSend): void {
    const body = Buffer.from(payload as Uint8Array);
    const mask = randomBytes(4);
    const head = Buffer.alloc(body.length < 126 ? 2 : body.length < 65_536 ? 4 : 10);
    head[0] = (more ? 0 : 0x80) | opcode;
    if (body.length < 126) {
      head[1] = 0x80 | body.length;
    } else if (body.length < 65_536) {
      head[1] = 0x80 | 126;
      head.writeUInt16BE(body.length, 2);
    } else {
      head[1] = 0x80 | 127;
      head.writeBigUInt64BE(BigInt(body.length), 2);
    }
    const masked = body.map((octet, at) => octet ^ (mask[at & 3] ?? 0));
    this.#socket.write(Buffer.concat([head, mask, masked]));
  }

  /** Octets as they are: a frame, several, or a part of one. */
  write(octets: Uint8Array): void {
    this.#socket.write(octets);
  }

  /** A WAMP message on a JSON connection. */
  tell(message: readonly unknown[]): void {
    this.send({ opcode: OPCODE.text, payload: JSON.stringify(message) });
  }

  /** The next frame of any kind. */
  frame(): Promise<Frame> {
    return this.#frames.next();
  }

  /** The next frame, which must be a text frame, as JSON. */
  async hear(): Promise<unknown[]> {
    const { opcode, payload } = await this.frame();
    if (opcode !== OPCODE.text) throw new Error(`opcode ${opcode} came: ${payload.toString("hex")}`);
    return JSON.parse(payload.toString()) as unknown[];
  }

  /** The next frame, which must be a close frame: its code, or 1005 when it has none. */
  async heardClose(): Promise<number> {
    const { opcode, payload } = await this.frame();
    if (opcode !== OPCODE.close) throw new Error(`opcode ${opcode} came: ${payload.toString()}`);
    return payload.length === 0 ? 1005 : payload.readUInt16BE();
  }

  /** Cuts the connection without a close frame. */
  cut(): Promise<void> {
    this.#socket.destroy();
    return this.ended;
  }

  #parse(): void {
    for (;;) {
      const bytes = this.#bytes;
      const [first, second] = bytes;
      if (first === undefined || second === undefined) return;
      const short = second & 0x7f;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length < at) return;
      const length =
        short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
      if (bytes.length < at + length) return;
      this.#bytes = bytes.subarray(at + length);
      this.#frames.put({ opcode: first & 0x0f, payload: bytes.subarray(at, at + length) });
    }
  }
}
