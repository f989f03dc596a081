/**
 * Reads JSON, strictly RFC 8259: no octet of a message is forwarded that a receiver's parser could refuse. A number
 * without fraction and exponent is an integer, any other is a float.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import { isBase64AfterNul, octetsOf } from "./base64.ts";
import { type FrameLimits, Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import { type Kind, tooDeep, tooMany, type Walker } from "./walker.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_U = 0x75;
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;

/** What may stand in a string as itself: everything but control characters, the quote and the backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
/** Characters of a string looked at one by one before the regular expression takes over, which is faster from there. */
const SHORT = 24;
/** What may follow a backslash, other than `u` and four hexadecimal digits. */
const SIMPLE_ESCAPES = new Set(Array.from('"\\/bfnrt', (character) => character.charCodeAt(0)));
const HEXADECIMAL = /[0-9a-fA-F]{4}/y;
/** Python refuses integers above 4300 digits, so a longer number could end a receiver. */
const MAX_NUMBER = 1_024;
/** 2^53, up to which an integer is exact as a number. */
const SAFE = "9007199254740992";

export class JsonWalker implements Walker {
  at = 0;
  items = 0;
  /** Where the first thing stands that JSON.parse does not tell exactly: an escape by number, or a large integer. */
  inexactAt = Number.POSITIVE_INFINITY;
  readonly #text: string;
  readonly #limits: FrameLimits;
  #depth = 0;
  #started = false;

