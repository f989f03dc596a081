/** Who is due next, however many there are. */
import { expect, test } from "vitest";
import { Timetable } from "../../src/gateway/timetable.ts";

function all<T>(timetable: Timetable<T>, now: number): T[] {
  const taken: T[] = [];
  for (let one = timetable.take(now); one !== undefined; one = timetable.take(now)) taken.push(one);
  return taken;
}

test("SES-22 whoever is due soonest comes first, together due in the order in which they were set", () => {
  const timetable = new Timetable<string>();
  expect(timetable.next()).toBeUndefined();
  for (const [who, at] of [
    ["c", 30],
    ["a", 10],
    ["b", 20],
    ["a2", 10],
    ["a3", 10],
  ] as const) {
    timetable.set(who, at);
  }
  expect(timetable.next()).toBe(10);
  expect(all(timetable, 9)).toEqual([]);
  expect(all(timetable, 20)).toEqual(["a", "a2", "a3", "b"]);
  expect(timetable.next()).toBe(30);
  expect(all(timetable, 30)).toEqual(["c"]);
  expect(timetable.next()).toBeUndefined();
});

test("SES-22 a later time replaces an earlier one, and whoever is struck off is not due", () => {
  const timetable = new Timetable<string>();
  timetable.set("a", 10);
  timetable.set("b", 20);
  timetable.set("a", 30);
  timetable.delete("b");
  timetable.delete("nobody");
  expect(timetable.size).toBe(1);
  expect(timetable.next()).toBe(30);
});

test("SES-22 a time that no alarm can be set to is brought forward", () => {
  const timetable = new Timetable<string>();
  timetable.set("a", Number.POSITIVE_INFINITY);
  expect(timetable.next()).toBe(6_800_000_000_000);
});

test("SES-22 20,000 changes give what a sorted list gives", () => {
  const timetable = new Timetable<number>();
  const naive = new Map<number, { at: number; order: number }>();
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const soonest = () => [...naive].sort(([, a], [, b]) => a.at - b.at || a.order - b.order)[0];
  for (let order = 0; order < 20_000; order++) {
    const who = random(60);
    const what = random(10);
    if (what < 6) {
      const at = random(50);
      timetable.set(who, at);
      naive.set(who, { at, order });
    } else if (what < 8) {
      timetable.delete(who);
      naive.delete(who);
    } else {
      const now = random(50);
      const [expected, entry] = soonest() ?? [];
      const due = entry !== undefined && entry.at <= now;
      expect(timetable.take(now)).toBe(due ? expected : undefined);
      if (due && expected !== undefined) naive.delete(expected);
    }
    expect([timetable.next(), timetable.size]).toEqual([soonest()?.[1].at, naive.size]);
  }
});
