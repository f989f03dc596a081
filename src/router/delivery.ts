/** The router's only output: a message, and the sessions to send it to, in order. */
import type { RouterMessage } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import type { SessionId } from "./session.ts";

export interface Delivery {
  readonly message: RouterMessage;
  readonly to: readonly SessionId[];
}

export const NOTHING: readonly Delivery[] = [];

/** A delivery to one session. */
export function reply(to: SessionId, message: RouterMessage): Delivery {
  return { message, to: [to] };
}

/** ERR-37: text that the router makes stands in Arguments[0], Details stay empty. */
export function explanation(text: string): Payload {
  return { format: "values", args: [text] };
}
