/** One policy at every entrance of the router, each answer held against the oracle's. */
import type { Match, Permit } from "../../src/auth/permission.ts";
import { type Dice, drawPattern, drawUri } from "../fuzz/permission-cases.ts";
import type { Wire } from "../gateway/client.ts";
import type { Ledger } from "./ledger.ts";
import { HISTORY, naiveMatch, type Person, type PolicyScene } from "./policy-scene.ts";

const NOT_AUTHORIZED = "wamp.error.not_authorized";
const UNDECIDED = "wamp.error.authorization_failed";
const INVALID = "wamp.error.invalid_uri";
const GET_EVENTS = "wamp.subscription.get_events";
const ADD_TESTAMENT = "wamp.session.add_testament";
const COMINGS = ["wamp.session.on_join", "wamp.session.on_leave"];
/** Options that name URIs, none of which means anything: who may not use a URI gets nowhere by them. */
const URIS = { topic: "a.b", uri: "a.b", procedure: "a.b", x_topic: "a.b", match_uri: "a.b" };

const isReserved = (uri: string) => /^wamp(\.|$)/.test(uri);
const isUri = (text: string) => /^[^\s.#\p{Cc}]+(\.[^\s.#\p{Cc}]+)*$/u.test(text) && text.length <= 256;

export class Walk {
  readonly #scene: PolicyScene;
  readonly #dice: Dice;
  readonly #ledger: Ledger;
  readonly #topics: readonly string[];
  /** Topics of what was published, in order. */
  readonly #published: string[] = [];
  /** Subscription ids that keep a history, in the order of HISTORY. */
  readonly #histories: number[] = [];
  #request = 10;

  constructor(scene: PolicyScene, dice: Dice, ledger: Ledger) {
    this.#scene = scene;
    this.#dice = dice;
    this.#ledger = ledger;
    const drawn = scene.people.flatMap(({ subject }) =>
      Array.from({ length: 6 }, () => drawUri(dice, subject)),
    );
    // The authorizer's own name is the witness's to serve.
    this.#topics = [...new Set([...drawn, "a.b"])].filter((uri) => !uri.startsWith("z") && isUri(uri));
    for (const { uri, match } of HISTORY) {
      const [answer] = scene.tell(48, this.#request++, {}, "wamp.subscription.lookup", [uri, { match }]);
      this.#histories.push(...((answer?.[3] ?? []) as [number]));
    }
  }

  async run(): Promise<void> {
    const { people, room } = this.#scene;
    for (const topic of this.#own()) this.#publishAsWitness(topic, { retain: true });
    for (const person of people) await this.#subscribe(person);
    await this.#everyEntrance();
    for (const person of people) await this.#register(person);
    for (const person of people) await this.#leaveBehind(person);
    room.sleep();
    await this.#everyEntrance();
    this.#change();
    await this.#everyEntrance();
    room.sleep();
    await this.#everyEntrance();
    for (const person of people) this.#vanish(person);
  }

  async #everyEntrance(): Promise<void> {
    for (const topic of this.#own()) this.#publishAsWitness(topic, {});
    for (const person of this.#scene.people) {
      await this.#publish(person);
      await this.#call(person);
      await this.#history(person);
    }
    await this.#scene.passBy();
    for (const person of this.#scene.people) {
      const heard = person.client.heard() as Wire[];
      for (const topic of COMINGS) this.#checkDelivery("meta events", person, topic, heard);
    }
    this.#scene.seen();
  }

  /** Topics that are the application's. */
  #own(): readonly string[] {
    return this.#topics.filter((uri) => !isReserved(uri));
  }

  async #subscribe(person: Person): Promise<void> {
    for (const uri of [...this.#topics, ...COMINGS]) await this.#subscribeTo(person, uri, "exact");
    for (let n = 0; n < 6; n++) {
      const { uri, match } = drawPattern(this.#dice, this.#scene.roles[0]?.permissions ?? []);
      await this.#subscribeTo(person, uri, match);
    }
    for (const uri of ["", "wamp.session."]) await this.#subscribeTo(person, uri, "prefix");
  }

  async #subscribeTo(person: Person, uri: string, match: Match): Promise<void> {
    const permit = this.#scene.may(person, "subscribe", uri, match);
    const heard = await this.#scene.ask(person, 32, { match, get_retained: true, ...URIS }, uri);
    const id = heard.find(([type]) => type === 33)?.[2];
    if (this.#isKnown(uri, match)) {
      const want = answerTo(permit, 33);
      const got = answerIn(heard, 33);
      this.#ledger.check(`subscribe ${match}`, [person.subject, uri], { got, want, allowed: want === 33 });
    }
    const told = heard.filter((message) => (message[3] as { retained?: boolean } | undefined)?.retained);
    const want = this.#own().filter(
      (topic) => id !== undefined && naiveMatch(uri, match, topic) && this.#sees(person, topic),
    );
    const got = told.map(([, , , , args]) => (args as [string])[0]);
    this.#ledger.check("retained", [person.subject, uri, match], {
      got: got.sort(),
      want: [...want].sort(),
      allowed: want.length > 0,
    });
    if (typeof id === "number") person.subscriptions.set(id, { uri, match });
    this.#scene.seen();
  }

  #publishAsWitness(topic: string, options: object): void {
    this.#published.push(topic);
    for (const { client } of this.#scene.people) client.heard();
    this.#scene.tell(16, this.#request++, { ...options, ...URIS }, topic, [topic]);
    for (const person of this.#scene.people) {
      this.#checkDelivery("delivery", person, topic, person.client.heard() as Wire[]);
    }
  }

  async #publish(person: Person): Promise<void> {
    const [other] = this.#scene.people.filter((each) => each !== person);
    for (const topic of this.#topics) {
      const permit = this.#scene.may(person, "publish", topic);
      const heard = await this.#scene.ask(person, 16, { acknowledge: true, ...URIS }, topic, [topic]);
      const want = isReserved(topic) ? INVALID : answerTo(permit, 17);
      const got = answerIn(heard, 17);
      const allowed = want === 17;
      this.#ledger.check("publish", [person.subject, topic], { got, want, allowed });
      const events = this.#scene.seen().filter(([type]) => type === 36);
      const disclosed = permit !== "ask" && permit.disclose;
      this.#ledger.check("disclosure of publishers", [person.subject, topic], {
        got: events.map(([, , , details]) => [
          (details as { topic: string }).topic,
          "publisher" in (details as object),
        ]),
        want: allowed ? [[topic, disclosed]] : [],
        allowed,
      });
      if (allowed) this.#published.push(topic);
      if (allowed && other) {
        this.#checkDelivery("delivery", other, topic, other.client.heard() as Wire[]);
      }
    }
  }

  async #call(person: Person): Promise<void> {
    for (const uri of [...this.#topics, "wamp.session.count", "wamp.nothing"]) {
      const permit = this.#scene.may(person, "call", uri);
      const heard = await this.#scene.ask(person, 48, { ...URIS }, uri, []);
      const allowed = permit !== "ask" && permit.allow;
      const reached = isReserved(uri)
        ? heard.some(([type, , , , error]) => type === 50 || error === "wamp.error.no_such_procedure")
        : this.#serve(person, heard, permit !== "ask" && permit.disclose);
      const got = reached === true ? 50 : reached === false ? answerIn(heard, 50) : reached;
      this.#ledger.check("call", [person.subject, uri], { got, want: answerTo(permit, 50), allowed });
    }
  }

  /** Whoever was invoked answers. @returns whether the caller has its result, or what was wrong with the invocation */
  #serve(caller: Person, heard: readonly Wire[], disclosed: boolean): boolean | string {
    const { witness, people } = this.#scene;
    const callees = [
      { client: witness, heard: this.#scene.seen() },
      ...people.map(({ client }) => ({
        client,
        heard: client === caller.client ? heard : (client.heard() as Wire[]),
      })),
    ];
    for (const { client, heard } of callees) {
      const invocation = heard.find(([type]) => type === 68);
      if (!invocation) continue;
      client.say(70, invocation[1], {}, []);
      if ("caller" in (invocation[3] as object) !== disclosed) return "not disclosed as it should be";
      return (caller.client.heard() as Wire[]).some(([type]) => type === 50);
    }
    return false;
  }

  async #history(person: Person): Promise<void> {
    const callable = this.#scene.may(person, "call", GET_EVENTS);
    for (const [at, { uri, match }] of HISTORY.entries()) {
      const heard = await this.#scene.ask(person, 48, {}, GET_EVENTS, [this.#histories[at]]);
      const permit =
        callable !== "ask" && callable.allow ? this.#scene.may(person, "subscribe", uri, match) : callable;
      const error = answerTo(permit, 50);
      const result = heard.find(([type]) => type === 50);
      const got = result ? textsOf(result) : answerIn(heard, 50);
      const shown = this.#published.filter(
        (topic) => naiveMatch(uri, match, topic) && this.#sees(person, topic),
      );
      const isKnown = this.#isKnown(uri, match) || callable === "ask" || !callable.allow;
      const want = error === 50 || (!isKnown && result) ? shown : isKnown ? error : got;
      this.#ledger.check("history", [person.subject, uri, match], {
        got,
        want,
        allowed: result !== undefined,
      });
    }
  }

  async #register(person: Person): Promise<void> {
    const taken = (uri: string, match: Match) =>
      this.#scene.people.some(({ registrations }) =>
        [...registrations.values()].some((each) => each.uri === uri && each.match === match),
      );
    const patterns = Array.from({ length: 4 }, () =>
      drawPattern(this.#dice, this.#scene.roles[0]?.permissions ?? []),
    );
    const exact = this.#topics.map((uri) => ({ uri, match: "exact" as const }));
    for (const { uri, match } of [...exact, ...patterns]) {
      if (taken(uri, match) || uri === "") continue;
      const permit = this.#scene.may(person, "register", uri, match);
      const heard = await this.#scene.ask(person, 64, { match, ...URIS }, uri);
      const answer = heard.find(([type]) => type === 65);
      if (answer) person.registrations.set(answer[2] as number, { uri, match });
      this.#scene.seen();
      if (!this.#isKnown(uri, match)) continue;
      const whole = permit === "ask" ? permit : { ...permit, allow: permit.allow && !permit.exceptions };
      const want = isReserved(uri) ? INVALID : answerTo(whole, 65);
      const got = answerIn(heard, 65);
      this.#ledger.check(`register ${match}`, [person.subject, uri], { got, want, allowed: want === 65 });
    }
  }

  async #leaveBehind(person: Person): Promise<void> {
    const callable = this.#scene.may(person, "call", ADD_TESTAMENT);
    for (const topic of this.#topics) {
      const permit = this.#scene.may(person, "publish", topic);
      const heard = await this.#scene.ask(person, 48, {}, ADD_TESTAMENT, [topic, [topic], {}]);
      const mayCall = callable !== "ask" && callable.allow;
      const want = mayCall && isReserved(topic) ? INVALID : answerTo(mayCall ? permit : callable, 50);
      const got = answerIn(heard, 50);
      this.#ledger.check("testament added", [person.subject, topic], { got, want, allowed: want === 50 });
      if (got === 50) person.testaments.push(topic);
    }
  }

  /** Another policy: what is not allowed any more is taken away at once, and nothing else. */
  #change(): void {
    const { people } = this.#scene;
    for (const { client } of people) client.heard();
    this.#scene.change(this.#dice);
    for (const person of people) {
      const heard = person.client.heard() as Wire[];
      for (const [type, held, action] of [
        [35, person.subscriptions, "subscribe"],
        [67, person.registrations, "register"],
      ] as const) {
        const told = heard.filter(([code]) => code === type).map(([, , details]) => details as object);
        const taken = told.flatMap((details) => Object.values(details).filter(Number.isInteger) as number[]);
        for (const [id, { uri, match }] of [...held]) {
          const permit = this.#scene.may(person, action, uri, match);
          const keeps = permit === "ask" || (permit.allow && (type === 35 || !permit.exceptions));
          const got = !taken.includes(id);
          if (this.#isKnown(uri, match)) {
            this.#ledger.check(`kept ${action}`, [person.subject, uri, match], {
              got,
              want: keeps,
              allowed: keeps,
            });
          }
          if (!got) held.delete(id);
        }
      }
    }
    this.#scene.seen();
  }

  #vanish(person: Person): void {
    this.#scene.seen();
    person.client.vanish();
    const told = this.#scene.seen().filter(([type]) => type === 36);
    const topics = told.map(([, , , details]) => (details as { topic: string }).topic);
    const want = person.testaments.filter((topic) => {
      const permit = this.#scene.may(person, "publish", topic);
      return permit !== "ask" && permit.allow;
    });
    for (const topic of person.testaments) {
      this.#ledger.check("testament published", [person.subject, topic], {
        got: topics.filter((each) => each === topic).length,
        want: want.filter((each) => each === topic).length,
        allowed: want.includes(topic),
      });
    }
    this.#ledger.check("testaments, and nothing else", person.subject, {
      got: topics.filter((topic) => !isReserved(topic)),
      want,
      allowed: want.length > 0,
    });
  }

  /** On which of its subscriptions somebody heard of a topic, and on which it should have. */
  #checkDelivery(entrance: string, person: Person, topic: string, heard: readonly Wire[]): void {
    const exact = this.#scene.may(person, "subscribe", topic);
    for (const [id, { uri, match }] of person.subscriptions) {
      if (!naiveMatch(uri, match, topic)) continue;
      const got = heard.filter((message) => {
        const [type, subscription, , details] = message;
        const told = (details as { topic?: string } | undefined)?.topic ?? uri;
        return type === 36 && subscription === id && told === topic;
      }).length;
      let want = 1;
      if (match !== "exact") {
        if (exact === "ask") {
          if (!this.#isKnown(uri, match)) continue;
          // What was allowed once and can be decided no more stays; what has exceptions withholds the undecided.
          want = this.#scene.may(person, "subscribe", uri, match) === "ask" ? 1 : 0;
        } else want = exact.allow ? 1 : 0;
      }
      this.#ledger.check(entrance, [person.subject, uri, match, topic], { got, want, allowed: want === 1 });
    }
  }

  #sees(person: Person, topic: string): boolean {
    const permit = this.#scene.may(person, "subscribe", topic);
    return permit !== "ask" && permit.allow;
  }

  /** Whether the oracle's universe tells what a pattern comes to. */
  #isKnown(uri: string, match: Match): boolean {
    return match === "exact" || (this.#scene.complete && !isReserved(uri));
  }
}

/** A decision as it shows on the wire: the type of the answer, or the URI of the error. */
function answerTo(permit: Permit | "ask", type: number): number | string {
  if (permit === "ask") return UNDECIDED;
  return permit.allow ? type : NOT_AUTHORIZED;
}

function answerIn(heard: readonly Wire[], type: number): unknown {
  const answer = heard.find(([code]) => code === type || code === 8);
  return answer?.[0] === 8 ? answer[4] : answer?.[0];
}

function textsOf([, , , events = []]: Wire): string[] {
  return (events as { args: [string] }[]).map(({ args: [text] }) => text);
}
