/**
 * Refuses a request before the realm sees it, as the realm would: by ERROR where one is expected, and its request id counts
 * as used.
 */
import type { RealmMessage } from "../router/realm.ts";
import { checkRequestId, comesLate, noteCall, type RequestIdCheck } from "../router/request-ids.ts";
import type { Session } from "../router/session.ts";
import type { WampError } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";

/** Request type to type code, for ERROR (ERR-38). */
const REQUEST_TYPES = { PUBLISH: 16, SUBSCRIBE: 32, UNSUBSCRIBE: 34, CALL: 48, REGISTER: 64, UNREGISTER: 66 };

export type RequestMessage = Extract<RealmMessage, { type: keyof typeof REQUEST_TYPES }>;

/** Whether the router answers it. A further chunk is not answered by itself: its call is, or was (PCI-11). */
export function isAnswered(message: RealmMessage, session: Session): message is RequestMessage {
  if (message.type === "CALL" && comesLate(session, message.request)) return false;
  return expectsAnswer(message, session);
}

/** The same of a request whose id was noted, which therefore looks late. */
function expectsAnswer(message: RealmMessage, session: Session): message is RequestMessage {
  if (message.type === "PUBLISH") return message.options.acknowledge === true;
  if (message.type === "CALL") return !session.calls.has(message.request);
  return message.type in REQUEST_TYPES;
}

/** The realm does not see this request, so its id is noted here. @throws ProtocolViolation where it is out of sequence */
export function note(session: Session, message: RealmMessage, check: RequestIdCheck): void {
  if (!(message.type in REQUEST_TYPES)) return;
  const request = message as RequestMessage; // of one of these types
  checkRequestId(session, request, check);
  if (request.type !== "CALL") return;
  noteCall(session, request.request, check);
}

/** BRK-11: undefined where nobody expects an answer. Not for a chunk that comes late. */
export function refusalOf(
  message: RealmMessage,
  session: Session,
  error: WampError,
): Message<"ERROR"> | undefined {
  if (!expectsAnswer(message, session)) return undefined;
  const { request } = message;
  return {
    type: "ERROR",
    requestType: REQUEST_TYPES[message.type],
    request,
    details: {},
    error: error.uri,
    payload: { format: "values", args: [error.message] },
  };
}
