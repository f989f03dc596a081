/**
 * Sign-in by TLS client certificate, in place of a challenge (SES-23). Believes only what the platform itself verified:
 * it never sees a header, nor anything else that the client wrote, but the name that HELLO asks for.
 */
import { Refusal } from "../wamp/error.ts";
import type { Known, PrincipalBook } from "./credential.ts";
import type { AuthMethod, Maybe, SignIn, Verdict } from "./method.ts";
import { denied, principalOf } from "./verdict.ts";

/** SHA-256, as in Certificate.fingerprint. */
const FINGERPRINT = /^[0-9a-f]{64}$/;

export class Tls implements AuthMethod {
  readonly name = "tls";
  readonly #book: PrincipalBook;

  constructor({ book }: { readonly book: PrincipalBook }) {
    this.#book = book;
  }

  /** Whoever comes without a certificate has its next choice tried. */
  offered({ origin }: SignIn): boolean {
    return origin.certificate !== undefined && this.#book.has("tls");
  }

  /** @throws Refusal authentication_denied, or authentication_failed where nobody can tell now */
  async challenge(signIn: SignIn): Promise<Verdict> {
    const fingerprint = signIn.origin.certificate?.fingerprint ?? "";
    if (!FINGERPRINT.test(fingerprint)) throw denied();
    const known = await this.#lookUp(signIn, fingerprint);
    if (!known?.credential.fingerprints.includes(fingerprint)) throw denied();
    return { principal: principalOf(known) };
  }

  verify(): never {
    throw new Refusal(
      "wamp.error.authentication_failed",
      "sign-in by certificate has no challenge to answer: send HELLO again on a new connection",
    );
  }

  #lookUp(signIn: SignIn, fingerprint: string): Maybe<Known<"tls"> | undefined> {
    // By its name again, so that a name means one principal, however it was found.
    const authid = signIn.details.authid || this.#nameOf(fingerprint);
    return authid ? this.#book.find("tls", authid, signIn) : this.#book.identify?.("tls", signIn);
  }

  /** Whoever holds the key of the certificate may be told that it is shared. */
  #nameOf(fingerprint: string): string | undefined {
    const [owner, another] = this.#book.owners("tls", fingerprint);
    if (!another) return owner?.authid;
    throw new Refusal(
      "wamp.error.authentication_denied",
      "several principals have this certificate: say which one you are by HELLO.Details.authid",
    );
  }
}
