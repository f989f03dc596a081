/** A WAMP client of JSON lists over a real WebSocket of the runtime, for tests that run beside the object. */
import { exports } from "cloudflare:workers";

export type Wire = readonly unknown[];

export const ALL_ROLES = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

export class Client {
  readonly #socket: WebSocket;
  readonly #arrived: Wire[] = [];
  readonly #waiting: ((message: Wire) => void)[] = [];
  /** Resolves with the close frame's code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
  #request = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.accept();
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(String(data)) as Wire;
      const next = this.#waiting.shift();
      if (next) next(message);
      else this.#arrived.push(message);
    });
    this.closed = new Promise((resolve) => {
      socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
    });
  }

  static async connect(path: string, headers: Record<string, string> = {}): Promise<Client> {
    const response = await upgrade(path, { "Sec-WebSocket-Protocol": "wamp.2.json", ...headers });
    if (!response.webSocket) throw new Error(`${response.status} ${await response.text()}`);
    return new Client(response.webSocket);
  }

  /** Connects and joins. The WELCOME is taken off the queue. */
  static async join(realm: string): Promise<Client & { readonly session: number }> {
    const client = await Client.connect(`/ws/${realm}`);
    client.send(1, realm, { roles: ALL_ROLES });
    const [code, session] = await client.next();
    if (code !== 2 || typeof session !== "number") throw new Error(`no WELCOME but ${String(code)}`);
    return Object.assign(client, { session });
  }

  send(...wire: unknown[]): void {
    this.#socket.send(JSON.stringify(wire));
  }

  sendRaw(frame: string | ArrayBuffer): void {
    this.#socket.send(frame);
  }

  /** The next message, in order of arrival. */
  next(): Promise<Wire> {
    const arrived = this.#arrived.shift();
    if (arrived) return Promise.resolve(arrived);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Asks something that the router surely answers, and returns all that came before that answer. */
  async soFar(): Promise<Wire[]> {
    this.#request++;
    const request = 1_000_000 + this.#request;
    this.send(34, request, 4_000_000_000); // UNSUBSCRIBE of what nobody holds
    const messages: Wire[] = [];
    for (;;) {
      const message = await this.next();
      if (message[0] === 8 && message[2] === request) return messages;
      messages.push(message);
    }
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason);
  }
}

export function upgrade(path: string, headers: Record<string, string>): Promise<Response> {
  return exports.default.fetch(`http://localhost${path}`, { headers: { Upgrade: "websocket", ...headers } });
}
