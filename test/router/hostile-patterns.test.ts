/** S14: patterns made so that a search has much to do, and texts made so that two of them look alike to a hash. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { KeyedHash } from "../../src/router/keyed-hash.ts";
import { PatternTable } from "../../src/router/pattern-table.ts";
import { type MatchPolicy, matches } from "../../src/wamp/uri.ts";

interface Pattern {
  readonly match: MatchPolicy;
  readonly uri: string;
}

/** The bits of a number as components: `a` or nothing. */
function bits(of: number, count: number): string {
  return Array.from({ length: count }, (_, bit) => ((of >> bit) & 1 ? "a" : "")).join(".");
}

function tableOf(patterns: Iterable<Pattern>): PatternTable<Pattern> {
  const table = new PatternTable<Pattern>(7);
  for (const pattern of patterns) table.set(pattern);
  return table;
}

const wildcards = (count: number, uri: (at: number) => string): Pattern[] =>
  Array.from({ length: count }, (_, at) => ({ match: "wildcard", uri: uri(at) }));
const sorted = (patterns: readonly Pattern[]): string[] => patterns.map(({ uri }) => uri).toSorted();

/** Family to its patterns, and URIs of which some match many of them and some none. */
const FAMILIES: Readonly<Record<string, readonly [Pattern[], readonly string[]]>> = {
  "each level literal and empty, with another last component": [
    wildcards(4_096, (at) => `${bits(at, 12)}.z`),
    [`${"a.".repeat(12)}n`, `${"a.".repeat(12)}z`, `${"a.b.".repeat(6)}z`, `${"b.".repeat(12)}z`],
  ],
  "a few shapes with many literals": [
    wildcards(4_000, (at) => (at % 2 ? `com..n${at}.x` : `com.n${at}..x`)),
    ["com.n2.n3.x", "com.n2.n2.x", "com.n3.n3.x", "com.q.n3.x", "com.n2.q.x", "com.n2.n3.y"],
  ],
  "more shapes than few, each with many literals": [
    wildcards(8_000, (at) => `${bits(at % 20, 5)}.n${Math.floor(at / 20)}`),
    ["a.a.a.a.a.n7", "a.b.a.b.a.n399", "b.b.b.b.b.n0", "a.a.a.a.a.m"],
  ],
  "32 components, with the wildcards everywhere and nowhere": [
    [
      ...wildcards(32, (at) => Array.from({ length: 32 }, (_, n) => (n === at ? "" : "a")).join(".")),
      ...wildcards(32, (at) => Array.from({ length: 32 }, (_, n) => (n === at ? "a" : "")).join(".")),
      ...wildcards(2, (at) => Array.from({ length: 32 }, () => (at ? "a" : "")).join(".")),
    ],
    ["a.".repeat(31).concat("a"), "a.".repeat(31).concat("b"), "b.".concat("a.".repeat(30), "a"), "a"],
  ],
  "prefixes in each other": [
    Array.from({ length: 257 }, (_, length): Pattern => ({ match: "prefix", uri: "a".repeat(length) })),
    ["a".repeat(256), "a", "aab", "b"],
  ],
};

test.for(Object.entries(FAMILIES))("S14 %s: the same matches as one by one, while they go", ([, family]) => {
  const [patterns, uris] = family;
  const table = tableOf(patterns);
  let left = patterns;
  for (let round = 0; round < 6; round++) {
    for (const uri of uris) {
      const expected = left.filter((each) => matches(each.uri, each.match, uri));
      expect(sorted(table.matching(uri)), uri).toStrictEqual(sorted(expected));
      expect(table.best(uri) === undefined).toBe(expected.length === 0);
      if (expected.length > 0) expect(table.best(uri)).toBe(bestOf(table.matching(uri)));
    }
    // Every second one goes, from both ends in turn.
    const going = new Set(left.filter((_, at) => at % 2 === round % 2));
    for (const { match, uri } of going) table.delete(match, uri);
    left = left.filter((each) => !going.has(each));
  }
});

/** Of matches in the order of PatternTable.matching. */
function bestOf(found: readonly Pattern[]): Pattern | undefined {
  return found[0]?.match === "prefix" ? found.at(-1) : found[0];
}

test("S14 sets of places that come and go leave the others where they are found", () => {
  const table = tableOf([]);
  const there = new Set<number>();
  for (let step = 0; step < 400; step++) {
    const shape = (step * 7 + (step >> 3) * 5) % 16;
    const patterns = wildcards(40, (at) => `${bits(shape, 4)}.n${at}`);
    const goes = there.delete(shape);
    if (!goes) there.add(shape);
    for (const pattern of patterns) {
      if (goes) table.delete(pattern.match, pattern.uri);
      else table.set(pattern);
    }
    const expected = [...there].map((each) => `${bits(each, 4)}.n3`).toSorted();
    expect(sorted(table.matching("a.a.a.a.n3")), `step ${step}`).toStrictEqual(expected);
  }
});

/** How many words are hashed and how many patterns' texts are read. */
function work(patterns: readonly Pattern[], uri: string): { hashed: number; read: number } {
  const count = { hashed: 0, read: 0 };
  const table = tableOf(
    patterns.map(({ match, uri: text }) => ({
      match,
      get uri() {
        count.read++;
        return text;
      },
    })),
  );
  count.read = 0;
  const { imul } = Math;
  Math.imul = (a, b) => {
    count.hashed++;
    return imul(a, b);
  };
  try {
    table.matching(uri);
  } finally {
    Math.imul = imul;
  }
  return count;
}

