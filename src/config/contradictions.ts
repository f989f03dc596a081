/** Settings that are sound each for itself and make no sense together. Each rule says which of them to change. */
import type { Fault } from "./fault.ts";
import { type Place, tableAt, tables, textsAt } from "./loose.ts";
import { roleRules } from "./role-rules.ts";
import { named, repeated, repeatedPatterns, roleFault, when } from "./rule.ts";
import { signInRules } from "./sign-in-rules.ts";

export function contradictions(variables: Place): Fault[] {
  const realms = tables(variables, "REALMS");
  const templates = tables(variables, "TEMPLATES");
  return [
    ...[realms, templates].flatMap((all) =>
      repeated(named(all, "name"), (first) => `is already the name of ${first.replace(/\.name$/, "")}`),
    ),
    ...repeated(
      realms.flatMap((realm) => textsAt(realm, "hosts")),
      (first) => `is already given at ${first}: a host name leads to one realm`,
    ),
    ...templates.flatMap((template) =>
      when(
        textsAt(template, "hosts").length > 0,
        [...template.keys, "hosts"],
        "a template cannot have hosts, since every realm made from it would claim them: leave it out",
      ),
    ),
    ...originRules(variables),
    ...[...realms, ...templates].flatMap((realm) => [
      ...roleRules(realm),
      ...signInRules(realm),
      ...realmRules(realm),
    ]),
  ];
}

function originRules(variables: Place): Fault[] {
  const origins = textsAt(variables, "ALLOWED_ORIGINS");
  const all = origins.find(({ text }) => text === "*");
  return [
    ...when(
      all !== undefined && origins.length > 1,
      all?.keys ?? [],
      'allows every web page already: leave it out, or make it the only one: ["*"]',
    ),
    ...repeated(origins, (first) => `is already given at ${first}: leave it out`),
  ];
}

function realmRules(realm: Place): Fault[] {
  const limits = tableAt(realm, "limits");
  const trust = [...tables(realm, "publicationTrust"), ...tables(realm, "callTrust")];
  return [
    ...repeatedPatterns(realm, "eventHistory"),
    ...when(
      limits?.table.burst !== undefined && limits.table.messages === undefined,
      [...realm.keys, "limits", "burst"],
      "bounds nothing without messages: set messages too, or leave it out",
    ),
    ...["enableMetaKill", "enableMetaModify"].flatMap((key) =>
      when(
        realm.table.metaApi === false && realm.table[key] === true,
        [...realm.keys, key],
        "is part of the meta API, which metaApi = false takes away: change one of the two",
      ),
    ),
    // A realm without roles admits nobody whom a rule could be for.
    ...(tables(realm, "roles").length === 0
      ? []
      : named(trust, "authrole").flatMap((each) => roleFault(realm, each))),
  ];
}
