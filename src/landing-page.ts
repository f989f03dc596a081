/** What a person sees who opens the router's address in a browser. Takes nothing from the request but its own address. */
import { html } from "hono/html";
import type { Config } from "./config.ts";

export function landingPage(url: URL, config: Config) {
  const address = `${url.protocol === "https:" ? "wss" : "ws"}://${url.host}/ws`;
  const realm = config.defaultRealm;
  return html`<!doctype html>
    <html lang="en">
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>edgebahn: a WAMP router</title>
      <body style="font: 1rem/1.5 system-ui; max-width: 42rem; margin: 3rem auto; padding: 0 1rem">
        <h1>This is a WAMP router</h1>
        <p>It speaks WebSocket, so a browser cannot show it. Point a WAMP client here instead:</p>
        <pre>
url    ${address}
realm  ${realm ? realm.name : "none is configured yet: add one to [[vars.REALMS]] in wrangler.toml"}</pre
        >
        <p>Subprotocols: wamp.2.json, wamp.2.msgpack, wamp.2.cbor, and each of them batched.</p>
      </body>
    </html>`;
}
