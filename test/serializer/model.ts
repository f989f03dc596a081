/**
 * A typed model of WAMP values and a naive encoder of it for each format: the oracle that the codecs are held against. It
 * shares no code with src/serializer, is slow, and writes in several styles what a format can write in several ways.
 */
import fc from "fast-check";
import type { Format } from "../../src/wamp/payload.ts";

export type Model =
  | { readonly is: "null" }
  | { readonly is: "boolean"; readonly of: boolean }
  | { readonly is: "integer"; readonly of: bigint }
  | { readonly is: "float"; readonly of: number }
  | { readonly is: "text"; readonly of: string }
  | { readonly is: "bytes"; readonly of: Uint8Array }
  | { readonly is: "list"; readonly of: readonly Model[] }
  | { readonly is: "dict"; readonly of: readonly (readonly [string, Model])[] };

/**
 * How to write: what the router writes itself, the longest heads and escapes, or what else is legal. Forwarded:
 * what becomes of a style of CBOR on its way to a peer of CBOR, which gets each text in one piece and under a short head.
 */
export type Style = "plain" | "long" | "odd" | "long, forwarded" | "odd, forwarded";
export const STYLES = ["plain", "long", "odd"] as const;

export const integer = (of: bigint | number): Model => ({ is: "integer", of: BigInt(of) });
export const float = (of: number): Model => ({ is: "float", of });
export const text = (of: string): Model => ({ is: "text", of });
export const bytes = (...of: number[]): Model => ({ is: "bytes", of: Uint8Array.from(of) });
export const list = (...of: Model[]): Model => ({ is: "list", of });
export const dict = (of: Readonly<Record<string, Model>>): Model => ({ is: "dict", of: Object.entries(of) });

/** A list of models as one message. */
export function message(
  format: Format,
  elements: readonly string[] | readonly Uint8Array[],
): string | Uint8Array {
  if (format === "json") return `[${elements.join(",")}]`;
  const head = elements.length | (format === "cbor" ? 0x80 : 0x90);
  return Uint8Array.from(Buffer.concat([Uint8Array.of(head), ...(elements as readonly Uint8Array[])]));
}

/** One value in a format. */
export function write(model: Model, format: "json", style?: Style): string;
export function write(model: Model, format: "msgpack" | "cbor", style?: Style): Uint8Array;
export function write(model: Model, format: Format, style?: Style): string | Uint8Array;
export function write(model: Model, format: Format, style: Style = "plain"): string | Uint8Array {
  if (format === "json") return json(model, style);
  return Uint8Array.from(format === "cbor" ? cbor(model, style) : msgpack(model, style));
}

function json(model: Model, style: Style): string {
  const gap = style === "odd" ? " \n\t\r" : "";
  switch (model.is) {
    case "null":
      return "null";
    case "boolean":
    case "integer":
      return `${model.of}`;
    case "float":
      return jsonFloat(model.of, style);
    case "text":
      return jsonText(model.of, style);
    case "bytes":
      return `"\\u0000${Buffer.from(model.of).toString("base64")}"`;
    case "list":
      return `[${gap}${model.of.map((each) => json(each, style)).join(`${gap},${gap}`)}${gap}]`;
    case "dict": {
      const pairs = model.of.map(
        ([key, value]) => `${jsonText(key, style)}${gap}:${gap}${json(value, style)}`,
      );
      return `{${gap}${pairs.join(`${gap},${gap}`)}${gap}}`;
    }
  }
}

function jsonFloat(value: number, style: Style): string {
  const sign = Object.is(value, -0) ? "-" : "";
  if (style !== "plain") return sign + value.toExponential().replace("e", style === "odd" ? "E" : "e");
  return sign + (/^-?\d+$/.test(`${value}`) ? `${value}.0` : `${value}`);
}

function jsonText(value: string, style: Style): string {
  if (style === "plain") return JSON.stringify(value);
  const units = Array.from({ length: value.length }, (_, at) => value.charCodeAt(at));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}

/** A big-endian integer of so many octets; negative ones in two's complement. */
function octets(value: bigint, count: number): number[] {
  const found: number[] = [];
  for (let shift = count - 1; shift >= 0; shift--) {
    found.push(Number((BigInt.asUintN(64, value) >> BigInt(shift * 8)) & 0xffn));
  }
  return found;
}

function float64(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)].reverse();
}