test("S14 of patterns that match until the last component none is read, and their shapes are not asked one by one", () => {
  const uri = `${"a.".repeat(12)}n`;
  const { hashed, read } = work(
    wildcards(4_096, (at) => `${bits(at, 12)}.z`),
    uri,
  );
  expect(read).toBe(0);
  expect(hashed).toBeLessThan(4 * uri.length);
});

test("S14 of patterns with few shapes each shape is asked once, and only what matches is read", () => {
  const uri = "com.n2.n3.x";
  const { hashed, read } = work(
    wildcards(4_000, (at) => (at % 2 ? `com..n${at}.x` : `com.n${at}..x`)),
    uri,
  );
  expect(read).toBe(2);
  // Each character once and each component twice, and four for asking a shape: running through 4,000 would hash less.
  expect(hashed).toBe(8 + 2 * 4 + 4 * 2);
});

test("S14 patterns with the same components in another order, or twice, are not read", () => {
  const patterns = wildcards(4_096, (at) => `${at % 8}.${(at >> 3) % 8}.${(at >> 6) % 8}.${at >> 9}.`);
  expect(work(patterns, "1.2.3.4.x").read).toBe(1);
  expect(work(patterns, "5.5.6.6.x").read).toBe(1);
});

test("S14 of prefixes in each other one is read for each length", () => {
  const prefixes: Pattern[] = [];
  for (let at = 0; at < 5_120; at++) {
    prefixes.push({
      match: "prefix",
      uri: String.fromCharCode(97 + (at % 20)).repeat(1 + Math.floor(at / 20)),
    });
  }
  const { hashed, read } = work(prefixes, "a".repeat(256));
  expect(read).toBe(2 * 256); // its length, then its text
  expect(hashed).toBe(256);
});

/** Texts of which some have the same hash under this key: a birthday among 300,000. */
function alike(hash: KeyedHash): string[] {
  const first = new Map<number, string>();
  const found: string[] = [];
  for (let at = 0; at < 300_000; at++) {
    const text = (Math.imul(at, 0x9e3779b1) >>> 0).toString(36);
    const other = first.get(hash.of(text));
    if (other !== undefined) found.push(other, text);
    else first.set(hash.of(text), text);
  }
  return found;
}

test("S14 texts that share a hash are told apart, as prefixes and as components", () => {
  const texts = alike(new KeyedHash(7));
  expect(texts.length).toBeGreaterThan(1);
  const prefixes = texts.map((uri): Pattern => ({ match: "prefix", uri }));
  const table = tableOf([...prefixes, ...wildcards(texts.length, (at) => `${texts[at]}..x`)]);
  for (const [at, text] of texts.entries()) {
    const expected = [prefixes[at], { match: "wildcard", uri: `${text}..x` }];
    expect(table.matching(`${text}.y.x`)).toStrictEqual(expected);
    expect(table.get("prefix", text)).toBe(prefixes[at]);
    expect(table.get("wildcard", `${text}..x`)).toStrictEqual(expected[1]);
    // The other one of the pair stays.
    table.delete("prefix", text);
    table.delete("wildcard", `${text}..x`);
    expect(table.matching(`${text}.y.x`)).toStrictEqual([]);
    const other = at % 2 ? undefined : texts[at + 1];
    if (other !== undefined) expect(table.matching(`${other}.y.x`)).toHaveLength(2);
  }
});

test("S14 texts that share a hash under one key do not under another, so nobody can make them", () => {
  const texts = alike(new KeyedHash(7));
  for (const key of [1, 8, 2 ** 40 + 7, 2 ** 53]) {
    const hash = new KeyedHash(key);
    for (let at = 0; at < texts.length; at += 2) {
      expect(hash.of(texts[at] ?? "")).not.toBe(hash.of(texts[at + 1] ?? ""));
    }
  }
});

/** Octets of buffers that something still refers to. */
function buffers(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // what the flag brings
  return process.memoryUsage().arrayBuffers;
}

test("S14 the memory that many patterns took is given back as they go", () => {
  const patterns = [
    ...wildcards(30_000, (at) => `com..n${at}.x`),
    ...Array.from({ length: 30_000 }, (_, at): Pattern => ({ match: "prefix", uri: `com.n${at}.` })),
  ];
  const before = buffers();
  const table = tableOf(patterns);
  const held = buffers() - before;
  expect(held).toBeGreaterThan(1_000_000);
  for (const { match, uri } of patterns.slice(0, -100)) table.delete(match, uri);
  expect(buffers() - before).toBeLessThan(held / 50);
  expect(sorted(table.matching("com.n29999.x"))).toStrictEqual(["com.n29999."]);
});

test("S14 what many patterns match is not remembered: only little of it would fit", () => {
  const uri = "a".repeat(9);
  const prefixes = (count: number): PatternTable<Pattern> =>
    tableOf(Array.from({ length: count }, (_, at): Pattern => ({ match: "prefix", uri: "a".repeat(at) })));
  const [eight, nine] = [prefixes(8), prefixes(9)];
  expect(eight.matching(uri)).toBe(eight.matching(uri));
  expect(nine.matching(uri)).not.toBe(nine.matching(uri));
  expect(nine.matching(uri)).toHaveLength(9);
});
