/** One attempt to sign in, and what came of it: who was admitted, or with which reason and text it was refused. */
import type { AuthMethod, Origin, Principal, SignIn } from "../../src/auth/method.ts";
import { Refusal } from "../../src/wamp/error.ts";

export interface Attempt {
  readonly realm?: string;
  readonly origin?: Partial<Origin>;
  /** HELLO.Details besides the roles. */
  readonly hello?: Readonly<Record<string, unknown>>;
  /** AUTHENTICATE.Signature */
  readonly signature?: unknown;
}

export type Outcome =
  | { readonly principal: Principal }
  | { readonly reason: string; readonly text: string }
  /** What no method may ever throw. */
  | { readonly fault: unknown };

export function signIn({ realm = "realm1", origin, hello }: Attempt = {}): SignIn {
  const details = { roles: { caller: [] }, ...hello };
  return { realm, session: 101, origin: { local: false, ...origin }, details };
}

/** HELLO, and AUTHENTICATE where there is a challenge. */
export async function attempt(method: AuthMethod, given: Attempt): Promise<Outcome> {
  const asked = signIn(given);
  try {
    const first = await method.challenge(asked);
    if ("principal" in first) return first;
    // Type-confused on purpose in some tests: the wire lets only text through.
    const signature = given.signature as string;
    const answer = { type: "AUTHENTICATE", signature, extra: {} } as const;
    const second = await method.verify(asked, structuredClone(first.challenge.expects), answer);
    return "principal" in second ? second : { fault: "a second challenge" };
  } catch (error) {
    return error instanceof Refusal ? { reason: error.reason, text: error.message } : { fault: error };
  }
}

export const DENIED = {
  reason: "wamp.error.authentication_denied",
  text: "the name or the secret is wrong, or holds no longer: sign in with what this realm's administrator gave you",
};

/** An attempt in a matrix, and what to call it. */
export interface Case {
  readonly what: string;
  readonly hello: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

/** What came of each, but for those that were denied as they should be. */
export async function notDenied(method: AuthMethod, cases: readonly Case[]): Promise<[string, Outcome][]> {
  const found: [string, Outcome][] = [];
  for (const { what, ...given } of cases) {
    const outcome = await attempt(method, given);
    if (JSON.stringify(outcome) !== JSON.stringify(DENIED)) found.push([what, outcome]);
  }
  return found;
}
