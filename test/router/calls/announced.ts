/** What sessions announce in HELLO: single features, and what stock clients do (requirements section 16.1). */
import { ROLE_FEATURES } from "../../../src/wamp/feature.ts";
import type { Joining } from "../scene.ts";

/** A caller that announces `features`. */
export function calling(...features: readonly string[]): Joining {
  return { roles: { publisher: [], subscriber: [], caller: features, callee: [] } };
}

/** A callee that announces `features`. */
export function serving(...features: readonly string[]): Joining {
  return { roles: { publisher: [], subscriber: [], caller: [], callee: features } };
}

/** Announces all that there is. */
export const EVERYTHING: Joining = {
  roles: {
    publisher: ROLE_FEATURES.publisher,
    subscriber: ROLE_FEATURES.subscriber,
    caller: ROLE_FEATURES.caller,
    callee: ROLE_FEATURES.callee,
  },
};

export const AUTOBAHN_JS: Joining = {
  roles: {
    caller: ["caller_identification", "call_canceling", "progressive_call_results"],
    callee: [
      "caller_identification",
      "pattern_based_registration",
      "shared_registration",
      "progressive_call_results",
      "registration_revocation",
    ],
  },
};

export const WAMPY: Joining = {
  roles: {
    caller: [
      "caller_identification",
      "progressive_call_results",
      "call_canceling",
      "call_timeout",
      "payload_passthru_mode",
    ],
    callee: [
      "caller_identification",
      "call_trustlevels",
      "pattern_based_registration",
      "shared_registration",
      "payload_passthru_mode",
    ],
  },
};
