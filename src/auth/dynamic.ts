/**
 * Sign-in decided by a procedure of the realm (AUT-18), called as Crossbar.io calls it: with the realm, the authid that the
 * client asks for (null where it asks for none) and details. It decides on tickets itself; for the other methods it
 * answers with what the client is recognized by, and the router does the rest. No answer is no admission (AUT-07).
 */
import { Refusal } from "../wamp/error.ts";
import { isReserved, uriFault } from "../wamp/uri.ts";
import type { Credential, CredentialFor, CredentialMethod, Known, PrincipalBook } from "./credential.ts";
import { shapeOf } from "./device-store.ts";
import {
  type Answer,
  AnswerFault,
  type DynamicMethod,
  readAnswer,
  readCredential,
} from "./dynamic-answer.ts";
import type { Principal, SignIn } from "./method.ts";

/** Calls a procedure of the realm on the router's own behalf. Rejects with an Error whose `uri` is that of its ERROR. */
export type Ask = (
  procedure: string,
  args: readonly unknown[],
) => Promise<{ readonly args: readonly unknown[]; readonly kwargs: Readonly<Record<string, unknown>> }>;

export interface DynamicPorts {
  /** Method to the procedure that decides on it; methods that are missing are not decided here. */
  readonly procedures: Readonly<Partial<Record<DynamicMethod, string>>>;
  readonly ask: Ask;
  /** Whether it may grant this role; undefined: any. */
  readonly grants?: (authrole: string) => boolean;
  /** Is told why a procedure could not be used, which is nothing to tell strangers. */
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

/** Of the errors in `wamp.*`, those by which a procedure says no. Whatever an application names itself says no too. */
const NO: ReadonlySet<string> = new Set([
  "wamp.error.not_authorized",
  "wamp.error.authentication_denied",
  "wamp.error.no_such_principal",
]);
/** More shapes than one application has use for are not remembered. */
const MOST_SHAPES = 8;

export class DynamicAuthenticator implements PrincipalBook {
  readonly #ports: DynamicPorts;
  /** JSON of a shape to the shape, of credentials that were answered since the realm woke. */
  readonly #shapes = new Map<string, Credential>();
  /** Sign-in to what was answered, since a method looks up when it challenges and when it verifies. */
  readonly #answered = new WeakMap<SignIn, Map<string, Known<CredentialMethod> | undefined>>();

  constructor(ports: DynamicPorts) {
    this.#ports = ports;
  }

  /** Nobody by ticket: see judgeTicket. @throws Refusal authentication_failed */
  find<M extends CredentialMethod>(method: M, authid: string, signIn: SignIn): Promise<Known<M> | undefined> {
    return this.#known(method, authid, signIn);
  }

  /** The answer must then say who it is. @throws Refusal authentication_failed */
  identify<M extends CredentialMethod>(method: M, signIn: SignIn): Promise<Known<M> | undefined> {
    return this.#known(method, null, signIn);
  }

  /** Who shows this ticket; undefined where the procedure says no. @throws Refusal authentication_failed */
  async judgeTicket(signIn: SignIn, ticket: string): Promise<Principal | undefined> {
    const authid = signIn.details.authid ?? null;
    const details = { ...detailsOf("ticket", signIn), ticket };
    const found = await this.#ask("ticket", [signIn.realm, authid, details], (answer) =>
      whoIs(answer, authid),
    );
    return found && { ...found, authprovider: "dynamic" };
  }

  /** By a key alone nobody is found without being asked: see identify. */
  owners(): readonly never[] {
    return [];
  }

  /** Nobody before it is asked. */
  knows(): boolean {
    return false;
  }

  has(method: CredentialMethod): boolean {
    return procedureFor(this.#ports, method) !== undefined;
  }

  /**
   * What was answered so far looks like. An authenticator that wants those whom it does not know to look like the others
   * from the first on (AUT-08) answers for them too, with a secret that nobody has.
   */
  samples<M extends CredentialMethod>(method: M): readonly CredentialFor<M>[] {
    return [...this.#shapes.values()].filter((each): each is CredentialFor<M> => each.method === method);
  }

  async #known<M extends CredentialMethod>(
    method: M,
    authid: string | null,
    signIn: SignIn,
  ): Promise<Known<M> | undefined> {
    if (method === "ticket" || method === "tls") return undefined;
    const answered = this.#answered.get(signIn) ?? new Map<string, Known<CredentialMethod> | undefined>();
    const question = JSON.stringify([method, authid]);
    if (!answered.has(question)) {
      const args = [signIn.realm, authid, detailsOf(method, signIn)];
      const found = await this.#ask(method, args, (answer) => ({
        ...whoIs(answer, authid),
        authprovider: "dynamic" as const,
        credential: readCredential(method, answer.fields),
      }));
      if (found) this.#remember(shapeOf(found.credential));
      this.#answered.set(signIn, answered.set(question, found));
    }
    return answered.get(question) as Known<M> | undefined; // its question names the method
  }

  /** What `read` makes of the answer; undefined where the procedure says no. @throws Refusal authentication_failed */
  async #ask<T>(
    method: CredentialMethod,
    args: readonly unknown[],
    read: (answer: Answer) => T,
  ): Promise<T | undefined> {
    const procedure = procedureFor(this.#ports, method);
    if (procedure === undefined) return undefined;
    try {
      const answer = readAnswer(await this.#ports.ask(procedure, args), args[0]);
      if (this.#ports.grants?.(answer.authrole) === false) {
        throw new AnswerFault(
          "role is one that an authenticator may not grant: anonymous, or one with admin",
        );
      }
      return read(answer);
    } catch (error) {
      const uri = uriOf(error);
      if (uri !== undefined && saysNo(uri)) return undefined;
      const fault = error instanceof AnswerFault ? error.message : (uri ?? "no answer could be had");
      this.#ports.log({ event: "authenticator", procedure, method, fault });
      throw new Refusal(
        "wamp.error.authentication_failed",
        "this realm's authenticator could not decide: try again later, and if it stays so tell its administrator",
      );
    }
  }

  #remember(shape: Credential): void {
    if (this.#shapes.size < MOST_SHAPES) this.#shapes.set(JSON.stringify(shape), shape);
  }
}

function procedureFor({ procedures }: DynamicPorts, method: CredentialMethod): string | undefined {
  return method === "tls" ? undefined : procedures[method];
}

/** What is told of whoever signs in: what HELLO said and what the platform saw, and no header. */
function detailsOf(
  method: DynamicMethod,
  { session, origin, details }: SignIn,
): Readonly<Record<string, unknown>> {
  return {
    session,
    authmethod: method,
    authextra: details.authextra ?? {},
    ...(details.authrole !== undefined && { authrole: details.authrole }),
    transport: { ...(origin.address !== undefined && { address: origin.address }) },
  };
}

/** @throws AnswerFault where neither the answer nor the client says who it is */
function whoIs(
  { authid, authrole, authextra }: Answer,
  asked: string | null,
): Omit<Principal, "authprovider"> {
  const name = authid ?? asked;
  if (!name) throw new AnswerFault("the result must have authid, since the client names none");
  return { authid: name, authrole, ...(authextra && { authextra }) };
}

/** Whether an ERROR means that somebody is not to be let in, in place of that nobody could tell. */
function saysNo(uri: string): boolean {
  return NO.has(uri) || !isReserved(uri);
}

function uriOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("uri" in error)) return undefined;
  return typeof error.uri === "string" && uriFault(error.uri) === undefined ? error.uri : undefined;
}
