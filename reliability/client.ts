/**
 * A WAMP client of lists over a real socket, in all three serializers by other people's codecs, so that nothing of the
 * router judges itself. Keeps count of what it asks, and tells everything that it hears.
 */
import { decode as fromMsgpack, encode as toMsgpack } from "@msgpack/msgpack";
import { decode as fromCbor, encode as toCbor } from "cborg";
import { WebSocket } from "ws";

export type Wire = readonly unknown[];
export type Codec = "json" | "msgpack" | "cbor";
export const CODECS: readonly Codec[] = ["json", "msgpack", "cbor"];

const ENCODE: Readonly<Record<Codec, (wire: Wire) => string | Uint8Array>> = {
  json: (wire) => JSON.stringify(wire),
  msgpack: (wire) => toMsgpack(wire),
  cbor: (wire) => toCbor(wire),
};
const DECODE: Readonly<Record<Codec, (frame: Buffer) => unknown>> = {
  json: (frame) => JSON.parse(frame.toString("utf8")),
  msgpack: (frame) => fromMsgpack(frame),
  cbor: (frame) => fromCbor(frame),
};

const ROLES = {
  publisher: {},
  subscriber: { features: { pattern_based_subscription: true } },
  caller: { features: { call_canceling: true, progressive_call_results: true } },
  callee: { features: { call_canceling: true, progressive_call_results: true } },
};

const PONG = "pong";

export interface Joining {
  /** Of the address, as in `/ws/realm1`. */
  readonly path?: string;
  readonly realm?: string;
  readonly codec?: Codec;
  readonly details?: Readonly<Record<string, unknown>>;
  /** Answers CHALLENGE with a signature. */
  readonly sign?: (challenge: Wire) => string;
  /** Milliseconds until joining counts as failed. */
  readonly patience?: number;
}

export class Client {
  readonly socket: WebSocket;
  readonly codec: Codec;
  session = 0;
  authid = "";
  /** Hears every message that answers nothing this client asked. */
  onMessage: (message: Wire) => void = () => {};
  /** The code of the close frame; 1006 where there was none. */
  readonly closed: Promise<number>;
  /** Request id to whoever waits for its answer. */
  readonly #asked = new Map<number, (answer: Wire) => void>();
  #first: ((message: Wire) => void) | undefined;
  #request = 0;

  private constructor(socket: WebSocket, codec: Codec) {
    this.socket = socket;
    this.codec = codec;
    this.closed = new Promise((resolve) => socket.once("close", (code) => resolve(code)));
    socket.on("error", () => {}); // the close that follows tells
    socket.on("message", (frame: Buffer, isBinary: boolean) => {
      if (!isBinary && frame.toString() === PONG) return; // the runtime's answer to a keepalive
      this.#heard(DECODE[codec](frame) as Wire); // the router sends lists
    });
  }

  /** @throws Error with the reason of an ABORT, or where the socket closes first */
  static async join(port: number, joining: Joining = {}): Promise<Client> {
    const { path = "/ws", realm = "realm1", codec = "json", details = {}, sign, patience = 20_000 } = joining;
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [`wamp.2.${codec}`], {
      perMessageDeflate: false,
    });
    socket.binaryType = "nodebuffer";
    const client = new Client(socket, codec);
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no WELCOME within ${patience} ms`)), patience).unref();
    });
    const lost = client.closed.then((code) =>
      Promise.reject(new Error(`closed with ${code} before WELCOME`)),
    );
    lost.catch(() => {});
    late.catch(() => {});
    const next = () => Promise.race([new Promise<Wire>((resolve) => (client.#first = resolve)), late, lost]);
    try {
      await Promise.race([new Promise((resolve) => socket.once("open", resolve)), late, lost]);
      client.send([1, realm, { roles: ROLES, ...details }]);
      let answer = await next();
      if (answer[0] === 4 && sign) {
        client.send([5, sign(answer), {}]);
        answer = await next();
      }
      if (answer[0] !== 2) throw new Error(`no WELCOME but ${JSON.stringify(answer)}`);
      client.#first = undefined;
      client.session = answer[1] as number;
      client.authid = (answer[2] as { authid: string }).authid;
      return client;
    } catch (error) {
      client.cut(); // else a WELCOME that comes too late would leave a session behind
      throw error;
    }
  }

  send(wire: Wire): void {
    this.socket.send(ENCODE[this.codec](wire));
  }

  /** A keepalive that the runtime answers by itself, again and again until the connection ends. */
  keepAlive(milliseconds: number): void {
    const timer = setInterval(() => this.socket.readyState === 1 && this.socket.send("ping"), milliseconds);
    void this.closed.then(() => clearInterval(timer));
  }

  /** The next request id of this session. */
  id(): number {
    return ++this.#request;
  }

  /** Sends a request, as in `[48, {}, "com.x"]`, the id put in, and takes its answer: the reply or an ERROR. */
  ask(type: number, ...rest: unknown[]): Promise<Wire> {
    const request = this.id();
    const answer = new Promise<Wire>((resolve) => this.#asked.set(request, resolve));
    this.send([type, request, ...rest]);
    return answer;
  }

  /** @throws Error where the answer is an ERROR */
  async must(type: number, ...rest: unknown[]): Promise<Wire> {
    const answer = await this.ask(type, ...rest);
    if (answer[0] === 8) throw new Error(`${type} was answered by ${JSON.stringify(answer)}`);
    return answer;
  }

  /** How many requests have no answer yet. */
  get unanswered(): number {
    return this.#asked.size;
  }

  /** The TCP connection ends without a close frame. */
  cut(): void {
    this.socket.terminate();
  }

  close(): Promise<number> {
    this.socket.close(1000);
    return this.closed;
  }

  #heard(message: Wire): void {
    if (this.#first) {
      const first = this.#first;
      this.#first = undefined;
      first(message);
      return;
    }
    const request = answered(message);
    const waiting = request === undefined ? undefined : this.#asked.get(request);
    if (request === undefined || !waiting) {
      this.onMessage(message);
      return;
    }
    this.#asked.delete(request);
    waiting(message);
  }
}

/** The request that a message answers for good; undefined where it answers none, or there is more to come. */
function answered([type, first, second]: Wire): number | undefined {
  if (type === 8) return second as number;
  if (type === 50)
    return (second as { progress?: boolean }).progress === true ? undefined : (first as number);
  return type === 17 || type === 33 || type === 35 || type === 65 || type === 67
    ? (first as number)
    : undefined;
}
