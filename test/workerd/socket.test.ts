import { createExecutionContext, listDurableObjectIds } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import worker from "../../src/worker.ts";
import { ALL_ROLES, Client, upgrade } from "./client.ts";
import { freshRealm, pass, ring, rowCounts, sleep } from "./object.ts";

const JSON_OFFER = { "Sec-WebSocket-Protocol": "wamp.2.json" };

test("TRN-01 the router picks one offered subprotocol and returns exactly that string", async () => {
  const response = await upgrade("/ws", { "Sec-WebSocket-Protocol": "nonsense, wamp.2.cbor, wamp.2.json" });
  expect(response.status).toBe(101);
  expect(response.headers.get("Sec-WebSocket-Protocol")).toBe("wamp.2.cbor");
  response.webSocket?.accept();
  response.webSocket?.close();
});

test("TRN-05 without an overlap the upgrade is refused with 400, naming what is supported", async () => {
  const response = await upgrade("/ws", { "Sec-WebSocket-Protocol": "wamp.2.ubjson" });
  expect(response.status).toBe(400);
  expect(await response.text()).toBe(
    "Sec-WebSocket-Protocol must name at least one of wamp.2.json, wamp.2.msgpack, wamp.2.cbor, " +
      "wamp.2.json.batched, wamp.2.msgpack.batched, wamp.2.cbor.batched.\n",
  );
});

test("TRN-06 without any subprotocol the upgrade is refused with 400", async () => {
  expect((await upgrade("/ws", {})).status).toBe(400);
});

test("TRN-19 a web page from elsewhere is refused, the router's own pages and devices are not", async () => {
  expect((await upgrade("/ws", { ...JSON_OFFER, Origin: "https://evil.example" })).status).toBe(403);
  for (const headers of [JSON_OFFER, { ...JSON_OFFER, Origin: "http://localhost:3000" }]) {
    const response = await upgrade("/ws", headers);
    expect(response.status).toBe(101);
    response.webSocket?.accept();
    response.webSocket?.close();
  }
});

test("SES-11 an unknown realm in the address is refused before any object exists", async () => {
  const before = await listDurableObjectIds(env.REALM);
  const response = await upgrade("/ws/com.unknown", JSON_OFFER);
  expect(response.status).toBe(404);
  expect(await response.text()).toBe('There is no realm "com.unknown" on this router; /ws is "realm1".\n');
  expect(await listDurableObjectIds(env.REALM)).toEqual(before);
});

test("SES-11 an unknown realm in HELLO, and one that lives elsewhere, are refused with the right address", async () => {
  const ask = async (realm: string) => {
    const client = await Client.connect("/ws");
    client.send(1, realm, { roles: ALL_ROLES });
    return client.next();
  };
  expect(await ask("com.unknown")).toEqual([
    3,
    { message: "there is no realm com.unknown on this router; this address serves realm1" },
    "wamp.error.no_such_realm",
  ]);
  expect(await ask("realm2")).toEqual([
    3,
    { message: "this address serves realm1; connect to /ws/realm2 for realm2" },
    "wamp.error.no_such_realm",
  ]);
});

test("SES-10 realms are isolated: no event and no call crosses", async () => {
  const [here, there] = [freshRealm(), freshRealm()];
  const [alice, bob] = [await Client.join(here), await Client.join(there)];
  bob.send(32, 1, {}, "com.x");
  bob.send(64, 2, {}, "com.x");
  expect([await bob.next(), await bob.next()]).toEqual([
    [33, 1, 1],
    [65, 2, 1],
  ]);
  alice.send(16, 1, { acknowledge: true }, "com.x");
  expect((await alice.next())[0]).toBe(17);
  alice.send(48, 2, {}, "com.x");
  expect((await alice.next())[4]).toBe("wamp.error.no_such_procedure");
  expect(await bob.soFar()).toEqual([]);
});

test("TRN-17 a connection that says no HELLO in time is closed", async () => {
  const realm = freshRealm();
  const client = await Client.connect(`/ws/${realm}`);
  pass(5_000);
  expect(await ring(realm)).toBe(true);
  expect(await client.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
});

test("TRN-17 the time to say HELLO runs on while the object sleeps", async () => {
  const realm = freshRealm();
  const joined = await Client.join(realm);
  const silent = await Client.connect(`/ws/${realm}`);
  await sleep(realm);
  expect(await silent.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
  expect(await joined.soFar()).toEqual([]);
});

test("SES-55 a client that never closes after its GOODBYE is closed", async () => {
  const realm = freshRealm();
  const client = await Client.join(realm);
  client.send(6, {}, "wamp.close.close_realm");
  expect(await client.next()).toEqual([6, {}, "wamp.close.goodbye_and_out"]);
  pass(5_000);
  await ring(realm);
  expect((await client.closed).code).toBe(1008);
});

test("TRN-22 ABORT reaches the client before its connection closes", async () => {
  const client = await Client.join(freshRealm());
  client.send(9999);
  expect(await client.next()).toEqual([
    3,
    { message: "a client may not send message type 9999" },
    "wamp.error.protocol_violation",
  ]);
  expect(await client.closed).toEqual({ code: 1002, reason: "wamp.error.protocol_violation" });
});

test("TRN-15 a client that closes its socket has left: its caller is told and its rows are gone", async () => {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await Client.join(realm)];
  bob.send(64, 1, {}, "com.x");
  await bob.next();
  alice.send(48, 1, {}, "com.x");
  await bob.next();
  bob.close(4001, "enough");
  expect((await alice.next())[4]).toBe("wamp.error.canceled");
  expect(await bob.closed).toEqual({ code: 4001, reason: "enough" });
  expect(await rowCounts(realm)).toMatchObject({ session: 0, registration: 0, callee: 0 });
});

test("TRN-16 a frame above the limit ends its connection with 1009 and nobody else's", async () => {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await Client.join(realm)];
  alice.sendRaw(JSON.stringify([16, 1, {}, "com.x", ["x".repeat(1_048_576)]]));
  expect((await alice.next())[2]).toBe("wamp.error.protocol_violation");
  expect((await alice.closed).code).toBe(1009);
  expect(await bob.soFar()).toEqual([]);
});

