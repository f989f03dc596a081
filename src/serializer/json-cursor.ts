/**
 * A cursor over JSON text that steps over its words, strings and numbers, strictly by RFC 8259. What they stand for is told
 * by the engine, from their own literal: a slice would keep the whole frame alive as long as the string lives.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import type { KnownTexts } from "./known-texts.ts";

/** No character. */
const END = -1;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const LOWER_U = 0x75;

/** What may stand in a string as itself: everything but control characters, the quote and the backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
/** Characters of a string looked at one by one before the regular expression takes over, which is faster from there. */
const SHORT = 128;
/** Characters of a string from which on the engine checks it in less time, as measured in workerd: 4 us in place of 24 for 64 KiB. */
const LONG = 512;
/** What may follow a backslash, other than `u` and four hexadecimal digits. */
const SIMPLE_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const HEXADECIMAL = /[0-9a-fA-F]{4}/y;
/** Python refuses integers above 4300 digits, so a longer number could end a receiver. */
const MAX_NUMBER = 1_024;

/** Throws where a text is no JSON string. To make a value that is written raw checks it and, unlike to parse it, copies nothing. */
const check: (string: string) => unknown =
  (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON ?? JSON.parse; // TypeScript does not know it yet

/** What a number's literal looks like: an integer has neither fraction nor exponent. */
export type Literal = "integer" | "fraction" | "exponent";

/**
 * The character at an offset, END where there is none. Nothing is read beyond the end: whoever did so once, in a single
 * broken frame, would make the engine read every character of every later frame in a slow way.
 */
export function unitAt(text: string, at: number): number {
  return at < text.length ? text.charCodeAt(at) : END;
}

export abstract class JsonCursor {
  at = 0;
  protected source: string;
  /** Where texts are looked up and remembered, if they are. */
  protected texts: KnownTexts | undefined;

  /** Where the next backslash stands, at the cursor or after it, as far as that was asked. */
  #backslashAt = -1;

  constructor(source: string) {
    this.source = source;
  }

  protected restart(source: string): void {
    this.source = source;
    this.at = 0;
    this.#backslashAt = -1;
  }

  /** The next character that is not white space; END at the end of the text. */
  protected skipSpace(): number {
    const { source } = this;
    let next = unitAt(source, this.at);
    while (next === SPACE || next === LF || next === CR || next === TAB) next = unitAt(source, ++this.at);
    return next;
  }

  /** Steps over a word, if it stands here. */
  protected skipWord(word: string): boolean {
    if (!this.source.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** Steps over a string; the cursor is at its first quote. */
  protected skipString(): void {
    const { source } = this;
    let at = this.at + 1;
    let run = at + SHORT;
    for (;;) {
      const next = unitAt(source, at);
      if (next === QUOTE) break;
      if (next === BACKSLASH) {
        at = this.#skipEscape(at);
        run = at + SHORT;
      } else if (next < SPACE) {
        this.at = at;
        throw this.malformed(
          at < source.length ? "a string holds a control character" : "a string has no end",
        );
      } else if (++at > run) {
        // The first run of a string, with no escape before it.
        at = run === this.at + 1 + SHORT ? this.#skipUnescaped(at) : this.#skipPlain(at);
      }
    }
    this.at = at + 1;
  }

  /** The string that was stepped over from an offset. */
  protected stringFrom(from: number): string {
    const { source, texts, at } = this;
    const known = texts?.find(source, from + 1, at - 1);
    if (known !== undefined) return known;
    const text = JSON.parse(source.slice(from, at)) as string; // `from` is at a quote
    texts?.add(text, source, from + 1, at - 1);
    return text;
  }

  /** Steps over a number; the cursor is at its minus or its first digit. */
  protected skipNumber(): Literal {
    const { source } = this;
    const from = this.at;
    let literal: Literal = "integer";
    if (unitAt(source, this.at) === MINUS) this.at++;
    if (unitAt(source, this.at) === ZERO) this.at++;
    else this.#skipDigits();
    if (unitAt(source, this.at) === DOT) {
      literal = "fraction";
      this.at++;
      this.#skipDigits();
    }
    if ((unitAt(source, this.at) | SPACE) === LOWER_E) {
      literal = "exponent";
      this.at++;
      const sign = unitAt(source, this.at);
      if (sign === PLUS || sign === MINUS) this.at++;
      this.#skipDigits();
    }
    if (this.at - from > MAX_NUMBER) throw this.malformed(`a number has more than ${MAX_NUMBER} characters`);
    return literal;
  }

  protected malformed(what: string): ProtocolViolation {
    return new ProtocolViolation(`malformed JSON: ${what}, at character ${this.at}`);
  }

  /** The same as `#skipPlain` in a string that has had no escape so far: if it is long and has none, the engine checks it. */
  #skipUnescaped(from: number): number {
    const { source } = this;
    const end = source.indexOf('"', from);
    if (end - from < LONG || this.#hasBackslash(from, end)) return this.#skipPlain(from);
    try {
      check(source.slice(this.at, end + 1));
      return end;
    } catch {
      return this.#skipPlain(from); // tells where it is wrong
    }
  }

  /** Returns where the first character stands from an offset on that is not plain. */
  #skipPlain(from: number): number {
    PLAIN.lastIndex = from;
    PLAIN.test(this.source);
    return PLAIN.lastIndex;
  }

  /** The text is searched once for each backslash, however many strings it holds. */
  #hasBackslash(from: number, to: number): boolean {
    if (this.#backslashAt < from) {
      const found = this.source.indexOf("\\", from);
      this.#backslashAt = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#backslashAt < to;
  }

  #skipDigits(): void {
    const from = this.at;
    let next = unitAt(this.source, this.at);
    while (next >= ZERO && next <= NINE) next = unitAt(this.source, ++this.at);
    if (this.at === from) throw this.malformed("a digit is missing");
  }

  /** Returns where the escape ends that begins at an offset. */
  #skipEscape(at: number): number {
    const next = unitAt(this.source, at + 1);
    if (SIMPLE_ESCAPES.has(next)) return at + 2;
    HEXADECIMAL.lastIndex = at + 2;
    if (next === LOWER_U && HEXADECIMAL.test(this.source)) return at + 6;
    this.at = at;
    throw this.malformed("an escape is wrong");
  }
}
