/** A line of the table in goals.md: a load, and the figure to reach. One file in rows/ for each, one line in rows.ts. */
import type { ContenderName } from "./contender.ts";
import type { Scene } from "./scene.ts";

export interface Row {
  /** As in goals.md; several rows may share one. */
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  /** First's figure over second's. */
  readonly contenders: readonly [ContenderName, ContenderName];
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  /** Lets everybody join and resolves to the work of one round, which resolves to how many units it did. */
  prepare(scene: Scene): Promise<Round>;
}

export type Round = (seconds: number) => Promise<number>;

export function reached(ratio: number, target: Row["target"]): boolean {
  return "atLeast" in target ? ratio >= target.atLeast : ratio <= target.atMost;
}
