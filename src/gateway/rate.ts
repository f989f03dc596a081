/**
 * How fast somebody may speak: a bucket of tokens that fills steadily, and each message takes one. Who is over the rate is
 * told; who goes on all the same ends. No single message is ever dropped without a word, and nobody ends for what others say.
 */
import { LIMIT_EXCEEDED } from "../router/limits.ts";
import { Refusal } from "../wamp/error.ts";
import { Credits } from "./credits.ts";

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

  /** A debt is never larger than the burst: it has to be paid back. Returns whether it was to be. */
  draw(tokens: number): boolean {
    const { burst } = this.#rate;
    this.#tokens -= tokens;
    if (this.#tokens >= -burst) return true;
    this.#tokens = -burst;
    return false;
  }

  /** What whoever is over the rate is told. */
  refusal(now: number): string {
    return `${this.#limit}: try again in ${this.wait(now)} ms`;
  }

  /** What ends whoever goes on all the same. */
  end(): Refusal {
    return new Refusal(LIMIT_EXCEEDED, `${this.#limit}, and messages kept coming: send fewer`, POLICY);
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

/** A bucket of several sessions, and what each of them was served while it was empty. */
interface Shared {
  readonly bucket: Bucket;
  readonly credits: Credits;
}

/** Below this many authids none are looked for that could be forgotten. */
const FEW = 64;

/** The rates of a realm's sessions. What somebody has used up is forgotten by sleep, which lasts longer. */
export class Rates {
  readonly #settings: RateSettings;
  readonly #realm: Shared | undefined;
  /** authid to its bucket; those that are full may be forgotten. */
  readonly #byAuthid = new Map<string, Shared>();
  #most = FEW;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#realm = settings.realm && this.#share("the realm", settings.realm);
  }

  /**
   * What a session's messages are held against; undefined: nothing. `earlier` is what an earlier session on the same
   * socket was held against: saying HELLO again does not fill its bucket.
   */
  meter({ authid, authrole }: { authid: string; authrole: string }, earlier?: Meter): Meter | undefined {
    const { rate, ratePerAuthid } = this.#settings.ofRole(authrole) ?? {};
    if (!rate && !ratePerAuthid && !this.#realm && !earlier) return undefined;
    const owns = earlier?.owns ?? new Map<Rate, Bucket>();
    const own = rate && (owns.get(rate) ?? new Bucket("one session", rate, this.#settings.now()));
    if (rate && own) owns.set(rate, own);
    return { who: earlier?.who ?? {}, owns, own, authid, perAuthid: ratePerAuthid };
  }

  /**
   * One message comes. Returns why it is refused; undefined: it is served. A message that nobody answers is served on
   * credit. @throws Refusal where the session's own credit is used up: it ends
   */
  take({ who, own, authid, perAuthid }: Meter, isAnswered: boolean): string | undefined {
    const now = this.#settings.now();
    const ofAuthid = perAuthid && this.#sharedOf(authid, perAuthid, now);
    if (own && own.wait(now) > 0) {
      if (!own.draw(isAnswered ? TOLD : 1)) throw own.end();
      if (isAnswered) return own.refusal(now);
    } else if (own && !isAnswered) own.draw(1);
    const shared = [ofAuthid, this.#realm].filter((each) => each !== undefined);
    for (const { bucket, credits } of shared) {
      if (bucket.wait(now) === 0) continue;
      // Others may have emptied it: a session answers only for what it was itself given.
      if (!credits.grant(who, isAnswered ? TOLD : 1, now)) throw bucket.end();
      if (!isAnswered) continue;
      own?.draw(TOLD);
      return bucket.refusal(now);
    }
    if (isAnswered) own?.draw(1);
    for (const { bucket } of shared) bucket.draw(1);
    return undefined;
  }

  /** A session begins again on a socket where an earlier one ended. @throws Refusal where the socket is over its rate */
  again({ own }: Meter): void {
    if (!own) return;
    const now = this.#settings.now();
    if (own.wait(now) > 0) throw new Refusal(LIMIT_EXCEEDED, own.refusal(now), POLICY);
    own.draw(1);
  }

  /** A session says GOODBYE, which is always served. */
  leave({ own }: Meter): void {
    own?.wait(this.#settings.now());
    own?.draw(1);
  }

  #sharedOf(authid: string, rate: Rate, now: number): Shared {
    const known = this.#byAuthid.get(authid);
    if (known) return known;
    if (this.#byAuthid.size >= this.#most) this.#forget(now);
    const shared = this.#share("one authid", rate);
    this.#byAuthid.set(authid, shared);
    return shared;
  }

  #share(whose: string, rate: Rate): Shared {
    const now = this.#settings.now();
    return { bucket: new Bucket(whose, rate, now), credits: new Credits(rate, now) };
  }

  #forget(now: number): void {
    for (const [authid, { bucket }] of this.#byAuthid) if (bucket.isFull(now)) this.#byAuthid.delete(authid);
    this.#most = Math.max(FEW, 2 * this.#byAuthid.size);
  }
}

export interface Meter {
  /** Stands for the session, and for the next one on the same socket. */
  readonly who: object;
  /** Every bucket that this socket's sessions had by themselves. */
  readonly owns: Map<Rate, Bucket>;
  readonly own: Bucket | undefined;
  readonly authid: string;
  readonly perAuthid: Rate | undefined;
}
