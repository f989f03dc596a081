/** The walker of each format, over data items that were checked when they came in. */
import type { Format } from "../wamp/payload.ts";
import { CborWalker } from "./cbor-walker.ts";
import { JsonWalker } from "./json-walker.ts";
import { MsgpackWalker } from "./msgpack-walker.ts";
import { CHECKED, type Walker } from "./walker.ts";

export function walkerOver(format: Format, body: string | Uint8Array): Walker {
  if (typeof body === "string") return new JsonWalker(body, CHECKED);
  return format === "msgpack" ? new MsgpackWalker(body, CHECKED) : new CborWalker(body, CHECKED);
}
