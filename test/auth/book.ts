/**
 * The fake of the PrincipalBook seam, for every test of signing in: principals in memory, and what was asked of it. It
 * answers at once or later, or fails, as the test says.
 */
import type { Credential, CredentialMethod, Known, PrincipalBook } from "../../src/auth/credential.ts";
import type { Maybe, SignIn } from "../../src/auth/method.ts";

/** A principal by any method. */
export type Anybody = { readonly [M in CredentialMethod]: Known<M> }[CredentialMethod];

/** Somebody with a credential: `known("alice", { method: "ticket", digest })`, with the role user unless told. */
export function known<C extends Credential>(
  authid: string,
  credential: C,
  rest: Partial<Omit<Anybody, "authid" | "credential">> = {},
) {
  return { authid, authrole: "user", authprovider: "static" as const, credential, ...rest };
}

export class MemoryBook implements PrincipalBook {
  readonly principals: Anybody[];
  /** Method and authid or key of each look-up, oldest first. */
  readonly asked: (readonly [how: "find" | "identify" | "owners", method: CredentialMethod, who: string])[] =
    [];
  /** `find` answers by a promise. */
  later = false;
  /** What `find` and `owners` throw, or `find` rejects with. */
  failure: Error | undefined;
  /** Is asked where nobody is here, as the realm's dynamic authenticator would be; by `identify` with an empty authid. */
  elsewhere: ((method: CredentialMethod, authid: string, signIn: SignIn) => Anybody | undefined) | undefined;

  constructor(...principals: readonly Anybody[]) {
    this.principals = [...principals];
  }

  find<M extends CredentialMethod>(method: M, authid: string, signIn: SignIn): Maybe<Known<M> | undefined> {
    this.asked.push(["find", method, authid]);
    if (this.later) return Promise.resolve().then(() => this.#find(method, authid, signIn));
    return this.#find(method, authid, signIn);
  }

  identify<M extends CredentialMethod>(method: M, signIn: SignIn): Maybe<Known<M> | undefined> {
    this.asked.push(["identify", method, ""]);
    if (this.later) return Promise.resolve().then(() => this.#elsewhere(method, "", signIn));
    return this.#elsewhere(method, "", signIn);
  }

  owners<M extends "cryptosign" | "tls">(method: M, key: string): readonly Known<M>[] {
    this.asked.push(["owners", method, key]);
    if (this.failure) throw this.failure;
    return this.#by(method).filter(({ credential }) => keysOf(credential).includes(key));
  }

  knows(authid: string): boolean {
    return this.principals.some((each) => each.authid === authid);
  }

  has(method: CredentialMethod): boolean {
    return this.elsewhere !== undefined || this.#by(method).length > 0;
  }

  /** One credential of each shape, the first of each. */
  samples<M extends CredentialMethod>(method: M): readonly Known<M>["credential"][] {
    const shapes = new Map(
      this.#by(method)
        .reverse()
        .map(({ credential }) => [shapeOf(credential), credential]),
    );
    return [...shapes.values()].reverse();
  }

  #find<M extends CredentialMethod>(method: M, authid: string, signIn: SignIn): Known<M> | undefined {
    const here = this.#by(method).find((each) => each.authid === authid);
    return here && !this.failure ? here : this.#elsewhere(method, authid, signIn);
  }

  #elsewhere<M extends CredentialMethod>(method: M, authid: string, signIn: SignIn): Known<M> | undefined {
    if (this.failure) throw this.failure;
    return [this.elsewhere?.(method, authid, signIn)].find((each): each is Known<M> & Anybody =>
      isBy(method, each),
    );
  }

  #by<M extends CredentialMethod>(method: M): Known<M>[] {
    return this.principals.filter((each): each is Known<M> & Anybody => isBy(method, each));
  }
}

function isBy(method: CredentialMethod, each: Anybody | undefined): boolean {
  return each?.credential.method === method;
}

function keysOf(credential: Credential): readonly string[] {
  if (credential.method === "cryptosign") return credential.publicKeys;
  return credential.method === "tls" ? credential.fingerprints : [];
}

/** What a challenge shows of a credential besides what is random in it. */
function shapeOf(credential: Credential): string {
  switch (credential.method) {
    case "wampcra":
      return `${credential.salted?.iterations} ${credential.salted?.keylen}`;
    case "wamp-scram":
      return `${credential.kdf} ${credential.iterations} ${credential.memory}`;
    case "ticket":
    case "cryptosign":
    case "tls":
      return credential.method;
    default:
      throw credential satisfies never;
  }
}
