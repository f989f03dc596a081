/** R10: clients that stop reading while everybody else reads on: they are told and gone, and hold little until they are. */
import { openRealm } from "../../test/open-realm.ts";
import { Client } from "../client.ts";
import { Router } from "../router.ts";
import { atMost, type Figure, median, type Outcome, type Row } from "../row.ts";
import { StalledBySmall } from "../slow/by-small.ts";
import { gaps, Reader } from "../slow/reader.ts";
import { CHUNK, DROPPED_WITHIN, joinAll, Publisher, type Stall, stall } from "../slow/stall.ts";

const STALLED = 5;
const HEALTHY = 95;
/** Of the healthy ones, those that want what the stalled ones do not read. */
const BULK_READERS = 5;
const CROWD = 100;
const MEBI = 1_048_576;
/** Times that they stop reading: the heap has steps of its own, so that one time says little. */
const TIMES = 3;
/** Octets offered to all stalled ones together, each time. */
const OFFERED = { full: 500_000_000, ci: 50_000_000 };
/** Chunks published while a hundred are stalled. */
const FOR_CROWD = 120;
/** Chunks in one round of warm-up, at least. */
const LEAST_WARM_UP = 400;

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
  for (let n = 0; n < TIMES; n++)
    stalls.push(await stall({ port, count: STALLED, publisher, chunks, healthy, left }));
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
