import { exports } from "cloudflare:workers";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ADMIN_SECRET } from "../fleet-realm.ts";
import { ask, freshFleet, request } from "./admin-client.ts";
import { redemption } from "./claimant.ts";
import { ALL_ROLES, Client, upgrade, type Wire } from "./client.ts";
import { pass } from "./object.ts";

const TICKET = { authid: "s1", role: "device", method: "ticket" };
const KEY = (digit: string): string => digit.repeat(64);

/** Somebody who has joined with batches and subscribed to com.x, and what it heard since. */
async function batched(realm: string) {
  const { webSocket } = await upgrade(`/ws/${realm}`, { "Sec-WebSocket-Protocol": "wamp.2.json.batched" });
  if (!webSocket) throw new Error("no upgrade");
  const heard: Wire[] = [];
  let told = (): void => {};
  webSocket.accept();
  webSocket.addEventListener("message", ({ data }) => {
    for (const text of String(data).split("\u001e").slice(0, -1)) heard.push(JSON.parse(text) as Wire);
    told();
  });
  const closed = new Promise<number>((resolve) => {
    webSocket.addEventListener("close", ({ code }) => resolve(code));
  });
  const send = (...wire: unknown[]): void => webSocket.send(`${JSON.stringify(wire)}\u001e`);
  /** Takes what was heard once it is so much. Not vi.waitFor, which would move the clock. */
  const take = async (count: number): Promise<Wire[]> => {
    while (heard.length < count)
      await new Promise<void>((resolve) => {
        told = resolve;
      });
    return heard.splice(0);
  };
  send(1, realm, { roles: ALL_ROLES });
  send(32, 1, {}, "com.x");
  await take(2);
  return { send, take, closed, heard };
}

const bad = (status: number, error: string, message: string, path?: string) => ({
  status,
  body: { error, message, ...(path !== undefined && { path }) },
});

