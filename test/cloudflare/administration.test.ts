import { describe, expect, test } from "vitest";
import { Authority } from "../../src/auth/authority.ts";
import { type AdminRequest, OPERATIONS, type Operation } from "../../src/auth/device-operations.ts";
import { Devices } from "../../src/auth/devices.ts";
import { adminDesk } from "../../src/cloudflare/admin-procedures.ts";
import { Administration } from "../../src/cloudflare/administration.ts";
import type { Listed } from "../../src/gateway/gateway.ts";
import type { Identity } from "../../src/router/session.ts";
import { MemoryDevices } from "../auth/memory-devices.ts";

const NOW = Date.UTC(2026, 10, 22);
const session = (id: number, authid: string): Listed => ({
  session: id,
  authid,
  authrole: "device",
  authmethod: "ticket",
  authprovider: "device",
  joined: NOW,
});

function office({ sessions = [] as Listed[] } = {}) {
  const log: unknown[] = [];
  const kicked: unknown[] = [];
  const purged: unknown[] = [];
  const store = new MemoryDevices();
  const devices = new Devices({
    store,
    now: () => NOW,
    roles: ["device"],
    configured: () => false,
    ended: () => {},
    most: 100,
  });
  const allow = { call: false, register: false, publish: true, subscribe: false };
  const rule = { uri: "com.{authid}", match: "exact", allow, cache: true } as const;
  const authority = new Authority({
    realm: "realm1",
    roles: [{ name: "device", permissions: [{ ...rule, disclose: { caller: false, publisher: false } }] }],
    now: () => NOW,
  });
  const administration = new Administration({
    devices,
    claims: {
      issue: () => ({ token: "t" }),
      list: () => ({ claims: [] }),
      revoke: () => {
        throw new Error("a fault of our own");
      },
    },
    sessions: () => sessions,
    subject: (id) => sessions.find((each) => each.session === id),
    kick: (id, message) => {
      kicked.push([id, message]);
      return sessions.some((each) => each.session === id);
    },
    explain: (...asked) => authority.explain(...asked),
    roleOf: (authid) => store.find(authid)?.authrole,
    purge: (which) => purged.push(which),
    log: (entry) => log.push(entry),
  });
  const ask = (operation: Operation, fields: AdminRequest["fields"] = {}) =>
    administration.answer({ operation, fields, by: "tester" });
  return { ask, administration, log, kicked, purged, store };
}

const TICKET = { authid: "s1", role: "device", method: "ticket" };
const refused = (error: string, message: string, path: string) => ({ ok: false, error, message, path });

