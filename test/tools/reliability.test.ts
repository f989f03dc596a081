/** The judges of `npm run reliability`: what they say of a row, and that they see what a soak run may lose. */
import { expect, test } from "vitest";
import { misses, type Result, reportLine } from "../../reliability/report.ts";
import { atMost, holds } from "../../reliability/row.ts";
import { slopeOf } from "../../reliability/slope.ts";
import { Ear, Ledger } from "../../reliability/soak/ledger.ts";

const RESULT: Result = {
  id: "R7",
  title: "kill -9",
  extent: "ci",
  date: "2026-11-22T00:00:00.000Z",
  seconds: 2.5,
  holds: true,
  done: { kills: 1_000 },
  faults: { lost: 0 },
  figures: { ready: atMost(150, 200) },
};

test("R7 a row that meets its targets holds", () => {
  expect(reportLine(RESULT)).toBe(
    "holds  R7   kill -9 (2.5 s)\n       1,000 kills, 0 lost, ready 150.0 ms (target <= 200 ms)",
  );
  expect(misses(RESULT)).toEqual([]);
});

test("R7 a row that misses a target is called missed, with the target", () => {
  const missed = { ...RESULT, figures: { ready: atMost(216, 200), back: atMost(1, 5) } };
  expect(reportLine(missed)).toBe(
    "missed R7   kill -9 (2.5 s)\n       1,000 kills, 0 lost, ready 216.0 ms (missed: target <= 200 ms), " +
      "back 1.0 ms (target <= 5 ms)",
  );
  expect(misses(missed)).toEqual(["ready"]);
});

test("R3 a row that lost something does not hold, whatever its times", () => {
  expect(holds({ done: {}, faults: { lost: 0, twice: 0 } })).toBe(true);
  expect(holds({ done: {}, faults: { lost: 0, twice: 1 } })).toBe(false);
  const failed = { ...RESULT, holds: false, faults: { lost: 3 } };
  expect(reportLine(failed).split("\n")[0]).toBe("FAILED R7   kill -9 (2.5 s)");
});

test("R3 a row that broke says how", () => {
  const { done: _, faults: __, figures: ___, ...bare } = RESULT;
  expect(reportLine({ ...bare, holds: false, error: "Error: no port" })).toBe(
    "FAILED R7   kill -9 (2.5 s)\n       Error: no port",
  );
});

test("R16 a slope is found in a line, and is sure where nothing scatters", () => {
  const line = [0, 1, 2, 3].map((x) => [x, 5 + 2 * x] as const);
  expect(slopeOf(line)).toEqual({ slope: 2, error: 0 });
  const scattered = slopeOf([
    [0, 1],
    [1, -1],
    [2, -1],
    [3, 1],
  ]);
  expect(scattered.slope).toBe(0);
  expect(scattered.error).toBeCloseTo(Math.sqrt(4 / 2 / 5), 12);
});

test("R16 what is missing, comes twice or comes too late is each counted, by subscription and topic", () => {
  const ledger = new Ledger();
  const ear = new Ear(ledger);
  for (const number of [4, 5, 5, 8, 7]) ear.hear(1, "com.x", number);
  for (const number of [1, 2]) ear.hear(2, "com.x", number);
  ear.hear(1, "com.y", 1);
  expect(ledger.faults).toEqual({ ...new Ledger().faults, lost: 2, duplicated: 1, "out of order": 1 });
  expect([ledger.heard, ear.last(2, "com.x"), ear.last(3, "com.x")]).toEqual([8, 2, 0]);
});

test("R16 a testament that comes twice is counted", () => {
  const ledger = new Ledger();
  for (const number of [1, 2, 1]) ledger.execute(number);
  expect([ledger.faults["testaments twice"], ledger.executed.size]).toEqual([1, 2]);
});
