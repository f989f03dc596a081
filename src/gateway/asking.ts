/**
 * The router asks the realm: a call of its own to a procedure that a client has registered, as a promise. And what it asks
 * an authorizer, and which answers count as one (AZN-11).
 */
import type { Decision } from "../auth/permission.ts";
import type { Undecided } from "../router/authorization.ts";
import type { Outcome } from "../router/inquiries.ts";
import type { Arguments } from "../router/payload-reader.ts";
import { WampError } from "../wamp/error.ts";

/**
 * Calls a procedure of the realm. Rejects with a WampError: no_such_procedure, timeout, canceled, or what the procedure
 * itself answered.
 */
export type Ask = (procedure: string, args: readonly unknown[]) => Promise<Arguments>;

export const AUTHORIZATION_FAILED = "wamp.error.authorization_failed";

/** What came of a call of the router's own. @throws WampError */
export function answerOf(outcome: Outcome): Arguments {
  if ("error" in outcome) throw new WampError(outcome.error, outcome.message);
  return outcome;
}

/**
 * Asks the realm's authorizer: `procedure(session, uri, action, options)`, where `session` has `realm`, `session`, `authid`,
 * `authrole`, `authmethod`, `authprovider` and perhaps `authextra`, and `options` has `match`.
 * @throws WampError authorization_failed where it does not answer, or not what an authorizer may (AZN-03)
 */
export async function askAuthorizer(
  ask: Ask,
  { realm, procedure }: { readonly realm: string; readonly procedure: string },
  { identity, uri, action, match }: Undecided,
): Promise<Decision> {
  const { session, authid, authrole, authmethod, authprovider, authextra } = identity;
  const details = {
    realm,
    session,
    authid,
    authrole,
    authmethod,
    authprovider,
    ...(authextra && { authextra }),
  };
  let answer: Arguments;
  try {
    answer = await ask(procedure, [details, uri, action, { match }]);
  } catch (error) {
    if (!(error instanceof WampError)) throw error;
    throw new WampError(AUTHORIZATION_FAILED, `the authorizer ${procedure} failed with ${error.uri}`);
  }
  const decision = decisionOf(answer.args[0]);
  if (decision) return decision;
  throw new WampError(
    AUTHORIZATION_FAILED,
    `the authorizer ${procedure} must answer a boolean, or a dict of the booleans allow, disclose and cache`,
  );
}

/** Undefined where that is no answer: nothing is taken for a yes that is not one. */
function decisionOf(answer: unknown): Decision | undefined {
  if (typeof answer === "boolean") return { allow: answer, disclose: false, cache: false };
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return undefined;
  const { allow, disclose, cache } = answer as Readonly<Record<string, unknown>>; // a dict, whatever its keys
  if (typeof allow !== "boolean" || !isFlag(disclose) || !isFlag(cache)) return undefined;
  return { allow, disclose: disclose === true, cache: cache === true };
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "boolean";
}
