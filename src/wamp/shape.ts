/**
 * A message's declaration: its name, its type code and its fields in wire order. Gives the type, the check on the way in
 * and the header on the way out; the wire form of a message stands nowhere else.
 */
import { ProtocolViolation } from "./error.ts";
import type { Field } from "./field.ts";
import type { Envelope, Payload } from "./payload.ts";

/** Stands last among the fields of a message that may carry Arguments and ArgumentsKw. */
export const payload = Symbol("payload");

/** A field that may be missing at the end of the message. */
interface Optional<T> extends Field<T> {
  readonly optional: true;
}

export function optional<T>(field: Field<T>): Optional<T> {
  return { ...field, optional: true };
}

type ShapeFields = Readonly<Record<string, Field<unknown> | typeof payload>>;
type TypeOf<F> = F extends Field<infer T> ? T : Payload | undefined;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends Optional<unknown> ? K : never }[keyof F];

type MessageFrom<N extends string, F extends ShapeFields> = { readonly type: N } & {
  readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]>;
} & { readonly [K in OptionalKeys<F>]?: TypeOf<F[K]> };

/**
 * How a message that comes often is made in one piece, which takes the engine a third of the time. It says nothing that the
 * fields do not say, and that is seen to when the shape is made: no field is optional or written otherwise than it is kept.
 */
interface Cast<M> {
  /** The message of its two or three fields, in wire order, and its payload. */
  readonly message?: (...values: readonly never[]) => M;
  /** Its header: the type code and the fields in wire order. */
  readonly header?: (message: M) => unknown[];
}

/** The same for whatever message. */
interface AnyCast {
  readonly message?: (...values: readonly unknown[]) => object;
  readonly header?: (message: object) => unknown[];
}

/** The type of the messages that a shape declares. */
export type MessageOf<S> = S extends Shape<infer N, infer F> ? MessageFrom<N, F> : never;

export class Shape<N extends string = string, F extends ShapeFields = ShapeFields> {
  readonly type: N;
  readonly code: number;
  /** How many elements precede Arguments; undefined where the message carries no payload. */
  readonly payloadAt: number | undefined;
  readonly #names: readonly string[];
  readonly #fields: readonly Field<unknown>[];
  readonly #places: readonly string[];
  readonly #required: number;
  readonly #cast: AnyCast;
  /** A message with every field. Nobody reads it: while it lives the engine keeps what it learned of such objects. */
  readonly specimen: object;

  constructor(type: N, code: number, { fields, cast }: { fields: F; cast: Cast<MessageFrom<N, F>> }) {
    this.type = type;
    this.code = code;
    const entries = Object.entries(fields);
    const header = entries.filter((entry): entry is [string, Field<unknown>] => entry[1] !== payload);
    this.payloadAt = header.length < entries.length ? 1 + header.length : undefined;
    this.#names = header.map(([name]) => name);
    this.#fields = header.map(([, field]) => field);
    this.#places = header.map(([name]) => `${type}.${name[0]?.toUpperCase()}${name.slice(1)}`);
    this.#required = header.filter(([, field]) => !("optional" in field)).length;
    this.#cast = cast as AnyCast; // it is given messages of this shape, and values that were read by its fields
    this.specimen = this.#checked();
  }

  /** Checks every field and returns the message. @throws ProtocolViolation naming the field (MSG-30, MSG-31) */
  read(envelope: Envelope): MessageFrom<N, F> {
    const { header, payload } = envelope;
    const given = header.length - 1;
    if (given < this.#required || given > this.#names.length) {
      throw new ProtocolViolation(`${this.type} does not have ${header.length} elements before its payload`);
    }
    const { message: cast } = this.#cast;
    if (cast) return this.#inOnePiece(cast, envelope) as MessageFrom<N, F>; // as below
    const message: Record<string, unknown> = { type: this.type };
    for (let at = 0; at < given; at++) message[this.#names[at] ?? ""] = this.#value(header, at);
    if (this.payloadAt !== undefined) message.payload = payload;
    return message as MessageFrom<N, F>; // each field was read by its declaration
  }

  /** The header of a message that the router made; its type is its check. */
  header(message: Readonly<Record<string, unknown>>): unknown[] {
    const { header: cast } = this.#cast;
    if (cast) return cast(message);
    const header = new Array<unknown>(1 + this.#names.length); // a list that grows takes four times the room
    header[0] = this.code;
    for (let at = 0; at < this.#names.length; at++) {
      const value = message[this.#names[at] ?? ""];
      if (value === undefined) return header.slice(0, 1 + at);
      const field = this.#fields[at];
      header[1 + at] = field?.write ? field.write(value) : value;
    }
    return header;
  }

  #inOnePiece(cast: (...values: readonly unknown[]) => object, { header, payload }: Envelope): object {
    const one = this.#value(header, 0);
    const two = this.#value(header, 1);
    if (this.#names.length === 2) return cast(one, two, payload);
    return cast(one, two, this.#value(header, 2), payload);
  }

  /** The value of a field in a header, as it is kept. */
  #value(header: readonly unknown[], at: number): unknown {
    return this.#fields[at]?.read(header[1 + at], this.#places[at] ?? "");
  }

  /** A message with every field, cast if it can be, after which it is sure that the cast says what the fields say. */
  #checked(): object {
    const names = this.payloadAt === undefined ? this.#names : [...this.#names, "payload"];
    const specimen: Record<string, unknown> = { type: this.type };
    for (const name of names) specimen[name] = name;
    const { message, header } = this.#cast;
    const made = message ? message(...names) : specimen;
    const written = header ? header(specimen) : [this.code, ...this.#names];
    const isPlain = this.#fields.every((field) => !("optional" in field || field.write));
    const isRight =
      JSON.stringify(made) === JSON.stringify(specimen) &&
      written.join() === [this.code, ...this.#names].join();
    if ((message || header) && !(isPlain && isRight)) throw new TypeError(`${this.type} is cast wrongly`);
    return made;
  }
}

export function shape<const N extends string, const F extends ShapeFields>(
  type: N,
  code: number,
  fields: F,
  cast: Cast<MessageFrom<N, F>> = {},
): Shape<N, F> {
  return new Shape(type, code, { fields, cast });
}
