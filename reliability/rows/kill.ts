/** R7: `kill -9` under load, over and over: whatever was acknowledged is there afterwards, and the file is sound. */
import { ADMIN_SECRET } from "../../test/fleet-realm.ts";
import { openRealm } from "../../test/open-realm.ts";
import { Client } from "../client.ts";
import { eachDatabase } from "../disk.ts";
import { pause, random } from "../pace.ts";
import { Router } from "../router.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";

const CYCLES: Readonly<Record<Extent, number>> = { ci: 5, full: 100 };
/** Publications that are acknowledged in each cycle before the kill; it comes while further ones are under way. */
const ACKNOWLEDGED = 500;
const PUBLISHERS = 4;
const TOPICS = 50;
const DEVICES = 5;
const KEPT = 1_000;

const REALM = openRealm("realm1", { eventHistory: [{ uri: "com.history", limit: KEPT }] });
const VARS = { REALMS: [{ ...REALM, roles: [...REALM.roles, { name: "device" }] }], ADMIN: {}, ADMIN_SECRET };

/** What the router promised to keep. */
class Promised {
  /** Topic to the number of the last event of it that was acknowledged as retained. */
  readonly retained = new Map<string, number>();
  /** Numbers of the events that were acknowledged into the history. */
  readonly history: number[] = [];
  readonly devices: string[] = [];
  /** The last number that was given to an event. */
  last = 0;
  acknowledged = 0;
}

/** Publishes until the socket is gone. */
async function publish(client: Client, promised: Promised): Promise<void> {
  let gone = false;
  void client.closed.then(() => (gone = true));
  while (!gone) {
    const number = ++promised.last;
    const topic = number % 2 === 0 ? "com.history" : `com.retained.${number % TOPICS}`;
    const options = { acknowledge: true, retain: number % 2 === 1 };
    const answer = await Promise.race([client.ask(16, options, topic, [number]), client.closed]);
    if (typeof answer === "number" || answer[0] !== 17) continue;
    promised.acknowledged++;
    if (number % 2 === 0) promised.history.push(number);
    else promised.retained.set(topic, Math.max(number, promised.retained.get(topic) ?? 0));
  }
}

async function addDevices(port: number, cycle: number, promised: Promised): Promise<void> {
  for (let n = 0; n < DEVICES; n++) {
    const authid = `device-${cycle}-${n}`;
    const response = await fetch(`http://127.0.0.1:${port}/api/realms/realm1/devices`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_SECRET}`, "Content-Type": "application/json" },
      body: JSON.stringify({ authid, role: "device", method: "ticket" }),
    }).catch(() => undefined); // the kill came first
    if (response?.status === 201) promised.devices.push(authid);
  }
}

/** @returns how much of what was promised is not there */
async function missing(client: Client, port: number, promised: Promised): Promise<number> {
  let lost = 0;
  const retained = new Map<string, number>();
  client.onMessage = ([, , , details, args]) => {
    retained.set((details as { topic: string }).topic, (args as [number])[0]); // as publish() sends them
  };
  await client.must(32, { match: "prefix", get_retained: true }, "com.retained.");
  const [, , , [id]] = (await client.must(48, {}, "wamp.subscription.lookup", ["com.history"])) as [
    0,
    0,
    0,
    [number],
  ];
  const answer = await client.must(48, {}, "wamp.subscription.get_events", [id]);
  // One publisher's event may have been written though its acknowledgement died with the router: newer is not lost.
  for (const [topic, number] of promised.retained) if ((retained.get(topic) ?? 0) < number) lost++;
  const kept = new Set((answer[3] as { args: [number] }[]).map(({ args: [number] }) => number));
  // Publishers overtake each other by a few numbers; before that the history has forgotten.
  const oldest = Math.min(...kept) + 2 * PUBLISHERS;
  for (const number of promised.history) if (number > oldest && !kept.has(number)) lost++;
  if (promised.history.length > 0 && kept.size < Math.min(KEPT, promised.history.length)) lost++;
  const last = promised.devices.slice(-DEVICES);
  for (const authid of last) {
    const url = `http://127.0.0.1:${port}/api/realms/realm1/devices/${authid}`;
    const { status } = await fetch(url, { headers: { Authorization: `Bearer ${ADMIN_SECRET}` } });
    if (status !== 200) lost++;
  }
  return lost;
}

/** `PRAGMA quick_check` of every database, as the next start would find it. @returns how many are not sound */
async function unsound(disk: string): Promise<number> {
  let faulty = 0;
  await eachDatabase(disk, (database) => {
    const [row] = database.prepare("PRAGMA quick_check").all();
    if (row?.quick_check !== "ok") faulty++;
  });
  return faulty;
}

export const kill: Row = {
  id: "R7",
  title: "kill -9 while retained events, history and devices are being written",

  async run(extent): Promise<Outcome> {
    const next = random(7);
    const promised = new Promised();
    const ready: number[] = [];
    const router = await Router.start(VARS);
    let [lost, damaged, devices] = [0, 0, 0];
    try {
      for (let cycle = 0; cycle < CYCLES[extent]; cycle++) {
        const clients: Client[] = [];
        for (let n = 0; n < PUBLISHERS; n++) clients.push(await Client.join(router.port));
        const writing = clients.map((client) => publish(client, promised));
        const target = promised.acknowledged + ACKNOWLEDGED;
        const adding = addDevices(router.port, cycle, promised);
        while (promised.acknowledged < target) await pause(2);
        await pause(next(20));
        await router.kill();
        await Promise.all([...writing, adding]);
        damaged += await unsound(router.disk);
        const began = performance.now();
        await router.restart();
        const client = await Client.join(router.port);
        ready.push(performance.now() - began);
        lost += await missing(client, router.port, promised);
        devices = promised.devices.length;
        await client.close();
      }
      return {
        done: {
          kills: CYCLES[extent],
          "acknowledged publications": promised.acknowledged,
          "devices added": devices,
        },
        faults: { "acknowledged and lost": lost, "files not sound": damaged },
        figures: { "ready p99": atMost(percentile(ready, 99), 200) },
      };
    } finally {
      await router.end();
    }
  },
};
