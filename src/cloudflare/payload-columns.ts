/** A payload as three columns of a row: its format, how many elements it has, and the elements as they stood. */
import type { Payload } from "../wamp/payload.ts";

export interface PayloadColumns {
  readonly format: string | null;
  readonly count: number;
  readonly body: string | ArrayBuffer | null;
  readonly [column: string]: SqlStorageValue;
}

export function toColumns(
  payload: Payload | undefined,
): [string | null, number, string | ArrayBuffer | null] {
  if (!payload) return [null, 0, null];
  if (payload.format === "values") throw new TypeError("what the router says itself is not kept");
  const { format, count, body } = payload;
  return [format, count, typeof body === "string" ? body : (body.slice().buffer as ArrayBuffer)];
}

export function fromColumns({ format, count, body }: PayloadColumns): Payload | undefined {
  if (format === null || body === null) return undefined;
  const octets = typeof body === "string" ? body : new Uint8Array(body);
  return { format, count, body: octets } as Payload; // only toColumns writes them
}
