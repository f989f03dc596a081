/** The realms in which the object plays scenarios, as they would stand in wrangler.toml: one for each kind of settings. */
import { LIMITS, POLICIES, ROLES, type Settings } from "./premises.ts";

/** The later policies disclose, which the settings must allow. */
const KINDS: readonly Settings[] = [
  { allowDisclose: false, progressiveResults: "compat" },
  { allowDisclose: false, progressiveResults: "strict" },
  { allowDisclose: true, progressiveResults: "compat" },
  { allowDisclose: true, progressiveResults: "strict" },
];

/** Which kind of realm has these settings. Its number is that of its policy too. */
export function kindOf({ allowDisclose, progressiveResults }: Settings): number {
  return KINDS.findIndex(
    (each) => each.allowDisclose === allowDisclose && each.progressiveResults === progressiveResults,
  );
}

export const modelRealm = (kind: number): string => `model${kind}`;

export const MODEL_REALMS = KINDS.map((settings, kind) => ({
  name: modelRealm(kind),
  ...settings,
  anonymous: "local",
  enableMetaKill: true,
  enableMetaModify: true,
  roles: ROLES.map((name) => ({
    name,
    permissions: (POLICIES[kind]?.[name] ?? []).map(({ uri, match, allow, disclose = false }) => ({
      uri,
      match,
      allow: Object.fromEntries(allow.map((action) => [action, true])),
      disclose: { caller: disclose, publisher: disclose },
    })),
    limits: { messages: 0, ...LIMITS },
  })),
}));
