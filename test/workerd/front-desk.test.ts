/**
 * The front desk, which reads the realm from HELLO: at `/ws` in the runtime, with real sockets on both sides of it. The
 * Worker is called with an environment that asks for it; every other test has one that does not.
 */
import { createExecutionContext, evictDurableObject, listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { encode as encodeCbor } from "cborg";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { receiveAtDesk } from "../../src/cloudflare/front-desk.ts";
import worker from "../../src/worker.ts";
import { openRealm } from "../open-realm.ts";
import { ask } from "./admin-client.ts";
import { ALL_ROLES, Client, type Wire } from "./client.ts";
import { freshRealm, rowCounts, stub } from "./object.ts";

const AT_DESK = { ...env, FRONT_DESK: true };
const HELLO = (realm: string) => [1, realm, { roles: ALL_ROLES }];
const NO_SUCH_REALM = (realm: string) => [
  3,
  { message: `there is no realm ${realm} on this router; this address serves realm1` },
  "wamp.error.no_such_realm",
];

/** Each test has its own, so that none is waited for in another's time. */
let open: Client[] = [];
beforeEach(() => {
  open = [];
});
afterEach(() => {
  for (const client of open) client.close();
});

async function upgrade(url: string, headers: Record<string, string>, vars: object = AT_DESK) {
  const request = new Request(url, { headers: { Upgrade: "websocket", ...headers } });
  return (await worker.fetch(request, vars as Env, createExecutionContext())) as Response; // it has FRONT_DESK besides
}

async function connect(url = "http://localhost/ws", vars: object = AT_DESK): Promise<Client> {
  const { webSocket } = await upgrade(url, { "Sec-WebSocket-Protocol": "wamp.2.json" }, vars);
  if (!webSocket) throw new Error("the upgrade was refused");
  const client = new Client(webSocket);
  open.push(client);
  return client;
}

async function join(realm: string): Promise<Client> {
  const client = await connect();
  client.send(...HELLO(realm));
  expect(await client.next()).toMatchObject([2, expect.any(Number), { realm }]);
  return client;
}

type Frame = string | ArrayBuffer;

/** A socket of any subprotocol, and the frames that it was sent. */
async function raw(subprotocol: string) {
  const { webSocket, headers } = await upgrade("http://localhost/ws", {
    "Sec-WebSocket-Protocol": subprotocol,
  });
  if (!webSocket) throw new Error("the upgrade was refused");
  webSocket.accept();
  webSocket.binaryType = "arraybuffer";
  const frames: Frame[] = [];
  webSocket.addEventListener("message", ({ data }) => void frames.push(data as Frame)); // as binaryType has it
  return { webSocket, headers, frames };
}

test("SES-11 HELLO for another realm at /ws joins that realm, and its members hear each other", async () => {
  const realm = freshRealm();
  const [alice, bob] = [await join(realm), await Client.join(realm)];
  bob.send(32, 1, {}, "com.x");
  expect((await bob.next())[0]).toBe(33);
  alice.send(16, 1, { acknowledge: true }, "com.x", ["hi", 9007199254740991]);
  expect((await alice.next())[0]).toBe(17);
  expect(await bob.next()).toEqual([36, 1, expect.any(Number), {}, ["hi", 9007199254740991]]);
  bob.close();
});

test("SES-11 HELLO for the default realm joins it, as it would without a front desk", async () => {
  const client = await join("realm1");
  expect(await client.soFar()).toEqual([]);
});

test("SES-11 HELLO for a realm that was made from a template at run time joins it", async () => {
  const made = await ask("POST", "/api/realms", { body: { name: "made.for.desk", template: "fleet" } });
  expect(made.status).toBe(201);
  const client = await join("made.for.desk");
  expect(await client.soFar()).toEqual([]);
});

test("SES-11 an unknown realm in HELLO gets ABORT no_such_realm, and no object is made for it", async () => {
  await (await join("realm1")).soFar(); // the default realm's object is there by now
  const before = await listDurableObjectIds(env.REALM);
  const client = await connect();
  client.send(...HELLO("com.unknown"));
  expect(await client.next()).toEqual(NO_SUCH_REALM("com.unknown"));
  expect(await client.closed).toEqual({ code: 1000, reason: "wamp.error.no_such_realm" });
  expect(await listDurableObjectIds(env.REALM)).toEqual(before);
});

test("RULE-04 there is no front desk unless it is configured", async () => {
  const client = await connect("http://localhost/ws", { ...env });
  client.send(...HELLO("realm2"));
  expect(await client.next()).toEqual([
    3,
    { message: "this address serves realm1; connect to /ws/realm2 for realm2" },
    "wamp.error.no_such_realm",
  ]);
});

test("SES-11 where the address names the realm there is no front desk", async () => {
  const client = await connect("http://localhost/ws/realm2");
  client.send(...HELLO("realm3"));
  expect(await client.next()).toEqual([
    3,
    { message: "this address serves realm2; connect to /ws/realm3 for realm3" },
    "wamp.error.no_such_realm",
  ]);
});

test("SES-11 where the host name is a realm's there is no front desk", async () => {
  const mapped = openRealm("realm2", { hosts: ["here.example"] });
  const vars = { ...AT_DESK, REALMS: [openRealm("realm1"), mapped] };
  const client = await connect("http://here.example/ws", vars);
  client.send(...HELLO("realm1"));
  expect(await client.next()).toEqual([
    3,
    { message: "this address serves realm2; connect to /ws for realm1" },
    "wamp.error.no_such_realm",
  ]);
});

test("TRN-05 TRN-19 a foreign page and a foreign subprotocol are refused at the desk as elsewhere", async () => {
  expect((await upgrade("http://localhost/ws", { "Sec-WebSocket-Protocol": "wamp.2.ubjson" })).status).toBe(
    400,
  );
  const foreign = { "Sec-WebSocket-Protocol": "wamp.2.json", Origin: "https://evil.example" };
  expect((await upgrade("http://localhost/ws", foreign)).status).toBe(403);
});

test("ANO-04 the desk tells the realm where the connection comes from: it is local only where the router is", async () => {
  const client = await connect("https://router.example/ws");
  client.send(...HELLO("realm2"));
  expect((await client.next())[2]).toBe("wamp.error.authentication_required");
});

test.each([
  ["no JSON", "{"],
  ["another message than HELLO", JSON.stringify([32, 1, {}, "com.x"])],
  ["a realm that is no text", JSON.stringify([1, 7, { roles: ALL_ROLES }])],
  ["a realm that is null", JSON.stringify([1, null, { roles: ALL_ROLES }])],
  ["a realm that is no URI", JSON.stringify([1, "realm 2", { roles: ALL_ROLES }])],
  ["no roles", JSON.stringify([1, "realm1", {}])],
  ["octets where text is due", new Uint8Array([1, 2]).buffer],
  ["nothing", ""],
  ["more than a greeting", JSON.stringify([1, "realm1", { roles: ALL_ROLES, agent: "x".repeat(5_000) }])],
])("SES-40 a first frame that is %s gets what the default realm's gateway says", async (_, frame) => {
  const answers: [Wire, { code: number; reason: string }][] = [];
  for (const client of [await connect(), await connect("http://localhost/ws/realm1")]) {
    client.sendRaw(frame);
    answers.push([await client.next(), await client.closed]);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.[0]?.[0]).toBe(3);
});

test("ORD-18 what is pipelined behind HELLO keeps its order", async () => {
  const realm = freshRealm();
  const client = await connect();
  client.send(...HELLO(realm));
  for (let request = 1; request <= 15; request++) client.send(32, request, {}, `com.${request}`);
  expect((await client.next())[0]).toBe(2);
  for (let request = 1; request <= 15; request++) expect(await client.next()).toEqual([33, request, request]);
  for (let request = 16; request <= 500; request++) client.send(34, request, 4_000_000_000);
  for (let request = 16; request <= 500; request++) expect((await client.next())[2]).toBe(request);
});

test("TRN-08 octets stay octets both ways", async () => {
  const { webSocket, headers, frames } = await raw("wamp.2.cbor");
  expect(headers.get("Sec-WebSocket-Protocol")).toBe("wamp.2.cbor");
  webSocket.send(encodeCbor(HELLO(freshRealm())));
  await vi.waitFor(() => expect(frames).toHaveLength(1));
  webSocket.send(encodeCbor([48, 1, {}, "com.none"]));
  await vi.waitFor(() => expect(frames).toHaveLength(2));
  for (const frame of frames) expect(frame).toBeInstanceOf(ArrayBuffer);
  webSocket.close();
});

test.each(["\u001e", "\u0018"])(
  "BAT-02 a batch that begins with HELLO is a batch of the realm: %j",
  async (end) => {
    const { webSocket, frames } = await raw("wamp.2.json.batched");
    const messages = [HELLO(freshRealm()), [32, 1, {}, "com.x"], [32, 2, {}, "com.y"]];
    webSocket.send(messages.map((message) => JSON.stringify(message) + end).join(""));
    await vi.waitFor(() => expect(frames).toHaveLength(1));
    const [welcome, ...others] = String(frames[0]).split(end);
    expect(JSON.parse(welcome ?? "")[0]).toBe(2);
    expect(others).toEqual(["[33,1,1]", "[33,2,2]", ""]);
    webSocket.close();
  },
);

test("BAT-04 a batch of octets that begins with HELLO is one too", async () => {
  const { webSocket, frames } = await raw("wamp.2.cbor.batched");
  const parts = [HELLO(freshRealm()), [32, 1, {}, "com.x"]].map((message) => {
    const encoded = encodeCbor(message);
    const prefixed = new Uint8Array(4 + encoded.length);
    new DataView(prefixed.buffer).setUint32(0, encoded.length);
    prefixed.set(encoded, 4);
    return prefixed;
  });
  webSocket.send(await new Blob(parts).arrayBuffer());
  await vi.waitFor(() => expect(frames).toHaveLength(1));
  expect(new Uint8Array(frames[0] as ArrayBuffer)[5]).toBe(2); // a list, and WELCOME's code
  webSocket.close();
});

test("TRN-06 a client that names no subprotocol is served as JSON where that is configured, and told none", async () => {
  const answer = await upgrade("http://localhost/ws", {}, { ...AT_DESK, ASSUME_JSON: true });
  expect(answer.headers.get("Sec-WebSocket-Protocol")).toBeNull();
  if (!answer.webSocket) throw new Error("the upgrade was refused");
  const client = new Client(answer.webSocket);
  open.push(client);
  client.send(...HELLO(freshRealm()));
  expect((await client.next())[0]).toBe(2);
});

test.each([
  [4001, "enough"],
  [1000, ""],
  [3000, "x".repeat(123)],
])("TRN-15 a client that closes with %i has left its realm", async (code, reason) => {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await join(realm)];
  bob.send(64, 1, {}, "com.x");
  await bob.next();
  alice.send(48, 1, {}, "com.x");
  await bob.next();
  bob.close(code, reason);
  expect((await alice.next())[4]).toBe("wamp.error.canceled");
  expect(await bob.closed).toEqual({ code, reason });
  expect(await rowCounts(realm)).toMatchObject({ session: 0, registration: 0 });
  alice.close();
});

