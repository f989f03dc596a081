/**
 * What the router under test and the reference are both told: who there is, what the roles may do, how the realm is set.
 * Data only; what it means each of the two works out for itself.
 */
export type Action = "call" | "register" | "publish" | "subscribe";

export interface Rule {
  readonly uri: string;
  readonly match: "exact" | "prefix";
  /** What is not named is denied. */
  readonly allow: readonly Action[];
  /** Whose identity is told unasked. */
  readonly disclose?: boolean;
}

/** Role to its rules. */
export type Policy = Readonly<Record<string, readonly Rule[]>>;

const ALL: readonly Action[] = ["call", "register", "publish", "subscribe"];
const everything: Rule = { uri: "", match: "prefix", allow: ALL };

export const ROLES = ["user", "guest", "device", "anonymous"] as const;

/** Each is the same for every role but those named after it. */
export const POLICIES: readonly Policy[] = [
  policy([everything]),
  policy([everything], {
    user: [everything, { uri: "com.secret", match: "exact", allow: [] }],
    guest: [everything, { uri: "com.a", match: "exact", allow: ["publish"] }],
  }),
  policy([everything, { uri: "com.a.", match: "prefix", allow: ["call", "publish"] }], {
    guest: [
      { uri: "com.", match: "prefix", allow: ALL },
      { uri: "wamp.", match: "prefix", allow: ALL },
    ],
    device: [everything, { uri: "com.b", match: "prefix", allow: ALL, disclose: true }],
  }),
  policy([everything, { uri: "wamp.session.", match: "prefix", allow: ["call"] }], {
    guest: [{ uri: "com.", match: "prefix", allow: ["subscribe", "register"] }],
    anonymous: [{ uri: "com.", match: "prefix", allow: ALL, disclose: true }],
  }),
];

function policy(common: readonly Rule[], others: Policy = {}): Policy {
  return Object.fromEntries(ROLES.map((role) => [role, others[role] ?? common]));
}

/** authid to role: who may sign in by name. */
export const PRINCIPALS: Readonly<Record<string, string>> = {
  alice: "user",
  bob: "user",
  carol: "guest",
  dave: "device",
};

/** The roles of which the newest session of an authid ends the older ones. */
export const TAKEOVER: readonly string[] = ["device"];

/** What one session may hold. */
export const LIMITS = {
  subscriptions: 7,
  registrations: 6,
  patterns: 6,
  pendingCalls: 5,
  pendingInvocations: 4,
};

/** Milliseconds that the router waits for HELLO, and for the answer to its GOODBYE. */
export const PATIENCE = 5_000;

export interface Settings {
  readonly allowDisclose: boolean;
  readonly progressiveResults: "compat" | "strict";
}
