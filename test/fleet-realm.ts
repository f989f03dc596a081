/** A realm with devices and those who manage them, for tests of what changes at run time. */

const everything = {
  uri: "",
  match: "prefix",
  allow: { call: true, register: true, publish: true, subscribe: true },
};

/** Opens the admin API of the tests: random, as the router wants it. */
export const ADMIN_SECRET = "kq4yZ8rT2mVn6BxW0cJdF7hLpS3uGaQe";

/** As it would stand in wrangler.toml. Local anonymous clients manage it, which only a test would allow. */
export function fleetRealm(name: string) {
  return {
    name,
    anonymous: "local",
    roles: [
      { name: "anonymous", admin: true, permissions: [everything] },
      {
        name: "device",
        permissions: [
          { uri: "com.fleet.{authid}.", match: "prefix", allow: { publish: true, register: true } },
          { uri: "com.fleet.all", allow: { subscribe: true } },
        ],
      },
      { name: "guest" },
    ],
    principals: [{ authid: "backend", role: "device", method: "cryptosign", publicKeys: ["ab".repeat(32)] }],
  };
}
