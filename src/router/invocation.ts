/** A call on its way: from the CALL that began it until the one RESULT or ERROR that ends it (DLR-16). */
import type { Payload } from "../wamp/payload.ts";
import type { InvocationDetails } from "./invocation-details.ts";
import type { Passthru } from "./passthru.ts";
import { Session } from "./session.ts";

/** What the first CALL fixed (PCI-08), whichever callee takes it. Plain data: it is parked as it is. */
export interface CallTerms {
  readonly procedure: string;
  /** The registration that the call was routed to. */
  readonly registration: number;
  /** The caller asked to be disclosed (CID-01). */
  readonly disclosed: boolean;
  /** The caller takes progressive results. */
  readonly receivesProgress: boolean;
  /** Milliseconds allowed before the first and between successive results; 0: no limit (PCR-13). */
  readonly timeout: number;
  /** When the CALL came, in milliseconds since 1970 (TMO-02). */
  readonly received: number;
  readonly passthru: Passthru;
}

export class Invocation {
  /**
   * One that has ended. Nobody reads it: while it lives the engine keeps what it learned of invocations, also where the realm
   * has none when the engine cleans up.
   */
  static readonly specimen = Invocation.#ended();

  /** INVOCATION.Request: counted for each callee (ID-06). */
  id: number;
  /** CALL.Request: the caller's own count. */
  readonly request: number;
  readonly caller: Session;
  callee: Session;
  readonly terms: CallTerms;
  /** INVOCATION.Details for this callee, but for `progress` and `timeout`: every chunk repeats them (PCI-09). */
  details: InvocationDetails;
  /** The caller's chunks: `open` while more may come, of one call that began with progress (PCI-01). */
  chunks: "none" | "open" | "complete";
  /** The call can still move to another callee: the payload of its only chunk, and who refused it already (RRT-07). */
  reroute: { readonly payload: Payload | undefined; readonly refused: readonly Session[] } | undefined;
  /** A further chunk came: the callee has been told of the call, and waits for the rest. */
  continued = false;
  /** CANCEL with mode kill was passed on: the callee's answer still counts (CAN-04). */
  interrupted = false;
  /** Milliseconds since 1970; undefined where the dealer does not time the call. */
  deadline: number | undefined;
  ended = false;
  /** Whether the store has a row of it, and whether that is up to date: calls that may outlive sleep are parked. */
  parked: "no" | "stale" | "yes" = "no";

  constructor(from: {
    id: number;
    request: number;
    caller: Session;
    callee: Session;
    terms: CallTerms;
    details: InvocationDetails;
    chunks: Invocation["chunks"];
  }) {
    this.id = from.id;
    this.request = from.request;
    this.caller = from.caller;
    this.callee = from.callee;
    this.terms = from.terms;
    this.details = from.details;
    this.chunks = from.chunks;
    from.caller.calls.set(from.request, this);
    from.callee.invocations.set(from.id, this);
  }

  static #ended(): Invocation {
    const name = { authid: "", authrole: "", authmethod: "", authprovider: "", roles: {} };
    const nobody = new Session({ session: 0, ...name });
    const terms = { procedure: "", registration: 0, disclosed: false, receivesProgress: false };
    const ended = new Invocation({
      id: 0,
      request: 0,
      caller: nobody,
      callee: nobody,
      terms: { ...terms, timeout: 0, received: 0, passthru: {} },
      details: {},
      chunks: "none",
    });
    ended.end();
    return ended;
  }

  /** The same call at another callee, under that one's own count (RRT-05). */
  moveTo(callee: Session, id: number, details: InvocationDetails): void {
    this.callee.invocations.delete(this.id);
    this.callee = callee;
    this.id = id;
    this.details = details;
    callee.invocations.set(id, this);
  }

  /** Something changed that its row, if it has one, does not say. */
  touch(): void {
    if (this.parked === "yes") this.parked = "stale";
  }

  /** Forgets the call on both sides: whatever is still said about it is discarded (SES-38). */
  end(): void {
    this.ended = true;
    this.caller.calls.delete(this.request);
    this.callee.invocations.delete(this.id);
  }
}
