/**
 * The Worker's variables become a Config, checked once. A wrong one is refused whole: the error names the path and what
 * to do, and nothing is served until it is mended. What is not named is closed.
 */
import * as v from "valibot";
import { DEFAULT_REALM_SETTINGS, type RealmSettings, type UriPattern } from "./router/settings.ts";
import { uriFault } from "./wamp/uri.ts";

/** A realm as the configuration gives it, defaults filled in. */
export type RealmConfig = v.InferOutput<typeof realm>;

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

const uriPattern = {
  uri: v.string(),
  match: v.optional(v.picklist(["exact", "prefix", "wildcard"]), "exact"),
};
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const trust = v.pipe(
  v.strictObject({ ...uriPattern, authrole: v.optional(v.string()), level: count }),
  v.forward(
    v.check(
      (rule) => isPattern(rule),
      ({ input }) => whyNoPattern(input),
    ),
    ["uri"],
  ),
);
const history = v.pipe(
  v.strictObject({
    ...uriPattern,
    limit: v.optional(positive, 1_000),
    age: v.optional(positive),
    octets: v.optional(positive, 1_048_576),
  }),
  v.forward(
    v.check(
      (rule) => isPattern(rule),
      ({ input }) => whyNoPattern(input),
    ),
    ["uri"],
  ),
);
const histories = v.pipe(
  v.array(history),
  v.check(
    (rules) => repeated(rules) === undefined,
    ({ input }) => {
      const { uri, match } = repeated(input) ?? {};
      return `${uri} (${match}) stands there twice`;
    },
  ),
);

const realm = v.strictObject({
  name: v.pipe(
    v.string(),
    v.check((name) => uriFault(name) === undefined, "must be a URI such as realm1 or com.example.sensors"),
  ),
  /** Whom the realm admits without a sign-in. */
  anonymous: v.optional(v.picklist(["nobody", "local", "everybody"]), "nobody"),
  /** Only 0-9, a-z and _ in URIs (URI-02). */
  strictUri: v.optional(v.boolean(), false),
  /** How strictly request ids are checked (ID-10). */
  requestIdCheck: v.optional(v.picklist(["off", "increasing", "strict"]), "off"),
  /** Whether callers and publishers may be disclosed (PID-02, CID-02). */
  allowDisclose: v.optional(v.boolean(), DEFAULT_REALM_SETTINGS.allowDisclose),
  /** Which callees are sent receive_progress (PCR-02). */
  progressiveResults: v.optional(v.picklist(["compat", "strict"]), DEFAULT_REALM_SETTINGS.progressiveResults),
  /** The meta API, and its procedures that end or change what is somebody else's. */
  metaApi: v.optional(v.boolean(), true),
  enableMetaKill: v.optional(v.boolean(), false),
  enableMetaModify: v.optional(v.boolean(), false),
  /** Topics whose events are kept, and how many, for how many milliseconds, and in how many octets (section 12.1). */
  eventHistory: v.optional(histories, []),
  /** Trust levels; the first rule that matches counts (PTL-01, CTL-01). */
  publicationTrust: v.optional(v.array(trust), []),
  callTrust: v.optional(v.array(trust), []),
  /** Bounds of what clients may have the realm keep. */
  retained: v.optional(count, DEFAULT_REALM_SETTINGS.keep.retained),
  retainedOctets: v.optional(count, DEFAULT_REALM_SETTINGS.keep.retainedOctets),
  retainedTotal: v.optional(count, DEFAULT_REALM_SETTINGS.keep.retainedTotal),
  retainedAge: v.optional(positive),
  testaments: v.optional(count, DEFAULT_REALM_SETTINGS.keep.testaments),
  testamentOctets: v.optional(count, DEFAULT_REALM_SETTINGS.keep.testamentOctets),
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

/** How the router of a realm behaves; a realm that is not configured any more has the defaults. */
export function realmSettings(config: RealmConfig | undefined): RealmSettings {
  if (!config) return DEFAULT_REALM_SETTINGS;
  const { retained, retainedOctets, retainedTotal, retainedAge, testaments, testamentOctets } = config;
  return {
    uriRule: config.strictUri ? "strict" : "loose",
    requestIdCheck: config.requestIdCheck,
    progressiveResults: config.progressiveResults,
    allowDisclose: config.allowDisclose,
    metaApi: config.metaApi,
    metaKill: config.enableMetaKill,
    metaModify: config.enableMetaModify,
    history: config.eventHistory.map(({ age, ...rule }) => ({ ...rule, ...(age !== undefined && { age }) })),
    publicationTrust: config.publicationTrust.map(defined),
    callTrust: config.callTrust.map(defined),
    keep: {
      retained,
      retainedOctets,
      retainedTotal,
      testaments,
      testamentOctets,
      ...(retainedAge !== undefined && { retainedAge }),
    },
  };
}

function isPattern({ uri, match }: UriPattern): boolean {
  return uriFault(uri, match) === undefined;
}

function whyNoPattern({ uri, match }: UriPattern): string {
  return `${JSON.stringify(uri)} ${uriFault(uri, match)}`;
}

/** The first rule whose URI and match policy another one before it has. */
function repeated(rules: readonly UriPattern[]): UriPattern | undefined {
  return rules.find(
    ({ uri, match }, at) => rules.findIndex((other) => other.uri === uri && other.match === match) < at,
  );
}

function defined({ authrole, ...rule }: v.InferOutput<typeof trust>) {
  return { ...rule, ...(authrole !== undefined && { authrole }) };
}
