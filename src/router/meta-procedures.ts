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

/** Finds a procedure by its URI. @throws WampError no_such_procedure (MET-11), which names what switches it on */
export function metaProcedures(settings: RealmSettings): (procedure: string) => MetaProcedure {
  const { metaApi, metaKill, metaModify, history } = settings;
  const always: MetaProcedures = {
    ...SESSION_PROCEDURES,
    ...REGISTRATION_PROCEDURES,
    ...SUBSCRIPTION_PROCEDURES,
  };
  const kill: MetaProcedures = { ...KILL_PROCEDURES, ...REVOKE_PROCEDURES };
  /** Procedures, whether the realm has them, and what its configuration would need. */
  const parts: readonly (readonly [MetaProcedures, boolean, string])[] = [
    [TESTAMENT_PROCEDURES, true, ""],
    [HISTORY_PROCEDURES, history.length > 0, "eventHistory"],
    [always, metaApi, "metaApi = true"],
    [kill, metaApi && metaKill, "enableMetaKill = true"],
    [MODIFY_PROCEDURES, metaApi && metaModify, "enableMetaModify = true"],
  ];
  const here = new Map<string, MetaProcedure>();
  const missing = new Map<string, string>();
  for (const [procedures, isOn, setting] of parts) {
    for (const [name, procedure] of Object.entries(procedures)) {
      if (isOn) here.set(name, procedure);
      else missing.set(name, setting);
    }
  }
  return (procedure) => {
    const found = here.get(procedure);
    if (found) return found;
    const setting = missing.get(procedure);
    const hint = setting === undefined ? "" : `: that would take ${setting} in this realm's configuration`;
    throw new WampError("wamp.error.no_such_procedure", `the router has no procedure ${procedure}${hint}`);
  };
}
