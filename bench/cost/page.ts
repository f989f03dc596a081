/** docs/cost.md as text, from the counters and the prices. */
import { awsIot, machine, ourParts, ours, sum, type Traffic, usageOf } from "./bill.ts";
import type { Counted, Counters } from "./counters.ts";

export interface Scenario {
  readonly name: string;
  readonly traffic: Traffic;
}

const devices = 1_000;

export const SCENARIOS: readonly Scenario[] = [
  { name: "connected, silent", traffic: { devices, publishes: 0, calls: 0, connects: 0 } },
  { name: "a reading an hour", traffic: { devices, publishes: 24, calls: 1, connects: 1 } },
  { name: "a reading a minute", traffic: { devices, publishes: 1_440, calls: 24, connects: 1 } },
  { name: "a reading every ten seconds", traffic: { devices, publishes: 8_640, calls: 24, connects: 1 } },
  { name: "a reading a second", traffic: { devices, publishes: 86_400, calls: 24, connects: 1 } },
];

export function page(counters: Counters, date: string): string {
  const bills = SCENARIOS.map(({ name, traffic }) => {
    const usage = usageOf(traffic, counters);
    return { name, traffic, usage };
  });
  return `<!-- Written by node bench/cost.ts. Change that, not this. -->

# What 1,000 devices cost

A thousand devices stay connected to one realm, publish at a steady rate to one back end, are called by it now and then,
and lose their connection once a day. A month has 30 days; dollars; counted on ${date}.

${table(
  ["traffic of each device", "edgebahn", "AWS IoT Core", "small virtual machine"],
  bills.map(({ name, traffic, usage }) => [
    name,
    dollars(ours(usage)),
    dollars(awsIot(traffic)),
    dollars(machine()),
  ]),
)}

![Dollars a month by publications a day](cost.svg)

- **edgebahn** is Cloudflare's Workers Paid plan, $5 a month, with what it includes, and nothing else on the account. A second
  realm, or a tenth, shares the same $5 and the same allowances. Small and silent realms fit into the Free plan: $0.
- **AWS IoT Core** has no base price, but each minute of connection is charged, and each message twice, in and out.
- **Small virtual machine**: one of 1 GB with a router that somebody installs, patches and watches, in one place, paid
  by day and night. Two of them, so that one may fail, cost double and a load balancer.
- Names, certificates, traffic beyond allowances, and people's time are in none of the columns.

## An idle realm

A realm whose clients are connected and silent sleeps. In ${counters.idleSeconds} s of silence with ${counters.connected} clients, after the ten
seconds that the platform waits, these were counted: ${idleCounts(counters)}; and the next message made the object
anew, so it had slept. What is left is storage: ${Math.round(counters.databaseSize / 1_000)} KB here, ${dollars(
    (counters.databaseSize / 1e9) * 0.2,
    6,
  )} a month.
The script ends with an error where the realm did not sleep.

## Where the money goes

Before allowances, for the same rows:

${table(
  ["traffic of each device", "requests", "duration", "rows", "storage", "sum"],
  bills.map(({ name, usage }) => {
    const parts = ourParts(usage, { allowances: false });
    return [
      name,
      ...[parts.requests, parts.duration, parts.rows, parts.storage, sum(parts)].map((part) => dollars(part)),
    ];
  }),
)}

${table(
  [
    "a month",
    "incoming messages",
    "billed requests",
    "rows written",
    "object runs",
    "GB-s with staying awake",
  ],
  bills.map(({ name, usage }) => [
    name,
    millions(usage.messages),
    millions(usage.requests),
    millions(usage.rowsWritten),
    `${(usage.running / 3_600).toFixed(1)} h`,
    Math.round(usage.duration).toLocaleString("en-GB"),
  ]),
)}

- Twenty incoming messages count as one request; outgoing ones are free, so an event to a thousand dashboards costs what an
  event to one does. \`wamp.2.*.batched\` makes several messages one.
- Publications and calls write no row. Connecting, subscribing and registering do.
- After a call the realm stays awake until it has written down what sleep would lose: half a second where calls came alone, five
  where they go on coming. That is billed as duration; the tables take five for all, which is too much rather than too little. Publications do not keep it awake: an object that may sleep is not billed, even before it does. An object that
  never sleeps uses 331,776 GB-s a month, within the 400,000 that the plan includes.
- One realm is one object, which serves about a thousand messages a second: the last row is at that edge.

## Counted, for one act

Bare workerd, the production build with counters (\`bench/counted\`). Seconds are CPU time of the whole process on a shared
machine, taken for the object's running time, so too much rather than too little.

${table(
  [
    "act",
    "Worker requests",
    "object requests",
    "messages",
    "rows written",
    "rows read",
    "alarms set",
    "CPU time",
  ],
  [
    actRow("connect and register", counters.connect),
    actRow("leave", counters.leave),
    actRow("publish to one", counters.publish),
    actRow("call and answer", counters.call),
  ],
)}

Leaving writes the rows that go. The few rows beside publications belong to the alarm that follows joining.

## Prices

- Cloudflare: the pages Durable Objects pricing and Workers pricing of developers.cloudflare.com, November 2026.
- AWS: aws.amazon.com/iot-core/pricing, as transcribed on 20 September 2026: $0.08 for a million minutes of
  connection, $1 for a million messages of up to 5 KB.
- Virtual machine: DigitalOcean's Basic Droplet of 1 GB, $6 a month. Its price page shows no such table to machines, so this is
  the price that is known since 2022; in September 2026 that page began at $4.

\`npx node bench/cost.ts\` counts and computes anew; the prices stand in \`bench/cost/prices.ts\`.
`;
}

function idleCounts({ idle }: Counters): string {
  const { requests, messages, alarms, rowsWritten, rowsRead } = idle;
  return `${requests} requests, ${messages} messages, ${alarms} alarms, ${rowsWritten} rows written, ${rowsRead} read`;
}

function actRow(name: string, counted: Counted): string[] {
  const { workerRequests, requests, messages, rowsWritten, rowsRead, alarmsSet, seconds } = counted;
  return [
    name,
    ...[workerRequests, requests, messages, rowsWritten, rowsRead, alarmsSet].map((each) =>
      String(Number(each.toFixed(each < 0.1 ? 4 : 2))),
    ),
    `${(seconds * 1e6).toFixed(0)} us`,
  ];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heads, heads.map((_, at) => (at === 0 ? "---" : "---:")), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function dollars(amount: number, digits = 2): string {
  return `$${amount.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

function millions(value: number): string {
  return value >= 1e5 ? `${(value / 1e6).toFixed(1)} M` : Math.round(value).toLocaleString("en-GB");
}
