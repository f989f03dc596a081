/** Fakes of the AuthMethod seam that judge at once: by the name alone, and by a secret that is asked for. */
import type { AuthMethod, Challenge, Principal, SignIn, Verdict } from "../../src/auth/method.ts";
import { Refusal } from "../../src/wamp/error.ts";
import type { Message } from "../../src/wamp/message.ts";
import { type Client, ROLES } from "./client.ts";
import { ANNOUNCED_ON_THE_WIRE, type WireRoom } from "./wire.ts";

type Known = Readonly<Record<string, Partial<Principal>>>;

const DENIED = "the name or the secret is wrong";

/** Admits whoever it knows, as what it knows of it; anybody else is denied. */
export class Told implements AuthMethod {
  readonly name = "told";
  readonly #known: (authid: string) => Partial<Principal> | undefined;
  judged = 0;

  /** By default it knows everybody, as a user. */
  constructor(known?: Known) {
    this.#known = (authid) => (known ? known[authid] : {});
  }

  offered(): boolean {
    return true;
  }

  challenge({ details: { authid = "" } }: SignIn): Verdict {
    this.judged++;
    const principal = this.#known(authid);
    if (!principal) throw new Refusal("wamp.error.authentication_denied", DENIED);
    return { principal: { authid, authrole: "user", authprovider: "test", ...principal } };
  }

  verify(): never {
    throw new Error("there is no challenge");
  }
}

/** Asks for the secret, which is "open"; `judged` are the answers that it looked at. */
export class Secret implements AuthMethod {
  readonly name = "secret";
  readonly judged: string[] = [];

  offered(): boolean {
    return true;
  }

  challenge(): Verdict {
    return { challenge: { extra: {}, expects: {} } };
  }

  verify(
    { details: { authid = "" } }: SignIn,
    _expects: Challenge["expects"],
    { signature }: Message<"AUTHENTICATE">,
  ): Verdict {
    this.judged.push(signature);
    if (signature !== "open") throw new Refusal("wamp.error.authentication_denied", DENIED);
    return { principal: { authid, authrole: "user", authprovider: "test" } };
  }
}

export function hello(authid: string, more: object = {}) {
  return [1, "realm1", { ...ROLES, authmethods: ["told"], authid, ...more }] as const;
}

/** A client that has joined as `authid` by `Told`. */
export function arrive(room: WireRoom, authid: string, more: object = {}): Client {
  const client = room.open().say(...hello(authid, more));
  const [first] = client.heard() as unknown[][];
  if (first?.[0] !== 2) throw new Error(`no WELCOME but ${JSON.stringify(first)}`);
  return client;
}

export function welcomeAs(session: number, authid: string, more: object = {}) {
  return [
    2,
    session,
    {
      roles: ANNOUNCED_ON_THE_WIRE,
      agent: "edgebahn",
      realm: "realm1",
      authid,
      authrole: "user",
      authmethod: "told",
      authprovider: "test",
      ...more,
    },
  ];
}