/** The index of the first width that holds a value, or the last where long heads are wanted. */
function width(value: bigint, widths: readonly number[], style: Style): number {
  const index = style === "plain" ? widths.findIndex((bits) => value < 1n << BigInt(bits)) : -1;
  return index < 0 ? widths.length - 1 : index;
}

function msgpack(model: Model, style: Style): number[] {
  switch (model.is) {
    case "null":
      return [0xc0];
    case "boolean":
      return [model.of ? 0xc3 : 0xc2];
    case "integer":
      return msgpackInteger(model.of, style);
    case "float":
      return [0xcb, ...float64(model.of)];
    case "text": {
      const encoded = Buffer.from(model.of);
      return [...sized(encoded.length, [5, 0xa0], [0xd9, 0xda, 0xdb], style), ...encoded];
    }
    case "bytes":
      return [...sized(model.of.length, undefined, [0xc4, 0xc5, 0xc6], style), ...model.of];
    case "list":
      return [
        ...sized(model.of.length, [4, 0x90], [undefined, 0xdc, 0xdd], style),
        ...model.of.flatMap((each) => msgpack(each, style)),
      ];
    case "dict":
      return [
        ...sized(model.of.length, [4, 0x80], [undefined, 0xde, 0xdf], style),
        ...model.of.flatMap(([key, value]) => [...msgpack(text(key), style), ...msgpack(value, style)]),
      ];
  }
}

function msgpackInteger(value: bigint, style: Style): number[] {
  if (style === "odd") return value < 1n << 63n ? [0xd3, ...octets(value, 8)] : [0xcf, ...octets(value, 8)];
  if (value >= 0n) {
    const at = width(value, [7, 8, 16, 32, 64], style);
    return at === 0 ? [Number(value)] : [0xcb + at, ...octets(value, 2 ** (at - 1))];
  }
  const at = width(-1n - value, [5, 7, 15, 31, 63], style);
  return at === 0 ? octets(value, 1) : [0xcf + at, ...octets(value, 2 ** (at - 1))];
}

/** A head with a count in its low bits, or with one, two or four octets after it. */
function sized(
  count: number,
  fix: readonly [bits: number, head: number] | undefined,
  heads: readonly (number | undefined)[],
  style: Style,
): number[] {
  if (fix && style === "plain" && count < 2 ** fix[0]) return [fix[1] + count];
  const at = heads.findIndex(
    (head, at) => head !== undefined && (style === "plain" ? count < 256 ** (2 ** at) : at === 2),
  );
  return [heads[at] ?? 0, ...octets(BigInt(count), 2 ** at)];
}

function cbor(model: Model, style: Style): number[] {
  const isOdd = style.startsWith("odd");
  switch (model.is) {
    case "null":
      return [0xf6];
    case "boolean":
      return [model.of ? 0xf5 : 0xf4];
    case "integer":
      return model.of < 0n ? cborHead(1, -1n - model.of, style) : cborHead(0, model.of, style);
    case "float":
      return [0xfb, ...float64(model.of)];
    case "text":
      return cborText(model.of, style);
    case "bytes": {
      const tagged = style.startsWith("long") ? [0xd8, 64] : [];
      if (style === "odd, forwarded") return cbor(model, "plain");
      if (style !== "odd") return [...tagged, ...cborHead(2, BigInt(model.of.length), style), ...model.of];
      const half = model.of.length >> 1;
      const [front, back] = [model.of.subarray(0, half), model.of.subarray(half)];
      return [
        0x5f,
        ...cborHead(2, BigInt(front.length), style),
        ...front,
        ...cborHead(2, BigInt(back.length), style),
        ...back,
        0xff,
      ];
    }
    case "list": {
      const items = model.of.flatMap((each) => cbor(each, style));
      return isOdd ? [0x9f, ...items, 0xff] : [...cborHead(4, BigInt(model.of.length), style), ...items];
    }
    case "dict": {
      const items = model.of.flatMap(([key, value]) => [...cborText(key, style), ...cbor(value, style)]);
      return isOdd ? [0xbf, ...items, 0xff] : [...cborHead(5, BigInt(model.of.length), style), ...items];
    }
  }
}

function cborText(value: string, style: Style): number[] {
  const piece = (part: string) => {
    const encoded = Buffer.from(part);
    return [...cborHead(3, BigInt(encoded.length), style), ...encoded];
  };
  if (style.endsWith("forwarded")) return cborText(value, "plain");
  return style === "odd" ? [0x7f, ...Array.from(value, piece).flat(), 0xff] : piece(value);
}