test("TRN-15 a client that closes without a code has left, too", async () => {
  const realm = freshRealm();
  const [alice, bob] = [await Client.join(realm), await join(realm)];
  alice.send(32, 1, {}, "wamp.session.on_leave");
  await alice.next();
  bob.close();
  expect((await alice.next())[4]).toEqual([expect.any(Number), expect.any(String), "anonymous"]);
  alice.close();
});

test("TRN-22 the realm's close code and reason reach the client, after ABORT", async () => {
  const client = await join(freshRealm());
  client.send(9999);
  expect((await client.next())[2]).toBe("wamp.error.protocol_violation");
  expect(await client.closed).toEqual({ code: 1002, reason: "wamp.error.protocol_violation" });
});

test("RULE-08 a realm that sleeps behind the desk goes on where it was", async () => {
  const realm = freshRealm();
  const client = await join(realm);
  client.send(32, 1, {}, "com.x");
  expect((await client.next())[0]).toBe(33);
  await evictDurableObject(stub(realm));
  client.send(16, 2, { exclude_me: false }, "com.x", [1]);
  expect(await client.next()).toEqual([36, 1, expect.any(Number), {}, [1]]);
});

test("TRN-15 a realm that was lost with its sockets ends the connection, and the client may come back", async () => {
  const realm = freshRealm();
  const client = await join(realm);
  await evictDurableObject(stub(realm), { webSockets: "close" });
  expect(await client.closed).toEqual({ code: 1012, reason: "the realm restarts" });
  expect(await (await join(realm)).soFar()).toEqual([]);
});

