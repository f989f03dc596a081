/** A line of the table in goals.md, or several. One file in rows/ for each kind of work, one line in rows.ts. */
import type { Contenders } from "./contender.ts";
import type { Finding } from "./finding.ts";

/** How long to measure. */
export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
}

export interface Bench {
  readonly contenders: Contenders;
  readonly plan: Plan;
}

export interface Row {
  readonly id: string;
  /** @throws if anything is lost, doubled, reordered or refused */
  run(bench: Bench): AsyncIterable<Finding>;
}
