/**
 * A realm's object over the rows of every earlier version of its schema, built by the statements of that version. What
 * stood in them is there afterwards, and the object is one that works.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { AttemptRows } from "../../src/cloudflare/attempt-rows.ts";
import { ClaimRows } from "../../src/cloudflare/claim-rows.ts";
import { DeviceRows } from "../../src/cloudflare/device-rows.ts";
import { mockKey } from "../../src/cloudflare/mock-key.ts";
import { realmTemplate } from "../../src/cloudflare/realm-template.ts";
import { migrate, VERSION } from "../../src/cloudflare/schema.ts";
import { STEPS } from "../../src/cloudflare/schema-steps.ts";
import { SqlStore } from "../../src/cloudflare/sql-store.ts";
import { Client } from "./client.ts";
import { freshRealm, stub, TABLES } from "./object.ts";

const IDENTITY = {
  authid: "a",
  authrole: "anonymous",
  authmethod: "anonymous",
  authprovider: "static",
  roles: {},
};

/** Rows as version 1 wrote them. */
const ROUTER_ROWS = `
  INSERT INTO session VALUES (4711, '${JSON.stringify({ session: 4711, ...IDENTITY })}', 3, 8);
  INSERT INTO subscription VALUES (9, 'com.x', 'exact', 1);
  INSERT INTO subscriber VALUES (4711, 9);
  INSERT INTO registration VALUES (7, 'com.p', 'exact', 'roundrobin', 1, 2);
  INSERT INTO callee VALUES (4711, 7, 1, 0, 1);
  INSERT INTO invocation VALUES (4711, 3, 4711, 8, '{"terms":{},"details":{},"chunks":"none","interrupted":false}', NULL, 0, NULL);
  INSERT INTO testament VALUES (4711, 1, 'destroyed', 'com.will', '{}', 'json', 1, '[1]');
  INSERT INTO retained VALUES (5, 'com.x', 11, 100, 4711, 3, '{}', '{}', 0, 'json', 1, '[5]');
  INSERT INTO retained VALUES (8, 'com.y', 12, 200, NULL, 3, '{"trustlevel":1}', '{"exclude":[1]}', 1, 'cbor', 1, x'8108');
  INSERT INTO history VALUES (9, 4, 11, 100, 'com.x', '{}', '{}', 3, 'json', 1, '[5]');
`;

/** Rows as version 2 wrote them besides. */
const SIGN_IN_ROWS = `
  INSERT INTO principal VALUES ('s1', 'device', 0, 1, 2, 'in the barn', '{"method":"ticket","digest":"d"}', '{"method":"ticket"}');
  INSERT INTO principal_key VALUES ('ticket', 'd', 's1');
  INSERT INTO claim VALUES ('c', NULL, 'device', 1, 1790000000000);
  INSERT INTO attempt VALUES ('k', '[1,2]', 2);
  INSERT INTO mock_key VALUES (x'${"ab".repeat(32)}');
  INSERT INTO template VALUES ('fleet');
`;

/** The object's database as a version left it; 0: as a realm that nobody has used yet. */
function rebuild(storage: DurableObjectStorage, version: number): void {
  const tables = storage.sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_%' ESCAPE '\\' OR name IN ('principal_key', 'mock_key')",
    )
    .toArray();
  for (const { name } of tables) storage.sql.exec(`DROP TABLE ${name}`);
  for (const step of STEPS.slice(0, version)) storage.sql.exec(step);
  if (version >= 3) storage.sql.exec("INSERT INTO schema VALUES (?)", version);
}

function within(use: (storage: DurableObjectStorage) => void, realm = freshRealm()): Promise<void> {
  return runInDurableObject(stub(realm), (_object, { storage }) => use(storage));
}

