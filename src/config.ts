/**
 * The Worker's variables become a Config, checked once. A wrong one is refused whole: the error names the path and what
 * to do, and nothing is served until it is mended. What is not named is closed.
 */
import * as v from "valibot";
import type { AnonymousAccess } from "./auth/anonymous.ts";
import type { RequestIdCheck } from "./router/request-ids.ts";
import { uriFault } from "./wamp/uri.ts";

export interface RealmConfig {
  readonly name: string;
  /** Whom the realm admits without a sign-in. Default `nobody`. */
  readonly anonymous: AnonymousAccess;
  /** Only 0-9, a-z and _ in URIs (URI-02). Default false. */
  readonly strictUri: boolean;
  /** How strictly request ids are checked (ID-10). Default `off`. */
  readonly requestIdCheck: RequestIdCheck;
}

export interface Config {
  /** Realm name to realm, in the order of the configuration. */
  readonly realms: ReadonlyMap<string, RealmConfig>;
  /** The realm of `/ws`: the first one. */
  readonly defaultRealm: RealmConfig | undefined;
  /** Serve a client that names no subprotocol as `wamp.2.json` (TRN-06). Default false. */
  readonly assumeJson: boolean;
  /** Origins of web pages, besides the router's own host, that may connect (TRN-19). */
  readonly allowedOrigins: readonly string[];
}

export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`The configuration of this router is wrong, so it serves nobody:\n${faults.join("\n")}`);
    this.name = "ConfigError";
  }
}

const realm = v.strictObject({
  name: v.pipe(
    v.string(),
    v.check((name) => uriFault(name) === undefined, "must be a URI such as realm1 or com.example.sensors"),
  ),
  anonymous: v.optional(v.picklist(["nobody", "local", "everybody"]), "nobody"),
  strictUri: v.optional(v.boolean(), false),
  requestIdCheck: v.optional(v.picklist(["off", "increasing", "strict"]), "off"),
});

const schema = v.object({
  REALMS: v.optional(v.array(realm), []),
  ASSUME_JSON: v.optional(v.boolean(), false),
  ALLOWED_ORIGINS: v.optional(v.array(v.string()), []),
});

/** @throws ConfigError naming each path and what is wrong there */
export function readConfig(env: unknown): Config {
  const parsed = v.safeParse(schema, env);
  if (!parsed.success) {
    throw new ConfigError(
      parsed.issues.map((issue) => `  vars.${v.getDotPath(issue) ?? ""}: ${issue.message}`),
    );
  }
  const { REALMS, ASSUME_JSON, ALLOWED_ORIGINS } = parsed.output;
  const realms = new Map(REALMS.map((each) => [each.name, each]));
  const twice = REALMS.find((each, index) => REALMS.findIndex(({ name }) => name === each.name) < index);
  if (twice) throw new ConfigError([`  vars.REALMS: the realm ${twice.name} stands there twice`]);
  return { realms, defaultRealm: REALMS[0], assumeJson: ASSUME_JSON, allowedOrigins: ALLOWED_ORIGINS };
}
