/**
 * What the router itself asks of the realm: calls of its own to procedures of clients, for dynamic authenticators and
 * authorizers. The router is a caller like any other to the dealer, but no session of the realm: it is in no listing,
 * discloses nothing, and what it is sent does not leave the realm but goes to whoever asked.
 */
import { WampError } from "../wamp/error.ts";
import { nextId } from "../wamp/id.ts";
import type { RouterMessage } from "../wamp/message.ts";
import type { Payload, ValuesPayload } from "../wamp/payload.ts";
import type { Dealer } from "./dealer.ts";
import { type Delivery, NOTHING } from "./delivery.ts";
import type { Arguments, PayloadReader } from "./payload-reader.ts";
import { ROUTER, Session } from "./session.ts";

/** What came of it: a result, or an error with its URI and, for the log, what was said about it. */
export type Outcome = Arguments | { readonly error: string; readonly message: string };

export interface Inquiry extends Partial<Arguments> {
  /** Milliseconds until it fails with `wamp.error.timeout`; at least 1. */
  readonly timeout: number;
  /** Called exactly once, perhaps before the router has said what it asks. It must not call the realm: it is in a turn. */
  readonly answered: (outcome: Outcome) => void;
}

export class Inquiries {
  readonly #dealer: Dealer;
  readonly #reader: PayloadReader;
  readonly #router = new Session({
    session: ROUTER,
    authid: "router",
    authrole: "router",
    authmethod: "internal",
    authprovider: "internal",
    roles: { caller: [] },
  });
  /** CALL.Request to whoever waits for its answer. */
  readonly #waiting = new Map<number, Inquiry["answered"]>();
  #lastRequest = 0;

  constructor(dealer: Dealer, reader: PayloadReader) {
    this.#dealer = dealer;
    this.#reader = reader;
  }

  ask(procedure: string, { args = [], kwargs, timeout, answered }: Inquiry): readonly Delivery[] {
    this.#lastRequest = nextId(this.#lastRequest);
    const request = this.#lastRequest;
    const payload: Payload = { format: "values", args, ...(kwargs && { kwargs }) };
    const options = { timeout: timeout >= 1 ? timeout : 1 }; // never without an end
    try {
      const invocation = this.#dealer.ask(this.#router, {
        type: "CALL",
        request,
        options,
        procedure,
        payload,
      });
      this.#waiting.set(request, answered);
      return [invocation];
    } catch (error) {
      if (!(error instanceof WampError)) throw error;
      answered({ error: error.uri, message: error.message });
      return NOTHING;
    }
  }

  /** What is for the router is taken out of a turn's deliveries and told to whoever asked. */
  intercept(deliveries: readonly Delivery[]): readonly Delivery[] {
    if (this.#waiting.size === 0 || !deliveries.some(isOurs)) return deliveries;
    for (const delivery of deliveries) if (isOurs(delivery)) this.#take(delivery.message);
    return deliveries.filter((delivery) => !isOurs(delivery));
  }

  #take(message: RouterMessage): void {
    if (message.type !== "RESULT" && message.type !== "ERROR") return;
    const answered = this.#waiting.get(message.request);
    this.#waiting.delete(message.request);
    answered?.(this.#outcome(message));
  }

  #outcome(message: Extract<RouterMessage, { type: "RESULT" | "ERROR" }>): Outcome {
    try {
      const read =
        message.payload?.format === "values" ? plain(message.payload) : this.#reader.read(message.payload);
      if (message.type === "RESULT") return read;
      const [text] = read.args;
      return { error: message.error, message: typeof text === "string" ? text : "" };
    } catch (error) {
      if (!(error instanceof WampError)) throw error;
      const said = message.type === "ERROR" ? message.error : error.uri;
      return { error: said, message: error.message };
    }
  }
}

/** What the router itself had to say of it. */
function plain({ args, kwargs = {} }: ValuesPayload): Arguments {
  return { args, kwargs };
}

/** Only the router's own RESULT and ERROR go to it, and they go to nobody else. */
function isOurs({ to }: Delivery): boolean {
  return to[0] === ROUTER;
}
