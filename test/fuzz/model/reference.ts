/**
 * A WAMP router by the requirements, as naive as can be: lists that are looked through from one end to the other. It holds
 * no socket, encodes nothing and never sleeps. What a real router sends must be what this one says (row R2).
 */
import { PATIENCE, PRINCIPALS, type Settings, TAKEOVER } from "./premises.ts";
import { answer, call, cancel, expire } from "./reference/calls.ts";
import { publish, subscribe, tell, unsubscribe } from "./reference/events.ts";
import { dismiss, end, leave, move, violate } from "./reference/leaving.ts";
import { detailsOf } from "./reference/meta.ts";
import { register, unregister } from "./reference/registering.ts";
import { reconsider } from "./reference/revoking.ts";
import { type Choose, type Expected, Turn, token } from "./reference/turn.ts";
import { type Connection, type Member, newWorld, TEXT, type Wire, type World } from "./world.ts";

/** What happens to the router: the same for the real one and for this. */
export type Happening =
  /** A socket is opened, the next one after the others. */
  | { readonly what: "open"; readonly subprotocol: string }
  /** A connection says these, in one frame where it batches. */
  | { readonly what: "say"; readonly connection: number; readonly wires: readonly Wire[] }
  | { readonly what: "vanish"; readonly connection: number }
  | { readonly what: "pass"; readonly milliseconds: number }
  /** The realm falls asleep after so many quiet milliseconds; some sockets are gone when it wakes. */
  | { readonly what: "sleep"; readonly after: number; readonly vanished: readonly number[] }
  | { readonly what: "policy"; readonly policy: number };

export class Reference {
  readonly settings: Settings;
  world: World;

  constructor(settings: Settings, clock: number) {
    this.settings = settings;
    this.world = newWorld(clock);
  }

  /** @returns what each connection hears, by its number */
  take(happening: Happening, choose: Choose): readonly (readonly Expected[])[] {
    const turn = new Turn(this.world, this.settings, choose);
    switch (happening.what) {
      case "open":
        this.world.connections.push({
          phase: "open",
          deadline: this.world.clock + PATIENCE,
          session: undefined,
        });
        break;
      case "say":
        for (const wire of happening.wires) receive(turn, happening.connection, wire);
        break;
      case "vanish":
        vanish(turn, [happening.connection]);
        break;
      case "pass":
        pass(turn, happening.milliseconds);
        break;
      case "sleep":
        pass(turn, happening.after);
        vanish(turn, happening.vanished);
        break;
      case "policy":
        this.world.policy = happening.policy;
        reconsider(turn, this.world.members);
        break;
    }
    return turn.heard;
  }
}

function receive(turn: Turn, connection: number, wire: Wire): void {
  const at = turn.world.connections[connection];
  const [type] = wire;
  switch (at?.phase) {
    case "open":
      if (type === 1) hello(turn, connection, wire);
      else if (type === 3) end(turn, connection);
      else violate(turn, connection);
      break;
    case "leaving":
      if (type === 6 || type === 3) end(turn, connection);
      break;
    case "joined": {
      const member = turn.member(at.session ?? 0);
      if (member && speak(turn, member, wire)) violate(turn, connection);
    }
  }
}

/** @returns whether it broke the protocol */
function speak(turn: Turn, member: Member, wire: Wire): boolean {
  switch (wire[0]) {
    case 3:
      end(turn, member.connection);
      leave(turn, member);
      return false;
    case 6:
      turn.say(member.n, [6, {}, "wamp.close.goodbye_and_out"]);
      move(turn, member.n, "open");
      leave(turn, member);
      return false;
    case 8:
    case 70:
      return answer(turn, member, wire);
    case 16:
      publish(turn, member, wire);
      return false;
    case 32:
      subscribe(turn, member, wire);
      return false;
    case 34:
      unsubscribe(turn, member, wire);
      return false;
    case 48:
      return call(turn, member, wire);
    case 49:
      cancel(turn, member, wire);
      return false;
    case 64:
      register(turn, member, wire);
      return false;
    case 66:
      unregister(turn, member, wire);
      return false;
    default:
      return true; // MSG-46, MSG-47, SES-30
  }
}

/** SES-14..21, SMA-02. */
function hello(turn: Turn, connection: number, [, realm, given]: Wire): void {
  const { world } = turn;
  const { roles, authid: name } = given as { roles: Announced; authid?: string }; // as the scenario made it
  const authrole = name === undefined ? undefined : PRINCIPALS[name];
  const n = turn.next("session");
  const member: Member = {
    n,
    connection,
    authid: authrole === undefined ? token("authid", n) : name,
    authrole: authrole ?? "anonymous",
    authmethod: authrole === undefined ? "anonymous" : "told",
    authprovider: authrole === undefined ? "static" : "test",
    roles: Object.fromEntries(
      Object.entries(roles).map(([role, { features = {} }]) => [role, Object.keys(features)]),
    ),
    lastInvocation: 0,
    lastCall: 0,
    called: [],
    holds: [],
  };
  if (TAKEOVER.includes(member.authrole)) {
    const older = world.members.filter(
      (each) => each.authid === name && each.authrole === authrole && each.authmethod !== "anonymous",
    );
    dismiss(turn, older, { reason: "edgebahn.close.replaced", details: { message: TEXT } });
  }
  const { authid, authmethod, authprovider } = member;
  const details = { roles: offers(turn), agent: TEXT, realm, authid, authrole: member.authrole };
  turn.send(connection, [2, token("session", n), { ...details, authmethod, authprovider }]);
  Object.assign(world.connections[connection] as Connection, { phase: "joined", session: n });
  world.members.push(member);
  tell(turn, [["wamp.session.on_join", [detailsOf(member)]]]);
}

type Announced = Readonly<Record<string, { readonly features?: Readonly<Record<string, true>> }>>;

/** FEA-30, where sessions may be killed and nothing has a history or a trust level. */
function offers({ settings: { allowDisclose } }: Turn) {
  const features = (names: string, disclosing: string) => ({
    features: Object.fromEntries(
      [...names.split(" "), ...(allowDisclose ? [disclosing] : [])].map((name) => [name, true]),
    ),
  });
  const broker =
    "publisher_exclusion subscriber_blackwhite_listing pattern_based_subscription event_retention " +
    "subscription_revocation session_meta_api subscription_meta_api payload_passthru_mode";
  const dealer =
    "progressive_call_results progressive_call_invocations call_canceling call_timeout call_reroute " +
    "pattern_based_registration shared_registration registration_revocation session_meta_api " +
    "registration_meta_api testament_meta_api payload_passthru_mode";
  return {
    broker: features(broker, "publisher_identification"),
    dealer: features(dealer, "caller_identification"),
  };
}

function pass(turn: Turn, milliseconds: number): void {
  const { world } = turn;
  world.clock += milliseconds;
  for (const [at, { phase, deadline }] of world.connections.entries()) {
    if ((phase === "open" || phase === "leaving") && deadline <= world.clock) end(turn, at);
  }
  expire(turn);
}

/** TRN-15, RULE-12. Those that are gone together hear nothing of each other. */
function vanish(turn: Turn, connections: readonly number[]): void {
  const gone = turn.world.members.filter(({ connection }) => connections.includes(connection));
  for (const connection of connections) end(turn, connection);
  for (const member of turn.inSomeOrder(gone)) leave(turn, member);
}
