/** S8: rights that are taken away while somebody uses them. */
import { expect, test } from "vitest";
import { DeviceBook } from "../../src/auth/device-book.ts";
import type { RoleRules } from "../../src/auth/permission.ts";
import { digestOf } from "../../src/auth/secret.ts";
import { signInDoors } from "../../src/cloudflare/sign-in.ts";
import { readConfig } from "../../src/config.ts";
import { MemoryDevices } from "../auth/memory-devices.ts";
import { newSecret } from "../config/scene.ts";
import { ROLES } from "../gateway/client.ts";
import { ask, EVERYTHING, MOCK_KEY, partsOf, Room, rolesOf } from "./room.ts";

const SECRETS = { ALICE_TICKET: newSecret(), BOB_TICKET: newSecret() };
const SUBSCRIBE = { subscribe: true };

function vars(permissions: readonly object[], more: object = {}) {
  return {
    roles: [
      { name: "user", permissions, ...more },
      { name: "all", permissions: [EVERYTHING] },
    ],
    principals: [
      { authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" },
      { authid: "bob", role: "all", method: "ticket", secret: "BOB_TICKET" },
    ],
  };
}

function rules(permissions: readonly object[], more: object = {}): readonly RoleRules[] {
  const { defaultRealm } = readConfig({
    ...SECRETS,
    REALMS: [{ name: "realm1", ...vars(permissions, more) }],
  });
  return defaultRealm ? rolesOf(defaultRealm) : [];
}

test("S8 what is denied of a pattern is withheld though nobody can decide on the pattern any more", async () => {
  const parts = partsOf(vars([{ uri: "com.", match: "prefix", allow: SUBSCRIBE }]), SECRETS);
  const room = new Room(parts);
  const alice = await room.join("alice", SECRETS.ALICE_TICKET);
  const bob = await room.join("bob", SECRETS.BOB_TICKET);
  expect(await ask(alice, 32, 1, { match: "prefix" }, "com.")).toEqual([[33, 1, 1]]);
  const topics = async () => {
    for (const topic of ["com.open", "com.shut"]) await ask(bob, 16, 1, {}, topic, [topic]);
    return alice.heard().map((event) => (event as [number, number, number, object, [string]])[4][0]);
  };
  expect(await topics()).toEqual(["com.open", "com.shut"]);
  room.change(rules([{ uri: "com.shut" }], { authorizer: "com.authorize" }));
  expect(alice.heard()).toEqual([]);
  expect(await topics()).toEqual(["com.open"]);
  room.sleep();
  expect(await topics()).toEqual(["com.open"]);
});

test("S8 a realm that wakes with another configuration has other rights, and those whose role is gone are sent away", async () => {
  const room = new Room(partsOf(vars([{ uri: "com.x", allow: SUBSCRIBE }]), SECRETS));
  const alice = await room.join("alice", SECRETS.ALICE_TICKET);
  const bob = await room.join("bob", SECRETS.BOB_TICKET);
  expect(await ask(alice, 32, 1, {}, "com.x")).toEqual([[33, 1, 1]]);
  room.sleep(
    partsOf(
      {
        roles: [{ name: "all", permissions: [EVERYTHING] }],
        principals: [{ authid: "bob", role: "all", method: "ticket", secret: "BOB_TICKET" }],
      },
      SECRETS,
    ),
  );
  expect(alice.heard()).toEqual([[6, { message: "its role or its principal is gone" }, "wamp.close.killed"]]);
  expect(await ask(bob, 48, 1, {}, "wamp.session.count")).toEqual([[50, 1, {}, [1]]]);
});

test("S8 a pattern that somebody serves is taken away once a procedure in it is denied", async () => {
  const room = new Room(
    partsOf(vars([{ uri: "com.", match: "prefix", allow: { register: true } }]), SECRETS),
  );
  const features = { roles: { callee: { features: { registration_revocation: true } } } };
  const alice = await room.join("alice", SECRETS.ALICE_TICKET, features);
  const bob = await room.join("bob", SECRETS.BOB_TICKET);
  expect(await ask(alice, 64, 1, { match: "prefix" }, "com.")).toEqual([[65, 1, 1]]);
  expect(await ask(alice, 64, 2, {}, "com.open")).toEqual([[65, 2, 2]]);
  room.change(rules([{ uri: "com.", match: "prefix", allow: { register: true } }, { uri: "com.shut" }]));
  expect(alice.heard()).toEqual([[67, 0, { registration: 1, reason: "wamp.error.not_authorized" }]]);
  const called = async (request: number, procedure: string) =>
    (await ask(bob, 48, request, {}, procedure))[0]?.[4];
  expect(await called(1, "com.shut")).toBe("wamp.error.no_such_procedure");
  expect(await called(2, "com.other")).toBe("wamp.error.no_such_procedure");
  await ask(bob, 48, 3, {}, "com.open");
  expect(alice.heard()).toEqual([[68, 1, 2, {}]]);
});

test("SMA-29 S8 a session that was modified is judged after sleep by who signed in, and its new role must be there", async () => {
  const settings = { metaApi: true, enableMetaModify: true };
  const { principals } = vars([]);
  const roles = [
    { name: "user", permissions: [] },
    { name: "other", permissions: [] },
    { name: "all", permissions: [EVERYTHING] },
  ];
  const room = new Room(partsOf({ ...settings, roles, principals }, SECRETS));
  const alice = await room.join("alice", SECRETS.ALICE_TICKET);
  const bob = await room.join("bob", SECRETS.BOB_TICKET);
  const session = (await ask(bob, 48, 1, {}, "wamp.session.list", [["user"]]))[0]?.[3] as [[number]];
  const modify = async (request: number, delta: object) =>
    (await ask(bob, 48, request, {}, "wamp.session.modify_details", [session[0][0], delta]))[0]?.[0];
  expect(await modify(2, { authrole: "gone" })).toBe(8);
  expect(await modify(3, { authid: "renamed", authrole: "other" })).toBe(50);
  room.sleep();
  expect(alice.heard()).toEqual([]);
  expect((await ask(bob, 48, 4, {}, "wamp.session.get", session[0]))[0]?.[3]).toEqual([
    expect.objectContaining({ authid: "renamed", authrole: "other" }),
  ]);
  room.sleep(partsOf({ ...settings, roles, principals: principals.slice(1) }, SECRETS));
  expect(alice.heard()).toEqual([[6, { message: "its role or its principal is gone" }, "wamp.close.killed"]]);
});

test("S8 a device that is given another credential while it signs in by the old one is not admitted by it", async () => {
  const parts = partsOf({ roles: [{ name: "all", permissions: [EVERYTHING] }] });
  const rows = new MemoryDevices();
  const secret = newSecret();
  const device = { authid: "s1", authrole: "all", disabled: false, created: 1 };
  const row = async (ticket: string, changed: number) => ({
    ...device,
    changed,
    credential: { method: "ticket", digest: await digestOf(ticket) } as const,
  });
  const [before, after] = [await row(secret, 1), await row(newSecret(), 2)];
  rows.put(before);
  const devices = new DeviceBook(rows);
  const { defaultRealm: config } = readConfig({ REALMS: [{ name: "realm1", roles: [{ name: "all" }] }] });
  const env = {};
  const mockKey = () => MOCK_KEY;
  const doors: typeof parts.doors = (ports) =>
    signInDoors({ ...ports, realm: "realm1", config, env, devices, mockKey });
  const room = new Room({ ...parts, doors });
  await room.join("s1", secret);
  const client = room.open();
  await ask(client, 1, "realm1", { ...ROLES, authmethods: ["ticket"], authid: "s1" });
  client.say(5, secret, {});
  rows.put(after);
  await client.busy;
  expect(client.heard()).toEqual([[3, expect.anything(), "wamp.error.authentication_denied"]]);
});
