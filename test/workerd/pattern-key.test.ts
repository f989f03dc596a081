/** The key under which a realm hashes patterns: the realm's own, drawn anew each time that it wakes, and told to nobody. */
import { expect, test } from "vitest";
import { Client } from "./client.ts";
import { freshRealm, sleep } from "./object.ts";

/** What `Math.imul` was given as its second factor, but for what the source itself says. */
async function factors(work: () => Promise<void>): Promise<number[]> {
  const { imul } = Math;
  const seen = new Set<number>();
  Math.imul = (a, b) => {
    seen.add(b);
    return imul(a, b);
  };
  try {
    await work();
  } finally {
    Math.imul = imul;
  }
  return [...seen].filter((factor) => factor !== 0x7feb352d && factor !== 0x846ca68b);
}

async function asked(client: Client, ...wire: unknown[]): Promise<unknown> {
  client.send(...wire);
  return (await client.next())[0];
}

/** By what a realm multiplies while it keeps patterns and looks them up. */
function keysOf(client: Client): Promise<number[]> {
  return factors(async () => {
    // Right after sleep this reads the rows of that topic only.
    expect(await asked(client, 16, 1, { acknowledge: true }, "com.a.b", [])).toBe(17);
    expect(await asked(client, 32, 2, { match: "prefix" }, "com.a")).toBe(33);
    expect(await asked(client, 32, 3, { match: "wildcard" }, "com..c")).toBe(33);
    expect(await asked(client, 64, 4, { match: "prefix" }, `com.p${Math.random()}`)).toBe(65);
    expect(await asked(client, 48, 5, {}, "com.q")).toBe(8);
  });
}

test("S14 each realm has a key of its own for all its tables, and another one each time that it wakes", async () => {
  const [realm, elsewhere] = [freshRealm(), freshRealm()];
  const client = await Client.join(realm);
  const first = await keysOf(client);
  expect(first).toStrictEqual([expect.any(Number)]);
  expect(await keysOf(client)).toStrictEqual(first);
  await sleep(realm);
  const awake = await keysOf(client);
  expect(awake).toStrictEqual([expect.any(Number)]);
  const other = await keysOf(await Client.join(elsewhere));
  expect(other).toStrictEqual([expect.any(Number)]);
  expect(new Set([...first, ...awake, ...other]).size).toBe(3);
});
