/** Calls to the router itself: wamp.session.*, wamp.registration.*, wamp.subscription.* (section 11). */
import type { Match, Member, Token, Unordered, Wire } from "../world.ts";
import { describe as describeSubscription, dropSubscriber, type News, tell } from "./events.ts";
import { dismiss, type Goodbye } from "./leaving.ts";
import { bestFor, describe as describeRegistration, dropCallee, serves } from "./registering.ts";
import { reconsider, revokedCallee, revokedSubscriber } from "./revoking.ts";
import { isReserved, isUri, matches, right } from "./rules.ts";
import { type Turn, token } from "./turn.ts";

export interface MetaCall {
  readonly request: number;
  readonly procedure: string;
  readonly progress: boolean;
  readonly args: unknown;
  readonly kwargs: unknown;
}

/** The arguments of the RESULT and what happens after it, or an error. */
type Answer = { readonly args: Wire; readonly after?: () => void } | { readonly error: string };
type Kwargs = Readonly<Record<string, unknown>>;

const NO_SESSION = { error: "wamp.error.no_such_session" };
const NO_REGISTRATION = { error: "wamp.error.no_such_registration" };
const NO_SUBSCRIPTION = { error: "wamp.error.no_such_subscription" };

export function callRouter(turn: Turn, caller: Member, meta: MetaCall): undefined {
  const answered = answer(turn, caller, meta);
  if ("error" in answered) return turn.refuse(caller.n, [48, meta.request], answered.error);
  const { args, after } = answered;
  turn.say(caller.n, [50, meta.request, {}, ...(args.length > 0 ? [args] : [])]);
  after?.();
}

function answer(turn: Turn, caller: Member, { procedure, progress, args, kwargs }: MetaCall): Answer {
  const given = (args ?? []) as Wire; // as the scenario made them
  const named = (kwargs ?? {}) as Kwargs;
  const [, room, action = ""] = procedure.split(".");
  if (!KNOWN.includes(procedure)) return { error: "wamp.error.no_such_procedure" };
  if (progress) return { error: "wamp.error.feature_not_supported" };
  if (room === "registration") return aboutRegistrations(turn, action, given);
  if (room === "subscription") return aboutSubscriptions(turn, action, given);
  if (action.endsWith("_testament") || action.endsWith("_testaments"))
    return testament(turn, caller, { action, given, named });
  if (action.startsWith("kill")) return kill(turn, caller, { action, given, named });
  return aboutSessions(turn, action, given);
}

const KNOWN: readonly string[] = [
  ...["count", "list", "get", "kill", "kill_by_authid", "kill_by_authrole", "kill_all"].map(of("session")),
  ...["modify_details", "add_testament", "flush_testaments"].map(of("session")),
  ...["list", "lookup", "match", "get", "list_callees", "count_callees", "remove_callee"].map(
    of("registration"),
  ),
  ...["list", "lookup", "match", "get", "list_subscribers", "count_subscribers"].map(of("subscription")),
  "wamp.subscription.remove_subscriber",
];

function of(room: string): (action: string) => string {
  return (action) => `wamp.${room}.${action}`;
}

function aboutSessions(turn: Turn, action: string, [first, second]: Wire): Answer {
  const { world } = turn;
  if (action === "count" || action === "list") {
    const roles = first as readonly string[] | undefined;
    const found = world.members.filter(({ authrole }) => roles === undefined || roles.includes(authrole));
    return { args: [action === "count" ? found.length : ids(found.map(({ n }) => token("session", n)))] };
  }
  const member = turn.member(numberOf(first));
  if (!member) return NO_SESSION;
  if (action === "get") return { args: [detailsOf(member)] };
  // SMA-29
  Object.assign(member, second);
  return { args: [], after: () => reconsider(turn, [member]) };
}

function kill(turn: Turn, caller: Member, call: { action: string; given: Wire; named: Kwargs }): Answer {
  const { reason = "wamp.close.killed", message } = call.named;
  if (!isUri(reason as string, "exact")) return { error: "wamp.error.invalid_uri" };
  const goodbye: Goodbye = { reason: reason as string, details: message === undefined ? {} : { message } };
  const { world } = turn;
  const [whom] = call.given;
  const others = world.members.filter(({ n }) => n !== caller.n);
  const end = (victims: readonly Member[], args: Wire, quietly = false): Answer => ({
    args,
    after: () => dismiss(turn, victims, { ...goodbye, quietly }),
  });
  switch (call.action) {
    case "kill": {
      const victim = others.find(({ n }) => n === numberOf(whom));
      return victim ? end([victim], []) : NO_SESSION;
    }
    case "kill_by_authid": {
      const victims = others.filter(({ authid }) => JSON.stringify(authid) === JSON.stringify(whom));
      return end(victims, [ids(victims.map(({ n }) => token("session", n)))]);
    }
    case "kill_by_authrole": {
      const victims = others.filter(({ authrole }) => authrole === whom);
      return end(victims, [victims.length]);
    }
    default:
      return end(others, [others.length], true); // SMA-25
  }
}

