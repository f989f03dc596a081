/** REGISTER and UNREGISTER, and which registration and callee take a call (sections 7, 8.7, 8.8). */
import { LIMITS } from "../premises.ts";
import type { Callee, Invoke, Match, Member, Registration, Wire } from "../world.ts";
import { describe as describePattern, type News, patterns, tell } from "./events.ts";
import { better, isReserved, isUri, matches, right } from "./rules.ts";
import { type Turn, token } from "./turn.ts";

interface Asked {
  readonly match?: Match;
  readonly invoke?: Invoke;
  readonly disclose_caller?: boolean;
  readonly forward_timeout?: boolean;
}

export function register(turn: Turn, member: Member, [, request, given, procedure]: Wire): undefined {
  const { match = "exact", invoke = "single", disclose_caller, forward_timeout } = given as Asked;
  const uri = procedure as string;
  const { world } = turn;
  const refuse = (error: string) => turn.refuse(member.n, [64, request], error);
  if (!isUri(uri, match) || isReserved(uri)) return refuse("wamp.error.invalid_uri");
  const { allow, partly } = right(world, member, { action: "register", uri, match });
  if (!allow || partly) return refuse("wamp.error.not_authorized");
  if (disclose_caller === true && !turn.settings.allowDisclose)
    return refuse("wamp.error.option_disallowed.disclose_me");
  let registration = world.registrations.find((each) => each.uri === uri && each.match === match);
  if (registration) {
    // DLR-02, DLR-04, SHR-03
    const conflicts = registration.invoke === "single" || registration.invoke !== invoke;
    if (conflicts || serves(member, registration)) return refuse("wamp.error.procedure_already_exists");
  }
  const held = world.registrations.filter((each) => serves(member, each));
  const tooMany = match !== "exact" && patterns(turn, member) >= LIMITS.patterns;
  if (held.length >= LIMITS.registrations || tooMany) return refuse("edgebahn.error.limit_exceeded");
  const news: News[] = [];
  if (!registration) {
    const n = turn.next("registration");
    registration = { n, uri, match, invoke, created: world.clock, callees: [], next: undefined };
    world.registrations.push(registration);
    news.push(["wamp.registration.on_create", [token("session", member.n), describe(registration)]]);
  }
  registration.callees.push({
    session: member.n,
    forwards: forward_timeout === true,
    wantsCaller: disclose_caller === true,
  });
  member.holds.push(token("registration", registration.n));
  registration.next ??= member.n;
  news.push(["wamp.registration.on_register", about(member, registration)]);
  turn.say(member.n, [65, request, token("registration", registration.n)]);
  tell(turn, news);
}

export function unregister(turn: Turn, member: Member, [, request, id]: Wire): undefined {
  const registration = turn.world.registrations.find(({ n }) => n === (id as { n?: number }).n);
  if (!registration || !serves(member, registration))
    return turn.refuse(member.n, [66, request], "wamp.error.no_such_registration");
  const news = dropCallee(turn, member, registration);
  turn.say(member.n, [67, request]);
  tell(turn, news);
}

/** RMA-05, RMA-06; SHR-06: if it was its turn, the turn is the next one's. */
export function dropCallee({ world }: Turn, member: Member, registration: Registration): News[] {
  if (registration.next === member.n) registration.next = following(registration, member.n);
  registration.callees = registration.callees.filter(({ session }) => session !== member.n);
  member.holds = member.holds.filter(({ is, n }) => is !== "registration" || n !== registration.n);
  const news: News[] = [["wamp.registration.on_unregister", about(member, registration)]];
  if (registration.callees.length > 0) return news;
  world.registrations = world.registrations.filter((each) => each !== registration);
  return [...news, ["wamp.registration.on_delete", about(member, registration)]];
}

/** PBR-03..08. */
export function bestFor({ world }: Turn, procedure: string): Registration | undefined {
  return world.registrations.filter(({ uri, match }) => matches(uri, match, procedure)).sort(better)[0];
}

/** SHR-05..08, RRT-03. `free` says who may be chosen at all. */
export function choose(
  turn: Turn,
  registration: Registration,
  free: (callee: Callee) => boolean,
): Callee | undefined {
  const { callees, invoke } = registration;
  const candidates = callees.filter(free);
  if (invoke === "random" && candidates.length > 1) return candidates[turn.choose(candidates.length)];
  if (invoke === "last") return candidates.at(-1);
  if (invoke !== "roundrobin") return candidates[0];
  const first = callees.findIndex(({ session }) => session === registration.next);
  const inTurn = [...callees.slice(first), ...callees.slice(0, first)];
  const chosen = inTurn.find(free);
  if (chosen) registration.next = following(registration, chosen.session);
  return chosen;
}

/** RMA-01, RMA-02. */
export function describe(registration: Registration) {
  const { n, uri, match, created, invoke } = registration;
  const { id: _, ...common } = describePattern({ n, uri, match, created, subscribers: [] });
  return { ...common, id: token("registration", n), invoke };
}

export function serves({ n }: Member, { callees }: Registration): boolean {
  return callees.some(({ session }) => session === n);
}

function following({ callees }: Registration, session: number): number | undefined {
  const at = callees.findIndex((each) => each.session === session);
  return callees[(at + 1) % callees.length]?.session;
}

function about(member: Member, registration: Registration): Wire {
  return [token("session", member.n), token("registration", registration.n)];
}
