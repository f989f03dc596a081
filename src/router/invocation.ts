/** A call on its way: from the CALL that began it until the one RESULT or ERROR that ends it (DLR-16). */
import type { Session } from "./session.ts";

export class Invocation {
  /** INVOCATION.Request: counted for each callee (ID-06). */
  readonly id: number;
  /** CALL.Request: the caller's own count. */
  readonly request: number;
  readonly caller: Session;
  readonly callee: Session;
  /** Whether the store has a row of it: a call that outlives the moment when sleep becomes possible is parked. */
  parked = false;

  constructor(from: { id: number; request: number; caller: Session; callee: Session }) {
    this.id = from.id;
    this.request = from.request;
    this.caller = from.caller;
    this.callee = from.callee;
    from.caller.calls.set(from.request, this);
    from.callee.invocations.set(from.id, this);
  }

  /** Forgets the call on both sides: whatever is still said about it is discarded (SES-38). */
  end(): void {
    this.caller.calls.delete(this.request);
    this.callee.invocations.delete(this.id);
  }
}
