/** Which of the router's own procedures a realm has, by its settings (MET-18). */
import {
  HISTORY_PROCEDURES,
  REGISTRATION_PROCEDURES,
  REVOKE_PROCEDURES,
  SUBSCRIPTION_PROCEDURES,
} from "./meta-lookup.ts";
import type { MetaProcedure } from "./meta-procedure.ts";
import { KILL_PROCEDURES, MODIFY_PROCEDURES, SESSION_PROCEDURES } from "./meta-session.ts";
import { TESTAMENT_PROCEDURES } from "./meta-testament.ts";
import type { RealmSettings } from "./settings.ts";

/** Procedure URI to procedure. */
export function metaProcedures(settings: RealmSettings): ReadonlyMap<string, MetaProcedure> {
  const { metaApi, metaKill, metaModify, history } = settings;
  return new Map(
    Object.entries({
      ...TESTAMENT_PROCEDURES,
      ...(history.length > 0 && HISTORY_PROCEDURES),
      ...(metaApi && { ...SESSION_PROCEDURES, ...REGISTRATION_PROCEDURES, ...SUBSCRIPTION_PROCEDURES }),
      ...(metaApi && metaKill && { ...KILL_PROCEDURES, ...REVOKE_PROCEDURES }),
      ...(metaApi && metaModify && MODIFY_PROCEDURES),
    }),
  );
}
