/** What single acts of devices cost in requests, rows and CPU time, counted on the counted router. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Contenders } from "../contender.ts";
import { difference, readCounters } from "../counted/counters.ts";
import type { Tally } from "../counted/tally.ts";
import { PLAIN_SPEECH } from "../dialect/dialect.ts";
import { calls } from "../rows/call.ts";
import { fanOut } from "../rows/fan-out.ts";
import { Scene } from "../scene.ts";

/** Of one act, on average. */
export interface Counted extends Pick<Tally, "workerRequests" | "requests" | "rowsWritten" | "rowsRead"> {
  readonly messages: number;
  readonly alarmsSet: number;
  /** CPU time of the whole process: an upper bound of what the object runs. */
  readonly seconds: number;
}

export interface Counters {
  /** A device connects and registers a procedure. */
  readonly connect: Counted;
  /** It goes again. */
  readonly leave: Counted;
  /** It publishes, and one back end hears it. */
  readonly publish: Counted;
  /** A back end calls it, and it answers. */
  readonly call: Counted;
  /** In a quiet time with everybody connected, once the realm sleeps. */
  readonly idle: Readonly<Tally>;
  readonly idleSeconds: number;
  /** Clients that were connected in it. */
  readonly connected: number;
  /** Octets of the database with all devices connected. */
  readonly databaseSize: number;
}

const DEVICES = 200;
/** A publisher and a subscriber, a caller and a callee. */
const OTHERS = 4;
const SECONDS = 5;
const QUIET_MS = 17_000;
const IDLE_MS = 20_000;

export async function countActs(contenders: Contenders): Promise<Counters> {
  const scene = await Scene.open(contenders.get("counted", PLAIN_SPEECH));
  try {
    const entrants = [{ name: "counted", speech: PLAIN_SPEECH }] as const;
    const publishing = await scene.during(fanOut({ subscribers: 1 }, { entrants }).prepare(scene));
    const calling = await scene.during(calls({ callers: 1 }, { entrants }).prepare(scene));
    await scene.during(publishing(0));
    await scene.during(calling(0));

    const { dialect } = scene;
    const devices: Awaited<ReturnType<Scene["join"]>>[] = [];
    const connect = await count(scene, async () => {
      devices.push(...(await scene.joinMany("nobody", DEVICES)));
      await Promise.all(
        devices.map(async (socket, at) => {
          const done = Promise.withResolvers<void>();
          socket.onMessage = (message) => {
            dialect.registered(message);
            done.resolve();
          };
          socket.send(dialect.register(1, `com.example.device${at}.command`));
          await done.promise;
        }),
      );
      return DEVICES;
    });
    const publish = await count(scene, () => publishing(SECONDS));
    const call = await count(scene, () => calling(SECONDS));
    const { databaseSize } = await readCounters(scene.server);

    await scene.during(sleep(QUIET_MS));
    const quiet = await readCounters(scene.server);
    await scene.during(sleep(IDLE_MS));
    const idle = difference(quiet, await readCounters(scene.server));
    await scene.during(publishing(0)); // one publication wakes it
    const { wakes } = difference(quiet, await readCounters(scene.server));
    if (wakes !== 1) throw new Error(`the idle realm did not sleep: it was made ${wakes} times`);

    const leave = await count(scene, async () => {
      for (const socket of devices) scene.leave(socket);
      await sleep(2_000);
      return DEVICES;
    });
    const connected = devices.length + OTHERS;
    return { connect, leave, publish, call, idle, idleSeconds: IDLE_MS / 1_000, connected, databaseSize };
  } finally {
    await scene.close();
  }
}

async function count(scene: Scene, act: () => Promise<number>): Promise<Counted> {
  const [before, cpu] = [await readCounters(scene.server), await scene.server.cpuSeconds()];
  const units = await scene.during(act());
  const counted = difference(before, await readCounters(scene.server));
  return {
    workerRequests: counted.workerRequests / units,
    requests: counted.requests / units,
    messages: counted.messages / units,
    alarmsSet: counted.alarmsSet / units,
    rowsWritten: counted.rowsWritten / units,
    rowsRead: counted.rowsRead / units,
    seconds: ((await scene.server.cpuSeconds()) - cpu) / units,
  };
}
