/** The two ends of every sign-in: who it is, and the one answer to whoever does not show it (AUT-06, AUT-08). */
import { Refusal } from "../wamp/error.ts";
import type { CredentialMethod, Known } from "./credential.ts";
import type { Principal } from "./method.ts";

/** The same text whatever was wrong: it must not tell which names there are. */
export function denied(): Refusal {
  return new Refusal(
    "wamp.error.authentication_denied",
    "the name or the secret is wrong, or holds no longer: sign in with what this realm's administrator gave you",
  );
}

/** ERR-19: for realms that would rather help than hide who there is (AUT-08). */
export function nobody(authid: string): Refusal {
  return new Refusal(
    "wamp.error.no_such_principal",
    `nobody here has the name ${authid}: ask this realm's administrator for yours`,
  );
}

/** Who somebody is, without what it was recognized by. */
export function principalOf<M extends CredentialMethod>(known: Known<M>): Principal {
  const { authid, authrole, authprovider, version, authextra } = known;
  return {
    authid,
    authrole,
    authprovider,
    ...(version !== undefined && { as: version }),
    ...(authextra && { authextra }),
  };
}
