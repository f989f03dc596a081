import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { realmName } from "../../src/cloudflare/realm-name.ts";
import { Client, type Wire } from "./client.ts";
import { freshRealm, pass, ring, rowCounts, sleep, stub, TABLES } from "./object.ts";

const NO_ROWS = Object.fromEntries(TABLES.map((table) => [table, 0]));

/**
 * Join, subscribe, register, publish, call, answer, leave: each step sends one message and says who then receives what.
 * Random ids are replaced by their names, so that two runs can be compared.
 */
async function play(realm: string, afterStep: (step: number) => Promise<void>): Promise<string[]> {
  const names = new Map<number, string>();
  const clients: Record<string, Client> = {};
  const log: string[] = [];
  const show = (message: Wire): string =>
    JSON.stringify(message, (_key, value) => {
      if (value === realm) return "realm";
      if (typeof value === "string") return value.startsWith("anonymous-") ? "authid" : value;
      if (typeof value !== "number" || value < 2 ** 32) return value;
      if (!names.has(value)) names.set(value, `id${names.size}`);
      return names.get(value);
    });

  let step = 0;
  for (const [who, wire, ...receivers] of SCRIPT) {
    clients[who] ??= await Client.connect(`/ws/${realm}`);
    const client = clients[who];
    client.send(...wire.map((value) => (value === "realm" ? realm : value)));
    for (const receiver of receivers) {
      const message = await clients[receiver]?.next();
      log.push(`${step} ${receiver} ${show(message ?? [])}`);
    }
    if (receivers.length === 0 && wire[0] !== 6) log.push(...(await client.soFar()).map(show));
    await afterStep(step++);
  }
  return log;
}

const ROLES = { roles: { publisher: {}, subscriber: {}, caller: {}, callee: {} } };
const SCRIPT: readonly (readonly [string, Wire, ...string[]])[] = [
  ["alice", [1, "realm", ROLES], "alice"],
  ["bob", [1, "realm", ROLES], "bob"],
  ["bob", [32, 1, {}, "com.exact"], "bob"],
  ["bob", [32, 2, { match: "prefix" }, "com."], "bob"],
  ["alice", [32, 1, { match: "wildcard" }, ".exact"], "alice"],
  ["bob", [64, 3, {}, "com.procedure"], "bob"],
  ["alice", [16, 2, { acknowledge: true }, "com.exact", ["one"]], "alice", "bob", "bob"],
  ["alice", [48, 3, {}, "com.procedure", [1], { a: 2 }], "bob"],
  ["bob", [70, 1, {}, ["done"]], "alice"],
  ["alice", [48, 4, {}, "com.procedure"], "bob"],
  ["bob", [8, 68, 2, {}, "com.error", ["no"]], "alice"],
  ["alice", [48, 5, {}, "com.none"], "alice"],
  ["bob", [34, 4, 1], "bob"],
  ["alice", [16, 6, {}, "com.exact", ["two"]], "bob"],
  ["bob", [66, 5, 1], "bob"],
  ["bob", [64, 6, {}, "com.procedure"], "bob"],
  ["alice", [48, 7, {}, "com.procedure"], "bob"],
  ["bob", [6, {}, "wamp.close.close_realm"], "bob", "alice"],
  ["alice", [6, {}, "wamp.close.close_realm"], "alice"],
];

test("RULE-10 a scene gives the same messages when the object is evicted between any two steps", async () => {
  const awake = await play(freshRealm(), async () => {});
  expect(awake).toHaveLength(22);
  const asleep = freshRealm();
  expect(await play(asleep, () => sleep(asleep))).toEqual(awake);
  for (let at = 0; at < SCRIPT.length - 1; at++) {
    const realm = freshRealm();
    expect(await play(realm, async (step) => (step === at ? sleep(realm) : undefined))).toEqual(awake);
  }
}, 120_000);

test("RULE-11 when everybody has left, no row is left", async () => {
  const realm = freshRealm();
  await play(realm, async () => {});
  expect(await rowCounts(realm)).toEqual(NO_ROWS);
});

test("ID-05 subscription and registration ids are not given twice, not even after sleep", async () => {
  const realm = freshRealm();
  const alice = await Client.join(realm);
  alice.send(32, 1, {}, "com.x");
  expect(await alice.next()).toEqual([33, 1, 1]);
  alice.send(64, 2, {}, "com.x");
  expect(await alice.next()).toEqual([65, 2, 1]);
  alice.send(34, 3, 1);
  alice.send(66, 4, 1);
  expect([await alice.next(), await alice.next()]).toEqual([
    [35, 3],
    [67, 4],
  ]);
  await sleep(realm);
  alice.send(32, 5, {}, "com.x");
  expect(await alice.next()).toEqual([33, 5, 2]);
  alice.send(64, 6, {}, "com.x");
  expect(await alice.next()).toEqual([65, 6, 2]);
});

