/** From HELLO to WELCOME: which realm, which method, and what WELCOME says. Holds no state. */
import type { AuthMethod, Principal, SignIn } from "../auth/method.ts";
import type { Announcement } from "../router/announcement.ts";
import type { Identity } from "../router/session.ts";
import { ProtocolViolation, Refusal } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import type { RawItem } from "../wamp/payload.ts";
import { uriFault } from "../wamp/uri.ts";
import type { RoleTerms } from "./admission.ts";

const AGENT = "edgebahn";

export interface Doorway {
  /** The realm behind this gateway. */
  readonly realm: string;
  /** Where another realm that this router has is reached, as in `/ws/realm2`; undefined where there is none. */
  readonly elsewhere: (realm: string) => string | undefined;
  /** The features that WELCOME announces. */
  readonly announcement: Announcement;
  /** In no particular order: the client's order decides. */
  readonly methods: readonly AuthMethod[];
  /**
   * The terms of a role of this realm; undefined: the realm has no such role. Without this the realm knows no roles, and
   * whoever a method admits is admitted.
   */
  readonly role?: (authrole: string) => RoleTerms | undefined;
}

const UTF8 = new TextEncoder();

/** Whoever has not joined may send only small frames, of `limit` octets. @throws ProtocolViolation */
export function checkGreeting(frame: string | ArrayBuffer, limit: number): void {
  if (isLonger(frame, limit)) {
    throw new ProtocolViolation(`before WELCOME a frame may have ${limit} octets`, 1009);
  }
}

/** A text has at least as many octets as characters. */
function isLonger(frame: string | ArrayBuffer, octets: number): boolean {
  if (typeof frame !== "string") return frame.byteLength > octets;
  if (frame.length > octets) return true;
  // A character has at most three octets, so that a short one need not be encoded to be measured.
  return 3 * frame.length > octets && UTF8.encode(frame).length > octets;
}

/** @throws Refusal no_such_realm, invalid_uri */
export function checkHello({ realm }: Message<"HELLO">, doorway: Doorway): void {
  if (realm === null) {
    throw new Refusal("wamp.error.no_such_realm", "HELLO must name a realm: this router does not assign one");
  }
  const fault = uriFault(realm);
  if (fault) throw new Refusal("wamp.error.invalid_uri", `HELLO.Realm ${fault}`);
  if (realm === doorway.realm) return;
  const address = doorway.elsewhere(realm);
  throw new Refusal(
    "wamp.error.no_such_realm",
    address === undefined
      ? `there is no realm ${realm} on this router; this address serves ${doorway.realm}`
      : `this address serves ${doorway.realm}; connect to ${address} for ${realm}`,
  );
}

/** The first of the client's methods that is offered here (AUT-01, AUT-02). @throws Refusal where none is */
export function chooseMethod(signIn: SignIn, { realm, methods }: Doorway): AuthMethod {
  const wanted = signIn.details.authmethods ?? [];
  const offers = wanted.length > 0 ? wanted : ["anonymous"];
  for (const name of offers) {
    const method = methods.find((each) => each.name === name);
    if (method?.offered(signIn)) return method;
  }
  if (offers.every((name) => name === "anonymous")) {
    throw new Refusal(
      "wamp.error.authentication_required",
      `realm ${realm} admits no anonymous session here: it would take anonymous = "everybody" in this realm's configuration`,
    );
  }
  const here = methods.filter((each) => each.offered(signIn)).map(({ name }) => name);
  const hint = here.length === 0 ? "" : `, but ${here.join(", ")}`;
  throw new Refusal(
    "wamp.error.no_matching_auth_method",
    `realm ${realm} offers none of the methods ${offers.join(", ")}${hint}`,
  );
}

/** Who the session is, once a method has said so. */
export function identify(signIn: SignIn, authmethod: string, principal: Principal): Identity {
  const { as: _, ...who } = principal; // it counts for joining alone
  return { session: signIn.session, ...who, authmethod, roles: signIn.details.roles };
}

/**
 * SES-15..20: roles with their features, and who the router takes the client for.
 * @param roles what the realm announces
 */
export function welcome(realm: string, identity: Identity, roles: RawItem): Message<"WELCOME"> {
  const { session, authid, authrole, authmethod, authprovider, authextra } = identity;
  return {
    type: "WELCOME",
    session,
    details: {
      roles,
      agent: AGENT,
      realm,
      authid,
      authrole,
      authmethod,
      authprovider,
      ...(authextra && { authextra }),
    },
  };
}
