import { runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";
import { ADMIN_SECRET } from "../fleet-realm.ts";
import { ask, freshFleet } from "./admin-client.ts";
import { ALL_ROLES, Client, type Wire } from "./client.ts";
import { sleep, stub } from "./object.ts";

const TICKET = { authid: "s1", role: "device", method: "ticket" };

async function add(realm: string, fields: object = TICKET): Promise<string> {
  const { status, body } = await ask("POST", `/api/realms/${realm}/devices`, { body: fields });
  expect(status).toBe(201);
  return (body as { secret: string }).secret; // of a ticket
}

/** The answer to AUTHENTICATE: WELCOME or ABORT. */
async function signIn(
  realm: string,
  authid: string,
  ticket: string,
): Promise<Client & { readonly answer: Wire }> {
  const client = await Client.connect(`/ws/${realm}`);
  client.send(1, realm, { roles: ALL_ROLES, authmethods: ["ticket"], authid });
  const challenge = await client.next();
  if (challenge[0] !== 4) return Object.assign(client, { answer: challenge });
  client.send(5, ticket, {});
  return Object.assign(client, { answer: await client.next() });
}

async function welcome(realm: string, authid: string, ticket: string): Promise<Client> {
  const client = await signIn(realm, authid, ticket);
  expect(client.answer).toMatchObject([2, expect.any(Number), { authid, authprovider: "device" }]);
  return client;
}

const goodbye = (message: string): Wire => [6, { message }, "wamp.close.killed"];

test("RULE-62 a device that was added signs in, and once it is disabled it is out and stays out", async () => {
  const realm = freshFleet();
  const secret = await add(realm);
  const other = await add(realm, { ...TICKET, authid: "s2" });
  const [one, two, neighbour] = [
    await welcome(realm, "s1", secret),
    await welcome(realm, "s1", secret),
    await welcome(realm, "s2", other),
  ];
  const path = `/api/realms/${realm}/devices/s1`;
  expect((await ask("PATCH", path, { body: { disabled: true } })).status).toBe(200);
  expect(await one.next()).toEqual(goodbye("this device was disabled"));
  expect(await two.next()).toEqual(goodbye("this device was disabled"));
  expect((await signIn(realm, "s1", secret)).answer).toMatchObject([
    3,
    {},
    "wamp.error.authentication_denied",
  ]);
  expect(await neighbour.soFar()).toEqual([]);
  expect((await ask("GET", `/api/realms/${realm}/sessions?authid=s1`)).body).toEqual({ sessions: [] });
  expect((await ask("PATCH", path, { body: { disabled: false } })).status).toBe(200);
  await welcome(realm, "s1", secret);
});

test.each([
  ["rotating", "POST", "/rotate", { method: "ticket" }, "this device was given a new credential"],
  ["another role", "PATCH", "", { role: "guest" }, "this device was given another role"],
  ["deleting", "DELETE", "", undefined, "this device was deleted"],
])("RULE-62 %s ends its session, asleep or awake", async (_what, method, tail, body, why) => {
  for (const quiet of [false, true]) {
    const realm = freshFleet();
    const client = await welcome(realm, "s1", await add(realm));
    if (quiet) await sleep(realm);
    const { status } = await ask(method, `/api/realms/${realm}/devices/s1${tail}`, { ...(body && { body }) });
    expect(status).toBe(200);
    expect(await client.next()).toEqual(goodbye(why));
  }
});

test("RULE-60 devices and claims survive sleep", async () => {
  const realm = freshFleet();
  const secret = await add(realm, { ...TICKET, note: "roof" });
  await ask("POST", `/api/realms/${realm}/claims`, {
    body: { role: "device", authid: "s7", expires: Date.now() + 600_000 },
  });
  const state = async () => [
    await ask("GET", `/api/realms/${realm}/devices`),
    await ask("GET", `/api/realms/${realm}/claims`),
  ];
  const before = await state();
  expect(before).toMatchObject([
    { body: { devices: [{ note: "roof" }] } },
    { body: { claims: [{ authid: "s7" }] } },
  ]);
  await sleep(realm);
  expect(await state()).toEqual(before);
  await welcome(realm, "s1", secret);
});

test("RULE-62 S8 a device that is gone from the rows when its realm wakes hears not one event", async () => {
  const realm = freshFleet();
  const names = ["s1", "s2", "s3"];
  const devices: Client[] = [];
  for (const authid of names) {
    const device = await welcome(realm, authid, await add(realm, { ...TICKET, authid }));
    device.send(32, 1, {}, "com.fleet.all");
    expect(await device.next()).toMatchObject([33, 1, expect.any(Number)]);
    devices.push(device);
  }
  const publisher = await Client.join(realm);
  await sleep(realm);
  await runInDurableObject(stub(realm), (_object, { storage }) => {
    storage.sql.exec("DELETE FROM principal WHERE authid = 's1'");
    storage.sql.exec("UPDATE principal SET disabled = 1 WHERE authid = 's2'");
  });
  await sleep(realm);
  publisher.send(16, 1, { acknowledge: true }, "com.fleet.all", [1]);
  expect(await publisher.next()).toMatchObject([17, 1, expect.any(Number)]);
  const [first, second, third] = devices as [Client, Client, Client];
  for (const gone of [first, second]) {
    expect(await gone.next()).toEqual(goodbye("its role or its principal is gone"));
    gone.send(6, {}, "wamp.close.goodbye_and_out");
    expect(await gone.closed).toMatchObject({ code: 1000 });
  }
  expect(await third.soFar()).toEqual([[36, expect.any(Number), expect.any(Number), {}, [1]]]);
});

test("RULE-61 no row and no line of the log holds a secret or a token in the clear", async () => {
  const realm = freshFleet();
  const lines = (["log", "info", "warn", "error", "debug"] as const).map((level) => vi.spyOn(console, level));
  const secrets: string[] = [];
  for (const method of ["ticket", "wampcra", "wamp-scram"]) {
    secrets.push(await add(realm, { ...TICKET, authid: method, method }));
    const { body } = await ask("POST", `/api/realms/${realm}/devices/${method}/rotate`, { body: { method } });
    secrets.push((body as { secret: string }).secret);
  }
  const claim = { role: "device", expires: Date.now() + 600_000 };
  const { body } = await ask("POST", `/api/realms/${realm}/claims`, { body: claim });
  secrets.push((body as { token: string }).token);
  expect(secrets.map((secret) => secret.length)).toEqual(Array(7).fill(43));
  const rows = await everyRow(realm);
  expect(rows).toContain("ticket");
  expect(rows).toContain("wamp-scram");
  await signIn(realm, "ticket", secrets[0] ?? "");
  await ask("GET", `/api/realms/${realm}/devices`, { headers: { Authorization: "Bearer canary-9hXw2LqP" } });
  const logged = JSON.stringify(lines.map(({ mock }) => mock.calls));
  expect(logged).toContain("device.rotate");
  for (const secret of [...secrets, ADMIN_SECRET, "canary-9hXw2LqP"]) {
    expect(rows).not.toContain(secret);
    expect(logged).not.toContain(secret);
  }
});

test("RULE-60 when everything is deleted no row of a device or a claim is left", async () => {
  const realm = freshFleet();
  const keys = ["a".repeat(64), "b".repeat(64)];
  await ask("POST", `/api/realms/${realm}/devices`, {
    body: { authid: "s1", role: "device", method: "cryptosign", publicKeys: keys },
  });
  const claim = { role: "device", expires: Date.now() + 600_000 };
  const { body } = await ask("POST", `/api/realms/${realm}/claims`, { body: claim });
  const count = (table: string) =>
    runInDurableObject(
      stub(realm),
      (_object, { storage }) =>
        storage.sql.exec<{ all: number }>(`SELECT count(*) AS 'all' FROM ${table}`).one().all,
    );
  expect(await Promise.all(["principal", "principal_key", "claim"].map(count))).toEqual([1, 2, 1]);
  await ask("DELETE", `/api/realms/${realm}/devices/s1`);
  await ask("DELETE", `/api/realms/${realm}/claims/${(body as { id: string }).id}`);
  expect(await Promise.all(["principal", "principal_key", "claim"].map(count))).toEqual([0, 0, 0]);
});

test("RULE-64 who administers the realm does in it what the admin API does", async () => {
  const realm = freshFleet();
  const admin = await Client.join(realm); // the tests' anonymous role is admin
  admin.send(48, 1, {}, "edgebahn.device.add", ["s1"], { role: "device", method: "ticket" });
  const [, , , [added]] = (await admin.next()) as [number, number, object, [{ secret: string }]];
  expect(added).toMatchObject({ authid: "s1", role: "device", method: "ticket", disabled: false });
  const device = await welcome(realm, "s1", added.secret);
  admin.send(48, 2, {}, "edgebahn.device.list");
  const { secret, ...view } = added;
  expect(await admin.next()).toEqual([50, 2, {}, [{ devices: [view] }]]);
  expect((await ask("GET", `/api/realms/${realm}/devices`)).body).toEqual({ devices: [view] });
  admin.send(48, 3, {}, "edgebahn.device.disable", ["s1"]);
  expect(await admin.next()).toMatchObject([50, 3, {}, [{ authid: "s1", disabled: true }]]);
  expect(await device.next()).toEqual(goodbye("this device was disabled"));
  admin.send(48, 4, {}, "edgebahn.device.get", ["s9"]);
  expect(await admin.next()).toEqual([
    8,
    48,
    4,
    {},
    "edgebahn.error.no_such_device",
    ["there is no device s9"],
  ]);
});

test("RULE-04 a device administers nothing", async () => {
  const realm = freshFleet();
  const device = await welcome(realm, "s1", await add(realm));
  for (const [request, operation] of [
    "device.list",
    "device.add",
    "claim.issue",
    "explain",
    "nothing",
  ].entries()) {
    device.send(48, request + 1, {}, `edgebahn.${operation}`);
    const answer = await device.next();
    expect(answer.slice(0, 5)).toEqual([8, 48, request + 1, {}, "wamp.error.not_authorized"]);
  }
});

/** The text of every row of every table. */
function everyRow(realm: string): Promise<string> {
  return runInDurableObject(stub(realm), (_object, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return JSON.stringify(tables.map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });
}
