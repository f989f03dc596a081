/**
 * S2 and S3 through everything: nobody gets in by a weaker way than its own, and no answer counts twice, whatever became of
 * the connection that it was made for. FULL=1 takes 10,000 replays.
 */
import { describe, expect, test } from "vitest";
import { Dice } from "../fuzz/permission-cases.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { ask, Room } from "./room.ts";
import { CHALLENGED, everyMethod, extraOf, hello, SECRETS, TICKET, type Who } from "./sign-in.ts";

const REPLAYS = process.env.FULL === "1" ? 10_000 : 2_000;
const EVERYBODY = [TICKET, ...CHALLENGED];
const DENIED = [
  3,
  {
    message:
      "the name or the secret is wrong, or holds no longer: sign in with what this realm's administrator gave you",
  },
  "wamp.error.authentication_denied",
];

async function signIn(room: Room, who: Who, more: object = {}) {
  const client = room.open();
  const { heard, extra } = await hello(client, who, more);
  const given = who.answer(extraOf(heard), extra);
  const [welcome] = await ask(client, 5, ...given);
  return { client, given, welcome, extra };
}

test("S1 everybody signs in by its own method", async () => {
  const room = new Room(everyMethod());
  for (const who of EVERYBODY) {
    const { welcome } = await signIn(room, who);
    expect(welcome).toMatchObject([2, expect.any(Number), { authid: who.authid, authrole: "device" }]);
  }
});

describe("S3 an answer counts once:", () => {
  /** Sends what was captured. @returns what came of it, and the client, where there is something to send it to */
  type Replay = (room: Room, captured: Captured) => Promise<readonly Wire[]>;
  interface Captured {
    readonly who: Who;
    readonly client: Client;
    readonly given: readonly unknown[];
    readonly extra: object;
  }
  const again = async (client: Client, { who, given, extra }: Captured) => {
    const { heard } = await hello(client, who, { authextra: extra });
    expect(heard[0]).toBe(4);
    return ask(client, 5, ...given);
  };
  const WAYS: Readonly<Record<string, Replay>> = {
    "on the same socket, after GOODBYE": async (_, captured) => {
      const { client } = captured;
      await ask(client, 6, {}, "wamp.close.close_realm");
      return again(client, captured);
    },
    "on the same socket, at once": async (_, { client, given }) => ask(client, 5, ...given),
    "on another socket": (room, captured) => again(room.open(), captured),
    "on another socket, without a challenge": (room, { given }) => ask(room.open(), 5, ...given),
    "after sleep": async (room, captured) => {
      room.sleep();
      return again(room.open(), captured);
    },
    "on a socket that sleep found waiting": async (room, captured) => {
      const client = room.open();
      await hello(client, captured.who, { authextra: captured.extra });
      const { clock } = room;
      room.clock -= 5_000;
      room.sleep();
      room.clock = clock;
      return ask(client, 5, ...captured.given);
    },
    "in another realm": (_, captured) => again(new Room(everyMethod()).open(), captured),
    "by somebody else": async (room, captured) => {
      const client = room.open();
      const { heard } = await hello(client, captured.who, { authid: "salted", authextra: captured.extra });
      expect(heard[0]).toBe(4);
      return ask(client, 5, ...captured.given);
    },
  };

  test("no replay is accepted", { timeout: 600_000 }, async () => {
    const ways = Object.entries(WAYS);
    const accepted: unknown[] = [];
    let room = new Room(everyMethod());
    for (let n = 0; n < REPLAYS; n++) {
      if (n % 100 === 0) room = new Room(everyMethod());
      const who = CHALLENGED[Math.floor(n / ways.length) % CHALLENGED.length] ?? TICKET;
      const [way, replay] = ways[n % ways.length] ?? [];
      if (who.authid === "key" && way === "by somebody else") continue; // a key says by itself whose it is
      const { client, welcome, given, extra } = await signIn(room, who);
      expect(welcome?.[0]).toBe(2);
      const before = room.gateway.sessions().length;
      const heard = await replay?.(room, { who, client, given, extra });
      const ended = room.gateway.sessions().length > before || heard?.some(([type]) => type !== 3);
      if (ended || heard?.length !== 1) accepted.push([who.authid, way, heard]);
    }
    expect(accepted).toEqual([]);
  });

  test("nor in another realm at the same moment for a session of the same id", async () => {
    for (const who of CHALLENGED) {
      const [here, there] = [new Room(everyMethod()), new Room(everyMethod())];
      const { given, extra, welcome } = await signIn(here, who);
      const client = there.open();
      await hello(client, who, { authextra: extra });
      expect([here.clock, here.idsGiven]).toEqual([there.clock, there.idsGiven]);
      expect(welcome?.[0]).toBe(2);
      expect((await ask(client, 5, ...given)).map(([type]) => type)).toEqual([3]);
    }
  });

  test("a challenge that was met in vain is met no more", async () => {
    for (const who of CHALLENGED) {
      const room = new Room(everyMethod());
      const client = room.open();
      const { heard, extra } = await hello(client, who);
      const [signature, more] = who.answer(extraOf(heard), extra);
      expect(await ask(client, 5, flipped(signature), more)).toEqual([DENIED]);
      expect(await ask(client, 5, signature, more)).toEqual([]);
      expect(room.gateway.sessions()).toEqual([]);
    }
  });

  test("a challenge survives sleep, and is still met once only", async () => {
    for (const who of CHALLENGED) {
      const room = new Room(everyMethod());
      const client = room.open();
      const { heard, extra } = await hello(client, who);
      const { clock } = room;
      room.clock -= 5_000;
      room.sleep();
      room.clock = clock;
      const given = who.answer(extraOf(heard), extra);
      expect((await ask(client, 5, ...given))[0]?.[0]).toBe(2);
      expect((await ask(client, 5, ...given))[0]?.[2]).toBe("wamp.error.protocol_violation");
    }
  });
});

