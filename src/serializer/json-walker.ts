/**
 * Reads JSON, so strictly that nothing is forwarded which a receiver's parser could refuse. A number without fraction and
 * exponent is an integer, any other is a float; a string of NUL and base64 is octets (SER-04).
 */
import { ProtocolViolation } from "../wamp/error.ts";
import { isBase64AfterNul, octetsOf } from "./base64.ts";
import { JsonCursor, unitAt } from "./json-cursor.ts";
import type { KnownTexts } from "./known-texts.ts";
import { type FrameLimits, Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import { type Kind, PROTOTYPE_KEY, tooDeep, tooMany, type Walker } from "./walker.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;
const UNDERSCORE = 0x5f;
const BACKSLASH = 0x5c;
/** The one way in which JSON writes it. */
const NUL = "\\u0000";

/** 2^53, up to which an integer is exact as a number. */
const SAFE = "9007199254740992";

export class JsonWalker extends JsonCursor implements Walker {
  items = 0;
  forOthers = false;
  readonly #limits: FrameLimits;
  readonly #known: KnownTexts | undefined;
  #depth = 0;
  #started = false;

  /** @param known where it may remember texts */
  constructor(text: string, limits: FrameLimits, known?: KnownTexts) {
    super(text);
    this.#limits = limits;
    this.#known = known;
  }

  /** Another message, whatever became of the last one. */
  begin(text: string): void {
    this.restart(text);
    this.items = 0;
    this.forOthers = false;
    this.texts = undefined;
    this.#depth = 0;
    this.#started = false;
  }

  set remembers(remembers: boolean) {
    this.texts = remembers ? this.#known : undefined;
  }

  open(): void {
    if (this.skipSpace() !== OPEN_LIST) throw new ProtocolViolation("a message must be a JSON list");
    this.at++;
    this.#depth = 1;
  }

  more(): boolean {
    const next = this.skipSpace();
    if (next === CLOSE_LIST) {
      this.at++;
      this.skipSpace();
      if (this.at < this.source.length) throw this.malformed("something follows the message");
      return false;
    }
    if (this.#started) {
      if (next !== COMMA) throw this.malformed("a comma or the end of the list is missing");
      this.at++;
      this.skipSpace();
    }
    this.#started = true;
    return true;
  }

  between(): void {
    this.skipSpace();
    this.at++;
    this.skipSpace();
  }

  kind(): Kind {
    const next = unitAt(this.source, this.at);
    if (next === OPEN_LIST) return "list";
    if (next === OPEN_DICT) return "dict";
    return this.source.startsWith("null", this.at) ? "null" : "other";
  }

  isNext(raw: string | Uint8Array): boolean {
    return typeof raw === "string" && this.source.startsWith(raw, this.at);
  }

  pass(length: number, items: number): void {
    this.at += length;
    this.items += items;
    if (this.items > this.#limits.items) throw tooMany(this.#limits.items, this.at);
  }

  passKnown(raw: string | Uint8Array, { items }: { readonly items: number }): boolean {
    if (typeof raw !== "string" || !this.source.startsWith(raw, this.at)) return false;
    this.pass(raw.length, items);
    return true;
  }

  rawFrom(from: number): string {
    const units: number[] = [];
    for (let at = from; at < this.at; at++) units.push(this.source.charCodeAt(at));
    return String.fromCharCode(...units); // a slice would keep the whole frame alive
  }

  value(sink?: Sink): void {
    this.#countItem();
    const next = unitAt(this.source, this.at);
    if (next === QUOTE) this.#string(sink);
    else if (next === OPEN_LIST) this.#list(sink);
    else if (next === OPEN_DICT) this.#dict(sink);
    else if (next === MINUS || (next >= ZERO && next <= NINE)) this.#number(sink);
    else if (this.skipWord("true")) sink?.boolean(true);
    else if (this.skipWord("false")) sink?.boolean(false);
    else if (this.skipWord("null")) sink?.null();
    else throw this.malformed("a value is missing");
  }

  #list(sink: Sink | undefined): void {
    this.#enter();
    sink?.openList(undefined);
    let count = 0;
    if (this.skipSpace() !== CLOSE_LIST) {
      do {
        this.value(sink);
        count++;
      } while (this.#another(CLOSE_LIST));
    }
    this.#leave();
    sink?.closeList(count);
  }

  #dict(sink: Sink | undefined): void {
    this.#enter();
    sink?.openDict(undefined);
    let count = 0;
    if (this.skipSpace() !== CLOSE_DICT) {
      do {
        this.#key(sink);
        if (this.skipSpace() !== COLON) throw this.malformed("a colon is missing");
        this.at++;
        this.skipSpace();
        this.value(sink);
        count++;
      } while (this.#another(CLOSE_DICT));
    }
    this.#leave();
    sink?.closeDict(count);
  }

  /** Whether a comma stands here, and is stepped over, rather than the end of the container. */
  #another(close: number): boolean {
    const next = this.skipSpace();
    if (next === close) return false;
    if (next !== COMMA) throw this.malformed("a comma or a closing bracket is missing");
    this.at++;
    this.skipSpace();
    return true;
  }

  #enter(): void {
    if (++this.#depth > this.#limits.depth) throw tooDeep(this.#limits.depth, this.at);
    this.at++;
  }

  #leave(): void {
    this.#depth--;
    this.at++;
  }

  #countItem(): void {
    if (++this.items > this.#limits.items) throw tooMany(this.#limits.items, this.at);
  }

  #key(sink: Sink | undefined): void {
    this.#countItem();
    if (unitAt(this.source, this.at) !== QUOTE) throw this.malformed("a key must be a string");
    const from = this.at;
    this.skipString();
    if (this.forOthers && this.#isPrototype(from)) throw this.malformed(PROTOTYPE_KEY);
    sink?.text(this.stringFrom(from)); // SER-03 speaks of values: a key is never octets
  }

  /** Whether the key from an offset is `__proto__`; one that does not begin like it need not be read. */
  #isPrototype(from: number): boolean {
    const first = unitAt(this.source, from + 1);
    return (first === UNDERSCORE || first === BACKSLASH) && this.stringFrom(from) === "__proto__";
  }

  #string(sink: Sink | undefined): void {
    const from = this.at;
    this.skipString();
    if (this.forOthers && this.source.startsWith(NUL, from + 1)) {
      // SER-05: Autobahn|Python takes it for octets whatever follows, and ends where that is no base64.
      if (!isBase64AfterNul(this.stringFrom(from)))
        throw this.malformed("a string of NUL does not go on with base64");
    }
    if (!sink) return;
    const value = this.stringFrom(from);
    if (isBase64AfterNul(value)) sink.bytes(octetsOf(value));
    else sink.text(value);
  }

  #number(sink: Sink | undefined): void {
    const from = this.at;
    const literal = this.skipNumber();
    if (!sink) return;
    if (literal === "integer") sink.integer(this.#integer(from));
    else sink.float(this.#float(from));
  }

  #integer(from: number): number | bigint {
    const { source, at } = this;
    let value = source.charCodeAt(from) - ZERO;
    if (value >= 0 && at - from < SAFE.length) {
      for (let each = from + 1; each < at; each++) value = value * 10 + (source.charCodeAt(each) - ZERO);
      return value;
    }
    const literal = source.slice(from, at);
    const isSafe = literal.length < SAFE.length || (literal.length === SAFE.length && literal <= SAFE);
    return isSafe ? Number(literal) : BigInt(literal);
  }

  #float(from: number): number {
    const value = Number(this.source.slice(from, this.at));
    if (Number.isFinite(value)) return value;
    throw new Untranslatable("a number is beyond the range of a float64");
  }
}
