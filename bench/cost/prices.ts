/** What others charge, in US dollars, with where it says so. Allowances are those of the paid plan, for a month. */

/** Of what is bought by the million. */
export interface Metered {
  readonly included: number;
  readonly perMillion: number;
}

/**
 * developers.cloudflare.com/durable-objects/platform/pricing and /workers/platform/pricing, as read for
 * platform.md on 22 November 2026.
 */
export const CLOUDFLARE = {
  /** Workers Paid, a month, whatever runs on it. */
  plan: 5,
  workerRequests: { included: 10e6, perMillion: 0.3 },
  /** HTTP requests, calls between objects, alarms, and a twentieth of the incoming messages. */
  requests: { included: 1e6, perMillion: 0.15 },
  messagesForOneRequest: 20,
  /** GB-s: wall-clock time in which an object runs, or cannot sleep, at 128 MB. */
  duration: { included: 400_000, perMillion: 12.5 },
  gigabytes: 0.128,
  rowsWritten: { included: 50e6, perMillion: 1 },
  rowsRead: { included: 25e9, perMillion: 0.001 },
  /** GB and month. */
  storage: { included: 5, each: 0.2 },
} as const;

/** aws.amazon.com/iot-core/pricing, as transcribed from that page on 20 September 2026; US East and Ireland. */
export const AWS_IOT = {
  connectionMinutes: { included: 0, perMillion: 0.08 },
  /** Of up to 5 KB, in and out; the first thousand million of a month. */
  messages: { included: 0, perMillion: 1 },
} as const;

/** DigitalOcean Basic Droplet, 1 vCPU, 1 GB, 1 TB of traffic: $6 since 2022 (digitalocean.com/pricing/droplets). */
export const MACHINE = { month: 6 } as const;

export function price({ included, perMillion }: Metered, amount: number): number {
  return (Math.max(0, amount - included) * perMillion) / 1e6;
}