test("TRN-15 a session whose socket vanished while the object slept has left", async () => {
  const realm = freshRealm();
  const caller = await Client.join(realm);
  const ghost = await Client.join(realm);
  ghost.send(64, 1, {}, "com.ghost");
  await ghost.next();
  ghost.send(32, 2, {}, "com.topic");
  await ghost.next();
  caller.send(48, 1, {}, "com.ghost");
  expect(await ghost.next()).toEqual([68, 1, 1, {}]);
  await sleep(realm);
  ghost.close(1000, "gone");
  expect(await caller.next()).toEqual([
    8,
    48,
    1,
    {},
    "wamp.error.canceled",
    ["the callee left before it answered"],
  ]);
  caller.send(64, 2, {}, "com.ghost");
  expect(await caller.next()).toEqual([65, 2, 2]);
  expect(await rowCounts(realm)).toMatchObject({ session: 1, subscriber: 0, subscription: 0, callee: 1 });
});

test("RULE-12 a stored session without a socket, as a crash leaves it, leaves at the next wake", async () => {
  const realm = freshRealm();
  const alice = await Client.join(realm);
  alice.send(64, 1, {}, "com.alive");
  await alice.next();
  await runInDurableObject(stub(realm), (_object, { storage }) => {
    const identity = {
      session: 4711,
      authid: "g",
      authrole: "user",
      authmethod: "ticket",
      authprovider: "x",
      roles: {},
    };
    storage.sql.exec("INSERT INTO session VALUES (4711, ?, 0, 0)", JSON.stringify(identity));
    storage.sql.exec("INSERT INTO registration VALUES (77, 'com.ghost', 'exact', 'single', 0, 0)");
    storage.sql.exec("INSERT INTO callee VALUES (4711, 77, 99, 0, 0)");
  });
  await sleep(realm);
  alice.send(48, 2, {}, "com.ghost");
  expect(await alice.next()).toEqual([
    8,
    48,
    2,
    {},
    "wamp.error.no_such_procedure",
    ["no procedure com.ghost is registered"],
  ]);
  expect(await rowCounts(realm)).toMatchObject({ session: 1, registration: 1, callee: 1 });
});

test("RULE-12 sockets that were closed with the object leave nothing behind", async () => {
  const realm = freshRealm();
  const alice = await Client.join(realm);
  alice.send(32, 1, {}, "com.x");
  alice.send(64, 2, {}, "com.x");
  await alice.next();
  await alice.next();
  await evictDurableObject(stub(realm), { webSockets: "close" });
  const bob = await Client.join(realm);
  bob.send(64, 1, {}, "com.x");
  expect(await bob.next()).toEqual([65, 1, 2]);
  expect(await rowCounts(realm)).toEqual({ ...NO_ROWS, session: 1, registration: 1, callee: 1 });
});

test("B11 PUBLISH, EVENT, CALL, YIELD and RESULT write no row", async () => {
  const realm = freshRealm();
  const alice = await Client.join(realm);
  const bob = await Client.join(realm);
  bob.send(32, 1, {}, "com.x");
  bob.send(64, 2, {}, "com.x");
  await bob.next();
  await bob.next();
  const changes = () =>
    runInDurableObject(
      stub(realm),
      (_object, { storage }) =>
        storage.sql.exec<{ changes: number }>("SELECT total_changes() AS changes").one().changes,
    );
  const before = await changes();
  for (let request = 1; request <= 100; request += 2) {
    alice.send(16, request, { acknowledge: true }, "com.x", ["x"]);
    expect((await alice.next())[0]).toBe(17);
    expect((await bob.next())[0]).toBe(36);
    alice.send(48, request + 1, {}, "com.x", ["x"]);
    const [, invocation] = await bob.next();
    bob.send(70, invocation, {}, ["y"]);
    expect(await alice.next()).toEqual([50, request + 1, {}, ["y"]]);
  }
  expect(await changes()).toBe(before);
});

test("TMO-03 an alarm that was set for a call which has ended ends no other", async () => {
  const realm = freshRealm();
  const [caller, callee] = [await Client.join(realm), await Client.join(realm)];
  callee.send(64, 1, {}, "com.x");
  await callee.next();
  caller.send(48, 1, { timeout: 600_000 }, "com.x");
  caller.send(48, 2, { timeout: 12_000 }, "com.x");
  await callee.next();
  await callee.next();
  callee.send(70, 2, {}, ["soon"]);
  expect(await caller.next()).toEqual([50, 2, {}, ["soon"]]);
  await sleep(realm);
  pass(2_000);
  expect(await ring(realm)).toBe(true);
  expect(await caller.soFar()).toEqual([]);
  pass(600_000);
  expect(await ring(realm)).toBe(true);
  expect((await caller.next()).slice(0, 5)).toEqual([8, 48, 1, {}, "wamp.error.timeout"]);
});

test("RULE-14 an object that is woken without being told its name knows it", async () => {
  const realm = freshRealm();
  await Client.join(realm);
  await runInDurableObject(stub(realm), (_object, { id, storage }) => {
    // What the runtime gives when an alarm wakes the object after a restart: the same id without its name.
    const nameless: DurableObjectId = { toString: () => id.toString(), equals: (other) => id.equals(other) };
    expect(realmName(nameless, storage.sql)).toBe(realm);
    storage.sql.exec("DELETE FROM realm");
    expect(() => realmName(nameless, storage.sql)).toThrow("reached by its realm's name first");
  });
});
