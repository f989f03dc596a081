/** Black- and whitelists of any length say the same, and long ones are not looked through for each subscriber (S14). */
import { describe, expect, test } from "vitest";
import { audience, listsOf } from "../../../src/router/audience.ts";
import { Scene } from "../scene.ts";

const NAMES = Array.from({ length: 24 }, (_, at) => `s${at}`);

/** Twenty-four sessions of three roles subscribe to com.x; the last one publishes. */
function crowd(): Scene {
  const scene = new Scene();
  for (const [at, name] of NAMES.entries()) scene.joinAs(name, { authrole: `role${at % 3}` });
  for (const name of NAMES.slice(0, -1)) scene.send(name, 32, 1, {}, "com.x");
  return scene;
}

/** `length` entries of which every second names somebody. */
function list(length: number, entry: (at: number) => unknown, stranger: (at: number) => unknown): unknown[] {
  return Array.from({ length }, (_, at) => (at % 2 === 0 ? entry(at) : stranger(at)));
}

describe.each([1, 7, 8, 9, 10, 23])("lists of %i entries", (length) => {
  const ids = list(
    length,
    (at) => 101 + at,
    (at) => 9_000 + at,
  );
  const authids = list(
    length,
    (at) => `s${at}`,
    (at) => `stranger${at}`,
  );
  const roles = list(
    length,
    (at) => `role${at % 2}`,
    (at) => `stranger${at}`,
  );
  const named = (name: string) => ids.includes(101 + NAMES.indexOf(name));
  const inRole = (name: string) => roles.includes(`role${NAMES.indexOf(name) % 3}`);

  test.each([
    ["exclude", ids, (name: string) => !named(name)],
    ["exclude_authid", authids, (name: string) => !named(name)],
    ["exclude_authrole", roles, (name: string) => !inRole(name)],
    ["eligible", ids, named],
    ["eligible_authid", authids, named],
    ["eligible_authrole", roles, inRole],
  ] as const)("BWL-01 BWL-05 %s", (key, entries, receives) => {
    const sent = crowd().send("s23", 16, 1, { [key]: entries }, "com.x");
    expect(Object.keys(sent)).toStrictEqual(NAMES.slice(0, -1).filter(receives));
  });
});

test("S14 a long list is looked through once for a publication, however many subscribe", () => {
  const scene = crowd();
  let looked = 0;
  const entries = new Proxy(
    Array.from({ length: 1_000 }, (_, at) => 9_000 + at),
    {
      get: (target, key, receiver) => {
        if (typeof key === "string" && /^\d+$/.test(key)) looked++;
        return Reflect.get(target, key, receiver);
      },
    },
  );
  const options = { exclude: entries, exclude_me: false };
  const lists = listsOf(options);
  const [subscription] = scene.session("s0").subscriptions;
  if (!subscription) throw new Error("s0 subscribes to something");
  expect(audience(subscription, scene.session("s23"), { options, lists })).toHaveLength(23);
  expect(looked).toBe(1_000);
});
