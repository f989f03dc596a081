/**
 * Texts of headers that came before: topics, procedures and keys come again and again. A text that is known is not made
 * anew, which costs more than to find it, and its hash is known too where a table is asked for it. Bounded: what comes
 * takes the place of what came before.
 */

const SLOTS = 1_024;
/** Longer ones are seldom said twice. */
const LONGEST = 128;

export class KnownTexts {
  readonly #texts = new Array<string>(SLOTS).fill("");

  /** The text that stands between two offsets as it is; undefined where it is not known. */
  find(source: string, from: number, to: number): string | undefined {
    const length = to - from;
    if (length > LONGEST || length === 0) return undefined;
    const known = this.#texts[slotOf(source, from, to)];
    return known?.length === length && source.startsWith(known, from) ? known : undefined;
  }

  /** Remembers the text that stood there, unless it is written otherwise than it reads. */
  add(text: string, source: string, from: number, to: number): void {
    const length = to - from;
    if (length === text.length && length <= LONGEST && length > 0) {
      this.#texts[slotOf(source, from, to)] = text;
    }
  }

  /** The same for octets; what is known there is ASCII. */
  findOctets(octets: Uint8Array, from: number, to: number): string | undefined {
    const length = to - from;
    if (length > LONGEST || length === 0) return undefined;
    const known = this.#texts[octetSlotOf(octets, from, to)];
    if (known?.length !== length) return undefined;
    for (let at = 0; at < length; at++) if (known.charCodeAt(at) !== octets[from + at]) return undefined;
    return known;
  }

  /** @param text ASCII where it is as long as its octets */
  addOctets(text: string, octets: Uint8Array, from: number, to: number): void {
    const length = to - from;
    if (length === text.length && length <= LONGEST && length > 0) {
      this.#texts[octetSlotOf(octets, from, to)] = text;
    }
  }
}

/** Of the length and of what differs between the texts of one realm: the end, and something of the middle. */
function slotOf(source: string, from: number, to: number): number {
  const middle = source.charCodeAt((from + to) >> 1);
  const end = (source.charCodeAt(to - 1) * 31 + source.charCodeAt(to - 2)) * 31 + source.charCodeAt(to - 3);
  return (end + middle * 7 + (to - from)) & (SLOTS - 1);
}

function octetSlotOf(octets: Uint8Array, from: number, to: number): number {
  const middle = octets[(from + to) >> 1] ?? 0;
  const end = ((octets[to - 1] ?? 0) * 31 + (octets[to - 2] ?? 0)) * 31 + (octets[to - 3] ?? 0);
  return (end + middle * 7 + (to - from)) & (SLOTS - 1);
}
