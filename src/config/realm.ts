/** A realm, or a template that realms are made from at run time: everything that may differ from one to the next. */
import * as v from "valibot";
import { DEFAULT_REALM_SETTINGS } from "../router/settings.ts";
import { uriFault } from "../wamp/uri.ts";
import { authenticator, jwt, principal } from "./principal.ts";
import { role } from "./role.ts";
import { count, flag, match, oneOf, pattern, patternFault, secretName, text, toml } from "./setting.ts";

const { keep, allowDisclose, progressiveResults } = DEFAULT_REALM_SETTINGS;

const trustRule = v.pipe(
  v.strictObject({
    uri: pattern("topics, or procedures", "com.example.alarm"),
    match,
    authrole: v.exactOptional(text("only for publishers, or callers, of this role", "device")),
    level: count("the trust level; 0 is the lowest"),
  }),
  v.forward(
    v.check(
      (rule) => patternFault(rule) === undefined,
      ({ input }) => patternFault(input) ?? "",
    ),
    ["uri"],
  ),
);

const publicationTrust = v.pipe(
  trustRule,
  v.description("trust levels of publishers, which subscribers are told; the first rule that matches counts"),
  toml(`[[vars.REALMS.publicationTrust]]
uri = "com.example."
match = "prefix"
authrole = "device"
level = 1`),
);

const callTrust = v.pipe(
  trustRule,
  v.description("trust levels of callers, which callees are told; the first rule that matches counts"),
  toml(`[[vars.REALMS.callTrust]]
uri = "com.example.open_valve"
level = 2`),
);

const history = v.pipe(
  v.strictObject({
    uri: pattern("topics", "com.example.temperature"),
    match,
    limit: v.optional(count("events that are kept; the oldest go first", { least: 1 }), 1_000),
    age: v.exactOptional(
      count("milliseconds for which an event is kept; without it: for ever", { least: 1 }),
    ),
    octets: v.optional(count("octets of payloads, lists and details that are kept", { least: 1 }), 1_048_576),
  }),
  v.forward(
    v.check(
      (rule) => patternFault(rule) === undefined,
      ({ input }) => patternFault(input) ?? "",
    ),
    ["uri"],
  ),
  v.description(
    "topics whose events are kept for `wamp.subscription.get_events`. A rule that is removed takes its events along",
  ),
  toml(`[[vars.REALMS.eventHistory]]
uri = "com.example.temperature"
limit = 100`),
);

const host = v.pipe(
  v.string(),
  v.check(
    (name) =>
      /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(
        name,
      ),
    "must be a host name in lower case, without scheme, port or path, such as sensors.example.com",
  ),
  v.examples(["sensors.example.com"]),
);

