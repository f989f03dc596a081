/**
 * S13: every limit that counts something, as a realm's configuration sets it: at N-1, N and N+1, awake and with sleep after
 * each step. What is refused says so in the same words each time, changes nothing, and is possible once there is room.
 */
import { describe, expect, test } from "vitest";
import { newSecret } from "../config/scene.ts";
import { type Client, ROLES, type Wire } from "../gateway/client.ts";
import { ask, EVERYTHING, partsOf, type RealmVars, Room } from "./room.ts";

const N = 3;
const LIMIT = "edgebahn.error.limit_exceeded";
const SECRETS = { ALICE_TICKET: newSecret(), BOB_TICKET: newSecret(), WITNESS_TICKET: newSecret() };
const ADDRESS = "192.0.2.7";

/** What came of one step: `ok`, or the error and its text. */
type Outcome = "ok" | readonly [error: string, text: string];

interface Stage {
  readonly room: Room;
  readonly alice: Client;
  readonly bob: Client;
  readonly witness: Client;
  request: number;
}

interface Limit {
  readonly what: string;
  readonly vars: RealmVars;
  /** Uses one more. */
  readonly use: (stage: Stage, n: number) => Promise<Outcome>;
  /** Gives one back. */
  readonly free: (stage: Stage) => Promise<unknown> | unknown;
  readonly refused: readonly [error: string, text: string];
  /** How many there are before the first use. */
  readonly before?: number;
  /** Sleep would give some of it back. */
  readonly staysAwake?: boolean;
}

/** Of the roles user (alice) and callee (bob). */
function vars(
  limits: object,
  { callee = {}, realm = {} }: { callee?: object; realm?: object } = {},
): RealmVars {
  const generous = { messages: 0 };
  return {
    roles: [
      { name: "user", permissions: [EVERYTHING], limits: { ...generous, ...limits } },
      { name: "callee", permissions: [EVERYTHING], limits: { ...generous, ...callee } },
      { name: "witness", permissions: [EVERYTHING], limits: generous },
    ],
    principals: [
      { authid: "alice", role: "user", method: "ticket", secret: "ALICE_TICKET" },
      { authid: "anna", role: "user", method: "ticket", secret: "ALICE_TICKET" },
      { authid: "bob", role: "callee", method: "ticket", secret: "BOB_TICKET" },
      { authid: "witness", role: "witness", method: "ticket", secret: "WITNESS_TICKET" },
    ],
    ...realm,
  };
}

async function asking(stage: Stage, client: Client, type: number, ...rest: unknown[]): Promise<Outcome> {
  const heard = await ask(client, type, ++stage.request, ...rest);
  const answer = heard.find(([code]) => code !== 36 && code !== 68);
  return answer?.[0] === 8 ? [String(answer[4]), String((answer[5] as [string])[0])] : "ok";
}

async function joining({ room }: Stage, authid: string, ticket: string): Promise<Outcome> {
  const client = room.open({ origin: { address: ADDRESS } });
  const hello = { ...ROLES, authmethods: ["ticket"], authid };
  const heard = await ask(client, 1, "realm1", hello);
  const [answer] = heard[0]?.[0] === 4 ? await ask(client, 5, ticket, {}) : heard;
  if (answer?.[0] === 2) return "ok";
  const { message } = (answer?.[1] ?? {}) as { message: string };
  expect(client.peer.closed).toEqual({ code: 1000, reason: answer?.[2] });
  return [String(answer?.[2]), message];
}

const pending = (limits: Parameters<typeof vars>): Pick<Limit, "vars" | "use" | "free"> => ({
  vars: vars(...limits),
  use: async (stage) => {
    const { alice, bob } = stage;
    if (!bob.connection.session?.registrations.size) await asking(stage, bob, 64, {}, "com.p");
    const heard = await ask(alice, 48, ++stage.request, {}, "com.p");
    return heard[0] ? [String(heard[0][4]), String((heard[0][5] as [string])[0])] : "ok";
  },
  free: ({ alice, bob }) => {
    const [first] = bob.connection.session?.invocations.keys() ?? [];
    bob.say(70, first, {});
    expect((alice.heard() as Wire[]).map(([type]) => type)).toEqual([50]);
  },
});

