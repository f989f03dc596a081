/** What may differ from realm to realm in how the router behaves. */
import type { MatchPolicy, UriRule } from "../wamp/uri.ts";
import type { LimitsOf } from "./limits.ts";
import type { RequestIdCheck } from "./request-ids.ts";

/** Topics or procedures by URI or pattern. */
export interface UriPattern {
  readonly uri: string;
  readonly match: MatchPolicy;
}

/** A trust level for what it matches: by URI, and where given by the role of the publisher or caller (PTL-01, CTL-01). */
export interface TrustRule extends UriPattern {
  readonly authrole?: string;
  /** An integer >= 0; 0 is the lowest. */
  readonly level: number;
}

/** A topic or topic pattern whose events are kept (section 12.1). */
export interface HistoryRule extends UriPattern {
  /** How many events are kept; the oldest go first. */
  readonly limit: number;
  /** How long an event is kept, in milliseconds; undefined: no limit. */
  readonly age?: number;
  /** How many octets of payloads, lists and details are kept. */
  readonly octets: number;
}

export interface RealmSettings {
  /** Which URI grammar applies (URI-02). */
  readonly uriRule: UriRule;
  /** How strictly request ids are checked (ID-10). */
  readonly requestIdCheck: RequestIdCheck;
  /** `strict` is the spec; `compat` sends progress to callees that announced it without canceling too (PCR-02). */
  readonly progressiveResults: "compat" | "strict";
  /** Whether publishers and callers may be disclosed (PID-02, CID-02). */
  readonly allowDisclose: boolean;
  /** Whether wamp.session.kill and its kin exist (SMA-12..28). */
  readonly metaKill: boolean;
  /** Whether wamp.session.modify_details exists (SMA-29). */
  readonly metaModify: boolean;
  /** Whether wamp.session.modify_details may give a session this role; absent: any. */
  readonly grantable?: (authrole: string) => boolean;
  /** Whether the meta API exists at all (MET-18). */
  readonly metaApi: boolean;
  /** First match counts. Trust levels are announced where there are rules. */
  readonly publicationTrust: readonly TrustRule[];
  readonly callTrust: readonly TrustRule[];
  readonly history: readonly HistoryRule[];
  /** What one session may hold, by its role; absent: DEFAULT_SESSION_LIMITS for everybody. */
  readonly limits?: LimitsOf;
  /** Bounds of what clients may have the realm keep. */
  readonly keep: {
    /** Retained events of the realm; the oldest topic goes first (RET-20). */
    readonly retained: number;
    /** Retained events of one authid; its oldest goes first. */
    readonly retainedPerAuthid: number;
    /** Octets of one retained event: its payload, lists and details. */
    readonly retainedOctets: number;
    /** Octets of all retained events of the realm together; the oldest goes first. */
    readonly retainedTotal: number;
    /** Milliseconds after which a retained event is gone; undefined: never. */
    readonly retainedAge?: number;
    /** Testaments of one session (TES-18). */
    readonly testaments: number;
    /** Octets of one session's testaments. */
    readonly testamentOctets: number;
  };
}

export const DEFAULT_REALM_SETTINGS: RealmSettings = {
  uriRule: "loose",
  requestIdCheck: "off",
  progressiveResults: "compat",
  allowDisclose: true,
  metaKill: false,
  metaModify: false,
  metaApi: true,
  publicationTrust: [],
  callTrust: [],
  history: [],
  keep: {
    retained: 10_000,
    retainedPerAuthid: 1_000,
    retainedOctets: 65_536,
    retainedTotal: 16_777_216,
    testaments: 64,
    testamentOctets: 65_536,
  },
};
