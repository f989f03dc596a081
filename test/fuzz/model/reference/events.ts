/** PUBLISH, SUBSCRIBE, UNSUBSCRIBE, retained events and meta events (sections 5, 6, 11, 12.2). */
import { LIMITS } from "../premises.ts";
import type { Match, Member, Retained, Subscription, Wire } from "../world.ts";
import { isReserved, isUri, matches, mayHear, right } from "./rules.ts";
import { identity, payload, type Turn, token } from "./turn.ts";

type Options = Readonly<Record<string, unknown>>;

/** What is told once the turn's own messages are said: topic and arguments. */
export type News = readonly [topic: string, args: Wire];

const LISTS = [
  "exclude",
  "exclude_authid",
  "exclude_authrole",
  "eligible",
  "eligible_authid",
  "eligible_authrole",
];

export function publish(turn: Turn, publisher: Member, [, request, given, topic, args, kwargs]: Wire): void {
  const options = given as Options; // as the scenario made it
  const error = publishTo(turn, publisher, { request, options, topic: topic as string, args, kwargs });
  if (error && options.acknowledge === true) turn.refuse(publisher.n, [16, request], error);
}

/** @returns why it may not be, as an error URI */
export function publishTo(
  turn: Turn,
  publisher: Member,
  given: { request?: unknown; options: Options; topic: string; args?: unknown; kwargs?: unknown },
): string | undefined {
  const { options, topic } = given;
  const { world, settings } = turn;
  if (!isUri(topic, "exact") || isReserved(topic)) return "wamp.error.invalid_uri";
  const { allow, disclose } = right(world, publisher, { action: "publish", uri: topic, match: "exact" });
  if (!allow) return "wamp.error.not_authorized";
  if (options.disclose_me === true && !settings.allowDisclose && !disclose)
    return "wamp.error.option_disallowed.disclose_me";
  const publication = turn.next("publication");
  const disclosed = disclose || options.disclose_me === true ? identity("publisher", publisher) : {};
  const content = payload(given.args, given.kwargs);
  if (options.acknowledge === true) {
    turn.say(publisher.n, [17, given.request, token("publication", publication)]);
  }
  const group = turn.group();
  for (const subscription of world.subscriptions) {
    for (const member of hearers(turn, subscription, topic)) {
      if (member.n === publisher.n && options.exclude_me !== false) continue;
      if (!isMeant(member, options)) continue;
      turn.say(member.n, event(subscription, { topic, publication, details: disclosed, content }), group);
    }
  }
  if (options.retain === true)
    retain(turn, publisher, { options, topic, publication, details: disclosed, content });
  return undefined;
}

/** MET-12: what the router tells, each an event of its own. */
export function tell(turn: Turn, news: readonly News[]): void {
  for (const [topic, args] of news) {
    const publication = turn.next("publication");
    const group = turn.group();
    for (const subscription of turn.world.subscriptions) {
      for (const member of hearers(turn, subscription, topic)) {
        turn.say(member.n, event(subscription, { topic, publication, details: {}, content: [args] }), group);
      }
    }
  }
}

export function subscribe(turn: Turn, member: Member, [, request, given, topic]: Wire): undefined {
  const { match = "exact", get_retained } = given as { match?: Match; get_retained?: boolean };
  const uri = topic as string;
  const refuse = (error: string) => turn.refuse(member.n, [32, request], error);
  if (!isUri(uri, match)) return refuse("wamp.error.invalid_uri");
  if (!right(turn.world, member, { action: "subscribe", uri, match }).allow)
    return refuse("wamp.error.not_authorized");
  const news: News[] = [];
  let subscription = turn.world.subscriptions.find((each) => each.uri === uri && each.match === match);
  if (!subscription?.subscribers.includes(member.n)) {
    const held = turn.world.subscriptions.filter(({ subscribers }) => subscribers.includes(member.n));
    if (held.length >= LIMITS.subscriptions) return refuse("edgebahn.error.limit_exceeded");
    if (match !== "exact" && patterns(turn, member) >= LIMITS.patterns)
      return refuse("edgebahn.error.limit_exceeded");
    if (!subscription) {
      const n = turn.next("subscription");
      subscription = { n, uri, match, created: turn.world.clock, subscribers: [] };
      turn.world.subscriptions.push(subscription);
      news.push(["wamp.subscription.on_create", [token("session", member.n), describe(subscription)]]);
    }
    subscription.subscribers.push(member.n);
    member.holds.push(token("subscription", subscription.n));
    news.push(["wamp.subscription.on_subscribe", about(member, subscription)]);
  }
  turn.say(member.n, [33, request, token("subscription", subscription.n)]);
  if (get_retained === true) replay(turn, member, subscription);
  if (!isReserved(uri)) tell(turn, news); // MET-14
}

