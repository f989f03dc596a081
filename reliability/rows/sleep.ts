/** R4: an idle realm sleeps by itself, with everything that its sessions hold and a call under way, and nobody loses anything. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, CODECS } from "../client.ts";
import { each, pause, until } from "../pace.ts";
import { Router } from "../router.ts";
import { atMost, type Extent, type Figure, type Outcome, percentile, type Row } from "../row.ts";
import { runTest } from "../vitest.ts";

interface Size {
  readonly sleeps: number;
  readonly sockets: number;
  /** Milliseconds in which nearly every wake is to be over. */
  readonly target: number;
}

const SIZES: Readonly<Record<Extent, readonly Size[]>> = {
  ci: [{ sleeps: 1, sockets: 200, target: 50 }],
  full: [
    { sleeps: 20, sockets: 1_000, target: 50 },
    { sleeps: 5, sockets: 5_000, target: 250 },
  ],
};
/** As vitest.config.ts has it. */
const EVICTIONS: Readonly<Record<Extent, number>> = { ci: 300, full: 10_000 };
/** The alarm rings after five quiet seconds, and the runtime lets the object go ten after that. */
const QUIET = 16_500;
const GROUPS = 50;
const ALL = "com.all";
const WILL = "com.will";

/** What one session hears. */
class Member {
  readonly client: Client;
  readonly index: number;
  /** Topic to the numbers heard on it. */
  readonly heard = new Map<string, number[]>();
  /** The invocation that it has not answered. */
  pending: unknown;

  constructor(client: Client, index: number) {
    this.client = client;
    this.index = index;
    client.onMessage = ([type, request, , details, args]) => {
      const [what, number] = (args ?? []) as [string, number];
      if (type === 36) this.heard.set(what, [...(this.heard.get(what) ?? []), number]);
      else if ((details as { procedure?: string }).procedure === "com.long") this.pending = request;
      else if (type === 68) client.send([70, request, {}, [index, what]]);
    };
  }

  static async join(port: number, index: number): Promise<Member> {
    const codec = CODECS[index % CODECS.length] ?? "json";
    const member = new Member(await Client.join(port, { codec }), index);
    const { client } = member;
    await client.must(32, {}, ALL);
    await client.must(32, {}, `com.group.${index % GROUPS}`);
    if (index < GROUPS) await client.must(64, {}, `com.member.n${index}`);
    if (index === 1) {
      await client.must(64, { match: "prefix" }, "com.long");
      await client.must(48, {}, "wamp.session.add_testament", [WILL, [WILL, 1], {}]);
    }
    if (index === 2) await client.must(32, {}, WILL);
    return member;
  }
}

interface Faults {
  "did not sleep": number;
  "events lost or twice": number;
  "calls lost": number;
  "ids given again": number;
  "testaments lost": number;
}

/**
 * What wakes the realm is heard by nobody, so that it measures nothing but waking; then one publication to everybody, and
 * one to each group. @returns milliseconds until the first was acknowledged
 */
async function publish(members: readonly Member[], number: number, faults: Faults): Promise<number> {
  const [first] = members as [Member]; // there are hundreds
  const began = performance.now();
  await first.client.must(16, { acknowledge: true }, "com.nobody");
  const took = performance.now() - began;
  await first.client.must(16, { acknowledge: true, exclude_me: false }, ALL, [ALL, number]);
  await each(GROUPS, { atOnce: 10 }, async (group) => {
    const topic = `com.group.${group}`;
    await first.client.must(16, { acknowledge: true, exclude_me: false }, topic, ["group", number]);
  });
  const count = () => members.reduce((sum, { heard }) => sum + [...heard.values()].flat().length, 0);
  const expected = 2 * members.length;
  await until(() => count() >= expected, { progress: count, patience: 5_000 });
  for (const { heard } of members) {
    if (JSON.stringify([heard.get(ALL), heard.get("group")]) !== JSON.stringify([[number], [number]])) {
      faults["events lost or twice"]++;
    }
    heard.clear();
  }
  return took;
}

/** How often the realm has said that it woke up. */
const wakes = (router: Router) => router.server.lastWords().split('"event":"wake"').length;

async function sleepOver(router: Router, { sleeps, sockets }: Size, faults: Faults) {
  const members: Member[] = [];
  await each(sockets, { atOnce: 20 }, async (index) => {
    members.push(await Member.join(router.port, index));
  });
  members.sort((a, b) => a.index - b.index);
  const [first, callee, heir] = members as [Member, Member, Member];
  const woken: number[] = [];
  let lastId = 0;
  for (let n = 1; n <= sleeps; n++) {
    const long = first.client.ask(48, {}, "com.long", ["slept over"]);
    await until(() => callee.pending !== undefined, { progress: () => 0, patience: 5_000 });
    const before = wakes(router);
    await pause(QUIET);
    woken.push(await publish(members, n, faults));
    if (wakes(router) <= before) faults["did not sleep"]++;
    callee.client.send([70, callee.pending, {}, ["answered", n]]);
    callee.pending = undefined;
    if (JSON.stringify((await long)[3]) !== JSON.stringify(["answered", n])) faults["calls lost"]++;
    await each(GROUPS, { atOnce: 10 }, async (index) => {
      const answer = await first.client.ask(48, {}, `com.member.n${index}`, ["x"]);
      if (JSON.stringify(answer[3]) !== JSON.stringify([index, "x"])) faults["calls lost"]++;
    });
    const [, , id] = await first.client.must(32, {}, `com.new.${n}`);
    if (!(Number(id) > lastId)) faults["ids given again"]++;
    lastId = Number(id);
  }
  await callee.client.close();
  const wills = () => heir.heard.get(WILL)?.length ?? 0;
  await until(() => wills() > 0, { progress: wills, patience: 3_000 });
  if (wills() !== 1) faults["testaments lost"]++;
  return woken;
}

export const sleep: Row = {
  id: "R4",
  title:
    "evictions at random points of random scenes, and real sleep with sockets, subscriptions and a call under way",

  async run(extent): Promise<Outcome> {
    const failure = await runTest("test/workerd/sleep-random.test.ts", extent);
    if (failure !== undefined) console.error(failure);
    const faults: Faults = {
      "did not sleep": 0,
      "events lost or twice": 0,
      "calls lost": 0,
      "ids given again": 0,
      "testaments lost": 0,
    };
    const figures: Record<string, Figure> = {};
    for (const size of SIZES[extent]) {
      const router = await Router.start({ REALMS: [openRealm("realm1")] });
      try {
        const woken = await sleepOver(router, size, faults);
        figures[`wake p99 with ${size.sockets} sockets`] = atMost(percentile(woken, 99), size.target);
      } finally {
        await router.end();
      }
    }
    const sizes = SIZES[extent];
    return {
      done: {
        evictions: EVICTIONS[extent],
        "real sleeps": sizes.reduce((sum, { sleeps }) => sum + sleeps, 0),
        sockets: Math.max(...sizes.map(({ sockets }) => sockets)),
      },
      faults: { "noticed an eviction": failure === undefined ? 0 : 1, ...faults },
      figures,
    };
  },
};