describe("S2 nobody gets in by a weaker way than its own:", () => {
  const METHODS = ["anonymous", "ticket", "wampcra", "wamp-scram", "cryptosign", "scram", "tls", "none", ""];
  /** What somebody could show who knows all secrets but the one that it takes. */
  const SHOWN = [...Object.values(SECRETS), "", "anonymous", "null", "undefined"];

  test("by any list of methods, whatever is shown", { timeout: 600_000 }, async () => {
    const dice = new Dice(2);
    const room = new Room(everyMethod());
    let tried = 0;
    for (let n = 0; n < 1_000; n++) {
      const who = dice.one(CHALLENGED);
      const client = room.open();
      // Neither its own method nor the real name of anybody else.
      const others = METHODS.filter((method) => method !== who.method);
      const offered = Array.from({ length: 1 + dice.under(4) }, () => dice.one(others));
      const { heard } = await hello(client, who, { authmethods: offered });
      if (heard[0] === 3) {
        const reasons = ["authentication_required", "no_matching_auth_method", "authentication_failed"];
        expect(reasons.map((reason) => `wamp.error.${reason}`)).toContain(heard[2]);
        tried++;
        continue;
      }
      const [, method, extra] = heard as [number, string, Record<string, unknown>];
      expect(offered).toContain(method);
      const signer = EVERYBODY.find((each) => each.method === method);
      const right = signer?.answer({ ...extra, nonce: extra.nonce ?? "" }, {}) ?? ["", {}];
      const [signature, more] = dice.chance(50) ? right : [dice.one(SHOWN), right[1]];
      const [answer] = await ask(client, 5, signature, more);
      if (answer?.[0] === 2) {
        // A key says by itself whose it is: whoever holds it is who it is, and nobody else.
        expect(answer[2]).toMatchObject({ authid: signer?.authid });
        expect(signer?.authid).not.toBe(who.authid);
        expect(method).toBe("cryptosign");
      }
      tried++;
    }
    expect(tried).toBe(1_000);
    expect(room.gateway.sessions().filter(({ authid }) => authid !== "key")).toEqual([]);
  });

  test("where the realm admits anonymous sessions, a failed sign-in does not become one", async () => {
    const room = new Room(everyMethod({ anonymous: "everybody" }));
    for (const who of EVERYBODY) {
      for (const authmethods of [
        [who.method],
        [who.method, "anonymous"],
        ["nonsense", who.method, "anonymous"],
      ]) {
        const client = room.open();
        const { heard, extra } = await hello(client, who, { authmethods });
        const [signature, more] = who.answer(extraOf(heard), extra);
        expect(await ask(client, 5, flipped(signature), more)).toEqual([DENIED]);
        expect(client.peer.closed?.code).toBe(1000);
        expect(await ask(client, 1, "realm1", ROLES)).toEqual([]);
      }
      const client = room.open();
      await hello(client, who);
      // In place of an answer, a HELLO that asks for less.
      const [answer] = await ask(client, 1, "realm1", { ...ROLES, authmethods: ["anonymous"] });
      expect(answer?.[2]).toBe("wamp.error.protocol_violation");
    }
    expect(room.gateway.sessions()).toEqual([]);
  });

  test("whoever signs in anonymously under a device's name has none of it", async () => {
    const room = new Room(everyMethod({ anonymous: "everybody" }));
    for (const { authid } of EVERYBODY) {
      const client = room.open();
      const details = { ...ROLES, authmethods: ["anonymous"], authid, authrole: "device" };
      const [welcome] = await ask(client, 1, "realm1", details);
      expect(welcome).toMatchObject([2, client.session, { authrole: "anonymous", authmethod: "anonymous" }]);
      expect(welcome?.[2]).toMatchObject({ authid: expect.stringMatching(/^anonymous-/) });
    }
  });

  const WEAKER = [
    { iterations: 1, keylen: 16, salt: "" },
    { kdf: "none", iterations: 1, memory: 0, salt: "AAAA" },
    { kdf: "plain", cost: 0, hash: "md5" },
    { challenge: "0".repeat(64), channel_binding: null },
    { minimum: true, legacy: true, downgrade: ["ticket"] },
  ];

  test.each(CHALLENGED)("$authid asks for a weaker challenge and gets its own", async (who) => {
    const room = new Room(everyMethod());
    const usual = extraOf((await hello(room.open(), who)).heard);
    for (const weaker of WEAKER) {
      const extra = who.authextra();
      const { heard } = await hello(room.open(), who, { authextra: { ...weaker, ...extra }, ...weaker });
      const { challenge: _, nonce: __, ...cost } = extraOf(heard);
      const { challenge: ___, nonce: ____, ...usualCost } = usual;
      expect(cost).toEqual(usualCost);
    }
  });

  test.each(CHALLENGED)(
    "$authid says in its answer that it was weaker, and is denied with a wrong one",
    async (who) => {
      const room = new Room(everyMethod());
      for (const weaker of WEAKER) {
        const client = room.open();
        const { heard, extra } = await hello(client, who);
        const [signature, more] = who.answer(extraOf(heard), extra);
        const [answer] = await ask(client, 5, flipped(signature), { ...weaker, ...more });
        expect(answer).toEqual(DENIED);
      }
      expect(room.gateway.sessions()).toEqual([]);
    },
  );

  test.each(["tls-unique", "tls-exporter", "tls-server-end-point", "x", 7, true, {}, []])(
    "SCRAM with channel binding %j is refused, since there is none here",
    async (channel_binding) => {
      const room = new Room(everyMethod());
      const scram = CHALLENGED.find(({ authid }) => authid === "scram") ?? TICKET;
      const { heard } = await hello(room.open(), scram, {
        authextra: { ...scram.authextra(), channel_binding },
      });
      expect(heard).toMatchObject([3, {}, "wamp.error.authentication_failed"]);
    },
  );

  test("cryptosign on a connection that can be bound is bound if the client asks, and an unbound answer is denied", async () => {
    const room = new Room(everyMethod());
    const key = CHALLENGED.find(({ authid }) => authid === "key") ?? TICKET;
    const client = room.open({ origin: { channels: { "tls-unique": "5a".repeat(32) } } });
    const asked = { authextra: { ...key.authextra(), channel_binding: "tls-unique" } };
    const { heard, extra } = await hello(client, key, asked);
    expect(extraOf(heard).channel_binding).toBe("tls-unique");
    expect(await ask(client, 5, ...key.answer(extraOf(heard), extra))).toEqual([DENIED]);
  });
});

/** The same with its first character another one of the alphabet. */
function flipped(signature: string): string {
  return (
    (signature.startsWith("A")
      ? "B"
      : signature.startsWith("0")
        ? "1"
        : /^[0-9a-f]/.test(signature)
          ? "0"
          : "A") + signature.slice(1)
  );
}