  constructor(text: string, limits: FrameLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  open(): void {
    if (this.#skipSpace() !== OPEN_LIST) throw new ProtocolViolation("a message must be a JSON list");
    this.at++;
    this.#depth = 1;
  }

  more(): boolean {
    const next = this.#skipSpace();
    if (next === CLOSE_LIST) {
      this.at++;
      this.#skipSpace();
      if (this.at < this.#text.length) throw this.#malformed("something follows the message");
      return false;
    }
    if (this.#started) {
      if (next !== COMMA) throw this.#malformed("a comma or the end of the list is missing");
      this.at++;
      this.#skipSpace();
    }
    this.#started = true;
    return true;
  }

  between(): void {
    this.#skipSpace();
    this.at++;
    this.#skipSpace();
  }

  kind(): Kind {
    const next = this.#text.charCodeAt(this.at);
    if (next === OPEN_LIST) return "list";
    if (next === OPEN_DICT) return "dict";
    return this.#text.startsWith("null", this.at) ? "null" : "other";
  }

  keywords(): void {
    this.value();
  }

  value(sink?: Sink) {
    if (++this.items > this.#limits.items) throw tooMany(this.#limits.items, this.at);
    const next = this.#text.charCodeAt(this.at);
    if (next === QUOTE) return this.#string(sink);
    if (next === OPEN_LIST) return this.#list(sink);
    if (next === OPEN_DICT) return this.#dict(sink);
    if (next === MINUS || (next >= ZERO && next <= NINE)) return this.#number(sink);
    if (this.#word("true")) return sink?.boolean(true);
    if (this.#word("false")) return sink?.boolean(false);
    if (this.#word("null")) return sink?.null();
    throw this.#malformed("a value is missing");
  }

  #list(sink: Sink | undefined): void {
    this.#enter();
    sink?.openList(undefined);
    let count = 0;
    if (this.#skipSpace() !== CLOSE_LIST) {
      for (;;) {
        this.value(sink);
        count++;
        const next = this.#skipSpace();
        if (next === CLOSE_LIST) break;
        if (next !== COMMA) throw this.#malformed("a comma or the end of the list is missing");
        this.at++;
        this.#skipSpace();
      }
    }
    this.#leave();
    sink?.closeList(count);
  }

  #dict(sink: Sink | undefined): void {
    this.#enter();
    sink?.openDict(undefined);
    let count = 0;
    if (this.#skipSpace() !== CLOSE_DICT) {
      for (;;) {
        this.#key(sink);
        if (this.#skipSpace() !== COLON) throw this.#malformed("a colon is missing");
        this.at++;
        this.#skipSpace();
        this.value(sink);
        count++;
        const next = this.#skipSpace();
        if (next === CLOSE_DICT) break;
        if (next !== COMMA) throw this.#malformed("a comma or the end of the dict is missing");
        this.at++;
        this.#skipSpace();
      }
    }
    this.#leave();
    sink?.closeDict(count);
  }

  #enter(): void {
    if (++this.#depth > this.#limits.depth) throw tooDeep(this.#limits.depth, this.at);
    this.at++;
  }

  #leave(): void {
    this.#depth--;
    this.at++;
  }

  #key(sink: Sink | undefined): void {
    if (++this.items > this.#limits.items) throw tooMany(this.#limits.items, this.at);
    if (this.#text.charCodeAt(this.at) !== QUOTE) throw this.#malformed("a key must be a string");
    const from = this.at;
    this.#skipString();
    sink?.text(this.#stringFrom(from)); // SER-03 speaks of values: a key is never octets
  }

  #string(sink: Sink | undefined): void {
    const from = this.at;
    this.#skipString();
    if (!sink) return;
    const value = this.#stringFrom(from);
    if (isBase64AfterNul(value)) sink.bytes(octetsOf(value));
    else sink.text(value);
  }

  /** JSON.parse rather than a slice, which would keep the whole frame alive as long as the string lives. */
  #stringFrom(from: number): string {
    return JSON.parse(this.#text.slice(from, this.at)) as string; // `from` is at a quote
  }

  #skipString(): void {
    const text = this.#text;
    let at = this.at + 1;
    let run = at + SHORT;
    for (;;) {
      const next = text.charCodeAt(at);
      if (next === QUOTE) break;
      if (next === BACKSLASH) {
        at = this.#skipEscape(at);
        run = at + SHORT;
      } else if (!(next >= SPACE)) {
        this.at = at;
        throw this.#malformed(
          at < text.length ? "a string holds a control character" : "a string has no end",
        );
      } else if (++at > run) {
        PLAIN.lastIndex = at;
        PLAIN.test(text);
        at = PLAIN.lastIndex;
      }
    }
    this.at = at + 1;
  }

  /** Returns where the escape ends that begins at an offset. */
  #skipEscape(at: number): number {
    const next = this.#text.charCodeAt(at + 1);
    if (SIMPLE_ESCAPES.has(next)) return at + 2;
    HEXADECIMAL.lastIndex = at + 2;
    if (next === LOWER_U && HEXADECIMAL.test(this.#text)) {
      if (at < this.inexactAt) this.inexactAt = at;
      return at + 6;
    }
    this.at = at;
    throw this.#malformed("an escape is wrong");
  }

  #number(sink: Sink | undefined): void {
    const text = this.#text;
    const from = this.at;
    if (text.charCodeAt(this.at) === MINUS) this.at++;
    if (text.charCodeAt(this.at) === ZERO) this.at++;
    else this.#digits();
    let integer = true;
    if (text.charCodeAt(this.at) === DOT) {
      integer = false;
      this.at++;
      this.#digits();
    }
    if ((text.charCodeAt(this.at) | SPACE) === 0x65) {
      integer = false;
      this.at++;
      const sign = text.charCodeAt(this.at);
      if (sign === PLUS || sign === MINUS) this.at++;
      this.#digits();
    }
    const length = this.at - from;
    if (length > MAX_NUMBER) throw this.#malformed(`a number has more than ${MAX_NUMBER} characters`);
    if (!sink && (!integer || length < SAFE.length)) return;
    const literal = text.slice(from, this.at);
    const safe = length < SAFE.length || (length === SAFE.length && literal <= SAFE);
    if (integer && !safe && from < this.inexactAt) this.inexactAt = from;
    if (!integer) sink?.float(finite(literal));
    else sink?.integer(safe ? Number(literal) + 0 : BigInt(literal)); // + 0: there is no negative zero
  }

  #digits(): void {
    const from = this.at;
    let next = this.#text.charCodeAt(this.at);
    while (next >= ZERO && next <= NINE) next = this.#text.charCodeAt(++this.at);
    if (this.at === from) throw this.#malformed("a digit is missing");
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  /** The next character that is not white space; NaN at the end of the text. */
  #skipSpace(): number {
    const text = this.#text;
    let next = text.charCodeAt(this.at);
    while (next === SPACE || next === LF || next === CR || next === TAB) next = text.charCodeAt(++this.at);
    return next;
  }

  #malformed(what: string): ProtocolViolation {
    return new ProtocolViolation(`malformed JSON: ${what}, at character ${this.at}`);
  }
}

function finite(literal: string): number {
  const value = Number(literal);
  if (Number.isFinite(value)) return value;
  throw new Untranslatable("a number is beyond the range of a float64");
}
