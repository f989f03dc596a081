/**
 * WAMP-SCRAM: the client proves that it knows a password of which the router keeps only what follows from it, and the
 * router proves that it keeps that (section 9.5). The text that both sign is fixed when the challenge is sent.
 */
import { Refusal } from "../wamp/error.ts";
import type { Message } from "../wamp/message.ts";
import { authidOf, type ChallengePorts, LONGEST_AUTHID, textOf } from "./challenger.ts";
import type { Known, ScramCredential } from "./credential.ts";
import { fromBase64, type Octets, toBase64 } from "./encoding.ts";
import type { AuthMethod, Challenge, SignIn, Verdict } from "./method.ts";
import { Mock } from "./mock.ts";
import { newNonce } from "./nonce.ts";
import { saslprep } from "./saslprep.ts";
import { authMessage, PROTOTYPE, proves, type ScramDialect, SPEC, verifierOf } from "./scram-exchange.ts";
import { denied, nobody, principalOf } from "./verdict.ts";

export interface ScramPorts extends ChallengePorts {
  /** `prototype`: the method `scram` of Autobahn|Python and Crossbar in place of `wamp-scram` (SCR-01, SCR-16). */
  readonly dialect?: "prototype";
}

/** Characters; 24 are usual. */
const LONGEST_NONCE = 256;
/** What a proof that is none is compared as: it takes as long, and is wrong. */
const NO_PROOF = new Uint8Array(0);
const SALT = "AAAAAAAAAAAAAAAAAAAAAA==";

export class Scram implements AuthMethod {
  readonly name: "wamp-scram" | "scram";
  readonly #ports: ScramPorts;
  readonly #dialect: ScramDialect;

  constructor(ports: ScramPorts) {
    this.#ports = ports;
    this.#dialect = ports.dialect === "prototype" ? PROTOTYPE : SPEC;
    this.name = this.#dialect.name;
  }

  /** Where there are credentials at all, some have to be of this dialect. */
  offered(): boolean {
    const { book } = this.#ports;
    if (!book.has("wamp-scram")) return false;
    return book.samples("wamp-scram").length === 0 || this.#samples().length > 0;
  }

