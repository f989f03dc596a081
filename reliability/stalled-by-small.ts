/**
 * Part of R10: clients that stop reading while many very small events come. The runtime keeps something for every frame that
 * waits, besides its octets, and a bound on octets alone would let it grow to many times of that.
 */
import { Client } from "./client.ts";
import { pause } from "./pace.ts";
import type { Router } from "./router.ts";

const TOPIC = "com.small";
const SMALL = "x".repeat(10);
/** Publications of which only the last is acknowledged. */
const TURN = 200;
const ROUND = 20_000;
/** More of them are not needed for the router to take no more memory than before. */
const ROUNDS = 10;
/** What the system buffers for so many sockets is some MB each, of events of some fifty octets. */
const MOST = 400_000;

export interface Growth {
  readonly octets: number;
  readonly published: number;
  /** Of the stalled ones, those that were not dropped in the end. */
  readonly stayed: number;
}

/** Publishes until the last of `count` stalled clients is dropped. @returns how much more memory than usual the router took for them at most */
export async function growthBySmall(router: Router, count: number): Promise<Growth> {
  const stalled = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = await Client.join(router.port);
      await client.must(32, {}, TOPIC);
      return client;
    }),
  );
  let left = 0;
  const watcher = await Client.join(router.port);
  watcher.onMessage = ([type]) => {
    if (type === 36) left++;
  };
  await watcher.must(32, {}, "wamp.session.on_leave");
  const publisher = await Client.join(router.port);
  const publish = async (): Promise<void> => {
    for (let n = 1; n < TURN; n++) publisher.send([16, publisher.id(), {}, TOPIC, [SMALL]]);
    await publisher.must(16, { acknowledge: true }, TOPIC, [SMALL]);
  };

  /** @returns the most memory meanwhile */
  const publishRound = async (): Promise<number> => {
    let most = 0;
    for (let n = TURN; n <= ROUND; n += TURN) {
      await publish();
      if (n % (10 * TURN) === 0) most = Math.max(most, await router.server.residentBytes());
    }
    return most;
  };
  // What it takes while everybody reads, once it takes no more: the heap of young objects alone grows by some MB.
  let [usually, last] = [0, await publishRound()];
  for (let n = 1; n < ROUNDS && last > 1.02 * usually; n++) {
    usually = Math.max(usually, last);
    last = await publishRound();
  }
  usually = Math.max(usually, last);
  await pause(500);
  for (const { socket } of stalled) socket.pause();
  let [most, published] = [usually, 0];
  while (left < count && published < MOST) {
    await publish();
    published += TURN;
    if (published % (10 * TURN) === 0) most = Math.max(most, await router.server.residentBytes());
  }
  most = Math.max(most, await router.server.residentBytes());
  const growth = { octets: most - usually, published, stayed: count - left };
  for (const client of [...stalled, watcher, publisher]) client.cut();
  return growth;
}
