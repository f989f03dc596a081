/**
 * One client in each of many realms, who asks its realm something again and again. They have a thread of their own, so that
 * what this process does to another realm keeps only the router busy, and not those who watch the time.
 */
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Client } from "./client.ts";
import { pause } from "./pace.ts";

/** Milliseconds between two calls of one bystander. */
const PACE = 250;

interface Start {
  readonly port: number;
  readonly realms: readonly string[];
}

/** What the thread answers. */
interface Answer {
  /** Milliseconds that the calls took since the last answer. */
  readonly times: readonly number[];
  /** Wrong answers, missing ones, and connections that were cut; counted at the end. */
  readonly errors: number;
}

export class Bystanders {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** They ask from now on. */
  static async join(start: Start): Promise<Bystanders> {
    const worker = new Worker(import.meta.filename, { workerData: start });
    await once(worker, "message");
    return new Bystanders(worker);
  }

  /** The times since the last one who asked. */
  async take(): Promise<readonly number[]> {
    return (await this.#ask("take")).times;
  }

  async end(): Promise<number> {
    const { errors } = await this.#ask("end");
    await this.#worker.terminate();
    return errors;
  }

  async #ask(what: "take" | "end"): Promise<Answer> {
    const answer = once(this.#worker, "message") as Promise<[Answer]>; // as the thread below posts it
    this.#worker.postMessage(what);
    return (await answer)[0];
  }
}

class Watch {
  readonly #clients: readonly Client[];
  readonly #asking: Promise<unknown>;
  #times: number[] = [];
  #errors = 0;
  #over = false;

  constructor(clients: readonly Client[]) {
    this.#clients = clients;
    const asking = clients.map((client, index) => this.#keepAsking(client, (index / clients.length) * PACE));
    this.#asking = Promise.all(asking);
  }

  take(): Answer {
    const times = this.#times;
    this.#times = [];
    return { times, errors: this.#errors };
  }

  async end(): Promise<Answer> {
    this.#over = true;
    await Promise.race([this.#asking, pause(5_000)]);
    for (const { unanswered, socket } of this.#clients) {
      this.#errors += unanswered + (socket.readyState === 1 ? 0 : 1);
    }
    for (const client of this.#clients) client.cut();
    return this.take();
  }

  async #keepAsking(client: Client, offset: number): Promise<void> {
    await pause(offset);
    while (!this.#over) {
      const began = performance.now();
      const answer = await client.ask(48, {}, "wamp.session.count");
      this.#times.push(performance.now() - began);
      if (answer[0] !== 50) this.#errors++;
      await pause(PACE);
    }
  }
}

async function watch({ port, realms }: Start): Promise<void> {
  const clients: Client[] = [];
  for (const realm of realms) clients.push(await Client.join(port, { realm, path: `/ws/${realm}` }));
  const watching = new Watch(clients);
  parentPort?.on("message", async (what) =>
    parentPort?.postMessage(what === "end" ? await watching.end() : watching.take()),
  );
  parentPort?.postMessage("watching");
}

if (!isMainThread) await watch(workerData as Start); // as given to the thread above
