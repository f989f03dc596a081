/** A command becomes what happens, given who there is; nothing where it makes no sense by now. */
import type { Command, Saying } from "./command.ts";
import type { House } from "./house.ts";
import type { Happening } from "./reference.ts";
import { pick, Sayings } from "./sayings.ts";
import { living, type Member, type Wire, type World } from "./world.ts";

/** What a scenario remembers of its clients besides what the router knows. */
export class Interpreter {
  readonly #house: House;
  readonly #sayings = new Sayings();
  /** Connection to what it says in HELLO. */
  readonly #hellos: Wire[] = [];
  /** No more than so many sockets at a time. */
  static readonly MOST = 6;

  constructor(house: House) {
    this.#house = house;
  }

  happenings(command: Command, world: World): Happening[] {
    switch (command.do) {
      case "join":
        return this.#join(command, world);
      case "together": {
        const who = pick(world.members, command.who);
        if (!who) return [];
        const wires = command.say.flatMap((each) => {
          const said = this.#sayings.message({ ...each, who: command.who } as Saying, world); // each has a who or needs none
          return said && said.member.n === who.n ? [said.wire] : [];
        });
        return wires.length > 0 ? [{ what: "say", connection: who.connection, wires }] : [];
      }
      case "goodbye": {
        const who = pick(world.members, command.who);
        if (!who) return [];
        const { connection } = who;
        const hello = this.#hellos[connection] ?? [];
        return [
          { what: "say", connection, wires: [[6, {}, "wamp.close.close_realm"]] },
          ...(command.next === "join" ? [{ what: "say", connection, wires: [hello] } as const] : []),
          ...(command.next === "close" ? [{ what: "vanish", connection } as const] : []),
        ];
      }
      case "abort":
        return this.#says(pick(world.members, command.who), [3, {}, "wamp.error.abort"]);
      case "drop": {
        const alive = living(world);
        const connection = alive[command.who % alive.length];
        return connection === undefined ? [] : [{ what: "vanish", connection }];
      }
      case "part": {
        const leaving = living(world).filter((at) => world.connections[at]?.phase === "leaving");
        const connection = leaving[command.who % leaving.length];
        return connection === undefined
          ? []
          : [{ what: "say", connection, wires: [[6, {}, "wamp.close.goodbye_and_out"]] }];
      }
      case "violate":
        return this.#violate(command.how, pick(world.members, command.who), world);
      case "pass":
        return [{ what: "pass", milliseconds: command.milliseconds }];
      case "sleep": {
        const alive = living(world);
        const vanished = command.vanish.flatMap((which) => alive[which] ?? []);
        return [{ what: "sleep", after: this.#house.quiet, vanished }];
      }
      case "revoke":
        return this.#house.mayRevoke ? [{ what: "policy", policy: command.policy }] : [];
      default: {
        const said = this.#sayings.message(command, world);
        return said ? this.#says(said.member, said.wire) : [];
      }
    }
  }

  #join({ as, over, announces }: Extract<Command, { do: "join" }>, world: World): Happening[] {
    if (living(world).length >= Interpreter.MOST) return [];
    const features = Object.fromEntries(announces.map((name) => [name, true]));
    const roles = Object.fromEntries(
      ["publisher", "subscriber", "caller", "callee"].map((role) => [role, { features }]),
    );
    const named = as === "anonymous" || !this.#house.knowsNames ? {} : { authmethods: ["told"], authid: as };
    const hello = [1, this.#house.realm, { roles, ...named }];
    const connection = world.connections.length;
    this.#hellos[connection] = hello;
    return [
      { what: "open", subprotocol: over },
      { what: "say", connection, wires: [hello] },
    ];
  }

  #violate(how: "hello" | "yield" | "event" | "again", who: Member | undefined, world: World): Happening[] {
    if (!who) return [];
    if (how === "hello") return this.#says(who, this.#hellos[who.connection] ?? []);
    if (how === "yield") return this.#says(who, [70, who.lastInvocation + 1, {}]);
    if (how === "event") return this.#says(who, [36, 1, 1, {}]);
    const running = world.calls.find(({ caller, chunks }) => caller === who.n && chunks !== "open");
    return running ? this.#says(who, [48, running.request, {}, running.procedure]) : [];
  }

  #says(member: Member | undefined, wire: Wire): Happening[] {
    return member ? [{ what: "say", connection: member.connection, wires: [wire] }] : [];
  }
}
