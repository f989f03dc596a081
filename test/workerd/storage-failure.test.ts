/**
 * The object's own SQLite refuses a statement: each that writes in turn while a scripted scene plays. Whoever asked for
 * what was to be written gets an ERROR and no promise, may ask again, and in the end everything is as if nothing had
 * failed, in memory as in the rows (R17).
 */
import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { Client, type Wire } from "./client.ts";
import { freshRealm, pass, ring, rowCounts, sleep, stub } from "./object.ts";

/** How many statements are made to fail, one in each run of the scene. */
const MOST = 50;
const WRITES = /^\s*(INSERT|UPDATE|DELETE)/i;

/** The nth writing statement from now on fails, and no other; 0: none. @returns tells how many there were */
async function failAt(realm: string, n: number): Promise<() => number> {
  let written = 0;
  await runInDurableObject(stub(realm), (_object, { storage }) => {
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    // The realm holds this very SqlStorage, so it is the one that it asks.
    Object.defineProperty(sql, "exec", {
      configurable: true,
      value: (text: string, ...values: SqlStorageValue[]) => {
        if (WRITES.test(text) && ++written === n) throw new Error("database or disk is full: SQLITE_FULL");
        return exec(text, ...values);
      },
    });
  });
  return () => written;
}

const ADD = "wamp.session.add_testament";
const RETAIN = { acknowledge: true, retain: true };

/** What alice asks for, without request ids, and the type of the answer that promises it. A name stands for its id. */
const REQUESTS: readonly (readonly [Wire, number])[] = [
  [[32, {}, "com.x"], 33],
  [[32, { match: "prefix" }, "com."], 33],
  [[32, { match: "wildcard" }, "com..y"], 33],
  [[64, {}, "com.p"], 65],
  [[64, { invoke: "roundrobin" }, "com.shared"], 65],
  [[64, { match: "prefix" }, "com.q"], 65],
  [[16, RETAIN, "com.x", [1]], 17],
  [[16, RETAIN, "com.x", [2]], 17],
  [[16, { ...RETAIN, eligible_authid: ["nobody"] }, "com.x", [3]], 17],
  [[16, RETAIN, "com.y", [4]], 17],
  [[48, {}, ADD, ["com.will", ["first"], {}]], 50],
  [[48, {}, "wamp.session.flush_testaments"], 50],
  [[48, {}, ADD, ["com.will", ["last words"], {}], { publish_options: { retain: true } }], 50],
  [[34, "com.x"], 35],
  [[66, "com.p"], 67],
  [[32, {}, "com.x"], 33],
  [[64, {}, "com.p"], 65],
  [[66, "com.q"], 67],
  [[16, RETAIN, "com.z", [5]], 17],
  [[64, {}, "com.r"], 65],
  [[32, { match: "prefix" }, "com.z"], 33],
  [[34, "com.z"], 35],
  [[66, "com.r"], 67],
  [[16, RETAIN, "com.z", [6]], 17],
  [[32, { match: "wildcard" }, "com..r"], 33],
  [[34, "com..r"], 35],
  [[16, RETAIN, "com.z", [7]], 17],
];

/** The scene, with its nth writing statement failing. */
async function play(n: number) {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await Client.join(realm)];
  bob.send(64, 1, { invoke: "roundrobin" }, "com.shared");
  await bob.next();
  const written = await failAt(realm, n);
  /** What alice subscribed to or registered, to its id. */
  const ids = new Map<unknown, unknown>();
  let request = 0;
  let refused = 0;
  const ask = async (wire: Wire): Promise<Wire> => {
    request++;
    const [type, ...rest] = wire;
    alice.send(type, request, ...rest.map((value) => (type === 34 || type === 66 ? ids.get(value) : value)));
    for (;;) {
      const answer = await alice.next();
      if (answer[0] !== 36) return answer; // her own prefix subscription hears testaments and the like
    }
  };
  for (const [wire, promise] of REQUESTS) {
    let answer = await ask(wire);
    if (answer[0] === 8) {
      expect(answer.slice(2, 5)).toEqual([request, {}, "edgebahn.error.storage_failed"]);
      refused++;
      answer = await ask(wire);
    }
    expect(answer.slice(0, 2), JSON.stringify(wire)).toEqual([promise, request]);
    if (promise === 33 || promise === 65) ids.set(wire[2], answer[2]);
  }
  // A call that is under way while everything is parked, asleep and awake again; what fails is tried again.
  bob.send(48, 2, {}, "com.p", ["under way"]);
  for (let invocation: Wire = []; invocation[0] !== 68; ) invocation = await alice.next();
  for (let again = 0; again < 3; again++) {
    pass(6_000);
    await ring(realm);
  }
  const statements = written();
  await failAt(realm, 0);
  const names = new Map([
    [alice.session, "alice"],
    [bob.session, "bob"],
  ]);
  const awake = [await told(bob, names), await retained(realm)];
  await sleep(realm);
  const woken = [await told(bob, names), await retained(realm)];
  alice.send(70, 1, {}, ["answered"]);
  expect(await bob.soFar()).toEqual([[50, 2, {}, ["answered"]]]);
  return { realm, alice, bob, statements, refused, awake, woken };
}