function cborHead(kind: number, argument: bigint, style: Style): number[] {
  const at = style.startsWith("odd") ? width(argument, [4, 8, 16, 32, 64], "plain") : -1;
  if (at === 0 || (style === "plain" && argument < 24n)) return [(kind << 5) | Number(argument)];
  const wide = at > 0 ? at : Math.max(1, width(argument, [0, 8, 16, 32, 64], style));
  return [(kind << 5) | (23 + wide), ...octets(argument, 2 ** (wide - 1))];
}

const SIGNED_MIN = -(2n ** 63n);
const UNSIGNED_MAX = 2n ** 64n - 1n;
const EDGES = [0, 5, 7, 8, 15, 16, 31, 32, 53, 63, 64]
  .map((bits) => 2n ** BigInt(bits))
  .flatMap((edge) => [edge - 1n, edge, edge + 1n, -edge - 1n, -edge, -edge + 1n])
  .filter((edge) => edge >= SIGNED_MIN && edge <= UNSIGNED_MAX);

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 6 }).map((rest) => `\0${rest}`),
  fc.constantFrom(
    "",
    "\0",
    "\0AAAA",
    "\0AA==",
    "\0A",
    "\u{1f600}",
    '"\\/\b\f\n\r\t\u2028',
    "__proto__",
    "é".repeat(130),
  ),
);
const anyInteger = fc.oneof(
  fc.constantFrom(...EDGES),
  fc.bigInt({ min: SIGNED_MIN, max: UNSIGNED_MAX }),
  fc.bigInt({ min: -300n, max: 300n }),
);
const anyFloat = fc.oneof(
  fc.double(),
  fc.integer().map(Number),
  fc.constantFrom(0, -0, 1, -1, 0.1, 1e21, 1e-7, 2 ** 53, 2 ** 63, 5e-324, Number.MAX_VALUE),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
);

const anyKey = anyText.filter((key) => key !== "__proto__"); // which no dict of a payload may have

/** A list or a dict of numbers, so many that its head is longer than usual. */
const long = fc
  .tuple(fc.integer({ min: 14, max: 30 }), anyInteger, fc.boolean())
  .map(([count, of, isList]): Model => {
    const numbers = Array.from({ length: count }, (_, at) => (at % 2 ? integer(at) : integer(of)));
    return isList
      ? list(...numbers)
      : dict(Object.fromEntries(numbers.map((number, at) => [`k${at}`, number])));
  });

const { value: anyModel } = fc.letrec<{ value: Model }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    fc.constant<Model>({ is: "null" }),
    fc.boolean().map((of): Model => ({ is: "boolean", of })),
    anyInteger.map(integer),
    anyFloat.map(float),
    anyText.map(text),
    fc.uint8Array({ maxLength: 40 }).map((of): Model => ({ is: "bytes", of })),
    fc.array(tie("value"), { maxLength: 8 }).map((of): Model => ({ is: "list", of })),
    fc
      .uniqueArray(fc.tuple(anyKey, tie("value")), { maxLength: 8, selector: ([key]) => key })
      .map((of): Model => ({ is: "dict", of })),
    long,
  ),
}));

/** Arguments, and perhaps ArgumentsKw. */
export const anyPayload: fc.Arbitrary<readonly Model[]> = fc
  .tuple(
    fc.array(anyModel, { maxLength: 4 }),
    fc.option(fc.uniqueArray(fc.tuple(anyKey, anyModel), { maxLength: 4, selector: ([key]) => key })),
  )
  .map(([args, kwargs]): Model[] => {
    const first: Model = { is: "list", of: args };
    return kwargs ? [first, { is: "dict", of: kwargs }] : [first];
  });

/** Whether JSON has a form for a value: not for what is no number, nor for text that begins with NUL. */
export function isJson(model: Model): boolean {
  switch (model.is) {
    case "float":
      return Number.isFinite(model.of);
    case "text":
      return !model.of.startsWith("\0");
    case "list":
      return model.of.every(isJson);
    case "dict":
      return model.of.every(([, value]) => isJson(value));
    default:
      return true;
  }
}

/** The same value with what JSON cannot say replaced. */
export function asJson(model: Model): Model {
  if (model.is === "list") return { is: "list", of: model.of.map(asJson) };
  if (model.is === "dict")
    return { is: "dict", of: model.of.map(([key, value]) => [key, asJson(value)] as const) };
  if (isJson(model)) return model;
  return model.is === "float" ? float(0.5) : text("text");
}
