/**
 * Plain JavaScript values: what a header is decoded to and encoded from, and what the router itself has to say. An integer
 * is a number up to 2^53 and a bigint beyond; octets are a Uint8Array; a dict is an object with own properties only.
 */
import { ProtocolViolation } from "../wamp/error.ts";
import { RawItem } from "../wamp/payload.ts";
import type { Sink } from "./sink.ts";
import { walkerOver } from "./walkers.ts";

type Dict = Record<string, unknown>;

/** Stands where no dict is open, and takes nothing. */
const NOTHING: Dict = {};

/** Collects what a walker reports. One serves many messages, so that a list need not grow for each of them. */
export class ValueSink implements Sink {
  readonly #values: unknown[] = [];
  /** The list that takes the next value, unless `#dict` does. */
  #list: unknown[] | undefined = this.#values;
  #dict: Dict = {};
  /** The key whose value comes next. */
  #key: string | undefined;
  /** The containers around the current one, and the key at which each continues. */
  readonly #outer: (unknown[] | Dict)[] = [];

  /** Begins anew, whatever became of the last message. */
  begin(): void {
    this.#list = this.#values;
    this.#key = undefined;
    while (this.#values.length > 0) this.#values.pop();
    while (this.#outer.length > 0) this.#outer.pop(); // nearly always there is none, and to set a length is slow
  }

  /** Lets go of what was collected. */
  forget(): void {
    this.begin();
    this.#dict = NOTHING;
  }

  get first(): unknown {
    return this.#values[0];
  }

  get last(): unknown {
    return this.#values.at(-1);
  }

  get size(): number {
    return this.#values.length;
  }

  at(place: number): unknown {
    return this.#values[place];
  }

  /** What is known already. */
  add(value: unknown): void {
    this.#values.push(value);
  }

  /** What was collected since `begin`: it is the receiver's. */
  take(): unknown[] {
    const values = this.#values;
    const taken =
      values.length === 4
        ? [values[0], values[1], values[2], values[3]]
        : values.length === 3
          ? [values[0], values[1], values[2]]
          : values.slice();
    while (values.length > 0) values.pop(); // it is nobody else's
    return taken;
  }

  null(): void {
    this.#take(null);
  }
  undefined(): void {
    this.#take(undefined); // SER-21: as if the key were absent
  }
  boolean(value: boolean): void {
    this.#take(value);
  }
  integer(value: number | bigint): void {
    this.#take(value);
  }
  float(value: number): void {
    this.#take(value); // SER-09: an integral float is an integer from here on
  }
  bytes(value: Uint8Array): void {
    this.#take(new Uint8Array(value));
  }
  foreign(what: string): void {
    throw new ProtocolViolation(`${what} may stand in a payload only`);
  }
  text(value: string): void {
    if (!value.isWellFormed())
      throw new ProtocolViolation("a string outside the payload has a lone surrogate");
    if (this.#list || this.#key !== undefined) this.#take(value);
    else this.#key = value;
  }
  openList(): void {
    const list: unknown[] = [];
    this.#take(list);
    this.#enter(list);
  }
  openDict(): void {
    const dict: Dict = {};
    this.#take(dict);
    this.#enter(dict);
  }
  closeList(): void {
    this.#leave();
  }
  closeDict(): void {
    this.#leave();
  }

  #take(value: unknown): void {
    const key = this.#key;
    if (this.#list) this.#list.push(value);
    else if (key === undefined)
      throw new ProtocolViolation("a dict outside the payload has a key that is not a string");
    else {
      this.#key = undefined;
      if (key === "__proto__") own(this.#dict, key, value);
      else this.#dict[key] = value; // SER-17: the last one wins
    }
  }

  #enter(inner: unknown[] | Dict): void {
    this.#outer.push(this.#list ?? this.#dict);
    this.#goTo(inner);
  }

  #leave(): void {
    this.#goTo(this.#outer.pop() ?? this.#values);
  }

  #goTo(container: unknown[] | Dict): void {
    if (Array.isArray(container)) this.#list = container;
    else {
      this.#list = undefined;
      this.#dict = container;
    }
  }
}

/** An assignment to `__proto__` would replace the prototype; a peer may only add a property. */
function own(dict: Dict, key: string, value: unknown): void {
  Object.defineProperty(dict, key, { value, enumerable: true, configurable: true, writable: true });
}

/**
 * Reports a plain value to a sink. Integral numbers are integers (SER-08); keys whose value is undefined are left out.
 * @throws TypeError for what no format can express, such as a function: a bug of ours
 */
export function walkValue(value: unknown, sink: Sink) {
  switch (typeof value) {
    case "string":
      return sink.text(value);
    case "number":
      return walkNumber(value, sink);
    case "boolean":
      return sink.boolean(value);
    case "bigint":
      return sink.integer(value);
    case "undefined":
      return sink.null();
    case "object":
      if (value === null) return sink.null();
      if (value instanceof Uint8Array) return sink.bytes(value);
      if (Array.isArray(value)) return walkList(value, sink);
      if (value instanceof RawItem) return walkRaw(value, sink);
      return walkDict(value as Dict, sink); // an object that is none of the above is a dict
    default:
      throw new TypeError(`a ${typeof value} cannot be sent`);
  }
}

function walkRaw(item: RawItem, sink: Sink): void {
  if (!sink.copy?.(item)) walkerOver(item.format, item.body).value(sink);
}

function walkNumber(value: number, sink: Sink) {
  if (!Number.isInteger(value)) return sink.float(value);
  if (Math.abs(value) <= 2 ** 53) return sink.integer(value);
  if (value >= -(2 ** 63) && value < 2 ** 64) return sink.integer(BigInt(value));
  return sink.float(value);
}

function walkList(list: readonly unknown[], sink: Sink): void {
  sink.openList(list.length);
  for (const each of list) walkValue(each, sink);
  sink.closeList(list.length);
}

function walkDict(dict: Dict, sink: Sink): void {
  const keys = Object.keys(dict);
  let count = 0;
  for (const key of keys) if (dict[key] !== undefined) count++;
  sink.openDict(count);
  for (const key of keys) {
    const value = dict[key];
    if (value === undefined) continue;
    sink.text(key);
    walkValue(value, sink);
  }
  sink.closeDict(count);
}
