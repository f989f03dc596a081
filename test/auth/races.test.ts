/** What changes while somebody is asked or judged: what was found before holds no longer. */
import { expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import { DeviceBook } from "../../src/auth/device-book.ts";
import { Fields } from "../../src/auth/device-fields.ts";
import { Devices } from "../../src/auth/devices.ts";
import { DynamicAuthenticator } from "../../src/auth/dynamic.ts";
import { Ticket } from "../../src/auth/ticket.ts";
import { decider, mayBy } from "../../src/cloudflare/policy.ts";
import type { Ask } from "../../src/gateway/asking.ts";
import { Undecided } from "../../src/router/authorization.ts";
import { signIn } from "./attempt.ts";
import { MemoryDevices } from "./memory-devices.ts";

test("S8 who was found before its credential was changed is not welcome, in the same millisecond too", async () => {
  const store = new MemoryDevices();
  const ports = { store, now: () => 1, roles: ["device"], configured: () => false, ended: () => {}, most: 9 };
  const devices = new Devices(ports);
  const book = new DeviceBook(store);
  const { secret = "" } = await devices.add(new Fields({ authid: "s1", role: "device", method: "ticket" }));
  const method = new Ticket({ book });
  const answer = { type: "AUTHENTICATE", signature: secret, extra: {} } as const;
  const verdict = await method.verify(signIn({ hello: { authid: "s1" } }), {}, answer);
  if (!("principal" in verdict)) throw new Error("a right ticket was not enough");
  const { principal } = verdict;
  expect(book.welcomes(principal, principal)).toBe(true);
  await devices.rotate(new Fields({ authid: "s1", method: "ticket" }));
  expect(book.welcomes(principal, principal)).toBe(false);
  expect(book.welcomes(principal)).toBe(true); // who has been here ends otherwise: not every change ends it
});

test("AZN-11 what an authorizer answers to a question from before a purge is not kept: it is asked again", async () => {
  const roles = [{ name: "device", permissions: [], authorizer: "com.authorize" }];
  const authority = new Authority({ realm: "realm1", roles, now: () => 1 });
  const may = mayBy(authority);
  const identity = {
    session: 7,
    authid: "alice",
    authrole: "device",
    authmethod: "ticket",
    authprovider: "static",
    roles: {},
  };
  let asked = 0;
  const ask: Ask = async () => {
    asked++;
    if (asked === 1) authority.purge(identity);
    if (asked === 2) authority.purge();
    return { args: [{ allow: asked < 3, cache: true }], kwargs: {} };
  };
  const wanted = new Undecided(identity, { action: "call", uri: "com.x", match: "exact" });
  await decider({ authority, ask, realm: "realm1", roles: [], settings: { allowDisclose: true } })(wanted);
  expect(asked).toBe(3);
  expect(may(identity, "call", "com.x", "exact").allow).toBe(false);
});

test.each(["boss", "anonymous"])(
  "AUT-18 an authenticator may not grant the role %s, and its fault is logged",
  async (role) => {
    const log: unknown[] = [];
    const authenticator = new DynamicAuthenticator({
      procedures: { ticket: "com.x.decide" },
      ask: async () => ({ args: [{ role, authid: "joe" }], kwargs: {} }),
      log: (entry) => log.push(entry),
      grants: (authrole) => authrole === "guest",
    });
    await expect(authenticator.judgeTicket(signIn({ hello: { authid: "joe" } }), "t")).rejects.toMatchObject({
      reason: "wamp.error.authentication_failed",
    });
    const fault = "role is one that an authenticator may not grant: anonymous, or one with admin";
    expect(log).toEqual([{ event: "authenticator", procedure: "com.x.decide", method: "ticket", fault }]);
  },
);
