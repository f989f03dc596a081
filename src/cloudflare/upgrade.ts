/**
 * Judges a WebSocket upgrade before any realm object exists: subprotocol, origin, realm. What it decided travels to the
 * object in one header that the Worker writes and a client cannot, since the request is built anew.
 */
import type { Origin } from "../auth/method.ts";
import type { Config } from "../config.ts";
import { SUBPROTOCOLS, type Subprotocol } from "../serializer/serializer.ts";

/** What an admitted upgrade is told to its realm object. */
export interface Admission {
  readonly realm: string;
  readonly subprotocol: Subprotocol;
  /** Whether the client named a subprotocol: then, and only then, the answer names it too. */
  readonly named: boolean;
  readonly origin: Origin;
}

export const ADMISSION_HEADER = "edgebahn-admission";

/** Why an upgrade is refused: an HTTP status and a text for whoever reads it. */
export interface Denial {
  readonly status: 400 | 403 | 404;
  readonly text: string;
}

export function admit(request: Request, realm: string | undefined, config: Config): Admission | Denial {
  const url = new URL(request.url);
  const known = realm === undefined ? config.defaultRealm : config.realms.get(realm);
  if (!known) {
    return {
      status: 404,
      text:
        realm === undefined
          ? "No realm is configured. Add one to [[vars.REALMS]] in wrangler.toml."
          : `There is no realm ${JSON.stringify(realm)} on this router.`,
    };
  }
  const origin = request.headers.get("Origin");
  if (origin !== null && !originAllowed(origin, url, config.allowedOrigins)) {
    return {
      status: 403,
      text: `Web pages of ${origin} may not connect to this router. Its ALLOWED_ORIGINS would have to name that origin.`,
    };
  }
  const offers = request.headers.get("Sec-WebSocket-Protocol");
  const subprotocol = offers === null ? (config.assumeJson ? "wamp.2.json" : undefined) : negotiate(offers);
  if (subprotocol === undefined) {
    return {
      status: 400,
      text: `Sec-WebSocket-Protocol must name at least one of ${SUBPROTOCOLS.join(", ")}.`,
    };
  }
  return {
    realm: known.name,
    subprotocol,
    named: offers !== null,
    origin: { local: isLocal(url.hostname) },
  };
}

/** TRN-04: the first supported entry in the client's order. */
function negotiate(offers: string): Subprotocol | undefined {
  for (const offer of offers.split(",")) {
    const found = SUBPROTOCOLS.find((name) => name === offer.trim());
    if (found) return found;
  }
  return undefined;
}

/** TRN-19: pages of the router's own host, of a listed origin, and on a developer's machine every local page. */
function originAllowed(origin: string, url: URL, listed: readonly string[]): boolean {
  if (listed.includes(origin)) return true;
  if (!URL.canParse(origin)) return false; // such as "null", of a sandboxed page or a file
  const page = new URL(origin);
  return page.host === url.host || (isLocal(page.hostname) && isLocal(url.hostname));
}

function isLocal(hostname: string): boolean {
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}
