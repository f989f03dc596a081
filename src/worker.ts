/** The entry: says which realm object gets a request, and helps whoever came by mistake. Routes no message. */
import { type Context, Hono } from "hono";
import { addressOf, isUpgrade, realmAt } from "./cloudflare/address.ts";
import { adminApi } from "./cloudflare/admin-api.ts";
import { enter, refusal } from "./cloudflare/entrance.ts";
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

app.notFound((c) => c.text("Nothing is here. WAMP clients connect to /ws or /ws/<realm>.\n", 404));
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
    return c.html(landingPage(url, error), 500);
  }
}

async function failed(error: unknown, request: Request): Promise<Response> {
  if (error instanceof ConfigError) {
    if (!request.headers.get("Accept")?.includes("text/html")) return refusal(error.message, 500);
    const body = String(await landingPage(new URL(request.url), error));
    return new Response(body, { status: 500, headers: { "Content-Type": "text/html; charset=UTF-8" } });
  }
  if (error instanceof DirectoryBusy) return refusal(error.message, 503, { "Retry-After": "1" });
  console.error(logLine({ event: "fault", error: error instanceof Error ? error.stack : String(error) }));
  return refusal("The router failed; its log says why.", 500);
}
