/**
 * The admin API under `/api`: realms here, everything else is asked of the realm's object in the same words as over WAMP.
 * Every answer is JSON and kept by nobody. Guarded as a whole but for one address: where a device redeems a claim.
 */
import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { INVALID } from "../auth/device-error.ts";
import type { AdminAnswer, Json, Operation } from "../auth/device-operations.ts";
import { type Config, ConfigError, readConfig, secretOf } from "../config.ts";
import { AddressLimit } from "./address-limit.ts";
import { type AdminDoor, type AdminRefusal, admitAdmin, checkSite, tooMany } from "./admin-guard.ts";
import { AdminRealms } from "./admin-realms.ts";
import type { RealmCalls } from "./administration.ts";
import { logLine } from "./log-line.ts";
import { RealmDirectory } from "./realm-directory.ts";
import { networkOf } from "./transport.ts";

type App = { Bindings: Env; Variables: { by: string; realm: string; body: Fields } };
type Fields = { readonly [name: string]: Json };

/** Octets of a request. */
const MOST_OCTETS = 65_536;
/** Claims that may be redeemed, or tried, from one address in a minute. */
const MOST_ENROLMENTS = 60;

const enrolments = new AddressLimit(MOST_ENROLMENTS);
const now = (): number => Date.now();
const log = (entry: object): void => console.log(logLine(entry));

/** JSON only, which a form of a foreign page cannot send. */
const readBody: MiddlewareHandler<App> = async (c, next) => {
  if (!/^application\/json\s*(?:;|$)/i.test(c.req.header("Content-Type") ?? "")) {
    return refuse(c, bad(415, "body", "must be JSON: send Content-Type: application/json"));
  }
  let body: unknown;
  try {
    body = JSON.parse(await c.req.text());
  } catch {
    return refuse(c, bad(400, "body", "is not JSON"));
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return refuse(c, bad(400, "body", "must be a JSON object"));
  }
  if (c.req.param("authid") !== undefined && Object.hasOwn(body, "authid")) {
    return refuse(c, bad(400, "authid", "stands in the address: leave it out of the body"));
  }
  c.set("body", body as Fields); // parsed from JSON
  return next();
};

export const adminApi = new Hono<App>();

adminApi.use(async (c, next) => {
  await next();
  c.res.headers.set("Cache-Control", "no-store");
  c.res.headers.set("X-Content-Type-Options", "nosniff");
});
adminApi.use(async (c, next) => {
  const foreign = checkSite(c.req.raw);
  return foreign ? refuse(c, foreign) : next();
});
adminApi.use(
  bodyLimit({
    maxSize: MOST_OCTETS,
    onError: (c) => refuse(c, bad(413, "body", `is longer than ${MOST_OCTETS} octets`)),
  }),
);

// Before the guard: the token of the claim is what opens this one.
adminApi.post("/realms/:realm/enrol", readBody, async (c) => {
  const address = addressOf(c);
  const wait = enrolments.wait(address, now());
  if (wait > 0) return refuse(c, tooMany(MOST_ENROLMENTS, "enrolments", wait));
  enrolments.count(address, now());
  const realm = c.req.param("realm");
  if (!(await realms(c).has(realm))) return refuse(c, noSuchRealm(realm));
  return answer(c, await realmCalls(c, realm).redeem(c.get("body"), address), 201);
});

adminApi.use(async (c, next) => {
  const guarded = await admitAdmin(c.req.raw, doorOf(readConfig(c.env), c.env), {
    address: addressOf(c),
    now,
    get: (url, init) => fetch(url, init),
    log,
  });
  if ("status" in guarded) return refuse(c, guarded);
  c.set("by", guarded.by);
  return next();
});

adminApi.get("/realms", async (c) => answer(c, await realms(c).list(query(c))));
adminApi.post("/realms", readBody, async (c) => answer(c, await realms(c).create(c.get("body")), 201));
adminApi.delete("/realms/:realm", async (c) => answer(c, await realms(c).remove(c.req.param("realm"))));

