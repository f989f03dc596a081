/** Which requests are WebSocket upgrades, and which realm their address names. */

/** The paths of upgrades: none names the default realm. A name with an escape in it is not among them. */
const ADDRESS = /^\/(?:ws(?:\/([^/%]*))?)?$/;

export function isUpgrade({ headers }: Request): boolean {
  return headers.get("Upgrade")?.toLowerCase() === "websocket";
}

/** The address that was read last: a fleet comes by one. Nobody changes it. None with a query, which may hold a secret. */
let last: { readonly text: string; readonly address: URL } | undefined;

export function addressOf({ url: text }: Request): URL {
  if (last?.text === text) return last.address;
  const address = new URL(text);
  if (!text.includes("?")) last = { text, address };
  return address;
}

/** The realm that this address of an upgrade names, "" for the default one; undefined: it is no such address. */
export function realmAt({ pathname }: URL): string | undefined {
  const found = ADDRESS.exec(pathname);
  return found ? (found[1] ?? "") : undefined;
}
