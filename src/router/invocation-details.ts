/** What an INVOCATION tells its callee of the call: decided anew for each callee that a call comes to (RRT-05). */
import type { Message } from "../wamp/message.ts";
import { callerDetails } from "./disclosure.ts";
import type { CallTerms } from "./invocation.ts";
import { PASSTHRU, type Passthru, usesPassthru } from "./passthru.ts";
import type { Callee, Registration } from "./registration.ts";
import type { Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import { trustLevel } from "./trust.ts";

export type InvocationDetails = Message<"INVOCATION">["details"];

const NO_DETAILS: InvocationDetails = {};

/** INVOCATION.Details at this callee, but for `progress` and `timeout`, which are not the same for every chunk. */
export function invocationDetails(
  terms: CallTerms,
  caller: Session,
  {
    registration,
    callee,
    settings,
  }: { registration: Pick<Registration, "match">; callee: Callee; settings: RealmSettings },
): InvocationDetails {
  const { procedure, disclosed, receivesProgress, passthru } = terms;
  const trustlevel = trustLevel(settings.callTrust, procedure, caller);
  const discloses = (disclosed || callee.discloseCaller) && !caller.isRouter;
  const isPlain = registration.match === "exact" && !discloses && !receivesProgress;
  if (isPlain && trustlevel === undefined && !usesPassthru(passthru)) return NO_DETAILS;
  return {
    // PBR-10: only a pattern callee needs telling which procedure it was.
    ...(registration.match !== "exact" && { procedure }),
    ...(discloses && callerDetails(caller)),
    ...(receivesProgress && takesProgress(callee.session, settings) && { receive_progress: true }),
    ...(trustlevel !== undefined && { trustlevel }),
    ...passthru,
  };
}

/** What the callee would have to announce to take this call; undefined where it can (PCI-05, PPT-08). */
export function lacking(
  callee: Session,
  call: { readonly progressive: boolean; readonly passthru: Passthru },
): string | undefined {
  const progressive = callee.announced("callee", "progressive_call_invocations") && callee.canBeInterrupted;
  if (call.progressive && !progressive) return "progressive_call_invocations and call_canceling";
  if (usesPassthru(call.passthru) && !callee.announced("callee", PASSTHRU)) return PASSTHRU;
  return undefined;
}

/** TMO-06, TMO-09: this callee times its calls itself. */
export function timesItself({ session, forwardTimeout }: Callee): boolean {
  return forwardTimeout && session.announced("callee", "call_timeout");
}

/** PCR-01, PCR-02: the spec asks for canceling too, which AutobahnJS callees do not announce. */
function takesProgress(callee: Session, { progressiveResults }: RealmSettings): boolean {
  if (!callee.announced("callee", "progressive_call_results")) return false;
  return progressiveResults === "compat" || callee.canBeInterrupted;
}
