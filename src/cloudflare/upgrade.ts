/**
 * Judges a WebSocket upgrade before any realm object exists: subprotocol, origin, realm. What it decided travels to the
 * object in one header that the Worker writes and a client cannot, since the request is built anew.
 */
import type { Origin } from "../auth/method.ts";
import type { Config } from "../config.ts";
import { SUBPROTOCOLS, type Subprotocol } from "../serializer/serializer.ts";
import { originOf } from "./transport.ts";
import { originAllowed } from "./web-origin.ts";

/** What an admitted upgrade is told to its realm object. */
export interface Admission {
  readonly realm: string;
  /** The template that the realm was made from at run time; undefined where the configuration names the realm itself. */
  readonly template?: string;
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

/** A realm made at run time to its template; undefined where there is none of that name. */
export type TemplateOf = (realm: string) => Promise<string | undefined>;

/** The realms of this router, configured and made. */
export interface Realms {
  readonly config: Config;
  readonly templateOf: TemplateOf;
}

/** `path` is the realm that the address names, as in `/ws/realm1`; without one the host decides, then the default. */
export async function admit(
  request: Request,
  path: string | undefined,
  { config, templateOf }: Realms,
): Promise<Admission | Denial> {
  const url = new URL(request.url);
  const page = request.headers.get("Origin");
  if (page !== null && !originAllowed(page, url, config.allowedOrigins)) {
    return {
      status: 403,
      text: `Web pages of ${page} may not connect to this router. Its ALLOWED_ORIGINS would have to name that origin.`,
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
  const realm = path ?? config.hosts.get(url.hostname)?.name ?? config.defaultRealm?.name;
  if (realm === undefined) {
    return { status: 404, text: "No realm is configured. Add one to [[vars.REALMS]] in wrangler.toml." };
  }
  const home = await homeOf(realm, { config, templateOf });
  if (!home) return { status: 404, text: `There is no realm ${JSON.stringify(realm)} on this router.` };
  const origin = await originOf(request);
  return { ...home, subprotocol, named: offers !== null, origin };
}

/** A realm that there is, and the template that it was made from, if it was; undefined where there is none of that name. */
export async function homeOf(
  realm: string,
  { config, templateOf }: Realms,
): Promise<Pick<Admission, "realm" | "template"> | undefined> {
  if (config.realms.has(realm)) return { realm };
  const template = await templateOf(realm);
  return template === undefined ? undefined : { realm, template };
}

/** TRN-04: the first supported entry in the client's order. */
function negotiate(offers: string): Subprotocol | undefined {
  for (const offer of offers.split(",")) {
    const found = SUBPROTOCOLS.find((name) => name === offer.trim());
    if (found) return found;
  }
  return undefined;
}
