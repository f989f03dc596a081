/**
 * S11 through the gateway: people sign in by real methods, with secrets in all that they say and all that is known of them,
 * and nobody else hears any of it: by no meta procedure, no meta event, no event, no invocation and no log line.
 */
import { describe, expect, test } from "vitest";
import { metaProcedures } from "../../src/router/meta-procedures.ts";
import { signHs256 } from "../auth/tokens.ts";
import { newSecret } from "../config/scene.ts";
import type { Client, Wire } from "../gateway/client.ts";
import { ask, EVERYTHING, type Parts, partsOf, Room } from "./room.ts";
import { CHALLENGED, everyMethod, extraOf, hello, KEY, SECRETS, TICKET, type Who } from "./sign-in.ts";

const CANARY = "canary-7f3a9c";
const JWT_SECRET = `${newSecret()}-${newSecret()}`;
const ASKING = ["user", "admin", "anonymous"] as const;
const TICKETS = { USER_TICKET: newSecret(), ADMIN_TICKET: newSecret() };

function parts(): Parts {
  const limits = { messages: 0 };
  const all = everyMethod();
  const made = partsOf(
    {
      anonymous: "everybody",
      roles: [
        { name: "user", permissions: [EVERYTHING], limits },
        { name: "admin", permissions: [EVERYTHING], limits, admin: true },
        { name: "anonymous", permissions: [EVERYTHING], limits },
        {
          name: "device",
          permissions: [{ ...EVERYTHING, disclose: { caller: true, publisher: true } }],
          limits,
        },
      ],
      principals: [
        { authid: "user", role: "user", method: "ticket", secret: "USER_TICKET" },
        { authid: "admin", role: "admin", method: "ticket", secret: "ADMIN_TICKET" },
        { authid: "ticket", role: "device", method: "ticket", secret: "TICKET_SECRET" },
        { authid: "cra", role: "device", method: "wampcra", secret: "CRA_SECRET" },
        { authid: "scram", role: "device", method: "wamp-scram", secret: "SCRAM_KEYS" },
        { authid: "key", role: "device", method: "cryptosign", publicKeys: [KEY.publicKey] },
      ],
      jwt: { secret: "JWT_SECRET", roles: ["device"] },
      enableMetaKill: true,
      enableMetaModify: true,
      eventHistory: [{ uri: "com.x", limit: 10 }],
    },
    { ...SECRETS, ...TICKETS, JWT_SECRET },
  );
  return { ...made, attempts: all.attempts };
}

/** Somebody with a token that has a scope, and a claim that nobody needs to know. */
async function tokenHolder(clock: number): Promise<Who> {
  const exp = Math.floor(clock / 1_000) + 3_600;
  const allow = { publish: true, subscribe: true, call: true, register: true };
  const topics = [
    { uri: "", match: "prefix", allow },
    { uri: `com.${CANARY}`, allow },
  ];
  const claims = { aud: "realm1", sub: "token", role: "device", exp, topics, email: CANARY };
  const token = await signHs256(claims, JWT_SECRET);
  return { authid: "token", method: "ticket", authextra: () => ({}), answer: () => [token, {}] };
}

/** What nobody but its owner may hear, in whichever form it was said. */
function secretsOf(given: readonly unknown[]): string[] {
  const signature = String(given[0]);
  const parts = signature.includes(".") ? signature.split(".") : [];
  const configured = [...Object.values(SECRETS), ...Object.values(TICKETS), JWT_SECRET, KEY.publicKey];
  return [CANARY, signature, ...parts, ...configured, "192.0.2.77"];
}

/** Every procedure of the router, with arguments for which it has something to tell of this session. */
function questions(victim: number, authid: string, parts: Parts): [string, unknown[]][] {
  const named: Readonly<Record<string, readonly unknown[]>> = {
    "wamp.session.get": [victim],
    "wamp.registration.lookup": ["com.p"],
    "wamp.registration.match": ["com.p"],
    "wamp.subscription.lookup": ["com.x"],
    "wamp.subscription.match": ["com.x"],
    "wamp.session.add_testament": ["com.will", [], {}],
    "wamp.session.modify_details": [victim, { authrole: "user" }],
    "wamp.registration.remove_callee": [1, victim],
    "wamp.subscription.remove_subscriber": [1, victim],
    "wamp.session.kill": [victim],
    "wamp.session.kill_by_authid": [authid],
    "wamp.session.kill_by_authrole": ["device"],
  };
  const order = (procedure: string) => (/kill|remove|modify/.test(procedure) ? 1 : 0);
  return [...metaProcedures(parts.settings).keys()]
    .sort((one, other) => order(one) - order(other))
    .map((procedure) => [procedure, [...(named[procedure] ?? [1])]]);
}

