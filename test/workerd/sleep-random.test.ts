/**
 * Whoever uses a realm cannot tell that it sleeps: random steps of a few clients, the object evicted at random points
 * between them, and every message that anybody receives is the one that was to be expected (R4).
 */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { random } from "../../reliability/pace.ts";
import { Client } from "./client.ts";
import { freshRealm, rowCounts, sleep } from "./object.ts";

/** From vitest.config.ts. */
const { EVICTIONS } = env as unknown as { EVICTIONS: number };
const CLIENTS = 4;
const TOPICS = ["com.a", "com.b", "com.c"];
const WILL = "com.will";

interface Call {
  readonly caller: Person;
  readonly request: number;
  readonly invocation: number;
  readonly argument: number;
}

interface Person {
  client: Client & { readonly session: number };
  request: number;
  /** Topic to subscription id. */
  readonly subscriptions: Map<string, number>;
  /** Registration id of its one procedure. */
  registration: number | undefined;
  invocations: number;
  /** Calls that it has yet to answer. */
  readonly owed: Call[];
  /** The testament that it leaves, if any. */
  will: number | undefined;
}

class World {
  readonly realm = freshRealm();
  readonly people: Person[] = [];
  readonly #below: (below: number) => number;
  /** Registration ids, and those of subscriptions with the subscribers' topic, that were ever given. */
  readonly #registrations = new Set<number>();
  readonly #topics = new Map<number, string>();
  #number = 0;

  constructor(seed: number) {
    this.#below = random(seed);
  }

  async open(): Promise<void> {
    for (let n = 0; n < CLIENTS; n++) this.people.push(await this.#person());
  }

  async #person(): Promise<Person> {
    return {
      client: await Client.join(this.realm),
      request: 0,
      subscriptions: new Map(),
      registration: undefined,
      invocations: 0,
      owed: [],
      will: undefined,
    };
  }

  async step(): Promise<void> {
    const index = this.#below(this.people.length);
    const person = this.people[index] as Person; // below their number
    const topic = TOPICS[this.#below(TOPICS.length)] ?? "";
    switch (this.#below(8)) {
      case 0:
        return this.#subscribe(person, this.#below(4) === 0 ? WILL : topic);
      case 1:
        return this.#unsubscribe(person, topic);
      case 2:
        return this.#register(person, `com.p${index}`);
      case 3:
      case 4:
        return this.#publish(person, topic);
      case 5:
        return this.#call(person);
      case 6:
        return this.#answer(person);
      default:
        return this.#below(3) === 0 ? this.#leave(index) : this.#testament(person);
    }
  }

  async #ask(person: Person, type: number, ...rest: unknown[]): Promise<unknown> {
    person.request++;
    person.client.send(type, person.request, ...rest);
    const answer = await person.client.next();
    expect(answer.slice(0, 2)).toEqual([type === 48 ? 50 : type + 1, person.request]);
    return answer[2];
  }

  async #subscribe(person: Person, topic: string): Promise<void> {
    const id = Number(await this.#ask(person, 32, {}, topic));
    expect(this.#topics.get(id) ?? topic).toBe(topic); // an id is of one topic for ever
    this.#topics.set(id, topic);
    const known = this.people.find(({ subscriptions }) => subscriptions.has(topic))?.subscriptions.get(topic);
    if (known !== undefined) expect(id).toBe(known);
    person.subscriptions.set(topic, id);
  }

  async #unsubscribe(person: Person, topic: string): Promise<void> {
    const id = person.subscriptions.get(topic);
    if (id === undefined) return;
    await this.#ask(person, 34, id);
    person.subscriptions.delete(topic);
  }

  async #register(person: Person, procedure: string): Promise<void> {
    if (person.registration !== undefined) {
      await this.#ask(person, 66, person.registration);
      person.registration = undefined;
      return;
    }
    const id = Number(await this.#ask(person, 64, {}, procedure));
    expect(this.#registrations.has(id)).toBe(false);
    this.#registrations.add(id);
    person.registration = id;
  }

  async #publish(person: Person, topic: string): Promise<void> {
    const number = ++this.#number;
    const publication = await this.#ask(person, 16, { acknowledge: true }, topic, [number]);
    for (const other of this.people) {
      const id = other.subscriptions.get(topic);
      if (other === person || id === undefined) continue;
      expect(await other.client.next()).toEqual([36, id, publication, {}, [number]]);
    }
  }

  async #call(caller: Person): Promise<void> {
    const callee = this.people.find(({ registration }) => registration !== undefined);
    if (!callee) return;
    const argument = ++this.#number;
    caller.request++;
    callee.invocations++;
    const procedure = `com.p${this.people.indexOf(callee)}`;
    caller.client.send(48, caller.request, {}, procedure, [argument]);
    const expected = [68, callee.invocations, callee.registration, {}, [argument]];
    expect(await callee.client.next()).toEqual(expected);
    callee.owed.push({ caller, request: caller.request, invocation: callee.invocations, argument });
  }

  async #answer(callee: Person): Promise<void> {
    const [call] = callee.owed.splice(this.#below(callee.owed.length || 1), 1);
    if (!call) return;
    callee.client.send(70, call.invocation, {}, [call.argument + 1]);
    // A caller that has left meanwhile hears nothing.
    if (!this.people.includes(call.caller)) return;
    expect(await call.caller.client.next()).toEqual([50, call.request, {}, [call.argument + 1]]);
  }

  async #testament(person: Person): Promise<void> {
    if (person.will !== undefined) return;
    const will = ++this.#number;
    await this.#ask(person, 48, {}, "wamp.session.add_testament", [WILL, [will], {}]);
    person.will = will;
  }

  /** Leaves, with everything that follows from it for the others, and somebody new comes. */
  async #leave(index: number): Promise<void> {
    const person = this.people[index] as Person; // below their number
    person.client.close();
    await person.client.closed;
    this.people.splice(index, 1);
    for (const { caller, request } of person.owed) {
      if (!this.people.includes(caller)) continue;
      const text = "the callee left before it answered";
      expect(await caller.client.next()).toEqual([8, 48, request, {}, "wamp.error.canceled", [text]]);
    }
    for (const other of this.people) {
      const id = other.subscriptions.get(WILL);
      if (id === undefined || person.will === undefined) continue;
      expect(await other.client.next()).toEqual([36, id, expect.any(Number), {}, [person.will]]);
    }
    this.people.splice(index, 0, await this.#person());
  }

  async end(): Promise<void> {
    for (let left = this.people.length; left > 0; left--) {
      const [person] = this.people.splice(0, 1);
      person?.client.close();
      await person?.client.closed;
    }
  }
}

test(`R4 nobody can tell that the realm sleeps, at any of ${EVICTIONS} random points`, async () => {
  for (let [seed, evictions] = [1, 0]; evictions < EVICTIONS; seed++) {
    const world = new World(seed);
    const below = random(1_000 + seed);
    await world.open();
    for (let n = 0; n < Math.max(150, EVICTIONS / 25) && evictions < EVICTIONS; n++) {
      await world.step();
      if (below(2) === 0) continue;
      await sleep(world.realm);
      evictions++;
    }
    for (const { client } of world.people) expect(await client.soFar()).toEqual([]);
    await world.end();
    const counts = Object.values(await rowCounts(world.realm));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(0);
  }
}, 600_000);
