/** A realm open to everybody on this machine, for tests and benchmarks of anything but who may do what. */

/** A role as it would stand in wrangler.toml: may do everything, as fast as it likes, and hold as much as it likes. */
export const openRole = {
  name: "anonymous",
  permissions: [
    {
      uri: "",
      match: "prefix",
      allow: { call: true, register: true, publish: true, subscribe: true },
    },
  ],
  limits: {
    messages: 0,
    subscriptions: 1_000_000,
    registrations: 1_000_000,
    patterns: 1_000_000,
    pendingCalls: 1_000_000,
    pendingInvocations: 1_000_000,
  },
};

/** @param settings what is different about it, as in wrangler.toml */
export function openRealm<Settings extends object>(name: string, settings?: Settings) {
  return {
    name,
    anonymous: "local",
    roles: [openRole],
    limits: { sessions: 32_768 },
    ...settings,
  };
}
