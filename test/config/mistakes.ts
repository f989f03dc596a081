/**
 * Mistakes that people make in a configuration. Each is `farm`, or an environment, with one thing changed, and says where
 * the error must point and what it must offer, word for word.
 */
import { farm, KEY, SECRETS } from "./scene.ts";

export interface Mistake {
  readonly what: string;
  readonly env: object;
  /** Every fault that is told, as `path: reason`. */
  readonly faults: readonly string[];
}

type Farm = ReturnType<typeof farm>;
/** A table of `farm`, to be written wrongly. */
type Table = Record<string, unknown>;

/** The environment of a farm with one mistake in it. */
function spoilt(spoil: (realm: Farm & Table) => void, others: object = {}): object {
  const realm = farm();
  spoil(realm);
  return { ...SECRETS, REALMS: [realm], ...others };
}

/** With keys added to the table that `at` finds, or taken away where they are undefined. */
function changed(at: (realm: Farm) => object | undefined, keys: Table): object {
  return spoilt((realm) => {
    const table: Table = Object.assign(at(realm) ?? {}, keys);
    for (const [key, value] of Object.entries(keys)) if (value === undefined) delete table[key];
  });
}

const realmOf = (realm: Farm) => realm;
const role = (at: number) => (realm: Farm) => realm.roles[at];
const rule = (realm: Farm) => realm.roles[1]?.permissions[0];
const principal = (at: number) => (realm: Farm) => realm.principals[at];
const NO_SUCH = "there is no such setting here; did you mean";
const R = "vars.REALMS[0]";
const JOINED = "components joined by single dots, without white space, control characters or '#'";
const METHODS = '"ticket" or "wampcra" or "wamp-scram" or "cryptosign" or "tls"';
const A_NAME = (example: string) =>
  `must be the name of a Worker secret (A-Z, 0-9 and _), such as ${example}, never the secret itself`;