test("TRN-16 what comes before the realm answers is bounded", async () => {
  const client = await connect();
  client.sendRaw("x".repeat(65_537));
  expect(await client.closed).toEqual({
    code: 1009,
    reason: "before the realm answers, 65536 octets may come",
  });
});

function deskWith(given: Partial<Parameters<typeof receiveAtDesk>[0]>) {
  const log: unknown[] = [];
  const asked: (string | undefined)[] = [];
  const answer = receiveAtDesk({
    subprotocol: "wamp.2.json",
    named: true,
    open: (realm) => {
      asked.push(realm);
      return Promise.reject(new Error("the object is away"));
    },
    log: (entry) => log.push(entry),
    ...given,
  });
  if (!answer.webSocket) throw new Error("no socket");
  const client = new Client(answer.webSocket);
  open.push(client);
  return { client, log, asked };
}

test("TRN-17 who says no HELLO in time is closed with 1008, and no object was asked", async () => {
  const { client, asked } = deskWith({ patience: 20 });
  expect(await client.closed).toEqual({ code: 1008, reason: "no HELLO came in time" });
  expect(asked).toEqual([]);
});

test("TRN-17 who says HELLO in time has all the time of the realm", async () => {
  const { 0: inside, 1: object } = new WebSocketPair();
  object.accept();
  const { client } = deskWith({ patience: 20, open: () => Promise.resolve(inside) });
  client.send(...HELLO("realm2"));
  await new Promise((resolve) => setTimeout(resolve, 60));
  object.send("[2]");
  expect(await client.next()).toEqual([2]);
  object.close();
});

