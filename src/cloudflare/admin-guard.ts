/**
 * Who may use the admin API: whoever has the secret, or whom Cloudflare Access let through. Nothing else opens it: no cookie,
 * no address, no origin. What fails is counted by address, and whoever failed too often is not even compared, or where much
 * came at once, not told what came of it.
 */
import { type AccessApplication, type AccessPorts, AccessTokens } from "../auth/access-token.ts";
import { sameText } from "../auth/constant-time.ts";
import { Refusal } from "../wamp/error.ts";
import { AddressLimit } from "./address-limit.ts";
import { originAllowed } from "./web-origin.ts";

/** Wrong secrets and tokens a minute from one address. */
const MOST_FAILURES = 10;
const NOBODY = "";

/** What opens the admin API, by the configuration. */
export interface AdminDoor {
  /** The Worker secret that opens it. The configuration has seen to it that it is neither short nor a sample (S17). */
  readonly secret?: { readonly name: string; readonly value: string };
  readonly access?: AccessApplication;
}

/** An answer that refuses. */
export interface AdminRefusal {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 503;
  readonly error: string;
  readonly message: string;
  readonly path?: string;
  /** Seconds. */
  readonly retryAfter?: number;
}

export type Admitted = { readonly by: string };

export interface GuardPorts extends AccessPorts {
  /** Where the request comes from; those whose address is not known share one. */
  readonly address: string;
}

const failures = new AddressLimit(MOST_FAILURES);
/** The tokens of the last application asked for: its keys are fetched once and kept for a while. */
let known: { readonly key: string; readonly tokens: AccessTokens } | undefined;

/** A page of another site may send requests, with whatever its visitor's browser adds to them. */
export function checkSite(request: Request): AdminRefusal | undefined {
  const origin = request.headers.get("Origin");
  const site = request.headers.get("Sec-Fetch-Site");
  const foreign = origin !== null && !originAllowed(origin, new URL(request.url), []);
  if (!foreign && (site === null || site === "same-origin" || site === "none")) return undefined;
  return {
    status: 403,
    error: "edgebahn.error.foreign_origin",
    message:
      "web pages of another origin may not use the admin API: call it from a page of this host or from no page",
  };
}

export async function admitAdmin(
  request: Request,
  door: AdminDoor,
  ports: GuardPorts,
): Promise<Admitted | AdminRefusal> {
  if (!door.secret && !door.access) {
    return {
      status: 403,
      error: "edgebahn.error.admin_closed",
      message:
        "the admin API is closed: set [vars.ADMIN] in wrangler.toml, and the Worker secret that it names by npx wrangler secret put",
    };
  }
  const wait = failures.wait(ports.address, ports.now());
  if (wait > 0) return tooMany(MOST_FAILURES, "failed attempts", wait);
  const bearer = /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  const assertion = request.headers.get("Cf-Access-Jwt-Assertion");
  try {
    const isOpen = await opens(bearer, door.secret?.value);
    const verified =
      !isOpen && door.access && assertion ? await tokensOf(door.access, ports).verify(assertion) : undefined;
    const who = isOpen ? "secret" : verified;
    // What came at once was compared at once: beyond the limit nobody learns whether it was right.
    const late = failures.wait(ports.address, ports.now());
    if (late > 0) return tooMany(MOST_FAILURES, "failed attempts", late);
    if (who !== undefined) return { by: who };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return {
      status: 503,
      error: error.reason,
      message: "the keys of Cloudflare Access cannot be had at the moment: try again in a minute",
    };
  }
  if (bearer === undefined && !assertion) return unauthorized(door, "no secret and no token was sent");
  failures.count(ports.address, ports.now());
  return unauthorized(door, "what was sent is wrong or holds no longer");
}

export function tooMany(most: number, what: string, retryAfter: number): AdminRefusal {
  return {
    status: 429,
    error: "edgebahn.error.limit_exceeded",
    message: `the limit of ${what} a minute from one address is ${most}: try again in ${retryAfter} s`,
    retryAfter,
  };
}

/** Where there is no secret, something is compared all the same. */
async function opens(sent: string | undefined, secret: string | undefined): Promise<boolean> {
  const same = await sameText(sent ?? NOBODY, secret ?? NOBODY);
  return same && sent !== undefined && secret !== undefined && secret !== NOBODY;
}

function unauthorized({ secret, access }: AdminDoor, why: string): AdminRefusal {
  const ways = [
    ...(secret ? [`Authorization: Bearer with the Worker secret ${secret.name}`] : []),
    ...(access ? ["Cloudflare Access"] : []),
  ];
  return {
    status: 401,
    error: "wamp.error.authentication_denied",
    message: `${why}: sign in by ${ways.join(" or ")}`,
  };
}

function tokensOf(application: AccessApplication, ports: AccessPorts): AccessTokens {
  const key = `${application.team} ${application.audience}`;
  if (known?.key !== key) known = { key, tokens: new AccessTokens(application, ports) };
  return known.tokens;
}
