/** Every row the bench can run, in the order of goals.md. */
import type { Load } from "./load.ts";
import type { Options } from "./options.ts";
import type { Row } from "./row.ts";
import { acknowledgedPublish } from "./rows/acknowledged-publish.ts";
import { batched } from "./rows/batched.ts";
import { calls } from "./rows/call.ts";
import { fanOut } from "./rows/fan-out.ts";
import { grid } from "./rows/grid.ts";
import { largePayload } from "./rows/large-payload.ts";
import { memory } from "./rows/memory.ts";
import { peers } from "./rows/peers.ts";
import { callCore, publishCore } from "./rows/routing-core.ts";
import { rowsWritten } from "./rows/rows-written.ts";
import { sessions } from "./rows/sessions.ts";
import { routerAndBare, sideBySide, variation } from "./rows/side-by-side.ts";
import { wake } from "./rows/wake.ts";
import { wakeParts } from "./rows/wake-parts.ts";

/** Those that are loads: what can be profiled. */
export function loadsOf(options: Options): readonly Load[] {
  const entrants = routerAndBare(options);
  const { publishers, sessions: subscribers } = options;
  const loads: readonly Load[] = [
    ...(publishers === undefined ? [1, 16] : [publishers]).map((callers) =>
      calls({ callers }, { entrants, target: { atLeast: 0.9 } }),
    ),
    ...(subscribers === undefined ? [10, 100, 1_000] : [subscribers]).map((subscribers) =>
      fanOut({ publishers: publishers ?? 1, subscribers }, { entrants, target: { atLeast: 0.95 } }),
    ),
    acknowledgedPublish({ entrants, target: { atLeast: 0.9 } }),
    sessions({ entrants: routerAndBare({ speech: {} }), target: { atLeast: 0.8 } }),
  ];
  const varied = loads.map((load) => ({ ...load, work: `${load.work}${variation(options)}` }));
  return [...varied, ...batched, ...largePayload, ...grid];
}

export function rowsOf(options: Options): readonly Row[] {
  const rows = loadsOf(options).map(sideBySide);
  const upTo = (id: string) => rows.filter((row) => row.id <= id);
  const after = (id: string) => rows.filter((row) => row.id > id);
  return [
    ...upTo("B4"),
    memory(options.sessions),
    ...after("B4"),
    publishCore,
    callCore,
    wake(options.sessions),
    wakeParts,
    rowsWritten,
    peers,
  ];
}
