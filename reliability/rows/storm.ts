/** R9: a whole fleet comes back at once, signs in with WAMP-CRA, is cut off, and comes back again. */
import { createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { openRealm } from "../../test/open-realm.ts";
import { Canary } from "../canary.ts";
import { Client, type Wire } from "../client.ts";
import { Router } from "../router.ts";
import { atMost, type Outcome, percentile, type Row } from "../row.ts";

const DEVICES = { full: 5_000, ci: 500 };
const ROUNDS = 3;
/** Milliseconds over which the fleet knocks. */
const SPREAD = 10_000;
const ALL_JOINED_WITHIN = 20_000;
const FLEET = "com.example.fleet";
const ADMIN_SECRET = "for-the-reliability-runs-only-8d02c6fa17";
/** Devices that are added at the same time. */
const ADDING = 16;
const SALTED = { iterations: 1_000, keylen: 32 };

interface Device {
  readonly authid: string;
  /** Base64: what PBKDF2 made of its secret. */
  readonly key: string;
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Adds a device through the admin API, as whoever runs the fleet does. */
async function enrol(port: number, index: number): Promise<Device> {
  const authid = `device-${index}`;
  const salt = randomBytes(16).toString("base64");
  const { iterations, keylen } = SALTED;
  const key = pbkdf2Sync(randomBytes(32), salt, iterations, keylen, "sha256").toString("base64");
  const body = {
    authid,
    role: "device",
    method: "wampcra",
    credential: { key, salted: { salt, ...SALTED } },
  };
  const answer = await fetch(`http://127.0.0.1:${port}/api/realms/${FLEET}/devices`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_SECRET}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.status !== 201)
    throw new Error(`${authid} was not added: ${answer.status} ${await answer.text()}`);
  return { authid, key };
}

async function enrolAll(port: number, count: number): Promise<Device[]> {
  const devices: Device[] = [];
  for (let n = 0; n < count; n += ADDING) {
    const some = Array.from({ length: Math.min(ADDING, count - n) }, (_, k) => enrol(port, n + k));
    devices.push(...(await Promise.all(some)));
  }
  return devices;
}

function join(port: number, { authid, key }: Device): Promise<Client> {
  const sign = ([, , extra]: Wire): string => {
    const { challenge } = extra as { challenge: string };
    return createHmac("sha256", key).update(challenge).digest("base64");
  };
  const details = { authid, authmethods: ["wampcra"] };
  return Client.join(port, { realm: FLEET, path: `/ws/${FLEET}`, details, sign });
}

interface Round {
  /** Milliseconds from the first knock to the last WELCOME. */
  readonly lasted: number;
  readonly errors: number;
  /** Of each join, in milliseconds. */
  readonly times: readonly number[];
}

/** Everybody knocks within the same ten seconds, and is cut off when all are in. */
async function knock(port: number, devices: readonly Device[], texts: Map<string, number>): Promise<Round> {
  const began = performance.now();
  const times: number[] = [];
  const joining = devices.map(async (device, index) => {
    await sleep((index / devices.length) * SPREAD);
    const knocked = performance.now();
    const client = await join(port, device);
    times.push(performance.now() - knocked);
    return client;
  });
  const settled = await Promise.allSettled(joining);
  const lasted = performance.now() - began;
  let errors = 0;
  for (const each of settled) {
    if (each.status === "fulfilled") {
      if (each.value.socket.readyState !== 1) errors++;
      each.value.cut();
      continue;
    }
    errors++;
    const text = String(each.reason);
    texts.set(text, (texts.get(text) ?? 0) + 1);
  }
  return { lasted, errors, times };
}

async function weather(port: number, count: number): Promise<Outcome> {
  const devices = await enrolAll(port, count);
  const canary = await Canary.hatch(port);
  canary.keepSinging(5);
  await sleep(3_000);
  const usual = percentile(canary.times.splice(0), 99);
  const rounds: Round[] = [];
  const texts = new Map<string, number>();
  for (let n = 0; n < ROUNDS; n++) rounds.push(await knock(port, devices, texts));
  const during = percentile(canary.times.splice(0), 99);
  await canary.fly();
  if (texts.size > 0) console.log("       R9 errors:", Object.fromEntries(texts));
  return {
    done: { joins: rounds.reduce((sum, { times }) => sum + times.length, 0), devices: count, rounds: ROUNDS },
    faults: {
      errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
      "wrong answers in the other realm": canary.wrong,
    },
    figures: {
      "all joined after": atMost(Math.max(...rounds.map(({ lasted }) => lasted)), ALL_JOINED_WITHIN),
      "join p99": {
        value: `${percentile(
          rounds.flatMap(({ times }) => times),
          99,
        ).toFixed(1)} ms`,
        met: true,
      },
      "other realm p99 before": { value: `${usual.toFixed(1)} ms`, met: true },
      "other realm p99 during": {
        value: `${during.toFixed(1)} ms`,
        target: "<= 2x",
        met: during <= 2 * usual,
      },
    },
  };
}

export const storm: Row = {
  id: "R9",
  title: "a fleet signs in with WAMP-CRA within ten seconds, three times",

  async run(extent) {
    const permissions = [
      { uri: "", match: "prefix", allow: { call: true, register: true, publish: true, subscribe: true } },
    ];
    const fleet = {
      name: FLEET,
      roles: [{ name: "device", singleSession: "newest", permissions }],
      limits: { sessions: 10_000 },
    };
    const router = await Router.start({ ADMIN: {}, ADMIN_SECRET, REALMS: [openRealm("realm1"), fleet] });
    try {
      return await weather(router.port, DEVICES[extent]);
    } finally {
      await router.end();
    }
  },
};