describe("devices", () => {
  test("RULE-64 are added, listed, told, changed, rotated and deleted", async () => {
    const realm = freshFleet();
    const at = `/api/realms/${realm}/devices`;
    const added = await ask("POST", at, { body: { ...TICKET, note: "roof" } });
    const { secret, ...view } = added.body as { secret: string; created: string };
    expect(added.status).toBe(201);
    expect(view).toEqual({
      authid: "s1",
      role: "device",
      method: "ticket",
      disabled: false,
      note: "roof",
      created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      changed: view.created,
    });
    expect(await ask("GET", `${at}/s1`)).toEqual({ status: 200, body: view });
    expect(await ask("GET", at)).toEqual({ status: 200, body: { devices: [view] } });
    expect(await ask("PATCH", `${at}/s1`, { body: { role: "guest", note: "" } })).toMatchObject({
      status: 200,
      body: { role: "guest" },
    });
    const keys = { method: "cryptosign", publicKeys: [KEY("a")] };
    expect(await ask("POST", `${at}/s1/rotate`, { body: keys })).toMatchObject({
      status: 200,
      body: { method: "cryptosign", keys: [KEY("a")] },
    });
    const overlap = { addKeys: [KEY("b")], removeKeys: [KEY("a")] };
    expect(await ask("POST", `${at}/s1/rotate`, { body: overlap })).toMatchObject({
      body: { keys: [KEY("b")] },
    });
    expect(await ask("DELETE", `${at}/s1`)).toEqual({ status: 200, body: { authid: "s1" } });
    expect(await ask("GET", at)).toEqual({ status: 200, body: { devices: [] } });
  });

  test("S18 a list is cut into pages", async () => {
    const realm = freshFleet();
    const at = `/api/realms/${realm}/devices`;
    for (const authid of ["b", "a", "é"]) await ask("POST", at, { body: { ...TICKET, authid } });
    const authids = async (query: string) => {
      const { body } = await ask("GET", `${at}?${query}`);
      const { devices, next } = body as { devices: { authid: string }[]; next?: string };
      return [...devices.map(({ authid }) => authid), ...(next === undefined ? [] : ["next", next])];
    };
    expect(await authids("limit=2")).toEqual(["a", "b", "next", "b"]);
    expect(await authids("limit=2&after=b")).toEqual(["é"]);
    expect(await authids("limit=999999999")).toEqual(["a", "b", "é"]);
    expect(await ask("GET", `${at}/${encodeURIComponent("é")}`)).toMatchObject({ status: 200 });
  });

  test("RULE-63 what is wrong is told by status, error, message and path", async () => {
    const realm = freshFleet();
    const at = `/api/realms/${realm}/devices`;
    await ask("POST", at, { body: TICKET });
    expect(await ask("POST", at, { body: TICKET })).toEqual(
      bad(409, "edgebahn.error.device_exists", "there is a device s1: rotate or delete it", "authid"),
    );
    expect(await ask("POST", at, { body: { ...TICKET, authid: "backend" } })).toMatchObject({ status: 409 });
    expect(await ask("POST", at, { body: { ...TICKET, authid: "s2", role: "x" } })).toMatchObject({
      status: 400,
      body: { error: "wamp.error.no_such_role", path: "role" },
    });
    expect(await ask("GET", `${at}/s9`)).toEqual(
      bad(404, "edgebahn.error.no_such_device", "there is no device s9", "authid"),
    );
    expect(await ask("PATCH", `${at}/s1`, { body: { authid: "s2", disabled: true } })).toEqual(
      bad(
        400,
        "wamp.error.invalid_argument",
        "authid stands in the address: leave it out of the body",
        "authid",
      ),
    );
    expect(await ask("GET", `/api/realms/nowhere/devices`)).toEqual(
      bad(404, "wamp.error.no_such_realm", 'there is no realm "nowhere" on this router', "realm"),
    );
    expect(await ask("GET", `/api/nothing`)).toEqual(
      bad(
        404,
        "edgebahn.error.not_found",
        "the admin API has no GET /api/nothing: docs/devices.md lists what it has",
      ),
    );
  });

  test("RULE-63 a body must be a JSON object of at most 64 KiB, and be called JSON", async () => {
    const realm = freshFleet();
    const at = `/api/realms/${realm}/devices`;
    const send = (body: unknown, type: string | undefined = "application/json") =>
      ask("POST", at, { body, headers: { "Content-Type": type } });
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "application/jsonp",
      "",
      "text/json; application/json",
    ]) {
      expect(await send(JSON.stringify(TICKET), type)).toEqual(
        bad(
          415,
          "wamp.error.invalid_argument",
          "body must be JSON: send Content-Type: application/json",
          "body",
        ),
      );
    }
    for (const body of ["", "{", "undefined", "{'a':1}", '{"a":1}x']) {
      expect(await send(body)).toEqual(bad(400, "wamp.error.invalid_argument", "body is not JSON", "body"));
    }
    for (const body of ["[]", "null", "7", '"text"']) {
      expect(await send(body)).toMatchObject({
        status: 400,
        body: { message: "body must be a JSON object" },
      });
    }
    const padded = (octets: number) => {
      const text = JSON.stringify(TICKET);
      return text + " ".repeat(octets - text.length);
    };
    expect(await send(padded(65_537))).toEqual(
      bad(413, "wamp.error.invalid_argument", "body is longer than 65536 octets", "body"),
    );
    // Without a length that is told beforehand.
    const streamed = await exports.default.fetch(`http://localhost${at}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_SECRET}`, "Content-Type": "application/json" },
      body: new Blob([padded(65_537)]).stream(),
    });
    expect(streamed.status).toBe(413);
    expect(await send(padded(65_536).replace("s1", "s2"), "Application/JSON; charset=utf-8")).toMatchObject({
      status: 201,
    });
  });

  test("RULE-61 answers are kept by nobody", async () => {
    const realm = freshFleet();
    for (const answer of [
      await request("POST", `/api/realms/${realm}/devices`, { body: TICKET }),
      await request("GET", "/api/realms", { headers: { Authorization: undefined } }),
      await request("GET", "/api/nothing"),
    ]) {
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
      expect(answer.headers.get("Content-Type")).toMatch(/^application\/json/);
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
      expect(answer.headers.get("Set-Cookie")).toBeNull();
      await answer.text();
    }
  });
});

