/** R11: callees that never answer. Every call ends all the same, the caps hold, and times run out after sleep as before it. */
import { openRealm } from "../../test/open-realm.ts";
import { Client, type Wire } from "../client.ts";
import { type House, openHouse } from "../house.ts";
import { each, pause, until } from "../pace.ts";
import { atMost, type Extent, type Outcome, percentile, type Row } from "../row.ts";

const CALLS: Readonly<Record<Extent, number>> = { ci: 5_000, full: 100_000 };
const [CALLERS, CALLEES] = [8, 2];
/** The router's own defaults. */
const [PENDING_CALLS, PENDING_INVOCATIONS] = [256, 1_024];
/** More calls than may be pending are begun at once by each caller. */
const AT_ONCE = 300;
/** How long the calls that outlive sleep are given, the first and the last of them, in milliseconds. */
const [SHORTEST, LONGEST] = [7_500, 12_500];
const LIMITED = "edgebahn.error.limit_exceeded";

const base = openRealm("realm1");
const REALM = {
  ...base,
  roles: base.roles.map((role) => ({
    ...role,
    limits: { ...role.limits, pendingCalls: PENDING_CALLS, pendingInvocations: PENDING_INVOCATIONS },
  })),
};

/** Hears invocations and answers none; an INTERRUPT tells that one is over. */
class Silence {
  /** Invocation to the caller that it is from. */
  readonly #open = new Map<number, number>();
  /** Caller to how many of its invocations are open here; all that a caller calls is here. */
  readonly #ofCaller = new Map<number, number>();
  most = 0;
  mostOfCaller = 0;

  hear([type, request, , , args]: Wire): void {
    if (type === 69) {
      const caller = this.#open.get(request as number);
      this.#open.delete(request as number);
      if (caller !== undefined) this.#ofCaller.set(caller, (this.#ofCaller.get(caller) ?? 1) - 1);
    } else {
      const [caller] = args as [number]; // what callers send
      this.#open.set(request as number, caller);
      const ofCaller = (this.#ofCaller.get(caller) ?? 0) + 1;
      this.#ofCaller.set(caller, ofCaller);
      this.mostOfCaller = Math.max(this.mostOfCaller, ofCaller);
      this.most = Math.max(this.most, this.#open.size);
    }
  }
}

interface Ends {
  timedOut: number;
  refused: number;
  otherwise: number;
}

const silent = (caller: number) => `com.silent.n${caller % CALLEES}`;

async function flood(port: number, count: number): Promise<Ends> {
  const ends: Ends = { timedOut: 0, refused: 0, otherwise: 0 };
  await each(CALLERS, { atOnce: CALLERS }, async (index) => {
    const caller = await Client.join(port);
    await each(Math.ceil(count / CALLERS), { atOnce: AT_ONCE }, async (n) => {
      const answer = await caller.ask(48, { timeout: 200 + (n % 300) }, silent(index), [index]);
      if (answer[4] === "wamp.error.timeout") ends.timedOut++;
      else if (answer[4] === LIMITED) {
        ends.refused++;
        await pause(20); // as the error says: until a call has ended
      } else ends.otherwise++;
    });
    await caller.close();
  });
  return ends;
}

/** Calls that are under way while the object sleeps. @returns how late each ended, in milliseconds, and how many never did */
async function overSleep(
  house: House,
  count: number,
): Promise<{ late: number[]; never: number; wrong: number }> {
  const caller = await Client.join(house.port);
  const late: number[] = [];
  let wrong = 0;
  const began = performance.now();
  for (let n = 0; n < count; n++) {
    const timeout = SHORTEST + Math.floor((n * (LONGEST - SHORTEST)) / count);
    void caller.ask(48, { timeout }, silent(0), [-1]).then((answer) => {
      late.push(performance.now() - began - timeout);
      if (answer[4] !== "wamp.error.timeout") wrong++;
    });
  }
  await pause(5_700); // by then they are parked
  for (let n = 0; n < 5; n++) {
    await house.evict("hibernate");
    await pause(1_000);
  }
  await until(() => late.length === count, { progress: () => late.length, patience: 5_000 });
  await caller.close();
  return { late, never: count - late.length, wrong };
}

export const pendingCalls: Row = {
  id: "R11",
  title: "callees that never answer, more calls than may be pending, and sleep in the middle of them",

  async run(extent): Promise<Outcome> {
    const house = await openHouse(REALM);
    try {
      const silences: Silence[] = [];
      const callees: Client[] = [];
      for (let n = 0; n < CALLEES; n++) {
        const silence = new Silence();
        const callee = await Client.join(house.port);
        callee.onMessage = (message) => silence.hear(message);
        await callee.must(64, {}, silent(n));
        silences.push(silence);
        callees.push(callee);
      }
      const ends = await flood(house.port, CALLS[extent]);
      const slept = await overSleep(house, PENDING_CALLS);
      for (const callee of callees) await callee.close();
      await pause(200);
      const early = slept.late.filter((late) => late < -1_000).length;
      return {
        done: {
          calls: ends.timedOut + ends.refused,
          "timed out": ends.timedOut,
          "over sleep": PENDING_CALLS,
        },
        faults: {
          "ended otherwise": ends.otherwise + slept.wrong,
          "never ended": slept.never,
          "beyond the callee's cap": Math.max(0, ...silences.map(({ most }) => most - PENDING_INVOCATIONS)),
          "beyond the caller's cap": Math.max(
            0,
            ...silences.map(({ mostOfCaller }) => mostOfCaller - PENDING_CALLS),
          ),
          "none refused": ends.refused > 0 ? 0 : 1,
          "ended early": early,
          "rows left": await house.held(),
        },
        figures: { "late after sleep p99": atMost(percentile(slept.late, 99), 1_000) },
      };
    } finally {
      await house.close();
    }
  },
};
