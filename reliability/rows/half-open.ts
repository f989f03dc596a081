/** R8, the headline: devices whose network is gone without a word, and what is left of them. */
import { Client, type Wire } from "../client.ts";
import { Router } from "../router.ts";
import { atMost, type Outcome, percentile, type Row } from "../row.ts";
import { SwallowingProxy } from "../swallowing-proxy.ts";
import { signedIn, TOKEN_SECRET } from "../tokens.ts";

const DEVICES = 300;
/** Those that come back; the others are gone for good. */
const BACK = 200;
/** Milliseconds that a caller gives a call. */
const PATIENCE = 2_000;
/** Seconds of silence after which a session is taken for gone. */
const SILENCE = 4;
/** Milliseconds between the keepalives of whoever is alive. */
const KEEPALIVE = 1_000;

const EVERYTHING = { call: true, register: true, publish: true, subscribe: true };
const permissions = [{ uri: "", match: "prefix", allow: EVERYTHING }];
const VARS = {
  TOKEN_SECRET,
  REALMS: [
    {
      name: "realm1",
      jwt: { secret: "TOKEN_SECRET" },
      liveness: { silence: SILENCE },
      roles: [
        { name: "device", singleSession: "newest", permissions },
        { name: "backend", permissions, limits: { messages: 0, pendingCalls: 1_000 } },
      ],
    },
  ],
};

const procedure = (index: number) => `com.device.n${index}.report`;
const isError = (answer: Wire) => answer[0] === 8;

/** Joins and offers the device's procedure; the REGISTER is tried once. @returns whether it was taken */
async function appear(port: number, index: number): Promise<{ device: Client; registered: boolean }> {
  const device = await Client.join(port, await signedIn(`device-${index}`, "device"));
  device.keepAlive(KEEPALIVE);
  device.onMessage = ([type, request]) => {
    if (type === 68) device.send([70, request, {}, [index]]);
  };
  const answer = await device.ask(64, {}, procedure(index));
  return { device, registered: !isError(answer) };
}

/** What became of a call to somebody who may be gone. */
interface Calls {
  readonly answered: number;
  readonly failed: number;
  readonly hung: number;
  /** Of those that ended. */
  readonly milliseconds: readonly number[];
}

async function callAll(caller: Client, indices: readonly number[]): Promise<Calls> {
  const began = performance.now();
  const milliseconds: number[] = [];
  let [answered, failed] = [0, 0];
  const calls = indices.map(async (index) => {
    const answer = await caller.ask(48, { timeout: PATIENCE }, procedure(index), []);
    milliseconds.push(performance.now() - began);
    if (isError(answer)) failed++;
    else if ((answer[3] as unknown[])[0] === index) answered++; // the device answers with its number
  });
  await Promise.race([Promise.all(calls), sleep(PATIENCE + 5_000)]);
  return { answered, failed, hung: indices.length - milliseconds.length, milliseconds };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function vanishAndReturn(router: Router, proxy: SwallowingProxy): Promise<Outcome> {
  const caller = await Client.join(router.port, await signedIn("backend", "backend"));
  caller.keepAlive(KEEPALIVE);
  const everybody = Array.from({ length: DEVICES }, (_, index) => index);
  const returning = everybody.slice(0, BACK);
  for (const index of everybody) await appear(proxy.port, index);
  const before = await callAll(caller, everybody);

  proxy.swallow();
  // Some calls are under way to the dead when their devices come back.
  const intoTheVoid = callAll(caller, everybody);
  await sleep(200);
  const times: number[] = [];
  let refused = 0;
  for (const index of returning) {
    const began = performance.now();
    const { registered } = await appear(router.port, index);
    times.push(performance.now() - began);
    if (!registered) refused++;
  }
  const lost = await intoTheVoid;
  const after = await callAll(caller, returning);

  await sleep(2 * SILENCE * 1_000);
  const sessions = await caller.must(48, {}, "wamp.session.list", [["device"]]);
  const left = (sessions[3] as [unknown[]])[0].length; // a list of ids
  const toTheDead = await callAll(caller, everybody.slice(BACK));
  return {
    done: { "devices vanished": DEVICES, "came back": BACK, "calls to the dead": DEVICES + toTheDead.failed },
    faults: {
      "not answered before": DEVICES - before.answered,
      "registrations refused": refused,
      "calls that never ended": before.hung + lost.hung + after.hung + toTheDead.hung,
      "returned but not reached": BACK - after.answered,
      "calls to the dead answered": lost.answered + toTheDead.answered,
      "ghosts after twice the limit": left - BACK,
    },
    figures: {
      "join and register p99": atMost(percentile(times, 99), 1_000),
      "last ERROR after": atMost(Math.max(...lost.milliseconds), PATIENCE + 1_000),
    },
  };
}

export const halfOpen: Row = {
  id: "R8",
  title: `${DEVICES} devices vanish without a word, ${BACK} come back at once, the others never`,

  async run() {
    const router = await Router.start(VARS);
    const proxy = await SwallowingProxy.start(() => router.port);
    try {
      return await vanishAndReturn(router, proxy);
    } finally {
      await proxy.end();
      await router.end();
    }
  },
};
