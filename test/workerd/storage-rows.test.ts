/** Rows that belong together and are not the router's: what fails half way is not there at all. */
import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { DeviceRows } from "../../src/cloudflare/device-rows.ts";
import { keepRules, rulesChanged } from "../../src/cloudflare/policy-row.ts";
import { SqlStore } from "../../src/cloudflare/sql-store.ts";
import { readConfig } from "../../src/config.ts";
import { Client } from "./client.ts";
import { freshRealm, stub } from "./object.ts";

function within(use: (storage: DurableObjectStorage) => void): Promise<void> {
  return runInDurableObject(stub(freshRealm()), (_object, { storage }) => use(storage));
}

const [OLD_KEY, NEW_KEY] = ["a".repeat(64), "b".repeat(64)];
const device = (...publicKeys: string[]) =>
  ({
    authid: "s1",
    authrole: "device",
    disabled: false,
    created: 1,
    changed: 1,
    credential: { method: "cryptosign", publicKeys },
  }) as const;

test("R17 a device whose keys cannot be written is the one that it was, and so is one whose keys cannot be removed", () =>
  within((storage) => {
    const rows = new DeviceRows(storage);
    rows.put(device(OLD_KEY));
    const full = "BEGIN SELECT RAISE(ABORT, 'disk is full'); END";
    storage.sql.exec(`CREATE TRIGGER full_on_insert BEFORE INSERT ON principal_key ${full}`);
    expect(() => rows.put(device(NEW_KEY))).toThrow("disk is full");
    storage.sql.exec("DROP TRIGGER full_on_insert");
    for (const each of [rows, new DeviceRows(storage)]) {
      expect(each.find("s1")).toEqual(device(OLD_KEY));
      expect([each.owner("cryptosign", OLD_KEY), each.owner("cryptosign", NEW_KEY)]).toEqual([
        "s1",
        undefined,
      ]);
    }
    storage.sql.exec(`CREATE TRIGGER full_on_delete BEFORE DELETE ON principal_key ${full}`);
    expect(() => rows.remove("s1")).toThrow("disk is full");
    storage.sql.exec("DROP TRIGGER full_on_delete");
    expect(rows.find("s1")).toEqual(device(OLD_KEY));
    expect(rows.count()).toBe(1);
  }));

test("R17 S8 rules that cannot be written down have changed until they are", () =>
  within((storage) => {
    const { sql } = storage;
    const config = (name: string) => {
      const { realms } = readConfig({ REALMS: [{ name: "x", roles: [{ name }] }] });
      return realms.get("x");
    };
    sql.exec("DELETE FROM policy");
    expect(rulesChanged(sql, config("device"))).toBe(false); // nobody was given anything before
    keepRules(sql, config("device"));
    expect(rulesChanged(sql, config("device"))).toBe(false);
    sql.exec("CREATE TRIGGER full BEFORE INSERT ON policy BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    sql.exec("CREATE TRIGGER full_2 BEFORE UPDATE ON policy BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    expect(() => keepRules(sql, config("other"))).toThrow("disk is full");
    sql.exec("DROP TRIGGER full");
    sql.exec("DROP TRIGGER full_2");
    expect(rulesChanged(sql, config("other"))).toBe(true);
    expect(rulesChanged(sql, config("other"))).toBe(true); // until they are kept
    keepRules(sql, config("other"));
    expect(rulesChanged(sql, config("other"))).toBe(false);
    expect(sql.exec("SELECT count(*) AS count FROM policy").one()).toEqual({ count: 1 });
  }));

test("R17 RULE-12 a session whose rows cannot all be removed keeps its own, so that waking finds it", () =>
  within((storage) => {
    const { sql } = storage;
    const store = new SqlStore(storage);
    const by = { authid: "a", authrole: "b", authmethod: "c", authprovider: "d", roles: {} };
    store.putSession({ identity: { session: 7, ...by }, lastInvocation: 0, lastCall: 0 });
    store.addSubscriber({ id: 1, session: 7 });
    store.addTestament({
      session: 7,
      scope: "destroyed",
      topic: "com.will",
      options: {},
      payload: undefined,
    });
    sql.exec("CREATE TRIGGER full BEFORE DELETE ON testament BEGIN SELECT RAISE(ABORT, 'disk is full'); END");
    expect(() => store.removeSession(7)).toThrow("disk is full");
    const held = () => [
      [...store.sessions()].length,
      [...store.subscribers()].length,
      store.testamentSize(7).count,
    ];
    expect(held()).toEqual([1, 1, 1]);
    sql.exec("DROP TRIGGER full");
    store.removeSession(7);
    expect(held()).toEqual([0, 0, 0]);
  }));

test("R17 TES-16 a testament that cannot be retained leaves the event before it retained, and is told all the same", async () => {
  vi.spyOn(console, "log").mockReturnValue(); // the fault
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await Client.join(realm)];
  bob.send(16, 1, { acknowledge: true, retain: true }, "com.state", ["alive"]);
  expect((await bob.next())[0]).toBe(17);
  bob.send(32, 2, {}, "com.state");
  const [, , id] = await bob.next();
  const will = ["com.state", ["gone"], {}];
  alice.send(48, 1, {}, "wamp.session.add_testament", will, { publish_options: { retain: true } });
  expect((await alice.next())[0]).toBe(50);
  await runInDurableObject(stub(realm), (_object, { storage }) => {
    storage.sql.exec(
      "CREATE TRIGGER full BEFORE INSERT ON retained BEGIN SELECT RAISE(ABORT, 'disk is full'); END",
    );
  });
  alice.close();
  expect(await bob.next()).toEqual([36, id, expect.any(Number), {}, ["gone"]]);
  const carol = await Client.join(realm);
  carol.send(32, 1, { get_retained: true }, "com.state");
  await carol.next();
  expect(await carol.next()).toEqual([36, id, expect.any(Number), { retained: true }, ["alive"]]);
});
