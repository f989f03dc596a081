/** One contender at work on one row: its process, the sockets joined to it, and the first thing that went wrong. */
import type { BenchSocket } from "./client/web-socket.ts";
import type { Contender } from "./contender.ts";
import type { Dialect, Role } from "./dialect/dialect.ts";
import type { Server } from "./runtime/server.ts";

/** Joins that may be under way at once. */
const JOINING = 32;

export class Scene {
  readonly name: string;
  readonly dialect: Dialect;
  readonly server: Server;
  /** Bytes of a payload. */
  readonly payload: number;
  readonly #sockets = new Set<BenchSocket>();
  /** Bytes of those that have left. */
  #bytesLeft = 0;
  readonly #fault = Promise.withResolvers<never>();

  static async open(contender: Contender, { inspect } = { inspect: false }): Promise<Scene> {
    return new Scene(contender, await contender.start(inspect));
  }

  private constructor({ name, dialect, payload }: Contender, server: Server) {
    this.name = name;
    this.payload = payload;
    this.dialect = dialect;
    this.server = server;
    this.#fault.promise.catch(() => {}); // heard in `during`
  }

  async join(role: Role, index = 0): Promise<BenchSocket> {
    const socket = await this.dialect.join(this.server.port, role, index);
    socket.onFault = (fault) => {
      this.#fault.reject(new Error(`${this.name}, ${role} ${index}: ${fault.message}`, { cause: fault }));
    };
    this.#sockets.add(socket);
    return socket;
  }

  async joinMany(role: Role, count: number): Promise<BenchSocket[]> {
    const joined: BenchSocket[] = [];
    while (joined.length < count) {
      const group = Array.from({ length: Math.min(JOINING, count - joined.length) }, (_, place) =>
        this.join(role, joined.length + place),
      );
      joined.push(...(await Promise.all(group)));
    }
    return joined;
  }

  /** The socket closes; who listens at the other end hears of it later. */
  leave(socket: BenchSocket): void {
    this.#sockets.delete(socket);
    this.#bytesLeft += socket.bytes;
    socket.close();
  }

  /** @throws as soon as any socket of the scene has a fault. */
  during<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#fault.promise]);
  }

  /** Bytes of WebSocket frames so far, in both directions, of everybody joined. */
  get bytes(): number {
    let sum = this.#bytesLeft;
    for (const socket of this.#sockets) sum += socket.bytes;
    return sum;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await this.server.stop();
  }
}
