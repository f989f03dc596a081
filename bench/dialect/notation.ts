/**
 * WAMP's three serializers as the bench writes and reads them: pieces that are put together once, so that a message on the
 * hot path is one concatenation. Text is ASCII; octets are latin1 characters. Knows nothing of batches.
 */

export type Format = "json" | "msgpack" | "cbor";

/** What the messages before the load are made of. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain };

export interface Notation {
  readonly format: Format;
  /** Of a list of so many elements. */
  open(length: number): string;
  readonly comma: string;
  readonly close: string;
  /** An empty dictionary. */
  readonly none: string;
  int(value: number): string;
  text(value: string): string;
  write(value: Plain): string;
  /** Reads the integer that begins at `at`. */
  intAt(message: string, at: number): number;
  /** The text of `size` that is the only argument of a message; undefined where it is not there. */
  lastText(message: string, size: number): string | undefined;
}

/** What follows the only argument. Some routers send keyword arguments that are not there. */
const CLOSINGS: ReadonlySet<string> = new Set(['"]]', '"],{}]', '"],null]']);

const json: Notation = {
  format: "json",
  open: () => "[",
  comma: ",",
  close: "]",
  none: "{}",
  int: String,
  text: (value) => `"${value}"`,
  write: (value) => JSON.stringify(value),
  intAt: (message, at) => Number.parseInt(message.slice(at, at + 16), 10),
  lastText(message, size) {
    const at = message.indexOf('["') + 2;
    const end = at + size;
    return CLOSINGS.has(message.slice(end)) ? message.slice(at, end) : undefined;
  },
};

/** What the two binary formats differ in: how a head of a kind and a length looks, and how wide an integer is. */
interface Heads {
  readonly list: (length: number) => string;
  readonly dict: (length: number) => string;
  readonly text: (length: number) => string;
  readonly int: (value: number) => string;
  readonly truth: (value: boolean) => string;
  /** How many octets of integer follow an integer's first octet; 0 where that octet is the value. */
  readonly follow: (first: number) => number;
}

const msgpack: Heads = {
  list: (length) => octet(0x90 | length), // the bench has no longer ones
  dict: (length) => octet(0x80 | length),
  text(length) {
    if (length < 32) return octet(0xa0 | length);
    if (length < 256) return octet(0xd9) + big(length, 1);
    return length < 65_536 ? octet(0xda) + big(length, 2) : octet(0xdb) + big(length, 4);
  },
  int(value) {
    if (value < 128) return octet(value);
    if (value < 256) return octet(0xcc) + big(value, 1);
    if (value < 65_536) return octet(0xcd) + big(value, 2);
    return value < 2 ** 32 ? octet(0xce) + big(value, 4) : octet(0xcf) + big(value, 8);
  },
  truth: (value) => octet(value ? 0xc3 : 0xc2),
  follow: (first) => (first < 128 ? 0 : 1 << (first & 3)),
};

const cbor: Heads = {
  list: (length) => head(4, length),
  dict: (length) => head(5, length),
  text: (length) => head(3, length),
  int: (value) => head(0, value),
  truth: (value) => octet(value ? 0xf5 : 0xf4),
  follow: (first) => (first < 24 ? 0 : 1 << (first - 24)),
};

function head(major: number, value: number): string {
  if (value < 24) return octet((major << 5) | value);
  if (value < 256) return octet((major << 5) | 24) + big(value, 1);
  if (value < 65_536) return octet((major << 5) | 25) + big(value, 2);
  return value < 2 ** 32
    ? octet((major << 5) | 26) + big(value, 4)
    : octet((major << 5) | 27) + big(value, 8);
}

function binary(format: Format, heads: Heads): Notation {
  const text = (value: string): string => heads.text(value.length) + value;
  function write(value: Plain): string {
    if (typeof value === "string") return text(value);
    if (typeof value === "number") return heads.int(value);
    if (typeof value === "boolean") return heads.truth(value);
    if (isList(value)) return heads.list(value.length) + value.map(write).join("");
    const entries = Object.entries(value);
    return heads.dict(entries.length) + entries.map(([name, each]) => text(name) + write(each)).join("");
  }
  return {
    format,
    open: heads.list,
    comma: "",
    close: "",
    none: heads.dict(0),
    int: heads.int,
    text,
    write,
    intAt(message, at) {
      const first = message.charCodeAt(at);
      const octets = heads.follow(first);
      if (octets === 0) return first;
      let value = 0;
      for (let place = 1; place <= octets; place++) value = value * 256 + message.charCodeAt(at + place);
      return value;
    },
    lastText: (message, size) => message.slice(-size),
  };
}

export const NOTATIONS: Readonly<Record<Format, Notation>> = {
  json,
  msgpack: binary("msgpack", msgpack),
  cbor: binary("cbor", cbor),
};

/** So many octets of a number, the largest first. */
export function big(value: number, octets: number): string {
  let text = "";
  for (let place = octets - 1; place >= 0; place--) text += octet(Math.floor(value / 256 ** place) % 256);
  return text;
}

function octet(value: number): string {
  return String.fromCharCode(value);
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}
