/** The rules under which the realm last gave out subscriptions and registrations: a row, to see that they have changed. */
import type { RealmConfig } from "../config.ts";

/** Whether what somebody was allowed before may be denied by now. */
export function rulesChanged(sql: SqlStorage, config: RealmConfig | undefined): boolean {
  const [row] = sql.exec<{ rules: string }>("SELECT rules FROM policy");
  return row !== undefined && row.rules !== rulesOf(config);
}

/** What is held is held by these rules: only said once all was judged by them, for whatever fails before is judged again. */
export function keepRules(sql: SqlStorage, config: RealmConfig | undefined): void {
  const rules = rulesOf(config);
  const [row] = sql.exec<{ rules: string }>("SELECT rules FROM policy");
  if (row?.rules === rules) return;
  // One statement: were the old rules gone and the new ones not there, the next wake would see no change.
  if (row) sql.exec("UPDATE policy SET rules = ?", rules);
  else sql.exec("INSERT INTO policy (rules) VALUES (?)", rules);
}

function rulesOf(config: RealmConfig | undefined): string {
  const rules = config?.roles.map(({ name, permissions, authorizer }) => ({ name, permissions, authorizer }));
  return JSON.stringify(rules ?? []);
}
