/** A realm of Crossbar's, with its roles, permissions and event history. Types, not interfaces: they are written as TOML. */
import { HOLES } from "../src/config/hole.ts";
import { isReserved, uriFault } from "../src/wamp/uri.ts";
import type { Told } from "./crossbar-principals.ts";
import { at, isTable, type Json, list, table, text } from "./json.ts";

type Match = "exact" | "prefix" | "wildcard";

export type Permission = {
  uri: string;
  match: Match;
  allow: Record<string, boolean>;
  disclose?: Record<string, boolean>;
  cache?: boolean;
};

export type Role = {
  name: string;
  authorizer?: string;
  permissions: Permission[];
};

/** A realm as it will stand in wrangler.toml; whoever reads the transports adds to it. */
export type ImportedRealm = {
  name: string;
  anonymous?: "everybody";
  scramDialect?: "both";
  authenticator?: { procedure: string; methods: string[] };
  eventHistory?: { uri: string; match: Match; limit?: number }[];
  roles: Role[];
  principals: Record<string, string | number | string[]>[];
};

const ACTIONS = ["call", "register", "publish", "subscribe"];
const KNOWN = new Set(["name", "roles", "store", "id"]);

export function importRealm(realm: Json, told: Told): ImportedRealm {
  const name = text(realm, "name") ?? "";
  const fault = uriFault(name);
  if (fault !== undefined) throw new Error(`the realm ${JSON.stringify(name)} ${fault}`);
  for (const key of isTable(realm) ? Object.keys(realm) : []) {
    if (!KNOWN.has(key)) told.note(`realm ${name}: ${key}: edgebahn has no such setting`);
  }
  const history = table(realm, "store") ? importHistory(name, table(realm, "store"), told) : [];
  return {
    name,
    ...(history.length > 0 && { eventHistory: history }),
    roles: importRoles(name, list(realm, "roles"), told),
    principals: [],
  };
}

function importRoles(realm: string, given: readonly Json[], told: Told): Role[] {
  const roles = given.flatMap((role) => importRole(realm, role, told));
  const once = roles.filter(({ name }, at) => roles.findIndex((role) => role.name === name) === at);
  if (once.length < roles.length)
    told.note(`realm ${realm}: roles that stand there twice: the first one of each name is kept`);
  return once;
}

function importRole(realm: string, role: Json, told: Told): Role[] {
  const name = text(role, "name");
  const where = `realm ${realm}, role ${name ?? "?"}`;
  if (name === undefined || uriFault(name) !== undefined) {
    told.note(`${where}: its name is no URI`);
    return [];
  }
  const authorizer = procedureOf(text(role, "authorizer"), `${where}: the authorizer`, told);
  /** URI to rule: Crossbar lets the last of several decide, whatever they match. */
  const permissions = new Map<string, Permission>();
  for (const rule of list(role, "permissions")) {
    const permission = importPermission(where, rule, told);
    if (!permission) continue;
    if (permissions.has(permission.uri)) {
      told.note(`${where}: two rules for ${permission.uri || '""'}: the last one is kept, as Crossbar does`);
    }
    permissions.set(permission.uri, permission);
  }
  tellPrecedence(where, [...permissions.values()], told);
  if (at(role, "allow-by-default") === true)
    told.note(`${where}: allow-by-default: denied by default here; add a rule for the URIs it needs`);
  if (authorizer !== undefined && permissions.size > 0) {
    told.note(`${where}: the authorizer is asked only where none of its permissions decides`);
  }
  return [{ name, ...(authorizer !== undefined && { authorizer }), permissions: [...permissions.values()] }];
}

/** Crossbar lets a wildcard decide before a prefix; here it is the other way round (AZN-10). */
function tellPrecedence(where: string, rules: readonly Permission[], told: Told): void {
  const prefixes = rules.filter(({ match }) => match === "prefix");
  for (const { uri, allow } of rules.filter(({ match }) => match === "wildcard")) {
    const denied = ACTIONS.filter((action) => !allow[action]);
    const opened = denied.filter((action) => prefixes.some((prefix) => prefix.allow[action]));
    if (opened.length === 0) continue;
    told.note(
      `CHECK ${where}: the wildcard rule ${uri} does not allow ${opened.join(", ")}, a prefix rule does, and prefixes decide first here`,
    );
  }
}

function importPermission(where: string, rule: Json, told: Told): Permission | undefined {
  const given = text(rule, "uri");
  if (given === undefined) {
    told.note(`${where}: a rule without a uri`);
    return undefined;
  }
  const { uri, match } = patternOf(given, text(rule, "match"));
  const fault = /[{}]/.test(uri)
    ? `has braces, which stand for ${HOLES.join(", ")} here`
    : uriFault(uri, match);
  if (fault !== undefined) {
    told.note(
      `CHECK ${where}: the rule for ${JSON.stringify(given)} ${fault}; see that nothing else allows what it denied`,
    );
    return undefined;
  }
  // Before version 2 of the file the flags stood in the rule itself.
  const flags = table(rule, "allow") ?? rule;
  const disclose = table(rule, "disclose");
  const disclosed = ["caller", "publisher"].filter((key) => at(disclose, key) === true);
  if (at(rule, "validate") !== undefined)
    told.note(`${where}: validate of ${JSON.stringify(given)}: payloads are not looked into`);
  return {
    uri,
    match,
    allow: Object.fromEntries(
      ACTIONS.filter((action) => at(flags, action) === true).map((action) => [action, true]),
    ),
    ...(disclosed.length > 0 && { disclose: Object.fromEntries(disclosed.map((key) => [key, true])) }),
    ...(at(rule, "cache") === false && { cache: false }),
  };
}

/** The URI, if clients may register it here. */
export function procedureOf(uri: string | undefined, where: string, told: Told): string | undefined {
  if (uri === undefined || (uriFault(uri) === undefined && !isReserved(uri))) return uri;
  told.note(`${where} ${JSON.stringify(uri)} is no URI that clients may register`);
  return undefined;
}

/** Without a match policy stars say it: one at the end is a prefix, others are wildcard components. */
export function patternOf(uri: string, match: string | undefined): { uri: string; match: Match } {
  if (match === "exact" || match === "prefix" || match === "wildcard") return { uri, match };
  const stars = uri.split("*").length - 1;
  if (stars === 0) return { uri, match: "exact" };
  if (stars === 1 && uri.endsWith("*")) return { uri: uri.slice(0, -1), match: "prefix" };
  return { uri: uri.replaceAll("*", ""), match: "wildcard" };
}

function importHistory(realm: string, store: Json, told: Told) {
  const rules = list(store, "event-history").flatMap((rule) => {
    const { uri, match } = patternOf(text(rule, "uri") ?? "", text(rule, "match") ?? "exact");
    const limit = at(rule, "limit");
    if (uriFault(uri, match) !== undefined) {
      told.note(`realm ${realm}: the event history of ${JSON.stringify(uri)} ${uriFault(uri, match)}`);
      return [];
    }
    return [{ uri, match, ...(typeof limit === "number" && limit >= 1 && { limit: Math.floor(limit) }) }];
  });
  if (at(store, "call-queue") !== undefined) told.note(`realm ${realm}: call-queue: edgebahn has none`);
  return rules.filter(
    (rule, index) => rules.findIndex(({ uri, match }) => uri === rule.uri && match === rule.match) === index,
  );
}
