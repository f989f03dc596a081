/** What a gateway is given: how patient and how generous it is, and everything that it asks or tells somebody else. */
import type { Principal } from "../auth/method.ts";
import type { May, Undecided } from "../router/authorization.ts";
import type { Realm } from "../router/realm.ts";
import type { RequestIdCheck } from "../router/request-ids.ts";
import type { Identity } from "../router/session.ts";
import type { Serializer, Subprotocol } from "../serializer/serializer.ts";
import type { Attempts } from "./attempts.ts";
import type { Desk } from "./desk.ts";
import type { Doorway } from "./handshake.ts";
import type { Log } from "./log-entry.ts";
import type { Rate } from "./rate.ts";

export interface GatewaySettings {
  /** Milliseconds from upgrade to WELCOME, however many challenges there are, and from GOODBYE to its reply (TRN-17, SES-22, SES-55). */
  readonly patience: number;
  /** Octets that may wait for one peer before its session ends (TRN-21). */
  readonly backlog: number;
  /** Octets that may wait for all of them together, also for those that were closed; Infinity: no limit. */
  readonly totalBacklog: number;
  /** Octets that the carrier keeps for each frame that waits, as peers count them; undefined: none. */
  readonly frameCost?: number;
  /** Milliseconds after which a session that says nothing is taken for gone; undefined: it may be silent for ever. */
  readonly silence?: number;
  /** Connections that have not joined: beyond them the oldest goes. */
  readonly joining: number;
  /** Octets of a frame before WELCOME: what a stranger may cost. */
  readonly greeting: number;
  /** Messages that may wait while a sign-in is judged. */
  readonly pipelined: number;
  /** Messages of one session that may wait while one of them is decided elsewhere, and their octets. */
  readonly waiting: { readonly messages: number; readonly octets: number };
  /** Octets that may wait so for all of them together. */
  readonly totalWaiting: number;
  /** Sessions of the realm. */
  readonly sessions: number;
  /** Messages of all sessions together; undefined: no limit. */
  readonly rate?: Rate;
  /** Milliseconds that a procedure of the realm has to answer the router. */
  readonly answer: number;
}

export const DEFAULT_GATEWAY_SETTINGS: GatewaySettings = {
  patience: 5_000,
  backlog: 1_048_576,
  totalBacklog: 33_554_432,
  joining: 1_000,
  greeting: 4_096,
  pipelined: 16,
  waiting: { messages: 4_096, octets: 2_097_152 },
  totalWaiting: 16_777_216,
  sessions: 5_000,
  answer: 4_000,
};

export interface GatewayPorts {
  readonly realm: Realm;
  readonly doorway: Doorway;
  readonly serializer: (subprotocol: Subprotocol) => Serializer;
  readonly settings: GatewaySettings;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Each entry is made safe for one line of JSON before it is given here. */
  readonly log: Log;
  /** Bounds guessing; undefined: nothing does. */
  readonly attempts?: Attempts;
  /**
   * Asks somebody and sees to it that the realm knows the answer when the promise resolves. Rejects where no answer can
   * be had (AZN-03). Undefined: nobody can be asked.
   */
  readonly decide?: (undecided: Undecided) => Promise<void>;
  /** The router's own procedures that take their time. They need `may`: without it nobody may call them. */
  readonly desk?: Desk;
  /** As the realm's. */
  readonly may?: May;
  /** As the realm's settings have it; undefined: `off`. */
  readonly requestIdCheck?: RequestIdCheck;
  /** Asked at waking, and at joining with who was found: a session whose principal is gone ends. */
  readonly stillWelcome?: (identity: Identity, joining?: Principal) => boolean;
  /** Throws away every socket with all that waits in it, and with them this gateway: nothing else frees what closed sockets hold. */
  readonly abort?: (reason: string) => void;
  /**
   * Calls back within about a millisecond, once; until then the realm must not sleep. Undefined: what a turn has for batched
   * peers leaves at its end, however many turns follow each other.
   */
  readonly soon?: (work: () => void) => void;
  /**
   * Resolves once what was sent has had its chance to leave, and keeps whatever else comes waiting until then; never rejects.
   * Undefined: what one frame has the router say is said in one turn, however much it is.
   */
  readonly pause?: () => Promise<void>;
  /** The next deadline may have moved other than in `open`, `receive`, `close` or `tick`. */
  readonly rearm?: () => void;
}
