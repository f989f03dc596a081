/** R18: timers of every kind go off once, when they should, however often the object is evicted meanwhile. */
import { WebSocket } from "ws";
import { openRealm } from "../../test/open-realm.ts";
import { Client } from "../client.ts";
import { type House, openHouse } from "../house.ts";
import { each, pause, random, until } from "../pace.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";
import { signedIn, TOKEN_SECRET } from "../tokens.ts";

const TIMERS: Readonly<Record<Extent, number>> = { ci: 100, full: 1_000 };
/** Calls are parked after five quiet seconds, so theirs are longer; in milliseconds. */
const [SHORTEST, SPREAD] = [7_000, 8_000];
/** What a socket is given to say HELLO. */
const GREETING = 5_000;
const EVERYTHING = { call: true, register: true, publish: true, subscribe: true };

const base = openRealm("realm1");
const REALM = {
  ...base,
  jwt: { secret: "TOKEN_SECRET" },
  roles: [
    ...base.roles,
    {
      name: "device",
      permissions: [{ uri: "", match: "prefix", allow: EVERYTHING }],
      limits: { messages: 0 },
    },
  ],
};

interface Rung {
  /** Milliseconds after the moment when it should have been. */
  readonly late: number[];
  twice: number;
}

/** A call that nobody answers: TIMEOUT, once. */
function call(caller: Client, timeout: number, rung: Rung): void {
  const began = performance.now();
  void caller
    .ask(48, { timeout }, "com.silent")
    .then(() => rung.late.push(performance.now() - began - timeout));
}

/** A token that expires: GOODBYE. The time in it is in whole seconds. */
async function expiring(house: House, index: number, seconds: number, rung: Rung): Promise<void> {
  const at = Math.floor(Date.now() / 1_000) + seconds;
  const device = await Client.join(house.port, await signedIn(`device-${index}`, "device", "realm1", at));
  let heard = 0;
  device.onMessage = ([type]) => {
    if (type !== 6) return;
    if (++heard > 1) rung.twice++;
    else rung.late.push(Date.now() - at * 1_000);
    device.cut();
  };
}

/** A socket that never says HELLO is closed. */
function silent(house: House, rung: Rung): void {
  const began = performance.now();
  const socket = new WebSocket(`ws://127.0.0.1:${house.port}/ws`, ["wamp.2.json"]);
  socket.on("error", () => {});
  socket.once("close", () => rung.late.push(performance.now() - began - GREETING));
}

export const clock: Row = {
  id: "R18",
  title: "timers of calls, tokens and greetings across evictions",

  async run(extent): Promise<Outcome> {
    const house = await openHouse(REALM, { TOKEN_SECRET });
    const next = random(18);
    try {
      const count = TIMERS[extent];
      const rung: Rung = { late: [], twice: 0 };
      const callee = await Client.join(house.port);
      const caller = await Client.join(house.port);
      caller.onMessage = () => rung.twice++; // whatever answers nothing that is still asked
      await callee.must(64, {}, "com.silent");
      const tokens = Math.floor(count / 10);
      const greetings = Math.floor(count / 10);
      await each(tokens, { atOnce: 20 }, (index) => expiring(house, index, 9 + next(6), rung));
      for (let n = 0; n < count - tokens - greetings; n++) call(caller, SHORTEST + next(SPREAD), rung);
      let evictions = 0;
      await pause(5_600);
      for (let n = 0; n < greetings; n++) silent(house, rung);
      const last = performance.now() + SHORTEST + SPREAD - 5_000;
      while (performance.now() < last) {
        await house.evict("hibernate");
        evictions++;
        await pause(100 + next(200));
      }
      await until(() => rung.late.length >= count, { progress: () => rung.late.length, patience: 3_000 });
      await pause(1_200); // were one to go off twice
      const early = rung.late.filter((late) => late < -1_000).length;
      const tardy = rung.late.filter((late) => late > 1_000).length;
      return {
        done: { timers: rung.late.length, evictions },
        faults: {
          "never went off": Math.max(0, count - rung.late.length),
          "went off twice": rung.twice + Math.max(0, rung.late.length - count),
          early,
        },
        figures: {
          "late p99": atMost(percentile(rung.late, 99), 1_000),
          "more than 1 s late": { value: String(tardy), target: "0", met: tardy === 0 },
        },
      };
    } finally {
      await house.close();
    }
  },
};