test("a browser that opens the address is told what to do", async () => {
  const page = await exports.default.fetch("http://router.example/ws");
  expect(page.status).toBe(426);
  expect(page.headers.get("Content-Type")).toMatch("text/html");
  const text = await page.text();
  expect(text).toMatch("ws://router.example/ws");
  expect(text).toMatch("realm1");
  expect((await exports.default.fetch("http://router.example/")).status).toBe(200);
});

test("healthz answers, and other paths say where to go", async () => {
  expect(await (await exports.default.fetch("http://router.example/healthz")).text()).toBe("ok\n");
  const elsewhere = await exports.default.fetch("http://router.example/nothing");
  expect(elsewhere.status).toBe(404);
  expect(await elsewhere.text()).toBe("Nothing is here. WAMP clients connect to /ws or /ws/<realm>.\n");
});

test("RULE-72 the log says why an upgrade was refused, and nothing of a page that was only opened", async () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  await upgrade("/ws/com.unknown?token=canary", JSON_OFFER);
  await upgrade("/ws", {});
  await upgrade("/ws", { ...JSON_OFFER, Origin: "https://evil.example" });
  await upgrade("/wamp", JSON_OFFER);
  await exports.default.fetch("http://router.example/wamp");
  await exports.default.fetch("http://router.example/ws");
  const lines = warn.mock.calls.map(([line]) => JSON.parse(String(line)));
  warn.mockRestore();
  expect(lines).toEqual([
    {
      event: "refused",
      status: 404,
      path: "/ws/com.unknown",
      message: 'There is no realm "com.unknown" on this router; /ws is "realm1".',
    },
    {
      event: "refused",
      status: 400,
      path: "/ws",
      message:
        "Sec-WebSocket-Protocol must name at least one of wamp.2.json, wamp.2.msgpack, wamp.2.cbor, " +
        "wamp.2.json.batched, wamp.2.msgpack.batched, wamp.2.cbor.batched.",
    },
    {
      event: "refused",
      status: 403,
      path: "/ws",
      message:
        "Web pages of https://evil.example may not connect to this router. Its ALLOWED_ORIGINS would have to name that origin.",
    },
    {
      event: "refused",
      status: 404,
      path: "/wamp",
      message: "Nothing is here. WAMP clients connect to /ws or /ws/<realm>.",
    },
  ]);
});

test.each<[string, string, Readonly<Record<string, string>>]>([
  ["an upgrade", "/ws", { Upgrade: "websocket", ...JSON_OFFER }],
  ["a page", "/", {}],
  ["a check of its health", "/healthz", {}],
])("RULE-72 the log says once what is wrong with the configuration: %s", async (_what, path, headers) => {
  const error = vi.spyOn(console, "error").mockReturnValue();
  const env = { REALMS: [{ name: "realm1", anonymus: "local" }] } as unknown as Env; // what is wrong is the point
  for (let n = 0; n < 2; n++) {
    const request = new Request(`http://localhost:8080${path}`, { headers });
    expect((await worker.fetch(request, env, createExecutionContext())).status).toBe(500);
  }
  const lines = error.mock.calls.map(([line]) => JSON.parse(String(line)));
  error.mockRestore();
  expect(lines).toEqual([
    {
      event: "misconfigured",
      error:
        "The configuration of this router is wrong, so it serves nobody:\n" +
        "  vars.REALMS[0].anonymus: there is no such setting here; did you mean anonymous?",
    },
  ]);
});

test("ANO-04 realm1 as it is deployed admits nobody who does not come from localhost", async () => {
  const response = await exports.default.fetch("https://router.example/ws", {
    headers: { Upgrade: "websocket", ...JSON_OFFER },
  });
  if (!response.webSocket) throw new Error("the upgrade was refused");
  const client = new Client(response.webSocket);
  client.send(1, "realm1", { roles: ALL_ROLES });
  expect(await client.next()).toEqual([
    3,
    {
      message:
        'realm realm1 admits no anonymous session here: it would take anonymous = "everybody" in this realm\'s configuration',
    },
    "wamp.error.authentication_required",
  ]);
});

test("a client cannot write its own admission", async () => {
  const response = await exports.default.fetch("https://router.example/ws", {
    headers: {
      Upgrade: "websocket",
      ...JSON_OFFER,
      "edgebahn-admission": JSON.stringify({
        realm: "realm1",
        subprotocol: "wamp.2.json",
        named: true,
        origin: { local: true },
      }),
    },
  });
  if (!response.webSocket) throw new Error("the upgrade was refused");
  const client = new Client(response.webSocket);
  client.send(1, "realm1", { roles: ALL_ROLES });
  expect((await client.next())[2]).toBe("wamp.error.authentication_required");
});
