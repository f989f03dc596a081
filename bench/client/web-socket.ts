/**
 * A WebSocket client that costs next to nothing, so that the router is what gets measured. All frames sent
 * during one turn of the event loop leave in one TCP write; all sockets read into one buffer; the masking key is zero
 * (the protocol asks for a mask, not for a good one). A message is a latin1 string: a character is a byte. Where it batches,
 * what is sent during one turn shares frames, and what arrives is told message by message.
 */
import { connect, type Socket } from "node:net";
import { type Batching, batching } from "./batching.ts";
import { FrameParser } from "./frame-parser.ts";

export interface Address {
  readonly port: number;
  readonly path: string;
  readonly protocol?: string;
  readonly binary?: boolean;
  /** Messages in a frame, at most; 0 or nothing: it does not batch. */
  readonly batch?: number;
}

const TEXT = 0x81;
const BINARY = 0x82;
const CLOSE = 0x88;
const PONG = 0x8a;

const readBuffer = Buffer.allocUnsafe(256 * 1024);

/** Sockets with frames to write when this turn of the event loop ends. */
const waiting = new Set<BenchSocket>();

export class BenchSocket {
  onMessage: (message: string) => void = () => {};
  /** Told once, when the socket ends without our asking or when a listener throws. */
  onFault: (fault: Error) => void = () => {};
  /** Bytes of WebSocket frames (without TCP) that went in and out. */
  bytes = 0;

  readonly #tcp: Socket;
  readonly #opcode: number;
  readonly #batching: Batching | undefined;
  /** Messages that wait to share a frame. */
  #batch: string[] = [];
  readonly #frames = new FrameParser({
    onMessage: (message) => {
      if (this.#batching) this.#batching.split(message, (each) => this.onMessage(each));
      else this.onMessage(message);
    },
    onPing: (payload) => this.#queue(PONG, payload),
    onClose: (code) => this.#fail(new Error(`the other side closed with code ${code}`)),
  });
  #queued = "";
  #response: string | undefined = ""; // of the upgrade, until it is complete
  #ended = false;
  #opened: (() => void) | undefined;

  /** Resolves when the upgrade is accepted. */
  static async open(address: Address): Promise<BenchSocket> {
    const socket = new BenchSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.#opened = resolve;
      socket.onFault = reject;
    });
    return socket;
  }

  private constructor({ port, path, protocol, binary, batch }: Address) {
    this.#opcode = binary === true ? BINARY : TEXT;
    this.#batching = batch ? batching(batch, { binary: binary === true }) : undefined;
    this.#tcp = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length) => this.#read(readBuffer.subarray(0, length)) },
    });
    this.#tcp.on("error", (error) => this.#fail(error));
    this.#tcp.on("close", () => this.#fail(new Error("the other side ended the connection")));
    this.#tcp.write(
      [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: ZWRnZWJhaG4gYmVuY2ggIQ==",
        ...(protocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${protocol}`]),
        "\r\n",
      ].join("\r\n"),
    );
  }

  send(message: string): void {
    if (!this.#batching) {
      this.#queue(this.#opcode, message);
      return;
    }
    this.#batch.push(message);
    if (this.#batch.length >= this.#batching.most) this.#seal(this.#batching);
    else this.#wait();
  }

  close(): void {
    if (this.#ended) return;
    this.#queue(CLOSE, "\x03\xe8"); // 1000
    this.flush();
    this.#ended = true;
    this.#tcp.destroySoon();
  }

  flush(): void {
    if (this.#batching && this.#batch.length > 0) this.#seal(this.#batching);
    if (this.#queued !== "" && !this.#ended) this.#tcp.write(this.#queued, "latin1");
    this.#queued = "";
  }

  #queue(opcode: number, payload: string): void {
    const frame = header(opcode, payload.length) + payload;
    this.bytes += frame.length;
    this.#queued += frame;
    this.#wait();
  }

  #wait(): void {
    if (waiting.size === 0) setImmediate(flushAll);
    waiting.add(this);
  }

  /** The messages that wait become one frame. */
  #seal({ join }: Batching): void {
    const frame = join(this.#batch);
    this.#batch = [];
    this.#queue(this.#opcode, frame);
  }

  #read(chunk: Buffer): boolean {
    try {
      if (this.#response === undefined) {
        this.bytes += chunk.length;
        this.#frames.consume(chunk);
      } else {
        this.#upgrade(chunk.toString("latin1"));
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    return !this.#ended;
  }

  #upgrade(text: string): void {
    const response = this.#response + text;
    const end = response.indexOf("\r\n\r\n");
    this.#response = end < 0 ? response : undefined;
    if (end < 0) return;
    if (!response.startsWith("HTTP/1.1 101 ")) throw new Error(`no upgrade: ${response.slice(0, 300)}`);
    this.#opened?.();
    this.#frames.consume(Buffer.from(response.slice(end + 4), "latin1"));
  }

  #fail(fault: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tcp.destroy();
    this.onFault(fault);
  }
}

function flushAll(): void {
  for (const socket of waiting) socket.flush();
  waiting.clear(); // also of those that flushing itself let wait
}

/** Of a masked frame from a client, key zero. */
function header(opcode: number, length: number): string {
  const mask = "\0\0\0\0";
  if (length < 126) return String.fromCharCode(opcode, 0x80 | length) + mask;
  if (length < 65_536) return String.fromCharCode(opcode, 0xfe, length >> 8, length & 255) + mask;
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return String.fromCharCode(opcode, 0xff) + size.toString("latin1") + mask;
}
