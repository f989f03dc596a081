/**
 * Judges a WebSocket upgrade before any realm object exists: subprotocol, origin, realm. What it decided travels to the
 * object in one header that the Worker writes and a client cannot, since the request is built anew.
 */
import type { Maybe, Origin } from "../auth/method.ts";
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

/** The same, and the request's address by whoever has read it already. */
interface Called extends Realms {
  readonly url?: URL;
}

/** `path` is the realm that the address names, as in `/ws/realm1`; without one the host decides, then the default. */
export function admit(
  request: Request,
  path: string | undefined,
  { config, templateOf, url = new URL(request.url) }: Called,
): Maybe<Admission | Denial> {
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
  const unnamed = config.hosts.get(url.hostname)?.name ?? config.defaultRealm?.name;
  const realm = path ?? unnamed;
  if (realm === undefined) {
    return { status: 404, text: "No realm is configured. Add one to [[vars.REALMS]] in wrangler.toml." };
  }
  const elsewhere = unnamed === undefined ? "" : `; /ws is ${JSON.stringify(unnamed)}`;
  const admitted = (home: Home | undefined, origin: Origin): Admission | Denial =>
    home
      ? { ...home, subprotocol, named: offers !== null, origin }
      : { status: 404, text: `There is no realm ${JSON.stringify(realm)} on this router${elsewhere}.` };
  const home = homeOf(realm, { config, templateOf });
  const origin = originOf(request, url);
  // Seldom is there anything to wait for, and each wait is a turn of its own.
  if (!(home instanceof Promise || origin instanceof Promise)) return admitted(home, origin);
  return Promise.all([home, origin]).then((found) => admitted(...found));
}

type Home = Pick<Admission, "realm" | "template">;

/** A realm that there is, and the template that it was made from, if it was; undefined where there is none of that name. */
export function homeOf(realm: string, { config, templateOf }: Realms): Maybe<Home | undefined> {
  if (config.realms.has(realm)) return { realm };
  return templateOf(realm).then((template) => (template === undefined ? undefined : { realm, template }));
}

/** TRN-04: the first supported entry in the client's order. */
function negotiate(offers: string): Subprotocol | undefined {
  for (const offer of offers.split(",")) {
    const found = SUBPROTOCOLS.find((name) => name === offer.trim());
    if (found) return found;
  }
  return undefined;
}
