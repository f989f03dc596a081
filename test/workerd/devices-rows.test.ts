/** The contracts of what changes at run time, on the object's real SQLite. */
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { AttemptRows } from "../../src/cloudflare/attempt-rows.ts";
import { ClaimRows } from "../../src/cloudflare/claim-rows.ts";
import { DeviceRows } from "../../src/cloudflare/device-rows.ts";
import { deviceContract } from "../contract/device-contract.ts";
import { freshFleet } from "./admin-client.ts";
import { stub } from "./object.ts";

deviceContract("DeviceRows", (use) =>
  runInDurableObject(stub(freshFleet()), (_object, { storage }) => use(() => new DeviceRows(storage))),
);

function withStorage(use: (storage: DurableObjectStorage) => void): Promise<void> {
  return runInDurableObject(stub(freshFleet()), (_object, { storage }) => use(storage));
}

function withSql(use: (sql: SqlStorage) => void): Promise<void> {
  return withStorage(({ sql }) => use(sql));
}

test("B11 a device costs one row, and one for each key; what did not change costs none", () =>
  withStorage((storage) => {
    const { sql } = storage;
    const store = new DeviceRows(storage);
    const rest = { authrole: "device", disabled: false, created: 1, changed: 1 };
    const written = (work: () => void): number => {
      const changes = () => sql.exec<{ all: number }>("SELECT total_changes() AS 'all'").one().all;
      const before = changes();
      work();
      return changes() - before;
    };
    const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];
    const ticket = { ...rest, authid: "t", credential: { method: "ticket", digest: "x" } } as const;
    const sign = (...publicKeys: string[]) =>
      ({ ...rest, authid: "s", credential: { method: "cryptosign", publicKeys } }) as const;
    expect(written(() => store.put(ticket))).toBe(1);
    expect(written(() => store.put(sign(a, b)))).toBe(3);
    expect(written(() => store.put({ ...sign(a, b), disabled: true }))).toBeLessThanOrEqual(2);
    expect(written(() => store.put(sign(b, c)))).toBeLessThanOrEqual(4);
    expect(written(() => store.remove("t"))).toBe(1);
  }));

test("B10 devices that are expected are read at once, however many, and those that are not there too", () =>
  withStorage((storage) => {
    const rest = { authrole: "device", disabled: false, created: 1, changed: 1 };
    const credential = { method: "ticket", digest: "x" } as const;
    const devices = Array.from({ length: 1_100 }, (_, n) => ({ ...rest, authid: `s"${n}`, credential }));
    for (const device of devices) new DeviceRows(storage).put(device);
    let statements = 0;
    const exec = (...asked: Parameters<SqlStorage["exec"]>) => {
      statements++;
      return storage.sql.exec(...asked);
    };
    const store = new DeviceRows({ sql: { exec } } as unknown as DurableObjectStorage); // all that reading asks of it
    store.expect([]);
    expect(statements).toBe(0);
    store.expect([...devices.map(({ authid }) => authid), "nobody"]);
    const found = devices.map(({ authid }) => store.find(authid));
    expect([statements, store.find("nobody"), found]).toStrictEqual([1, undefined, devices]);
    expect([store.find("somebody"), statements]).toStrictEqual([undefined, 2]);
  }));

test("B10 of as many devices as there are sockets, with names as long as they may be, no look-up has a text above 2 MB", () =>
  withStorage((storage) => {
    const names = Array.from({ length: 32_768 }, (_, n) => "水".repeat(123) + String(n).padStart(5, "0"));
    const last = names.at(-1) ?? "";
    const rest = { authrole: "device", disabled: false, created: 1, changed: 1 };
    const device = { ...rest, authid: last, credential: { method: "ticket", digest: "x" } } as const;
    new DeviceRows(storage).put(device);
    let longest = 0;
    const exec = (...asked: Parameters<SqlStorage["exec"]>) => {
      const [, text] = asked;
      longest = Math.max(longest, new TextEncoder().encode(String(text)).length);
      return storage.sql.exec(...asked);
    };
    const store = new DeviceRows({ sql: { exec } } as unknown as DurableObjectStorage); // all that reading asks of it
    store.expect(names);
    expect(longest).toBeGreaterThan(0);
    expect(longest).toBeLessThan(2_000_000);
    expect(names.map((authid) => store.find(authid)).filter((each) => each)).toStrictEqual([device]);
  }));

test("RULE-60 a claim comes back as it was put, once", () =>
  withSql((sql) => {
    const store = new ClaimRows(sql);
    const open = { id: "a", authrole: "device", replace: false, expires: 50 };
    const named = { id: "b", authid: "s1", authrole: "other", replace: true, expires: 1_790_000_000_000 };
    store.put(named);
    store.put(open);
    expect(new ClaimRows(sql).list({ after: "", limit: 10 })).toEqual([open, named]);
    expect(store.list({ after: "", limit: 1 })).toEqual([open]);
    expect(store.list({ after: "a", limit: 10 })).toEqual([named]);
    expect(store.count()).toBe(2);
    expect(store.take("b")).toEqual(named);
    expect(store.take("b")).toBeUndefined();
    expect(new ClaimRows(sql).take("a")).toEqual(open);
    expect(store.count()).toBe(0);
  }));

test("RULE-60 claims are gone from the moment at which they expire", () =>
  withSql((sql) => {
    const store = new ClaimRows(sql);
    for (const expires of [49, 50, 51]) {
      store.put({ id: String(expires), authrole: "device", replace: false, expires });
    }
    store.prune(50);
    expect(store.list({ after: "", limit: 10 }).map(({ id }) => id)).toEqual(["51"]);
  }));

test("S6 failures come back as they were put, whatever the key is", () =>
  withSql((sql) => {
    const store = new AttemptRows(sql);
    const key = JSON.stringify(["2001:db8::/64", "'; DROP TABLE attempt; --\u{1F600}"]);
    expect(store.get(key)).toBeUndefined();
    store.put(key, [1, 1_790_000_000_000]);
    expect(new AttemptRows(sql).get(key)).toEqual([1, 1_790_000_000_000]);
    store.put(key, [2]);
    expect(store.get(key)).toEqual([2]);
    expect(store.get("other")).toBeUndefined();
  }));

test("S6 what is pruned is what failed last before a time, and the oldest of too many", () =>
  withSql((sql) => {
    const store = new AttemptRows(sql);
    const left = () => ["a", "b", "c", "d"].filter((key) => store.get(key));
    store.put("a", [1, 40]);
    store.put("b", [10]);
    store.put("c", [20]);
    store.put("d", [30]);
    store.prune(20, 10);
    expect(left()).toEqual(["a", "c", "d"]);
    store.prune(20, 2);
    expect(left()).toEqual(["a", "d"]);
    store.prune(0, 0);
    expect(left()).toEqual([]);
  }));
