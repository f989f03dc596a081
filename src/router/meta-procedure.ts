/**
 * The procedures that the router itself answers (section 11): which there are, and how a call to one becomes a RESULT. What
 * each of them does stands in meta-session.ts, meta-lookup.ts and meta-testament.ts.
 */
import { WampError } from "../wamp/error.ts";
import type { Dict } from "../wamp/field.ts";
import { isId } from "../wamp/id.ts";
import type { Message } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { uriFault } from "../wamp/uri.ts";
import type { May } from "./authorization.ts";
import type { Broker } from "./broker.ts";
import type { Dealer } from "./dealer.ts";
import { type Delivery, reply } from "./delivery.ts";
import { usesPassthru } from "./passthru.ts";
import type { Arguments, PayloadReader } from "./payload-reader.ts";
import type { Roster } from "./roster.ts";
import type { Identity, Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { Testaments } from "./testament.ts";

/** What a meta procedure works on: the realm of the session that calls it, and no other (MET-03). */
export interface MetaRealm {
  readonly roster: Roster;
  readonly broker: Broker;
  readonly dealer: Dealer;
  readonly testaments: Testaments;
  readonly settings: RealmSettings;
  readonly reader: PayloadReader;
  readonly may: May;
  /** Ends sessions with GOODBYE; `quietly` without their testaments and session meta events (SMA-25). */
  readonly dismiss: (victims: Iterable<Session>, goodbye: Goodbye) => readonly Delivery[];
  /** What sessions hold is in memory after this. @throws WampError storage_failed */
  readonly recall: () => void;
  /** The session is somebody else from now on, also after sleep. @throws WampError storage_failed, and it is who it was */
  readonly rename: (session: Session, identity: Identity) => void;
  /** Takes from sessions what they may not hold any more. */
  readonly reconsider: (sessions: Iterable<Session>) => readonly Delivery[];
}

/** Why a session is sent away. */
export interface Goodbye {
  /** A URI (SMA-12). */
  readonly reason: string;
  readonly message?: string;
  /** Without testaments and session meta events; default false. */
  readonly quietly?: boolean;
}

export interface MetaCall extends Arguments {
  readonly caller: Session;
  readonly payload: Payload | undefined;
}

/** The arguments of the RESULT, and what is sent besides, after it. */
export interface MetaResult {
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly deliveries?: readonly Delivery[];
}

/** @throws WampError */
export type MetaProcedure = (realm: MetaRealm, call: MetaCall) => MetaResult;

/** Procedure URI to procedure. */
export type MetaProcedures = Readonly<Record<string, MetaProcedure>>;

export function callMeta(
  realm: MetaRealm,
  find: (procedure: string) => MetaProcedure,
  { caller, call }: { caller: Session; call: Message<"CALL"> },
): readonly Delivery[] {
  const { request, options, payload, procedure } = call;
  const found = find(procedure);
  refuseUnlessPlain(options);
  const { args, kwargs, deliveries = [] } = found(realm, { caller, payload, ...realm.reader.read(payload) });
  const result: Payload | undefined =
    args.length === 0 && !kwargs ? undefined : { format: "values", args, ...(kwargs && { kwargs }) };
  return [reply(caller.id, { type: "RESULT", request, details: {}, payload: result }), ...deliveries];
}

/** PPT-21: the router reads its own arguments, and all at once. @throws WampError feature_not_supported */
export function refuseUnlessPlain(options: Message<"CALL">["options"]): void {
  if (!usesPassthru(options) && options.progress !== true) return;
  throw new WampError(
    "wamp.error.feature_not_supported",
    "the router's own procedures take plain calls only",
  );
}

/** MET-06. @throws WampError invalid_argument */
export function invalid(what: string): WampError {
  return new WampError("wamp.error.invalid_argument", what);
}

/** MET-08: an id out of range is simply unknown. @throws WampError invalid_argument where it is not an integer */
export function readId(value: unknown, name: string): number {
  if (isId(value)) return value;
  if (Number.isInteger(value) || typeof value === "bigint") return 0; // nothing has this id
  throw invalid(`${name} must be an integer`);
}

/** @throws WampError invalid_argument */
export function readText(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  throw invalid(`${name} must be a string`);
}

/** A dict; octets are none. @throws WampError invalid_argument */
export function readDict(value: unknown, name: string): Dict {
  if (isDict(value)) return value;
  throw invalid(`${name} must be a dict`);
}

/** The reason of a GOODBYE or a revocation: clients check that it is a URI (SMA-17, SRV-04). @throws WampError invalid_uri */
export function readReason(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && !uriFault(value)) return value;
  throw new WampError("wamp.error.invalid_uri", "reason must be a URI");
}

function isDict(value: unknown): value is Dict {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
