/**
 * A canary with a thread of its own: whoever throws much in this process must not make it wait, for then it would tell of
 * that and not of the router. This file is both the one who asks and what runs in the thread.
 */
import { once } from "node:events";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { Canary } from "./canary.ts";

/** What it has to say in the end. */
export interface Song {
  /** Milliseconds that each call took. */
  readonly times: readonly number[];
  readonly wrong: number;
  readonly restarts: number;
}

interface Start {
  readonly port: number;
  /** Milliseconds between two calls. */
  readonly pause: number;
}

export class CanaryThread {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Sings from now on. */
  static async hatch(start: Start): Promise<CanaryThread> {
    const worker = new Worker(import.meta.filename, { workerData: start });
    await once(worker, "message");
    return new CanaryThread(worker);
  }

  /** It is hushed and flies; what it said. */
  async end(): Promise<Song> {
    const song = once(this.#worker, "message") as Promise<[Song]>; // as below
    this.#worker.postMessage("hush");
    const [told] = await song;
    await this.#worker.terminate();
    return told;
  }
}

async function sing({ port, pause }: Start): Promise<void> {
  const canary = await Canary.hatch(port);
  canary.keepSinging(pause);
  parentPort?.postMessage("sings");
  if (parentPort) await once(parentPort, "message");
  await canary.hush();
  const { times, wrong, restarts } = canary;
  await canary.fly();
  parentPort?.postMessage({ times, wrong, restarts } satisfies Song);
}

if (!isMainThread) await sing(workerData as Start); // as given to the thread above
