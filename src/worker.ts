/** The entry: says which realm object gets a request, and helps whoever came by mistake. Routes no message. */
import { type Context, Hono } from "hono";
import { addressOf, isUpgrade, realmAt } from "./cloudflare/address.ts";
import { adminApi } from "./cloudflare/admin-api.ts";
import { enter, refusal, tellRefused } from "./cloudflare/entrance.ts";
import { logLine } from "./cloudflare/log-line.ts";
import { DirectoryBusy } from "./cloudflare/realm-directory.ts";
import { ConfigError, readConfig } from "./config.ts";
import { landingPage } from "./landing-page.ts";

export { Directory } from "./cloudflare/directory.ts";
export { RealmObject } from "./cloudflare/realm-object.ts";

type App = { Bindings: Env };

const app = new Hono<App>();

app.get("/healthz", (c) => {
  readConfig(c.env); // a router that serves nobody is not healthy
  return c.text("ok\n");
});
app.get("/", socket);
app.get("/ws", socket);
app.get("/ws/", socket);
app.get("/ws/:realm", socket);

app.route("/api", adminApi);

app.notFound(({ req: { raw: request } }) => {
  const refused = {
    status: 404,
    text: "Nothing is here. WAMP clients connect to /ws or /ws/<realm>.",
  } as const;
  if (isUpgrade(request)) tellRefused(addressOf(request), refused);
  return refusal(refused.text, refused.status);
});
app.onError((error, c) => failed(error, c.req.raw));

export default {
  async fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response> {
    // Most requests are upgrades at a plain address: what they need of hono is nothing, and it costs a tenth of a join.
    if (request.method !== "GET" || !isUpgrade(request)) return app.fetch(request, env, context);
    const url = addressOf(request);
    const realm = realmAt(url);
    if (realm === undefined) return app.fetch(request, env, context);
    try {
      return await enter({ request, url, env, context }, realm || undefined);
    } catch (error) {
      return failed(error, request);
    }
  },
} satisfies ExportedHandler<Env>;

/** A page, or the upgrade of a realm whose name has an escape in it. */
async function socket(c: Context<App>): Promise<Response> {
  const { raw: request } = c.req;
  if (!isUpgrade(request)) return page(c);
  const visit = { request, url: addressOf(request), env: c.env, context: c.executionCtx };
  return enter(visit, c.req.param("realm"));
}

/** For whoever comes with a browser: where to point a client, or what to set first (S17). */
async function page(c: Context<App>): Promise<Response> {
  const url = new URL(c.req.url);
  try {
    const config = readConfig(c.env);
    return c.html(landingPage(url, config), c.req.path === "/" ? 200 : 426, { Upgrade: "websocket" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tellMisconfigured(error);
    return c.html(landingPage(url, error), 500);
  }
}

const told = new WeakSet<ConfigError>();

/** Once for each start, since every request meets it: a WAMP client shows its user a 500 and nothing of what to correct. */
function tellMisconfigured(error: ConfigError): void {
  if (told.has(error)) return;
  told.add(error);
  console.error(logLine({ event: "misconfigured", error: error.message }));
}

async function failed(error: unknown, request: Request): Promise<Response> {
  if (error instanceof ConfigError) {
    tellMisconfigured(error);
    if (!request.headers.get("Accept")?.includes("text/html")) return refusal(error.message, 500);
    const body = String(await landingPage(new URL(request.url), error));
    return new Response(body, { status: 500, headers: { "Content-Type": "text/html; charset=UTF-8" } });
  }
  if (error instanceof DirectoryBusy) return refusal(error.message, 503, { "Retry-After": "1" });
  if (isPassing(error)) {
    // One line says it: a fleet that comes back does not get to write one for each connection.
    if (Date.now() - busyAt >= 5_000) {
      busyAt = Date.now();
      console.warn(logLine({ event: "busy", error: String(error) }));
    }
    return refusal("The realm has more to do than it can: try again.", 503, { "Retry-After": "5" });
  }
  console.error(logLine({ event: "fault", error: error instanceof Error ? error.stack : String(error) }));
  return refusal("The router failed; its log says why.", 500);
}

/** When it was last logged that an object was busy, in milliseconds since 1970. */
let busyAt = 0;

/** Whether the platform says that an object cannot take a request now, because of too many of them or a move of its own (R9). */
function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { overloaded, retryable } = error as { readonly overloaded?: unknown; readonly retryable?: unknown }; // the platform's
  return overloaded === true || retryable === true;
}
