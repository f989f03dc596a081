/**
 * What a person sees who opens the router's address in a browser: where to point a client, or what to set first. Takes
 * nothing from the request but its own address, and tells nothing of the configuration but the realm of that address, or what
 * is wrong with it.
 */
import { html } from "hono/html";
import { type Config, ConfigError } from "./config.ts";

const FIRST_REALM = `[[vars.REALMS]]
name = "realm1"
anonymous = "local"       # whoever reaches the router as localhost; "everybody": the whole internet

[[vars.REALMS.roles]]
name = "anonymous"

[[vars.REALMS.roles.permissions]]
uri = "com.example."
match = "prefix"
allow = { call = true, register = true, publish = true, subscribe = true }`;

const TITLE = "This is a WAMP router";

/** @param config the configuration, or what `readConfig` threw */
export function landingPage(url: URL, config: Config | ConfigError) {
  if (config instanceof ConfigError) return page("This WAMP router is not set up yet", broken(config));
  if (!config.defaultRealm) return page("This WAMP router is not set up yet", empty());
  const named = realmIn(url);
  if (config.realms.has(named)) return page(TITLE, address(url, url.pathname, named));
  const { name } = config.hosts.get(url.hostname) ?? config.defaultRealm;
  return page(TITLE, address(url, "/ws", name));
}

/** The realm that the address names; "" where it names none. */
function realmIn({ pathname }: URL): string {
  const [, named = ""] = /^\/ws\/(.+)$/.exec(pathname) ?? [];
  try {
    return decodeURIComponent(named);
  } catch {
    return named; // a stray %, which is no escape
  }
}

function address(url: URL, path: string, realm: string) {
  return html`<p>It speaks WebSocket, so a browser cannot show it. Point a WAMP client here instead:</p>
        <pre>
url    ${url.protocol === "https:" ? "wss" : "ws"}://${url.host}${path}
realm  ${realm}</pre
        >
        <p>Subprotocols: wamp.2.json, wamp.2.msgpack, wamp.2.cbor, and each of them batched.</p>`;
}

function empty() {
  return html`<p>It has no realm, so it admits nobody. Add one to wrangler.toml and deploy again:</p>
        <pre>${FIRST_REALM}</pre>
        <p>docs/configuration.md explains each setting, and how to let devices and people sign in.</p>`;
}

function broken({ faults }: ConfigError) {
  return html`<p>
          Its configuration is wrong, so it admits nobody. Correct this in wrangler.toml, or set the secret that it names,
          and deploy again:
        </p>
        <ul>
          ${faults.map(({ path, reason }) => html`<li><code>${path}</code>: ${reason}</li>`)}
        </ul>
        <p>A realm that works looks like this; docs/configuration.md explains each setting:</p>
        <pre>${FIRST_REALM}</pre>`;
}

function page(title: string, body: ReturnType<typeof html>) {
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>edgebahn: a WAMP router</title>
      <body style="font: 1rem/1.5 system-ui; max-width: 42rem; margin: 3rem auto; padding: 0 1rem">
        <h1>${title}</h1>
        ${body}
      </body>
    </html>`;
}
