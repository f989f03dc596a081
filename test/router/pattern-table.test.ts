/**
 * The pattern table against an oracle that scans a list with the words of the requirements: string prefixes (PBS-01),
 * components compared one by one (PBS-02), the ranking of PBR-04..07.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { PatternTable } from "../../src/router/pattern-table.ts";
import type { MatchPolicy } from "../../src/wamp/uri.ts";

interface Pattern {
  readonly match: MatchPolicy;
  readonly uri: string;
  readonly value: number;
}

class Oracle {
  patterns: Pattern[] = [];

  set(match: MatchPolicy, uri: string, value: number): void {
    this.delete(match, uri);
    this.patterns.push({ match, uri, value });
  }

  delete(match: MatchPolicy, uri: string): void {
    this.patterns = this.patterns.filter((each) => each.match !== match || each.uri !== uri);
  }

  get(match: MatchPolicy, uri: string): number | undefined {
    return this.patterns.find((each) => each.match === match && each.uri === uri)?.value;
  }

  matching(uri: string): Pattern[] {
    return this.patterns.filter((each) => matches(each, uri));
  }

  best(uri: string): number | undefined {
    const candidates = this.matching(uri);
    const exact = candidates.find(({ match }) => match === "exact");
    if (exact) return exact.value;
    const prefixes = candidates.filter(({ match }) => match === "prefix");
    if (prefixes.length > 0) return prefixes.reduce((a, b) => (b.uri.length > a.uri.length ? b : a)).value;
    return candidates.toSorted(byWildcards)[0]?.value;
  }
}

function matches({ match, uri: pattern }: Pattern, uri: string): boolean {
  if (match === "exact") return pattern === uri;
  if (match === "prefix") return uri.slice(0, pattern.length) === pattern;
  const wanted = pattern.split(".");
  const given = uri.split(".");
  return (
    wanted.length === given.length && wanted.every((each, index) => each === "" || each === given[index])
  );
}

/** PBR-07: how many literal components stand before the first wildcard, then before the second, and so on. */
function byWildcards(a: Pattern, b: Pattern): number {
  const runsOfA = literalRuns(a.uri);
  const runsOfB = literalRuns(b.uri);
  for (let at = 0; at < Math.max(runsOfA.length, runsOfB.length); at++) {
    const difference = (runsOfB[at] ?? 0) - (runsOfA[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function literalRuns(pattern: string): number[] {
  const runs = [0];
  for (const component of pattern.split(".")) {
    if (component === "") runs.push(0);
    else runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
  }
  return runs;
}

const POLICIES = ["exact", "prefix", "wildcard"] as const;

/** The exact one, prefixes from short to long, wildcards best first. */
function inOrder(a: Pattern, b: Pattern): number {
  if (a.match !== b.match) return POLICIES.indexOf(a.match) - POLICIES.indexOf(b.match);
  return a.match === "wildcard" ? byWildcards(a, b) : a.uri.length - b.uri.length;
}

// Few and alike, so that patterns overlap, nest and share surrogates; the last two differ in their second half only.
const component = fc.constantFrom("a", "b", "ab", "abc", "A", "__proto__", "\u{1F600}", "\u{1F601}");
const concrete = fc.array(component, { minLength: 1, maxLength: 5 }).map((parts) => parts.join("."));
const holed = fc
  .array(fc.oneof(component, fc.constant("")), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join("."));
const prefix = fc
  .tuple(concrete, fc.nat(12))
  .map(([uri, length]) => uri.slice(0, length))
  .filter((text) => text.isWellFormed());
const pattern: fc.Arbitrary<readonly [MatchPolicy, string]> = fc.oneof(
  fc.tuple(fc.constant("exact" as const), concrete),
  fc.tuple(fc.constant("prefix" as const), prefix),
  fc.tuple(fc.constant("wildcard" as const), holed),
);

interface Change {
  readonly pattern: readonly [MatchPolicy, string];
  readonly remove: boolean;
  readonly again: number;
}

const change: fc.Arbitrary<Change> = fc.record({
  pattern,
  remove: fc.nat(2).map((n) => n === 0),
  again: fc.nat(40),
});
const changes = fc.array(change, { maxLength: 40, size: "max" });
const RUNS = { numRuns: 2_000, seed: 20_261_122 };

/** Applies changes to both; a removal mostly names something that is there. */
function* applied(sequence: readonly Change[]) {
  const table = new PatternTable<Pattern>();
  const oracle = new Oracle();
  for (const [index, { pattern: drawn, remove, again }] of sequence.entries()) {
    const there = oracle.patterns[again % oracle.patterns.length];
    const [match, uri] = remove && there ? [there.match, there.uri] : drawn;
    if (remove) {
      table.delete(match, uri);
      oracle.delete(match, uri);
    } else {
      table.set({ match, uri, value: index });
      oracle.set(match, uri, index);
    }
    yield { table, oracle, match, uri };
  }
}

test("PBS-02 the table finds the same patterns as a scan of the list, in the same order, through every change", () => {
  fc.assert(
    fc.property(changes, fc.array(concrete, { minLength: 1, maxLength: 8 }), (drawn, uris) => {
      for (const { table, oracle, match, uri } of applied(drawn)) {
        expect(table.get(match, uri)?.value).toBe(oracle.get(match, uri));
        for (const each of uris) {
          const expected = oracle
            .matching(each)
            .toSorted(inOrder)
            .map(({ value }) => value);
          expect(table.matching(each).map(({ value }) => value)).toStrictEqual(expected);
        }
      }
    }),
    RUNS,
  );
});

test("PBR-07 the table ranks like the steps of the spec, through every change", () => {
  fc.assert(
    fc.property(changes, fc.array(concrete, { minLength: 1, maxLength: 8 }), (drawn, uris) => {
      for (const { table, oracle } of applied(drawn)) {
        for (const each of uris) expect(table.best(each)?.value).toBe(oracle.best(each));
      }
    }),
    RUNS,
  );
});

test("BRK-10 a table from which everything was removed matches nothing and holds no nodes", () => {
  fc.assert(
    fc.property(changes, fc.array(concrete, { maxLength: 8 }), (drawn, uris) => {
      const last = [...applied(drawn)].at(-1);
      if (!last) return;
      const { table, oracle } = last;
      for (const { match, uri } of oracle.patterns.toReversed()) table.delete(match, uri);
      const untouched = new PatternTable<Pattern>();
      for (const each of uris) {
        expect(table.matching(each)).toStrictEqual([]);
        expect(table.best(each)).toBeUndefined();
        expect(steps(table, () => table.matching(each))).toBe(
          steps(untouched, () => untouched.matching(each)),
        );
      }
      for (const { pattern } of drawn) {
        const [match, uri] = pattern;
        expect(table.get(match, uri)).toBeUndefined();
        expect(steps(table, () => table.get(match, uri))).toBe(
          steps(untouched, () => untouched.get(match, uri)),
        );
      }
    }),
    RUNS,
  );
});

/** How much is looked at that nothing has remembered: entries of maps, words that are hashed, texts that are compared. */
function steps(table: PatternTable<Pattern>, work: () => unknown): number {
  table.delete("prefix", "never.there"); // whenever a pattern changes, all that is remembered is old
  const { get } = Map.prototype;
  const { imul } = Math;
  const { startsWith, indexOf } = String.prototype;
  let count = 0;
  const counted = <A extends unknown[], R>(real: (this: unknown, ...given: A) => R) =>
    function counting(this: unknown, ...given: A): R {
      count++;
      return real.apply(this, given);
    };
  Map.prototype.get = counted(get);
  Math.imul = counted(imul);
  String.prototype.startsWith = counted(startsWith);
  String.prototype.indexOf = counted(indexOf);
  try {
    work();
  } finally {
    Map.prototype.get = get;
    Math.imul = imul;
    String.prototype.startsWith = startsWith;
    String.prototype.indexOf = indexOf;
  }
  return count;
}

/** `size` patterns of all policies that do not match the URIs below, and a few that do. */
function filled(size: number): PatternTable<Pattern> {
  const table = new PatternTable<Pattern>();
  for (const match of POLICIES)
    table.set({ match, uri: match === "wildcard" ? "com..room.7" : "com.house.room.7", value: -1 });
  for (let n = 0; n < size; n++) {
    const match = POLICIES[n % 3] ?? "exact";
    table.set({
      match,
      uri: match === "wildcard" ? `com..other${n}.${n}` : `com.other${n}.room.${n}`,
      value: n,
    });
  }
  return table;
}

test("B8 what a publication or a call looks at does not grow with the number of patterns", () => {
  const small = filled(300);
  const large = filled(60_000);
  for (const uri of ["com.house.room.7", "com.house.room.8", "org.x", "com", "com.other.room.7"]) {
    expect(large.matching(uri)).toStrictEqual(small.matching(uri));
    const [few, many] = [steps(small, () => small.matching(uri)), steps(large, () => large.matching(uri))];
    expect(many, uri).toBeLessThanOrEqual(3 * uri.length + 60);
    expect(many, uri).toBeLessThanOrEqual(few + 12); // two more lengths of prefixes
    const [one, best] = [steps(small, () => small.best(uri)), steps(large, () => large.best(uri))];
    expect(best, uri).toBeLessThanOrEqual(one + 12);
  }
});

test("B8 a URI that was asked for lately is looked up once, until something changes", () => {
  const table = filled(300);
  const uri = "com.house.room.7";
  const first = table.matching(uri);
  expect(first.map(({ match }) => match)).toStrictEqual(["exact", "prefix", "wildcard"]);
  expect(table.matching(uri)).toBe(first);
  table.set({ match: "prefix", uri: "com.house", value: 1 });
  expect(table.matching(uri).map(({ value }) => value)).toStrictEqual([-1, 1, -1, -1]);
  table.delete("prefix", "com.house");
  expect(table.matching(uri)).toStrictEqual(first);
});

test("B8 an exact one that comes or goes leaves what is remembered of other URIs", () => {
  const table = filled(300);
  const uri = "com.house.room.7";
  const other = "com.house.room.8";
  const [known, best] = [table.matching(uri), table.best(uri)];
  expect(table.matching(other)).toStrictEqual([]);
  table.set({ match: "exact", uri: other, value: 1 });
  expect(table.matching(uri)).toBe(known);
  expect(table.best(uri)).toBe(best);
  expect(table.matching(other).map(({ value }) => value)).toStrictEqual([1]);
  table.set({ match: "exact", uri: other, value: 2 });
  expect(table.matching(other).map(({ value }) => value)).toStrictEqual([2]);
  expect(table.best(other)?.value).toBe(2);
  table.delete("exact", other);
  expect(table.matching(other)).toStrictEqual([]);
  expect(table.best(other)).toBeUndefined();
});

test("B8 at a length where no prefix ends with that character none is looked for", () => {
  const table = new PatternTable<Pattern>();
  for (let at = 0; at < 100; at++) {
    table.set({ match: "prefix", uri: `com.${"x".repeat(at)}.`, value: at });
  }
  const uri = `com.y${"x".repeat(100)}`;
  const idle = steps(new PatternTable<Pattern>(), () => undefined);
  expect(steps(table, () => table.matching(uri)) - idle).toBeLessThanOrEqual(8);
  expect(table.matching("com.xx.a").map(({ value }) => value)).toStrictEqual([2]);

  const changed = new PatternTable<Pattern>();
  changed.set({ match: "prefix", uri: "com.y", value: 1 });
  changed.delete("prefix", "com.y");
  changed.set({ match: "prefix", uri: "com.z", value: 2 });
  const fresh = new PatternTable<Pattern>();
  fresh.set({ match: "prefix", uri: "com.z", value: 2 });
  expect(steps(changed, () => changed.matching(uri))).toBe(steps(fresh, () => fresh.matching(uri)));
});
