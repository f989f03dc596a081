/** The entry: says which realm object gets a request, and helps whoever came by mistake. Routes no message. */
import { type Context, Hono } from "hono";
import { ADMISSION_HEADER, admit } from "./cloudflare/upgrade.ts";
import { ConfigError, readConfig } from "./config.ts";
import { landingPage } from "./landing-page.ts";

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

app.notFound((c) => c.text("Nothing is here. WAMP clients connect to /ws or /ws/<realm>.\n", 404));
app.onError((error, c) => {
  if (error instanceof ConfigError) return c.text(`${error.message}\n`, 500);
  console.error(JSON.stringify({ event: "fault", error: error.stack }));
  return c.text("The router failed; its log says why.\n", 500);
});

export default app satisfies ExportedHandler<Env>;

function socket(c: Context<App>): Response | Promise<Response> {
  const config = readConfig(c.env);
  const realm = c.req.param("realm");
  if (c.req.header("Upgrade")?.toLowerCase() !== "websocket") {
    const page = landingPage(new URL(c.req.url), config);
    return c.html(page, c.req.path === "/" ? 200 : 426, { Upgrade: "websocket" });
  }
  const admission = admit(c.req.raw, realm, config);
  if ("status" in admission) return c.text(`${admission.text}\n`, admission.status);
  // A new request: no header of the client's reaches the object.
  return c.env.REALM.getByName(admission.realm).fetch("https://realm/", {
    headers: { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(admission) },
  });
}
