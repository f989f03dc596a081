/**
 * A TCP proxy that can lose the network: from then on nothing gets through in either direction and nobody is told, as when
 * a device drives into a tunnel. Neither end sees the connection close.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

export class SwallowingProxy {
  readonly #server: Server;
  readonly #target: () => number;
  /** Both ends of the connections that still carry. */
  readonly #alive = new Set<readonly [Socket, Socket]>();
  /** Ends of those that do not. */
  readonly #lost: Socket[] = [];

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((near) => this.#join(near));
  }

  /** @param target the port of 127.0.0.1 to pass on to */
  static async start(target: () => number): Promise<SwallowingProxy> {
    const proxy = new SwallowingProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the proxy does not listen");
    return address.port;
  }

  /** Every connection through this proxy goes silent, for good; later ones are carried. @returns how many */
  swallow(): number {
    for (const pair of this.#alive) {
      for (const end of pair) {
        end.unpipe();
        end.pause();
        this.#lost.push(end);
      }
    }
    const count = this.#alive.size;
    this.#alive.clear();
    return count;
  }

  async end(): Promise<void> {
    for (const end of [...this.#lost, ...[...this.#alive].flat()]) end.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    const far = connect(this.#target(), "127.0.0.1");
    const pair = [near, far] as const;
    this.#alive.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => {}); // the close that follows is what counts
      from.on("close", () => {
        if (this.#alive.delete(pair)) to.destroy();
      });
    }
  }
}