describe("sessions, permissions and claims", () => {
  test("SMA-06 sessions are listed and ended", async () => {
    const realm = freshFleet();
    const client = await Client.join(realm);
    const at = `/api/realms/${realm}/sessions`;
    expect(await ask("GET", at)).toMatchObject({
      status: 200,
      body: { sessions: [{ session: client.session, authrole: "anonymous", authmethod: "anonymous" }] },
    });
    expect(await ask("DELETE", `${at}/${client.session + 1}`)).toMatchObject({ status: 404 });
    expect(await ask("DELETE", `${at}/${client.session}`)).toEqual({
      status: 200,
      body: { session: client.session },
    });
    expect(await client.next()).toEqual([
      6,
      { message: "an administrator ended this session" },
      "wamp.close.killed",
    ]);
    expect(await ask("GET", at)).toEqual({ status: 200, body: { sessions: [] } });
  });

  test("AZN-10 tells which rule decides", async () => {
    const realm = freshFleet();
    await ask("POST", `/api/realms/${realm}/devices`, { body: TICKET });
    const explain = (query: string) => ask("GET", `/api/realms/${realm}/explain?${query}`);
    expect(await explain("authid=s1&action=publish&uri=com.fleet.s1.t")).toMatchObject({
      status: 200,
      body: { allow: true, role: "device", rule: { index: 0 } },
    });
    expect(await explain("authid=s1&action=publish&uri=com.fleet.s2.t")).toMatchObject({
      body: { allow: false },
    });
    expect(await explain("authid=backend&action=subscribe&uri=com.fleet.all")).toMatchObject({
      body: { allow: true, rule: { index: 1 } },
    });
    expect(await explain("role=device&action=subscribe&uri=com.&match=prefix")).toMatchObject({
      body: { allow: false },
    });
    expect(await explain("authid=s9&action=publish&uri=com.x")).toMatchObject({ status: 404 });
    expect(await explain("authid=s1&action=publish&uri=com..x")).toMatchObject({ status: 400 });
    expect(await ask("DELETE", `/api/realms/${realm}/authorizations`)).toEqual({ status: 200, body: {} });
  });

  test("RULE-60 a claim enrols one device, once, without the admin secret", async () => {
    const realm = freshFleet();
    const issued = await ask("POST", `/api/realms/${realm}/claims`, {
      body: { role: "device", expires: Date.now() + 60_000 },
    });
    const { token, ...claim } = issued.body as { token: string; id: string };
    expect(issued.status).toBe(201);
    expect(await ask("GET", `/api/realms/${realm}/claims`)).toEqual({
      status: 200,
      body: { claims: [claim] },
    });
    const nobody = { Authorization: undefined };
    const enrol = (body: object) => ask("POST", `/api/realms/${realm}/enrol`, { body, headers: nobody });
    const mine = await redemption(realm, token, "s7");
    expect(await enrol({ ...mine, proof: KEY("a") + KEY("b") })).toMatchObject({
      status: 403,
      body: { path: "proof" },
    });
    expect(await enrol(mine)).toEqual({ status: 201, body: { authid: "s7", role: "device" } });
    expect(await enrol(mine)).toMatchObject({ status: 403, body: { error: "edgebahn.error.claim_refused" } });
    expect(await ask("GET", `/api/realms/${realm}/devices/s7`)).toMatchObject({
      body: { role: "device", method: "cryptosign", keys: [mine.pubkey] },
    });
    expect(await ask("GET", `/api/realms/${realm}/claims`)).toEqual({ status: 200, body: { claims: [] } });
    expect(await ask("DELETE", `/api/realms/${realm}/claims/${claim.id}`)).toMatchObject({ status: 404 });
  });

  test("S6 enrolments of one address are limited, whether or not there is such a realm", async () => {
    const realm = freshFleet();
    const from = (address: string, to: string) =>
      ask("POST", `/api/realms/${to}/enrol`, {
        body: { token: "x" },
        headers: { Authorization: undefined, "CF-Connecting-IP": address },
      });
    for (let n = 0; n < 60; n++) {
      // An IPv6 customer has a whole /64.
      const { status } = await from(`2001:db8:7:7::${n.toString(16)}`, n % 2 ? realm : "nowhere");
      expect(status).toBe(n % 2 ? 400 : 404);
    }
    const refused = await request("POST", `/api/realms/${realm}/enrol`, {
      body: { token: "x" },
      headers: { "CF-Connecting-IP": "2001:db8:7:7::ffff" },
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ error: "edgebahn.error.limit_exceeded" });
    expect((await from("2001:db8:7:8::1", realm)).status).toBe(400);
  });
});

