/** Ids: integers in 1..2^53 (ID-01). Session and publication ids are random, the rest count up. Never holds a generator. */

export const MAX_ID = 2 ** 53;

/** True for an integer in 1..2^53, also where it arrived as an integral float64 (SER-09). */
export function isId(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MAX_ID;
}

/** The id after `id` in a counted sequence; 2^53 wraps to 1 (ID-06, ID-09). */
export function nextId(id: number): number {
  return id >= MAX_ID ? 1 : id + 1;
}
