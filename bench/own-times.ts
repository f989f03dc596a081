/** A CPU profile by the functions' own time. `(program)` is the runtime outside JavaScript. */

export interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples?: readonly number[] | undefined;
}

/** Function -> its share of the time that was not idle, the busiest first. */
export function ownTimes({ nodes, samples = [] }: Profile): Map<string, number> {
  /** Node -> the function it is a call of. */
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber } }) => [
      id,
      `${functionName || "(anonymous)"}${lineNumber > 0 ? `:${lineNumber + 1}` : ""}`,
    ]),
  );
  /** Function -> samples taken in it. */
  const taken = new Map<string, number>();
  for (const sample of samples) {
    const name = names.get(sample) ?? "?";
    if (name !== "(idle)") taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  const busy = [...taken.values()].reduce((sum, count) => sum + count, 0);
  return new Map(
    [...taken]
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => [name, count / busy] as const),
  );
}