export const realm = v.pipe(
  v.strictObject({
    name: v.pipe(
      v.string(),
      v.check((name) => uriFault(name) === undefined, "must be a URI such as realm1 or com.example.sensors"),
      v.description("the realm's URI. The first realm is served at `/ws`, each one at `/ws/<realm>`"),
      v.examples(["realm1"]),
    ),
    hosts: v.optional(v.pipe(v.array(host), v.description("host names at which `/ws` is this realm")), []),
    anonymous: v.optional(
      oneOf(
        ["nobody", "local", "everybody"],
        "who may join without a sign-in, and gets the role `anonymous`: `local` is whoever reaches the router as localhost",
      ),
      "nobody",
    ),
    roles: v.optional(v.array(role), []),
    principals: v.optional(v.array(principal), []),
    jwt: v.exactOptional(jwt),
    authenticator: v.exactOptional(authenticator),
    scramDialect: v.optional(
      oneOf(
        ["spec", "prototype", "both"],
        "which SCRAM is spoken: `wamp-scram` of the specification, `scram` of Crossbar and Autobahn|Python, or both",
      ),
      "spec",
    ),
    routerKey: v.exactOptional(
      secretName(
        "the name of the Worker secret with the router's own Ed25519 key (64 hex digits), by which cryptosign clients can know the router",
        "ROUTER_KEY",
      ),
    ),
    limits: v.optional(
      v.pipe(
        v.strictObject({
          sessions: v.optional(count("sessions of the realm at once", { least: 1, most: 32_768 }), 5_000),
          joining: v.optional(
            count(
              "connections at once that have not joined yet; beyond them the one that has waited longest is closed",
              { least: 1, most: 32_768 },
            ),
            1_000,
          ),
          backlog: v.optional(
            count(
              "octets that may wait to be read by one client, of which each frame counts 768 more than it has; its session ends where there are more",
              { least: 65_536 },
            ),
            1_048_576,
          ),
          totalBacklog: v.optional(
            count(
              "octets that may wait for all clients of the realm together, also for those whose sessions were ended: from half of it on all share what is left, those that read slowest go first, and three eighths are kept for those that go on reading",
              { least: 1_048_576 },
            ),
            33_554_432,
          ),
          messages: v.exactOptional(
            count("messages in a second of all sessions together; without it: no limit", { least: 1 }),
          ),
          burst: v.exactOptional(
            count("messages of all sessions at once; twice `messages` where not given", { least: 1 }),
          ),
        }),
        v.description("how much the sessions of a realm may use together"),
        toml("[vars.REALMS.limits]\nsessions = 500"),
      ),
      {},
    ),
    liveness: v.exactOptional(
      v.pipe(
        v.strictObject({
          silence: count("seconds of silence", { least: 1, most: 31_536_000 }),
        }),
        v.description(
          "ends sessions that have sent nothing for so long, before twice the time has passed: with a message of any kind, or the text frame `ping`, which the platform answers with `pong` without waking the realm; pings of the transport do not count, for the router never hears of them. Without it a session may be silent for ever. A realm with sessions is woken once in that time, or twice",
        ),
        toml("[vars.REALMS.liveness]\nsilence = 90"),
      ),
    ),
    authFailures: v.optional(
      v.pipe(
        v.strictObject({
          perAuthid: v.optional(count("for one authid from one address", { least: 1 }), 10),
          perAddress: v.optional(count("from one address", { least: 1 }), 100),
        }),
        v.description("failed sign-ins in a minute after which further ones are refused unread"),
        toml("[vars.REALMS.authFailures]\nperAuthid = 5"),
      ),
      {},
    ),
    revealUnknown: v.optional(
      flag(
        "whether an unknown authid is told apart from a wrong secret: anybody can then find out who exists",
      ),
      false,
    ),
    strictUri: v.optional(flag("only `0-9`, `a-z` and `_` in URIs"), false),
    requestIdCheck: v.optional(
      oneOf(
        ["off", "increasing", "strict"],
        "how strictly request ids are checked: `off` (range only, what real clients need), `increasing`, `strict` (the specification)",
      ),
      "off",
    ),
    allowDisclose: v.optional(
      flag("whether callers and publishers may disclose who they are"),
      allowDisclose,
    ),
    progressiveResults: v.optional(
      oneOf(
        ["compat", "strict"],
        "which callees are asked for progressive results: all that announce them, or those that can be canceled too",
      ),
      progressiveResults,
    ),
    metaApi: v.optional(flag("whether the meta API exists"), true),
    enableMetaKill: v.optional(
      flag("whether clients may end sessions and revoke through the meta API"),
      false,
    ),
    enableMetaModify: v.optional(
      flag("whether clients may change a session's authid and authrole through the meta API"),
      false,
    ),
    eventHistory: v.optional(v.array(history), []),
    publicationTrust: v.optional(v.array(publicationTrust), []),
    callTrust: v.optional(v.array(callTrust), []),
    retained: v.optional(count("retained events of the realm; the oldest go first"), keep.retained),
    retainedPerAuthid: v.optional(
      count("retained events of one authid; its oldest goes first"),
      keep.retainedPerAuthid,
    ),
    retainedOctets: v.optional(count("octets of one retained event"), keep.retainedOctets),
    retainedTotal: v.optional(count("octets of all retained events together"), keep.retainedTotal),
    retainedAge: v.exactOptional(
      count("milliseconds for which an event is retained; without it: for ever", { least: 1 }),
    ),
    testaments: v.optional(count("testaments of one session"), keep.testaments),
    testamentOctets: v.optional(count("octets of one session's testaments together"), keep.testamentOctets),
  }),
  v.description("a realm that this router opens. A realm that is not named does not exist"),
  toml(`[[vars.REALMS]]
name = "com.example.sensors"
hosts = ["sensors.example.com"]`),
);

export type RealmConfig = v.InferOutput<typeof realm>;
