/**
 * Which id of the real router is which of the reference's, and whether what was heard is what was expected. Each stands
 * for exactly one: an id that is given twice is found out. What is learnt in a comparison that fails is forgotten again.
 */
import type { Expected } from "./reference/turn.ts";
import type { Token, Wire } from "./world.ts";

export class Bijection {
  /** Token, as in `session 3`, to the real id. */
  readonly #real = new Map<string, unknown>();
  /** Kind and real id, as in `session 4711`, to the token. */
  readonly #token = new Map<string, string>();
  /** Tokens learnt, in order. */
  readonly #learnt: string[] = [];

  /** A message with the real ids. @throws Error where one has not been heard yet */
  real(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.real(each));
    if (typeof value !== "object" || value === null) return value;
    if (isToken(value)) {
      const key = `${value.is} ${value.n}`;
      if (!this.#real.has(key)) throw new Error(`no real id is known for ${key}`);
      return this.#real.get(key);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.real(each)]));
  }

  /** Whether every connection heard what it should. */
  agrees(
    expected: readonly (readonly Expected[] | undefined)[],
    actual: readonly (readonly Wire[])[],
  ): boolean {
    const before = this.#learnt.length;
    const agree = actual.every((heard, at) => this.#hears(expected[at] ?? [], heard));
    if (!agree) this.#forget(before);
    return agree;
  }

  #hears(expected: readonly Expected[], heard: readonly Wire[]): boolean {
    if (expected.length !== heard.length) return false;
    const open = [...expected];
    return heard.every((message) => {
      const [next] = open;
      const end = open.findIndex(({ group }) => group === undefined || group !== next?.group);
      const candidates = next?.group === undefined ? 1 : end < 0 ? open.length : end;
      const found = open.slice(0, candidates).findIndex((each) => this.#tries(each.message, message));
      if (found >= 0) open.splice(found, 1);
      return found >= 0;
    });
  }

  #tries(expected: unknown, actual: unknown): boolean {
    const before = this.#learnt.length;
    const fits = this.#fits(expected, actual);
    if (!fits) this.#forget(before);
    return fits;
  }

  #fits(expected: unknown, actual: unknown): boolean {
    if (typeof expected !== "object" || expected === null) return Object.is(expected, actual);
    if (Array.isArray(expected)) {
      if (!Array.isArray(actual) || actual.length !== expected.length) return false;
      return expected.every((each, at) => this.#fits(each, actual[at]));
    }
    if ("is" in expected) {
      if (expected.is === "text") return typeof actual === "string" && /\S/.test(actual);
      if (expected.is === "unordered") return this.#fitsInAnyOrder(expected, actual);
      return this.#means(expected as Token, actual); // nothing else says what it is
    }
    if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return false;
    const wanted = Object.entries(expected);
    const given = actual as Readonly<Record<string, unknown>>; // a dict
    return (
      Object.keys(given).length === wanted.length &&
      wanted.every(([key, each]) => Object.hasOwn(given, key) && this.#fits(each, given[key]))
    );
  }

  #fitsInAnyOrder(expected: object, actual: unknown): boolean {
    if (!("items" in expected) || !Array.isArray(expected.items) || !Array.isArray(actual)) return false;
    const left = [...expected.items];
    const all = actual.every((each) => {
      const at = left.findIndex((one) => this.#tries(one, each));
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    });
    return all && left.length === 0;
  }

  #means({ is, n }: Token, actual: unknown): boolean {
    const token = `${is} ${n}`;
    const real = `${is} ${String(actual)}`;
    const known = this.#real.get(token);
    if (known !== undefined || this.#token.has(real))
      return known === actual && this.#token.get(real) === token;
    const isId =
      is === "authid" ? typeof actual === "string" : Number.isSafeInteger(actual) && Number(actual) >= 1;
    if (!isId) return false;
    this.#real.set(token, actual);
    this.#token.set(real, token);
    this.#learnt.push(token);
    return true;
  }

  #forget(before: number): void {
    for (const token of this.#learnt.splice(before)) {
      const real = this.#real.get(token);
      this.#real.delete(token);
      this.#token.delete(`${token.split(" ")[0]} ${String(real)}`);
    }
  }
}

function isToken(value: object): value is Token {
  return "is" in value && "n" in value;
}
