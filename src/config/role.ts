/** Roles: what whoever has one may do, how much, and how often at once. In the shape of Crossbar's. */
import * as v from "valibot";
import { DEFAULT_SESSION_LIMITS } from "../router/limits.ts";
import { uriFault } from "../wamp/uri.ts";
import { permissionFault } from "./hole.ts";
import { count, flag, match, pattern, procedure, text, toml } from "./setting.ts";

const no = (says: string) => v.optional(flag(says), false);

export const permission = v.pipe(
  v.strictObject({
    uri: pattern(
      "the URI or pattern of topics and procedures; `{authid}`, `{authrole}` and `{realm}` as whole components stand for the session's own",
      "com.example.sensors.{authid}.reading",
    ),
    match,
    allow: v.optional(
      v.pipe(
        v.strictObject({
          call: no("may call procedures"),
          register: no("may register procedures"),
          publish: no("may publish to topics"),
          subscribe: no("may subscribe to topics"),
        }),
        v.description("what is allowed; the most specific rule decides, and what none allows is denied"),
      ),
      {},
    ),
    disclose: v.optional(
      v.pipe(
        v.strictObject({
          caller: no("callees are told who calls, whether or not the caller asks for it"),
          publisher: no("subscribers are told who publishes, whether or not the publisher asks for it"),
        }),
        v.description("whose identity is told"),
      ),
      {},
    ),
    cache: v.optional(flag("whether what this rule decides may be remembered"), true),
  }),
  v.forward(
    v.check(
      (rule) => permissionFault(rule) === undefined,
      ({ input }) => permissionFault(input) ?? "",
    ),
    ["uri"],
  ),
  v.description("what a role may do with some topics and procedures"),
  toml(`[[vars.REALMS.roles.permissions]]
uri = "com.example.sensors.{authid}."
match = "prefix"
allow = { publish = true, register = true }
disclose = { publisher = true }`),
);

const { subscriptions, registrations, patterns, pendingCalls, pendingInvocations } = DEFAULT_SESSION_LIMITS;

export const roleLimits = v.pipe(
  v.strictObject({
    sessions: v.exactOptional(count("sessions of this role at once", { least: 1 })),
    sessionsPerAuthid: v.exactOptional(count("sessions of one authid at once", { least: 1 })),
    messages: v.optional(count("messages that one session may send in a second; 0: no limit"), 100),
    burst: v.exactOptional(
      count("messages that one session may send at once; twice `messages` where not given", { least: 1 }),
    ),
    messagesPerAuthid: v.exactOptional(
      count(
        "messages that all sessions of one authid together may send in a second, twice as many at once; no limit where not given",
        { least: 1 },
      ),
    ),
    subscriptions: v.optional(count("subscriptions of one session"), subscriptions),
    registrations: v.optional(count("registrations of one session"), registrations),
    patterns: v.optional(
      count("prefix and wildcard ones among a session's subscriptions and registrations"),
      patterns,
    ),
    pendingCalls: v.optional(count("calls of one caller that have not ended"), pendingCalls),
    pendingInvocations: v.optional(count("invocations that one callee has not answered"), pendingInvocations),
  }),
  v.description("how much whoever has the role may use"),
  toml(`[vars.REALMS.roles.limits]
sessionsPerAuthid = 2
messages = 20
burst = 100`),
);

export const role = v.pipe(
  v.strictObject({
    name: v.pipe(
      text("the role's name, which principals are given and permissions know as `{authrole}`", "device"),
      v.check((name) => uriFault(name) === undefined, "must be a name without white space, such as device"),
    ),
    permissions: v.optional(
      v.pipe(v.array(permission), v.description("what it may do; without rules: nothing")),
      [],
    ),
    authorizer: v.exactOptional(
      procedure("a procedure of the realm that is asked where no rule decides", "com.example.authorize"),
    ),
    authorizerTtl: v.exactOptional(
      count("seconds for which the authorizer's answers are remembered, where it allows that", {
        least: 1,
        most: 86_400,
      }),
    ),
    singleSession: v.optional(
      v.pipe(
        v.picklist(["newest", "oldest", "many"]),
        v.description(
          "of several sessions of one authid: the `newest` ends the others (a device comes back and takes over), the `oldest` keeps the others out, or `many` live side by side",
        ),
      ),
      "many",
    ),
    admin: v.optional(
      flag("whether it may manage the realm's devices and sessions by the procedures of the admin API"),
      false,
    ),
    limits: v.optional(roleLimits, {}),
  }),
  v.description("what those who sign in may do. A realm without roles admits nobody"),
  toml(`[[vars.REALMS.roles]]
name = "device"
singleSession = "newest"`),
);

export type RoleConfig = v.InferOutput<typeof role>;
export type RoleLimits = v.InferOutput<typeof roleLimits>;