  /** SCR-02, SCR-03, SCR-04. @throws Refusal where HELLO lacks something or asks for what is not there */
  async challenge(signIn: SignIn): Promise<Verdict> {
    const authid = this.#authid(signIn);
    const clientNonce = clientNonceOf(signIn);
    checkUnbound(signIn.details.authextra, "HELLO.Details.authextra");
    const known = await this.#find(authid, signIn);
    if (!known && this.#ports.revealUnknown) throw nobody(authid);
    const sham = await this.#sham(authid, known);
    const { salt, kdf, iterations, memory } = known ? known.credential : sham;
    const nonce = clientNonce + newNonce();
    const message = authMessage({ authid, clientNonce, nonce, salt, iterations }, this.#dialect);
    return {
      challenge: { extra: { nonce, salt, kdf, iterations, memory }, expects: { nonce, message } },
    };
  }

  /** SCR-05, SCR-06, SCR-11, SCR-12. @throws Refusal authentication_denied, or authentication_failed for what is not SCRAM */
  async verify(
    signIn: SignIn,
    expects: Challenge["expects"],
    { signature, extra }: Message<"AUTHENTICATE">,
  ): Promise<Verdict> {
    const authid = this.#authid(signIn);
    if (this.#dialect === SPEC) checkAnswer(extra, textOf(expects, "nonce"));
    const known = await this.#find(authid, signIn);
    const sham = await this.#sham(authid, known);
    const { storedKey, serverKey } = known ? known.credential : sham;
    const message = textOf(expects, "message");
    const right = await proves(kept(storedKey), message, fromBase64(signature) ?? NO_PROOF);
    const verifier = await verifierOf(kept(serverKey), message);
    if (!known || !right) throw denied();
    const principal = principalOf(known);
    const authextra = { ...principal.authextra, [this.#dialect.verifier]: verifier };
    return { principal: { ...principal, authextra } };
  }

  /** SCR-15: principals are kept under their prepared names. */
  #authid(signIn: SignIn): string {
    const prepared = preparedAuthid(authidOf(signIn, this.name));
    if (prepared !== "" && prepared.length <= LONGEST_AUTHID) return prepared;
    throw refused(
      `HELLO.Details.authid must have 1 to ${LONGEST_AUTHID} characters when prepared by SASLprep`,
    );
  }

  async #find(authid: string, signIn: SignIn): Promise<Known<"wamp-scram"> | undefined> {
    const known = await this.#ports.book.find("wamp-scram", authid, signIn);
    return known && this.#speaks(known.credential) ? known : undefined;
  }

  /** Whom somebody unknown is taken for (SCR-14); for somebody known one of the same kind, so that it takes the same steps. */
  async #sham(authid: string, known: Known<"wamp-scram"> | undefined): Promise<ScramCredential> {
    const mock = new Mock(this.#ports.mockKey, [this.name, authid]);
    const picked = await mock.pick(this.#samples());
    const like = known?.credential ?? picked ?? USUAL[this.name];
    const salt = toBase64(await mock.octets("salt", fromBase64(like.salt)?.length ?? 16));
    const storedKey = toBase64(await mock.octets("key", 32));
    return { ...like, salt, storedKey, serverKey: storedKey };
  }

  #samples(): readonly ScramCredential[] {
    return this.#ports.book.samples("wamp-scram").filter((each) => this.#speaks(each));
  }

  #speaks({ kdf }: ScramCredential): boolean {
    return (kdf === "argon2id-13") === (this.#dialect === PROTOTYPE);
  }
}

/** What is shown where no principal is known from which to learn what is usual here. */
const USUAL: Readonly<Record<ScramDialect["name"], ScramCredential>> = {
  "wamp-scram": usual("argon2id13", { iterations: 2, memory: 19_456 }),
  scram: usual("argon2id-13", { iterations: 4_096, memory: 512 }),
};

function usual(
  kdf: ScramCredential["kdf"],
  cost: Pick<ScramCredential, "iterations" | "memory">,
): ScramCredential {
  return { method: "wamp-scram", kdf, ...cost, salt: SALT, storedKey: "", serverKey: "" };
}

function preparedAuthid(authid: string): string {
  try {
    return saslprep(authid);
  } catch (error) {
    if (error instanceof RangeError) throw refused(`HELLO.Details.authid ${error.message}`);
    throw error;
  }
}

/** SCR-02. */
function clientNonceOf({ details }: SignIn): string {
  const nonce = details.authextra?.nonce;
  if (typeof nonce === "string" && nonce !== "" && nonce.length <= LONGEST_NONCE && fromBase64(nonce))
    return nonce;
  throw refused(
    `HELLO.Details.authextra.nonce must be the base64 of random octets, of at most ${LONGEST_NONCE} characters`,
  );
}

/** SCR-05, SCR-06. */
function checkAnswer(extra: Message<"AUTHENTICATE">["extra"], nonce: string): void {
  if (extra.nonce !== nonce) throw refused("AUTHENTICATE.Extra.nonce must be the nonce of the CHALLENGE");
  checkUnbound(extra, "AUTHENTICATE.Extra");
  if ((extra.cbind_data ?? null) !== null) {
    throw refused("AUTHENTICATE.Extra.cbind_data is only for channel binding, which was not asked for");
  }
}

/** SCR-03, SCR-20: the platform tells nothing of the TLS connection that both sides could sign. */
function checkUnbound(extra: Readonly<Record<string, unknown>> | undefined, where: string): void {
  if ((extra?.channel_binding ?? null) === null) return;
  throw refused(`${where}.channel_binding must be null or absent: this router offers none for SCRAM`);
}

function refused(message: string): Refusal {
  return new Refusal("wamp.error.authentication_failed", message);
}

function kept(base64: string): Octets {
  const octets = fromBase64(base64);
  if (octets?.length === 32) return octets;
  throw new TypeError("a SCRAM credential must keep storedKey and serverKey as the base64 of 32 octets each");
}
