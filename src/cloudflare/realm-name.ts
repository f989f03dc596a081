/**
 * Which realm an object is. The runtime tells an object its name, but not when an alarm wakes it after a restart of the
 * runtime (partykit pull request 391), so the name is also a row.
 */

/** @throws Error where neither the runtime nor a row knows: nobody reached this object by a realm's name yet */
export function realmName(id: DurableObjectId, sql: SqlStorage): string {
  const [kept] = sql.exec<{ name: string }>("SELECT name FROM realm");
  const name = id.name ?? kept?.name;
  if (name === undefined) throw new Error("a realm object is reached by its realm's name first");
  if (!kept) sql.exec("INSERT INTO realm (name) VALUES (?)", name);
  return name;
}