/** The newest of alice's sessions ends. */
const leave = ({ room }: Stage) => room.clients.findLast(({ peer }) => !peer.closed)?.vanish();
const DENIED = [
  "wamp.error.authentication_denied",
  "the name or the secret is wrong, or holds no longer: sign in with what this realm's administrator gave you",
] as const;

const LIMITS: readonly Limit[] = [
  {
    what: "subscriptions",
    vars: vars({ subscriptions: N }),
    use: (stage, n) =>
      asking(
        stage,
        stage.alice,
        32,
        { match: n % 2 ? "prefix" : "exact" },
        `com.${n}.`.slice(0, n % 2 ? 6 : 5),
      ),
    free: (stage) =>
      asking(stage, stage.alice, 34, [...(stage.alice.connection.session?.subscriptions ?? [])][0]?.id),
    refused: [LIMIT, `the limit subscriptions is ${N}: unsubscribe from something first`],
  },
  {
    what: "registrations",
    vars: vars({ registrations: N }),
    use: (stage, n) => asking(stage, stage.alice, 64, {}, `com.${n}`),
    free: (stage) =>
      asking(stage, stage.alice, 66, [...(stage.alice.connection.session?.registrations ?? [])][0]?.id),
    refused: [LIMIT, `the limit registrations is ${N}: unregister something first`],
  },
  {
    what: "patterns",
    vars: vars({ patterns: N }),
    use: (stage, n) =>
      asking(stage, stage.alice, n % 2 ? 32 : 64, { match: n > 2 ? "prefix" : "wildcard" }, `com.${n}.`),
    free: (stage) =>
      asking(stage, stage.alice, 34, [...(stage.alice.connection.session?.subscriptions ?? [])][0]?.id),
    refused: [
      LIMIT,
      `the limit patterns is ${N}: unsubscribe from or unregister a prefix or wildcard pattern first`,
    ],
  },
  {
    what: "pendingCalls",
    ...pending([{ pendingCalls: N }]),
    refused: [LIMIT, `the limit pendingCalls is ${N}: wait until one of your calls has ended, or cancel one`],
  },
  {
    what: "pendingInvocations",
    ...pending([{}, { callee: { pendingInvocations: N } }]),
    refused: [LIMIT, `the limit pendingInvocations is ${N}: every callee of com.p is busy, try again later`],
  },
  {
    what: "sessions of a role",
    vars: vars({ sessions: N }),
    before: 1,
    use: (stage, n) => joining(stage, n % 2 ? "alice" : "anna", SECRETS.ALICE_TICKET),
    free: leave,
    refused: [LIMIT, `the limit of sessions of the role user is ${N}: try again when one has ended`],
  },
  {
    what: "sessionsPerAuthid",
    vars: vars({ sessionsPerAuthid: N }),
    before: 1,
    use: (stage) => joining(stage, "alice", SECRETS.ALICE_TICKET),
    free: leave,
    refused: [LIMIT, `the limit of sessions of one authid is ${N}: try again when one has ended`],
  },
  {
    what: "sessions of a realm",
    vars: vars({}, { realm: { limits: { sessions: N + 3 } } }),
    use: (stage) => joining(stage, "alice", SECRETS.ALICE_TICKET),
    free: leave,
    refused: [LIMIT, `the limit of sessions of the realm realm1 is ${N + 3}: try again when one has ended`],
  },
  {
    what: "failures of an authid at an address",
    vars: vars({}, { realm: { authFailures: { perAuthid: N } } }),
    use: async (stage) => {
      const outcome = await joining(stage, "alice", "wrong");
      return outcome[1] === DENIED[1] ? "ok" : outcome;
    },
    free: ({ room }) => room.pass(60_000),
    refused: [
      "wamp.error.authentication_denied",
      `the limit of failed sign-ins a minute of one name at one address is ${N}: try again in N s`,
    ],
  },
  {
    what: "failures of an address",
    vars: vars({}, { realm: { authFailures: { perAddress: N } } }),
    use: async (stage, n) => {
      const outcome = await joining(stage, `nobody${n}`, "wrong");
      return outcome[1] === DENIED[1] ? "ok" : outcome;
    },
    free: ({ room }) => room.pass(60_000),
    refused: [
      "wamp.error.authentication_denied",
      `the limit of failed sign-ins a minute of one address is ${N}: try again in N s`,
    ],
  },
  {
    what: "testaments",
    vars: vars({}, { realm: { testaments: N } }),
    use: (stage, n) => asking(stage, stage.alice, 48, {}, "wamp.session.add_testament", [`com.${n}`, [], {}]),
    free: (stage) => asking(stage, stage.alice, 48, {}, "wamp.session.flush_testaments"),
    refused: [
      "wamp.error.option_not_allowed",
      `a session may leave ${N} testaments of 65536 octets together`,
    ],
  },
  {
    what: "messages at once of a session",
    vars: vars({ messages: 10, burst: N }),
    use: (stage) => asking(stage, stage.alice, 48, {}, "wamp.session.count"),
    free: ({ room }) => room.pass(200),
    refused: [LIMIT, `the limit of messages a second of one session is 10, ${N} at once: try again in N ms`],
    staysAwake: true,
  },
  {
    what: "messages at once of a realm",
    vars: vars({}, { realm: { limits: { messages: 10, burst: N + 3 } } }),
    use: (stage, n) => asking(stage, n % 2 ? stage.alice : stage.witness, 48, {}, "wamp.session.count"),
    free: ({ room }) => room.pass(200),
    refused: [
      LIMIT,
      `the limit of messages a second of the realm is 10, ${N + 3} at once: try again in N ms`,
    ],
    staysAwake: true,
  },
];

