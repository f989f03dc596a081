/** The load in its variations, one changed at a time: serializers, batches, payloads, publishers, sessions. No goals. */
import type { Speech } from "../dialect/dialect.ts";
import type { Format } from "../dialect/notation.ts";
import type { Load } from "../load.ts";
import { calls } from "./call.ts";
import { type FanOut, fanOut } from "./fan-out.ts";
import { routerAndBare } from "./side-by-side.ts";

const FORMATS: readonly Format[] = ["json", "msgpack", "cbor"];
const SUBSCRIBERS = 100;

const id = "grid";

function fan(fan: FanOut, speech: Partial<Speech>, named: string): Load {
  const { publishers = 1, subscribers } = fan;
  return fanOut(fan, {
    id,
    work: `fan-out ${publishers} -> ${subscribers}, ${named}`,
    entrants: routerAndBare({ speech }),
  });
}

function call(speech: Partial<Speech>, named: string): Load {
  return calls({ callers: 1 }, { id, work: `call, ${named}`, entrants: routerAndBare({ speech }) });
}

const serializers = FORMATS.flatMap((format) =>
  (["nobody", "everybody"] as const).flatMap((batched) => {
    const named = batched === "nobody" ? format : `${format}.batched`;
    return [call({ format, batched }, named), fan({ subscribers: SUBSCRIBERS }, { format, batched }, named)];
  }),
);

const payloads = FORMATS.flatMap((format) =>
  [1_024, 65_536].flatMap((payload) => [
    call({ format, payload }, `${format}, ${payload / 1024} KiB`),
    fan({ subscribers: 10 }, { format, payload }, `${format}, ${payload / 1024} KiB`),
  ]),
);

const publishers = [16].map((publishers) => fan({ publishers, subscribers: SUBSCRIBERS }, {}, "json"));

const sessions = [10, 1_000, 5_000].map((subscribers) => fan({ subscribers }, {}, "json"));

export const grid: readonly Load[] = [...serializers, ...payloads, ...publishers, ...sessions];
