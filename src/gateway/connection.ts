/** What is remembered of a socket from upgrade to close. Decides nothing: the gateway does. */
import type { Origin } from "../auth/method.ts";
import type { Identity, Session } from "../router/session.ts";
import { KnownHeaders } from "../serializer/known-headers.ts";
import type { Encoded, Serializer } from "../serializer/serializer.ts";
import type { ConnectionState, Memo, Peer } from "./peer.ts";
import type { Meter } from "./rate.ts";

export class Connection {
  readonly peer: Peer;
  readonly origin: Origin;
  serializer: Serializer;
  /** What its headers were lately. */
  readonly headers = new KnownHeaders();
  state: ConnectionState;
  /** The joined session; undefined in every other phase. */
  session: Session | undefined;
  /** The authid that HELLO claims, until it is shown: for the log. */
  claimed: string | undefined;
  /** What its messages are held against; stays when the session ends, so that the next one goes on with it. */
  meter: Meter | undefined;
  /** As whom; undefined until the session speaks. */
  meteredAs: Identity | undefined;
  /** Messages of this turn for a batched peer: they leave in one frame. */
  outgoing: Encoded[] = [];
  /** The length of what is in `outgoing`: the peer has not been given it yet, so its backlog does not tell. */
  outgoingOctets = 0;
  /** Messages that came while an asynchronous step of this connection was under way, in order (ORD-18). */
  inbox: Encoded[] = [];
  /** The length of what is in `inbox`. */
  inboxOctets = 0;
  waiting = false;

  /** When a frame last came, in milliseconds since 1970; undefined where nobody listens for silence. */
  heard: number | undefined;
  /** The same as it is remembered through sleep. */
  noted: number | undefined;
  /** The peer's batches end with 0x18 (BAT-02); undefined until its first frame tells. */
  oldSeparator: boolean | undefined;

  constructor(from: { peer: Peer; origin: Origin; serializer: Serializer; state: ConnectionState }) {
    this.peer = from.peer;
    this.origin = from.origin;
    this.serializer = from.serializer;
    this.state = from.state;
  }

  /** Keeps through sleep what there is to keep. */
  remember(): void {
    this.peer.remember(this.memoAs(this.state));
    this.noted = this.heard;
  }

  /** What is to be remembered if it were in that state. */
  memoAs(state: ConnectionState): Memo {
    const { serializer, origin, oldSeparator, heard } = this;
    return { subprotocol: serializer.subprotocol, oldSeparator, origin, heard, state };
  }

  /** Takes what came meanwhile. */
  takeInbox(): readonly Encoded[] {
    const { inbox } = this;
    this.inbox = [];
    this.inboxOctets = 0;
    return inbox;
  }
}
