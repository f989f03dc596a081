/** What becomes of an authorizer's answer, and of what strangers put into the log. */
import { expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import { logLine } from "../../src/cloudflare/log-line.ts";
import { decider, mayBy } from "../../src/cloudflare/policy.ts";
import { Undecided } from "../../src/router/authorization.ts";
import type { Identity } from "../../src/router/session.ts";

const identity: Identity = {
  session: 1,
  authid: "alice",
  authrole: "user",
  authmethod: "ticket",
  authprovider: "static",
  roles: {},
};

test.each([true, false])(
  "AZN-11 CID-05 an authorizer discloses only where the realm lets anybody be disclosed: %s",
  async (allowDisclose) => {
    const roles = [{ name: "user", permissions: [], authorizer: "com.authorize" }];
    const authority = new Authority({ realm: "realm1", roles, now: () => 0 });
    const ask = () => Promise.resolve({ args: [{ allow: true, disclose: true, cache: true }], kwargs: {} });
    const decide = decider({ authority, ask, realm: "realm1", roles: [], settings: { allowDisclose } });
    await decide(new Undecided(identity, { action: "call", uri: "com.x", match: "exact" }));
    expect(mayBy(authority)(identity, "call", "com.x", "exact")).toEqual({
      allow: true,
      disclose: allowDisclose,
      exceptions: false,
    });
  },
);

test("S15 what stands in a line of the log cannot end it", () => {
  expect(logLine({ event: "enrolled", authid: "s1\u2028\u202e{}" })).toBe(
    '{"event":"enrolled","authid":"s1\\\\u{2028}\\\\u{202e}{}"}',
  );
});
