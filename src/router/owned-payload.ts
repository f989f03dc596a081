/** A payload that is kept for long, on its own: what came in a frame is a part of it and keeps all of it in memory. */
import type { Payload } from "../wamp/payload.ts";

const TEXT_OUT = new TextEncoder();
/** Nothing is left out: a payload may begin with what looks like a byte order mark. */
const TEXT_IN = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function owned<P extends Payload | undefined>(payload: P): P {
  if (payload === undefined || payload.format === "values") return payload;
  const { body } = payload;
  // A part of a string refers to the whole; nothing but a round trip makes it a string of its own.
  if (typeof body === "string") return { ...payload, body: TEXT_IN.decode(TEXT_OUT.encode(body)) };
  return body.byteLength === body.buffer.byteLength ? payload : { ...payload, body: body.slice() };
}
