/** R3: what 500 sessions in three formats publish and call arrives once, in order, unchanged. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, CODECS, type Wire } from "../client.ts";
import { each, until } from "../pace.ts";
import { Router } from "../router.ts";
import type { Extent, Outcome, Row } from "../row.ts";

const TOPICS = 10;
const [EXACT, PREFIX, WILDCARD] = [300, 90, 90];
const PUBLISHERS = 20;
/** Subscribers that one publication reaches. */
const FAN = EXACT / TOPICS + PREFIX + WILDCARD / TOPICS;
const [CALLERS, CALLEES] = [20, 10];
const SIZES: Readonly<Record<Extent, { readonly deliveries: number; readonly calls: number }>> = {
  ci: { deliveries: 50_000, calls: 10_000 },
  full: { deliveries: 1_000_000, calls: 200_000 },
};

const codec = (index: number) => CODECS[index % CODECS.length] ?? "json";

/** What one subscriber hears of each publisher: every `step`th publication, beginning with `first`. */
class Ear {
  readonly #first: number;
  readonly #step: number;
  /** Publisher to the number of its next publication. */
  readonly #next = new Map<number, number>();
  heard = 0;
  duplicated = 0;
  disordered = 0;
  changed = 0;

  constructor(first: number, step: number) {
    this.#first = first;
    this.#step = step;
  }

  hear(event: Wire): void {
    const [publisher, number, text] = event[4] as [number, number, string]; // what publishers send
    const expected = this.#next.get(publisher) ?? this.#first;
    this.heard++;
    if (text !== words(publisher, number)) this.changed++;
    if (number === expected) this.#next.set(publisher, expected + this.#step);
    else if (number < expected) this.duplicated++;
    else {
      this.disordered++;
      this.#next.set(publisher, number + this.#step);
    }
  }
}

const words = (publisher: number, number: number) => `${publisher} said é\u{1F600} ${number}`;

async function subscriber(port: number, index: number): Promise<Ear> {
  const client = await Client.join(port, { codec: codec(index) });
  const topic = index % TOPICS;
  const ear = index < EXACT || index >= EXACT + PREFIX ? new Ear(topic, TOPICS) : new Ear(0, 1);
  client.onMessage = (message) => ear.hear(message);
  if (index < EXACT) await client.must(32, {}, `com.topic.${topic}`);
  else if (index < EXACT + PREFIX) await client.must(32, { match: "prefix" }, "com.topic.");
  else await client.must(32, { match: "wildcard" }, `com..${topic}`);
  return ear;
}

async function events(port: number, deliveries: number) {
  const ears: Ear[] = [];
  await each(EXACT + PREFIX + WILDCARD, { atOnce: 20 }, async (index) => {
    ears.push(await subscriber(port, index));
  });
  const publications = Math.ceil(deliveries / FAN / PUBLISHERS / TOPICS) * TOPICS;
  await each(PUBLISHERS, { atOnce: PUBLISHERS }, async (publisher) => {
    const client = await Client.join(port, { codec: codec(publisher) });
    await each(publications, { atOnce: 4 }, async (number) => {
      const payload = [publisher, number, words(publisher, number)];
      await client.must(16, { acknowledge: true }, `com.topic.${number % TOPICS}`, payload);
    });
  });
  const expected = publications * PUBLISHERS * FAN;
  const sum = (what: (ear: Ear) => number) => ears.reduce((total, ear) => total + what(ear), 0);
  const heard = () => sum((ear) => ear.heard);
  await until(() => heard() >= expected, { progress: heard, patience: 10_000 });
  const [duplicated, disordered, changed] = [
    sum((ear) => ear.duplicated),
    sum((ear) => ear.disordered),
    sum((ear) => ear.changed),
  ];
  return { delivered: heard(), lost: expected - (heard() - duplicated), duplicated, disordered, changed };
}

async function calls(port: number, count: number) {
  let [wrong, disordered, twice] = [0, 0, 0];
  const last = new Map<string, number>();
  for (let callee = 0; callee < CALLEES; callee++) {
    const client = await Client.join(port, { codec: codec(callee) });
    client.onMessage = ([, request, , , args]) => {
      const [caller, number] = args as [number, number]; // what callers send
      const pair = `${caller} ${callee}`;
      if (number <= (last.get(pair) ?? -1)) disordered++;
      last.set(pair, number);
      client.send([70, request, {}, [caller, number, caller * 1_000_003 + number]]);
    };
    await client.must(64, {}, `com.procedure.${callee}`);
    await client.must(64, { invoke: "roundrobin" }, "com.shared");
    if (callee === 0) await client.must(64, { match: "prefix" }, "com.pattern.");
  }
  const each1 = Math.ceil(count / CALLERS);
  let answered = 0;
  await each(CALLERS, { atOnce: CALLERS }, async (caller) => {
    const client = await Client.join(port, { codec: codec(caller) });
    client.onMessage = () => twice++; // it asked for nothing else
    await each(each1, { atOnce: 16 }, async (number) => {
      const procedure = [
        `com.procedure.${(caller + number) % CALLEES}`,
        "com.shared",
        `com.pattern.n${number}`,
      ];
      const answer = await client.ask(48, {}, procedure[number % 3], [caller, number]);
      const [a, b, product] = (answer[3] as unknown[] | undefined) ?? [];
      answered++;
      if (answer[0] !== 50 || a !== caller || b !== number || product !== caller * 1_000_003 + number)
        wrong++;
    });
  });
  return { answered, wrong, disordered, twice };
}

export const lossOrder: Row = {
  id: "R3",
  title: `${EXACT + PREFIX + WILDCARD + PUBLISHERS} sessions in JSON, msgpack and CBOR: events by exact, prefix and wildcard subscriptions, calls`,

  async run(extent): Promise<Outcome> {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      const heard = await events(router.port, SIZES[extent].deliveries);
      const called = await calls(router.port, SIZES[extent].calls);
      return {
        done: { deliveries: heard.delivered, calls: called.answered },
        faults: {
          lost: heard.lost,
          duplicated: heard.duplicated,
          "out of order": heard.disordered,
          changed: heard.changed,
          "wrong results": called.wrong,
          "results twice": called.twice,
          "calls out of order": called.disordered,
        },
      };
    } finally {
      await router.end();
    }
  },
};
