/**
 * Carries out what an administrator asks of one realm, whether it comes through the admin API or as a call in the realm: the
 * same table, the same checks, the same answers. What goes wrong is an answer, since errors lose their fields between
 * objects. Nothing that is a secret is logged: only who did what to whom.
 */
import { AdminError, invalid } from "../auth/device-error.ts";
import { Fields } from "../auth/device-fields.ts";
import type { AdminAnswer, AdminRequest, Json, Operation } from "../auth/device-operations.ts";
import { type Devices, MOST_LISTED } from "../auth/devices.ts";
import type { Action, Explanation, Match, Subject } from "../auth/permission.ts";
import type { Listed } from "../gateway/gateway.ts";
import type { SessionId } from "../router/session.ts";
import { WampError } from "../wamp/error.ts";
import { uriFault } from "../wamp/uri.ts";

export interface AdministrationPorts {
  readonly devices: Devices;
  readonly claims: ClaimDesk;
  /** Who has joined. */
  readonly sessions: () => readonly Listed[];
  /** Whom permissions are decided about in a session; undefined: there is no such session. */
  readonly subject: (session: SessionId) => Subject | undefined;
  /** Ends a session at once. @returns whether there was one */
  readonly kick: (session: SessionId, message: string) => boolean;
  /** Which rule decides. */
  readonly explain: (subject: Subject, action: Action, uri: string, match: Match) => Explanation;
  /** The role that an authid has by the configuration or as a device; undefined where it has none. */
  readonly roleOf: (authid: string) => string | undefined;
  /** Forgets what the authorizer said of these sessions, or of all. */
  readonly purge: (sessions?: readonly SessionId[]) => void;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/** What the Worker asks of a realm's object. */
export interface RealmCalls {
  administer(request: AdminRequest): Promise<AdminAnswer>;
  /** A device redeems a claim. @param address as in Origin.address */
  redeem(fields: { readonly [name: string]: Json }, address: string): Promise<AdminAnswer>;
  /** The realm is made from a template, which it keeps until it is dissolved. */
  make(template: string): Promise<void>;
  /** The realm is no more: everybody leaves, and nothing of it is kept. */
  dissolve(): Promise<void>;
}

/** One-time tokens by which a device enrols its own key. Every method reads a request's fields. @throws AdminError */
export interface ClaimDesk {
  issue(fields: Fields): object | Promise<object>;
  list(fields: Fields): object;
  revoke(fields: Fields): object;
}

/** Operations that change nothing are not logged. */
const READS: ReadonlySet<Operation> = new Set([
  "device.list",
  "device.get",
  "claim.list",
  "session.list",
  "explain",
]);
const ACTIONS = ["call", "register", "publish", "subscribe"] as const;
const MATCHES = ["exact", "prefix", "wildcard"] as const;
const LISTED = 100;
const MAX_NAME = 256;

export class Administration {
  readonly #ports: AdministrationPorts;
  readonly #operations: Readonly<Record<Operation, (fields: Fields) => object | Promise<object>>>;

  constructor(ports: AdministrationPorts) {
    this.#ports = ports;
    const { devices, claims } = ports;
    this.#operations = {
      "device.add": (fields) => devices.add(fields),
      "device.list": (fields) => devices.list(fields),
      "device.get": (fields) => devices.get(fields),
      "device.rotate": (fields) => devices.rotate(fields),
      "device.change": (fields) => devices.change(fields),
      "device.set_role": (fields) => devices.setRole(fields),
      "device.disable": (fields) => devices.setDisabled(fields, "yes"),
      "device.enable": (fields) => devices.setDisabled(fields, "no"),
      "device.delete": (fields) => devices.remove(fields),
      "claim.issue": (fields) => claims.issue(fields),
      "claim.list": (fields) => claims.list(fields),
      "claim.revoke": (fields) => claims.revoke(fields),
      "session.list": (fields) => this.#sessions(fields),
      "session.kick": (fields) => this.#kick(fields),
      explain: (fields) => this.#explain(fields),
      "authorizer.purge": (fields) => this.#purge(fields),
    };
  }

