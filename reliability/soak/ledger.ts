/**
 * What a soak run has promised, and what went wrong of it. Every topic has one publisher, who counts; whoever subscribes
 * hears the numbers one after the other from the first that reaches it on.
 */

export class Ledger {
  readonly faults = {
    lost: 0,
    duplicated: 0,
    "out of order": 0,
    "calls unanswered or wrong": 0,
    "retained events missing": 0,
    "testaments lost": 0,
    "testaments twice": 0,
    "refused or cut": 0,
    "did not sleep": 0,
  };
  /** Topic to the last number published on it. */
  readonly published = new Map<string, number>();
  /** Topic to the last number of a retained event that was acknowledged. */
  readonly retained = new Map<string, number>();
  /** Numbers of the newcomers whose testament somebody must hear. */
  readonly wills = new Set<number>();
  readonly executed = new Set<number>();
  publications = 0;
  heard = 0;
  calls = 0;
  joined = 0;

  /** Somebody could not join, or what it asked failed. The first few say why. */
  refuse(why: unknown): void {
    this.faults["refused or cut"]++;
    if (this.faults["refused or cut"] <= 5) console.log(`       refused: ${why}`);
  }

  /** The next number of a topic. */
  next(topic: string): number {
    const number = (this.published.get(topic) ?? 0) + 1;
    this.published.set(topic, number);
    this.publications++;
    return number;
  }

  execute(number: number): void {
    if (this.executed.has(number)) this.faults["testaments twice"]++;
    this.executed.add(number);
  }
}

/** What came to one client by each of its subscriptions. */
export class Ear {
  readonly #ledger: Ledger;
  /** Subscription and topic to the last number heard. */
  readonly #last = new Map<string, number>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  hear(subscription: unknown, topic: string, number: number): void {
    const key = `${subscription} ${topic}`;
    const last = this.#last.get(key);
    this.#ledger.heard++;
    if (last === number) this.#ledger.faults.duplicated++;
    else if (last !== undefined && number < last) this.#ledger.faults["out of order"]++;
    else if (last !== undefined && number > last + 1) this.#ledger.faults.lost += number - last - 1;
    this.#last.set(key, number);
  }

  last(subscription: unknown, topic: string): number {
    return this.#last.get(`${subscription} ${topic}`) ?? 0;
  }
}
