/**
 * Part of R10: clients that stop reading while many very small events come. The runtime keeps something for every frame that
 * waits, besides its octets, and a bound on octets alone would let it grow to many times of that.
 */
import { Client } from "../client.ts";
import { pause } from "../pace.ts";
import { plateauOf } from "../plateau.ts";
import type { Router } from "../router.ts";

const TOPIC = "com.small";
const SMALL = "x".repeat(10);
/** Publications of which only the last is acknowledged. */
const TURN = 200;
/** Publications between two looks at the memory. */
const LOOK = 10 * TURN;
/** About as many as are published until the last stalled one is dropped. */
const ROUND = 50_000;
/** What the system buffers for so many sockets is some MB each, of events of some fifty octets. */
const MOST = 400_000;

export class StalledBySmall {
  readonly #router: Router;
  /** How many stop reading each time. */
  readonly #count: number;
  readonly #publisher: Client;
  /** Sessions that have left. */
  #left = 0;
  published = 0;
  /** Of the stalled ones, those that were not dropped in the end. */
  stayed = 0;

  private constructor(router: Router, count: number, publisher: Client) {
    this.#router = router;
    this.#count = count;
    this.#publisher = publisher;
  }

  static async join(router: Router, count: number): Promise<StalledBySmall> {
    const scene = new StalledBySmall(router, count, await Client.join(router.port));
    const watcher = await Client.join(router.port);
    watcher.onMessage = ([type]) => {
      if (type === 36) scene.#left++;
    };
    await watcher.must(32, {}, "wamp.session.on_leave");
    return scene;
  }

  /** @returns for each time, how many octets more than in as long a time before it the router took at most */
  async growths(times: number): Promise<readonly number[]> {
    const readers = await this.#subscribers();
    await plateauOf(() => this.#publishRound());
    for (const client of readers) client.cut();
    const growths: number[] = [];
    for (let n = 0; n < times; n++) {
      const stalled = await this.#subscribers();
      const usually = await this.#publishRound();
      await pause(500);
      for (const { socket } of stalled) socket.pause();
      growths.push((await this.#publishUntilDropped()) - usually);
      for (const client of stalled) client.cut();
    }
    return growths;
  }

  #subscribers(): Promise<readonly Client[]> {
    return Promise.all(
      Array.from({ length: this.#count }, async () => {
        const client = await Client.join(this.#router.port);
        await client.must(32, {}, TOPIC);
        return client;
      }),
    );
  }

  async #publishTurn(): Promise<void> {
    const publisher = this.#publisher;
    for (let n = 1; n < TURN; n++) publisher.send([16, publisher.id(), {}, TOPIC, [SMALL]]);
    await publisher.must(16, { acknowledge: true }, TOPIC, [SMALL]);
    this.published += TURN;
  }

  /** @returns the most memory meanwhile */
  async #publishRound(): Promise<number> {
    let most = 0;
    for (let n = TURN; n <= ROUND; n += TURN) {
      await this.#publishTurn();
      if (n % LOOK === 0) most = Math.max(most, await this.#router.server.residentBytes());
    }
    return most;
  }

  /** @returns the most memory until the last of the stalled is dropped */
  async #publishUntilDropped(): Promise<number> {
    const gone = this.#left + this.#count;
    let most = 0;
    for (let n = TURN; this.#left < gone && n <= MOST; n += TURN) {
      await this.#publishTurn();
      if (n % LOOK === 0) most = Math.max(most, await this.#router.server.residentBytes());
    }
    this.stayed += gone - this.#left;
    return Math.max(most, await this.#router.server.residentBytes());
  }
}
