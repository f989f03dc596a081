/** One who comes, subscribes, registers, perhaps leaves a testament, and is gone again within half a minute. */
import { Client, CODECS } from "../client.ts";
import { Ear, type Ledger } from "./ledger.ts";
import { GROUPS, groupTopic, keptTopic, type Member, WILL } from "./member.ts";

export class Newcomer {
  readonly number: number;
  readonly client: Client;
  readonly procedure: string;
  /** Its time is over: calls to it may fail from now on. */
  isLeaving = false;
  readonly #ledger: Ledger;

  private constructor(client: Client, number: number, ledger: Ledger) {
    this.client = client;
    this.number = number;
    this.procedure = `com.new.n${number}`;
    this.#ledger = ledger;
  }

  static async join(port: number, number: number, ledger: Ledger): Promise<Newcomer> {
    const client = await Client.join(port, { codec: CODECS[number % CODECS.length] ?? "json" });
    const newcomer = new Newcomer(client, number, ledger);
    try {
      await newcomer.#settle();
      return newcomer;
    } catch (error) {
      client.cut();
      throw error;
    }
  }

  /** Subscribes, registers, and every second one leaves a testament. */
  async #settle(): Promise<void> {
    const { client, number } = this;
    const ledger = this.#ledger;
    const group = number % GROUPS;
    const ear = new Ear(ledger);
    let first: number | undefined;
    client.onMessage = ([type, id, , , args]) => {
      if (type === 68) client.send([70, id, {}, [number, (args as unknown[])[0]]]);
      if (type !== 36) return;
      const [topic, count] = args as [string, number]; // as the members send them
      if (topic === keptTopic(group)) first ??= count;
      ear.hear(id, topic, count);
    };
    const least = ledger.retained.get(keptTopic(group)) ?? 0;
    await client.must(32, { get_retained: true }, keptTopic(group));
    await client.must(32, {}, groupTopic(group));
    await client.must(64, {}, this.procedure);
    // What is retained came right after SUBSCRIBED, so before the answers that followed it.
    if (least > 0 && (first === undefined || first < least)) ledger.faults["retained events missing"]++;
    if (number % 2 === 0) {
      await client.must(48, {}, "wamp.session.add_testament", [WILL, [WILL, number], {}]);
      ledger.wills.add(number);
    }
    ledger.joined++;
  }

  /** A member calls it. While it is leaving an ERROR is right too. */
  async beCalled(by: Member, note: number): Promise<void> {
    const isRight = await by.call(this.procedure, this.number, note);
    if (!isRight && !this.isLeaving) this.#ledger.faults["calls unanswered or wrong"]++;
  }

  /** One third says GOODBYE, one third closes, one third is cut off. */
  async leave(): Promise<void> {
    this.isLeaving = true;
    if (this.number % 3 === 0) await this.#sayGoodbye();
    else if (this.number % 3 === 1) void this.client.close();
    else this.client.cut();
    await this.client.closed;
  }

  async #sayGoodbye(): Promise<void> {
    const { client } = this;
    const hear = client.onMessage;
    const reply = new Promise<void>((resolve) => {
      client.onMessage = (message) => (message[0] === 6 ? resolve() : hear(message));
    });
    client.send([6, {}, "wamp.close.close_realm"]);
    await reply;
    void client.close();
  }
}
