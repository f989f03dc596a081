/** Trust levels: assigned by the configuration, never by the peer (PTL-01..03, CTL-01). */
import { matches } from "../wamp/uri.ts";
import type { Session } from "./session.ts";
import type { TrustRule } from "./settings.ts";

/** The level of the first rule that matches, 0 where none does; undefined where the realm has no rules. */
export function trustLevel(rules: readonly TrustRule[], uri: string, by: Session): number | undefined {
  if (rules.length === 0) return undefined;
  const rule = rules.find(
    ({ uri: pattern, match, authrole }) =>
      matches(pattern, match, uri) && (authrole === undefined || authrole === by.identity.authrole),
  );
  return rule?.level ?? 0;
}