export const MISTAKES: readonly Mistake[] = [
  // Names that there are not.
  {
    what: "a typing error in a key",
    env: changed(realmOf, { anonymus: "local" }),
    faults: [`${R}.anonymus: ${NO_SUCH} anonymous?`],
  },
  {
    what: "letters swapped in a key",
    env: changed(role(1), { limist: {} }),
    faults: [`${R}.roles[1].limist: ${NO_SUCH} limits?`],
  },
  {
    what: "a key as Crossbar writes it",
    env: changed(realmOf, { strict_uri: true }),
    faults: [`${R}.strict_uri: ${NO_SUCH} strictUri?`],
  },
  {
    what: "a key as nexus writes it",
    env: changed(realmOf, { anonymous_auth: true }),
    faults: [`${R}.anonymous_auth: ${NO_SUCH} anonymous?`],
  },
  {
    what: "takeover as the issue writes it",
    env: changed(role(1), { single_session: "newest" }),
    faults: [`${R}.roles[1].single_session: ${NO_SUCH} singleSession?`],
  },
  {
    what: "Crossbar's authorized_keys",
    env: changed(principal(4), { authorized_keys: [KEY] }),
    faults: [`${R}.principals[4].authorized_keys: ${NO_SUCH} publicKeys?`],
  },
  {
    what: "an action that there is not",
    env: changed((realm) => rule(realm)?.allow, { write: true }),
    faults: [`${R}.roles[1].permissions[0].allow.write: ${NO_SUCH} publish?`],
  },
  {
    what: "a key that resembles none",
    env: changed((realm) => rule(realm)?.allow, { everything: true }),
    faults: [
      `${R}.roles[1].permissions[0].allow.everything: there is no such setting here; there are call, register, publish, subscribe`,
    ],
  },
  {
    what: "two unknown keys at once",
    env: changed(realmOf, { rolse: [], hots: [] }),
    faults: [`${R}.hots: ${NO_SUCH} hosts?`, `${R}.rolse: ${NO_SUCH} roles?`],
  },
  {
    what: "a key that every object has",
    env: changed(realmOf, { toString: "x" }),
    faults: [
      `${R}.toString: there is no such setting here; there are name, hosts, anonymous, roles, principals, jwt, authenticator, scramDialect, routerKey, limits, liveness, authFailures, revealUnknown, strictUri, requestIdCheck, allowDisclose, progressiveResults, metaApi, enableMetaKill, enableMetaModify, eventHistory, publicationTrust, callTrust, retained, retainedPerAuthid, retainedOctets, retainedTotal, retainedAge, testaments, testamentOctets`,
    ],
  },
  {
    what: "a key that is no word",
    env: changed(realmOf, { "a b": 1 }),
    faults: [
      `${R}["a b"]: there is no such setting here; there are name, hosts, anonymous, roles, principals, jwt, authenticator, scramDialect, routerKey, limits, liveness, authFailures, revealUnknown, strictUri, requestIdCheck, allowDisclose, progressiveResults, metaApi, enableMetaKill, enableMetaModify, eventHistory, publicationTrust, callTrust, retained, retainedPerAuthid, retainedOctets, retainedTotal, retainedAge, testaments, testamentOctets`,
    ],
  },
  {
    what: "a variable misspelled",
    env: { REALMSS: [] },
    faults: ["vars.REALMSS: there is no such variable; did you mean REALMS?"],
  },
  {
    what: "a variable in the singular",
    env: { ALLOWED_ORIGIN: ["https://a.example"] },
    faults: ["vars.ALLOWED_ORIGIN: there is no such variable; did you mean ALLOWED_ORIGINS?"],
  },
  {
    what: "a variable in lower case",
    env: { realms: [] },
    faults: ["vars.realms: there is no such variable; did you mean REALMS?"],
  },
  {
    what: "a list where the binding is",
    env: { REALM: [] },
    faults: ["vars.REALM: there is no such variable; did you mean REALMS?"],
  },

  // Wrong types.
  {
    what: "true in quotation marks",
    env: changed(realmOf, { strictUri: "true" }),
    faults: [`${R}.strictUri: must be true or false, not "true": leave the quotation marks out`],
  },
  {
    what: "a number in quotation marks",
    env: changed((realm) => realm.limits, { sessions: "10" }),
    faults: [
      `${R}.limits.sessions: must be a whole number from 1 to 32768, not "10": leave the quotation marks out`,
    ],
  },
  {
    what: "a number out of range",
    env: changed((realm) => realm.limits, { sessions: 0 }),
    faults: [`${R}.limits.sessions: must be a whole number from 1 to 32768, not 0`],
  },
  {
    what: "half a number",
    env: changed(realmOf, { retained: 1.5 }),
    faults: [`${R}.retained: must be a whole number from 0 up, not 1.5`],
  },
  {
    what: "an endless number",
    env: changed(realmOf, { retained: Number.POSITIVE_INFINITY }),
    faults: [`${R}.retained: must be a whole number from 0 up, not Infinity`],
  },
  {
    what: "a name that is a number",
    env: changed(principal(0), { authid: 7 }),
    faults: [`${R}.principals[0].authid: must be a string, not 7, such as "sensor-1"`],
  },
  {
    what: "one realm where a list is wanted",
    env: { REALMS: { name: "realm1" } },
    faults: ["vars.REALMS: must be a list of tables, not a table"],
  },
  {
    what: "a permission that is text",
    env: spoilt((realm) => realm.roles[1]?.permissions.push("com.x" as never)),
    faults: [`${R}.roles[1].permissions[2]: must be a table, not a string`],
  },
  {
    what: "an empty name",
    env: changed(principal(2), { authid: "" }),
    faults: [`${R}.principals[2].authid: must not be empty`],
  },
  {
    what: "a name with a line break",
    env: changed(principal(2), { authid: "a\nb" }),
    faults: [`${R}.principals[2].authid: must not hold control characters`],
  },
  {
    what: "a name far too long",
    env: changed(principal(2), { authid: "x".repeat(257) }),
    faults: [`${R}.principals[2].authid: must not be longer than 256 characters`],
  },
  {
    what: "no keys at all",
    env: changed(principal(4), { publicKeys: [] }),
    faults: [`${R}.principals[4].publicKeys: must not be an empty list`],
  },

  // Missing.
  {
    what: "a realm without a name",
    env: { REALMS: [{}] },
    faults: [
      'vars.REALMS[0].name: is missing: the realm\'s URI. The first realm is served at `/ws`, each one at `/ws/<realm>`, such as "realm1"',
    ],
  },
  {
    what: "a principal without a method",
    env: changed(principal(2), { method: undefined }),
    faults: [`${R}.principals[2].method: is missing: ${METHODS}`],
  },
  {
    what: "a ticket without its secret",
    env: changed(principal(2), { secret: undefined }),
    faults: [
      `${R}.principals[2].secret: is missing: the name of the Worker secret that is the ticket, such as "SENSOR_1_TICKET"`,
    ],
  },
  {
    what: "a salt without the rest",
    env: changed(principal(0), { salt: "abc" }),
    faults: ["iterations", "keylen"].map(
      (key) =>
        `${R}.principals[0].${key}: is missing: salt, iterations and keylen are given together or not at all`,
    ),
  },

  // Words that there are not to choose from.
  {
    what: "true where a word is wanted",
    env: changed(realmOf, { anonymous: true }),
    faults: [
      `${R}.anonymous: must be "nobody" or "local" or "everybody", not true; did you mean "everybody"?`,
    ],
  },
  {
    what: "a match policy cut short",
    env: changed(rule, { match: "pre" }),
    faults: [`${R}.roles[1].permissions[0].match: must be "exact" or "prefix" or "wildcard", not "pre"`],
  },
  {
    what: "a match policy with a typing error",
    env: changed(rule, { match: "prefxi" }),
    faults: [
      `${R}.roles[1].permissions[0].match: must be "exact" or "prefix" or "wildcard", not "prefxi"; did you mean "prefix"?`,
    ],
  },
  {
    what: "Crossbar's name of SCRAM",
    env: changed(principal(3), { method: "scram" }),
    faults: [`${R}.principals[3].method: must be ${METHODS}, not "scram"; did you mean "wamp-scram"?`],
  },
  {
    what: "a key that is no key",
    env: changed(principal(4), { publicKeys: ["abc"] }),
    faults: [`${R}.principals[4].publicKeys[0]: must be 64 hex digits`],
  },

  // URIs and holes.
  {
    what: "a realm's name with a space",
    env: changed(realmOf, { name: "my realm" }),
    faults: [`${R}.name: must be a URI such as realm1 or com.example.sensors`],
  },
  {
    what: "a URI that ends in a dot",
    env: changed((realm) => realm.eventHistory[0], { match: "exact" }),
    faults: [`${R}.eventHistory[0].uri: "com.farm." is not a URI: ${JOINED}`],
  },
  {
    what: "a prefix with an empty component",
    env: changed(rule, { uri: "com..x" }),
    faults: [`${R}.roles[1].permissions[0].uri: "com..x" is not a prefix pattern: ${JOINED}`],
  },
  {
    what: "a hole that there is not",
    env: changed(rule, { uri: "com.{user}." }),
    faults: [
      `${R}.roles[1].permissions[0].uri: "com.{user}.": there is no hole {user}; did you mean {authid}?`,
    ],
  },
  {
    what: "a hole with a typing error",
    env: changed(rule, { uri: "com.{autid}." }),
    faults: [
      `${R}.roles[1].permissions[0].uri: "com.{autid}.": there is no hole {autid}; did you mean {authid}?`,
    ],
  },
  {
    what: "a hole that resembles none",
    env: changed(rule, { uri: "com.{}." }),
    faults: [
      `${R}.roles[1].permissions[0].uri: "com.{}.": there is no hole {}; there are {authid}, {authrole}, {realm}`,
    ],
  },
  {
    what: "a hole that is part of a component",
    env: changed(rule, { uri: "com.dev-{authid}." }),
    faults: [
      `${R}.roles[1].permissions[0].uri: "com.dev-{authid}.": {authid} must be a component of its own, between dots`,
    ],
  },
  {
    what: "a prefix that ends in a hole",
    env: changed(rule, { uri: "com.{authid}" }),
    faults: [
      `${R}.roles[1].permissions[0].uri: "com.{authid}": as a prefix it would also cover everybody whose name begins alike; end it with a dot`,
    ],
  },
  {
    what: "an authorizer in the router's own space",
    env: changed(role(2), { authorizer: "wamp.authorize" }),
    faults: [`${R}.roles[2].authorizer: "wamp.authorize" begins with wamp, which is the router's own space`],
  },
  {
    what: "an authenticator that is no URI",
    env: changed((realm) => realm.authenticator, { procedure: "a b" }),
    faults: [`${R}.authenticator.procedure: "a b" is not a URI: ${JOINED}`],
  },
  {
    what: "a host with a scheme",
    env: changed(realmOf, { hosts: ["https://farm.example.com"] }),
    faults: [
      `${R}.hosts[0]: must be a host name in lower case, without scheme, port or path, such as sensors.example.com`,
    ],
  },
  {
    what: "an origin with a slash",
    env: { ALLOWED_ORIGINS: ["https://app.example.com/"] },
    faults: [
      "vars.ALLOWED_ORIGINS[0]: must be an origin: scheme and host, in lower case, with no path and no slash at the end, such as https://app.example.com",
    ],
  },
  {
    what: "an origin without a scheme",
    env: { ALLOWED_ORIGINS: ["app.example.com"] },
    faults: [
      "vars.ALLOWED_ORIGINS[0]: must be an origin: scheme and host, in lower case, with no path and no slash at the end, such as https://app.example.com",
    ],
  },
  {
    what: "an issuer's keys without encryption",
    env: changed((realm) => realm.jwt, { jwks: "http://login.example.com/keys", secret: undefined }),
    faults: [
      `${R}.jwt.jwks: must be an https address without a password, such as https://login.example.com/.well-known/jwks.json`,
    ],
  },
  {
    what: "an issuer's keys with a password",
    env: changed((realm) => realm.jwt, { jwks: "https://me:pw@login.example.com/keys", secret: undefined }),
    faults: [
      `${R}.jwt.jwks: must be an https address without a password, such as https://login.example.com/.well-known/jwks.json`,
    ],
  },
  {
    what: "a whole domain for an Access team",
    env: { ADMIN: { access: { team: "example.cloudflareaccess.com", audience: "x" } } },
    faults: [
      "vars.ADMIN.access.team: must be the team's name only: what stands before .cloudflareaccess.com",
    ],
  },

  // Contradictions.
  {
    what: "anonymous clients without a role",
    env: { REALMS: [{ name: "realm1", anonymous: "everybody" }] },
    faults: [
      'vars.REALMS[0].anonymous: needs a role that says what they may do: add [[vars.REALMS.roles]] with name = "anonymous"',
    ],
  },
  {
    what: "takeover among anonymous clients",
    env: changed(role(0), { singleSession: "newest", limits: {} }),
    faults: [
      `${R}.roles[0].singleSession: every anonymous session has an authid of its own, so there is nothing to choose: leave it out`,
    ],
  },
  {
    what: "the internet as administrator",
    env: spoilt(
      (realm) =>
        Object.assign(realm, { anonymous: "everybody" }) &&
        Object.assign(realm.roles[0] ?? {}, { admin: true }),
    ),
    faults: [
      `${R}.roles[0].admin: with anonymous = "everybody" the whole internet would manage this realm: give admin to another role`,
    ],
  },
  {
    what: "a principal of a role misspelled",
    env: changed(principal(2), { role: "devcie" }),
    faults: [`${R}.principals[2].role: this realm has no such role; did you mean "device"?`],
  },
  {
    what: "a principal of no role of the realm's",
    env: changed(principal(2), { role: "x" }),
    faults: [
      `${R}.principals[2].role: this realm has no such role; add [[vars.REALMS.roles]] with that name`,
    ],
  },
  {
    what: "a principal twice",
    env: spoilt((realm) => realm.principals.push({ ...farm().principals[2] } as never)),
    faults: [
      `${R}.principals[6].authid: ${R}.principals[2].authid is the same authid with the same method: make one principal of the two`,
    ],
  },
  {
    what: "a public key twice",
    env: spoilt((realm) => realm.principals.push({ ...farm().principals[4], authid: "thief" } as never)),
    faults: [
      `${R}.principals[6].publicKeys[0]: is already given at ${R}.principals[4].publicKeys[0]: a key belongs to one principal`,
    ],
  },
  {
    what: "a certificate twice",
    env: spoilt((realm) => realm.principals.push({ ...farm().principals[5], authid: "thief" } as never)),
    faults: [
      `${R}.principals[6].fingerprints[0]: is already given at ${R}.principals[5].fingerprints[0]: a key belongs to one principal`,
    ],
  },
  {
    what: "a role twice",
    env: spoilt((realm) => realm.roles.push({ name: "device" } as never)),
    faults: [`${R}.roles[3].name: is already the name of ${R}.roles[1]`],
  },
  {
    what: "a rule twice",
    env: spoilt((realm) => realm.roles[1]?.permissions.push({ ...rule(farm()), allow: {} } as never)),
    faults: [
      `${R}.roles[1].permissions[2].uri: ${R}.roles[1].permissions[0].uri has the same uri and match: make one rule of the two`,
    ],
  },
  {
    what: "an event history twice",
    env: spoilt((realm) => realm.eventHistory.push({ uri: "com.farm.", match: "prefix", limit: 5 })),
    faults: [
      `${R}.eventHistory[1].uri: ${R}.eventHistory[0].uri has the same uri and match: make one rule of the two`,
    ],
  },
  {
    what: "a realm twice",
    env: { REALMS: [{ name: "a" }, { name: "b" }, { name: "a" }] },
    faults: ["vars.REALMS[2].name: is already the name of vars.REALMS[0]"],
  },
  {
    what: "a template twice",
    env: { TEMPLATES: [{ name: "a" }, { name: "a" }] },
    faults: ["vars.TEMPLATES[1].name: is already the name of vars.TEMPLATES[0]"],
  },
  {
    what: "a host of two realms",
    env: {
      REALMS: [
        { name: "a", hosts: ["x.example"] },
        { name: "b", hosts: ["y.example", "x.example"] },
      ],
    },
    faults: [
      "vars.REALMS[1].hosts[1]: is already given at vars.REALMS[0].hosts[0]: a host name leads to one realm",
    ],
  },
  {
    what: "a template with hosts",
    env: { TEMPLATES: [{ name: "a", hosts: ["x.example"] }] },
    faults: [
      "vars.TEMPLATES[0].hosts: a template cannot have hosts, since every realm made from it would claim them: leave it out",
    ],
  },
  {
    what: "every origin, and one more",
    env: { ALLOWED_ORIGINS: ["https://a.example", "*"] },
    faults: [
      'vars.ALLOWED_ORIGINS[1]: allows every web page already: leave it out, or make it the only one: ["*"]',
    ],
  },
  {
    what: "an origin twice",
    env: { ALLOWED_ORIGINS: ["https://a.example", "https://a.example"] },
    faults: ["vars.ALLOWED_ORIGINS[1]: is already given at vars.ALLOWED_ORIGINS[0]: leave it out"],
  },
  {
    what: "answers kept of no authorizer",
    env: changed(role(1), { authorizerTtl: 60 }),
    faults: [
      `${R}.roles[1].authorizerTtl: there is no authorizer whose answers it could keep: name one in authorizer, or leave it out`,
    ],
  },
  {
    what: "disclosure that the realm forbids",
    env: changed(realmOf, { allowDisclose: false }),
    faults: [
      `${R}.roles[2].permissions[0].disclose: the realm's allowDisclose = false forbids it: change one of the two`,
    ],
  },
  {
    what: "a burst without a rate",
    env: changed((realm) => realm.limits, { messages: undefined, burst: 5 }),
    faults: [`${R}.limits.burst: bounds nothing without messages: set messages too, or leave it out`],
  },
  {
    what: "a burst of a role without limit",
    env: changed((realm) => realm.roles[0]?.limits, { burst: 5 }),
    faults: [
      `${R}.roles[0].limits.burst: bounds nothing while messages = 0 sets no limit: leave it out, or set messages`,
    ],
  },
  {
    what: "more sessions of a role than of its realm",
    env: changed((realm) => realm.roles[0]?.limits, { sessions: 101 }),
    faults: [
      `${R}.roles[0].limits.sessions: is more than limits.sessions of the whole realm, 100: change one of the two`,
    ],
  },
  {
    what: "more sessions of one than of all",
    env: changed((realm) => realm.roles[0]?.limits, { sessionsPerAuthid: 11 }),
    faults: [
      `${R}.roles[0].limits.sessionsPerAuthid: is more than all sessions together may be, 10: change one of the two`,
    ],
  },
  {
    what: "several sessions where one takes over",
    env: changed((realm) => realm.roles[1]?.limits, { sessionsPerAuthid: 2 }),
    faults: [
      `${R}.roles[1].limits.sessionsPerAuthid: singleSession = "newest" allows only one: leave one of the two out`,
    ],
  },
  {
    what: "kill without the meta API",
    env: changed(realmOf, { metaApi: false, enableMetaKill: true }),
    faults: [
      `${R}.enableMetaKill: is part of the meta API, which metaApi = false takes away: change one of the two`,
    ],
  },
  {
    what: "tokens without a key to check them",
    env: changed((realm) => realm.jwt, { secret: undefined }),
    faults: [
      `${R}.jwt: needs jwks (where the issuer publishes its keys) or secret (the name of a shared one)`,
    ],
  },
  {
    what: "tokens with two keys to check them",
    env: changed((realm) => realm.jwt, { jwks: "https://login.example.com/keys" }),
    faults: [`${R}.jwt.secret: contradicts jwks: a token is checked by one or the other, so leave one out`],
  },
  {
    what: "tokens of a role that there is not",
    env: changed((realm) => realm.jwt, { defaultRole: "user" }),
    faults: [`${R}.jwt.defaultRole: this realm has no such role; add [[vars.REALMS.roles]] with that name`],
  },
  {
    what: "tokens that make administrators by default",
    env: changed((realm) => realm.jwt, { defaultRole: "backend" }),
    faults: [
      `${R}.jwt.defaultRole: is not among the roles that tokens may grant: name those in roles, and it too`,
    ],
  },
  {
    what: "tokens that grant a role that there is not",
    env: changed((realm) => realm.jwt, { roles: ["device", "x"] }),
    faults: [`${R}.jwt.roles[1]: this realm has no such role; add [[vars.REALMS.roles]] with that name`],
  },
  {
    what: "tokens where nobody can be anybody",
    env: {
      JWT_SECRET: SECRETS.JWT_SECRET,
      REALMS: [{ name: "a", roles: [{ name: "anonymous" }], jwt: { secret: "JWT_SECRET" } }],
    },
    faults: [
      "vars.REALMS[0].jwt: admits nobody: tokens grant neither anonymous nor roles with admin unless roles names them; add a role",
    ],
  },
  {
    what: "sign-in without roles",
    env: {
      JWT_SECRET: SECRETS.JWT_SECRET,
      REALMS: [
        {
          name: "a",
          jwt: { secret: "JWT_SECRET" },
          authenticator: { procedure: "com.x", methods: ["ticket"] },
        },
      ],
    },
    faults: ["authenticator", "jwt"].map(
      (key) => `vars.REALMS[0].${key}: admits nobody while the realm has no roles: add [[vars.REALMS.roles]]`,
    ),
  },
  {
    what: "a method of the authenticator twice",
    env: changed((realm) => realm.authenticator, { methods: ["ticket", "ticket"] }),
    faults: [
      `${R}.authenticator.methods[1]: is already given at ${R}.authenticator.methods[0]: leave it out`,
    ],
  },
  {
    what: "a trust level of a role that there is not",
    env: changed((realm) => realm.publicationTrust[0], { authrole: "devices" }),
    faults: [`${R}.publicationTrust[0].authrole: this realm has no such role; did you mean "device"?`],
  },

  // Secrets where their names belong.
  {
    what: "a ticket in place of its name",
    env: changed(principal(2), { secret: "open sesame, please" }),
    faults: [`${R}.principals[2].secret: ${A_NAME("SENSOR_1_TICKET")}`],
  },
  {
    what: "a number in place of a secret's name",
    env: changed(principal(2), { secret: 24_681_357 }),
    faults: [`${R}.principals[2].secret: must be a string, not something else, such as "SENSOR_1_TICKET"`],
  },
  {
    what: "the router's key in place of its name",
    env: changed(realmOf, { routerKey: KEY }),
    faults: [`${R}.routerKey: ${A_NAME("ROUTER_KEY")}`],
  },

  // Several at once, in the order in which they stand.
  {
    what: "a mistake in a type beside a contradiction and an unknown key",
    env: spoilt((realm) => Object.assign(realm, { strictUri: 1, hots: [], roles: farm().roles.slice(1) })),
    faults: [
      `${R}.anonymous: needs a role that says what they may do: add [[vars.REALMS.roles]] with name = "anonymous"`,
      `${R}.hots: ${NO_SUCH} hosts?`,
      `${R}.strictUri: must be true or false, not 1`,
    ],
  },
  {
    what: "a role without a name, from which nothing else is concluded",
    env: spoilt((realm) => Object.assign(realm.roles[1] ?? {}, { name: 1 })),
    faults: [`${R}.roles[1].name: must be a string, not 1, such as "device"`],
  },
  {
    what: "mistakes in more realms than ten",
    env: {
      REALMS: Array.from({ length: 11 }, (_, n) =>
        n === 2 || n === 10 ? { name: `${n} x` } : { name: `r${n}` },
      ),
    },
    faults: [2, 10].map((n) => `vars.REALMS[${n}].name: must be a URI such as realm1 or com.example.sensors`),
  },
];
