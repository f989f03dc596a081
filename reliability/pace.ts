/** How work is spread over time: so much at once, pauses, and waiting for something without asking it all the time. */

export const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** Does it for 0..count-1, begun in this order, at most `atOnce` at the same time. */
export async function each(
  count: number,
  { atOnce }: { readonly atOnce: number },
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next++;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker));
}

/** Until it holds, or nothing has come nearer for so long. @returns whether it holds */
export async function until(
  holds: () => boolean,
  { progress, patience }: { readonly progress: () => number; readonly patience: number },
): Promise<boolean> {
  let [last, since] = [progress(), performance.now()];
  while (!holds()) {
    await pause(10);
    const now = progress();
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > patience) return false;
  }
  return true;
}

/** The same numbers in every run. */
export function random(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}
