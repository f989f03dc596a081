/** S17: what a fresh deployment may look like, and who gets in: nobody. Its Worker's part stands in test/workerd. */
import { expect, test } from "vitest";
import { ConfigError, readConfig } from "../../src/config.ts";
import { ROLES } from "../gateway/client.ts";
import { DEPLOYMENTS } from "./deployments.ts";
import { ask, partsOf, type RealmVars, Room } from "./room.ts";
import { CHALLENGED, extraOf, TICKET } from "./sign-in.ts";

const METHODS = ["anonymous", "ticket", "wampcra", "wamp-scram", "scram", "cryptosign", "tls"];
const NAMES = ["alice", "backend", "admin", "anonymous", "router", ""];

test("S17 there are more than twenty deployments", () => {
  expect(DEPLOYMENTS.length).toBeGreaterThan(20);
});

test.each(DEPLOYMENTS.filter(({ broken }) => broken))("S17 with $what no realm is served", ({ env }) => {
  expect(() => readConfig({ ...env })).toThrow(ConfigError);
});

test.each(DEPLOYMENTS.filter(({ broken }) => !broken))("S17 with $what nobody signs in", async ({ env }) => {
  const { REALMS = [] } = env as { REALMS?: readonly RealmVars[] };
  expect(readConfig({ ...env }).realms.size).toBe(REALMS.length);
  for (const realm of REALMS) {
    const room = new Room(partsOf(realm));
    for (const method of METHODS) {
      for (const authid of NAMES) {
        const client = room.open({ origin: { address: "192.0.2.1" } });
        const who = [TICKET, ...CHALLENGED].find((each) => each.method === method) ?? TICKET;
        const authextra = who.authextra();
        const [answer] = await ask(client, 1, "realm1", {
          ...ROLES,
          authmethods: [method],
          authid,
          authextra,
        });
        const last =
          answer?.[0] === 4 ? (await ask(client, 5, ...who.answer(extraOf(answer), authextra)))[0] : answer;
        expect(last?.[0]).toBe(3);
      }
    }
    expect(room.gateway.sessions()).toEqual([]);
  }
});
