/** The rules under which the realm last gave out subscriptions and registrations: a row, to see that they have changed. */
import type { RealmConfig } from "../config.ts";

/** @returns whether what somebody was allowed before may be denied by now; the rules are then kept as they are now */
export function rulesChanged(sql: SqlStorage, config: RealmConfig | undefined): boolean {
  sql.exec("CREATE TABLE IF NOT EXISTS policy (rules TEXT NOT NULL)");
  const [row] = sql.exec<{ rules: string }>("SELECT rules FROM policy");
  const rules = JSON.stringify(
    config?.roles.map(({ name, permissions, authorizer }) => ({ name, permissions, authorizer })) ?? [],
  );
  if (row?.rules === rules) return false;
  sql.exec("DELETE FROM policy");
  sql.exec("INSERT INTO policy (rules) VALUES (?)", rules);
  return row !== undefined;
}
