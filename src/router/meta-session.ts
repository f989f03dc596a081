/** wamp.session.*: who is here, and whom to send away (section 11.2). */
import { WampError } from "../wamp/error.ts";
import {
  type Goodbye,
  invalid,
  type MetaCall,
  type MetaProcedures,
  type MetaRealm,
  type MetaResult,
  readDict,
  readId,
  readReason,
  readText,
} from "./meta-procedure.ts";
import type { Identity, Session } from "./session.ts";

/** Characters of an authid or authrole that is given to a session: it stands in its row. */
const MAX_NAME = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

export const SESSION_PROCEDURES: MetaProcedures = {
  "wamp.session.count": (realm, call) => ({ args: [selected(realm, call).length] }),
  "wamp.session.list": (realm, call) => ({ args: [selected(realm, call).map(({ id }) => id)] }),
  "wamp.session.get": (realm, { args }) => ({ args: [sessionDetails(find(realm, args[0]).identity)] }),
};

/** Only where the realm's configuration allows it. */
export const KILL_PROCEDURES: MetaProcedures = {
  "wamp.session.kill": (realm, call) => {
    const goodbye = readGoodbye(call);
    const victim = find(realm, call.args[0]);
    if (victim === call.caller) throw noSuchSession(victim.id); // SMA-15
    return { args: [], deliveries: realm.dismiss([victim], goodbye) };
  },
  "wamp.session.kill_by_authid": (realm, call) => {
    const authid = readText(call.args[0], "authid");
    const { victims, deliveries } = killAll(realm, call, { among: realm.roster.withAuthid(authid) });
    return { args: [victims.map(({ id }) => id)], deliveries };
  },
  "wamp.session.kill_by_authrole": (realm, call) => {
    const authrole = readText(call.args[0], "authrole");
    const having = [...realm.roster].filter(({ identity }) => identity.authrole === authrole);
    const { victims, deliveries } = killAll(realm, call, { among: having });
    return { args: [victims.length], deliveries };
  },
  "wamp.session.kill_all": (realm, call) => {
    const { victims, deliveries } = killAll(realm, call, { among: [...realm.roster], quietly: true });
    return { args: [victims.length], deliveries };
  },
};

/** Only where the realm's configuration allows it (SMA-29). */
export const MODIFY_PROCEDURES: MetaProcedures = {
  "wamp.session.modify_details": modifyDetails,
};

/** SMA-01, SMA-06: what anybody may know of a session; no secret, no authextra, no address. */
export function sessionDetails({ session, authid, authrole, authmethod, authprovider }: Identity) {
  return { session, authid, authrole, authmethod, authprovider };
}

function modifyDetails(realm: MetaRealm, { args }: MetaCall): MetaResult {
  const [id, delta] = args;
  const session = find(realm, id);
  const changes: Record<string, string> = {};
  for (const [key, value] of Object.entries(readDict(delta, "delta"))) {
    if (key !== "authid" && key !== "authrole")
      throw invalid(`${key} cannot be modified: only authid and authrole`);
    changes[key] = readName(value, key);
  }
  const { authrole } = changes;
  if (authrole !== undefined && realm.settings.grantable?.(authrole) === false) {
    throw invalid("authrole must be a role that this realm's configuration has, without admin");
  }
  realm.recall(); // before anything changes: what it holds is to be judged anew
  const { identity } = session;
  const principal = identity.principal ?? { authid: identity.authid, authrole: identity.authrole };
  realm.rename(session, { ...identity, ...changes, principal });
  return { args: [], deliveries: realm.reconsider([session]) };
}

function readName(value: unknown, key: string): string {
  const text = readText(value, key);
  if (text !== "" && text.length <= MAX_NAME && text.isWellFormed() && !CONTROL.test(text)) return text;
  throw invalid(`${key} must have 1 to ${MAX_NAME} characters, and no control characters`);
}

/** SMA-07..09. */
function selected({ roster }: MetaRealm, { args: [roles] }: MetaCall): Session[] {
  const all = [...roster];
  if (roles === undefined || roles === null) return all;
  if (!Array.isArray(roles) || roles.some((role) => typeof role !== "string")) {
    throw invalid("filter_authroles must be a list of strings");
  }
  return all.filter(({ identity }) => roles.includes(identity.authrole));
}

function find({ roster }: MetaRealm, given: unknown): Session {
  const id = readId(given, "session");
  const session = roster.get(id);
  if (!session) throw noSuchSession(id);
  return session;
}

/** SMA-22: never the caller itself. */
function killAll(
  realm: MetaRealm,
  call: MetaCall,
  { among, quietly = false }: { readonly among: readonly Session[]; readonly quietly?: boolean },
) {
  const goodbye = { ...readGoodbye(call), quietly };
  const victims = among.filter((each) => each !== call.caller);
  return { victims, deliveries: realm.dismiss(victims, goodbye) };
}

/** SMA-13, SMA-14, SMA-17. */
function readGoodbye({ kwargs }: MetaCall): Goodbye {
  const { reason, message } = kwargs;
  return {
    reason: readReason(reason) ?? "wamp.close.killed",
    ...(message !== undefined && message !== null && { message: readText(message, "message") }),
  };
}

function noSuchSession(id: number): WampError {
  return new WampError("wamp.error.no_such_session", `there is no session ${id}`);
}
