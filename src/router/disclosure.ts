/** Who a caller or publisher is, for details of messages that disclose it. Only the router writes these keys (S10). */
import { WampError } from "../wamp/error.ts";
import type { Session } from "./session.ts";

export function callerDetails({ identity }: Session) {
  return { caller: identity.session, caller_authid: identity.authid, caller_authrole: identity.authrole };
}

export function publisherDetails({ identity }: Session) {
  return {
    publisher: identity.session,
    publisher_authid: identity.authid,
    publisher_authrole: identity.authrole,
  };
}

/** PID-02, CID-02, CID-04. @param allowed by the realm, or by the permit of whoever asks @throws WampError option_disallowed.disclose_me */
export function refuseDisclosure(asked: boolean | undefined, allowed: boolean): void {
  if (asked !== true || allowed) return;
  throw new WampError("wamp.error.option_disallowed.disclose_me", "this realm does not disclose identities");
}
