/** The counters of a router that counts (see worker.ts), read from outside. Reading wakes nobody and is not counted. */
import type { Server } from "../runtime/server.ts";
import type { Tally } from "./tally.ts";

export async function readCounters({ port }: Server): Promise<Readonly<Tally>> {
  const response = await fetch(`http://127.0.0.1:${port}/tally`);
  return (await response.json()) as Tally; // worker.ts writes it
}

/** What was counted in between. */
export function difference(before: Readonly<Tally>, after: Readonly<Tally>): Readonly<Tally> {
  const counted = { ...after };
  for (const name of Object.keys(counted) as (keyof Tally)[]) counted[name] -= before[name];
  return counted;
}
