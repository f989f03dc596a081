/** A load as a row. */
import { PLAIN_SPEECH, type Speech } from "../dialect/dialect.ts";
import type { Entrant, Load } from "../load.ts";
import { measure } from "../measure.ts";
import type { Options } from "../options.ts";
import type { Row } from "../row.ts";

export function sideBySide(load: Load): Row {
  return {
    id: load.id,
    async *run(bench) {
      yield* await measure(load, bench);
    },
  };
}

/** The router and the bare relay, spoken to as the command line says. The bare relay does not batch. */
export function routerAndBare({ speech }: Pick<Options, "speech">): readonly [Entrant, Entrant] {
  const spoken: Speech = { ...PLAIN_SPEECH, ...speech };
  return [
    { name: "router", speech: spoken },
    { name: "bare", speech: { ...spoken, batched: "nobody" } },
  ];
}

/** What the command line changed, for the name of a row. */
export function variation({ speech, publishers, sessions }: Options): string {
  const parts = [
    speech.format && `${speech.format}${speech.batched === "everybody" ? ".batched" : ""}`,
    speech.payload && `${speech.payload} bytes`,
    publishers && `${publishers} publishers`,
    sessions && `${sessions} sessions`,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? `, ${parts.join(", ")}` : "";
}
