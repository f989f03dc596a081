/**
 * All that the reference router remembers: lists of plain objects, so that it can be copied and printed. Written from the
 * requirements and sharing nothing with src.
 */

/** One WAMP message, in the reference's own ids. */
export type Wire = readonly unknown[];
export type Match = "exact" | "prefix" | "wildcard";
export type Invoke = "single" | "roundrobin" | "random" | "first" | "last";
export type Named = "session" | "publication" | "subscription" | "registration" | "authid";

/** An id that the router under test chooses as it likes: the nth of its kind here, some number or text there. */
export interface Token {
  readonly is: Named;
  readonly n: number;
}

/** Some text for people, whatever it says (SES-61, ERR-37). */
export const TEXT = { is: "text" } as const;

/** A list in no particular order (SMA-09). */
export interface Unordered {
  readonly is: "unordered";
  readonly items: readonly unknown[];
}

export interface Connection {
  phase: "open" | "joined" | "leaving" | "ended";
  /** Milliseconds since 1970 at which the router's patience ends; only while `open` or `leaving`. */
  deadline: number;
  /** The session that it carries while it is joined. */
  session: number | undefined;
}

export interface Member {
  readonly n: number;
  readonly connection: number;
  authid: unknown;
  authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  /** Role to the features that the client announced. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  lastInvocation: number;
  lastCall: number;
  /** The id of every CALL that began something, also of one that was refused. */
  readonly called: number[];
  /** What it subscribed to and registered, in that order. */
  holds: Token[];
}

export interface Subscription {
  readonly n: number;
  readonly uri: string;
  readonly match: Match;
  readonly created: number;
  subscribers: number[];
}

export interface Callee {
  readonly session: number;
  readonly forwards: boolean;
  readonly wantsCaller: boolean;
}

export interface Registration {
  readonly n: number;
  readonly uri: string;
  readonly match: Match;
  readonly invoke: Invoke;
  readonly created: number;
  callees: Callee[];
  /** Whose turn it is, with roundrobin. */
  next: number | undefined;
}

export interface Call {
  readonly caller: number;
  readonly request: number;
  callee: number;
  invocation: number;
  readonly registration: number;
  readonly procedure: string;
  readonly wantsProgress: boolean;
  /** The caller is told to the callee. */
  readonly disclosed: boolean;
  readonly timeout: number;
  readonly received: number;
  deadline: number | undefined;
  chunks: "none" | "open" | "complete";
  details: Readonly<Record<string, unknown>>;
  interrupted: boolean;
  /** The payload and who refused it; undefined once the call cannot move any more (RRT-07). */
  movable: { readonly payload: Wire; readonly refused: readonly number[] } | undefined;
}

export interface Retained {
  readonly topic: string;
  readonly publication: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** Who is not to get it back. */
  readonly publisher: number | undefined;
  readonly lists: Readonly<Record<string, readonly unknown[]>>;
  readonly payload: Wire;
}

export interface Testament {
  readonly session: number;
  readonly scope: string;
  readonly topic: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly payload: Wire;
}

export interface World {
  clock: number;
  policy: number;
  connections: Connection[];
  /** In the order in which they joined. */
  members: Member[];
  subscriptions: Subscription[];
  registrations: Registration[];
  calls: Call[];
  /** Oldest first. */
  retained: Retained[];
  testaments: Testament[];
  /** The last number given to each kind of token. */
  last: Record<Named, number>;
}

export function newWorld(clock: number): World {
  return {
    clock,
    policy: 0,
    connections: [],
    members: [],
    subscriptions: [],
    registrations: [],
    calls: [],
    retained: [],
    testaments: [],
    last: { session: 0, publication: 0, subscription: 0, registration: 0, authid: 0 },
  };
}

/** Those whose socket is still there. */
export function living({ connections }: World): number[] {
  return [...connections.keys()].filter((at) => connections[at]?.phase !== "ended");
}
