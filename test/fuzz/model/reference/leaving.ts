/** How sessions end, and what follows from it for the others (sections 3.3, 7.1, 11.5). */
import { PATIENCE } from "../premises.ts";
import { type Member, TEXT, type Wire } from "../world.ts";
import { leaveCalls } from "./calls.ts";
import { dropSubscriber, type News, publishTo, tell } from "./events.ts";
import { dropCallee } from "./registering.ts";
import { holdings } from "./revoking.ts";
import { type Turn, token } from "./turn.ts";

export interface Goodbye {
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Without testaments and session meta events (SMA-25). */
  readonly quietly?: boolean;
}

/** LVE-09. The session's connection must be in its next phase already: it hears nothing of this. */
export function leave(turn: Turn, member: Member, quietly = false): void {
  const { world } = turn;
  if (!world.members.includes(member)) return;
  world.members = world.members.filter((each) => each !== member);
  leaveCalls(turn, member);
  const news: News[] = [];
  const { registrations, subscriptions } = holdings(turn, member);
  for (const each of registrations) news.push(...dropCallee(turn, member, each));
  for (const each of subscriptions) news.push(...dropSubscriber(turn, member, each));
  const wills = world.testaments.filter(({ session }) => session === member.n);
  world.testaments = world.testaments.filter(({ session }) => session !== member.n);
  if (!quietly) {
    for (const scope of ["detached", "destroyed"]) {
      for (const { topic, options, payload } of wills.filter((each) => each.scope === scope)) {
        const [args, kwargs] = payload;
        publishTo(turn, member, { options, topic, args, kwargs });
      }
    }
    news.push(["wamp.session.on_leave", [token("session", member.n), member.authid, member.authrole]]);
  }
  tell(turn, news);
}

/** SMA-12, SMA-26, SES-53. */
export function dismiss(turn: Turn, victims: readonly Member[], { reason, details, quietly }: Goodbye): void {
  for (const { n } of victims) {
    turn.say(n, [6, details, reason]);
    move(turn, n, "leaving");
  }
  for (const victim of turn.inSomeOrder(victims)) leave(turn, victim, quietly);
}

/** SES-40. */
export function violate(turn: Turn, connection: number): void {
  const at = turn.world.connections[connection];
  const member = at?.session === undefined ? undefined : turn.member(at.session);
  const abort: Wire = [3, { message: TEXT }, "wamp.error.protocol_violation"];
  turn.send(connection, abort);
  end(turn, connection);
  if (member) leave(turn, member);
}

export function end({ world }: Turn, connection: number): void {
  const at = world.connections[connection];
  if (at) Object.assign(at, { phase: "ended", session: undefined });
}

/** The connection that carries the session goes on without it. */
export function move({ world }: Turn, session: number, phase: "open" | "leaving"): void {
  const at = world.connections.find((each) => each.session === session);
  if (at) Object.assign(at, { phase, session: undefined, deadline: world.clock + PATIENCE });
}
