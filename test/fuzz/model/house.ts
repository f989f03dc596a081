/** A real router with clients before it, as the model test wants it: the same things happen to every kind of it. */
import type { Happening } from "./reference.ts";
import type { Wire } from "./world.ts";

export interface House {
  /** Milliseconds since 1970; it moves only when told. */
  readonly now: number;
  readonly realm: string;
  /** Which of POLICIES holds at the beginning. */
  readonly policy: number;
  /** Whether it admits PRINCIPALS by name. */
  readonly knowsNames: boolean;
  /** Milliseconds of quiet before it sleeps. */
  readonly quiet: number;
  /** Whether the policy may change. */
  readonly mayRevoke: boolean;
  /** What happens, with the real ids in it. */
  happen(happening: Happening): Promise<void> | void;
  /** What each connection has heard since last asked, in order. */
  heard(): Promise<readonly (readonly Wire[])[]> | readonly (readonly Wire[])[];
  /** Whether the router has closed the connection; undefined where that comes some time later. */
  closed(connection: number): boolean | undefined;
  /** Rows of the store by table. */
  rows(): Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>;
}