function aboutRegistrations(turn: Turn, action: string, [first, second, third]: Wire): Answer {
  const { registrations } = turn.world;
  if (action === "list") return { args: [byMatch(registrations, "registration")] };
  if (action === "lookup" || action === "match") {
    const uri = first as string;
    const callable = isUri(uri, "exact") && !isReserved(uri);
    const found =
      action === "match"
        ? callable && bestFor(turn, uri)
        : registrations.find((each) => each.uri === uri && each.match === matchOf(second));
    return { args: [found ? token("registration", found.n) : null] };
  }
  const found = registrations.find(({ n }) => n === numberOf(first));
  if (!found) return NO_REGISTRATION;
  const callees = found.callees.map(({ session }) => token("session", session));
  if (action === "get") return { args: [describeRegistration(found)] };
  if (action === "list_callees") return { args: [ids(callees)] };
  if (action === "count_callees") return { args: [callees.length] };
  const member = turn.member(numberOf(second));
  if (!member) return NO_SESSION;
  if (!serves(member, found)) return NO_REGISTRATION;
  const after = () => {
    const news: News[] = dropCallee(turn, member, found);
    revokedCallee(turn, member, { registration: found.n, reason: third });
    tell(turn, news);
  };
  return { args: [], after };
}

function aboutSubscriptions(turn: Turn, action: string, [first, second, third]: Wire): Answer {
  const { subscriptions } = turn.world;
  if (action === "list") return { args: [byMatch(subscriptions, "subscription")] };
  if (action === "lookup") {
    const found = subscriptions.find(({ uri, match }) => uri === first && match === matchOf(second));
    return { args: [found ? token("subscription", found.n) : null] };
  }
  if (action === "match") {
    const uri = first as string;
    const found = isUri(uri, "exact")
      ? subscriptions.filter((each) => matches(each.uri, each.match, uri))
      : [];
    return { args: [found.length > 0 ? ids(found.map(({ n }) => token("subscription", n))) : null] }; // SBM-09
  }
  const found = subscriptions.find(({ n }) => n === numberOf(first));
  if (!found) return NO_SUBSCRIPTION;
  if (action === "get") return { args: [describeSubscription(found)] };
  if (action === "list_subscribers")
    return { args: [ids(found.subscribers.map((n) => token("session", n)))] };
  if (action === "count_subscribers") return { args: [found.subscribers.length] };
  const member = turn.member(numberOf(second));
  if (!member) return NO_SESSION;
  if (!found.subscribers.includes(member.n)) return NO_SUBSCRIPTION;
  const after = () => {
    const news: News[] = dropSubscriber(turn, member, found);
    revokedSubscriber(turn, member, { subscription: found.n, reason: third });
    tell(turn, news);
  };
  return { args: [], after };
}

/** TES-01..09. */
function testament(
  { world }: Turn,
  caller: Member,
  { action, given, named }: { action: string; given: Wire; named: Kwargs },
): Answer {
  const { scope = "destroyed", publish_options = {} } = named;
  if (action === "flush_testaments") {
    world.testaments = world.testaments.filter((each) => each.session !== caller.n || each.scope !== scope);
    return { args: [] };
  }
  const [topic, ...content] = given;
  const uri = topic as string;
  if (!isUri(uri, "exact") || isReserved(uri)) return { error: "wamp.error.invalid_uri" };
  if (!right(world, caller, { action: "publish", uri, match: "exact" }).allow)
    return { error: "wamp.error.not_authorized" };
  const { acknowledge: _, ...options } = publish_options as Kwargs;
  world.testaments.push({ session: caller.n, scope: scope as string, topic: uri, options, payload: content });
  return { args: [] };
}

/** SMA-01. */
export function detailsOf({ n, authid, authrole, authmethod, authprovider }: Member) {
  return { session: token("session", n), authid, authrole, authmethod, authprovider };
}

function byMatch(all: readonly { n: number; match: Match }[], is: "registration" | "subscription") {
  const of = (match: Match) => ids(all.filter((each) => each.match === match).map(({ n }) => token(is, n)));
  return { exact: of("exact"), prefix: of("prefix"), wildcard: of("wildcard") };
}

function ids(items: readonly Token[]): Unordered {
  return { is: "unordered", items };
}

function numberOf(given: unknown): number {
  return (given as Token | undefined)?.n ?? 0;
}

function matchOf(options: unknown): Match {
  return (options as { match?: Match } | undefined)?.match ?? "exact";
}
