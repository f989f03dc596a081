/**
 * The dict that a header held last, for each type code: a client gives the same options again and again. One that is
 * written as the last one was is neither walked nor made anew: the same object stands for it, so it is frozen.
 */
import type { Walker } from "./walker.ts";

type Dict = Readonly<Record<string, unknown>>;

/** Octets or characters up to which a dict is remembered. */
const LONGEST = 64;
/** No hot message has a larger type code. */
const CODES = 128;

interface Known {
  readonly raw: string | Uint8Array;
  readonly value: Dict;
  /** How many values it is, itself included. */
  readonly items: number;
}

export class KnownDicts {
  /** By type code. */
  readonly #known = new Array<Known | undefined>(CODES).fill(undefined);

  /** The dict at the walker's place, which is then behind it; undefined, and no step, where it is not known. */
  take(code: number, walker: Walker): Dict | undefined {
    const known = this.#known[code];
    if (known === undefined || !walker.isNext(known.raw)) return undefined;
    walker.pass(known.raw.length, known.items);
    return known.value;
  }

  /** @param value what was just walked, from an offset on */
  add(
    code: number,
    walker: Walker,
    { from, items, value }: { from: number; items: number; value: Dict },
  ): void {
    if (code >= CODES || code < 0 || walker.at - from > LONGEST) return;
    this.#known[code] = { raw: walker.rawFrom(from), value: frozen(value), items };
  }
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