async function join(room: Room, who: Who, more: object = {}) {
  const client = room.open({ origin: { address: "192.0.2.77", channels: { "tls-unique": CANARY } } });
  const details = { ...more, agent: CANARY };
  const extra = { ...who.authextra(), note: CANARY, token: CANARY };
  const { heard } = await hello(client, who, { ...details, authextra: extra });
  const given = who.answer(extraOf(heard), extra);
  const [welcome] = await ask(client, 5, given[0], { ...given[1], note: CANARY });
  if (welcome?.[0] !== 2) throw new Error(`no WELCOME but ${JSON.stringify(welcome)}`);
  return { client, given };
}

async function asker(room: Room, role: (typeof ASKING)[number]): Promise<Client> {
  if (role === "anonymous") {
    const client = room.open();
    await ask(client, 1, "realm1", { roles: { caller: {}, subscriber: {}, publisher: {}, callee: {} } });
    return client;
  }
  return room.join(role, role === "user" ? TICKETS.USER_TICKET : TICKETS.ADMIN_TICKET);
}

const METHODS = ["ticket", "cra", "scram", "key", "token"];

describe.each(ASKING)("S11 SMA-06 a session of the role %s", (role) => {
  test.each(METHODS)("hears nothing secret of somebody who signed in as %s", async (authid) => {
    for (const asleep of [false, true]) {
      const made = parts();
      const room = new Room(made);
      const asking = await asker(room, role);
      const heard: Wire[] = [];
      const say = async (client: Client, ...wire: unknown[]) => {
        const answers = await ask(client, ...wire);
        heard.push(...(client === asking ? answers : (asking.heard() as Wire[])));
        return answers;
      };
      await say(asking, 32, 1, { match: "prefix" }, "wamp.");
      await say(asking, 32, 2, { match: "prefix" }, "com.");
      await say(asking, 64, 3, { invoke: "first" }, "com.served");
      const known = [TICKET, ...CHALLENGED].find((each) => each.authid === authid);
      const { client: victim, given } = await join(room, known ?? (await tokenHolder(room.clock)));
      heard.push(...(asking.heard() as Wire[]));
      await say(victim, 32, 1, {}, "com.x");
      await say(victim, 64, 2, { invoke: "first" }, "com.p");
      await say(victim, 16, 3, { disclose_me: true, retain: true }, "com.x", ["told"]);
      await say(victim, 48, 4, { disclose_me: true }, "com.served");
      await say(victim, 48, 5, {}, "wamp.session.add_testament", ["com.will", ["told"], {}]);
      await say(asking, 64, 4, { invoke: "first" }, "com.p");
      if (asleep) room.sleep();
      let request = 10;
      const asked = questions(victim.session, authid, made);
      for (const [procedure, args] of asked) {
        request++;
        const answers = await say(asking, 48, request, {}, procedure, args);
        expect(answers.map(([type, id, other]) => (type === 8 ? other : id))).toContain(request);
      }
      expect(asked.length).toBeGreaterThan(20);
      victim.vanish();
      heard.push(...(asking.heard() as Wire[]));
      const said = JSON.stringify(heard);
      const logged = JSON.stringify(room.log);
      for (const secret of secretsOf(given)) {
        expect(said).not.toContain(secret);
        expect(logged).not.toContain(secret);
      }
      for (const field of ["authextra", "scope", "expires", "address", "verifier"])
        expect(said).not.toContain(field);
      // And what it did hear is of this session, so that the test looks in the right place.
      expect(said).toContain(`"authid":"${authid}"`);
      expect(
        heard.filter(([type, , , details]) => type === 36 && /on_join/.test(JSON.stringify(details))),
      ).toHaveLength(1);
      expect(heard.some(([type]) => type === 68)).toBe(true);
    }
  });
});