export function unsubscribe(turn: Turn, member: Member, [, request, id]: Wire): undefined {
  const subscription = turn.world.subscriptions.find(({ n }) => n === (id as { n?: number }).n);
  if (!subscription?.subscribers.includes(member.n))
    return turn.refuse(member.n, [34, request], "wamp.error.no_such_subscription");
  const news = dropSubscriber(turn, member, subscription);
  turn.say(member.n, [35, request]);
  tell(turn, news);
}

/** BRK-10, SBM-03, SBM-04. */
export function dropSubscriber({ world }: Turn, member: Member, subscription: Subscription): News[] {
  subscription.subscribers = subscription.subscribers.filter((n) => n !== member.n);
  member.holds = member.holds.filter(({ is, n }) => is !== "subscription" || n !== subscription.n);
  const news: News[] = [["wamp.subscription.on_unsubscribe", about(member, subscription)]];
  if (subscription.subscribers.length === 0) {
    world.subscriptions = world.subscriptions.filter((each) => each !== subscription);
    news.push(["wamp.subscription.on_delete", about(member, subscription)]);
  }
  return isReserved(subscription.uri) ? [] : news;
}

/** S13: patterns that a session holds, of both kinds together. */
export function patterns({ world }: Turn, { n }: Member): number {
  const subscribed = world.subscriptions.filter((each) => each.subscribers.includes(n));
  const registered = world.registrations.filter((each) => each.callees.some(({ session }) => session === n));
  return [...subscribed, ...registered].filter(({ match }) => match !== "exact").length;
}

/** SBM-01. */
export function describe({ n, created, uri, match }: Subscription) {
  return { id: token("subscription", n), created: new Date(created).toISOString(), uri, match };
}

function about(member: Member, subscription: Subscription): Wire {
  return [token("session", member.n), token("subscription", subscription.n)];
}

/** Who has the subscription and may hear the topic: what of a pattern is denied is not delivered (S8). */
function hearers({ world }: Turn, subscription: Subscription, topic: string): Member[] {
  const { uri, match, subscribers } = subscription;
  if (!matches(uri, match, topic)) return [];
  const members = world.members.filter(({ n }) => subscribers.includes(n));
  return match === "exact" ? members : members.filter((each) => mayHear(world, each, topic));
}

/** BWL-01. */
function isMeant({ n, authid, authrole }: Member, options: Options): boolean {
  const lists = options as Readonly<Record<string, readonly unknown[] | undefined>>;
  const names = (list: readonly unknown[] | undefined, value: unknown) =>
    list?.some((each) => JSON.stringify(each) === JSON.stringify(value));
  const mine = { "": token("session", n), _authid: authid, _authrole: authrole };
  return Object.entries(mine).every(
    ([suffix, value]) =>
      names(lists[`eligible${suffix}`], value) !== false && names(lists[`exclude${suffix}`], value) !== true,
  );
}

function event(
  { n, match }: Subscription,
  e: { topic: string; publication: number; details: Options; content: Wire },
): Wire {
  const details = match === "exact" ? e.details : { ...e.details, topic: e.topic };
  return [36, token("subscription", n), token("publication", e.publication), details, ...e.content];
}

/** RET-02, RET-12: a general event supersedes all, a restricted one the one with the same lists. */
function retain(
  { world }: Turn,
  publisher: Member,
  e: { options: Options; topic: string; publication: number; details: Options; content: Wire },
): void {
  const given = e.options as Readonly<Record<string, readonly unknown[] | undefined>>;
  const counts = (name: string) => given[name] && (name.startsWith("eligible") || given[name].length > 0); // BWL-05
  const lists = Object.fromEntries(LISTS.filter(counts).map((name) => [name, given[name] ?? []]));
  const isGeneral = Object.keys(lists).length === 0;
  const isSame = (other: Retained) => JSON.stringify(other.lists) === JSON.stringify(lists);
  world.retained = world.retained.filter((other) => other.topic !== e.topic || !(isGeneral || isSame(other)));
  world.retained.push({
    topic: e.topic,
    publication: e.publication,
    details: e.details,
    publisher: e.options.exclude_me === false ? undefined : publisher.n,
    lists,
    payload: e.content,
  });
}

/** RET-08..RET-14: of each topic the newest that the subscriber would have received. */
function replay(turn: Turn, member: Member, subscription: Subscription): void {
  const { world } = turn;
  const group = turn.group();
  const seen = new Set<string>();
  for (const { topic, publication, details, publisher, lists, payload: content } of [
    ...world.retained,
  ].reverse()) {
    if (seen.has(topic) || publisher === member.n || !isMeant(member, lists)) continue;
    if (!matches(subscription.uri, subscription.match, topic)) continue;
    if (subscription.match !== "exact" && !mayHear(world, member, topic)) continue;
    seen.add(topic);
    turn.say(
      member.n,
      event(subscription, { topic, publication, details: { ...details, retained: true }, content }),
      group,
    );
  }
}
