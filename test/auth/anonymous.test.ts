import { expect, test } from "vitest";
import { Anonymous, type AnonymousAccess } from "../../src/auth/anonymous.ts";
import type { SignIn } from "../../src/auth/method.ts";
import { ROLES } from "../gateway/client.ts";
import { abort, WireRoom, welcome } from "../gateway/wire.ts";

function signIn(given: Partial<SignIn> = {}): SignIn {
  return {
    realm: "realm1",
    session: 101,
    origin: { local: false },
    details: { roles: { caller: [] } },
    ...given,
  };
}

test("ANO-01 WELCOME follows HELLO directly", () => {
  expect(new WireRoom().open().say(1, "realm1", ROLES).heard()).toEqual([welcome(101)]);
});

test("ANO-02 each session has an authid of its own, the role anonymous and the provider static", () => {
  const method = new Anonymous("everybody");
  expect(method.name).toBe("anonymous");
  expect(method.challenge(signIn({ session: 2 ** 53 }))).toEqual({
    principal: { authid: "anonymous-2gosa7pa2gw", authrole: "anonymous", authprovider: "static" },
  });
  const room = new WireRoom();
  const authids = [1, 2, 3].map(() => {
    const [[, , details]] = room.open().say(1, "realm1", ROLES).heard() as [[2, number, { authid: string }]];
    return details.authid;
  });
  expect(authids).toEqual(["anonymous-2t", "anonymous-2u", "anonymous-2v"]);
});

test("ANO-03 neither authid nor authrole is granted because a client asks for it", () => {
  const details = { roles: { caller: [] }, authid: "root", authrole: "admin", authextra: { sudo: true } };
  expect(new Anonymous("everybody").challenge(signIn({ details }))).toEqual({
    principal: { authid: "anonymous-2t", authrole: "anonymous", authprovider: "static" },
  });
});

test.each<[access: AnonymousAccess, local: boolean, offered: boolean]>([
  ["nobody", true, false],
  ["nobody", false, false],
  ["local", true, true],
  ["local", false, false],
  ["everybody", true, true],
  ["everybody", false, true],
])(
  "ANO-04 where a realm admits %s, a client that is local (%s) is admitted: %s",
  (access, local, offered) => {
    expect(new Anonymous(access).offered(signIn({ origin: { local } }))).toBe(offered);
  },
);

test("ANO-04 a realm that admits nobody says so, and what would have to be configured", () => {
  const room = new WireRoom({ methods: [new Anonymous("nobody")] });
  const alice = room.open().say(1, "realm1", { ...ROLES, authmethods: ["anonymous"] });
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_required")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_required" });
});

test("AUT-14 there is no challenge of anonymous to answer", () => {
  const room = new WireRoom();
  const alice = room.open();
  const deadline = room.clock + room.settings.patience;
  const challenged = {
    phase: "challenged",
    deadline,
    method: "anonymous",
    signIn: signIn(),
    expects: {},
  } as const;
  room.wake([alice], (memo) => ({ ...memo, state: challenged }));
  alice.say(5, "", {});
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
});

test("AUT-07 a challenge whose method is configured no more admits nobody", () => {
  const room = new WireRoom();
  const alice = room.open();
  const deadline = room.clock + room.settings.patience;
  const challenged = {
    phase: "challenged",
    deadline,
    method: "ticket",
    signIn: signIn(),
    expects: {},
  } as const;
  room.wake([alice], (memo) => ({ ...memo, state: challenged }));
  alice.say(5, "", {});
  expect(alice.heard()).toEqual([abort("wamp.error.authentication_failed")]);
  expect(alice.peer.closed).toEqual({ code: 1000, reason: "wamp.error.authentication_failed" });
});
