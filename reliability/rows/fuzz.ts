/** R13: raw octets and messages that are nearly right, over real sockets; each must be answered or end its connection. */
import { type Encoded, SUBPROTOCOLS, type Subprotocol } from "../../src/serializer/serializer.ts";
import type { Format } from "../../src/wamp/payload.ts";
import { rawFrame } from "../../test/fuzz/bytes.ts";
import { nearlyRight, written } from "../../test/fuzz/messages.ts";
import { Dice } from "../../test/fuzz/permission-cases.ts";
import { openRealm } from "../../test/open-realm.ts";
import { CanaryThread } from "../canary-thread.ts";
import { Hang, Line } from "../line.ts";
import { Router } from "../router.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";
import { type Point, slopeOf } from "../slope.ts";

const COUNTS: Readonly<Record<Extent, { raw: number; typed: number }>> = {
  ci: { raw: 10_000, typed: 5_000 },
  full: { raw: 1_000_000, typed: 500_000 },
};
/** Those who throw at a time. */
const THROWERS = 6;
/** Frames that a connection takes before it goes. */
const LIFE = 40;
/** Request ids of questions that ask whether somebody is still there; no fuzz has them. */
const PROBE = 2 ** 40;
/** Milliseconds between two calls of the canary. */
const PAUSE = 25;
/** Looks at the memory of the router, over the whole run. */
const LOOKS = 60;
const CANARY_P99 = 50;

type Maker = (dice: Dice, subprotocol: Subprotocol, request: number) => Encoded;

interface Tally {
  thrown: number;
  ended: number;
  hangs: number;
  /** Times that a proper client could not join. */
  unwelcome: number;
  /** Frames thrown so far, and resident octets then. */
  readonly memory: Point[];
}

function typed(dice: Dice, subprotocol: Subprotocol, request: number): Encoded {
  const [, , name, batched] = subprotocol.split(".");
  const message = written(nearlyRight(dice, request, true), name as Format); // the third part is the format
  if (batched === undefined) return message;
  if (typeof message === "string") return `${message}\u001e`;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** Whether the line is still there after a frame: it answers a question, or it is closed. */
async function survives(line: Line, probe: number): Promise<boolean> {
  if (!line.closed) line.say([48, probe, {}, "wamp.session.count"]);
  for (;;) {
    const heard = await line.next();
    if ("closed" in heard) return false;
    const [type, first, second] = heard.message;
    if ((type === 50 && first === probe) || (type === 8 && second === probe)) return true;
  }
}

async function throwMany(
  router: Router,
  dice: Dice,
  { count, make, tally }: { count: number; make: Maker; tally: Tally },
) {
  let line: Line | undefined;
  let frames = 0;
  for (let thrown = 0; thrown < count; thrown++) {
    try {
      line ??= await Line.open(router.port, dice.one(SUBPROTOCOLS));
      if (frames === 0 && dice.chance(50)) await line.join();
      line.send(make(dice, line.subprotocol, ++frames));
      tally.thrown++;
      const alive = await survives(line, PROBE + thrown);
      if (!alive) tally.ended++;
      if (alive && frames < LIFE) continue;
    } catch (error) {
      if (error instanceof Hang) tally.hangs++;
      else tally.unwelcome++;
    }
    line?.end();
    line = undefined;
    frames = 0;
  }
  line?.end();
}

async function run(router: Router, extent: Extent): Promise<Outcome> {
  const { raw, typed: messages } = COUNTS[extent];
  const tally: Tally = { thrown: 0, ended: 0, hangs: 0, unwelcome: 0, memory: [] };
  const canary = await CanaryThread.hatch({ port: router.port, pause: PAUSE });
  let seed = 0;
  for (const [count, make] of [
    [raw, rawFrame],
    [messages, typed],
  ] as const) {
    // In so many rounds, that the memory is looked at in between.
    for (let look = 0; look < LOOKS / 2; look++) {
      const each = Math.ceil(count / THROWERS / (LOOKS / 2));
      const throwers = Array.from({ length: THROWERS }, () => new Dice(++seed));
      await Promise.all(throwers.map((dice) => throwMany(router, dice, { count: each, make, tally })));
      tally.memory.push([tally.thrown, await router.server.residentBytes()]);
    }
  }
  const { restarts, wrong, times } = await canary.end();
  const { faults } = router.server;
  for (const fault of faults.slice(0, 5)) console.log(`       ${fault.slice(0, 1_000)}`);
  const [first] = tally.memory;
  const laterHalf = tally.memory.slice(tally.memory.length >> 1); // when buffers have found their size
  const last = tally.memory.at(-1);
  return {
    done: {
      "frames thrown": tally.thrown,
      "connections ended for it": tally.ended,
      "canary calls": times.length,
    },
    faults: {
      "uncaught or faults logged": faults.length,
      "object restarts": restarts,
      hangs: tally.hangs,
      "proper clients not welcomed": tally.unwelcome,
      "canary calls wrong": wrong,
    },
    figures: {
      "canary p99": atMost(percentile(times, 99), CANARY_P99),
      "memory for 100,000 frames more": {
        value: `${((slopeOf(laterHalf).slope * 100_000) / 2 ** 20).toFixed(1)} MB`,
        met: true,
      },
      "memory first and last": {
        value: `${[first, last].map((look) => ((look?.[1] ?? Number.NaN) / 2 ** 20).toFixed(0)).join(" and ")} MB`,
        met: true,
      },
    },
  };
}

export const fuzz: Row = {
  id: "R13",
  title: "raw octets and mutated messages, half before WELCOME: nothing but that connection ends",

  async run(extent) {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      return await run(router, extent);
    } finally {
      await router.end();
    }
  },
};
