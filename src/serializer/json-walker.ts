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
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;

/** What may stand in a string as itself: everything but control characters, the quote and the backslash. */
const PLAIN = /[ !#-[\]-\uffff]*/y;
/** Characters of a string looked at one by one before the regular expression takes over, which is faster from there. */
const SHORT = 24;
/** What may follow a backslash; `u` wants four hexadecimal digits more. */
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
/** Python refuses integers above 4300 digits, so a longer number could end a receiver. */
const MAX_NUMBER = 1_024;
/** An integer of so many characters is a safe one. */
const SAFE_INTEGER = 15;

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
    const from = this.at;
    let at = from + 1;
    const short = at + SHORT;
    for (;;) {
      const next = text.charCodeAt(at);
      if (next === QUOTE) break;
      if (next === BACKSLASH) {
        ESCAPE.lastIndex = at;
        this.at = at;
        if (!ESCAPE.test(text)) throw this.#malformed("an escape is wrong");
        if (ESCAPE.lastIndex - at > 2 && at < this.inexactAt) this.inexactAt = at;
        at = ESCAPE.lastIndex;
      } else if (next >= SPACE) {
        at++;
      } else {
        this.at = at;
        throw this.#malformed(
          at < text.length ? "a string holds a control character" : "a string has no end",
        );
      }
      if (at > short) {
        PLAIN.lastIndex = at;
        PLAIN.test(text);
        at = PLAIN.lastIndex;
      }
    }
    this.at = at + 1;
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
    if (integer && length > SAFE_INTEGER && from < this.inexactAt) this.inexactAt = from;
    if (!sink) return;
    const literal = text.slice(from, this.at);
    if (!integer) sink.float(finite(literal));
    else if (length <= SAFE_INTEGER)
      sink.integer(Number(literal) + 0); // no negative zero
    else sink.integer(exact(BigInt(literal)));
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

function exact(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}
