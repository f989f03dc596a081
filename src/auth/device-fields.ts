/**
 * The fields of an administrator's request, each read once and checked as it is read. A field that nobody asked for is an
 * error, so that a slip of the pen is told and not overlooked. What they hold is never put into a text: it may be a secret.
 */
import { invalid } from "./device-error.ts";
import { fromBase64 } from "./encoding.ts";

export class Fields {
  readonly #given: ReadonlyMap<string, unknown>;
  readonly #read = new Set<string>();
  readonly #prefix: string;

  /** @throws AdminError where `given` is not an object @param prefix the path of the object, with a dot behind it */
  constructor(given: unknown, prefix = "") {
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      throw invalid(prefix.slice(0, -1) || "body", "must be an object");
    }
    this.#given = new Map(Object.entries(given));
    this.#prefix = prefix;
  }

  path(name: string): string {
    return `${this.#prefix}${name}`;
  }

  /** To be called when all fields are read. @throws AdminError naming one that was not */
  done(): void {
    for (const name of this.#given.keys()) {
      if (this.#read.has(name)) continue;
      const known = [...this.#read].join(", ");
      throw invalid(this.path(name.slice(0, 64)), `is not known here${known && `; known are ${known}`}`);
    }
  }

  /** Whether it was given; it is not read by that. */
  has(name: string): boolean {
    return this.#given.get(name) !== undefined;
  }

  optionalText(name: string, most: number): string | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw invalid(this.path(name), "must be a text");
    if (value.length > most) throw invalid(this.path(name), `is longer than ${most} characters`);
    if (!value.isWellFormed() || CONTROL.test(value)) {
      throw invalid(this.path(name), "holds a control character or half a character");
    }
    return value;
  }

  text(name: string, most: number): string {
    const value = this.#required(name, this.optionalText(name, most));
    if (value === "") throw invalid(this.path(name), "must not be empty");
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    return this.#required(name, this.optionalChoice(name, choices));
  }

  optionalChoice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw invalid(this.path(name), `must be one of ${choices.join(", ")}`);
    return found;
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (value !== undefined && typeof value !== "boolean") {
      throw invalid(this.path(name), "must be true or false");
    }
    return value;
  }

  /** An integer within the bounds; a text of digits too, since queries have no numbers. */
  optionalCount(name: string, { least, most }: { least: number; most: number }): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const number = typeof value === "string" && /^\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number !== "number" || !Number.isSafeInteger(number) || number < least || number > most) {
      throw invalid(this.path(name), `must be an integer from ${least} to ${most}`);
    }
    return number;
  }

  count(name: string, bounds: { least: number; most: number }): number {
    return this.#required(name, this.optionalCount(name, bounds));
  }

  /** How many of a list are wanted: at least 1; more than the most are the most. */
  limit(most: number, otherwise: number): number {
    const wanted = this.optionalCount("limit", { least: 1, most: Number.MAX_SAFE_INTEGER });
    return Math.min(wanted ?? otherwise, most);
  }

  /** The base64 of exactly so many octets. */
  base64(name: string, octets: number): string {
    const value = this.text(name, 4 * octets);
    if (fromBase64(value)?.length !== octets) {
      throw invalid(this.path(name), `must be the base64 of ${octets} octets`);
    }
    return value;
  }

  nothing(name: string): null {
    const value = this.#take(name);
    if (value !== undefined && value !== null) throw invalid(this.path(name), "must be null here");
    return null;
  }

  optionalKeys(name: string, most: number): readonly string[] | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      throw invalid(this.path(name), `must be a list of 1 to ${most} keys`);
    }
    const keys = value.map((key: unknown, at) => {
      if (typeof key !== "string" || !/^[0-9a-fA-F]{64}$/.test(key)) {
        throw invalid(`${this.path(name)}.${at}`, "must be 64 hex digits");
      }
      return key.toLowerCase();
    });
    if (new Set(keys).size < keys.length) throw invalid(this.path(name), "names a key twice");
    return keys;
  }

  /** 32 octets each, as 64 hex digits in either case; read as lower case. */
  keys(name: string, most: number): readonly string[] {
    return this.#required(name, this.optionalKeys(name, most));
  }

  optionalFields(name: string): Fields | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : new Fields(value, `${this.path(name)}.`);
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#given.get(name);
  }

  #required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw invalid(this.path(name), "is missing");
    return value;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