  /** Never throws but for a fault of our own. */
  async answer({ operation, fields, by }: AdminRequest): Promise<AdminAnswer> {
    let answer: AdminAnswer;
    try {
      const result = await this.#operations[operation](new Fields(fields));
      answer = { ok: true, result: result as Json }; // views are plain data
    } catch (error) {
      answer = refusal(error);
    }
    if (!READS.has(operation)) this.#record({ operation, fields, by }, answer);
    return answer;
  }

  #record({ operation, fields, by }: AdminRequest, answer: AdminAnswer): void {
    const { authid, session } = fields;
    this.#ports.log({
      event: "administered",
      operation,
      by,
      ...(typeof authid === "string" && { authid: authid.slice(0, MAX_NAME) }),
      ...((typeof session === "number" || typeof session === "string") && {
        on: String(session).slice(0, 16),
      }),
      ...(answer.ok ? {} : { error: answer.error }),
    });
  }

  #sessions(fields: Fields): object {
    const limit = fields.limit(MOST_LISTED, LISTED);
    const after = fields.optionalCount("after", SESSION) ?? 0;
    const authid = fields.optionalText("authid", MAX_NAME);
    fields.done();
    const found = this.#ports
      .sessions()
      .filter((each) => each.session > after && (authid === undefined || each.authid === authid))
      .sort((one, other) => one.session - other.session);
    const page = found.slice(0, limit);
    const last = page.at(-1)?.session;
    return {
      sessions: page.map(({ joined, ...listed }) => ({ ...listed, joined: new Date(joined).toISOString() })),
      ...(found.length > limit && last !== undefined && { next: last }),
    };
  }

  #kick(fields: Fields): object {
    const session = fields.count("session", SESSION);
    const message = fields.optionalText("message", MAX_NAME) ?? "an administrator ended this session";
    fields.done();
    if (!this.#ports.kick(session, message)) {
      throw new AdminError("wamp.error.no_such_session", `there is no session ${session}`, "session");
    }
    return { session };
  }

  /** Of a session, of somebody who may sign in, or of a role alone, with any authid. */
  #explain(fields: Fields): object {
    const session = fields.optionalCount("session", SESSION);
    const authid = fields.optionalText("authid", MAX_NAME);
    const authrole = fields.optionalText("role", MAX_NAME);
    const action = fields.choice("action", ACTIONS);
    const match = fields.optionalChoice("match", MATCHES) ?? "exact";
    const uri = fields.optionalText("uri", MAX_NAME) ?? "";
    fields.done();
    const fault = uriFault(uri, match);
    if (fault !== undefined) throw invalid("uri", fault);
    return this.#ports.explain(this.#subject({ session, authid, authrole }), action, uri, match);
  }

  #subject(who: {
    session: number | undefined;
    authid: string | undefined;
    authrole: string | undefined;
  }): Subject {
    const { session, authid, authrole } = who;
    if (session !== undefined) {
      const subject = this.#ports.subject(session);
      if (subject) return subject;
      throw new AdminError("wamp.error.no_such_session", `there is no session ${session}`, "session");
    }
    if (authrole !== undefined) return { authid: authid ?? "", authrole };
    if (authid === undefined) throw invalid("authid", "or session or role must say who");
    const role = this.#ports.roleOf(authid);
    if (role === undefined) {
      throw new AdminError(
        "wamp.error.no_such_principal",
        `nobody is named ${authid}: name a role`,
        "authid",
      );
    }
    return { authid, authrole: role };
  }

  #purge(fields: Fields): object {
    const authid = fields.optionalText("authid", MAX_NAME);
    fields.done();
    if (authid === undefined) {
      this.#ports.purge();
      return {};
    }
    const theirs = this.#ports.sessions().filter((each) => each.authid === authid);
    this.#ports.purge(theirs.map(({ session }) => session));
    return { authid, sessions: theirs.length };
  }
}

const SESSION = { least: 1, most: 2 ** 53 - 1 };

/** What a WampError says is meant for whoever asked. Any other error is a fault of ours. */
export function refusal(error: unknown): AdminAnswer {
  if (!(error instanceof WampError)) throw error;
  const path = error instanceof AdminError ? error.path : undefined;
  return { ok: false, error: error.uri, message: error.message, ...(path !== undefined && { path }) };
}
