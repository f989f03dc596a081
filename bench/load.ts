/** A load that several contenders get in turns, and what is measured of it. One file in rows/ for each kind of work. */
import type { ContenderName } from "./contender.ts";
import type { Speech } from "./dialect/dialect.ts";
import type { Target } from "./finding.ts";
import type { Scene } from "./scene.ts";

/** One that takes part: the same router may, twice, spoken to in two ways. */
export interface Entrant {
  readonly name: ContenderName;
  readonly speech: Speech;
}

export interface Load {
  /** As in goals.md; several loads may share one. */
  readonly id: string;
  readonly work: string;
  readonly unit: string;
  /** The first one's figure is put over that of each other one. */
  readonly entrants: readonly [Entrant, ...Entrant[]];
  readonly target?: Target;
  /** Lets everybody join and resolves to the work of one round, which resolves to how many units it did. */
  prepare(scene: Scene): Promise<Round>;
}

export type Round = (seconds: number) => Promise<number>;

/** Who and how, as the table names them: `router cbor batched`. */
export function entrantName({ name, speech: { format, batched } }: Entrant): string {
  return [
    name,
    ...(format === "json" ? [] : [format]),
    ...(batched === "nobody" ? [] : [batched === "everybody" ? "batched" : "to batched"]),
  ].join(" ");
}
