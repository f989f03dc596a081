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

function kind(label: string, serializers?: () => Serializer[]): ClientKind {
  const name = `autobahn-js 26 with ${label}`;
  return {
    name,
    async open({ url, realm }) {
      const connection = new autobahn.Connection({
        url,
        realm,
        ...(serializers && { serializers: serializers() }),
        max_retries: 0,
        on_user_error() {}, // it would print every error that an endpoint raises on purpose
      });
      const closed = new Promise<void>((resolve) => {
        connection.onclose = () => {
          resolve();
          return true;
        };
      });
      const session = await new Promise<Session>((resolve, reject) => {
        connection.onopen = resolve;
        closed.then(() => reject(new Error(`${name} was not let in`)));
        connection.open();
      });
      return client(name, { connection, session, closed, binary: label === "msgpack" || label === "cbor" });
    },
  };
}

interface Line {
  readonly connection: Connection;
  readonly session: Session;
  readonly closed: Promise<void>;
  readonly binary: boolean;
}

function client(name: string, { connection, session, closed, binary }: Line): Client {
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
