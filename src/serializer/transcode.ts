/**
 * A payload becomes tokens, whatever it was written in: walked in its own format and reported to the writer of another,
 * value for value and kind for kind (SER-02, SER-11).
 */
import type { Payload, ValuesPayload } from "../wamp/payload.ts";
import { Untranslatable } from "./serializer.ts";
import type { Sink } from "./sink.ts";
import { walkValue } from "./value.ts";
import { walkerOver } from "./walkers.ts";

/** How many elements a payload adds to its message. */
export function elementsOf(payload: Payload | undefined): 0 | 1 | 2 {
  if (!payload) return 0;
  if (payload.format !== "values") return payload.count;
  if (hasKeywords(payload)) return 2;
  return payload.args.length > 0 ? 1 : 0; // MSG-39
}

/** Reports Arguments, and ArgumentsKw if present. @throws Untranslatable when the sink's format lacks a value */
export function transcode(payload: Payload, sink: Sink) {
  if (payload.format === "values") return transcodeValues(payload, sink);
  const walker = walkerOver(payload.format, payload.body);
  try {
    walker.value(sink);
    if (payload.count === 2) {
      walker.between();
      walker.value(sink);
    }
  } catch (error) {
    if (error instanceof Untranslatable) {
      throw new Untranslatable(
        `${error.message} (before offset ${walker.at} of the payload, in ${payload.format})`,
      );
    }
    throw error;
  }
}

function transcodeValues(payload: ValuesPayload, sink: Sink): void {
  const elements = elementsOf(payload);
  if (elements > 0) walkValue(payload.args, sink);
  if (elements > 1) walkValue(payload.kwargs, sink);
}

function hasKeywords({ kwargs }: ValuesPayload): boolean {
  return kwargs !== undefined && Object.values(kwargs).some((value) => value !== undefined);
}
