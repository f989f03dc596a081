/** B7: large payloads, one publisher to one subscriber, in every serializer. */
import { PLAIN_SPEECH } from "../dialect/dialect.ts";
import type { Format } from "../dialect/notation.ts";
import type { Load } from "../load.ts";
import { fanOut } from "./fan-out.ts";
import { routerAndBare } from "./side-by-side.ts";

const KIBIBYTES = 64;
const FORMATS: readonly Format[] = ["json", "msgpack", "cbor"];

export const largePayload: readonly Load[] = FORMATS.map((format) => {
  const payload = KIBIBYTES * 1024;
  return fanOut(
    { subscribers: 1, worth: payload / 1e6, unit: "MB/s" },
    {
      id: "B7",
      work: `${KIBIBYTES} KiB payload 1 -> 1, ${format}`,
      entrants: routerAndBare({ speech: { ...PLAIN_SPEECH, format, payload } }),
      target: { atLeast: 0.9 },
    },
  );
});
