/** Writes JSON. What JSON cannot say is refused by name, never bent into something else (SER-12). */
import type { RawItem } from "../wamp/payload.ts";
import { base64Of } from "./base64.ts";
import { Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";

/** What the next token is to the container it stands in. */
const FIRST_ITEM = 0;
const ITEM = 1;
const FIRST_KEY = 2;
const KEY = 3;
const VALUE = 4;

/** From here on an integer is written in two parts; the larger of the two is below 2^30 for an id. */
const SHORT = 100_000_000;

/** Text that JSON writes as itself; JSON.stringify takes care of any other. */
const PLAIN = /^[ !#-[\]-~]*$/;

export class JsonWriter implements Sink {
  written = "";
  #next = FIRST_ITEM;
  readonly #outer: number[] = [];

  /** Begins a new message, whatever became of the last one. */
  begin(): void {
    this.written = "";
    this.#next = FIRST_ITEM;
    while (this.#outer.length > 0) this.#outer.pop(); // nearly always there is none, and to set a length is slow
  }

  copy({ body }: RawItem): boolean {
    if (typeof body !== "string") return false;
    this.#put(body);
    return true;
  }
  null(): void {
    this.#put("null");
  }
  undefined(): void {
    this.#put("null"); // SER-13
  }
  boolean(value: boolean): void {
    this.#put(value ? "true" : "false");
  }
  integer(value: number | bigint): void {
    this.#put(typeof value === "number" && value >= 0 ? decimal(value) : String(value));
  }
  float(value: number): void {
    if (!Number.isFinite(value)) throw new Untranslatable(`${value} has no form in JSON`);
    const literal = Object.is(value, -0) ? "-0" : String(value);
    // SER-11: a float must not come out as an integer.
    this.#put(Number.isInteger(value) && !literal.includes("e") ? `${literal}.0` : literal);
  }
  bytes(value: Uint8Array): void {
    this.#put(`"\\u0000${base64Of(value)}"`); // SER-03
  }
  foreign(what: string): void {
    throw new Untranslatable(`${what} has no form in JSON`);
  }
  text(value: string): void {
    const isKey = this.#next === FIRST_KEY || this.#next === KEY;
    // SER-05: there it announces octets, whatever follows.
    if (!isKey && value.charCodeAt(0) === 0)
      throw new Untranslatable("text that begins with NUL would be octets in JSON");
    if (isKey) {
      this.written += this.#next === KEY ? `,${quote(value)}:` : `${quote(value)}:`;
      this.#next = VALUE;
    } else this.#put(quote(value));
  }
  openList(): void {
    this.#put("[");
    this.#enter(FIRST_ITEM);
  }
  openDict(): void {
    this.#put("{");
    this.#enter(FIRST_KEY);
  }
  closeList(): void {
    this.#leave("]");
  }
  closeDict(): void {
    this.#leave("}");
  }

  #put(token: string): void {
    switch (this.#next) {
      case ITEM:
        this.written += ",";
        break;
      case FIRST_ITEM:
        this.#next = ITEM;
        break;
      case VALUE:
        this.#next = KEY;
        break;
      default:
        throw new Untranslatable("a dict key that is not a string has no form in JSON");
    }
    this.written += token;
  }

  #enter(next: number): void {
    this.#outer.push(this.#next);
    this.#next = next;
  }

  #leave(token: string): void {
    this.#next = this.#outer.pop() ?? ITEM;
    this.written += token;
  }
}

/** An integer from 0 on. The same as String(value), which takes several times as long for one beyond 32 bit. */
export function decimal(value: number): string {
  if (value < SHORT) return String(value);
  const high = Math.floor(value / SHORT);
  return `${high}${String(SHORT + (value - high * SHORT)).slice(1)}`;
}

export function quote(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}
