/** SASLprep against Python's: its `stringprep` has RFC 3454's tables, passlib's `saslprep` what RFC 4013 makes of them. */
import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { saslprep } from "../../src/auth/saslprep.ts";
import { python } from "../interop/client/python.ts";

/** Of a text what came out, or that it is prohibited. */
type Outcome = string | null;

/**
 * What passlib says of each text of `count`, made from a seed on both sides. It prohibits what Unicode 3.2 did not assign
 * (a stored string), where ours lets it pass (a query), so such texts are asked about without it.
 */
const ORACLE = `
import json, stringprep, sys
from passlib.utils import saslprep
def prepared(text):
    try:
        return saslprep(text)
    except ValueError:
        return None
def known(point):
    return not 0xd800 <= point <= 0xdfff and not stringprep.in_table_a1(chr(point))
for line in sys.stdin:
    points = json.loads(line)
    if points is None:
        print(json.dumps([point for point in range(0x110000) if known(point)]))
    else:
        print(json.dumps([prepared("".join(map(chr, each))) for each in points]))
`;

function ask(questions: readonly unknown[]): unknown[] {
  const input = questions.map((each) => `${JSON.stringify(each)}\n`).join("");
  const { stdout, stderr, status } = spawnSync(python(), ["-c", ORACLE], {
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

function outcome(text: string): Outcome {
  try {
    return saslprep(text);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A small generator of numbers below 2^32, the same on every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}

function differences(texts: readonly (readonly number[])[], expected: readonly Outcome[]): unknown[] {
  return texts
    .map((points, at) => ({ points, ours: outcome(String.fromCodePoint(...points)), theirs: expected[at] }))
    .filter(({ ours, theirs }) => ours !== theirs);
}

test("SCR-15 every code point that Unicode 3.2 had, alone and beside letters of both directions, as passlib prepares it", () => {
  const [known] = ask([null]) as [number[]];
  expect(known.length).toBeGreaterThan(230_000);
  const alone = known.map((point) => [point]);
  // Han and Hangul, and private use, are alike: what stands beside them makes a difference for the others only.
  const various = known.filter((point) => point < 0x3400 || (point >= 0xf900 && point < 0x20000));
  const [alef, a] = [0x5d0, 0x61];
  const beside = various.flatMap((point) => [
    [alef, point, alef],
    [a, point],
    [point, alef],
    [alef, point],
  ]);
  const texts = [...alone, ...beside];
  const [expected] = ask([texts]) as [Outcome[]];
  expect(expected).toHaveLength(texts.length);
  expect(differences(texts, expected)).toEqual([]);
});

test("SCR-15 20,000 seeded texts of letters, marks, spaces and controls, as passlib prepares them", () => {
  const next = random(4_013);
  const [known] = ask([null]) as [number[]];
  const common = known.filter((point) => point < 0x3100 || (point >= 0xf900 && point < 0x10000));
  const texts = Array.from({ length: 20_000 }, () =>
    Array.from({ length: next() % 7 }, () => common[next() % common.length] ?? 0),
  );
  const [expected] = ask([texts]) as [Outcome[]];
  expect(expected.filter((each) => each === null).length).toBeGreaterThan(1_000);
  expect(expected.filter((each) => each !== null).length).toBeGreaterThan(1_000);
  expect(differences(texts, expected)).toEqual([]);
});

test.each([
  ["I\u00adX", "IX"],
  ["user", "user"],
  ["USER", "USER"],
  ["\u00aa", "a"],
  ["\u2168", "IX"],
  ["", ""],
  ["a\u3000b", "a b"],
  ["\u{1f600}", "\u{1f600}"], // not in Unicode 3.2: a query may have it
])("SCR-15 %j is prepared as %j", (text, prepared) => {
  expect(saslprep(text)).toBe(prepared);
});

test.each([
  ["\u0007", "has U+0007, which SASLprep prohibits"],
  ["a\u007f", "has U+007F, which SASLprep prohibits"],
  ["a\ud800b", "has U+D800, which SASLprep prohibits"],
  ["\u{10ffff}", "has U+10FFFF, which SASLprep prohibits"],
  ["\u0627a", "mixes letters that are written from left to right with others, which SASLprep prohibits"],
  ["\u06271", "is written from right to left and must begin and end so, says SASLprep"],
  ["1\u0627", "is written from right to left and must begin and end so, says SASLprep"],
])("SCR-15 %j is refused, and the text says why", (text, message) => {
  expect(() => saslprep(text)).toThrow(new RangeError(message));
});
