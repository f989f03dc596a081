/** R5: the object goes with its sockets, or a handler throws: everybody comes back and finds what was kept, nobody's ghost stays. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, CODECS, type Wire } from "../client.ts";
import { type House, openHouse } from "../house.ts";
import type { Extent, Outcome, Row } from "../row.ts";

const CLIENTS = 10;
const TIMES: Readonly<Record<Extent, number>> = { ci: 50, full: 1_000 };
const KEPT = 20;

interface Faults {
  refused: number;
  ghosts: number;
  missing: number;
  "kept otherwise": number;
  "others disturbed": number;
  "fault not told": number;
}

async function appear(house: House, index: number, faults: Faults): Promise<Client> {
  const client = await Client.join(house.port, { codec: CODECS[index % CODECS.length] ?? "json" });
  const answers = [
    await client.ask(32, {}, "com.news"),
    await client.ask(64, {}, `com.client.n${index}`),
    await client.ask(48, {}, "wamp.session.add_testament", ["com.will", [index], {}]),
  ];
  faults.refused += answers.filter(([type]) => type === 8).length;
  return client;
}

/** What is kept of events, as somebody is told of it. */
async function kept(client: Client): Promise<string> {
  const events: unknown[] = [];
  client.onMessage = ([, , , details, args]) => {
    if ((details as { retained?: boolean }).retained) events.push(args); // a live one may still be on its way
  };
  const [, , subscription] = await client.must(32, { match: "prefix", get_retained: true }, "com.kept.");
  const [, , , [history]] = (await client.must(48, {}, "wamp.subscription.lookup", ["com.news"])) as [
    number,
    number,
    object,
    [number],
  ];
  const answer: Wire = await client.must(48, {}, "wamp.subscription.get_events", [history]);
  client.onMessage = () => {};
  await client.must(34, subscription);
  return JSON.stringify([events, answer[3]]);
}

/** Whether exactly these are there, by the realm's own word. */
async function count(clients: readonly Client[], faults: Faults): Promise<void> {
  const answer = await clients[0]?.must(48, {}, "wamp.session.list");
  const [listed] = (answer?.[3] ?? [[]]) as [number[]];
  const there = new Set(clients.map(({ session }) => session));
  faults.ghosts += listed.filter((session) => !there.has(session)).length;
  faults.missing += [...there].filter((session) => !listed.includes(session)).length;
}

/** The handler of one client's message throws: a table that it reads is gone for that moment. */
async function stumble(house: House, clients: readonly Client[], faults: Faults): Promise<number> {
  const victim = clients[0];
  if (!victim) return -1;
  await house.sql("ALTER TABLE retained RENAME TO elsewhere");
  victim.send([32, victim.id(), { get_retained: true }, "com.kept.1"]);
  const code = await Promise.race([
    victim.closed,
    new Promise<number>((resolve) => setTimeout(resolve, 5_000, 0)),
  ]);
  await house.sql("ALTER TABLE elsewhere RENAME TO retained");
  const others = clients.slice(1).filter(({ socket }) => socket.readyState !== socket.OPEN).length;
  faults["others disturbed"] += others;
  return code;
}

export const evict: Row = {
  id: "R5",
  title: `the object is evicted with its sockets, or a handler throws; ${CLIENTS} clients come back`,

  async run(extent): Promise<Outcome> {
    const realm = openRealm("realm1", { eventHistory: [{ uri: "com.news", limit: KEPT }] });
    const house = await openHouse(realm);
    const faults: Faults = {
      refused: 0,
      ghosts: 0,
      missing: 0,
      "kept otherwise": 0,
      "others disturbed": 0,
      "fault not told": 0,
    };
    try {
      const indices = Array.from({ length: CLIENTS }, (_, index) => index);
      let clients: Client[] = [];
      for (const index of indices) clients.push(await appear(house, index, faults));
      for (let n = 1; n <= KEPT; n++) {
        await clients[1]?.must(16, { acknowledge: true, retain: true }, `com.kept.${n}`, [n, "kept"]);
        await clients[1]?.must(16, { acknowledge: true }, "com.news", [n, "news"]);
      }
      const before = await kept(clients[0] as Client); // CLIENTS are more than none
      for (let round = 0; round < TIMES[extent]; round++) {
        await house.evict("close");
        await Promise.all(clients.map(({ closed }) => closed));
        clients = await Promise.all(indices.map((index) => appear(house, index, faults)));
        await count(clients, faults);
        if ((await kept(clients[0] as Client)) !== before) faults["kept otherwise"]++;
      }
      for (let round = 0; round < TIMES[extent]; round++) {
        if ((await stumble(house, clients, faults)) !== 1011) faults["fault not told"]++;
        clients[0] = await appear(house, 0, faults);
        await count(clients, faults);
        if ((await kept(clients[0])) !== before) faults["kept otherwise"]++;
      }
      return {
        done: { "evictions with sockets": TIMES[extent], "handlers that threw": TIMES[extent] },
        faults: { ...faults },
      };
    } finally {
      await house.close();
    }
  },
};
