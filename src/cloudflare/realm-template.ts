/** Which template a realm was made from at run time: a row of its object, since only the object knows whether it was made. */

export function realmTemplate(sql: SqlStorage): string | undefined {
  const [row] = sql.exec<{ name: string }>("SELECT name FROM template");
  return row?.name;
}

/** @returns whether it was not made before */
export function makeFrom(template: string, sql: SqlStorage): boolean {
  if (realmTemplate(sql) !== undefined) return false;
  sql.exec("INSERT INTO template (name) VALUES (?)", template);
  return true;
}
