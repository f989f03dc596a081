/**
 * What a call needs of a registration, in one small piece: made when the first call comes, it stands in memory with what else
 * is used lately, while registrations and callees are spread over all of it. Goes with its registration's changes.
 */
import type { MatchPolicy } from "../wamp/uri.ts";
import type { Callee, Registration } from "./registration.ts";

export class Serving {
  readonly id: number;
  readonly match: MatchPolicy;
  readonly registration: Registration;
  /** Nearly all have one. Undefined where there is none, or a choice. */
  only: Callee | undefined;

  constructor(registration: Registration) {
    this.id = registration.id;
    this.match = registration.match;
    this.registration = registration;
    this.update();
  }

  update(): void {
    const [first, second] = this.registration.callees;
    this.only = first && !second ? { ...first } : undefined; // one of its own, made beside this
  }
}
