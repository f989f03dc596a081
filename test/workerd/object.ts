/** What a test may do to a realm's object: let time pass, put it to sleep, look at its rows. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";

export const TABLES = [
  "session",
  "subscription",
  "subscriber",
  "registration",
  "callee",
  "invocation",
  "testament",
  "retained",
  "history",
];

let realms = 0;

/** The name of a realm that no test of this file has used. */
export function freshRealm(): string {
  realms++;
  return `realm${realms}`;
}

export function stub(realm: string) {
  return env.REALM.getByName(realm);
}

/** The clock of the tests and of the object, which share it; it stands still but for this. */
export function pass(milliseconds: number): void {
  const then = Date.now() + milliseconds;
  vi.useFakeTimers({ toFake: ["Date"], now: then });
}

/** Lets the alarm ring now, whenever it was set for. @returns whether one was set */
export function ring(realm: string): Promise<boolean> {
  return runDurableObjectAlarm(stub(realm));
}

/** Sleep as the platform does it: after ten quiet seconds, by when the alarm has rung. */
export async function sleep(realm: string): Promise<void> {
  pass(10_000);
  await ring(realm);
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
