/** The entry: says which realm object gets a request, and helps whoever came by mistake. Routes no message. */
import { type Context, Hono } from "hono";
import { adminApi } from "./cloudflare/admin-api.ts";
import { receiveAtDesk } from "./cloudflare/front-desk.ts";
import { logLine } from "./cloudflare/log-line.ts";
import { DirectoryBusy, RealmDirectory } from "./cloudflare/realm-directory.ts";
import { ADMISSION_HEADER, type Admission, admit, homeOf } from "./cloudflare/upgrade.ts";
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
app.onError((error, c) => {
  if (error instanceof ConfigError) {
    const isBrowser = c.req.header("Accept")?.includes("text/html");
    return isBrowser
      ? c.html(landingPage(new URL(c.req.url), error), 500)
      : c.text(`${error.message}\n`, 500);
  }
  if (error instanceof DirectoryBusy) return c.text(`${error.message}\n`, 503, { "Retry-After": "1" });
  console.error(logLine({ event: "fault", error: error.stack }));
  return c.text("The router failed; its log says why.\n", 500);
});

export default app satisfies ExportedHandler<Env>;

async function socket(c: Context<App>): Promise<Response> {
  if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") return page(c);
  const config = readConfig(c.env);
  const realm = c.req.param("realm");
  const directory = new RealmDirectory(c.env.DIRECTORY);
  const templateOf = async (name: string) =>
    config.templates.size > 0 ? directory.templateForStranger(name) : undefined;
  const admission = await admit(c.req.raw, realm, { config, templateOf });
  if ("status" in admission) return c.text(`${admission.text}\n`, admission.status);
  const enter = (admitted: Admission): Promise<Response> => {
    c.executionCtx.waitUntil(directory.note(admitted.realm, config.realms.has(admitted.realm)));
    // A new request: no header of the client's reaches the object.
    return c.env.REALM.getByName(admitted.realm).fetch("https://realm/", {
      headers: { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(admitted) },
    });
  };
  const isMapped = realm !== undefined || config.hosts.has(new URL(c.req.url).hostname);
  if (isMapped || !config.frontDesk) return enter(admission);
  return receiveAtDesk({
    ...admission,
    open: async (named) => {
      const home = named === undefined ? undefined : await homeOf(named, { config, templateOf });
      // A realm that there is not is refused by the default realm's gateway, with what there is instead.
      const { webSocket, status } = await enter({ ...admission, ...home });
      if (webSocket) return webSocket;
      throw new Error(`the realm's object answered ${status}`);
    },
    log: (entry) => console.warn(logLine(entry)),
  });
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
