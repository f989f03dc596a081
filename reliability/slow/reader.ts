/** Clients of R10: what came to each, in which order and how late. */
import { Client, type Wire } from "../client.ts";
import { pause } from "../pace.ts";
import { percentile } from "../row.ts";

/** A client that notes what comes on the two topics. */
export class Reader {
  readonly client: Client;
  readonly ticks: number[] = [];
  readonly bulk: number[] = [];
  readonly late: number[] = [];
  last: Wire = [];

  private constructor(client: Client) {
    this.client = client;
  }

  static async join(port: number, ...topics: string[]): Promise<Reader> {
    const client = await Client.join(port);
    const reader = new Reader(client);
    const subscriptions = new Map<unknown, number[]>();
    client.onMessage = (message) => {
      reader.last = message;
      const [type, subscription, , , args] = message;
      if (type !== 36) return;
      const [n, sent] = args as [number, number];
      subscriptions.get(subscription)?.push(n);
      if (sent > 0) reader.late.push(performance.now() - sent);
    };
    for (const topic of topics) {
      const [, , subscription] = await client.must(32, {}, topic);
      subscriptions.set(subscription, topic === "com.tick" ? reader.ticks : reader.bulk);
    }
    return reader;
  }
}

export const gaps = (seen: readonly number[], from: number) =>
  seen.filter((n, index) => n !== from + index).length;

/** What came to a client that was stalled, once it reads again: nothing out of order, and why it ends. */
export async function isTold(reader: Reader): Promise<boolean> {
  reader.client.socket.resume();
  const code = await Promise.race([reader.client.closed, pause(10_000)]);
  return code === 1008 && reader.last[0] === 6 && gaps(reader.bulk, reader.bulk[0] ?? 0) === 0;
}

/** Milliseconds that the slowest of a hundred events took since this was asked last. */
export const p99 = (readers: readonly Reader[]) =>
  percentile(
    readers.flatMap(({ late }) => late.splice(0)),
    99,
  );
