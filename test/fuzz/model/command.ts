/**
 * What a scenario is made of. A command says what somebody wants in words that always make sense: `who` and `which` are
 * counted round among those that there are when its turn comes, so that a scenario stays one when commands are left out.
 */
import type { Invoke, Match } from "./world.ts";

/** A message of the joined session `who`. */
export type Saying =
  | {
      readonly do: "subscribe";
      readonly who: number;
      readonly topic: string;
      readonly match: Match;
      readonly retained: boolean;
    }
  | { readonly do: "unsubscribe"; readonly who: number; readonly which: number; readonly own: boolean }
  | {
      readonly do: "register";
      readonly who: number;
      readonly procedure: string;
      readonly match: Match;
      readonly invoke: Invoke;
      readonly asks: readonly ("disclose_caller" | "forward_timeout")[];
    }
  | { readonly do: "unregister"; readonly who: number; readonly which: number; readonly own: boolean }
  | { readonly do: "publish"; readonly who: number; readonly topic: string; readonly with: PublishWith }
  | {
      readonly do: "call";
      readonly who: number;
      readonly procedure: string;
      readonly asks: readonly ("receive_progress" | "disclose_me" | "progress")[];
      readonly timeout: number;
    }
  /** A further chunk of a call that takes more, whoever made it. */
  | { readonly do: "chunk"; readonly which: number; readonly last: boolean; readonly strays: boolean }
  /** The callee of a call under way answers. */
  | { readonly do: "yield"; readonly which: number; readonly progress: boolean }
  | { readonly do: "fail"; readonly which: number; readonly unavailable: boolean }
  /** A callee answers what was over long ago, or a caller cancels it. */
  | { readonly do: "late"; readonly who: number; readonly how: "yield" | "error" | "cancel" | "chunk" }
  | { readonly do: "cancel"; readonly which: number; readonly mode: "skip" | "kill" | "killnowait" | "none" }
  | {
      readonly do: "testament";
      readonly who: number;
      readonly topic: string;
      readonly scope: "destroyed" | "detached" | "none";
      readonly with: PublishWith;
    }
  | { readonly do: "flush"; readonly who: number; readonly scope: "destroyed" | "detached" | "none" }
  /** wamp.session.count, list or get, and what there is to ask of subscriptions and registrations. */
  | {
      readonly do: "look";
      readonly who: number;
      readonly procedure: string;
      readonly which: number;
      readonly uri: string;
    }
  | {
      readonly do: "kill";
      readonly who: number;
      readonly how: "one" | "authid" | "authrole" | "all";
      readonly which: number;
      readonly reason: string | undefined;
    }
  | {
      readonly do: "take";
      readonly who: number;
      readonly what: "subscription" | "registration";
      readonly which: number;
      readonly whose: number;
    }
  | { readonly do: "rename"; readonly who: number; readonly which: number; readonly as: string };

export type Command =
  | Saying
  | { readonly do: "join"; readonly as: string; readonly over: string; readonly announces: readonly string[] }
  /** Several messages of one session, in one frame where it batches. */
  | { readonly do: "together"; readonly who: number; readonly say: readonly Saying[] }
  | { readonly do: "goodbye"; readonly who: number; readonly next: "nothing" | "join" | "close" }
  | { readonly do: "abort"; readonly who: number }
  | { readonly do: "drop"; readonly who: number }
  /** Those whom the router sent away answer. */
  | { readonly do: "part"; readonly who: number }
  | { readonly do: "violate"; readonly who: number; readonly how: "hello" | "yield" | "event" | "again" }
  | { readonly do: "pass"; readonly milliseconds: number }
  | { readonly do: "sleep"; readonly vanish: readonly number[] }
  | { readonly do: "revoke"; readonly policy: number };

export interface PublishWith {
  readonly asks: readonly ("acknowledge" | "disclose_me" | "retain" | "include_me")[];
  /** Sessions by number, and authids and roles by name. */
  readonly exclude?: readonly number[];
  readonly eligible?: readonly number[];
  readonly exclude_authid?: readonly string[];
  readonly eligible_authid?: readonly string[];
  readonly exclude_authrole?: readonly string[];
  readonly eligible_authrole?: readonly string[];
}

export const SUBPROTOCOLS = ["json", "msgpack", "cbor"].flatMap((format) => [
  `wamp.2.${format}`,
  `wamp.2.${format}.batched`,
]);