adminApi.use("/realms/:realm/*", async (c, next) => {
  const realm = c.req.param("realm");
  if (!(await realms(c).has(realm))) return refuse(c, noSuchRealm(realm));
  c.set("realm", realm);
  return next();
});
adminApi.get("/realms/:realm/devices", (c) => ask(c, "device.list", query(c)));
adminApi.post("/realms/:realm/devices", readBody, (c) => ask(c, "device.add", c.get("body"), 201));
adminApi.get("/realms/:realm/devices/:authid", (c) => ask(c, "device.get", named(c)));
adminApi.patch("/realms/:realm/devices/:authid", readBody, (c) => ask(c, "device.change", named(c)));
adminApi.delete("/realms/:realm/devices/:authid", (c) => ask(c, "device.delete", named(c)));
adminApi.post("/realms/:realm/devices/:authid/rotate", readBody, (c) => ask(c, "device.rotate", named(c)));
adminApi.get("/realms/:realm/claims", (c) => ask(c, "claim.list", query(c)));
adminApi.post("/realms/:realm/claims", readBody, (c) => ask(c, "claim.issue", c.get("body"), 201));
adminApi.delete("/realms/:realm/claims/:id", (c) => ask(c, "claim.revoke", { id: c.req.param("id") }));
adminApi.get("/realms/:realm/sessions", (c) => ask(c, "session.list", query(c)));
adminApi.delete("/realms/:realm/sessions/:id", (c) => ask(c, "session.kick", { session: c.req.param("id") }));
adminApi.get("/realms/:realm/explain", (c) => ask(c, "explain", query(c)));
adminApi.delete("/realms/:realm/authorizations", (c) => ask(c, "authorizer.purge", query(c)));

adminApi.onError((error, c) => {
  if (error instanceof ConfigError) {
    return c.json({ error: "edgebahn.error.configuration", message: error.message }, 500);
  }
  log({ event: "fault", error: error.stack });
  return c.json({ error: "edgebahn.error.fault", message: "the router failed; its log says why" }, 500);
});
adminApi.all("*", (c) =>
  refuse(c, {
    status: 404,
    error: "edgebahn.error.not_found",
    message: `the admin API has no ${c.req.method} ${c.req.path}: docs/devices.md lists what it has`,
  }),
);

type Call = Context<App>;

async function ask(
  c: Call,
  operation: Operation,
  fields: Fields,
  status: ContentfulStatusCode = 200,
): Promise<Response> {
  const request = { operation, fields, by: c.get("by") };
  return answer(c, await realmCalls(c, c.get("realm")).administer(request), status);
}

/** Of a name that stands there twice the first counts. */
function query(c: Call): Record<string, string> {
  return { ...c.req.query() }; // theirs has no prototype, and such do not cross objects
}

/** The body's fields, if there may be a body, with the device that the address names. */
function named(c: Context<App, "/:authid">): Fields {
  return { ...c.get("body"), authid: c.req.param("authid") };
}

function answer(c: Call, given: AdminAnswer, status: ContentfulStatusCode = 200): Response {
  if (given.ok) return c.json(given.result, status);
  const { error, message, path } = given;
  return refuse(c, { status: statusOf(error), error, message, ...(path !== undefined && { path }) });
}

function refuse(c: Call, { status, error, message, path, retryAfter }: AdminRefusal): Response {
  if (retryAfter !== undefined) c.header("Retry-After", String(retryAfter));
  if (status === 401) c.header("WWW-Authenticate", "Bearer");
  return c.json({ error, message, ...(path !== undefined && { path }) }, status);
}

function statusOf(error: string): AdminRefusal["status"] {
  if (/\.no_such_(?:device|claim|session|realm|principal)$/.test(error)) return 404;
  if (/_exists$/.test(error)) return 409;
  if (error === "edgebahn.error.limit_exceeded") return 429;
  return error === "edgebahn.error.claim_refused" ? 403 : 400;
}

function bad(status: AdminRefusal["status"], path: string, message: string): AdminRefusal {
  return { status, error: INVALID, message: `${path} ${message}`, path };
}

function noSuchRealm(realm: string): AdminRefusal {
  const message = `there is no realm ${JSON.stringify(realm.slice(0, 256))} on this router`;
  return { status: 404, error: "wamp.error.no_such_realm", message, path: "realm" };
}

function realms(c: Call): AdminRealms {
  const directory = new RealmDirectory(c.env.DIRECTORY);
  return new AdminRealms({
    config: readConfig(c.env),
    directory,
    realm: (name) => realmCalls(c, name),
  });
}

/** A cast, since the types of remote calls give up on JSON, which holds itself. */
function realmCalls(c: Call, realm: string): RealmCalls {
  return c.env.REALM.getByName(realm) as unknown as RealmCalls;
}

function doorOf({ admin }: Config, env: Env): AdminDoor {
  if (!admin) return {};
  const { secret: name, access } = admin;
  return {
    ...(name !== undefined && { secret: { name, value: secretOf(env, name) } }),
    ...(access && { access }),
  };
}

/** Cloudflare overwrites this header on every request. Where there is none, all share one address. */
function addressOf(c: Call): string {
  return networkOf(c.req.header("CF-Connecting-IP") ?? "");
}
