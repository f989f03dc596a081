/** What the dealer says of a call to its callee and its caller. Decides nothing. */
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { type Delivery, explanation, reply } from "./delivery.ts";
import type { Invocation } from "./invocation.ts";
import type { InvocationDetails } from "./invocation-details.ts";
import type { Session } from "./session.ts";

const CALL = 48;

/** INVOCATION of one chunk; `more` goes with the first one only. */
export function invocationOf(
  { id, callee, terms, details, chunks }: Invocation,
  payload: Payload | undefined,
  more?: InvocationDetails,
): Delivery {
  const isPlain = chunks !== "open" && more === undefined;
  return reply(callee.id, {
    type: "INVOCATION",
    request: id,
    registration: terms.registration,
    details: isPlain ? details : { ...details, ...(chunks === "open" && { progress: true }), ...more },
    payload,
  });
}

export function interruptOf({ callee, id }: Invocation, mode: "kill" | "killnowait"): Delivery {
  return reply(callee.id, { type: "INTERRUPT", request: id, options: { mode } });
}

export function resultOf(
  { caller, request }: Invocation,
  details: Message<"RESULT">["details"],
  payload: Payload | undefined,
): Delivery {
  return reply(caller.id, { type: "RESULT", request, details, payload });
}

/** The callee's own ERROR, passed on. */
export function errorOf(
  { caller, request }: Invocation,
  { details, error, payload }: Pick<Message<"ERROR">, "details" | "error" | "payload">,
): Delivery {
  return reply(caller.id, { type: "ERROR", requestType: CALL, request, details, error, payload });
}

/** An ERROR of the router's own (ERR-37). */
export function failureOf(
  request: number,
  caller: Session,
  { error, text }: { readonly error: string; readonly text: string },
): Delivery {
  const payload = explanation(text);
  return reply(caller.id, { type: "ERROR", requestType: CALL, request, details: {}, error, payload });
}
