/** A WAMP client of JSON lists over a real socket, for tests that end the router under it. */
import { WebSocket } from "ws";

export type Wire = readonly unknown[];

const ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

export class JsonClient {
  readonly #socket: WebSocket;
  readonly #arrived: Wire[] = [];
  readonly #waiting: ((message: Wire) => void)[] = [];
  /** Resolves when the socket is gone, however. */
  readonly closed: Promise<void>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {}); // the close that follows is what tests wait for
    socket.on("message", (data) => {
      const message = JSON.parse(String(data)) as Wire; // the router sends lists
      const next = this.#waiting.shift();
      if (next) next(message);
      else this.#arrived.push(message);
    });
  }

  static async join(port: number): Promise<JsonClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, ["wamp.2.json"]);
    const client = new JsonClient(socket);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    await client.ask(1, "realm1", { roles: ROLES });
    return client;
  }

  /** Sends one message and takes the next that comes. */
  ask(...wire: unknown[]): Promise<Wire> {
    this.#socket.send(JSON.stringify(wire));
    return this.next();
  }

  next(): Promise<Wire> {
    const arrived = this.#arrived.shift();
    return arrived ? Promise.resolve(arrived) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#socket.close();
  }
}
