/**
 * The Worker's variables become a Config, checked once for each environment. A wrong one is refused whole: the error names
 * every path and what to do, and nothing is served until it is mended. What is not named is closed. Secrets stay where they
 * are: a Config holds their names only.
 */
import * as v from "valibot";
import { anatomy, isTable } from "./config/anatomy.ts";
import { contradictions } from "./config/contradictions.ts";
import { ConfigError, shapeFaults, unknownKeys } from "./config/fault.ts";
import type { RealmConfig } from "./config/realm.ts";
import type { RoleLimits } from "./config/role.ts";
import { secretFaults, secretNames } from "./config/secret.ts";
import { misspelled } from "./config/variable-names.ts";
import { type AdminConfig, DEFAULT_ADMIN_SECRET, variables } from "./config/variables.ts";
import { DEFAULT_REALM_SETTINGS, type RealmSettings } from "./router/settings.ts";

export { ConfigError } from "./config/fault.ts";
export type { AuthenticatorConfig, JwtConfig, PrincipalConfig } from "./config/principal.ts";
export type { RealmConfig } from "./config/realm.ts";
export type { RoleConfig, RoleLimits } from "./config/role.ts";
export { SAMPLE_VALUES, type ScramSecret, scramSecretOf, secretOf } from "./config/secret.ts";
export type { AdminConfig } from "./config/variables.ts";

export interface Config {
  /** Realm name to realm, in the order of the configuration. */
  readonly realms: ReadonlyMap<string, RealmConfig>;
  /** Template name to template: a realm made from it is the same but for its name. */
  readonly templates: ReadonlyMap<string, RealmConfig>;
  /** Host name, in lower case, to the realm that `/ws` is there. */
  readonly hosts: ReadonlyMap<string, RealmConfig>;
  /** The realm of `/ws` elsewhere: the first one. */
  readonly defaultRealm: RealmConfig | undefined;
  /** Serve a client that names no subprotocol as `wamp.2.json` (TRN-06). Default false. */
  readonly assumeJson: boolean;
  /** Origins of web pages, besides the router's own host, that may connect (TRN-19); `*` alone: all. */
  readonly allowedOrigins: readonly string[];
  /** Whether `/ws` reads the realm from HELLO. */
  readonly frontDesk: boolean;
  /** Who may use the admin API; undefined: there is none. `secret` is a name, resolved; absent where only Access is. */
  readonly admin: AdminConfig | undefined;
}

const NAMES = Object.keys(variables.entries);
const SETTINGS = anatomy(variables);

/** Environment to what was made of it: every request asks, and the environment of a Worker does not change. */
const known = new WeakMap<object, Config | ConfigError>();

/** @throws ConfigError naming each path and what is wrong there */
export function readConfig(env: unknown): Config {
  if (!isTable(env)) throw new ConfigError([{ path: "vars", reason: "there is no environment to read" }]);
  let read = known.get(env);
  if (read === undefined) {
    read = check(env);
    known.set(env, read);
  }
  if (read instanceof ConfigError) throw read;
  return read;
}

function check(env: Readonly<Record<string, unknown>>): Config | ConfigError {
  const ours = Object.fromEntries(NAMES.flatMap((name) => (name in env ? [[name, env[name]]] : [])));
  const parsed = v.safeParse(variables, ours);
  // Where something is wrong, the rest of it is there all the same.
  const place = { keys: [], table: isTable(parsed.output) ? parsed.output : {} };
  const faults = [
    ...shapeFaults(parsed.issues ?? [], SETTINGS),
    ...unknownKeys(ours, SETTINGS, []),
    ...contradictions(place),
    ...secretFaults(env, place),
    ...misspelled(env, NAMES, secretNames(place)),
  ];
  if (!parsed.success || faults.length > 0) return new ConfigError(faults);
  return configOf(parsed.output);
}

function configOf(read: v.InferOutput<typeof variables>): Config {
  const realms = read.REALMS;
  const hosts = realms.flatMap((realm) => realm.hosts.map((host) => [host, realm] as const));
  return {
    realms: new Map(realms.map((realm) => [realm.name, realm])),
    templates: new Map(read.TEMPLATES.map((template) => [template.name, template])),
    hosts: new Map(hosts),
    defaultRealm: realms[0],
    assumeJson: read.ASSUME_JSON,
    allowedOrigins: read.ALLOWED_ORIGINS,
    frontDesk: read.FRONT_DESK,
    admin: read.ADMIN && !read.ADMIN.access ? { secret: DEFAULT_ADMIN_SECRET, ...read.ADMIN } : read.ADMIN,
  };
}

/** What a session of a role that is not configured may hold. */
const NOTHING = { subscriptions: 0, registrations: 0, patterns: 0, pendingCalls: 0, pendingInvocations: 0 };

/** How the router of a realm behaves; a realm that is not configured any more has the defaults. */
export function realmSettings(config: RealmConfig | undefined): RealmSettings {
  if (!config) return DEFAULT_REALM_SETTINGS;
  const { retained, retainedPerAuthid, retainedOctets, retainedTotal, retainedAge } = config;
  const { testaments, testamentOctets } = config;
  const limits = new Map(config.roles.map((role) => [role.name, role.limits]));
  return {
    uriRule: config.strictUri ? "strict" : "loose",
    requestIdCheck: config.requestIdCheck,
    progressiveResults: config.progressiveResults,
    allowDisclose: config.allowDisclose,
    metaApi: config.metaApi,
    metaKill: config.enableMetaKill,
    metaModify: config.enableMetaModify,
    grantable: (authrole) => config.roles.some(({ name, admin }) => name === authrole && !admin),
    history: config.eventHistory,
    publicationTrust: config.publicationTrust,
    callTrust: config.callTrust,
    limits: ({ authrole }) => limits.get(authrole) ?? NOTHING,
    keep: {
      retained,
      retainedPerAuthid,
      retainedOctets,
      retainedTotal,
      testaments,
      testamentOctets,
      ...(retainedAge !== undefined && { retainedAge }),
    },
  };
}

/** The roles that tokens may grant: those that `jwt.roles` names, or all but those that nobody should get by a token. */
export function grantedByTokens({ jwt, roles }: RealmConfig): readonly string[] {
  if (jwt?.roles) return jwt.roles;
  return roles.flatMap(({ name, admin }) => (admin || name === "anonymous" ? [] : [name]));
}

/** How many messages at once, where it is not said: those of two seconds. */
export function burstOf({ messages, burst }: Pick<RoleLimits, "messages" | "burst">): number {
  return burst ?? 2 * messages;
}