describe("the administration of a realm", () => {
  test("RULE-63 what is wrong is an answer that names the field", async () => {
    const { ask } = office();
    expect(await ask("device.add", { ...TICKET, method: "x" })).toEqual(
      refused(
        "wamp.error.invalid_argument",
        "method must be one of ticket, wampcra, wamp-scram, cryptosign, tls",
        "method",
      ),
    );
    expect(await ask("device.get", { authid: "s1" })).toEqual(
      refused("edgebahn.error.no_such_device", "there is no device s1", "authid"),
    );
  });

  test("RULE-06 a fault of our own is no answer", async () => {
    const { ask } = office();
    await expect(ask("claim.revoke", { id: "x" })).rejects.toThrow("a fault of our own");
  });

  test("RULE-61 the log says who did what to whom, and holds no secret", async () => {
    const { ask, log } = office({ sessions: [session(7, "s1")] });
    const added = await ask("device.add", TICKET);
    await ask("device.list");
    await ask("device.get", { authid: "s1" });
    await ask("session.list");
    await ask("device.disable", { authid: "s9" });
    await ask("device.add", { ...TICKET, authid: 7, secret: "canary-secret" });
    await ask("session.kick", { session: 7, message: "canary" });
    await ask("claim.issue", {});
    const entry = (operation: string, rest: object) => ({
      event: "administered",
      operation,
      by: "tester",
      ...rest,
    });
    expect(log).toEqual([
      entry("device.add", { authid: "s1" }),
      entry("device.disable", { authid: "s9", error: "edgebahn.error.no_such_device" }),
      entry("device.add", { error: "wamp.error.invalid_argument" }),
      entry("session.kick", { on: "7" }),
      entry("claim.issue", {}),
    ]);
    const secret = added.ok && (added.result as { secret: string }).secret;
    expect(secret).toHaveLength(43);
    expect(JSON.stringify(log)).not.toContain(secret);
  });

  test("RULE-64 a role, a disabled device and an enabled one are changed by operations of their own", async () => {
    const { ask, store } = office();
    await ask("device.add", TICKET);
    await ask("device.disable", { authid: "s1" });
    expect(store.find("s1")?.disabled).toBe(true);
    await ask("device.enable", { authid: "s1" });
    expect(store.find("s1")?.disabled).toBe(false);
    expect(await ask("device.set_role", { authid: "s1", role: "x" })).toMatchObject({ path: "role" });
    expect(await ask("device.set_role", { authid: "s1", role: "device" })).toMatchObject({ ok: true });
    expect(await ask("device.change", { authid: "s1" })).toMatchObject({ ok: false, path: "role" });
    expect(await ask("device.change", { authid: "s1", note: "x" })).toMatchObject({ result: { note: "x" } });
    expect(await ask("device.disable", { authid: "s1", disabled: false })).toMatchObject({
      path: "disabled",
    });
    await ask("device.delete", { authid: "s1" });
    expect(store.count()).toBe(0);
  });

  test("S18 sessions are listed by id, in bounded pages, with what the meta API tells and when they joined", async () => {
    const { ask } = office({ sessions: [session(30, "b"), session(10, "a"), session(20, "a")] });
    const view = (id: number, authid: string) => ({
      ...session(id, authid),
      joined: "2026-11-22T00:00:00.000Z",
    });
    expect(await ask("session.list", { limit: 2 })).toEqual({
      ok: true,
      result: { sessions: [view(10, "a"), view(20, "a")], next: 20 },
    });
    expect(await ask("session.list", { limit: 2, after: 20 })).toEqual({
      ok: true,
      result: { sessions: [view(30, "b")] },
    });
    expect(await ask("session.list", { authid: "b" })).toEqual({
      ok: true,
      result: { sessions: [view(30, "b")] },
    });
    for (const bad of [{ limit: "NaN" }, { limit: -1 }, { after: -1 }, { after: "1;2" }, { offset: 1 }]) {
      expect(await ask("session.list", bad)).toMatchObject({ ok: false });
    }
  });

  test("S18 only a session that is there can be ended, by its whole id", async () => {
    const { ask, kicked } = office({ sessions: [session(10, "a")] });
    expect(await ask("session.kick", { session: "10" })).toEqual({ ok: true, result: { session: 10 } });
    expect(await ask("session.kick", { session: 11, message: "go" })).toEqual(
      refused("wamp.error.no_such_session", "there is no session 11", "session"),
    );
    expect(kicked).toEqual([
      [10, "an administrator ended this session"],
      [11, "go"],
    ]);
    for (const id of ["*", "1e1", "10.0", "", 0, -10, 2 ** 53, "0x0a", " 10"]) {
      expect(await ask("session.kick", { session: id })).toMatchObject({ path: "session" });
    }
    expect(kicked).toHaveLength(2);
  });

  test("AZN-10 explains by session, by authid or by role which rule decides", async () => {
    const { ask } = office({ sessions: [session(10, "a")] });
    await ask("device.add", TICKET);
    const about = { action: "publish", uri: "com.a" };
    const why = (answer: unknown) => (answer as { result: { why: string; allow: boolean } }).result;
    expect(why(await ask("explain", { session: 10, ...about }))).toMatchObject({
      allow: true,
      why: expect.stringContaining('role device: permissions[0] (exact "com.{authid}") allows publish'),
    });
    expect(why(await ask("explain", { authid: "s1", ...about }))).toMatchObject({
      allow: false,
      why: expect.stringContaining("role device: no rule matches"),
    });
    expect(why(await ask("explain", { authid: "s1", ...about, uri: "com.s1" }))).toMatchObject({
      allow: true,
    });
    expect(why(await ask("explain", { authid: "x", role: "device", ...about, uri: "com.x" }))).toMatchObject({
      allow: true,
    });
    expect(why(await ask("explain", { role: "device", ...about, action: "call" }))).toMatchObject({
      allow: false,
    });
    const pattern = { role: "device", action: "subscribe", uri: "", match: "prefix" };
    expect(why(await ask("explain", { ...pattern }))).toMatchObject({ allow: false });
  });

  test.each([
    ["authid", "wamp.error.no_such_principal", { authid: "x", action: "call", uri: "a" }],
    ["session", "wamp.error.no_such_session", { session: 3, action: "call", uri: "a" }],
    ["authid", "wamp.error.invalid_argument", { action: "call", uri: "a" }],
    ["action", "wamp.error.invalid_argument", { role: "device", action: "kick", uri: "a" }],
    ["match", "wamp.error.invalid_argument", { role: "device", action: "call", uri: "a", match: "glob" }],
    ["uri", "wamp.error.invalid_argument", { role: "device", action: "call", uri: "a..b" }],
    ["uri", "wamp.error.invalid_argument", { role: "device", action: "call" }],
    ["topic", "wamp.error.invalid_argument", { role: "device", action: "call", uri: "a", topic: "b" }],
  ])("RULE-63 cannot explain without a sound %s (%s)", async (path, error, fields) => {
    const { ask } = office();
    expect(await ask("explain", fields)).toMatchObject({ ok: false, error, path });
  });

  test("AZN-12 forgets what the authorizer said of somebody's sessions, or of all", async () => {
    const { ask, purged } = office({ sessions: [session(30, "b"), session(10, "a"), session(20, "a")] });
    expect(await ask("authorizer.purge", { authid: "a" })).toEqual({
      ok: true,
      result: { authid: "a", sessions: 2 },
    });
    expect(await ask("authorizer.purge")).toEqual({ ok: true, result: {} });
    expect(purged).toEqual([[10, 20], undefined]);
  });
});

