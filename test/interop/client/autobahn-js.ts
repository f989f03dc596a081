/** Autobahn|JS 26, as its tutorials use it. */
import autobahn, { type Connection, type Serializer, type Session } from "autobahn";
import log from "autobahn/lib/log.js";
import { CallFailure, type Client, type ClientKind, Inbox, type Payload, payloadOf } from "./client.ts";

log.warn = () => {}; // it warns of every close that was asked for

const { JSONSerializer, MsgpackSerializer, CBORSerializer } = autobahn.serializer;

/** Every serializer that the library has; and none named, as in the tutorials. */
export const autobahnKinds: readonly ClientKind[] = [
  kind("json", () => [new JSONSerializer()]),
  kind("msgpack", () => [new MsgpackSerializer()]),
  kind("cbor", () => [new CBORSerializer()]),
];
export const autobahnByDefault = kind("its default offer");

/** A session of the library itself, for what only it can say; and how it ends. */
export interface Line {
  readonly connection: Connection;
  readonly session: Session;
  /** Resolves with the reason of the GOODBYE that ended the session. */
  readonly closed: Promise<string>;
}

export interface Address {
  readonly url: string;
  readonly realm: string;
}

/** @throws Error where the router does not let it in */
export async function openAutobahn({ url, realm }: Address, serializers?: Serializer[]): Promise<Line> {
  const connection = new autobahn.Connection({
    url,
    realm,
    ...(serializers && { serializers }),
    max_retries: 0,
    on_user_error() {}, // it would print every error that an endpoint raises on purpose
    on_internal_error() {}, // nor every protocol violation that it finds: it closes the connection too
  });
  const closed = new Promise<string>((resolve) => {
    connection.onclose = (reason, details) => {
      resolve(typeof details.reason === "string" ? details.reason : reason);
      return true;
    };
  });
  const session = await new Promise<Session>((resolve, reject) => {
    connection.onopen = resolve;
    closed.then((reason) => reject(new Error(`autobahn-js 26 was not let in: ${reason}`)));
    connection.open();
  });
  return { connection, session, closed };
}

function kind(label: string, serializers?: () => Serializer[]): ClientKind {
  const name = `autobahn-js 26 with ${label}`;
  return {
    name,
    async open(address) {
      const line = await openAutobahn(address, serializers?.());
      return client(name, { ...line, binary: label === "msgpack" || label === "cbor" });
    },
  };
}

function client(
  name: string,
  { connection, session, closed, binary }: Line & { readonly binary: boolean },
): Client {
  return {
    name,
    binary,
    async subscribe(topic, match = "exact") {
      const events = new Inbox<Payload & { topic: unknown }>();
      const subscription = await session.subscribe(
        topic,
        (args, kwargs, details) => {
          // It fills in the subscribed topic itself where the router told none.
          events.put({ ...payloadOf(args, kwargs), topic: details.topic });
        },
        { match },
      );
      return {
        events,
        unsubscribe: async () => {
          await subscription.unsubscribe();
        },
      };
    },
    async publish(topic, { args, kwargs }) {
      await session.publish(topic, args, kwargs, { acknowledge: true });
    },
    async register(procedure, endpoint) {
      const registration = await session.register(procedure, async (args, kwargs) => {
        try {
          const result = await endpoint(payloadOf(args, kwargs));
          return new autobahn.Result(result.args, result.kwargs);
        } catch (failure) {
          if (!(failure instanceof CallFailure)) throw failure;
          throw new autobahn.Error(failure.uri, failure.payload.args, failure.payload.kwargs);
        }
      });
      return {
        unregister: async () => {
          await registration.unregister();
        },
      };
    },
    async call(procedure, { args, kwargs }) {
      try {
        const result = await session.call(procedure, args, kwargs);
        if (result instanceof autobahn.Result) return payloadOf(result.args, result.kwargs);
        return payloadOf(result === null ? [] : [result], {});
      } catch (error) {
        if (!(error instanceof autobahn.Error)) throw error;
        throw new CallFailure(error.error, payloadOf(error.args, error.kwargs));
      }
    },
    async close() {
      connection.close();
      await closed;
    },
  };
}
