/** One turn of the reference router: its world, what it says to whom, and the choices that the requirements leave open. */
import type { Settings } from "../premises.ts";
import { type Member, type Named, TEXT, type Token, type Wire, type World } from "../world.ts";

/** A message to come. Those of one group, next to each other, may come in any order. */
export interface Expected {
  readonly message: Wire;
  readonly group: string | undefined;
}

/** Which of `n` possibilities is taken, counted from 0. */
export type Choose = (n: number) => number;

export class Turn {
  readonly world: World;
  readonly settings: Settings;
  readonly choose: Choose;
  /** Connection to what it hears. */
  readonly heard: Expected[][] = [];
  #groups = 0;

  constructor(world: World, settings: Settings, choose: Choose) {
    this.world = world;
    this.settings = settings;
    this.choose = choose;
  }

  /** A new name for messages that have no order among them. */
  group(): string {
    this.#groups++;
    return `group ${this.#groups}`;
  }

  next(is: Named): number {
    this.world.last[is]++;
    return this.world.last[is];
  }

  member(n: number): Member | undefined {
    return this.world.members.find((each) => each.n === n);
  }

  /** To a connection, whatever its phase. */
  send(connection: number, message: Wire, group?: string): void {
    let heard = this.heard[connection];
    if (!heard) {
      heard = [];
      this.heard[connection] = heard;
    }
    heard.push({ message, group });
  }

  /** To a session, if it still has a connection that carries it. */
  say(session: number, message: Wire, group?: string): void {
    const at = this.world.connections.findIndex(
      (each) => each.phase === "joined" && each.session === session,
    );
    if (at >= 0) this.send(at, message, group);
  }

  /** ERR-37, ERR-38. */
  refuse(
    session: number,
    [type, request]: readonly [number, unknown],
    error: string,
    group?: string,
  ): undefined {
    this.say(session, [8, type, request, {}, error, [TEXT]], group);
  }

  /** One of the orders in which several things may happen. */
  inSomeOrder<T>(all: readonly T[]): T[] {
    const left = [...all];
    const ordered: T[] = [];
    while (left.length > 0) {
      const at = left.length === 1 ? 0 : this.choose(left.length);
      ordered.push(...left.splice(at, 1));
    }
    return ordered;
  }
}

export function token(is: Named, n: number): Token {
  return { is, n };
}

export function announced({ roles }: Member, role: string, feature: string): boolean {
  return roles[role]?.includes(feature) ?? false;
}

/** MSG-39, MSG-40. */
export function payload(args: unknown, kwargs: unknown): Wire {
  const list = Array.isArray(args) ? args : [];
  const dict = kwargs ?? {};
  if (Object.keys(dict).length > 0) return [list, dict];
  return list.length > 0 ? [list] : [];
}

/** Who somebody is, where that is disclosed (PID-01, CID-01). */
export function identity(prefix: "publisher" | "caller", { n, authid, authrole }: Member) {
  return {
    [prefix]: token("session", n),
    [`${prefix}_authid`]: authid,
    [`${prefix}_authrole`]: authrole,
  };
}
