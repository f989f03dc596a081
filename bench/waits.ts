/**
 * Why finding one among a million costs more than among a thousand: `node bench/waits.ts`. Prints what a read costs that has
 * to wait for the one before, by how much memory it goes over; how many such reads the growth of a look-up is, the router's
 * and a plain Map's; and which functions do the waiting. Profiles go into bench/profiles/.
 */

import { writeFile } from "node:fs/promises";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { crowd } from "./core/crowd.ts";
import { type Spread, urisOf } from "./core/places.ts";
import { dependentRead } from "./core/reads.ts";
import { calling, lookingUp, publishing, type Work } from "./core/work.ts";
import { ownTimes } from "./own-times.ts";

const KIB = 1_024;
const FOOTPRINTS = [32 * KIB, 512 * KIB, 4_096 * KIB, 32_768 * KIB, 524_288 * KIB];
const [FEW, MANY] = [1_000, 1_000_000];
const COUNT = 200_000;
const ROUNDS = 7;
const SHOWN = 12;
const FOLDER = join(import.meta.dirname, "profiles");

const works: Readonly<Record<string, (size: number) => (spread: Spread) => Work>> = {
  "B8 publish": (size) => {
    const among = crowd("SUBSCRIBE", "mixed", size);
    return (spread) => publishing(among, spread);
  },
  "B9 call": (size) => {
    const among = crowd("REGISTER", "mixed", size);
    return (spread) => calling(among, spread);
  },
  "plain Map": (size) => (spread) => lookingUp(size, spread),
};

console.log("a read that waits for the one before it, at random places of");
const costs = FOOTPRINTS.map(dependentRead);
for (const [at, octets] of FOOTPRINTS.entries()) {
  console.log(
    `${amount(octets / KIB).padStart(10)} KiB  ${(costs[at] ?? Number.NaN).toFixed(1).padStart(6)} ns`,
  );
}
const [near = 0, far = 0] = [costs[0], costs.at(-1)];

for (const [name, workAmong] of Object.entries(works)) {
  const [few, many] = [workAmong(FEW), workAmong(MANY)];
  for (const spread of [1_024, 16_384, "any"] as const) {
    const at = { few: few(spread), many: many(spread) };
    const [least, most] = [best(at.few, urisOf(spread, FEW)), best(at.many, urisOf(spread, MANY))];
    const reads = (most - least) / (far - near);
    console.log(
      `\n${name}, ${amountOf(spread)}: ${least.toFixed(0)} ns among ${amount(FEW)}, ${most.toFixed(0)} ns among ${amount(MANY)}: as much more as ${reads.toFixed(1)} reads from far`,
    );
    if (name === "plain Map" || spread !== "any") continue;
    await comparison(name, { few: { work: at.few, each: least }, many: { work: at.many, each: most } });
  }
}

interface Timed {
  readonly work: Work;
  /** Nanoseconds. */
  readonly each: number;
}

/** Prints the functions whose own time grew, the most first. */
async function comparison(name: string, { few, many }: { few: Timed; many: Timed }): Promise<void> {
  const before = ownTimes(await profiled(few.work));
  const profile = await profiled(many.work);
  await writeFile(
    join(FOLDER, `core-${name.replaceAll(" ", "-")}-any-URI.cpuprofile`),
    JSON.stringify(profile),
  );
  const grown = [...ownTimes(profile)].map(([name, share]) => {
    const [then, now] = [(before.get(name) ?? 0) * few.each, share * many.each];
    return { name, then, now };
  });
  grown.sort((one, other) => other.now - other.then - (one.now - one.then));
  console.log("  more ns   among few  among many  of each, by function (what makes the URIs is among them)");
  for (const { name, then, now } of grown.slice(0, SHOWN)) {
    const [more, least, most] = [now - then, then, now].map((ns) => ns.toFixed(0));
    console.log(`${more?.padStart(9)}   ${least?.padStart(9)}  ${most?.padStart(10)}  ${name}`);
  }
}

async function profiled(work: Work) {
  const inspector = new Session();
  inspector.connect();
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.setSamplingInterval", { interval: 500 }); // microseconds
  await inspector.post("Profiler.start");
  for (let round = 0; round < ROUNDS; round++) work(COUNT);
  const { profile } = await inspector.post("Profiler.stop");
  inspector.disconnect();
  return profile;
}

/** Nanoseconds for each, at best. */
function best(work: Work, uris: number): number {
  work(uris + COUNT);
  return Math.min(...Array.from({ length: ROUNDS }, () => work(COUNT)));
}

function amountOf(spread: Spread): string {
  return spread === "any" ? "any URI" : `${amount(spread)} URIs`;
}

function amount(size: number): string {
  return size.toLocaleString("en-GB");
}
