/** What is taken from sessions: by the meta API, or because permissions changed (sections 6.6, 8.11; S8). */
import type { Member } from "../world.ts";
import { dropSubscriber, type News, tell } from "./events.ts";
import { dropCallee } from "./registering.ts";
import { right } from "./rules.ts";
import { announced, type Turn, token } from "./turn.ts";

const REASON = "wamp.error.not_authorized";

/** SRV-01, SRV-02. */
export function revokedSubscriber(
  turn: Turn,
  member: Member,
  of: { subscription: number; reason: unknown },
): void {
  if (!announced(member, "subscriber", "subscription_revocation")) return;
  const reason = of.reason === undefined ? {} : { reason: of.reason };
  turn.say(member.n, [35, 0, { subscription: token("subscription", of.subscription), ...reason }]);
}

/** RRV-01, RRV-02. */
export function revokedCallee(
  turn: Turn,
  member: Member,
  of: { registration: number; reason: unknown },
): void {
  if (!announced(member, "callee", "registration_revocation")) return;
  const reason = of.reason === undefined ? {} : { reason: of.reason };
  turn.say(member.n, [67, 0, { registration: token("registration", of.registration), ...reason }]);
}

/** Whoever holds what it may not hold loses it, and only then is anything told of that. */
export function reconsider(turn: Turn, members: readonly Member[]): void {
  const news: News[] = [];
  for (const member of turn.inSomeOrder(members.filter((each) => losses(turn, each).length > 0))) {
    for (const lose of losses(turn, member)) news.push(...lose());
  }
  tell(turn, news);
}

function losses(turn: Turn, member: Member): (() => News[])[] {
  const held = holdings(turn, member);
  const registrations = held.registrations.filter(({ uri, match }) => {
    const { allow, partly } = right(turn.world, member, { action: "register", uri, match });
    return !allow || partly;
  });
  const subscriptions = held.subscriptions.filter(
    ({ uri, match }) => !right(turn.world, member, { action: "subscribe", uri, match }).allow,
  );
  return [
    ...registrations.map((each) => () => {
      revokedCallee(turn, member, { registration: each.n, reason: REASON });
      return dropCallee(turn, member, each);
    }),
    ...subscriptions.map((each) => () => {
      revokedSubscriber(turn, member, { subscription: each.n, reason: REASON });
      return dropSubscriber(turn, member, each);
    }),
  ];
}

/** Registrations in the order in which the session took them, subscriptions in the order of their ids (RULE-10). */
export function holdings({ world }: Turn, { n, holds }: Member) {
  const registered = holds.filter(({ is }) => is === "registration");
  return {
    registrations: registered.flatMap((held) => world.registrations.filter((each) => each.n === held.n)),
    subscriptions: world.subscriptions.filter(({ subscribers }) => subscribers.includes(n)),
  };
}
