/** R12: every poison over real sockets, from publishers of all three formats to subscribers of all three. */
import type { Format } from "../../src/wamp/payload.ts";
import { FORMATS, POISONS, type Poison } from "../../test/fuzz/poison.ts";
import { openRealm } from "../../test/open-realm.ts";
import type { Wire } from "../client.ts";
import { Hang, Line } from "../line.ts";
import { Router } from "../router.ts";
import type { Outcome, Row } from "../row.ts";

interface Tally {
  readonly wrong: string[];
  delivered: number;
  refused: number;
  skipped: number;
  hangs: number;
}

/** What each subscriber hears of one poison, up to the event that follows it. */
async function heardBefore(marker: number, readers: ReadonlyMap<Format, Line>): Promise<Map<Format, number>> {
  const counts = new Map<Format, number>();
  for (const [format, reader] of readers) {
    for (let count = 0; ; count++) {
      const heard = await reader.next();
      if ("closed" in heard) throw new Error(`the subscriber of ${format} was cut off with ${heard.closed}`);
      if (isMarker(heard.message, marker)) {
        counts.set(format, count);
        break;
      }
    }
  }
  return counts;
}

function isMarker([type, , , , args]: Wire, marker: number): boolean {
  const [first, second] = Array.isArray(args) ? args : [];
  return type === 36 && first === "marker" && second === marker;
}

/** Whether the publisher was told what it should be told. */
async function isTold(line: Line, poison: Poison, from: Format): Promise<boolean> {
  if (poison.result[from] !== "refused") {
    const heard = await line.next();
    return "message" in heard && heard.message[0] === 17;
  }
  const { messages, code } = await line.rest();
  return code === 1002 && messages.length === 1 && messages[0]?.[2] === "wamp.error.protocol_violation";
}

async function poisonAll(port: number, tally: Tally): Promise<void> {
  const readers = new Map<Format, Line>();
  for (const format of FORMATS) {
    const line = await (await Line.open(port, `wamp.2.${format}`)).join();
    line.say([32, 1, {}, "com.x"]);
    await line.next();
    readers.set(format, line);
  }
  const marking = await (await Line.open(port, "wamp.2.msgpack")).join();
  let round = 0;
  for (const from of FORMATS) {
    let publisher: Line | undefined;
    for (const poison of POISONS) {
      publisher ??= await (await Line.open(port, `wamp.2.${from}`)).join();
      publisher.send(poison.message[from]);
      try {
        if (!(await isTold(publisher, poison, from)))
          tally.wrong.push(`${poison.name}, from ${from}: told otherwise`);
      } catch (error) {
        if (!(error instanceof Hang)) throw error;
        tally.hangs++;
      }
      if (publisher.closed) publisher = undefined;
      round++;
      marking.say([16, round, {}, "com.x", ["marker", round]]);
      const result = poison.result[from];
      for (const [to, count] of await heardBefore(round, readers)) {
        const expected = result !== "refused" && result.includes(to) ? 1 : 0;
        if (count !== expected) tally.wrong.push(`${poison.name}, from ${from} to ${to}: ${count} events`);
        if (result === "refused") tally.refused++;
        else if (expected === 1) tally.delivered++;
        else tally.skipped++;
      }
    }
    publisher?.end();
  }
  for (const line of [...readers.values(), marking]) line.end();
}

async function run(router: Router): Promise<Outcome> {
  const tally: Tally = { wrong: [], delivered: 0, refused: 0, skipped: 0, hangs: 0 };
  await poisonAll(router.port, tally);
  for (const wrong of tally.wrong.slice(0, 10)) console.log(`       ${wrong}`);
  return {
    done: {
      poisons: POISONS.length,
      cases: tally.delivered + tally.refused + tally.skipped,
      delivered: tally.delivered,
      "refused with the sender told": tally.refused,
      "without a form there, skipped": tally.skipped,
    },
    faults: {
      "not as documented": tally.wrong.length,
      hangs: tally.hangs,
      "uncaught or faults logged": router.server.faults.length,
    },
  };
}

export const poison: Row = {
  id: "R12",
  title: `${POISONS.length} poisons x 3 senders x 3 receivers: nobody but the sender notices`,

  async run() {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      return await run(router);
    } finally {
      await router.end();
    }
  },
};
