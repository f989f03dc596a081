/** The features of the Advanced Profile, by the role that announces them. What is not listed here is never remembered. */

const PUBSUB_CLIENT = ["payload_passthru_mode", "publisher_identification"] as const;
const RPC_CLIENT = [
  "call_canceling",
  "call_timeout",
  "caller_identification",
  "payload_passthru_mode",
  "progressive_call_invocations",
  "progressive_call_results",
] as const;

export type RoleName = "publisher" | "subscriber" | "caller" | "callee" | "broker" | "dealer";

export const ROLE_FEATURES: Readonly<Record<RoleName, readonly string[]>> = {
  publisher: [...PUBSUB_CLIENT, "publisher_exclusion", "subscriber_blackwhite_listing"],
  subscriber: [
    ...PUBSUB_CLIENT,
    "pattern_based_subscription",
    "publication_trustlevels",
    "subscription_revocation",
    "event_history",
    "event_retention",
  ],
  caller: [...RPC_CLIENT],
  callee: [
    ...RPC_CLIENT,
    "call_cancelling", // FEA-14: one section of the spec spells it so; accepted from clients
    "call_reroute",
    "call_trustlevels",
    "pattern_based_registration",
    "registration_revocation",
    "shared_registration",
  ],
  broker: [
    "event_history",
    "event_retention",
    "pattern_based_subscription",
    "payload_passthru_mode",
    "publication_trustlevels",
    "publisher_exclusion",
    "publisher_identification",
    "session_meta_api",
    "subscriber_blackwhite_listing",
    "subscription_meta_api",
    "subscription_revocation",
  ],
  dealer: [
    "call_canceling",
    "call_reroute",
    "call_timeout",
    "call_trustlevels",
    "caller_identification",
    "pattern_based_registration",
    "payload_passthru_mode",
    "progressive_call_invocations",
    "progressive_call_results",
    "registration_meta_api",
    "registration_revocation",
    "session_meta_api",
    "shared_registration",
    "testament_meta_api",
  ],
};