describe("realms", () => {
  const made = (name: string, template = "fleet") => ask("POST", "/api/realms", { body: { name, template } });

  test("RULE-66 a realm that is made from a template opens at once, and is gone once it is removed", async () => {
    const name = "com.made.one";
    const at = `/api/realms/${name}`;
    expect((await upgrade(`/ws/${name}`, { "Sec-WebSocket-Protocol": "wamp.2.json" })).status).toBe(404);
    expect(await made(name)).toEqual({ status: 201, body: { name, template: "fleet" } });
    expect(await made(name)).toEqual(
      bad(409, "edgebahn.error.realm_exists", "there is a realm com.made.one", "name"),
    );
    const client = await Client.join(name);
    await ask("POST", `${at}/devices`, { body: TICKET });
    expect(await ask("GET", "/api/realms?after=com.made&limit=1")).toMatchObject({
      status: 200,
      body: {
        realms: [{ name, template: "fleet", created: expect.any(String), lastUsed: expect.any(String) }],
        next: name,
      },
    });
    expect(await ask("DELETE", at)).toEqual({ status: 200, body: { name } });
    expect(await client.next()).toEqual([
      6,
      { message: "this realm was removed" },
      "wamp.close.system_shutdown",
    ]);
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect((await upgrade(`/ws/${name}`, { "Sec-WebSocket-Protocol": "wamp.2.json" })).status).toBe(404);
    expect(await ask("GET", `${at}/devices`)).toMatchObject({ status: 404 });
    expect(await ask("DELETE", at)).toMatchObject({
      status: 404,
      body: { error: "wamp.error.no_such_realm" },
    });
    expect(await made(name)).toMatchObject({ status: 201 });
    expect(await ask("GET", `${at}/devices`)).toEqual({ status: 200, body: { devices: [] } });
    await Client.join(name);
  });

  test("SMA-26 TRN-22 whoever takes batches is told too that its realm is removed, also while much leaves", async () => {
    const name = "com.made.batched";
    await made(name);
    onTestFinished(() => void vi.useRealTimers());
    pass(0); // the clock stands: what left a moment ago is not forgotten
    const crowd = await Promise.all(Array.from({ length: 20 }, () => batched(name)));
    crowd[0]?.send(16, 1, { exclude_me: false }, "com.x", [1]);
    for (const each of crowd) expect(await each.take(1)).toEqual([[36, 1, expect.any(Number), {}, [1]]]);
    expect(await ask("DELETE", `/api/realms/${name}`)).toMatchObject({ status: 200 });
    for (const each of crowd) {
      expect(await each.closed).toBe(1001);
      expect(each.heard).toEqual([[6, { message: "this realm was removed" }, "wamp.close.system_shutdown"]]);
    }
  });

  test("RULE-66 HIS-03 a realm that is made keeps the history that its template names from its first event on", async () => {
    const name = "com.made.archive";
    for (const made of ["once", "and again after it was removed"]) {
      await ask("POST", "/api/realms", { body: { name, template: "archive" } });
      const client = await Client.join(name);
      client.send(16, 1, { acknowledge: true }, "com.x", [made]);
      const [, , publication] = await client.next();
      client.send(48, 2, {}, "wamp.subscription.get_events", [1]);
      const timestamp = expect.any(String);
      const event = { timestamp, subscription: 1, publication, details: {}, args: [made] };
      expect(await client.next()).toEqual([50, 2, {}, [event]]);
      await ask("DELETE", `/api/realms/${name}`);
      await client.closed;
    }
  });

  test("RULE-66 a fleet that comes to a made realm all at once is let in", async () => {
    const name = "com.made.for.many";
    await made(name);
    const fleet = Array.from({ length: 60 }, () =>
      upgrade(`/ws/${name}`, { "Sec-WebSocket-Protocol": "wamp.2.json" }),
    );
    expect((await Promise.all(fleet)).map(({ status }) => status)).toEqual(fleet.map(() => 101));
  });

  test("RULE-66 a realm of the configuration can be neither made nor removed", async () => {
    const realm = freshFleet();
    expect(await made(realm)).toMatchObject({ status: 409, body: { path: "name" } });
    expect(await ask("DELETE", `/api/realms/${realm}`)).toMatchObject({
      status: 409,
      body: { path: "realm" },
    });
    await Client.join(realm);
  });

  test.each([
    ["name", ""],
    ["name", "a b"],
    ["name", "a..b"],
    ["name", "wamp"],
    ["name", "wamp.x"],
    ["name", "x".repeat(129)],
    ["name", "a#b"],
    ["name", 7],
    ["name", null],
  ])("RULE-63 a realm of a bad %s %j is not made", async (path, name) => {
    const body = { name, template: "fleet" };
    expect(await ask("POST", "/api/realms", { body })).toMatchObject({ status: 400, body: { path } });
  });

  test("RULE-63 a realm is made from a template that there is, and from nothing else", async () => {
    for (const template of ["nothing", "fleet1", "toString", undefined, ["fleet"]]) {
      const answer = await ask("POST", "/api/realms", { body: { name: "com.made.bad", template } });
      expect(answer).toMatchObject({ status: 400, body: { path: "template" } });
    }
    const more = { name: "com.made.bad", template: "fleet", anonymous: "everybody" };
    expect(await ask("POST", "/api/realms", { body: more })).toMatchObject({ body: { path: "anonymous" } });
    expect(await ask("GET", "/api/realms/com.made.bad/devices")).toMatchObject({ status: 404 });
  });

  test("S18 the realms are listed by name in bounded pages", async () => {
    const names = async (query: string) =>
      ((await ask("GET", `/api/realms?${query}`)).body as { realms: { name: string }[] }).realms.map(
        ({ name }) => name,
      );
    const all = await names("limit=1000000");
    expect(all).toEqual([...all].sort());
    expect(all).toContain("fleet60");
    const paged: string[] = [];
    for (
      let page = await names("limit=50");
      page.length > 0;
      page = await names(`limit=50&after=${page.at(-1)}`)
    ) {
      paged.push(...page);
    }
    expect(paged).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
  });
});

