/** Several books as one: first come those that are kept here, and whoever is in none of them is asked for elsewhere. */
import type { CredentialFor, CredentialMethod, Known, PrincipalBook } from "./credential.ts";
import type { SignIn } from "./method.ts";

/**
 * Of a name that several kept books have, the first book's principal counts. All of them are always looked into, so that it
 * takes no longer to be unknown; `elsewhere` is asked only about those whom none has, since whoever answers there must be
 * able to sign in by a kept book before there is anybody to ask.
 */
export class Books implements PrincipalBook {
  readonly #kept: readonly PrincipalBook[];
  readonly #elsewhere: PrincipalBook | undefined;

  constructor(kept: readonly PrincipalBook[], elsewhere?: PrincipalBook) {
    this.#kept = kept;
    this.#elsewhere = elsewhere;
  }

  async find<M extends CredentialMethod>(
    method: M,
    authid: string,
    signIn: SignIn,
  ): Promise<Known<M> | undefined> {
    const found = await Promise.all(this.#kept.map(async (book) => book.find(method, authid, signIn)));
    return found.find((known) => known !== undefined) ?? this.#elsewhere?.find(method, authid, signIn);
  }

  async identify<M extends CredentialMethod>(method: M, signIn: SignIn): Promise<Known<M> | undefined> {
    return this.#elsewhere?.identify?.(method, signIn);
  }

  /** One of each name: a key that the configuration and a row give to the same principal has one owner. */
  owners<M extends "cryptosign" | "tls">(method: M, key: string): readonly Known<M>[] {
    const named = new Map<string, Known<M>>();
    for (const book of this.#all()) {
      for (const owner of book.owners(method, key)) {
        if (!named.has(owner.authid)) named.set(owner.authid, owner);
      }
    }
    return [...named.values()];
  }

  /** Asks nobody elsewhere: who is there is decided for each sign-in. */
  async knows(authid: string): Promise<boolean> {
    return (await Promise.all(this.#kept.map((book) => book.knows(authid)))).includes(true);
  }

  has(method: CredentialMethod): boolean {
    return this.#all().some((book) => book.has(method));
  }

  samples<M extends CredentialMethod>(method: M): readonly CredentialFor<M>[] {
    return this.#all().flatMap((book) => book.samples(method));
  }

  #all(): readonly PrincipalBook[] {
    return this.#elsewhere ? [...this.#kept, this.#elsewhere] : this.#kept;
  }
}
