/** S14: a hundred thousand patterns and URIs that are made to be slow, on the router's own table. In this process, no sockets. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PatternTable } from "../../src/router/pattern-table.ts";
import type { UriPattern } from "../../src/router/settings.ts";
import { type MatchPolicy, matches } from "../../src/wamp/uri.ts";
import { Dice } from "../../test/fuzz/permission-cases.ts";
import { atMost, type Figure, type Outcome, percentile, type Row } from "../row.ts";

const PATTERNS = 100_000;
const LOOKS = 2_000;
/** Each URI is looked up so many times and the quickest counts: the machine does other work, too. */
const PASSES = 3;
/** Milliseconds after which a family that is slow has been looked at long enough. */
const ENOUGH = 4_000;
/** Patterns that go and come back at once while all others stay, so that whatever is copied is copied again and again. */
const CHURN = 20_000;
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
    name: "wildcards of which no two have their places in common",
    pattern: (at) => ["wildcard", `${bits(at, 17)}.z`],
    uri: (dice) => `${"a.".repeat(17)}n${dice.under(PATTERNS)}`,
  },
  {
    name: "wildcards of which sixteen have their places in common",
    pattern: (at) => ["wildcard", `${bits(at >> 4, 13)}.n${at & 15}.${"a.".repeat(17)}z`],
    uri: (dice) => `${"a.".repeat(31)}n${dice.under(PATTERNS)}`,
  },
  {
    name: "any of these together",
    pattern: (at) => FAMILIES[at % 7]?.pattern(Math.floor(at / 7)) ?? ["exact", "never"],
    uri: (dice, at) => (at % 2 ? words(dice, 32) : (FAMILIES[dice.under(7)]?.uri(dice, at) ?? "never")),
  },
];

/** Octets of live objects. */
function heap(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // what the flag brings
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

interface Measured {
  readonly times: number[];
  readonly octets: number;
  /** Microseconds each. */
  readonly adding: number;
  readonly churn: number;
  readonly removing: number;
  readonly wrong: number;
  readonly left: number;
}

/** Microseconds that one of `count` takes. */
function eachOf(count: number, work: () => void): number {
  const began = performance.now();
  work();
  return ((performance.now() - began) * 1_000) / count;
}

/** Milliseconds for each URI. What the table remembers of earlier ones is made old before: that is no search. */
function lookUp(table: PatternTable<UriPattern>, uris: readonly string[]): number[] {
  const times: number[] = [];
  const until = performance.now() + ENOUGH;
  for (let pass = 0; pass < PASSES; pass++) {
    for (const [at, uri] of uris.entries()) {
      table.delete("prefix", "never.there");
      const began = performance.now();
      if (began > until) return times;
      table.matching(uri);
      times[at] = Math.min(times[at] ?? Number.POSITIVE_INFINITY, performance.now() - began);
    }
  }
  return times;
}

function measure({ pattern, uri }: Family): Measured {
  const dice = new Dice(14);
  const patterns = new Map<string, UriPattern>();
  for (let at = 0; at < PATTERNS; at++) {
    const [match, text] = pattern(at);
    patterns.set(`${match} ${text}`, { match, uri: Buffer.from(text).toString() }); // in one piece, as from a frame
  }
  const all = [...patterns.values()];
  const uris = Array.from({ length: LOOKS }, (_, at) => uri(dice, at));
  const before = heap();
  const table = new PatternTable<UriPattern>(14);
  const adding = eachOf(all.length, () => {
    for (const each of all) table.set(each);
  });
  const octets = (heap() - before) / all.length;
  const times = lookUp(table, uris);
  let wrong = 0;
  for (const each of uris.slice(0, ORACLE)) {
    const expected = all.filter(({ match, uri: text }) => matches(text, match, each)).length;
    if (table.matching(each).length !== expected) wrong++;
  }
  const going = Array.from({ length: CHURN }, () => dice.one(all));
  const churn = eachOf(CHURN, () => {
    for (const each of going) {
      table.delete(each.match, each.uri);
      table.set(each);
    }
  });
  const removing = eachOf(all.length, () => {
    for (const { match, uri: text } of all) table.delete(match, text);
  });
  const left = uris.filter((each) => table.matching(each).length > 0 || table.best(each)).length;
  return { times, octets, adding, churn, removing, wrong, left };
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
      const most = Math.max(...measured.times).toFixed(2);
      const us = [measured.adding, measured.churn, measured.removing].map((each) => each.toFixed(1));
      const more = `most ${most} ms, ${Math.round(measured.octets)} B each, ${us[0]} us to add one, ${us[1]} to remove and add one, ${us[2]} to remove one`;
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
