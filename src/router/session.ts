/**
 * A session as the router sees it: who it is, and what it holds. Knows no socket and no serializer. What it holds is
 * changed only by the broker and the dealer.
 */
import type { Dict, Roles } from "../wamp/field.ts";
import type { Invocation } from "./invocation.ts";
import { Pending } from "./pending.ts";
import type { Registration } from "./registration.ts";
import type { Subscription } from "./subscription.ts";

export type SessionId = number;

/** The router itself, where it calls a procedure of the realm. No client has this id: theirs begin with 1 (ID-01). */
export const ROUTER: SessionId = 0;

/** Who a session is: fixed at WELCOME (SES-08, SES-14), survives hibernation. */
export interface Identity {
  readonly session: SessionId;
  readonly authid: string;
  readonly authrole: string;
  readonly authmethod: string;
  readonly authprovider: string;
  /** Who signed in, where wamp.session.modify_details made somebody else of it: whether it may stay is judged by this. */
  readonly principal?: { readonly authid: string; readonly authrole: string };
  readonly authextra?: Dict;
  /** When the session ends by itself, in milliseconds since 1970. */
  readonly expires?: number;
  /** Narrows what the role may do; only whoever decides that reads it. */
  readonly scope?: readonly object[];
  /** The features that the client announced, by role. */
  readonly roles: Roles;
}

export class Session {
  readonly id: SessionId;
  #identity: Identity;
  /** As in `identity`, but the same object for all that announced the same: each call asks, and it is at hand. */
  #roles: Roles;
  readonly subscriptions = new Set<Subscription>();
  readonly registrations = new Set<Registration>();
  /** How many of its subscriptions and registrations are to patterns. */
  patterns = 0;
  /** CALL.Request to the call that it began and that has not ended. */
  readonly calls = new Pending<Invocation>();
  /** INVOCATION.Request to the invocation that this session has not answered. */
  readonly invocations = new Pending<Invocation>();
  /** The last INVOCATION.Request issued to this session; 0 before the first (ID-06). */
  lastInvocation = 0;
  /** The highest CALL.Request received (PCI-12). */
  lastCall = 0;
  /** Whether the client may send a call in pieces, under one id (PCI-03). */
  readonly sendsChunks: boolean;
  /** Of whom that may: the highest request id received, where the realm does not check them; undefined where unknown. */
  highestRequest: number | undefined = 0;
  /** Ids below that which have not come yet: see noteId. Never changed, but replaced. */
  passedOver: readonly number[] = [];
  /** The last request id received, where the realm checks them (ID-10); undefined where unknown. */
  lastRequest: number | undefined = 0;
  /** Whether the store has a row of this session, and whether that row is as new as this object. */
  stored: "no" | "stale" | "yes" = "no";

  /** It is in its realm: it has joined and not left. */
  present = false;

  constructor(identity: Identity) {
    this.id = identity.session;
    this.#identity = identity;
    this.#roles = shared(identity.roles);
    this.sendsChunks = this.announced("caller", "progressive_call_invocations");
  }

  /** Changes only through wamp.session.modify_details, and with it the roster. */
  get identity(): Identity {
    return this.#identity;
  }

  set identity(identity: Identity) {
    this.#identity = identity;
    this.#roles = shared(identity.roles);
  }

  get isRouter(): boolean {
    return this.id === ROUTER;
  }

  /** Whether the client announced `feature` for `role` in HELLO. */
  announced(role: "publisher" | "subscriber" | "caller" | "callee", feature: string): boolean {
    return this.#roles[role]?.includes(feature) ?? false;
  }

  /** FEA-14: the spec spells the feature both ways. */
  get canBeInterrupted(): boolean {
    return this.announced("callee", "call_canceling") || this.announced("callee", "call_cancelling");
  }
}

/** What clients announce, as text, to one object for all: a handful of libraries. */
const ANNOUNCED = new Map<string, Roles>();
const MOST_ANNOUNCED = 256;

function shared(roles: Roles): Roles {
  const text = JSON.stringify(roles);
  const known = ANNOUNCED.get(text);
  if (known) return known;
  if (ANNOUNCED.size < MOST_ANNOUNCED) ANNOUNCED.set(text, roles);
  return roles;
}
