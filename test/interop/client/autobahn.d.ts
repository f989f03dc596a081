/** What the tests use of autobahn 26, which comes without types. */
declare module "autobahn" {
  export interface Serializer {
    readonly SERIALIZER_ID: string;
    readonly BINARY: boolean;
  }
  export interface Subscription {
    readonly id: number;
    unsubscribe(): Promise<unknown>;
  }
  export interface Registration {
    readonly id: number;
    unregister(): Promise<unknown>;
  }
  type Handler = (
    args: unknown[],
    kwargs: Record<string, unknown>,
    details: Record<string, unknown>,
  ) => unknown;
  export interface Session {
    readonly id: number;
    subscribe(topic: string, handler: Handler, options?: object): Promise<Subscription>;
    publish(topic: string, args?: readonly unknown[], kwargs?: object, options?: object): Promise<unknown>;
    register(procedure: string, endpoint: Handler, options?: object): Promise<Registration>;
    call(procedure: string, args?: readonly unknown[], kwargs?: object, options?: object): Promise<unknown>;
    prefix(prefix: string, uri: string): void;
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
