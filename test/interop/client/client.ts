/**
 * What every stock client can do, in one shape, so that one suite serves all of them. An adapter adds nothing to its
 * library and hides nothing but the library's own calling convention.
 */

import type { Arrival, Method, Welcomed } from "./credentials.ts";

export interface Payload {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

export interface EventSeen extends Payload {
  /** The topic, where the router told it: to pattern subscribers. */
  readonly topic: unknown;
}

export type Match = "exact" | "prefix" | "wildcard";

export type Endpoint = (call: Payload) => Payload | Promise<Payload>;

export interface Subscription {
  readonly events: Inbox<EventSeen>;
  unsubscribe(): Promise<void>;
}

export interface Registration {
  unregister(): Promise<void>;
}

export interface Client {
  readonly name: string;
  readonly welcome: Welcomed;
  /** Whether its serializer has bytes of its own; JSON has the NUL and base64 convention. */
  readonly binary: boolean;
  subscribe(topic: string, match?: Match): Promise<Subscription>;
  /** Acknowledged: resolves when PUBLISHED has come. */
  publish(topic: string, payload: Payload): Promise<void>;
  register(procedure: string, endpoint: Endpoint): Promise<Registration>;
  /** @throws CallFailure */
  call(procedure: string, payload: Payload): Promise<Payload>;
  close(): Promise<void>;
}

/** A library with one of its serializers, ready to be connected. */
export interface ClientKind {
  readonly name: string;
  /** By which it can sign in. */
  readonly methods: readonly Method[];
  /** @throws Refused where the router does not let it in */
  open(arrival: Arrival): Promise<Client>;
}

export class CallFailure extends Error {
  readonly uri: string;
  readonly payload: Payload;

  constructor(uri: string, payload: Payload) {
    super(uri);
    this.uri = uri;
    this.payload = payload;
  }
}

let names = 0;

/** A name that no other test of this file uses. */
export function fresh(name: string): string {
  names++;
  return `com.example.${name}${names}`;
}

/** Libraries leave out what is empty, each in its own way. */
export function payloadOf(args: unknown, kwargs: unknown): Payload {
  return {
    args: Array.isArray(args) ? args.map(plain) : [],
    kwargs: typeof kwargs === "object" && kwargs !== null ? (plain(kwargs) as Payload["kwargs"]) : {},
  };
}

export function args(...values: unknown[]): Payload {
  return { args: values, kwargs: {} };
}

export function kwargs(values: Record<string, unknown>): Payload {
  return { args: [], kwargs: values };
}

/** Octets as a plain Uint8Array (some libraries give a Buffer) and objects with the usual prototype. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    return Uint8Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === "object" && value !== null && !(value instanceof Float)) {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  }
  return value;
}

/** A float with an integral value, where a client can tell it from an integer. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** Things that arrive, in order, for whoever waits for them. */
export class Inbox<T> {
  readonly #arrived: T[] = [];
  readonly #waiting: ((thing: T) => void)[] = [];

  put(thing: T): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(thing);
    else this.#arrived.push(thing);
  }

  /** The next one, now or when it comes. */
  next(): Promise<T> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift() as T); // there is one, be it undefined
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async take(count: number): Promise<T[]> {
    const things: T[] = [];
    while (things.length < count) things.push(await this.next());
    return things;
  }

  /** How many came that nobody has taken. */
  get left(): number {
    return this.#arrived.length;
  }
}
