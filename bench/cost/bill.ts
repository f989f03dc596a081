/** What a month of traffic costs: ours from the counters of single acts, the others' from the same traffic. */
import type { Counted, Counters } from "./counters.ts";
import { AWS_IOT, CLOUDFLARE, MACHINE, price } from "./prices.ts";

const DAYS = 30;
export const MONTH_SECONDS = DAYS * 86_400;
/** Seconds that a realm stays awake after a call, at the most, until what sleep would lose is written down. */
const VIGIL = 5;
/** Rows that are then written: the caller's and the callee's counts. */
const PARKED_ROWS = 2;
/** Metered in and out: a publication goes one way, a call there and back, and who connects subscribes. */
const AWS_MESSAGES = { publish: 2, call: 4, connect: 2 } as const;

/** What each device does on a day, while all stay connected. */
export interface Traffic {
  readonly devices: number;
  readonly publishes: number;
  /** Commands from a back end, each answered. */
  readonly calls: number;
  /** How often it loses its connection and comes back. */
  readonly connects: number;
}

export interface Usage {
  readonly workerRequests: number;
  readonly messages: number;
  /** As billed: with alarms, and a twentieth of the messages. */
  readonly requests: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  /** Seconds in which the object runs. */
  readonly running: number;
  /** GB-s, with those in which it cannot sleep. */
  readonly duration: number;
  readonly gigabytes: number;
}

export function usageOf({ devices, publishes, calls, connects }: Traffic, counters: Counters): Usage {
  const times = { publish: publishes * devices, call: calls * devices, connect: connects * devices };
  const each = (figure: (counted: Counted) => number) =>
    DAYS *
    (figure(counters.publish) * times.publish +
      figure(counters.call) * times.call +
      (figure(counters.connect) + figure(counters.leave)) * times.connect);

  // Calls at random moments: the realm is awake where there was one in the last seconds.
  const busy = 1 - Math.exp((-times.call / 86_400) * VIGIL);
  const vigil = busy * MONTH_SECONDS;
  const quietings = DAYS * times.call * Math.exp((-times.call / 86_400) * VIGIL);
  const alarms = vigil / VIGIL + DAYS * times.connect;
  const messages = each((counted) => counted.messages);
  const running = each((counted) => counted.seconds);
  return {
    workerRequests: each((counted) => counted.workerRequests),
    messages,
    requests: each((counted) => counted.requests) + alarms + messages / CLOUDFLARE.messagesForOneRequest,
    rowsWritten: each((counted) => counted.rowsWritten) + alarms + quietings * PARKED_ROWS,
    rowsRead: each((counted) => counted.rowsRead),
    running,
    duration: Math.min(vigil + running, MONTH_SECONDS) * CLOUDFLARE.gigabytes,
    gigabytes: counters.databaseSize / 1e9,
  };
}

/** Dollars a month by part, without the plan. `allowances`: as much is free as the plan includes. */
export function ourParts(usage: Usage, { allowances }: { readonly allowances: boolean }) {
  const of = (metered: { readonly included: number; readonly perMillion: number }, amount: number) =>
    price(allowances ? metered : { ...metered, included: 0 }, amount);
  const { storage } = CLOUDFLARE;
  return {
    requests: of(CLOUDFLARE.requests, usage.requests) + of(CLOUDFLARE.workerRequests, usage.workerRequests),
    duration: of(CLOUDFLARE.duration, usage.duration),
    rows: of(CLOUDFLARE.rowsWritten, usage.rowsWritten) + of(CLOUDFLARE.rowsRead, usage.rowsRead),
    storage: Math.max(0, usage.gigabytes - (allowances ? storage.included : 0)) * storage.each,
  };
}

/** Dollars a month on a plan that nothing else uses. */
export function ours(usage: Usage): number {
  return CLOUDFLARE.plan + sum(ourParts(usage, { allowances: true }));
}

/** The same traffic by MQTT on AWS IoT Core: devices and the back end connected all the time. */
export function awsIot({ devices, publishes, calls, connects }: Traffic): number {
  const { publish, call, connect } = AWS_MESSAGES;
  const messages = DAYS * devices * (publishes * publish + calls * call + connects * connect);
  return (
    price(AWS_IOT.connectionMinutes, ((devices + 1) * MONTH_SECONDS) / 60) + price(AWS_IOT.messages, messages)
  );
}

export function machine(): number {
  return MACHINE.month;
}

export function sum(parts: Readonly<Record<string, number>>): number {
  return Object.values(parts).reduce((total, each) => total + each, 0);
}
