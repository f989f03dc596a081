/** What cannot be true together of those who sign in and of those who are asked about them. */
import type { Fault } from "./fault.ts";
import { type Place, tableAt, tables, textAt, textsAt } from "./loose.ts";
import { fault, named, repeated, roleFault, unsure, when } from "./rule.ts";

const NO_ROLES = "admits nobody while the realm has no roles: add [[vars.REALMS.roles]]";

export function signInRules(realm: Place): Fault[] {
  return [...principalRules(realm), ...jwtRules(realm), ...authenticatorRules(realm)];
}

function principalRules(realm: Place): Fault[] {
  const principals = tables(realm, "principals");
  const identities = principals.flatMap((each) =>
    named([each], "authid").map(({ keys, text }) => ({ keys, text: `${textAt(each, "method")} ${text}` })),
  );
  return [
    ...repeated(
      identities,
      (first) => `${first} is the same authid with the same method: make one principal of the two`,
    ),
    // CRY-02: a key says who it is, so it belongs to one.
    ...["publicKeys", "fingerprints"].flatMap((key) =>
      repeated(
        principals.flatMap((each) => textsAt(each, key)),
        (first) => `is already given at ${first}: a key belongs to one principal`,
      ),
    ),
    ...named(principals, "role").flatMap((each) => roleFault(realm, each)),
    ...principals.flatMap(saltRules),
  ];
}

/** CRA-09: together or not at all. */
function saltRules({ keys, table }: Place): Fault[] {
  const parts = ["salt", "iterations", "keylen"];
  const left = parts.filter((key) => table[key] === undefined);
  if (left.length === parts.length) return [];
  return left.map((key) =>
    fault([...keys, key], "is missing: salt, iterations and keylen are given together or not at all"),
  );
}

function jwtRules(realm: Place): Fault[] {
  const jwt = tableAt(realm, "jwt");
  if (!jwt) return [];
  const { keys, table } = jwt;
  const roles = tables(realm, "roles");
  const named = textsAt(jwt, "roles");
  const otherwise = textAt(jwt, "defaultRole");
  const grantable = named.length > 0 ? named.map(({ text }) => text) : roles.flatMap(grantableOf);
  return [
    ...when(
      table.jwks === undefined && table.secret === undefined,
      keys,
      "needs jwks (where the issuer publishes its keys) or secret (the name of a shared one)",
    ),
    ...when(
      table.jwks !== undefined && table.secret !== undefined,
      [...keys, "secret"],
      "contradicts jwks: a token is checked by one or the other, so leave one out",
    ),
    ...when(roles.length === 0, keys, NO_ROLES),
    ...when(
      roles.length > 0 && grantable.length === 0 && !unsure(roles),
      keys,
      "admits nobody: tokens grant neither anonymous nor roles with admin unless roles names them; add a role",
    ),
    ...named.flatMap((each) => roleFault(realm, each)),
    ...(otherwise === undefined ? [] : defaultRoleFault(realm, { jwt, otherwise, grantable })),
  ];
}

function defaultRoleFault(
  realm: Place,
  { jwt, otherwise, grantable }: { jwt: Place; otherwise: string; grantable: readonly string[] },
): Fault[] {
  const keys = [...jwt.keys, "defaultRole"];
  const unknown = roleFault(realm, { keys, text: otherwise });
  if (unknown.length > 0 || grantable.includes(otherwise) || unsure(tables(realm, "roles"))) return unknown;
  return [fault(keys, "is not among the roles that tokens may grant: name those in roles, and it too")];
}

/** The same choice as `grantedByTokens` of the checked configuration makes. */
function grantableOf(role: Place): string[] {
  const name = textAt(role, "name");
  return name === undefined || name === "anonymous" || role.table.admin === true ? [] : [name];
}

function authenticatorRules(realm: Place): Fault[] {
  const authenticator = tableAt(realm, "authenticator");
  if (!authenticator) return [];
  return [
    ...repeated(textsAt(authenticator, "methods"), (first) => `is already given at ${first}: leave it out`),
    ...when(tables(realm, "roles").length === 0, authenticator.keys, NO_ROLES),
  ];
}
