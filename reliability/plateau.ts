/** What memory a process takes when it does what it always does: the heap grows by steps, and some come late. */

/** Rounds in a row that add next to nothing before it counts as all. */
const QUIET_ROUNDS = 2;
const MOST_ROUNDS = 12;
/** Less than this part more is next to nothing. */
const NOTHING = 0.01;

/**
 * Repeats a round until two in a row take no more memory than those before. A round has to be as long as what is compared with
 * it: the largest of many looks is larger than that of few.
 * @param round does it once. @returns the most octets meanwhile, as the result is of all rounds
 */
export async function plateauOf(round: () => Promise<number>): Promise<number> {
  let [most, quiet] = [await round(), 0];
  for (let rounds = 1; rounds < MOST_ROUNDS && quiet < QUIET_ROUNDS; rounds++) {
    const now = await round();
    quiet = now <= (1 + NOTHING) * most ? quiet + 1 : 0;
    most = Math.max(most, now);
  }
  return most;
}
