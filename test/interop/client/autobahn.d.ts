/** What the tests use of autobahn 26, which comes without types. */
declare module "autobahn" {
  export interface Serializer {
    readonly SERIALIZER_ID: string;
    readonly BINARY: boolean;
  }
  export interface Subscription {
    readonly id: number;
    unsubscribe(): Promise<unknown>;
    /** Resolves with the reason where the router took it away. */
    readonly on_unsubscribe: Promise<unknown>;
  }
  export interface Registration {
    readonly id: number;
    unregister(): Promise<unknown>;
    /** Resolves with the reason where the router took it away. */
    readonly on_unregister: Promise<unknown>;
  }
  export interface Event {
    readonly publication: number;
    readonly topic: string;
    readonly publisher: number | undefined;
    readonly publisher_authid: string | undefined;
    readonly publisher_authrole: string | undefined;
    readonly retained: boolean;
  }
  export interface Invocation {
    readonly procedure: string;
    /** Null where the router did not ask for progressive results. */
    readonly progress: ((args?: readonly unknown[], kwargs?: object) => void) | null;
    readonly caller: number | undefined;
    readonly caller_authid: string | undefined;
    readonly caller_authrole: string | undefined;
  }
  type Handler<Details> = (args: unknown[], kwargs: Record<string, unknown>, details: Details) => unknown;
  /** A promise of when.js, with what the library adds. */
  export interface Call extends Promise<unknown> {
    then<Done = unknown, Failed = never>(
      done?: ((result: unknown) => Done | PromiseLike<Done>) | null,
      failed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
      progress?: (result: unknown) => void,
    ): Promise<Done | Failed>;
    cancel(options?: { mode: "skip" | "kill" | "killnowait" }): void;
  }
  export interface Session {
    readonly id: number;
    subscribe(topic: string, handler: Handler<Event>, options?: object): Promise<Subscription>;
    publish(topic: string, args?: readonly unknown[], kwargs?: object, options?: object): Promise<unknown>;
    register(procedure: string, endpoint: Handler<Invocation>, options?: object): Promise<Registration>;
    call(procedure: string, args?: readonly unknown[], kwargs?: object, options?: object): Call;
    prefix(prefix: string, uri: string): void;
    leave(reason?: string, message?: string): void;
  }
  /** What CHALLENGE says, by the methods that it is used with. */
  export interface Challenge {
    readonly challenge: string;
    readonly salt?: string;
    readonly iterations?: number;
    readonly keylen?: number;
  }
  interface KeyPair {
    readonly publicKey: Uint8Array;
    readonly secretKey: Uint8Array;
  }
  export class Connection {
    constructor(options: {
      url: string;
      realm: string;
      serializers?: readonly Serializer[];
      max_retries?: number;
      initial_retry_delay?: number;
      retry_if_unreachable?: boolean;
      on_user_error?: (error: unknown, message: string) => void;
      on_internal_error?: (error: unknown) => void;
      authmethods?: readonly string[];
      authid?: string;
      authextra?: object;
      onchallenge?: (session: Session, method: string, extra: Challenge) => string;
    });
    onopen: (session: Session, details: Record<string, unknown>) => void;
    onclose: (reason: string, details: Record<string, unknown>) => boolean;
    readonly isOpen: boolean;
    open(): void;
    close(reason?: string, message?: string): void;
  }
  class WampError {
    constructor(error: string, args?: readonly unknown[], kwargs?: object);
    readonly error: string;
    readonly args: unknown[];
    readonly kwargs: Record<string, unknown>;
  }
  class WampResult {
    constructor(args?: readonly unknown[], kwargs?: object);
    readonly args: unknown[];
    readonly kwargs: Record<string, unknown>;
  }
  const autobahn: {
    readonly version: string;
    readonly Connection: typeof Connection;
    readonly Error: typeof WampError;
    readonly Result: typeof WampResult;
    readonly auth_cra: {
      sign(key: string, challenge: string): string;
      derive_key(secret: string, salt: string, iterations?: number, keylen?: number): string;
    };
    readonly auth_cryptosign: {
      create_connection(config: {
        url: string;
        realm: string;
        pkey: KeyPair;
        authid?: string;
        serializers?: readonly Serializer[];
      }): Connection;
    };
    readonly nacl: { readonly sign: { readonly keyPair: { fromSeed(seed: Uint8Array): KeyPair } } };
    readonly serializer: {
      readonly JSONSerializer: new () => Serializer;
      readonly MsgpackSerializer: new () => Serializer;
      readonly CBORSerializer: new () => Serializer;
    };
  };
  export default autobahn;
}

declare module "autobahn/lib/log.js" {
  const log: { warn: (...words: unknown[]) => void };
  export default log;
}
