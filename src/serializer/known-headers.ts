/**
 * How headers of one peer went on after their request id: options, and a topic or procedure. Who speaks often says the same
 * again and again, so what is written as the last time and the time before is stepped over, and stands for the same values.
 */
import type { ValueSink } from "./value.ts";
import type { Walker } from "./walker.ts";

/** Octets or characters up to which they are remembered. */
const LONGEST = 256;
/** Type codes of which something is remembered; a peer seldom says more than two that carry a payload. */
const MOST = 4;
/** What precedes them in a header: the type code and the request id. */
const BEFORE = 2;

interface Known {
  readonly code: number;
  /** Options or Details, and what follows, if that belongs to the header. */
  one: unknown;
  two: unknown;
  elements: number;
  /** How many values they are. */
  items: number;
  /** How they are written; undefined while they came only once. */
  raw: string | Uint8Array | undefined;
}

const NOTHING: Known[] = [];

export class KnownHeaders {
  #known = NOTHING;

  /** Whether what follows is known: then it stands in the header, and the walker behind it. */
  take(code: number, walker: Walker, header: ValueSink): boolean {
    const known = this.#of(code);
    if (known?.raw === undefined || !walker.passKnown(known.raw, known)) return false;
    header.add(known.one);
    if (known.elements > 1) header.add(known.two);
    return true;
  }

  /** The header was walked, from an offset after the request id. */
  learn(walker: Walker, header: ValueSink, { from, items }: { from: number; items: number }): void {
    const elements = header.size - BEFORE;
    const one = header.at(BEFORE);
    const two = elements > 1 ? header.at(BEFORE + 1) : undefined;
    // Only a dict that a codec remembers is frozen, and is the same where it is written the same.
    if (elements > 2 || walker.at - from > LONGEST || !Object.isFrozen(one)) return;
    const code = header.at(0) as number; // or there would be no payload
    const known = this.#of(code);
    if (known === undefined) {
      if (this.#known.length === MOST) return;
      const first = { code, one, two, elements, items: walker.items - items, raw: undefined };
      this.#known = [...this.#known, first];
      return;
    }
    const again = known.one === one && known.two === two && known.elements === elements;
    known.raw = again ? walker.rawFrom(from) : undefined;
    known.one = one;
    known.two = two;
    known.elements = elements;
    known.items = walker.items - items;
  }

  #of(code: number): Known | undefined {
    for (let at = 0; at < this.#known.length; at++)
      if (this.#known[at]?.code === code) return this.#known[at];
    return undefined;
  }
}
