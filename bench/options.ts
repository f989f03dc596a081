/** What the command line may change about the rows. Undefined: what goals.md says. */
import { parseArgs } from "node:util";
import type { Speech } from "./dialect/dialect.ts";
import type { Format } from "./dialect/notation.ts";
import type { Plan } from "./row.ts";

export interface Options {
  /** The rows to run, by id; none: all of goals.md. */
  readonly ids: readonly string[];
  readonly plan: Plan;
  /** The wrangler.toml of another checkout. */
  readonly router: string | undefined;
  /** Parts of the speech of every load that has no say in it. */
  readonly speech: Partial<Speech>;
  readonly publishers: number | undefined;
  readonly sessions: number | undefined;
}

const FORMATS: readonly Format[] = ["json", "msgpack", "cbor"];

/** @throws with a sentence that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "10" },
      seconds: { type: "string", default: "1" },
      router: { type: "string" },
      serializer: { type: "string" },
      payload: { type: "string" },
      publishers: { type: "string" },
      sessions: { type: "string" },
    },
  });
  const { serializer, payload } = values;
  const format = FORMATS.find((each) => each === serializer?.replace(".batched", ""));
  if (serializer !== undefined && !format) {
    throw new Error(`--serializer is one of ${FORMATS.join(", ")}, with or without .batched`);
  }
  return {
    ids: positionals,
    plan: { rounds: whole(values.rounds, "rounds", 1), seconds: Number(values.seconds) },
    router: values.router,
    speech: {
      ...(format && { format, batched: serializer?.endsWith(".batched") ? "everybody" : "nobody" }),
      ...(payload !== undefined && { payload: whole(payload, "payload", 12) }),
    },
    publishers: values.publishers === undefined ? undefined : whole(values.publishers, "publishers", 1),
    sessions: values.sessions === undefined ? undefined : whole(values.sessions, "sessions", 1),
  };
}

function whole(text: string, name: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`--${name} is a whole number from ${least} on`);
  return value;
}
