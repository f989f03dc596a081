/** The features that a realm announces in WELCOME: exactly what works with its settings (section 16). */
import type { RealmSettings } from "./settings.ts";

export interface Announcement {
  readonly broker: readonly string[];
  readonly dealer: readonly string[];
}

export function announcement(settings: RealmSettings): Announcement {
  const { metaApi, metaKill, history, publicationTrust, callTrust, allowDisclose } = settings;
  const canRevoke = metaApi && metaKill; // FEA-05, FEA-20: only if revocation can happen
  return {
    broker: [
      "event_retention",
      "pattern_based_subscription",
      "payload_passthru_mode",
      "publisher_exclusion",
      "subscriber_blackwhite_listing",
      ...(allowDisclose ? ["publisher_identification"] : []),
      ...(history.length > 0 ? ["event_history"] : []),
      ...(publicationTrust.length > 0 ? ["publication_trustlevels"] : []),
      ...(canRevoke ? ["subscription_revocation"] : []),
      ...(metaApi ? ["session_meta_api", "subscription_meta_api"] : []),
    ],
    dealer: [
      "call_canceling",
      "call_reroute",
      "call_timeout",
      "pattern_based_registration",
      "payload_passthru_mode",
      "progressive_call_invocations",
      "progressive_call_results",
      "shared_registration",
      "testament_meta_api",
      ...(allowDisclose ? ["caller_identification"] : []),
      ...(callTrust.length > 0 ? ["call_trustlevels"] : []),
      ...(canRevoke ? ["registration_revocation"] : []),
      ...(metaApi ? ["registration_meta_api", "session_meta_api"] : []),
    ],
  };
}
