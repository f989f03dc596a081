/** Autobahn|JS 26, as its tutorials use it. */
import autobahn, { type Challenge, type Connection, type Serializer, type Session } from "autobahn";
import log from "autobahn/lib/log.js";
import { CallFailure, type Client, type ClientKind, Inbox, type Payload, payloadOf } from "./client.ts";
import { type Arrival, type Credentials, Refused, type Welcomed, welcomedBy } from "./credentials.ts";

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
  readonly welcome: Welcomed;
  /** Resolves with the reason of the GOODBYE that ended the session. */
  readonly closed: Promise<string>;
}

export type { Arrival as Address } from "./credentials.ts";

/** @throws Refused where the router does not let it in */
export async function openAutobahn(arrival: Arrival, serializers?: Serializer[]): Promise<Line> {
  const connection = connectionFor(arrival, serializers);
  const ended = new Promise<{ readonly reason: string; readonly message: unknown }>((resolve) => {
    connection.onclose = (reason, details) => {
      resolve({
        reason: typeof details.reason === "string" ? details.reason : reason,
        message: details.message,
      });
      return true;
    };
  });
  const { session, details } = await new Promise<{ session: Session; details: Record<string, unknown> }>(
    (resolve, reject) => {
      connection.onopen = (session, details) => resolve({ session, details });
      ended.then(({ reason, message }) => reject(new Refused("autobahn-js 26", reason, message)));
      connection.open();
    },
  );
  const closed = ended.then(({ reason }) => reason);
  return { connection, session, welcome: welcomedBy(details), closed };
}

function connectionFor({ url, realm, credentials }: Arrival, serializers?: Serializer[]): Connection {
  const given = { url, realm, ...(serializers && { serializers }) };
  if (credentials?.method === "cryptosign") {
    const { authid, seed } = credentials;
    const pkey = autobahn.nacl.sign.keyPair.fromSeed(Uint8Array.from(Buffer.from(seed, "hex")));
    return autobahn.auth_cryptosign.create_connection({ ...given, pkey, ...(authid && { authid }) });
  }
  return new autobahn.Connection({
    ...given,
    ...(credentials && signingIn(credentials)),
    max_retries: 0,
    on_user_error() {}, // it would print every error that an endpoint raises on purpose
    on_internal_error() {}, // nor every protocol violation that it finds: it closes the connection too
  });
}

/** As its documentation has it. */
function signingIn(credentials: Exclude<Credentials, { method: "cryptosign" }>) {
  const { method, authid } = credentials;
  if (method === "scram") throw new Error("autobahn-js has no SCRAM");
  return {
    authmethods: [method],
    ...(authid && { authid }),
    onchallenge(_session: Session, _method: string, extra: Challenge): string {
      if (credentials.method === "ticket") return credentials.ticket;
      const { challenge, salt, iterations, keylen } = extra;
      const { derive_key, sign } = autobahn.auth_cra;
      const { secret } = credentials;
      return sign(salt === undefined ? secret : derive_key(secret, salt, iterations, keylen), challenge);
    },
  };
}

function kind(label: string, serializers?: () => Serializer[]): ClientKind {
  const name = `autobahn-js 26 with ${label}`;
  return {
    name,
    methods: ["ticket", "wampcra", "cryptosign"],
    async open(arrival) {
      const line = await openAutobahn(arrival, serializers?.());
      return client(name, { ...line, binary: label === "msgpack" || label === "cbor" });
    },
  };
}

function client(
  name: string,
  { connection, session, welcome, closed, binary }: Line & { readonly binary: boolean },
): Client {
  return {
    name,
    welcome,
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
