/**
 * The seam to whatever carries frames to one client: a socket, or later one HTTP request. It knows nothing of WAMP; what
 * it is asked to remember it gives back after sleep.
 */
import type { Origin, SignIn } from "../auth/method.ts";
import type { Identity } from "../router/session.ts";
import type { Encoded, Subprotocol } from "../serializer/serializer.ts";

export interface Peer {
  /** Octets given to `send` that have not left yet, with what the carrier keeps for each frame, or some more: quick. */
  readonly backlog: number;
  /** The same, asked anew; also after `close`, for closing frees nothing. */
  weigh(): number;
  /** Whether anything has left since this was asked the last time, or nothing waits: the client is there and reads. */
  moved(): boolean;
  /** Sends one frame. Never called after `close`. Should it throw, the session ends. */
  send(frame: Encoded): void;
  /** Closes once everything sent has left (TRN-22). `code` is a WebSocket close code. */
  close(code: number, reason: string): void;
  /** When the carrier last answered a keepalive of the client by itself, in milliseconds since 1970. */
  pinged?(): number | undefined;
  /** Keeps a connection's memo through sleep, replacing an older one. */
  remember(memo: Memo): void;
}

/** What of a connection outlives sleep: plain data, at most 16 KiB. */
export interface Memo {
  readonly subprotocol: Subprotocol;
  /** The client's batches end with 0x18 in place of 0x1E (BAT-02); undefined until its first frame tells. */
  readonly oldSeparator: boolean | undefined;
  readonly origin: Origin;
  /** When it was heard, or up to a quarter of the realm's limit of silence before; undefined where there is no such limit. */
  readonly heard?: number | undefined;
  readonly state: ConnectionState;
}

/** What `verify` may need of HELLO; where the connection comes from stands in the memo already. */
export type RememberedSignIn = Omit<SignIn, "origin">;

/** Where a connection stands between upgrade and close. Deadlines are milliseconds since 1970. */
export type ConnectionState =
  /** Waits for HELLO; also after a completed GOODBYE (SES-58). */
  | { readonly phase: "open"; readonly deadline: number }
  /** CHALLENGE is sent; AUTHENTICATE is due. */
  | {
      readonly phase: "challenged";
      readonly deadline: number;
      readonly method: string;
      readonly signIn: RememberedSignIn;
      readonly expects: Readonly<Record<string, unknown>>;
    }
  /** `since`: when it was welcomed. */
  | { readonly phase: "joined"; readonly identity: Identity; readonly since: number }
  /** The router said GOODBYE first and waits for the reply (SES-53). */
  | { readonly phase: "leaving"; readonly deadline: number }
  /** ABORT or close is on its way: whatever else comes is ignored. */
  | { readonly phase: "ended" };
