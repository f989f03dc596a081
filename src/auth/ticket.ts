/**
 * Sign-in by ticket: the client sends a secret, which is compared with a digest (section 9.3). What the book does not know
 * may be a token that an issuer signed, or be judged by the realm's own authenticator. Wrong tickets of known and of
 * unknown principals are answered alike and take the same steps (AUT-08).
 */
import { Refusal } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { sameText } from "./constant-time.ts";
import type { Known, PrincipalBook } from "./credential.ts";
import { hasJwtShape, type JwtVerifier } from "./jwt.ts";
import type { AuthMethod, Challenge, Maybe, Principal, SignIn, Verdict } from "./method.ts";
import { digestOf } from "./secret.ts";
import { denied, nobody, principalOf } from "./verdict.ts";

/** The realm's dynamic authenticator; undefined where it denies. @throws Refusal where it cannot be asked */
export type AskTicket = (signIn: SignIn, ticket: string) => Promise<Principal | undefined>;

export interface TicketPorts {
  readonly book: PrincipalBook;
  /** Judges what has the shape of a JWT. */
  readonly jwt?: JwtVerifier;
  /** Judges every other ticket. */
  readonly ask?: AskTicket;
  /** AUT-08: an unknown name is told to whoever asks, where the book alone knows. Default false. */
  readonly revealUnknown?: boolean;
}

/** Characters. A longer ticket is a wrong one. */
const MAX_TICKET = 8_192;
const CHALLENGE: Verdict = { challenge: { extra: {}, expects: {} } };
/** Compared where nobody is known, so that it takes as long; no digest is this. */
const NOBODY = "-".repeat(44);

export class Ticket implements AuthMethod {
  readonly name = "ticket";
  readonly #ports: TicketPorts;

  constructor(ports: TicketPorts) {
    this.#ports = ports;
  }

  offered(): boolean {
    const { book, jwt, ask } = this.#ports;
    return jwt !== undefined || ask !== undefined || book.has("ticket");
  }

  /** TCK-01, TCK-02: nobody need be looked up yet. @throws Refusal without an authid, unless a token could tell it */
  challenge(signIn: SignIn): Maybe<Verdict> {
    const { jwt, ask, revealUnknown } = this.#ports;
    const { authid } = signIn.details;
    if (!authid && !jwt) {
      throw new Refusal(
        "wamp.error.authentication_failed",
        "HELLO.Details.authid must say who signs in by ticket",
      );
    }
    if (authid && revealUnknown && !jwt && !ask) return this.#challengeOf(authid, signIn);
    return CHALLENGE;
  }

  /** TCK-03. @throws Refusal authentication_denied, or authentication_failed where nobody can judge it now */
  async verify(
    signIn: SignIn,
    _expects: Challenge["expects"],
    { signature: ticket }: Message<"AUTHENTICATE">,
  ): Promise<Verdict> {
    if (ticket === "" || ticket.length > MAX_TICKET || !ticket.isWellFormed()) throw denied();
    const known = await this.#find(signIn.details.authid, signIn);
    const right = await sameText(await digestOf(ticket), known?.credential.digest ?? NOBODY);
    if (known && right) return { principal: principalOf(known) };
    // AUT-08: whoever is in the book is judged by the book alone. The others are asked all the same, and their answer
    // comes to nothing, since a quicker denial would tell who is in the book.
    const principal = await this.#judgeElsewhere(signIn, ticket);
    if (known || !principal) throw denied();
    return { principal };
  }

  async #challengeOf(authid: string, signIn: SignIn): Promise<Verdict> {
    if (!(await this.#find(authid, signIn))) throw nobody(authid);
    return CHALLENGE;
  }

  async #judgeElsewhere(signIn: SignIn, ticket: string): Promise<Principal | undefined> {
    const { jwt, ask } = this.#ports;
    if (jwt && hasJwtShape(ticket)) {
      const principal = await jwt.verify(ticket, signIn);
      // A token that names somebody in the book, who signs in by whatever method, would make two of one name.
      return (await this.#ports.book.knows(principal.authid)) ? undefined : principal;
    }
    return signIn.details.authid ? ask?.(signIn, ticket) : undefined; // TCK-01
  }

  #find(authid: string | undefined, signIn: SignIn): Maybe<Known<"ticket"> | undefined> {
    return authid ? this.#ports.book.find("ticket", authid, signIn) : undefined;
  }
}