/** What the tables are, without how their text was laid out. */
function shape({ sql }: DurableObjectStorage): unknown[] {
  return sql
    .exec<{ name: string; sql: string | null }>(
      "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .toArray()
    .map(({ name, sql }) => [name, sql?.replace(/\s+/g, " ").replace(/IF NOT EXISTS |"/g, "")]);
}

describe.each(STEPS.map((_, version) => version))("a database of version %i", (version) => {
  test("RULE-15 becomes what a new one is", () =>
    within((storage) => {
      const fresh = shape(storage);
      rebuild(storage, version);
      expect(shape(storage)).not.toEqual(fresh);
      migrate(storage);
      expect(shape(storage)).toEqual(fresh);
      expect(storage.sql.exec("SELECT version FROM schema").toArray()).toEqual([{ version: VERSION }]);
    }));

  test("RULE-15 keeps its rows", () =>
    within((storage) => {
      rebuild(storage, version);
      if (version >= 1) storage.sql.exec(ROUTER_ROWS);
      if (version >= 2) storage.sql.exec(SIGN_IN_ROWS);
      migrate(storage);
      const { sql } = storage;
      const store = new SqlStore(storage);
      const some = version >= 1;
      expect([...store.sessions()]).toEqual(
        some ? [{ session: 4711, lastInvocation: 3, lastCall: 8, renamed: false }] : [],
      );
      if (some) expect(store.identity(4711)).toEqual({ session: 4711, ...IDENTITY });
      expect([...store.subscribers()]).toEqual(some ? [{ id: 9, session: 4711 }] : []);
      expect([...store.registrations()]).toEqual(
        some ? [{ id: 7, uri: "com.p", match: "exact", invoke: "roundrobin", created: 1, turn: 2 }] : [],
      );
      expect([...store.callees()]).toHaveLength(some ? 1 : 0);
      expect([...store.invocations()]).toMatchObject(some ? [{ callee: 4711, id: 3, request: 8 }] : []);
      expect([...store.testaments(4711)]).toMatchObject(some ? [{ topic: "com.will" }] : []);
      expect([...store.history(9)]).toMatchObject(some ? [{ publication: 11, topic: "com.x" }] : []);
      const retained = [
        {
          topic: "com.y",
          publication: 12,
          time: 200,
          details: { trustlevel: 1 },
          restricted: true,
          octets: 3,
        },
        { topic: "com.x", publication: 11, time: 100, publisher: 4711, restricted: false, octets: 3 },
      ];
      expect([...store.retained("prefix", "")]).toMatchObject(some ? retained : []);
      expect([...store.retained("exact", "com.y")].map(({ payload }) => payload)).toEqual(
        some ? [{ format: "cbor", count: 1, body: Uint8Array.of(0x81, 8) }] : [],
      );
      const named = version >= 2;
      expect(new DeviceRows(storage).find("s1")?.note).toBe(named ? "in the barn" : undefined);
      expect(new ClaimRows(sql).count()).toBe(named ? 1 : 0);
      expect(new AttemptRows(sql).get("k")).toEqual(named ? [1, 2] : undefined);
      expect(mockKey(sql)[0] === 0xab).toBe(named);
      expect(realmTemplate(sql)).toBe(named ? "fleet" : undefined);
    }));

  test("RULE-15 wakes as a realm that works, and the ids go on", async () => {
    const realm = freshRealm();
    await Client.join(realm);
    await within((storage) => {
      rebuild(storage, version);
      if (version >= 1) storage.sql.exec(ROUTER_ROWS);
      if (version >= 1) storage.sql.exec("INSERT INTO realm VALUES (?)", realm);
    }, realm);
    await evictDurableObject(stub(realm));
    const client = await Client.join(realm);
    client.send(32, 1, { get_retained: true }, "com.x");
    const [, , id] = await client.next();
    expect(id).toBe(version >= 1 ? 10 : 1);
    if (version >= 1) expect((await client.next())[4]).toEqual([5]);
    client.send(16, 2, { acknowledge: true, retain: true }, "com.z", ["new"]);
    expect((await client.next())[0]).toBe(17);
    await within(({ sql }) => {
      expect(sql.exec("SELECT place, authid IS NULL AS old FROM retained ORDER BY place").toArray()).toEqual(
        version >= 1
          ? [
              { place: 5, old: 1 },
              { place: 8, old: 1 },
              { place: 9, old: 0 },
            ]
          : [{ place: 1, old: 0 }],
      );
    }, realm);
  });
});

test("RULE-15 a step that fails leaves the database as it was", () =>
  within((storage) => {
    rebuild(storage, 2);
    storage.sql.exec(ROUTER_ROWS);
    const before = shape(storage);
    storage.sql.exec("CREATE TABLE retained_2 (in_the_way)");
    expect(() => migrate(storage)).toThrow("retained_2");
    storage.sql.exec("DROP TABLE retained_2");
    expect(shape(storage)).toEqual(before);
    migrate(storage);
    expect([...new SqlStore(storage).retained("prefix", "")]).toHaveLength(2);
  }));

test("RULE-15 rows of a version to come are refused, and left as they are", async () => {
  const realm = freshRealm();
  await Client.join(realm);
  await within((storage) => {
    storage.sql.exec("UPDATE schema SET version = ?", VERSION + 1);
    const before = shape(storage);
    const text = `schema version ${VERSION + 1}, and this code knows none after ${VERSION}`;
    expect(() => migrate(storage)).toThrow(text);
    expect(shape(storage)).toEqual(before);
    expect(storage.sql.exec("SELECT version FROM schema").toArray()).toEqual([{ version: VERSION + 1 }]);
  }, realm);
});

test("RULE-15 a step to come is done once, over the version that is there", () =>
  within((storage) => {
    const steps = [...STEPS, "CREATE TABLE to_come (x)"];
    migrate(storage, steps);
    migrate(storage, steps);
    expect(storage.sql.exec("SELECT version FROM schema").toArray()).toEqual([{ version: steps.length }]);
    expect(() => migrate(storage)).toThrow(`schema version ${steps.length}`);
  }));

test("RULE-15 a version that cannot be read is not taken for an empty database", () =>
  within((storage) => {
    storage.sql.exec(SIGN_IN_ROWS);
    storage.sql.exec("DELETE FROM schema");
    expect(() => migrate(storage)).toThrow();
    expect(new AttemptRows(storage.sql).get("k")).toEqual([1, 2]);
  }));

test("RULE-15 B10 where nothing is to be done one row is read, and none written", () =>
  within((storage) => {
    let statements = 0;
    const { sql } = storage;
    const counted = {
      sql: {
        exec: (text: string, ...values: SqlStorageValue[]) => {
          statements++;
          return sql.exec(text, ...values);
        },
      },
    } as unknown as DurableObjectStorage; // all that is used of it where nothing is to be done
    migrate(counted);
    expect(statements).toBe(1);
  }));

test("RULE-15 every table that the tests count is one of the schema's", () =>
  within(({ sql }) => {
    const names = sql.exec<{ name: string }>("SELECT name FROM sqlite_master").toArray();
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(TABLES));
  }));
