/** A value as one serializer writes it, to be sent again and again without being written anew. */
import { RawItem } from "../wamp/payload.ts";
import type { Serializer } from "./serializer.ts";

export function written(serializer: Pick<Serializer, "format" | "encode">, value: unknown): RawItem {
  const list = serializer.encode({ header: [value], payload: undefined });
  // A list of one: in JSON it stands between brackets, in both binary formats behind a head of one octet.
  const body = typeof list === "string" ? list.slice(1, -1) : list.slice(1);
  return new RawItem(serializer.format, body);
}
