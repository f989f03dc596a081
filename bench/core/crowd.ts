/**
 * A realm alone, without sockets, serializers or rows on disk, in which so many subscriptions or registrations stand. Each
 * topic or procedure is matched by exactly one of them, whichever kind it is, so that what is measured is the finding.
 */
import { mayEverything } from "../../src/router/authorization.ts";
import { Realm } from "../../src/router/realm.ts";
import type { Session, SessionId } from "../../src/router/session.ts";
import { DEFAULT_REALM_SETTINGS } from "../../src/router/settings.ts";
import { payloadReader } from "../../src/serializer/payload-reader.ts";
import type { MatchPolicy } from "../../src/wamp/uri.ts";
import { MemoryStore } from "../../test/router/memory-store.ts";

export type Kind = MatchPolicy | "mixed";
export const KINDS: readonly Kind[] = ["exact", "prefix", "wildcard", "mixed"];

/** How the mixed ones are spread: six exact ones, two prefixes, two wildcards in ten. */
const MIX: readonly MatchPolicy[] = [
  ...Array<MatchPolicy>(6).fill("exact"),
  ...Array<MatchPolicy>(2).fill("prefix"),
  ...Array<MatchPolicy>(2).fill("wildcard"),
];
const SITES = 1_000;
/** Of one session. */
const HELD = 100;

const UNLIMITED = {
  subscriptions: Number.POSITIVE_INFINITY,
  registrations: Number.POSITIVE_INFINITY,
  patterns: Number.POSITIVE_INFINITY,
  pendingCalls: Number.POSITIVE_INFINITY,
  pendingInvocations: Number.POSITIVE_INFINITY,
};

/** Gives ids and keeps nothing: a realm that does not sleep never asks. */
class ForgetfulStore extends MemoryStore {
  #last = 0;
  override atomically<T>(rows: () => T): T {
    return rows();
  }
  override putSession(): void {}
  override addSubscription(): number {
    return ++this.#last;
  }
  override addSubscriber(): void {}
  override addRegistration(): number {
    return ++this.#last;
  }
  override addCallee(): void {}
}

export interface Crowd {
  readonly realm: Realm;
  /** Holds nothing: it publishes and calls. */
  readonly stranger: Session;
  readonly size: number;
}

/** A realm with `size` subscriptions and nothing else, or registrations, of sessions that hold a hundred each. */
export function crowd(what: "SUBSCRIBE" | "REGISTER", kind: Kind, size: number): Crowd {
  let publications = 0;
  const realm = new Realm({
    store: new ForgetfulStore(),
    now: () => 1_000_000,
    randomId: () => ++publications,
    settings: { ...DEFAULT_REALM_SETTINGS, limits: () => UNLIMITED },
    reader: payloadReader,
    may: mayEverything,
    fault: (error) => {
      throw error;
    },
  });
  const stranger = join(realm, 1);
  let holder = stranger;
  for (let at = 0; at < size; at++) {
    if (at % HELD === 0) holder = join(realm, holderOf(at));
    const match = matchOf(kind, at);
    const uri = patternOf(match, at);
    const request = (at % HELD) + 1;
    realm.receive(
      holder,
      what === "SUBSCRIBE"
        ? { type: what, request, options: { match }, topic: uri }
        : { type: what, request, options: { match }, procedure: uri },
    );
  }
  return { realm, stranger, size };
}

/** The topic or procedure that only the `at`th one matches. */
export function uriOf(at: number): string {
  return `com.example.site${at % SITES}.device${at}.reading`;
}

/** Who holds the `at`th one. */
export function holderOf(at: number): SessionId {
  return 2 + Math.floor(at / HELD);
}

function matchOf(kind: Kind, at: number): MatchPolicy {
  return kind === "mixed" ? (MIX[at % MIX.length] ?? "exact") : kind;
}

function patternOf(match: MatchPolicy, at: number): string {
  if (match === "exact") return uriOf(at);
  return match === "prefix"
    ? `com.example.site${at % SITES}.device${at}.`
    : `com.example..device${at}.reading`;
}

function join(realm: Realm, session: SessionId): Session {
  const roles = { publisher: [], subscriber: [], caller: [], callee: [] };
  return realm.join({
    session,
    authid: `device-${session}`,
    authrole: "device",
    authmethod: "anonymous",
    authprovider: "static",
    roles,
  }).session;
}
