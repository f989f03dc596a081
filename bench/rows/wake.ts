/**
 * B10: a realm that slept, and the first event after it. A real sleep on bare workerd: ten quiet seconds, after which the
 * object is made anew from sockets and rows. The counters tell that it was.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { InFlight } from "../client/in-flight.ts";
import { Marker } from "../client/mark.ts";
import type { BenchSocket } from "../client/web-socket.ts";
import { readCounters } from "../counted/counters.ts";
import { PLAIN_SPEECH, type Speech } from "../dialect/dialect.ts";
import type { Finding } from "../finding.ts";
import type { Bench, Row } from "../row.ts";
import { Scene } from "../scene.ts";
import { medianOf, rangeOf } from "../statistics.ts";

const SIZES = [1_000, 5_000];
const SUBSCRIPTIONS = 10; // of each session
/** Five until the alarm has written down what sleep would lose, ten of quiet, and some to spare. */
const ASLEEP_MS = 17_000;
const MOST_ROUNDS = 3;
/** Sessions that subscribe at once. */
const SUBSCRIBING = 32;
const JUDGED = 1_000;

/** Batched, so that a session's subscriptions are one turn: how they came to be is not what is measured. */
const SPEECH: Speech = { ...PLAIN_SPEECH, batched: "everybody" };

export function wake(sessions?: number): Row {
  return {
    id: "B10",
    async *run(bench) {
      for (const size of sessions === undefined ? SIZES : [sessions]) yield await ofSize(bench, size);
    },
  };
}

async function ofSize({ contenders, plan }: Bench, sessions: number): Promise<Finding> {
  const scene = await Scene.open(contenders.get("counted", SPEECH));
  try {
    const { dialect } = scene;
    const marker = new Marker(0);
    const watcher = await scene.join("subscriber");
    const publisher = await scene.join("publisher");
    const load = new InFlight(1, (request) =>
      publisher.send(dialect.publish(request, marker.payload(request))),
    );
    watcher.onMessage = (message) => load.answered(Number(dialect.event(message).payload.slice(2, 12)));
    /** Milliseconds from one publication to its event. */
    const first = async (): Promise<number> => {
      const start = performance.now();
      await scene.during(load.run(0));
      return performance.now() - start;
    };

    const crowd = await scene.during(scene.joinMany("nobody", sessions));
    for (let at = 0; at < crowd.length; at += SUBSCRIBING) {
      const group = crowd.slice(at, at + SUBSCRIBING).map((socket, place) => hold(scene, socket, at + place));
      await scene.during(Promise.all(group));
    }
    await first();
    const [asleep, awake]: [number[], number[]] = [[], []];
    for (let round = 0; round < Math.min(plan.rounds, MOST_ROUNDS); round++) {
      const { wakes } = await readCounters(scene.server);
      await scene.during(sleep(ASLEEP_MS));
      asleep.push(await first());
      if ((await readCounters(scene.server)).wakes !== wakes + 1) throw new Error("the realm did not sleep");
      awake.push(await first());
    }
    return {
      id: "B10",
      work: `wake with ${count(sessions)} sessions, ${count(sessions * SUBSCRIPTIONS)} subscriptions`,
      unit: "ms",
      first: ["first event", medianOf(asleep)],
      second: ["next event", medianOf(awake)],
      spread: rangeOf(asleep),
      ...(sessions === JUDGED && { target: { atMost: 50 } }),
      details: { "us for each session": ((medianOf(asleep) / sessions) * 1_000).toFixed(1) },
      point: { series: "first event, bare workerd", x: sessions, y: medianOf(asleep) },
    };
  } finally {
    await scene.close();
  }
}

/** The session subscribes to topics of its own. */
async function hold({ dialect }: Scene, socket: BenchSocket, index: number): Promise<void> {
  const done = Promise.withResolvers<void>();
  let answered = 0;
  socket.onMessage = (message) => {
    answered++;
    if (dialect.subscribed(message) !== answered) done.reject(new Error("subscriptions out of order"));
    if (answered === SUBSCRIPTIONS) done.resolve();
  };
  for (let request = 1; request <= SUBSCRIPTIONS; request++) {
    socket.send(dialect.subscribe(request, `com.example.device${index}.topic${request}`));
  }
  await done.promise;
}

function count(value: number): string {
  return value.toLocaleString("en-GB");
}
