/** What a test may do to a realm's object: let time pass, put it to sleep, look at its rows. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";

export const TABLES = ["session", "subscription", "subscriber", "registration", "callee", "invocation"];

let realms = 0;

/** The name of a realm that no test of this file has used. */
export function freshRealm(): string {
  realms++;
  return `realm${realms}`;
}

export function stub(realm: string) {
  return env.REALM.getByName(realm);
}

/**
 * Sleep as the platform does it: after ten quiet seconds, by when the alarm has run as often as it was due. The runtime
 * is asked to run it now instead of in five seconds.
 */
export async function sleep(realm: string): Promise<void> {
  while (await runDurableObjectAlarm(stub(realm)));
  await evictDurableObject(stub(realm));
}

/** How many rows each table of the realm holds. */
export function rowCounts(realm: string): Promise<Record<string, number>> {
  return runInDurableObject(stub(realm), (_object, { storage }) =>
    Object.fromEntries(
      TABLES.map((table) => [
        table,
        storage.sql.exec<{ count: number }>(`SELECT count(*) AS count FROM ${table}`).one().count,
      ]),
    ),
  );
}
