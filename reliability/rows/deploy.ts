/** R6: the router goes away and comes back, as with a deploy. Stock clients find their place, and the history fills the gap. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, CODECS } from "../client.ts";
import { autobahnDevice, type Device, NEWS, plainDevice, wampyDevice } from "../devices.ts";
import { pause, until } from "../pace.ts";
import { Router } from "../router.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";
import { SwallowingProxy } from "../swallowing-proxy.ts";

const SIZES: Readonly<Record<Extent, { readonly restarts: number; readonly devices: number }>> = {
  ci: { restarts: 3, devices: 50 },
  full: { restarts: 50, devices: 200 },
};
/** Of five devices one is autobahn's and one wampy's. */
const KINDS = 5;
const REALM = openRealm("realm1", { eventHistory: [{ uri: NEWS, limit: 10_000, octets: 16_777_216 }] });

/** Publishes numbers, again and again on a connection of its own; those that were acknowledged must reach everybody. */
class Publisher {
  readonly acknowledged: number[] = [];
  readonly #port: number;
  #over = false;
  #last = 0;

  constructor(port: number) {
    this.#port = port;
  }

  async run(): Promise<void> {
    while (!this.#over) {
      const client = await Client.join(this.#port, { patience: 5_000 }).catch(() => undefined);
      let gone = client === undefined;
      void client?.closed.then(() => (gone = true));
      while (client && !gone && !this.#over) {
        const number = ++this.#last;
        const answer = await Promise.race([
          client.ask(16, { acknowledge: true }, NEWS, [number]),
          client.closed,
        ]);
        if (typeof answer !== "number" && answer[0] === 17) this.acknowledged.push(number);
        await pause(20);
      }
      await pause(50);
      if (this.#over) client?.cut();
    }
  }

  end(): void {
    this.#over = true;
  }
}

/** @returns how many devices do not answer at their own procedure */
async function unreachable(port: number, devices: readonly Device[]): Promise<number> {
  const caller = await Client.join(port);
  const answers = await Promise.all(
    devices.map(({ procedure }) => caller.ask(48, { timeout: 5_000 }, procedure)),
  );
  await caller.close();
  return answers.filter(([type]) => type !== 50).length;
}

export const deploy: Row = {
  id: "R6",
  title: "the router restarts under devices of autobahn-js, wampy and plain sockets",

  async run(extent): Promise<Outcome> {
    const { restarts, devices: count } = SIZES[extent];
    const router = await Router.start({ REALMS: [REALM] });
    let port = router.port;
    // Clients come back to the address that they know.
    const front = await SwallowingProxy.start(() => port);
    const publisher = new Publisher(front.port);
    const devices: Device[] = [];
    try {
      const first = await Client.join(router.port);
      const [, , , [history = 0]] = (await first.must(48, {}, "wamp.subscription.lookup", [NEWS])) as [
        0,
        0,
        0,
        [number],
      ];
      await first.close();
      for (let index = 0; index < count; index++) {
        if (index % KINDS === 0) devices.push(autobahnDevice(index, front.port, history));
        else if (index % KINDS === 1) devices.push(await wampyDevice(index, front.port, history));
        else devices.push(plainDevice(index, front.port, history, CODECS[index % CODECS.length] ?? "json"));
      }
      const readySince = (when: number) => devices.filter(({ ready }) => ready > when).length;
      await until(() => readySince(0) === count, { progress: () => readySince(0), patience: 10_000 });
      const publishing = publisher.run();
      const back: number[] = [];
      let [absent, silent] = [0, 0];
      for (let restart = 0; restart < restarts; restart++) {
        await pause(500);
        const down = performance.now();
        await router.kill();
        await router.restart();
        ({ port } = router);
        const up = performance.now();
        await until(() => readySince(down) === count, { progress: () => readySince(down), patience: 15_000 });
        back.push(...devices.filter(({ ready }) => ready > down).map(({ ready }) => ready - up));
        absent += count - readySince(down);
        silent += await unreachable(front.port, devices);
      }
      publisher.end();
      await publishing;
      await pause(300);
      const lost = devices.reduce(
        (sum, { seen }) => sum + publisher.acknowledged.filter((number) => !seen.has(number)).length,
        0,
      );
      return {
        done: { restarts, devices: count, "publications acknowledged": publisher.acknowledged.length },
        faults: {
          "did not come back": absent,
          "not reachable afterwards": silent,
          "registrations refused": devices.reduce((sum, { refused }) => sum + refused, 0),
          "events lost": lost,
        },
        figures: { "back p95": atMost(percentile(back, 95), 5_000) },
      };
    } finally {
      publisher.end();
      await Promise.all(devices.map((device) => device.end()));
      await front.end();
      await router.end();
    }
  },
};
