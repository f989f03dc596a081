/**
 * What joined sessions say: held against their rate, taken to the router's desk or to the realm, and where somebody has to
 * be asked first whether they may, given to the realm again (AZN-13).
 */
import { Undecided } from "../router/authorization.ts";
import { checkAnnounced } from "../router/dealer.ts";
import { LIMIT_EXCEEDED } from "../router/limits.ts";
import { refuseUnlessPlain } from "../router/meta-procedure.ts";
import type { RealmMessage } from "../router/realm.ts";
import type { Session } from "../router/session.ts";
import { ProtocolViolation, WampError } from "../wamp/error.ts";
import type { ClientMessage, Message, RouterMessage } from "../wamp/message.ts";
import { isOurs } from "../wamp/uri.ts";
import { termsOf } from "./admission.ts";
import { AUTHORIZATION_FAILED } from "./asking.ts";
import type { Connection } from "./connection.ts";
import { type Connections, NORMAL } from "./connections.ts";
import { type Desk, procedureFor, refuseOurs, resultOf } from "./desk.ts";
import type { Rates } from "./rate.ts";
import { isAnswered, note, refusalOf } from "./refusing.ts";
import type { GatewayPorts } from "./settings.ts";

/** How often one message may wait for a decision: each time something else about it was undecided. */
const MOST_DECISIONS = 8;

/** A message of a joined session. */
interface Spoken {
  readonly connection: Connection;
  readonly session: Session;
  readonly message: RealmMessage;
}

export class Floor {
  readonly #ports: GatewayPorts;
  readonly #connections: Connections;
  readonly #rates: Rates;

  constructor(ports: GatewayPorts, connections: Connections, rates: Rates) {
    this.#ports = ports;
    this.#connections = connections;
    this.#rates = rates;
  }

  /** A promise where the session's next message has to wait. @throws Refusal */
  take(connection: Connection, message: ClientMessage): Promise<void> | undefined {
    const { session } = connection;
    if (!session) throw new Error("a joined connection has no session");
    switch (message.type) {
      case "HELLO":
      case "AUTHENTICATE":
        throw new ProtocolViolation(`${message.type} has no place in an established session`);
      case "ABORT": // SES-35
        return this.#connections.end(connection, NORMAL, "");
      case "GOODBYE": // SES-50, SES-58
        this.#goodbye(connection, session);
        return;
      default:
        if (connection.meteredAs !== session.identity) this.#measure(connection, session);
        if (connection.meter && this.#isOverRate(connection, session, message)) return;
        return this.#serve({ connection, session, message }, 0);
    }
  }

  /** SMA-29: another role has another rate, from the next message on. */
  #measure(connection: Connection, { identity }: Session): void {
    connection.meter = this.#rates.meter(identity, connection.meter);
    connection.meteredAs = identity;
  }

  #goodbye(connection: Connection, session: Session): void {
    const connections = this.#connections;
    if (connection.meter) this.#rates.leave(connection.meter);
    connections.send(connection, { type: "GOODBYE", details: {}, reason: "wamp.close.goodbye_and_out" });
    connections.enter(connection, { phase: "open", deadline: connections.deadline() });
    connections.leave(session);
  }

  #isOverRate(connection: Connection, session: Session, message: RealmMessage): boolean {
    const { meter } = connection;
    const text = meter && this.#rates.take(meter, isAnswered(message, session));
    if (text === undefined) return false;
    this.#refuse({ session, message }, new WampError(LIMIT_EXCEEDED, text));
    return true;
  }

  #serve(spoken: Spoken, decisions: number): Promise<void> | undefined {
    const { session, message } = spoken;
    try {
      const { desk } = this.#ports;
      if (desk) {
        if (message.type === "REGISTER") refuseOurs("register", message.procedure);
        if (message.type === "PUBLISH") refuseOurs("publish", message.topic);
        if (message.type === "CALL" && isOurs(message.procedure) && isAnswered(message, session)) {
          return this.#callDesk({ session, message }, desk);
        }
      }
      this.#connections.deliver(this.#ports.realm.receive(session, message));
    } catch (error) {
      if (error instanceof Undecided) return this.#decide(spoken, error, decisions);
      if (!(error instanceof WampError)) throw error;
      this.#refuse(spoken, error);
    }
    return undefined;
  }

  #callDesk(
    { session, message }: { readonly session: Session; readonly message: Message<"CALL"> },
    desk: Desk,
  ): Promise<void> {
    const { may, doorway, requestIdCheck = "off" } = this.#ports;
    const { identity } = session;
    checkAnnounced(session, message.options);
    const procedure = procedureFor(identity, message.procedure, {
      desk,
      may,
      terms: (name) => termsOf(name, doorway),
    });
    refuseUnlessPlain(message.options);
    note(session, message, requestIdCheck);
    return resultOf(message, identity, procedure).then(
      (result) => this.#reply(session, result),
      (error: unknown) => {
        const failure = error instanceof WampError ? error : this.#fault(error, session);
        this.#reply(session, refusalOf(message, session, failure));
      },
    );
  }

  /** AZN-13: the message keeps its place. AZN-14: if the session has gone meanwhile, so has the message. */
  async #decide(spoken: Spoken, undecided: Undecided, decisions: number): Promise<void> {
    const failure = await this.#askFor(undecided, decisions);
    if (spoken.connection.session !== spoken.session) return;
    if (failure) this.#refuse(spoken, failure);
    else await this.#serve(spoken, decisions + 1);
  }

  /** AZN-03: why there is no decision; undefined: there is one. */
  async #askFor(undecided: Undecided, decisions: number): Promise<WampError | undefined> {
    const { decide } = this.#ports;
    const { session } = undecided.identity;
    const failed = new WampError(AUTHORIZATION_FAILED, "whether this is allowed could not be found out");
    if (!decide || decisions >= MOST_DECISIONS) {
      const error = decide ? `still undecided after ${decisions} decisions` : "nobody can be asked";
      this.#connections.log({ event: "undecided", session, error });
      return failed;
    }
    try {
      await decide(undecided);
      return undefined;
    } catch (error) {
      if (error instanceof WampError) {
        this.#connections.log({ event: "undecided", session, error: error.message });
      } else this.#connections.report(error, session);
      return failed;
    }
  }

  /** @throws ProtocolViolation where the request id is out of sequence */
  #refuse({ session, message }: Pick<Spoken, "session" | "message">, error: WampError): void {
    note(session, message, this.#ports.requestIdCheck ?? "off");
    this.#reply(session, refusalOf(message, session, error));
  }

  /** RULE-09: whoever has left is sent nothing, for it has no connection any more. */
  #reply({ id }: Session, message: RouterMessage | undefined): void {
    if (message) this.#connections.deliver([{ message, to: [id] }]);
  }

  #fault(error: unknown, session: Session): WampError {
    this.#connections.report(error, session.id);
    return new WampError("wamp.error.runtime_error", "the router failed; its log says why");
  }
}
