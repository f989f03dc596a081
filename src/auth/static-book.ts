/** The principals that a configuration names, as the book in which sign-in looks them up. */
import type { Credential, CredentialFor, CredentialMethod, Known, PrincipalBook } from "./credential.ts";
import { shapeOf } from "./device-store.ts";
import { digestOf } from "./secret.ts";

/** The configuration has the ticket itself, in a secret; its digest is made once it is asked for. */
type StaticCredential =
  | Exclude<Credential, { method: "ticket" }>
  | { readonly method: "ticket"; readonly ticket: string };

export interface StaticPrincipal {
  readonly authid: string;
  readonly authrole: string;
  readonly credential: StaticCredential;
}

export class StaticBook implements PrincipalBook {
  readonly #principals: readonly StaticPrincipal[];
  /** Method and authid to the principal. */
  readonly #named: ReadonlyMap<string, StaticPrincipal>;
  /** Authid to the digest of its ticket, once somebody was looked up: all at once, or the time would tell who is here. */
  #digests: Promise<ReadonlyMap<string, string>> | undefined;

  constructor(principals: readonly StaticPrincipal[]) {
    this.#principals = principals;
    this.#named = new Map(principals.map((each) => [keyOf(each.credential.method, each.authid), each]));
  }

  async find<M extends CredentialMethod>(method: M, authid: string): Promise<Known<M> | undefined> {
    const digests = method === "ticket" ? await this.#allDigests() : undefined;
    const principal = this.#named.get(keyOf(method, authid));
    if (!principal) return undefined;
    const { credential } = principal;
    return credential.method === "ticket"
      ? known(principal, { method: "ticket", digest: digests?.get(authid) ?? "" })
      : known(principal, credential);
  }

  knows(authid: string): boolean {
    return this.#principals.some((each) => each.authid === authid);
  }

  owners<M extends "cryptosign" | "tls">(method: M, key: string): readonly Known<M>[] {
    return this.#principals.flatMap((principal) => {
      const { credential } = principal;
      return credential.method === method && keysOf(credential).includes(key)
        ? [known<M>(principal, credential)]
        : [];
    });
  }

  has(method: CredentialMethod): boolean {
    return this.#principals.some(({ credential }) => credential.method === method);
  }

  samples<M extends CredentialMethod>(method: M): readonly CredentialFor<M>[] {
    const shapes = this.#principals.flatMap(({ credential }) => {
      if (credential.method !== method) return [];
      const kept: Credential = credential.method === "ticket" ? { method: "ticket", digest: "" } : credential;
      return [JSON.stringify(shapeOf(kept))];
    });
    return [...new Set(shapes)].map((shape) => JSON.parse(shape) as CredentialFor<M>); // of this method, see above
  }

  /** Whether somebody who signed in by the configuration may still be here: it may be another one by now. */
  welcomes({
    authid,
    authrole,
    authmethod,
  }: {
    authid: string;
    authrole: string;
    authmethod: string;
  }): boolean {
    const principal = this.#named.get(keyOf(authmethod === "scram" ? "wamp-scram" : authmethod, authid));
    return principal?.authrole === authrole;
  }

  #allDigests(): Promise<ReadonlyMap<string, string>> {
    this.#digests ??= Promise.all(
      this.#principals.flatMap(({ authid, credential }) =>
        credential.method === "ticket"
          ? [digestOf(credential.ticket).then((digest) => [authid, digest] as const)]
          : [],
      ),
    ).then((all) => new Map(all));
    return this.#digests;
  }
}

function keyOf(method: string, authid: string): string {
  return `${method} ${authid}`;
}

function keysOf(credential: StaticCredential): readonly string[] {
  if (credential.method === "cryptosign") return credential.publicKeys;
  return credential.method === "tls" ? credential.fingerprints : [];
}

function known<M extends CredentialMethod>(
  { authid, authrole }: StaticPrincipal,
  credential: Credential,
): Known<M> {
  return { authid, authrole, authprovider: "static", credential: credential as CredentialFor<M> }; // found by method
}
