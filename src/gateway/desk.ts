/**
 * Calls to the router's own procedures that take their time, `edgebahn.*`: the caller's next messages wait, nobody else
 * does. Who may call them is decided twice, by the permissions of its role and by whether the role may manage the realm.
 */
import { type May, NOT_AUTHORIZED } from "../router/authorization.ts";
import type { Arguments } from "../router/payload-reader.ts";
import type { Identity } from "../router/session.ts";
import { payloadReader } from "../serializer/payload-reader.ts";
import { WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { isOurs, uriFault } from "../wamp/uri.ts";
import type { RoleTerms } from "./admission.ts";

/** What a procedure is given and what it returns. May throw a WampError, or reject with one. */
export type DeskProcedure = (
  call: Arguments,
  caller: Identity,
) => Promise<Partial<Arguments>> | Partial<Arguments>;

/** The router's own procedures by URI; undefined: there is none of that name. */
export type Desk = (caller: Identity, procedure: string) => DeskProcedure | undefined;

export interface DeskTerms {
  readonly desk: Desk;
  readonly may: May | undefined;
  readonly terms: (authrole: string) => RoleTerms | undefined;
}

/** AZN-06: nobody learns what there is who may not call it. @throws WampError @throws Undecided */
export function procedureFor(
  caller: Identity,
  procedure: string,
  { desk, may, terms }: DeskTerms,
): DeskProcedure {
  const fault = uriFault(procedure);
  if (fault) throw new WampError("wamp.error.invalid_uri", `procedure ${fault}`);
  const manages = terms(caller.authrole)?.admin === true;
  if (!manages || !may?.(caller, "call", procedure, "exact").allow) {
    const text = `this session may not call ${procedure}: its role does not manage the realm, or no permission allows it`;
    throw new WampError(NOT_AUTHORIZED, text);
  }
  const found = desk(caller, procedure);
  if (found) return found;
  throw new WampError("wamp.error.no_such_procedure", `the router has no procedure ${procedure}`);
}

/** @throws WampError what the procedure throws, or where the arguments cannot be read */
export async function resultOf(
  { request, payload }: Message<"CALL">,
  caller: Identity,
  procedure: DeskProcedure,
): Promise<Message<"RESULT">> {
  const { args = [], kwargs } = await procedure(payloadReader.read(payload), caller);
  return {
    type: "RESULT",
    request,
    details: {},
    payload: { format: "values", args, ...(kwargs && { kwargs }) },
  };
}

/** URI-12: for a realm that has a desk. @throws WampError where a client wants a name of the router's */
export function refuseOurs(action: "register" | "publish", uri: string): void {
  if (!isOurs(uri)) return;
  throw new WampError(NOT_AUTHORIZED, `this session may not ${action} ${uri}: edgebahn is the router's own`);
}