describe("the procedures of the administration", () => {
  const caller = { session: 5, authid: "boss", authrole: "backend" } as Identity;
  const call = async (from: Administration, procedure: string, ...args: unknown[]) => {
    const found = adminDesk(from)(caller, procedure);
    if (!found) throw new Error(`no procedure ${procedure}`);
    return found({ args, kwargs: {} }, caller);
  };

  test("RULE-64 each operation is a procedure, and nothing else is", () => {
    const { administration } = office();
    const desk = adminDesk(administration);
    for (const operation of Object.keys(OPERATIONS)) {
      expect(desk(caller, `edgebahn.${operation}`)).toBeTypeOf("function");
      expect(desk(caller, operation)).toBeUndefined();
    }
    for (const none of [
      "edgebahn.",
      "edgebahn",
      "edgebahn.toString",
      "edgebahn.device",
      "edgebahn.constructor",
    ]) {
      expect(desk(caller, none)).toBeUndefined();
    }
    expect(Object.keys(OPERATIONS)).toHaveLength(16);
  });

  test("RULE-64 arguments come by position, by name, or both, and the answer is one argument", async () => {
    const { administration, store, log } = office();
    const add = adminDesk(administration)(caller, "edgebahn.device.add");
    const added = await add?.({ args: ["s1"], kwargs: { role: "device", method: "ticket" } }, caller);
    expect(added).toEqual({ args: [expect.objectContaining({ authid: "s1", secret: expect.any(String) })] });
    await call(administration, "edgebahn.device.add", "s2", "device", "wampcra");
    expect([...store.devices.keys()]).toEqual(["s1", "s2"]);
    expect(await call(administration, "edgebahn.device.list")).toMatchObject({
      args: [{ devices: [{ authid: "s1" }, { authid: "s2" }] }],
    });
    expect(log.at(-1)).toMatchObject({ operation: "device.add", by: "wamp boss", authid: "s2" });
  });

  test("RULE-64 what is wrong is an ERROR with the same URI and text", async () => {
    const { administration } = office();
    const desk = adminDesk(administration);
    await expect(call(administration, "edgebahn.device.get", "s9")).rejects.toMatchObject({
      name: "WampError",
      uri: "edgebahn.error.no_such_device",
      message: "there is no device s9",
    });
    await expect(call(administration, "edgebahn.device.get", "s1", "s2")).rejects.toMatchObject({
      uri: "wamp.error.invalid_argument",
      message: "edgebahn.device.get takes by position: authid",
    });
    await expect(call(administration, "edgebahn.device.list", "s1")).rejects.toThrow(
      "edgebahn.device.list takes by position: nothing",
    );
    const twice = desk(caller, "edgebahn.device.get")?.({ args: ["s1"], kwargs: { authid: "s2" } }, caller);
    await expect(twice).rejects.toThrow("authid is given twice");
  });
});
