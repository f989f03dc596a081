/** Plays a scenario on a real router and on the reference, and compares what every connection hears after each step. */
import { Bijection } from "./bijection.ts";
import type { Command } from "./command.ts";
import type { House } from "./house.ts";
import { Interpreter } from "./interpret.ts";
import type { Expected } from "./reference/turn.ts";
import { type Happening, Reference } from "./reference.ts";
import type { Scenario } from "./scenario.ts";
import { Tally } from "./tally.ts";
import { living, type Wire, type World } from "./world.ts";

/** So many of the orders that the requirements leave open are tried. */
const MOST_ORDERS = 6_000;

/** The two do not agree. */
export class Divergence extends Error {
  constructor(what: string, happening: Happening | undefined, more: object) {
    const lines = Object.entries(more).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`);
    super([what, `  after: ${JSON.stringify(happening)}`, ...lines].join("\n"));
    this.name = "Divergence";
  }
}

/** @returns how many commands had an effect @throws Divergence */
export async function play(house: House, { settings, commands }: Scenario): Promise<number> {
  const game = new Game(house, new Reference(settings, house.now));
  let done = 0;
  for (const command of commands) if (await game.step(command)) done++;
  await game.finish();
  return done;
}

class Game {
  readonly #house: House;
  readonly #reference: Reference;
  readonly #bijection = new Bijection();
  readonly #interpreter: Interpreter;
  readonly #tally = new Tally();

  constructor(house: House, reference: Reference) {
    this.#house = house;
    this.#reference = reference;
    reference.world.policy = house.policy;
    this.#interpreter = new Interpreter(house);
  }

  async step(command: Command): Promise<boolean> {
    const happenings = this.#interpreter.happenings(command, this.#reference.world);
    for (const happening of happenings) await this.#happens(happening);
    return happenings.length > 0;
  }

  /** Time runs out for every call that has one, and everybody leaves. */
  async finish(): Promise<void> {
    await this.#happens({ what: "pass", milliseconds: 600_000 });
    for (const connection of living(this.#reference.world))
      await this.#happens({ what: "vanish", connection });
    const { world } = this.#reference;
    this.#check("calls are left", [...world.calls, ...this.#tally.pending], []);
    const { retained: _, ...rows } = await this.#house.rows();
    this.#check(
      "rows are left",
      Object.entries(rows).filter(([, count]) => count !== 0),
      [],
    );
  }

  async #happens(happening: Happening): Promise<void> {
    const real = this.#bijection.real(happening) as Happening; // the same with other ids
    await this.#house.happen(real);
    const heard = await this.#house.heard();
    this.#tally.note(happening, heard);
    this.#compare(happening, heard);
    this.#tally.checkAgainst(this.#reference.world, (what, more) => {
      throw new Divergence(what, happening, more);
    });
    for (const [at, { phase }] of this.#reference.world.connections.entries()) {
      const closed = this.#house.closed(at) ?? phase === "ended";
      this.#check(`connection ${at} is closed`, closed, phase === "ended", happening);
    }
    if (happening.what === "sleep") await this.#checkRows(happening);
  }

  /** Once the realm has slept, its rows are all that it knows. */
  async #checkRows(happening: Happening): Promise<void> {
    const { members, subscriptions, registrations, calls, testaments, retained } = this.#reference.world;
    const rows = await this.#house.rows();
    const expected = {
      sessions: members.length,
      subscriptions: subscriptions.length,
      subscribers: subscriptions.flatMap(({ subscribers }) => subscribers).length,
      registrations: registrations.length,
      callees: registrations.flatMap(({ callees }) => callees).length,
      invocations: calls.length,
      testaments: testaments.length,
      retained: retained.length,
    };
    const found = Object.fromEntries(Object.keys(expected).map((table) => [table, rows[table]]));
    this.#check("rows", found, expected, happening);
  }

  /** Tries what the requirements leave open until the reference says what the router said. */
  #compare(happening: Happening, heard: readonly (readonly Wire[])[]): void {
    const reference = this.#reference;
    const before: World | undefined = mayChoose(happening) ? structuredClone(reference.world) : undefined;
    let first: readonly (readonly Expected[])[] | undefined;
    let script: readonly number[] | undefined = [];
    for (let tries = 0; script && tries < MOST_ORDERS; tries++) {
      const choices = new Choices(script);
      const expected = reference.take(happening, (n) => choices.next(n));
      if (this.#bijection.agrees(expected, heard)) return;
      first ??= expected;
      if (!before) break;
      script = choices.following();
      reference.world = structuredClone(before);
    }
    const show = heard.flatMap((messages, connection) => {
      const expected = first?.[connection]?.map(({ message }) => message) ?? [];
      return messages.length + expected.length > 0 ? [{ connection, heard: messages, expected }] : [];
    });
    throw new Divergence("the router and the reference do not say the same", happening, { show });
  }

  #check(what: string, found: unknown, expected: unknown, happening?: Happening): void {
    if (JSON.stringify(found) !== JSON.stringify(expected))
      throw new Divergence(what, happening, { found, expected });
  }
}

/** One way through what is left open: the possibilities taken, 0 where nothing is said. */
class Choices {
  readonly #script: readonly number[];
  readonly #taken: { at: number; of: number }[] = [];

  constructor(script: readonly number[]) {
    this.#script = script;
  }

  next(of: number): number {
    const at = this.#script[this.#taken.length] ?? 0;
    this.#taken.push({ at, of });
    return at;
  }

  /** The next way; undefined after the last. */
  following(): number[] | undefined {
    const way = [...this.#taken];
    while (way.length > 0) {
      const last = way.pop();
      if (last && last.at + 1 < last.of) return [...way.map(({ at }) => at), last.at + 1];
    }
    return undefined;
  }
}

/** Whether the reference may have to try: where somebody is chosen, or several end together. */
function mayChoose(happening: Happening): boolean {
  if (happening.what === "sleep") return happening.vanished.length > 1;
  if (happening.what === "policy") return true;
  return happening.what === "say" && happening.wires.some(([type]) => [48, 8, 1].includes(Number(type)));
}
