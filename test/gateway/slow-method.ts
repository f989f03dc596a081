/** The fake of the AuthMethod seam: sign-in whose verdicts come when the test says so. */
import type { AuthMethod, Challenge, SignIn, Verdict } from "../../src/auth/method.ts";
import type { Message } from "../../src/wamp/message.ts";
import { ROLES, type Wire } from "./client.ts";
import { ANNOUNCED_ON_THE_WIRE, type WireOptions, WireRoom } from "./wire.ts";

interface Pending {
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

/** A way to sign in that decides when, and what, the test says. */
export class SlowMethod implements AuthMethod {
  readonly name = "slow";
  /** What was asked and is not answered, oldest first. */
  readonly pending: Pending[] = [];
  readonly asked: (readonly [what: "challenge" | "verify", ...unknown[]])[] = [];

  offered(): boolean {
    return true;
  }

  challenge({ session }: SignIn): Promise<Verdict> {
    this.asked.push(["challenge", session]);
    return this.#wait();
  }

  verify(
    { session }: SignIn,
    expects: Challenge["expects"],
    { signature }: Message<"AUTHENTICATE">,
  ): Promise<Verdict> {
    this.asked.push(["verify", session, expects, signature]);
    return this.#wait();
  }

  #wait(): Promise<Verdict> {
    return new Promise((resolve, reject) => this.pending.push({ resolve, reject }));
  }
}

export const HELLO: Wire = [1, "realm1", { ...ROLES, authmethods: ["slow"] }];
export const ADMITTED: Verdict = { principal: { authid: "alice", authrole: "user", authprovider: "test" } };
export const CHALLENGED: Verdict = { challenge: { extra: { nonce: "n1" }, expects: { answer: 42 } } };

export const welcomed = (session: number): Wire => [
  2,
  session,
  {
    roles: ANNOUNCED_ON_THE_WIRE,
    agent: "edgebahn",
    realm: "realm1",
    authid: "alice",
    authrole: "user",
    authmethod: "slow",
    authprovider: "test",
  },
];

export function slowRoom(options: WireOptions = {}) {
  const method = new SlowMethod();
  const room = new WireRoom({ ...options, methods: [method] });
  const decide = async (client: { busy: void | Promise<void> }, act: (pending: Pending) => void) => {
    const pending = method.pending.shift();
    if (!pending) throw new Error("nothing is pending");
    act(pending);
    await client.busy;
  };
  const admit = (client: { busy: void | Promise<void> }) =>
    decide(client, ({ resolve }) => resolve(ADMITTED));
  return { room, method, decide, admit };
}
