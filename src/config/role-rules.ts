/** What cannot be true of roles together: with each other, with their realm, and with who gets them. */
import type { Fault } from "./fault.ts";
import { numberAt, type Place, tableAt, tables, textAt } from "./loose.ts";
import { fault, named, repeated, repeatedPatterns, unsure, when } from "./rule.ts";

export function roleRules(realm: Place): Fault[] {
  const roles = tables(realm, "roles");
  return [
    ...repeated(named(roles, "name"), (first) => `is already the name of ${first.replace(/\.name$/, "")}`),
    ...anonymousRules(realm),
    ...roles.flatMap((role) => [
      ...repeatedPatterns(role, "permissions"),
      ...disclosures(realm, role),
      ...when(
        role.table.authorizerTtl !== undefined && role.table.authorizer === undefined,
        [...role.keys, "authorizerTtl"],
        "there is no authorizer whose answers it could keep: name one in authorizer, or leave it out",
      ),
      ...limitRules(realm, role),
    ]),
  ];
}

function disclosures(realm: Place, role: Place): Fault[] {
  if (realm.table.allowDisclose !== false) return [];
  return tables(role, "permissions").flatMap((rule) => {
    const disclose = tableAt(rule, "disclose")?.table;
    return when(
      disclose?.caller === true || disclose?.publisher === true,
      [...rule.keys, "disclose"],
      "the realm's allowDisclose = false forbids it: change one of the two",
    );
  });
}

function limitRules(realm: Place, role: Place): Fault[] {
  const limits = tableAt(role, "limits");
  if (!limits) return [];
  const { keys, table } = limits;
  const realmLimits = tableAt(realm, "limits");
  const most = (realmLimits && numberAt(realmLimits, "sessions")) ?? Number.POSITIVE_INFINITY;
  const sessions = numberAt(limits, "sessions") ?? most;
  const perAuthid = numberAt(limits, "sessionsPerAuthid") ?? 1; // says nothing that could contradict
  const single = textAt(role, "singleSession");
  return [
    ...when(
      sessions > most,
      [...keys, "sessions"],
      `is more than limits.sessions of the whole realm, ${most}: change one of the two`,
    ),
    ...when(
      perAuthid > sessions,
      [...keys, "sessionsPerAuthid"],
      `is more than all sessions together may be, ${sessions}: change one of the two`,
    ),
    ...when(
      perAuthid > 1 && (single === "newest" || single === "oldest"),
      [...keys, "sessionsPerAuthid"],
      `singleSession = "${single}" allows only one: leave one of the two out`,
    ),
    ...when(
      table.messages === 0 && table.burst !== undefined,
      [...keys, "burst"],
      "bounds nothing while messages = 0 sets no limit: leave it out, or set messages",
    ),
  ];
}

function anonymousRules(realm: Place): Fault[] {
  const access = textAt(realm, "anonymous");
  const roles = tables(realm, "roles");
  const role = roles.find((each) => textAt(each, "name") === "anonymous");
  if (!role) {
    if ((access !== "local" && access !== "everybody") || unsure(roles)) return [];
    const fix = 'add [[vars.REALMS.roles]] with name = "anonymous"';
    return [fault([...realm.keys, "anonymous"], `needs a role that says what they may do: ${fix}`)];
  }
  const single = textAt(role, "singleSession");
  return [
    ...when(
      single === "newest" || single === "oldest",
      [...role.keys, "singleSession"],
      "every anonymous session has an authid of its own, so there is nothing to choose: leave it out",
    ),
    ...when(
      role.table.admin === true && access === "everybody",
      [...role.keys, "admin"],
      'with anonymous = "everybody" the whole internet would manage this realm: give admin to another role',
    ),
  ];
}
