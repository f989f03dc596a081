/**
 * The ways in which something can go wrong between a client and the router. There are two boundaries: `Realm.receive`
 * turns a WampError into an ERROR reply, `Gateway.receive` turns a Refusal into ABORT and a closed connection.
 * Whatever else is thrown is our own bug. Texts reach the peer: they name what was wrong and what to do, no secrets.
 */

/** A request that cannot be served: answered by ERROR with this URI; the session goes on (ERR-37). */
export class WampError extends Error {
  readonly uri: string;

  constructor(uri: string, message: string) {
    super(message);
    this.name = "WampError";
    this.uri = uri;
  }
}

/** The session ends, or never starts: ABORT with `reason`, then the connection closes with `closeCode`. */
export class Refusal extends Error {
  readonly reason: string;
  readonly closeCode: number;

  constructor(reason: string, message: string, closeCode = 1000) {
    super(message);
    this.name = "Refusal";
    this.reason = reason;
    this.closeCode = closeCode;
  }
}

/** The peer broke the protocol (SES-40). `closeCode` is a WebSocket close code: 1002, or 1009 for a frame too large. */
export class ProtocolViolation extends Refusal {
  constructor(message: string, closeCode = 1002) {
    super("wamp.error.protocol_violation", message, closeCode);
    this.name = "ProtocolViolation";
  }
}
