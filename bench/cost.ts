/** `node bench/cost.ts` counts what devices cost, computes what a month costs, and writes docs/cost.md and docs/cost.svg. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Contenders } from "./contender.ts";
import { awsIot, machine, ours, type Traffic, usageOf } from "./cost/bill.ts";
import { countActs } from "./cost/counters.ts";
import { page } from "./cost/page.ts";
import { svg } from "./plot.ts";

const DOCS = join(import.meta.dirname, "../docs");
/** Publications of each device on a day: one, to one a second. */
const RATES = [1, 4, 24, 96, 288, 1_440, 8_640, 28_800, 86_400];

const contenders = await Contenders.create();
try {
  const counters = await countActs(contenders);
  const date = new Date().toISOString().slice(0, 10);
  await writeFile(join(DOCS, "cost.md"), page(counters, date));
  const line = (name: string, dollars: (traffic: Traffic) => number) => ({
    name,
    points: RATES.map((publishes) => ({
      x: publishes,
      y: dollars({ devices: 1_000, publishes, calls: Math.min(24, publishes), connects: 1 }),
    })),
  });
  const plot = svg({
    title: "1,000 devices, a month",
    x: "publications of each device on a day",
    y: "US dollars a month",
    logarithmic: true,
    series: [
      line("edgebahn", (traffic) => ours(usageOf(traffic, counters))),
      line("AWS IoT Core", awsIot),
      line("small virtual machine", machine),
    ],
  });
  await writeFile(join(DOCS, "cost.svg"), plot);
  console.log(JSON.stringify(counters, undefined, 2));
} finally {
  await contenders.end();
}
