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
const WARM_UP = 20_000;
/** What the system buffers for so many sockets is some MB each, of events of some fifty octets. */
const MOST = 400_000;

export interface Growth {
  readonly octets: number;
  readonly published: number;
  /** Of the stalled ones, those that were not dropped in the end. */
  readonly stayed: number;
}

/** Publishes until the last of `count` stalled clients is dropped. @returns how much memory the router took for them at most */
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

  for (let n = 0; n < WARM_UP; n += TURN) await publish();
  await pause(500);
  const usually = await router.server.residentBytes();
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
