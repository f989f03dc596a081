/** What goes on while nobody sleeps: messages at a steady rate, and newcomers who come and go. */
import { each, pause, random } from "../pace.ts";
import type { Ledger } from "./ledger.ts";
import { GROUPS, groupTopic, keptTopic, type Member, memberProcedure } from "./member.ts";
import { Newcomer } from "./newcomer.ts";

/** Messages that the members send in a second. */
const RATE = 200;
const CHURN = 5;
/** Seconds for which a newcomer stays, at least and more. */
const [SHORTEST, SPREAD] = [3, 24];

export class Scene {
  readonly #port: number;
  readonly #members: readonly Member[];
  readonly #ledger: Ledger;
  readonly #next = random(16);
  readonly #newcomers = new Map<Newcomer, number>();
  /** Whatever is under way. */
  readonly #pending = new Set<Promise<unknown>>();
  #messages = 0;
  #came = 0;
  /** Newcomers that ever were there. */
  #numbered = 0;
  /** Seconds in which something went on, over all periods. */
  #lived = 0;

  constructor(port: number, members: readonly Member[], ledger: Ledger) {
    this.#port = port;
    this.#members = members;
    this.#ledger = ledger;
  }

  /**
   * So many newcomers come and go again, `atOnce` at a time: what a process keeps for sockets finds its size only after tens
   * of thousands of them, which at their usual rate takes hours.
   */
  async hasten(newcomers: number, { atOnce }: { readonly atOnce: number }): Promise<void> {
    await each(newcomers, { atOnce }, async () => {
      try {
        const newcomer = await Newcomer.join(this.#port, this.#numbered++, this.#ledger);
        await newcomer.leave();
      } catch (error) {
        this.#ledger.refuse(error);
      }
    });
  }

  async live(seconds: number): Promise<void> {
    const [began, lived] = [performance.now(), this.#lived];
    const until = lived + seconds;
    while (this.#lived < until) {
      this.#lived = Math.min(until, lived + (performance.now() - began) / 1_000);
      for (; this.#messages < this.#lived * RATE; this.#messages++) this.#send(this.#messages);
      for (; this.#came < this.#lived * CHURN; this.#came++) this.#start(this.#welcome());
      for (const [newcomer, end] of this.#newcomers) {
        if (end > this.#lived) continue;
        this.#newcomers.delete(newcomer);
        this.#start(newcomer.leave());
      }
      await pause(10);
    }
    await Promise.all(this.#pending);
  }

  /** How many newcomers are there. */
  get present(): number {
    return this.#newcomers.size;
  }

  /** One newcomer's socket is gone, which wakes the realm. */
  cutOne(): void {
    const [first] = this.#newcomers.keys();
    if (!first) return;
    this.#newcomers.delete(first);
    first.isLeaving = true;
    first.client.cut();
  }

  async end(): Promise<void> {
    await Promise.all([...this.#newcomers.keys()].map((newcomer) => newcomer.leave()));
    this.#newcomers.clear();
  }

  async #welcome(): Promise<void> {
    try {
      const newcomer = await Newcomer.join(this.#port, this.#numbered++, this.#ledger);
      this.#newcomers.set(newcomer, this.#lived + SHORTEST + this.#next(SPREAD));
    } catch (error) {
      this.#ledger.refuse(error);
    }
  }

  /** Of ten messages six are published to a group, one is kept as well, two call members and one a newcomer. */
  #send(count: number): void {
    const kind = count % 10;
    const publisher = this.#member(this.#next(GROUPS));
    if (kind < 6) this.#publish(publisher, count);
    else if (kind === 6) this.#start(this.#keep(publisher));
    else if (kind < 9) this.#start(this.#call(count));
    else this.#start(this.#callNewcomer(count));
  }

  #publish({ client, index }: Member, count: number): void {
    const topic = groupTopic(index);
    const request = [topic, [topic, this.#ledger.next(topic)]] as const;
    if (count % 4 === 0) this.#start(client.must(16, { acknowledge: true }, ...request));
    else client.send([16, client.id(), {}, ...request]);
  }

  async #keep({ client, index }: Member): Promise<void> {
    const topic = keptTopic(index);
    const number = this.#ledger.next(topic);
    await client.must(16, { acknowledge: true, retain: true }, topic, [topic, number]);
    this.#ledger.retained.set(topic, Math.max(number, this.#ledger.retained.get(topic) ?? 0));
  }

  async #call(note: number): Promise<void> {
    const [caller, callee] = [this.#next(this.#members.length), this.#next(this.#members.length)];
    const isRight = await this.#member(caller).call(memberProcedure(callee), callee, note);
    if (!isRight) this.#ledger.faults["calls unanswered or wrong"]++;
  }

  async #callNewcomer(note: number): Promise<void> {
    const all = [...this.#newcomers.keys()];
    const newcomer = all[this.#next(Math.max(1, all.length))];
    await newcomer?.beCalled(this.#member(this.#next(this.#members.length)), note);
  }

  #member(index: number): Member {
    return this.#members[index] as Member; // there are more of them than groups
  }

  #start(work: Promise<unknown>): void {
    const watched = work.catch((error) => this.#ledger.refuse(error));
    this.#pending.add(watched);
    void watched.then(() => this.#pending.delete(watched));
  }
}
