/** R10: clients that stop reading while everybody else reads on: they are told and gone, and hold little until they are. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, type Wire } from "../client.ts";
import { plateauOf } from "../plateau.ts";
import { Router } from "../router.ts";
import { atMost, type Figure, median, type Outcome, percentile, type Row } from "../row.ts";
import { StalledBySmall } from "../stalled-by-small.ts";

const STALLED = 5;
const HEALTHY = 95;
/** Of the healthy ones, those that want what the stalled ones do not read. */
const BULK_READERS = 5;
const CROWD = 100;
const CHUNK = "x".repeat(65_536);
const MEBI = 1_048_576;
/** Times that they stop reading: the heap has steps of its own, so that one time says little. */
const TIMES = 3;
/** Octets offered to all stalled ones together, each time. */
const OFFERED = { full: 500_000_000, ci: 50_000_000 };
/** Chunks published while a hundred are stalled. */
const FOR_CROWD = 120;
/** Chunks in one round of warm-up, at least. */
const LEAST_WARM_UP = 400;
/** Milliseconds in which a stalled client must be found out. */
const DROPPED_WITHIN = 10_000;

/** A client that notes what comes on the two topics. */
class Reader {
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

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const gaps = (seen: readonly number[], from: number) => seen.filter((n, index) => n !== from + index).length;

/** Publishes a chunk for whoever wants much and a tick for everybody, as fast as they are acknowledged. */
class Publisher {
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
    await sleep(500);
    return most;
  }

  /** The same, and as long, with everybody reading: what is normal. */
  warmUp(times: number): Promise<number> {
    return plateauOf(() => this.publish(times));
  }
}

/** What came to a client that was stalled, once it reads again: nothing out of order, and why it ends. */
async function isTold(reader: Reader): Promise<boolean> {
  reader.client.socket.resume();
  const code = await Promise.race([reader.client.closed, sleep(10_000)]);
  return code === 1008 && reader.last[0] === 6 && gaps(reader.bulk, reader.bulk[0] ?? 0) === 0;
}

/** Session id to when it left, from when this is asked on. */
async function watchLeaving(port: number): Promise<ReadonlyMap<unknown, number>> {
  const watcher = await Client.join(port);
  const left = new Map<unknown, number>();
  watcher.onMessage = ([type, , , , args]) => {
    if (type === 36) left.set((args as unknown[])[0], performance.now());
  };
  await watcher.must(32, {}, "wamp.session.on_leave");
  return left;
}

const p99 = (readers: readonly Reader[]) =>
  percentile(
    readers.flatMap(({ late }) => late.splice(0)),
    99,
  );
const joinAll = (port: number, count: number) =>
  Promise.all(Array.from({ length: count }, () => Reader.join(port, "com.bulk")));

/** What came of one time that some stopped reading. */
interface Stall {
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
  readonly publisher: Publisher;
  /** How many are published before, and while they read nothing. */
  readonly chunks: number;
  readonly healthy: readonly Reader[];
  readonly left: ReadonlyMap<unknown, number>;
}

async function stall({ port, publisher, chunks, healthy, left }: Stalling): Promise<Stall> {
  const stalled = await joinAll(port, STALLED);
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

async function stallSome(router: Router, offered: number): Promise<Outcome> {
  const { port } = router;
  const healthy = await Promise.all(
    Array.from({ length: HEALTHY }, (_, n) =>
      Reader.join(port, "com.tick", ...(n < BULK_READERS ? ["com.bulk"] : [])),
    ),
  );
  const publisher = new Publisher(await Client.join(port), router);
  const left = await watchLeaving(port);
  const chunks = Math.round(offered / STALLED / CHUNK.length);

  await publisher.warmUp(Math.max(chunks, LEAST_WARM_UP));
  const stalls: Stall[] = [];
  for (let n = 0; n < TIMES; n++) stalls.push(await stall({ port, publisher, chunks, healthy, left }));
  const readers = healthy.slice(0, BULK_READERS);
  const cutBefore = healthy.filter(({ client }) => client.socket.readyState !== 1).length;

  const crowd = await joinAll(port, CROWD);
  const usuallyCrowded = await publisher.warmUp(FOR_CROWD);
  for (const { client } of crowd) client.socket.pause();
  const mostCrowded = await publisher.publish(FOR_CROWD);
  const here = crowd.filter(({ client }) => !left.has(client.session)).length;
  for (const { client } of crowd) client.cut();

  const { count } = publisher;
  const cut = healthy.filter(({ client }) => client.socket.readyState !== 1);
  const usual = median(stalls.map((each) => each.p99.without));
  const during = median(stalls.map((each) => each.p99.with));
  const missing = (seen: readonly number[]) => count - seen.length + gaps(seen, 0);
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    done: {
      "MB offered to the stalled": Math.round((TIMES * STALLED * chunks * CHUNK.length) / 1_000_000),
      stalled: STALLED,
      healthy: HEALTHY,
      "stalled together": CROWD,
    },
    faults: {
      "lost to healthy ones": sum(healthy.map((reader) => missing(reader.ticks))),
      "chunks lost to healthy ones": sum(readers.map((reader) => missing(reader.bulk))),
      "not dropped in time": sum(stalls.map(({ late }) => late)),
      "not told": sum(stalls.map(({ untold }) => untold)),
      "of the crowd not dropped": here,
      "healthy ones cut by 5 stalled": cutBefore,
      "healthy ones cut among 100 stalled": cut.length - cutBefore,
    },
    figures: {
      [`growth by 5 stalled, median of ${TIMES}`]: memory(
        median(stalls.map(({ growth }) => growth)),
        STALLED * 1.5,
      ),
      "growth by 100 stalled": memory(mostCrowded - usuallyCrowded, 32),
      "last dropped after": atMost(Math.max(...stalls.map(({ dropped }) => dropped)), DROPPED_WITHIN),
      "p99 without": { value: `${usual.toFixed(1)} ms`, met: true },
      "p99 with": { value: `${during.toFixed(1)} ms`, target: "<= 2x", met: during <= 2 * usual },
    },
  };
}

function memory(octets: number, most: number): Figure {
  const mebi = octets / MEBI;
  return { value: `${mebi.toFixed(1)} MiB`, target: `<= ${most} MiB`, met: mebi <= most };
}

export const slowConsumer: Row = {
  id: "R10",
  title: `${STALLED} of ${STALLED + HEALTHY} stop reading, then ${CROWD} at once`,

  async run(extent) {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      const small = await StalledBySmall.join(router, STALLED);
      const growths = await small.growths(TIMES);
      await router.kill();
      await router.restart();
      const { done, faults, figures } = await stallSome(router, OFFERED[extent]);
      return {
        done: { ...done, "small events published": small.published },
        faults: { ...faults, "not dropped while small events came": small.stayed },
        figures: {
          ...figures,
          [`growth by 5 stalled with small events, median of ${TIMES}`]: memory(
            median(growths),
            STALLED * 1.5,
          ),
        },
      };
    } finally {
      await router.end();
    }
  },
};