async function stageFor(vars: RealmVars): Promise<Stage> {
  const room = new Room(partsOf(vars, SECRETS));
  const witness = await room.join("witness", SECRETS.WITNESS_TICKET);
  const bob = await room.join("bob", SECRETS.BOB_TICKET);
  const alice = await room.join("alice", SECRETS.ALICE_TICKET);
  for (const [request, [uri, match]] of [
    ["wamp.", "prefix"],
    ["com.", "prefix"],
  ].entries()) {
    await ask(witness, 32, request + 1, { match }, uri);
  }
  await asking({ room, witness, bob, alice, request: 0 }, bob, 64, {}, "com.p");
  witness.heard();
  return { room, alice, bob, witness, request: 100 };
}

const numberless = (outcome: Outcome): Outcome =>
  outcome === "ok" ? outcome : [outcome[0], outcome[1].replace(/in \d+ (m?s)$/, "in N $1")];

describe.each(LIMITS)("S13 $what:", ({ vars, use, free, refused, before = 0, staysAwake = false }) => {
  test.each([false, true])(
    "N are possible, one more is not and changes nothing; with sleep: %s",
    async (sleeps) => {
      const stage = await stageFor(vars);
      const { room, witness } = stage;
      const rest = () => {
        if (sleeps && !staysAwake) room.sleep();
      };
      let n = before;
      rest();
      while (n < N) {
        n++;
        expect(await use(stage, n)).toBe("ok");
        rest();
      }
      for (let again = 1; again <= 3; again++) {
        witness.heard();
        const rows = room.rows();
        expect(numberless(await use(stage, N + again))).toEqual(refused);
        expect(room.rows()).toEqual(rows);
        expect(witness.heard()).toEqual([]);
      }
      rest();
      await free(stage);
      rest();
      expect(await use(stage, N + 4)).toBe("ok");
      expect(room.log.filter(({ event }) => event === "fault")).toEqual([]);
    },
  );
});

test("S13 ids that were not given for a limit are given to the next", async () => {
  const stage = await stageFor(vars({ subscriptions: 1, registrations: 1 }));
  const { alice, bob } = stage;
  await asking(stage, alice, 32, {}, "com.a");
  await asking(stage, alice, 64, {}, "com.a");
  expect((await asking(stage, alice, 32, {}, "com.b"))[0]).toBe(LIMIT);
  expect((await asking(stage, alice, 64, {}, "com.b"))[0]).toBe(LIMIT);
  // The witness has subscriptions 1 and 2, bob registration 1.
  expect(await ask(bob, 32, 9, {}, "com.b")).toEqual([[33, 9, 4]]);
  expect(await ask(bob, 64, 10, {}, "com.b")).toEqual([[65, 10, 3]]);
});
