/** A bystander who must not notice what others do: asks another bystander, again and again, and measures how long it takes. */
import { Client } from "./client.ts";

const PROCEDURE = "com.canary.echo";

export class Canary {
  readonly #caller: Client;
  readonly #callee: Client;
  readonly #sessions: readonly number[];
  readonly times: number[] = [];
  /** Answers that were wrong. */
  wrong = 0;
  #count = 0;
  #singing: Promise<void> | undefined;
  #over = false;

  private constructor(caller: Client, callee: Client) {
    this.#caller = caller;
    this.#callee = callee;
    this.#sessions = [caller.session, callee.session];
  }

  static async hatch(port: number): Promise<Canary> {
    const [caller, callee] = [
      await Client.join(port, { codec: "msgpack" }),
      await Client.join(port, { codec: "cbor" }),
    ];
    callee.onMessage = ([type, request, , , args]) => {
      if (type === 68) callee.send([70, request, {}, args]);
    };
    await callee.must(64, {}, PROCEDURE);
    return new Canary(caller, callee);
  }

  /** One call; its time counts. */
  async sing(): Promise<void> {
    const note = ++this.#count;
    const began = performance.now();
    const [, , , args] = await this.#caller.must(48, {}, PROCEDURE, [note]);
    this.times.push(performance.now() - began);
    if ((args as unknown[])[0] !== note) this.wrong++;
  }

  /** Goes on by itself, a call every so many milliseconds, until `hush`. */
  keepSinging(pause: number): void {
    this.#singing = (async () => {
      while (!this.#over) {
        await this.sing();
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    })();
    this.#singing.catch(() => {
      this.wrong++;
    });
  }

  async hush(): Promise<void> {
    this.#over = true;
    await this.#singing?.catch(() => {});
  }

  /** 1 where either was cut off: then the object is not the one that they joined. */
  get restarts(): number {
    const sockets = [this.#caller.socket, this.#callee.socket];
    const isAlive =
      sockets.every(({ readyState }) => readyState === 1) && this.#sessions[0] === this.#caller.session;
    return isAlive ? 0 : 1;
  }

  async fly(): Promise<void> {
    await this.hush();
    await Promise.all([this.#caller.close(), this.#callee.close()]);
  }
}
