/** One time that some clients stop reading while much is published, and what comes of it. */
import type { Client } from "../client.ts";
import { pause } from "../pace.ts";
import { plateauOf } from "../plateau.ts";
import type { Router } from "../router.ts";
import { isTold, p99, Reader } from "./reader.ts";

export const CHUNK = "x".repeat(65_536);
/** Milliseconds in which a stalled client must be found out. */
export const DROPPED_WITHIN = 10_000;

/** Publishes a chunk for whoever wants much and a tick for everybody, as fast as they are acknowledged. */
export class Publisher {
  readonly #client: Client;
  readonly #router: Router;
  /** How many of each. */
  count = 0;

  constructor(client: Client, router: Router) {
    this.#client = client;
    this.#router = router;
  }

  /** @returns the most memory that the router held meanwhile */
  async publish(times: number): Promise<number> {
    let most = 0;
    for (let n = 0; n < times; n++) {
      await this.#client.must(16, { acknowledge: true }, "com.bulk", [this.count, 0, CHUNK]);
      await this.#client.must(16, { acknowledge: true }, "com.tick", [this.count, performance.now()]);
      this.count++;
      most = Math.max(most, await this.#router.server.residentBytes());
    }
    await pause(500);
    return most;
  }

  /** The same, and as long, with everybody reading: what is normal. */
  warmUp(times: number): Promise<number> {
    return plateauOf(() => this.publish(times));
  }
}

export const joinAll = (port: number, count: number) =>
  Promise.all(Array.from({ length: count }, () => Reader.join(port, "com.bulk")));

/** What came of one time that some stopped reading. */
export interface Stall {
  /** Octets more than in as long a time before it, with everybody reading. */
  readonly growth: number;
  /** Milliseconds after which the last of them was dropped. */
  readonly dropped: number;
  /** How many were dropped too late, and were not told. */
  readonly late: number;
  readonly untold: number;
  /** Milliseconds that an event took to the healthy ones, without and with them. */
  readonly p99: { readonly without: number; readonly with: number };
}

interface Stalling {
  readonly port: number;
  /** How many stop reading. */
  readonly count: number;
  readonly publisher: Publisher;
  /** How many are published before, and while they read nothing. */
  readonly chunks: number;
  readonly healthy: readonly Reader[];
  readonly left: ReadonlyMap<unknown, number>;
}

export async function stall({ port, count, publisher, chunks, healthy, left }: Stalling): Promise<Stall> {
  const stalled = await joinAll(port, count);
  p99(healthy); // what came before is not asked for
  const usually = await publisher.publish(chunks);
  const without = p99(healthy);
  for (const { client } of stalled) client.socket.pause();
  const began = performance.now();
  const most = await publisher.publish(chunks);
  const times = stalled.map(({ client }) => (left.get(client.session) ?? Number.POSITIVE_INFINITY) - began);
  const told = await Promise.all(stalled.map(isTold));
  return {
    growth: most - usually,
    dropped: Math.max(...times),
    late: times.filter((time) => !(time <= DROPPED_WITHIN)).length,
    untold: told.filter((each) => !each).length,
    p99: { without, with: p99(healthy) },
  };
}
