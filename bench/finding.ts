/** What a row found: one line of the table, and one entry of results.json. */

export type Target = { readonly atLeast: number } | { readonly atMost: number };

export interface Finding {
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  /** Who was measured, and its figure. */
  readonly first: readonly [name: string, figure: number];
  /** What it is compared with. */
  readonly second?: readonly [name: string, figure: number];
  /** First over second. */
  readonly ratio?: number;
  /** The smallest and the largest of the ratios, or figures, of single rounds. */
  readonly spread?: readonly [number, number];
  /** Of the ratio, or where there is none of the figure. */
  readonly target?: Target;
  /** Whatever else was seen, by name. */
  readonly details: Readonly<Record<string, string>>;
  /** Its place in a plot. */
  readonly point?: { readonly series: string; readonly x: number; readonly y: number };
  /** Why not to trust it. */
  readonly warnings?: readonly string[];
}

/** Undefined where nothing is asked for. */
export function reached({ target, ratio, first: [, figure] }: Finding): boolean | undefined {
  if (!target) return undefined;
  const value = ratio ?? figure;
  return "atLeast" in target ? value >= target.atLeast : value <= target.atMost;
}
