/**
 * What waiting for memory costs on this machine: reads of which each says where the next one is, so that no two overlap,
 * all over so much memory. It is what a look-up does that goes from a table to an object to a text.
 */

/** Octets of a cache line. */
const LINE = 64;
const READS = 2_000_000;
const ROUNDS = 5;

/** @returns nanoseconds for one read, at best */
export function dependentRead(octets: number): number {
  const step = LINE / Int32Array.BYTES_PER_ELEMENT;
  const lines = octets / LINE;
  const next = new Int32Array(lines * step);
  const order = shuffled(lines);
  for (let at = 0; at < lines; at++) next[(order[at] ?? 0) * step] = (order[(at + 1) % lines] ?? 0) * step;
  let best = Number.POSITIVE_INFINITY;
  let place = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let read = 0; read < READS; read++) place = next[place] ?? 0;
    best = Math.min(best, performance.now() - start);
  }
  if (place < 0) throw new Error("the reads went nowhere");
  return (best * 1e6) / READS;
}

function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}
