/** A client on a real WebSocket to the object: it gathers what it hears, and can tell when it has heard all there is. */
import { framesOf, wiresOf } from "./codec.ts";
import type { Wire } from "./world.ts";

/** Milliseconds until a router that says nothing is taken for broken. */
const PATIENCE = 5_000;
/** Request ids of its own questions; the scenario's stay below. */
const OWN = 1_000_000;
const NOBODYS = 4_000_000_000;

export class ObjectClient {
  readonly #socket: WebSocket;
  readonly #subprotocol: string;
  #heard: Wire[] = [];
  #asked = OWN;
  /** The last of its own questions that was answered. */
  #answered = OWN;
  /** The type of the last message but for answers to its own questions. */
  #last: unknown;
  #isGone = false;
  joined = false;
  closed = false;
  #wake: () => void = () => {};

  constructor(socket: WebSocket, subprotocol: string) {
    this.#socket = socket;
    this.#subprotocol = subprotocol;
    socket.accept();
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => {
      for (const wire of wiresOf(data, subprotocol)) this.#take(wire);
      this.#wake();
    });
    socket.addEventListener("close", () => {
      this.closed = true;
      this.joined = false;
      this.#wake();
    });
  }

  say(wires: readonly Wire[]): void {
    for (const frame of framesOf(wires, this.#subprotocol)) this.#socket.send(frame);
  }

  /** What it said was taken: a HELLO and a GOODBYE are answered, and an ABORT ends it all. */
  async taken(wires: readonly Wire[]): Promise<void> {
    const types = wires.map(([type]) => type);
    if (types.includes(3)) return this.#until("the end", () => this.closed);
    if (types.includes(6)) return this.#until("GOODBYE", () => this.closed || this.#last === 6);
    if (types.includes(1) && !this.joined) return this.#until("WELCOME", () => this.closed || this.joined);
    return this.settle();
  }

  /** All that was for it by now has come, if it is a session. */
  async settle(): Promise<void> {
    if (!this.joined) return;
    this.#asked++;
    this.say([[34, this.#asked, NOBODYS]]);
    await this.#until("an answer", () => !this.joined || this.#answered === this.#asked);
  }

  /** What it is sent from now on it does not hear. */
  listenNoMore(): void {
    this.joined = false;
    this.#isGone = true;
  }

  async vanish(): Promise<void> {
    this.listenNoMore();
    if (this.closed) return;
    this.#socket.close(1000, "gone");
    await this.#until("the end", () => this.closed);
  }

  /** What came since the last time. */
  heard(): Wire[] {
    const heard = this.#heard;
    this.#heard = [];
    return heard;
  }

  #take(wire: Wire): void {
    const [type, , request] = wire;
    if (type === 8 && typeof request === "number" && request > OWN) {
      this.#answered = request;
      return;
    }
    if (this.#isGone) return;
    this.#last = type;
    if (type === 2) this.joined = true;
    if (type === 3 || type === 6) this.joined = false;
    this.#heard.push(wire);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const patience = setTimeout(() => this.#wake(), PATIENCE);
    const began = performance.now();
    while (!holds()) {
      if (performance.now() - began >= PATIENCE - 50) throw new Error(`${what} did not come`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(patience);
  }
}
