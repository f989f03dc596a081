/** One row of the table of promises: what is done to the router, what must never happen, and what is measured besides. */

/** How much of a row is run: `ci` takes minutes for all of them together, `full` takes what the table says. */
export type Extent = "ci" | "full";

export interface Figure {
  /** As printed, with its unit: `412 ms`. */
  readonly value: string;
  /** As printed, with its unit; undefined where nothing is promised. */
  readonly target?: string;
  /** Whether it holds on this machine; a time depends on it, so a miss is printed and fails nothing. */
  readonly met: boolean;
}

export interface Outcome {
  /** What was done, how often: `calls` to 200,000. */
  readonly done: Readonly<Record<string, number>>;
  /** What must be zero: `lost`, `duplicated`, `ghosts`. Anything else fails the run. */
  readonly faults: Readonly<Record<string, number>>;
  /** What was measured: `wake p99` to its figure. */
  readonly figures?: Readonly<Record<string, Figure>>;
}

export interface Row {
  /** As in the table: `R8`. */
  readonly id: string;
  readonly title: string;
  run(extent: Extent): Promise<Outcome>;
}

/** Whether everything that must be zero is. */
export function holds({ faults }: Outcome): boolean {
  return Object.values(faults).every((count) => count === 0);
}

/** The pth percentile, p in 0..100, of times in milliseconds. */
export function percentile(times: readonly number[], p: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (numbers: readonly number[]) => percentile(numbers, 50);

/** A time in milliseconds against what is promised for it. */
export function atMost(milliseconds: number, target: number): Figure {
  return { value: `${milliseconds.toFixed(1)} ms`, target: `<= ${target} ms`, met: milliseconds <= target };
}
