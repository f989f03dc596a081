/**
 * Whether somebody who has shown who it is may join: the role, the limits, and what becomes of older sessions of the same
 * principal. Changes nothing: whoever is refused has replaced nobody.
 */
import type { Principal, SignIn } from "../auth/method.ts";
import { exceeds, LIMIT_EXCEEDED } from "../router/limits.ts";
import type { Identity, Session } from "../router/session.ts";
import { Refusal } from "../wamp/error.ts";
import { type Doorway, identify } from "./handshake.ts";
import type { RoleRates } from "./rate.ts";

/** On what terms a role's sessions are here. */
export interface RoleTerms extends RoleRates {
  /**
   * A second session of the same authid in this role: `newest` ends the older ones, `oldest` refuses the newer one, `many`
   * lets all be (AUT-15). Anonymous sessions have nothing in common and are not held to it.
   */
  readonly singleSession: "newest" | "oldest" | "many";
  /** Sessions of this role at a time; undefined: as many as the realm takes. */
  readonly sessions?: number;
  /** Sessions of one authid at a time, whatever their roles; undefined: no limit. */
  readonly sessionsPerAuthid?: number;
  /** May call the router's own procedures that manage the realm. */
  readonly admin?: boolean;
}

/** The sessions that are here. */
export interface Present {
  readonly size: number;
  withAuthid(authid: string): readonly Session[];
  countOf(authrole: string): number;
}

export interface AdmissionPorts {
  readonly doorway: Doorway;
  readonly present: Present;
  /** Sessions of the realm. */
  readonly most: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export interface Admitted {
  readonly identity: Identity;
  /** Who must leave before it joins. */
  readonly replaced: readonly Session[];
}

/** @throws Refusal no_such_role, authentication_denied, not_authorized, limit_exceeded */
export function admit(
  signIn: SignIn,
  { method, principal }: { readonly method: string; readonly principal: Principal },
  { doorway, present, most, now }: AdmissionPorts,
): Admitted {
  const identity = identify(signIn, method, principal);
  const terms = termsFor(identity, signIn.details.authrole, doorway);
  // NaN is no time at which something could still hold.
  if (identity.expires !== undefined && !(identity.expires > now())) {
    throw new Refusal(
      "wamp.error.authentication_denied",
      "the credentials have expired: sign in with new ones",
    );
  }
  const ofAuthid = present.withAuthid(identity.authid);
  const replaced = olderSessions(identity, terms, ofAuthid);
  const leaving = replaced.length;
  const { authrole } = identity;
  checkRoom(`sessions of the realm ${doorway.realm}`, present.size - leaving, most);
  checkRoom(`sessions of the role ${authrole}`, present.countOf(authrole) - leaving, terms.sessions);
  checkRoom("sessions of one authid", ofAuthid.length - leaving, terms.sessionsPerAuthid);
  return { identity, replaced };
}

/** Undefined: the realm has no such role. */
export function termsOf(authrole: string, { role }: Doorway): RoleTerms | undefined {
  return role ? role(authrole) : { singleSession: "many" };
}

/** AUT-09, AUT-12, ERR-13: a role that is asked for is a wish, and no more is told of it than that there is none. */
function termsFor({ authrole }: Identity, wanted: string | undefined, doorway: Doorway): RoleTerms {
  const missing = wanted !== undefined && !termsOf(wanted, doorway) ? wanted : authrole;
  const terms = termsOf(missing, doorway);
  if (terms) return terms;
  throw new Refusal(
    "wamp.error.no_such_role",
    `the realm ${doorway.realm} has no role ${missing}: its configuration must name it`,
  );
}

/** Only ever of the same authid and role: nobody else's session is at anybody's mercy. @throws Refusal not_authorized */
function olderSessions(
  { authid, authrole, authmethod }: Identity,
  { singleSession }: RoleTerms,
  ofAuthid: readonly Session[],
): readonly Session[] {
  if (singleSession === "many" || authmethod === "anonymous") return [];
  const older = ofAuthid.filter(
    ({ identity }) => identity.authrole === authrole && identity.authmethod !== "anonymous",
  );
  if (singleSession === "newest" || older.length === 0) return older;
  throw new Refusal(
    "wamp.error.not_authorized",
    `${authid} has a session already, and the role ${authrole} admits one at a time: end that one first`,
  );
}

function checkRoom(limit: string, present: number, most: number | undefined): void {
  if (most === undefined || present < most) return;
  const { message } = exceeds(`of ${limit}`, most, "try again when one has ended");
  throw new Refusal(LIMIT_EXCEEDED, message);
}
