/**
 * How fast somebody may speak: a bucket of tokens that fills steadily, and each message takes one. Who is over the rate is
 * told; who goes on all the same ends. No single message is ever dropped without a word.
 */
import { LIMIT_EXCEEDED } from "../router/limits.ts";
import { Refusal } from "../wamp/error.ts";

export interface Rate {
  readonly perSecond: number;
  /** How many may come at once. */
  readonly burst: number;
}

/** What being told that one is over the rate takes, in tokens: whoever only asks and asks ends too. */
const TOLD = 0.1;
/** Sums of tenths and thousandths are not exact. */
const ALMOST = 1e-6;
/** RFC 6455 section 7.4.1. */
const POLICY = 1008;

export class Bucket {
  /** Whose rate it is, as in "one session". */
  readonly #whose: string;
  readonly #rate: Rate;
  #tokens: number;
  /** When `#tokens` was right, in milliseconds since 1970. */
  #at: number;

  constructor(whose: string, rate: Rate, now: number) {
    this.#whose = whose;
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Milliseconds until a message may come; 0: it may come now. */
  wait(now: number): number {
    const { perSecond, burst } = this.#rate;
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(burst, this.#tokens + (passed * perSecond) / 1_000);
    this.#at = now;
    const missing = 1 - this.#tokens;
    return missing < ALMOST ? 0 : Math.ceil((missing * 1_000) / perSecond);
  }

  /** Nothing is known of whoever has taken nothing. */
  isFull(now: number): boolean {
    this.wait(now);
    return this.#tokens >= this.#rate.burst;
  }

  /** @throws Refusal where the debt is larger than the burst */
  draw(tokens: number): void {
    this.#tokens -= tokens;
    if (this.#tokens >= -this.#rate.burst) return;
    throw new Refusal(LIMIT_EXCEEDED, `${this.#limit}, and messages kept coming: send fewer`, POLICY);
  }

  /** What whoever is over the rate is told. It costs a little itself. @throws Refusal as `draw` */
  refusal(now: number): string {
    this.draw(TOLD);
    return `${this.#limit}: try again in ${this.wait(now)} ms`;
  }

  get #limit(): string {
    const { perSecond, burst } = this.#rate;
    return `the limit of messages a second of ${this.#whose} is ${perSecond}, ${burst} at once`;
  }
}

export interface RateSettings {
  readonly now: () => number;
  /** Of all sessions of the realm together; undefined: no limit. */
  readonly realm: Rate | undefined;
  readonly ofRole: (authrole: string) => RoleRates | undefined;
}

export interface RoleRates {
  /** Of one session. */
  readonly rate?: Rate;
  /** Of all sessions of one authid together. */
  readonly ratePerAuthid?: Rate;
}

/** Below this many authids none are looked for that could be forgotten. */
const FEW = 64;

/** The rates of a realm's sessions. What somebody has used up is forgotten by sleep, which lasts longer. */
export class Rates {
  readonly #settings: RateSettings;
  readonly #realm: Bucket | undefined;
  /** authid to its bucket; those that are full may be forgotten. */
  readonly #byAuthid = new Map<string, Bucket>();
  #most = FEW;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#realm = settings.realm && new Bucket("the realm", settings.realm, settings.now());
  }

  /**
   * What a session's messages are held against; undefined: nothing. `earlier` is what an earlier session on the same
   * socket was held against: saying HELLO again does not fill its bucket.
   */
  meter({ authid, authrole }: { authid: string; authrole: string }, earlier?: Meter): Meter | undefined {
    const { rate, ratePerAuthid } = this.#settings.ofRole(authrole) ?? {};
    if (!rate && !ratePerAuthid && !this.#realm) return undefined;
    const kept = earlier?.rate === rate ? earlier?.own : undefined;
    const own = kept ?? (rate && new Bucket("one session", rate, this.#settings.now()));
    return { rate, own, authid, perAuthid: ratePerAuthid };
  }

  /**
   * One message comes. Returns why it is refused; undefined: it is served. A message that nobody answers is served on
   * credit. @throws Refusal where the credit is used up: the session ends
   */
  take({ own, authid, perAuthid }: Meter, isAnswered: boolean): string | undefined {
    const now = this.#settings.now();
    const shared = perAuthid && this.#bucketOf(authid, perAuthid, now);
    const buckets = [own, shared, this.#realm].filter((each) => each !== undefined);
    const empty = buckets.filter((bucket) => bucket.wait(now) > 0);
    if (isAnswered && empty[0]) return empty[0].refusal(now);
    for (const bucket of buckets) bucket.draw(1);
    return undefined;
  }

  #bucketOf(authid: string, rate: Rate, now: number): Bucket {
    const known = this.#byAuthid.get(authid);
    if (known) return known;
    if (this.#byAuthid.size >= this.#most) this.#forget(now);
    const bucket = new Bucket("one authid", rate, now);
    this.#byAuthid.set(authid, bucket);
    return bucket;
  }

  #forget(now: number): void {
    for (const [authid, bucket] of this.#byAuthid) if (bucket.isFull(now)) this.#byAuthid.delete(authid);
    this.#most = Math.max(FEW, 2 * this.#byAuthid.size);
  }
}

export interface Meter {
  readonly rate: Rate | undefined;
  readonly own: Bucket | undefined;
  readonly authid: string;
  readonly perAuthid: Rate | undefined;
}
