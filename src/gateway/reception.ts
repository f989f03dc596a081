/** From HELLO to WELCOME: guessing is bounded, methods judge, and whoever may join joins. The handshake's only async part. */

import type { AuthMethod, Challenge, Maybe, Principal, SignIn, Verdict } from "../auth/method.ts";
import { denied } from "../auth/verdict.ts";
import type { Identity, Session } from "../router/session.ts";
import { Refusal } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { admit, termsOf } from "./admission.ts";
import { Announced } from "./announced.ts";
import { REPLACED } from "./closing.ts";
import type { Connection } from "./connection.ts";
import { type Connections, POLICY } from "./connections.ts";
import { checkHello, chooseMethod, welcome } from "./handshake.ts";
import { checkFits } from "./memo-size.ts";
import type { ConnectionState, RememberedSignIn } from "./peer.ts";
import { Rates } from "./rate.ts";
import type { GatewayPorts } from "./settings.ts";

type Challenged = Extract<ConnectionState, { phase: "challenged" }>;

/** A sign-in under way. */
interface Attempt {
  readonly connection: Connection;
  readonly method: AuthMethod;
  readonly signIn: SignIn;
}

export class Reception {
  readonly #ports: GatewayPorts;
  readonly #connections: Connections;
  readonly #announced: Announced;
  readonly rates: Rates;

  constructor(ports: GatewayPorts, connections: Connections) {
    const { doorway, settings, now } = ports;
    this.#ports = ports;
    this.#connections = connections;
    this.#announced = new Announced(doorway.announcement);
    this.rates = new Rates({ now, realm: settings.rate, ofRole: (name) => termsOf(name, doorway) });
  }

  /** @throws Refusal */
  hello(connection: Connection, message: Message<"HELLO">): Promise<void> | undefined {
    const connections = this.#connections;
    if (connections.isFull(connection)) {
      // TRN-21: each round of HELLO and GOODBYE is answered, and a client that reads none of it must not go on forever.
      connections.log({ event: "slow_consumer", session: undefined });
      return connections.end(connection, POLICY, "slow consumer");
    }
    connection.claimed = message.details.authid;
    if (connection.meter) this.rates.again(connection.meter);
    const { doorway, realm } = this.#ports;
    checkHello(message, doorway);
    const signIn: SignIn = {
      realm: doorway.realm,
      session: realm.newSessionId(),
      origin: connection.origin,
      details: message.details,
    };
    const method = chooseMethod(signIn, doorway);
    return this.#judge({ connection, method, signIn }, () => method.challenge(signIn));
  }

  /** @throws Refusal */
  authenticate(
    connection: Connection,
    state: Challenged,
    message: Message<"AUTHENTICATE">,
  ): Promise<void> | undefined {
    const method = this.#ports.doorway.methods.find(({ name }) => name === state.method);
    if (!method) throw new Refusal("wamp.error.authentication_failed", `${state.method} is gone`);
    const signIn: SignIn = { ...state.signIn, origin: connection.origin };
    return this.#judge({ connection, method, signIn }, () => method.verify(signIn, state.expects, message));
  }

  /** Acts on a verdict, now or when it comes. */
  #judge(attempt: Attempt, judge: () => Maybe<Verdict>): Promise<void> | undefined {
    const { connection, method, signIn } = attempt;
    const { attempts } = this.#ports;
    const who = { authid: signIn.details.authid, address: connection.origin.address };
    const verdict =
      attempts && method.name !== "anonymous"
        ? attempts.judge(who, () => (isOver(connection) ? gone() : judge()))
        : judge();
    if (!(verdict instanceof Promise)) {
      this.#settle(attempt, verdict);
      return undefined;
    }
    return verdict.then((settled) => {
      // The socket may have gone, or the patience ended, while we waited.
      if (!isOver(connection)) this.#settle(attempt, settled);
    });
  }

  #settle(attempt: Attempt, verdict: Verdict): void {
    if ("principal" in verdict) this.#welcome(attempt, verdict.principal);
    else this.#challenge(attempt, verdict.challenge);
  }

  #challenge({ connection, method, signIn }: Attempt, { extra, expects }: Challenge): void {
    const { state } = connection;
    const next: Challenged = {
      phase: "challenged",
      // SES-22: however many challenges there are, they have to be met by the deadline that began with the upgrade.
      deadline: "deadline" in state ? state.deadline : this.#connections.deadline(),
      method: method.name,
      signIn: remembered(signIn),
      expects,
    };
    checkFits(connection.memoAs(next));
    this.#connections.enter(connection, next);
    this.#connections.send(connection, { type: "CHALLENGE", authmethod: method.name, extra });
  }

  #welcome({ connection, method, signIn }: Attempt, principal: Principal): void {
    const { doorway, realm, settings, now, stillWelcome } = this.#ports;
    const connections = this.#connections;
    const { identity, replaced } = admit(
      signIn,
      { method: method.name, principal },
      { doorway, present: realm.sessions, most: settings.sessions, now },
    );
    // It may have been disabled, or given another credential, while it was being judged.
    if (stillWelcome?.(identity, principal) === false) throw denied();
    const joined = { phase: "joined", identity, since: now() } as const;
    checkFits(connection.memoAs(joined));
    if (replaced.length > 0) this.#replace(replaced, identity);
    const { session, deliveries } = realm.join(identity);
    connection.session = session;
    connection.claimed = undefined;
    connection.meter = this.rates.meter(identity, connection.meter);
    connections.enter(connection, joined);
    const roles = this.#announced.by(connection.serializer);
    connections.send(connection, welcome(doorway.realm, identity, roles));
    connections.deliver(deliveries);
  }

  /** What the older sessions held is free before the new one is welcome. */
  #replace(sessions: readonly Session[], { session, authid }: Identity): void {
    for (const { id } of sessions) {
      this.#connections.log({ event: "replaced", session: id, by: session, authid });
    }
    const message = `replaced by a newer session of ${authid}`;
    this.#connections.deliver(this.#ports.realm.dismiss(sessions, { reason: REPLACED, message }));
  }
}

/** What a method may ask for when it verifies: neither a stranger's list of methods nor the name of its software. */
function remembered({ realm, session, details }: SignIn): RememberedSignIn {
  const { authmethods, agent, ...kept } = details;
  return { realm, session, details: kept };
}

function isOver({ state }: Connection): boolean {
  return state.phase === "ended";
}

/** Whoever waited for its turn and is gone is not judged. */
function gone(): never {
  throw new Refusal("wamp.error.authentication_failed", "the connection is gone");
}