test("RULE-06 a realm that cannot be reached closes the connection with 1011, and the log says why", async () => {
  const { client, log, asked } = deskWith({});
  client.send(...HELLO("realm2"));
  expect(await client.closed).toEqual({ code: 1011, reason: "the realm could not be reached" });
  expect(log).toEqual([{ event: "fault", at: "front desk", error: "Error: the object is away" }]);
  expect(asked).toEqual(["realm2"]);
});

test("SES-11 only HELLO tells a realm", async () => {
  for (const frame of ['[3,"realm2"]', "[1,7]", "[]", "7", '{"1":"realm2"}']) {
    const { client, asked } = deskWith({});
    client.sendRaw(frame);
    await client.closed;
    expect(asked).toEqual([undefined]);
  }
});

test("RULE-09 a client that has left while its realm was opened does not join it", async () => {
  const { 0: inside, 1: object } = new WebSocketPair();
  object.accept();
  const heard: unknown[] = [];
  object.addEventListener("message", ({ data }) => void heard.push(data));
  const gone = new Promise((resolve) => object.addEventListener("close", ({ code }) => resolve(code)));
  let reach: (inside: WebSocket) => void = () => {};
  const { client } = deskWith({
    open: () =>
      new Promise((resolve) => {
        reach = resolve;
      }),
  });
  client.send(...HELLO("realm2"));
  client.close(1000, "bye");
  await client.closed;
  reach(inside);
  expect(await gone).toBe(1001);
  expect(heard).toEqual([]);
});

test("RULE-05 more than may come ahead closes the connection, and nothing of it reaches the realm", async () => {
  const { 0: inside, 1: object } = new WebSocketPair();
  object.accept();
  const heard: unknown[] = [];
  object.addEventListener("message", ({ data }) => void heard.push(data));
  const gone = new Promise((resolve) => object.addEventListener("close", ({ code }) => resolve(code)));
  let reach: (inside: WebSocket) => void = () => {};
  const { client } = deskWith({
    open: () =>
      new Promise((resolve) => {
        reach = resolve;
      }),
  });
  client.send(...HELLO("realm2"));
  for (let n = 0; n < 9; n++) client.sendRaw("x".repeat(8_192));
  expect((await client.closed).code).toBe(1009);
  reach(inside);
  expect(await gone).toBe(1001);
  expect(heard).toEqual([]);
});
