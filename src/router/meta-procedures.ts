/** Which of the router's own procedures a realm has, by its settings (MET-18). */
import { WampError } from "../wamp/error.ts";
import {
  HISTORY_PROCEDURES,
  REGISTRATION_PROCEDURES,
  REVOKE_PROCEDURES,
  SUBSCRIPTION_PROCEDURES,
} from "./meta-lookup.ts";
import type { MetaProcedure, MetaProcedures } from "./meta-procedure.ts";
import { KILL_PROCEDURES, MODIFY_PROCEDURES, SESSION_PROCEDURES } from "./meta-session.ts";
import { TESTAMENT_PROCEDURES } from "./meta-testament.ts";
import type { RealmSettings } from "./settings.ts";

interface Part {
  readonly procedures: MetaProcedures;
  /** Whether the realm has them. */
  readonly isOn: boolean;
  /** What its configuration would need. */
  readonly setting: string;
}

function partsOf({ metaApi, metaKill, metaModify, history }: RealmSettings): readonly Part[] {
  const api: MetaProcedures = {
    ...SESSION_PROCEDURES,
    ...REGISTRATION_PROCEDURES,
    ...SUBSCRIPTION_PROCEDURES,
  };
  const kill: MetaProcedures = { ...KILL_PROCEDURES, ...REVOKE_PROCEDURES };
  return [
    { procedures: TESTAMENT_PROCEDURES, isOn: true, setting: "nothing" },
    { procedures: HISTORY_PROCEDURES, isOn: history.length > 0, setting: "eventHistory" },
    { procedures: api, isOn: metaApi, setting: "metaApi = true" },
    { procedures: kill, isOn: metaApi && metaKill, setting: "enableMetaKill = true" },
    { procedures: MODIFY_PROCEDURES, isOn: metaApi && metaModify, setting: "enableMetaModify = true" },
  ];
}

/** Procedure URI to procedure: those that the realm has. */
export function metaProcedures(settings: RealmSettings): ReadonlyMap<string, MetaProcedure> {
  const here = partsOf(settings).filter(({ isOn }) => isOn);
  return new Map(here.flatMap(({ procedures }) => Object.entries(procedures)));
}

/** Finds a procedure by its URI. @throws WampError no_such_procedure (MET-11), which names what switches it on */
export function metaFinder(settings: RealmSettings): (procedure: string) => MetaProcedure {
  const here = metaProcedures(settings);
  const missing = new Map<string, string>();
  for (const { procedures, isOn, setting } of partsOf(settings)) {
    if (!isOn) for (const name of Object.keys(procedures)) missing.set(name, setting);
  }
  return (procedure) => {
    const found = here.get(procedure);
    if (found) return found;
    const setting = missing.get(procedure);
    const hint = setting === undefined ? "" : `: that would take ${setting} in this realm's configuration`;
    throw new WampError("wamp.error.no_such_procedure", `the router has no procedure ${procedure}${hint}`);
  };
}
