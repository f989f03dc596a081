/** What the object keeps of events outlives its sleep and its sockets: retained events, history, testaments. */
import { abortAllDurableObjects, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { Client } from "./client.ts";
import { freshRealm, sleep, stub } from "./object.ts";

const ADD = "wamp.session.add_testament";
const GET = "wamp.subscription.get_events";

/** Of vitest.config.ts: keeps the last three events of com.x, and all below com. */
const HISTORY_REALM = "history";

function rows(realm: string, table: "testament" | "retained" | "history"): Promise<number> {
  return runInDurableObject(
    stub(realm),
    (_object, { storage }) =>
      storage.sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count,
  );
}

/** Sends a request and returns its one reply. */
async function asked(client: Client, ...wire: unknown[]): Promise<readonly unknown[]> {
  client.send(...wire);
  return client.next();
}

test("RET-19 retained events outlive their publisher and the object's sleep", async () => {
  const realm = freshRealm();
  const alice = await Client.join(realm);
  const args = [1, "é\u{1F600}", "\u0000AAEC", null, { deep: [[]] }];
  const options = { retain: true, acknowledge: true, disclose_me: true };
  const [, , general] = await asked(alice, 16, 1, options, "com.x", args, { k: "v" });
  const [, , restricted] = await asked(
    alice,
    16,
    2,
    { ...options, exclude_authrole: ["user"] },
    "com.y",
    [2],
  );
  await asked(alice, 16, 3, { ...options, eligible_authid: ["nobody"] }, "com.x", ["not for bob"]);
  alice.close();
  await alice.closed;
  await sleep(realm);
  const bob = await Client.join(realm);
  const publisher = {
    publisher: alice.session,
    publisher_authid: expect.any(String),
    publisher_authrole: "anonymous",
  };
  bob.send(32, 1, { match: "prefix", get_retained: true }, "com.");
  expect(await bob.soFar()).toEqual([
    [33, 1, 1],
    [36, 1, general, { ...publisher, topic: "com.x", retained: true }, args, { k: "v" }],
    [36, 1, restricted, { ...publisher, topic: "com.y", retained: true }, [2]],
  ]);
  await sleep(realm);
  bob.send(32, 2, { get_retained: true }, "com.x");
  expect(await bob.soFar()).toEqual([
    [33, 2, 2],
    [36, 2, general, { ...publisher, retained: true }, args, { k: "v" }],
  ]);
  expect(await rows(realm, "retained")).toBe(3);
});

test("HIS-04 history and the ids of its subscriptions outlive every client and the object's sleep", async () => {
  const alice = await Client.join(HISTORY_REALM);
  const publications: unknown[] = [];
  const publish = async (request: number, topic: string, options = {}): Promise<void> => {
    const reply = await asked(alice, 16, request, { acknowledge: true, ...options }, topic, [request], {
      k: "v",
    });
    publications.push(reply[2]);
  };
  await publish(1, "com.x");
  await publish(2, "com.x", { eligible_authrole: ["admin"] });
  await publish(3, "com.y");
  await publish(4, "com.x");
  await sleep(HISTORY_REALM);
  await publish(5, "com.x"); // the fourth of three
  alice.close();
  await alice.closed;
  await sleep(HISTORY_REALM);
  const bob = await Client.join(HISTORY_REALM);
  const event = (n: number, subscription: number, details = {}) => ({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    subscription,
    publication: publications[n - 1],
    details,
    args: [n],
    kwargs: { k: "v" },
  });
  expect(await asked(bob, 48, 1, {}, GET, [1])).toEqual([50, 1, {}, [event(4, 1), event(5, 1)]]);
  const topic = "com.x";
  expect(await asked(bob, 48, 2, {}, GET, [2], { reverse: true, topic })).toEqual([
    50,
    2,
    {},
    [event(5, 2, { topic }), event(4, 2, { topic }), event(1, 2, { topic })],
  ]);
  expect(await asked(bob, 48, 3, {}, GET, [2], { after_publication: publications[2], limit: 1 })).toEqual([
    50,
    3,
    {},
    [event(4, 2, { topic })],
  ]);
  expect(await rows(HISTORY_REALM, "history")).toBe(8);
  expect(await asked(bob, 32, 4, {}, "com.x")).toEqual([33, 4, 1]);
  expect(await asked(bob, 34, 5, 1)).toEqual([35, 5]);
  await sleep(HISTORY_REALM);
  expect(await asked(bob, 32, 6, {}, "com.x")).toEqual([33, 6, 1]);
});

test("TES-11 a testament that was added before sleep fires when its session leaves after it", async () => {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await Client.join(realm)];
  await asked(bob, 32, 1, {}, "com.will");
  const will = ["com.will", [1.5, "\u0000AAEC", { deep: [] }], { k: null }];
  expect(await asked(alice, 48, 1, {}, ADD, will, { publish_options: { disclose_me: true } })).toEqual([
    50,
    1,
    {},
  ]);
  await asked(alice, 48, 2, {}, ADD, ["com.will", ["detached"], null], { scope: "detached" });
  await sleep(realm);
  await asked(alice, 48, 3, {}, ADD, ["com.will", [], {}]);
  await sleep(realm);
  alice.send(6, {}, "wamp.close.close_realm");
  const publisher = {
    publisher: alice.session,
    publisher_authid: expect.any(String),
    publisher_authrole: "anonymous",
  };
  const id = expect.any(Number);
  expect([await bob.next(), await bob.next(), await bob.next()]).toEqual([
    [36, 1, id, {}, ["detached"]],
    [36, 1, id, publisher, [1.5, "\u0000AAEC", { deep: [] }], { k: null }],
    [36, 1, id, {}],
  ]);
  await sleep(realm);
  expect(await bob.soFar()).toEqual([]);
  expect(await rows(realm, "testament")).toBe(0);
});

test("TES-11 a testament fires when its session's socket dies while the object sleeps", async () => {
  const realm = freshRealm();
  const [ghost, bob] = [await Client.join(realm), await Client.join(realm)];
  await asked(bob, 32, 1, {}, "com.will");
  await asked(ghost, 48, 1, {}, ADD, ["com.will", ["last words"], null]);
  await sleep(realm);
  ghost.close(1000, "gone");
  expect(await bob.next()).toEqual([36, 1, expect.any(Number), {}, ["last words"]]);
  expect(await bob.soFar()).toEqual([]);
  expect(await rows(realm, "testament")).toBe(0);
});

test("TES-12 a session that calls nothing but add_testament is missed too, when object and sockets die together", async () => {
  const realm = freshRealm();
  const [ghost, flushed] = [await Client.join(realm), await Client.join(realm)];
  await asked(ghost, 48, 1, {}, ADD, ["com.will", ["last words"], null], {
    publish_options: { retain: true },
  });
  await asked(flushed, 48, 1, {}, ADD, ["com.flushed", ["never"], null], {
    publish_options: { retain: true },
  });
  await asked(flushed, 48, 2, {}, "wamp.session.flush_testaments");
  await abortAllDurableObjects();
  const bob = await Client.join(realm);
  bob.send(32, 1, { match: "prefix", get_retained: true }, "com.");
  expect(await bob.soFar()).toEqual([
    [33, 1, 1],
    [36, 1, expect.any(Number), { topic: "com.will", retained: true }, ["last words"]],
  ]);
  expect(await rows(realm, "testament")).toBe(0);
});