/** Everything that the realm says of what its sessions hold; sessions by name, and nothing of when it began. */
async function told(client: Client, names: ReadonlyMap<number, string>): Promise<string> {
  let request = 100;
  const ask = async (procedure: string, ...args: unknown[]): Promise<unknown> => {
    request++;
    client.send(48, request, {}, procedure, args);
    const answer = await client.next();
    expect(answer.slice(0, 2)).toEqual([50, request]);
    return (answer[3] as unknown[])[0]; // of a meta procedure with one result
  };
  const all: unknown[] = [];
  for (const [kind, members] of [
    ["subscription", "list_subscribers"],
    ["registration", "list_callees"],
  ] as const) {
    const lists = (await ask(`wamp.${kind}.list`)) as Record<string, number[]>;
    for (const id of Object.values(lists)
      .flat()
      .sort((a, b) => a - b)) {
      all.push(await ask(`wamp.${kind}.get`, id), await ask(`wamp.${kind}.${members}`, id));
    }
  }
  return JSON.stringify(all, (key, value) => (key === "created" ? undefined : (names.get(value) ?? value)));
}

/** The retained events, as somebody new is told of them. */
async function retained(realm: string): Promise<unknown[]> {
  const reader = await Client.join(realm);
  reader.send(32, 1, { match: "prefix", get_retained: true }, "com.");
  const events = (await reader.soFar())
    .slice(1)
    .map((event) => [(event[3] as { topic: string }).topic, event[4]]);
  reader.send(6, {}, "wamp.close.normal");
  await reader.next();
  return events;
}

/** What the log says of statements that failed. */
function faults(lines: readonly (readonly unknown[])[]): number {
  return lines.filter(([line]) => String(line).includes("SQLITE_FULL")).length;
}

test(`R17 each of the first ${MOST} statements that write fails once: an ERROR, never a promise, no half state`, async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const sound = await play(0);
  expect(sound.statements).toBeGreaterThanOrEqual(MOST);
  expect(sound.woken).toEqual(sound.awake);
  let refused = 0;
  for (let n = 1; n <= MOST; n++) {
    log.mockClear();
    const played = await play(n);
    expect(faults(log.mock.calls), `statement ${n}`).toBe(1);
    expect(played.awake, `statement ${n}`).toEqual(sound.awake);
    expect(played.woken, `statement ${n}`).toEqual(sound.awake);
    refused += played.refused;
  }
  expect(refused).toBeGreaterThan(MOST / 2); // the others were parked at the next try, or removed
}, 120_000);

test("R17 RULE-11 whichever statement fails while everybody leaves, no row stays", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const kept = {
    retained: expect.any(Number),
    history: 0,
    testament: 0,
    session: 0,
    subscriber: 0,
    subscription: 0,
  };
  for (let n = 1, written = n; n <= written; n++) {
    const { realm, alice, bob } = await play(0);
    const leaving = await failAt(realm, n);
    log.mockClear();
    for (const client of [alice, bob]) {
      client.send(6, {}, "wamp.close.normal");
      while ((await client.next())[0] !== 6);
    }
    written = leaving();
    expect(faults(log.mock.calls), `statement ${n} of ${written}`).toBe(1);
    pass(6_000);
    await ring(realm);
    expect(await rowCounts(realm)).toEqual({ ...kept, registration: 0, callee: 0, invocation: 0 });
  }
}, 120_000);
