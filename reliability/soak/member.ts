/** One who stays for the whole soak run: hears the news of its group, answers calls, and some publish or hear more. */
import { Client, CODECS } from "../client.ts";
import { Ear, type Ledger } from "./ledger.ts";

export const GROUPS = 100;
export const WILL = "com.will";
/** A procedure that answers when it is told to. */
export const LONG = "com.long";
/** Members who hear all groups by a pattern. */
const OVERHEARING = 4;

export const groupTopic = (group: number) => `com.group.g${group}`;
export const keptTopic = (group: number) => `com.kept.g${group}`;
export const memberProcedure = (index: number) => `com.member.n${index}`;

export class Member {
  readonly client: Client;
  readonly index: number;
  /** The long call that it has not answered. */
  pending: unknown;
  readonly #ear: Ear;
  readonly #ledger: Ledger;
  #group: unknown;
  #all: unknown;

  private constructor(client: Client, index: number, ledger: Ledger) {
    this.client = client;
    this.index = index;
    this.#ear = new Ear(ledger);
    this.#ledger = ledger;
  }

  static async join(port: number, index: number, ledger: Ledger): Promise<Member> {
    const client = await Client.join(port, { codec: CODECS[index % CODECS.length] ?? "json" });
    const member = new Member(client, index, ledger);
    client.onMessage = (message) => member.#hear(message);
    member.#group = (await client.must(32, {}, groupTopic(index % GROUPS)))[2];
    if (index < OVERHEARING) {
      const match = index % 2 === 0 ? "prefix" : "wildcard"; // as either, it matches the topics of all groups
      member.#all = (await client.must(32, { match }, "com.group."))[2];
    }
    if (index === 0) await client.must(32, {}, WILL);
    if (index === 1) await client.must(64, {}, LONG);
    await client.must(64, {}, memberProcedure(index));
    return member;
  }

  /** The member that publishes to its group: the first one of it. */
  get isPublisher(): boolean {
    return this.index < GROUPS;
  }

  /** How many events it still has to hear; a publisher does not hear itself by the topic. */
  get owed(): number {
    const { published } = this.#ledger;
    const missing = (subscription: unknown, group: number) =>
      (published.get(groupTopic(group)) ?? 0) - this.#ear.last(subscription, groupTopic(group));
    let owed = this.isPublisher ? 0 : missing(this.#group, this.index % GROUPS);
    if (this.#all === undefined) return owed;
    for (let group = 0; group < GROUPS; group++) if (group !== this.index) owed += missing(this.#all, group);
    return owed;
  }

  /** Calls, and sees whether the answer is the right one. */
  async call(procedure: string, callee: number, note: number): Promise<boolean> {
    this.#ledger.calls++;
    const answer = await this.client.ask(48, {}, procedure, [note]);
    const [, , , args] = answer;
    return answer[0] === 50 && JSON.stringify(args) === JSON.stringify([callee, note]);
  }

  #hear([type, first, , , args]: readonly unknown[]): void {
    if (type === 36) {
      const [topic, number] = args as [string, number]; // as the publishers send them
      if (topic === WILL) this.#ledger.execute(number);
      else this.#ear.hear(first, topic, number);
    } else if (type === 68) {
      const [note, isLong] = args as [unknown, boolean?];
      if (isLong === true) this.pending = first;
      else this.client.send([70, first, {}, [this.index, note]]);
    }
  }
}
