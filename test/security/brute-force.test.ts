/** S6 through everything: ten thousand tries to guess a device's secret, from one address and from a hundred. */
import { describe, expect, test } from "vitest";
import { DEFAULT_ATTEMPT_SETTINGS } from "../../src/gateway/attempts.ts";
import { DEFAULT_GATEWAY_SETTINGS } from "../../src/gateway/gateway.ts";
import { Dice } from "../fuzz/permission-cases.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { ask, Room } from "./room.ts";
import { CHALLENGED, everyMethod, extraOf, hello, TICKET, type Who } from "./sign-in.ts";

const TRIES = 10_000;
const MINUTE = 60_000;
const EVALUATED = "the name or the secret is wrong, or holds no longer";
const LIMITED =
  /^the limit of failed sign-ins a minute of one (?:name at one address is 10|address is 100): try again in \d+ s$/;
const HOME = { address: "198.51.100.200" };

interface Guess {
  readonly authid: string;
  readonly address: string;
  readonly at: number;
}

class Attack {
  readonly room = new Room(everyMethod({ authFailures: {} }));
  readonly evaluated: Guess[] = [];
  /** What was told, but for the two texts that should be. */
  readonly others: unknown[] = [];
  tries = 0;

  /** So many at once from one address: all HELLOs, then all answers. */
  async guess(who: Who, address: string, count: number): Promise<void> {
    const clients = Array.from({ length: count }, () => this.room.open({ origin: { address } }));
    const waiting: Client[] = [];
    for (const client of clients) {
      const { heard } = await hello(client, who);
      if (heard[0] === 4) waiting.push(client);
      else this.#note(who, address, heard);
    }
    for (const [n, client] of waiting.entries()) client.say(5, `guess ${this.tries + n}`, {});
    for (const client of waiting) {
      await client.busy;
      this.#note(who, address, (client.heard() as Wire[])[0] ?? []);
    }
    this.room.clients.length = 0;
  }

  /** The device itself, from elsewhere. */
  async comesHome(who: Who): Promise<unknown> {
    const client = this.room.open({ origin: HOME });
    const { heard, extra } = await hello(client, who);
    const [welcome] = await ask(client, 5, ...who.answer(extraOf(heard), extra));
    client.vanish();
    return welcome?.[0];
  }

  #note({ authid }: Who, address: string, answer: Wire): void {
    this.tries++;
    const { message } = (answer[1] ?? {}) as { message?: string };
    if (message?.startsWith(EVALUATED)) this.evaluated.push({ authid, address, at: this.room.clock });
    else if (answer[0] !== 3 || !LIMITED.test(message ?? "")) this.others.push(answer);
  }
}

/** The most guesses of one key within any one minute. */
function densest(guesses: readonly Guess[], key: (guess: Guess) => string): number {
  const grouped = Map.groupBy(guesses, key);
  let most = 0;
  for (const times of grouped.values()) {
    for (const [first, { at }] of times.entries()) {
      const until = times.findIndex((other, place) => place >= first && other.at >= at + MINUTE);
      most = Math.max(most, (until < 0 ? times.length : until) - first);
    }
  }
  return most;
}

const ofName = ({ authid, address }: Guess) => `${address} ${authid}`;
const ofAddress = ({ address }: Guess) => address;
/** Whose secrets can be guessed in one step: those with a nonce of their own need a valid answer first. */
const GUESSED = [TICKET, ...CHALLENGED.filter(({ authid }) => authid === "cra")];

describe.each(GUESSED)("S6 ten thousand tries as $authid", (who) => {
  test.each([1, 100])(
    "from %i addresses: ten a minute and address are looked at",
    { timeout: 600_000 },
    async (addresses) => {
      const attack = new Attack();
      const dice = new Dice(addresses);
      const home: unknown[] = [];
      for (let burst = 0; attack.tries < TRIES; burst++) {
        const address = `192.0.2.${dice.under(addresses)}`;
        await attack.guess(who, address, 1 + dice.under(40));
        attack.room.pass(dice.under(2_000));
        if (burst % 50 === 10) attack.room.sleep();
        if (burst % 50 === 20) home.push(await attack.comesHome(who));
      }
      expect(attack.others).toEqual([]);
      expect(densest(attack.evaluated, ofName)).toBe(10);
      expect(attack.evaluated.length).toBeLessThan(attack.tries);
      expect(home.length).toBeGreaterThan(5);
      expect(new Set(home)).toEqual(new Set([2]));
      expect(attack.room.rows()).toMatchObject({ sessions: 0 });
    },
  );
});

test("S6 a thousand names from one address: a hundred a minute are looked at", {
  timeout: 600_000,
}, async () => {
  const attack = new Attack();
  for (let n = 0; attack.tries < TRIES; n++) {
    await attack.guess({ ...TICKET, authid: `device${n % 1_000}` }, "192.0.2.1", 20);
    attack.room.pass(500);
    if (n % 100 === 10) attack.room.sleep();
  }
  expect(attack.others).toEqual([]);
  expect(densest(attack.evaluated, ofAddress)).toBe(100);
  expect(densest(attack.evaluated, ofName)).toBeLessThanOrEqual(10);
  expect(await attack.comesHome(TICKET)).toBe(2);
});

test("S6 what is remembered of ten thousand strangers is bounded, and forgets nobody who still guesses", async () => {
  const attack = new Attack();
  for (let n = 0; n < 300; n++) {
    await attack.guess({ ...TICKET, authid: `stranger${n}` }, `203.0.113.${n % 250}/${n}`, 1);
    if (n % 30 === 0) await attack.guess(TICKET, "192.0.2.1", 1);
  }
  expect(attack.room.attempts.rows.size).toBeLessThanOrEqual(DEFAULT_ATTEMPT_SETTINGS.keys);
  attack.room.pass(MINUTE);
  await attack.guess(TICKET, "192.0.2.9", 100);
  expect(densest(attack.evaluated, ofName)).toBe(10);
});

test("S6 a name that does not exist is counted like one that does, in the same words", async () => {
  const told = [];
  for (const authid of ["ticket", "nobody"]) {
    const attack = new Attack();
    const texts: unknown[] = [];
    for (let n = 0; n < 12; n++) {
      const client = attack.room.open({ origin: { address: "192.0.2.1" } });
      const { heard } = await hello(client, { ...TICKET, authid });
      texts.push(heard[0] === 4 ? (await ask(client, 5, "wrong", {}))[0] : heard);
    }
    told.push(texts);
  }
  expect(told[0]).toEqual(told[1]);
});

test("S6 patience and guessing do not add up: who only takes challenges takes nothing from the device", async () => {
  const attack = new Attack();
  for (let n = 0; n < 500; n++) await hello(attack.room.open({ origin: HOME }), TICKET);
  attack.room.pass(DEFAULT_GATEWAY_SETTINGS.patience);
  expect(await attack.comesHome(TICKET)).toBe(2);
  const stranger = attack.room.open({ origin: HOME });
  expect((await ask(stranger, 1, "realm1", ROLES))[0]?.[2]).toBe("wamp.error.authentication_required");
});
