/** Counts what was compared at each entrance, and keeps what was not as the oracle says. */

export class Ledger {
  readonly differences: unknown[] = [];
  /** Entrance to how many triples of session, action and URI were looked at, and how many of them were allowed. */
  readonly tally: Record<string, { checked: number; allowed: number }> = {};
  /** What is told with a difference, so that it can be had again. */
  seed = 0;

  check(
    entrance: string,
    about: unknown,
    { got, want, allowed }: { readonly got: unknown; readonly want: unknown; readonly allowed: boolean },
  ): void {
    const counts = this.tally[entrance] ?? { checked: 0, allowed: 0 };
    this.tally[entrance] = counts;
    counts.checked++;
    if (allowed) counts.allowed++;
    if (JSON.stringify(got) === JSON.stringify(want)) return;
    this.differences.push({ seed: this.seed, entrance, about, got, want });
  }

  get checked(): number {
    return Object.values(this.tally).reduce((sum, { checked }) => sum + checked, 0);
  }
}
