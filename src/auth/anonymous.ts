/** Anonymous sign-in: no challenge, a made-up authid, and only where the realm allows it (section 9.2). */
import { Refusal } from "../wamp/error.ts";
import type { AuthMethod, SignIn, Verdict } from "./method.ts";

/** Whom a realm admits without a sign-in: `local` means only where the router is reached as localhost. */
export type AnonymousAccess = "nobody" | "local" | "everybody";

export class Anonymous implements AuthMethod {
  readonly name = "anonymous";
  readonly #access: AnonymousAccess;

  constructor(access: AnonymousAccess) {
    this.#access = access;
  }

  offered({ origin }: SignIn): boolean {
    return this.#access === "everybody" || (this.#access === "local" && origin.local);
  }

  /** ANO-03: an authid that the client asks for is not granted; each session has its own. */
  challenge({ session }: SignIn): Verdict {
    return {
      principal: {
        authid: `anonymous-${session.toString(36)}`,
        authrole: "anonymous",
        authprovider: "static",
      },
    };
  }

  verify(): never {
    throw new Refusal("wamp.error.authentication_failed", "anonymous sign-in has no challenge to answer");
  }
}