test("S18 of 1,000 bad requests none passes and none changes anything", async () => {
  const realm = freshFleet();
  const at = `/api/realms/${realm}`;
  const client = await Client.join(realm);
  await ask("POST", `${at}/devices`, { body: TICKET });
  const claim = { role: "device", expires: Date.now() + 600_000 };
  const { token, id } = (await ask("POST", `${at}/claims`, { body: claim })).body as {
    token: string;
    id: string;
  };
  const redeemed = await redemption(realm, token, "s7");
  expect((await ask("POST", `${at}/enrol`, { body: redeemed })).status).toBe(201);
  const spare = (await ask("POST", `${at}/claims`, { body: claim })).body as { token: string };
  const state = async () => [
    await ask("GET", `${at}/devices`),
    await ask("GET", `${at}/claims`),
    await ask("GET", `${at}/sessions`),
    (await ask("GET", "/api/realms?limit=1000")).status,
  ];
  const before = await state();

  let sent = 0;
  /** From an address of its own each time, so that no limit answers in place of what is tested. */
  const attempt = (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string | undefined> },
  ) => {
    sent++;
    const address = `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}`;
    return ask(method, path, {
      ...(body !== undefined && { body }),
      headers: { "CF-Connecting-IP": address, ...headers },
    });
  };
  const routes: [string, string, unknown?][] = [
    ["GET", "/api/realms"],
    ["POST", "/api/realms", { name: "com.made.s18", template: "fleet" }],
    ["DELETE", "/api/realms/com.made.one"],
    ["GET", `${at}/devices`],
    ["POST", `${at}/devices`, { ...TICKET, authid: "intruder" }],
    ["GET", `${at}/devices/s1`],
    ["PATCH", `${at}/devices/s1`, { disabled: true }],
    ["DELETE", `${at}/devices/s1`],
    ["POST", `${at}/devices/s1/rotate`, { method: "ticket" }],
    ["GET", `${at}/claims`],
    ["POST", `${at}/claims`, claim],
    ["DELETE", `${at}/claims/${id}`],
    ["GET", `${at}/sessions`],
    ["DELETE", `${at}/sessions/${client.session}`],
    ["GET", `${at}/explain?role=device&action=call&uri=a`],
    ["DELETE", `${at}/authorizations`],
  ];

  const strangers: Record<string, string | undefined>[] = [
    { Authorization: undefined },
    { Authorization: "" },
    { Authorization: "Bearer" },
    { Authorization: `Bearer ${ADMIN_SECRET.slice(1)}` },
    { Authorization: `Bearer ${ADMIN_SECRET}0` },
    { Authorization: `Bearer ${ADMIN_SECRET.toUpperCase()}` },
    { Authorization: `Basic ${btoa(`admin:${ADMIN_SECRET}`)}` },
    { Authorization: ADMIN_SECRET },
    { Authorization: undefined, Cookie: `Authorization=Bearer ${ADMIN_SECRET}` },
    { Authorization: undefined, "X-Authorization": `Bearer ${ADMIN_SECRET}` },
    { Authorization: undefined, "Cf-Access-Jwt-Assertion": "eyJhbGciOiJub25lIn0.e30." },
    { Authorization: undefined, "Cf-Access-Authenticated-User-Email": "boss@example.com" },
    { Authorization: undefined, "X-Forwarded-For": "127.0.0.1", Host: "localhost" },
    { Authorization: `Bearer ${token}` },
    { Authorization: `Bearer ${spare.token}` },
  ];
  const pages: Record<string, string | undefined>[] = [
    ...[
      "https://evil.example",
      "null",
      "http://localhost.evil.example",
      "https://localhost@evil.example",
      "ftp://localhost",
      "http://LOCALHOST/",
      "chrome-extension://x",
    ].map((Origin) => ({ Origin })),
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site", Origin: "http://localhost" },
  ];
  for (const [method, path, body] of routes) {
    for (const headers of strangers) {
      const { status } = await attempt(method, path, { body, headers });
      expect([method, path, headers, status]).toEqual([method, path, headers, 401]);
    }
    for (const headers of pages) {
      const { status } = await attempt(method, path, { body, headers });
      expect([method, path, headers, status]).toEqual([method, path, headers, 403]);
    }
    if (body !== undefined) {
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        undefined,
      ]) {
        const { status } = await attempt(method, path, { body, headers: { "Content-Type": type } });
        expect([method, path, type, status]).toEqual([method, path, type, 415]);
      }
    }
  }
  // Whoever walks ids finds nothing that it does not know by its whole name.
  for (let step = 1; step <= 100; step++) {
    for (const session of [client.session - step, client.session + step, step]) {
      const { status } = await attempt("DELETE", `${at}/sessions/${session}`, {});
      expect([404, 400]).toContain(status);
    }
    expect((await attempt("DELETE", `${at}/devices/s${step + 10}`, {})).status).toBe(404);
    expect((await attempt("DELETE", `${at}/claims/${id.slice(0, -1)}${step % 10}`, {})).status).toBe(404);
    expect((await attempt("GET", `/api/realms/realm${step + 1_000}/devices`, {})).status).toBe(404);
  }
  for (const odd of [
    "*",
    "%",
    "s1%00",
    "s1/..",
    "..%2f..",
    "S1",
    "s1%20",
    "%2e%2e",
    "{authid}",
    "s_",
    "s1;",
    "s1'--",
  ]) {
    for (const kind of ["devices", "sessions", "claims"]) {
      const { status } = await attempt("DELETE", `${at}/${kind}/${odd}`, {});
      expect([400, 404]).toContain(status);
    }
  }
  const limits = [
    "NaN",
    "-1",
    "0",
    "Infinity",
    "1e9",
    "1.5",
    "0x10",
    "",
    "+5",
    "null",
    "99999999999999999999",
    "9007199254740993",
    "१",
    "5;DROP TABLE principal",
  ];
  for (const list of ["devices", "claims", "sessions"]) {
    for (const limit of limits) {
      const { status } = await attempt("GET", `${at}/${list}?limit=${encodeURIComponent(limit)}`, {});
      expect([list, limit, status]).toEqual([list, limit, 400]);
    }
    for (const query of ["offset=5", "limit=1&page=2", "order=authid;--", "__proto__=1"]) {
      expect((await attempt("GET", `${at}/${list}?${query}`, {})).status).toBe(400);
    }
    expect((await attempt("GET", `${at}/${list}?after=${"x".repeat(2_000)}`, {})).status).toBe(400);
  }
  for (let again = 0; again < 50; again++) {
    const replay = again % 2 ? redeemed : { ...redeemed, authid: `s${again + 100}` };
    const { status } = await attempt("POST", `${at}/enrol`, {
      body: replay,
      headers: { Authorization: undefined },
    });
    expect(status).toBe(403);
    const stolen = { ...redeemed, token: spare.token, authid: `s${again + 100}` };
    expect((await attempt("POST", `${at}/enrol`, { body: stolen })).status).toBe(403);
  }

  expect(sent).toBeGreaterThanOrEqual(1_000);
  console.log(`S18: ${sent} bad requests, 0 passed`);
  expect(await state()).toEqual(before);
  expect(await client.soFar()).toEqual([]);
}, 120_000);
