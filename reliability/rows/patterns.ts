/** S14: a hundred thousand patterns and URIs that are made to be slow, on the router's own table. In this process, no sockets. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PatternTable } from "../../src/router/pattern-table.ts";
import { type MatchPolicy, matches } from "../../src/wamp/uri.ts";
import { Dice } from "../../test/fuzz/permission-cases.ts";
import { atMost, type Figure, type Outcome, percentile, type Row } from "../row.ts";

const PATTERNS = 100_000;
const LOOKS = 2_000;
/** Milliseconds after which a family that is slow has been looked at long enough. */
const ENOUGH = 4_000;
/** URIs of each family for which every pattern is asked one by one, too. */
const ORACLE = 5;
const TARGET = 1;

type Pattern = readonly [match: MatchPolicy, uri: string];

interface Family {
  readonly name: string;
  readonly pattern: (at: number) => Pattern;
  readonly uri: (dice: Dice, at: number) => string;
}

/** The bits of a number as components: `a` or nothing. */
function bits(of: number, count: number): string {
  return Array.from({ length: count }, (_, bit) => ((of >> bit) & 1 ? "a" : "")).join(".");
}
const WORDS = ["a", "b", "com", "device", "x1", "x2", "x3", "temperature"];
const words = (dice: Dice, most: number) =>
  Array.from({ length: 1 + dice.under(most) }, () => dice.one(WORDS)).join(".");

const FAMILIES: readonly Family[] = [
  {
    name: "a device each, of all three policies",
    pattern(at) {
      if (at % 3 === 0) return ["exact", `com.device.n${at}.temperature`];
      return at % 3 === 1 ? ["prefix", `com.device.n${at}.`] : ["wildcard", `com..n${at}.temperature`];
    },
    uri: (dice) => `com.device.n${dice.under(PATTERNS)}.temperature`,
  },
  {
    name: "prefixes in each other",
    pattern: (at) => [
      "prefix",
      `${String.fromCharCode(97 + (at % 26)).repeat(1 + (Math.floor(at / 26) % 255))}${at < 6_630 ? "" : at}`,
    ],
    uri: (dice) => String.fromCharCode(97 + dice.under(26)).repeat(256),
  },
  {
    name: "prefixes that part at the first character",
    pattern: (at) => ["prefix", String.fromCodePoint(0x3400 + (at % 50_000)) + (at < 50_000 ? "" : "x")],
    uri: (dice) => `${String.fromCodePoint(0x3400 + dice.under(50_000))}xyz`,
  },
  {
    name: "wildcards of 32 components",
    pattern: (at) => ["wildcard", `${".".repeat(at % 31)}n${at}${".".repeat(31 - (at % 31))}`],
    uri: (dice) => Array.from({ length: 32 }, () => `n${dice.under(PATTERNS)}`).join("."),
  },
  {
    name: "wildcards that all match until the last component",
    pattern: (at) => ["wildcard", at < 65_536 ? `${bits(at, 16)}.z` : `q.${bits(at, 16)}.z`],
    uri: (dice) => `${"a.".repeat(16)}n${dice.under(PATTERNS)}`,
  },
  {
    name: "any of these together",
    pattern: (at) => FAMILIES[at % 5]?.pattern(Math.floor(at / 5)) ?? ["exact", "never"],
    uri: (dice, at) => (at % 2 ? words(dice, 32) : (FAMILIES[dice.under(5)]?.uri(dice, at) ?? "never")),
  },
];

/** Octets of live objects. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // what the flag brings
  return process.memoryUsage().heapUsed;
}

interface Measured {
  readonly times: number[];
  readonly octets: number;
  readonly removal: number;
  readonly wrong: number;
  readonly left: number;
}

function measure({ pattern, uri }: Family): Measured {
  const dice = new Dice(14);
  const before = heap();
  const table = new PatternTable<number>();
  const patterns = new Map<string, Pattern>();
  for (let at = 0; at < PATTERNS; at++) {
    const [match, text] = pattern(at);
    patterns.set(`${match} ${text}`, [match, text]);
    table.set(match, text, at);
  }
  const uris = Array.from({ length: LOOKS }, (_, at) => uri(dice, at));
  const listed = heap();
  const times: number[] = [];
  const until = performance.now() + ENOUGH;
  for (const each of uris) {
    const began = performance.now();
    if (began > until) break;
    table.matching(each);
    times.push(performance.now() - began);
  }
  let wrong = 0;
  for (const each of uris.slice(0, ORACLE)) {
    const expected = [...patterns.values()].filter(([match, text]) => matches(text, match, each)).length;
    if (table.matching(each).length !== expected) wrong++;
  }
  const began = performance.now();
  for (const [match, text] of patterns.values()) table.delete(match, text);
  const removal = ((performance.now() - began) * 1_000) / patterns.size;
  const left = uris.filter(
    (each) => table.matching(each).length > 0 || table.best(each) !== undefined,
  ).length;
  return {
    times,
    octets: (listed - before) / patterns.size,
    removal,
    wrong,
    left,
  };
}

export const patterns: Row = {
  id: "S14",
  title: `${PATTERNS.toLocaleString("en")} patterns and URIs made to be slow, on the core alone`,

  async run(): Promise<Outcome> {
    const figures: Record<string, Figure> = {};
    let [wrong, left, looks] = [0, 0, 0];
    for (const family of FAMILIES) {
      const measured = measure(family);
      wrong += measured.wrong;
      looks += measured.times.length;
      left += measured.left;
      const { value, ...held } = atMost(percentile(measured.times, 99), TARGET);
      const more = `most ${Math.max(...measured.times).toFixed(2)} ms, ${Math.round(measured.octets)} B each, ${measured.removal.toFixed(1)} us to remove one`;
      figures[family.name] = {
        ...held,
        value: `p99 ${percentile(measured.times, 99).toFixed(3)} ms (${more})`,
      };
    }
    return {
      done: { families: FAMILIES.length, "look-ups": looks },
      faults: { "wrong matches": wrong, "URIs that match when all is removed": left },
      figures,
    };
  },
};
