/** wampy.js 8 and 7, in Node: there they need a WebSocket of the package ws. */
import { Wampy as Wampy8 } from "wampy";
import { CborSerializer as Cbor8 } from "wampy/CborSerializer.js";
import { JsonSerializer as Json8 } from "wampy/JsonSerializer.js";
import { MsgpackSerializer as Msgpack8 } from "wampy/MsgpackSerializer.js";
import { Wampy as Wampy7 } from "wampy7";
import { CborSerializer as Cbor7 } from "wampy7/CborSerializer.js";
import { JsonSerializer as Json7 } from "wampy7/JsonSerializer.js";
import { MsgpackSerializer as Msgpack7 } from "wampy7/MsgpackSerializer.js";
import WebSocket from "ws";
import { CallFailure, type Client, type ClientKind, Inbox, type Payload, payloadOf } from "./client.ts";

export type Options = NonNullable<ConstructorParameters<typeof Wampy8>[1]>;
type Serializer = NonNullable<Options["serializer"]>;

/** Every serializer that the libraries have. */
export const wampy8Kinds: readonly ClientKind[] = [
  kind("wampy 8", Wampy8, () => new Json8()),
  kind("wampy 8", Wampy8, () => new Msgpack8()),
  kind("wampy 8", Wampy8, () => new Cbor8()),
];
export const wampy7Kinds: readonly ClientKind[] = [
  kind("wampy 7", Wampy7, () => new Json7()),
  kind("wampy 7", Wampy7, () => new Msgpack7()),
  kind("wampy 7", Wampy7, () => new Cbor7()),
];

function kind(library: string, Wampy: typeof Wampy8, serializer: () => Serializer): ClientKind {
  const { protocol } = serializer();
  const name = `${library} with ${protocol}`;
  return {
    name,
    async open({ url, realm }) {
      const wampy = new Wampy(url, {
        realm,
        serializer: serializer(),
        ws: WebSocket as unknown as NonNullable<Options["ws"]>, // it has what wampy calls
        autoReconnect: false,
      });
      await wampy.connect();
      return client(name, wampy, protocol !== "json");
    },
  };
}

/** A connected Wampy 8 itself, for what only it can say. */
export async function openWampy(
  { url, realm }: { readonly url: string; readonly realm: string },
  options: Options = {},
): Promise<Wampy8> {
  const wampy = new Wampy8(url, {
    realm,
    ws: WebSocket as unknown as NonNullable<Options["ws"]>, // it has what wampy calls
    autoReconnect: false,
    ...options,
  });
  await wampy.connect();
  return wampy;
}

interface Seen {
  readonly argsList?: unknown[];
  readonly argsDict?: Record<string, unknown>;
}

function client(name: string, wampy: InstanceType<typeof Wampy8>, binary: boolean): Client {
  return {
    name,
    binary,
    async subscribe(topic, match) {
      const events = new Inbox<Payload & { topic: unknown }>();
      const { subscriptionKey } = await wampy.subscribe(
        topic,
        ({ argsList, argsDict, details }) => {
          events.put({ ...payloadOf(argsList, argsDict), topic: details.topic });
        },
        match && { match },
      );
      return {
        events,
        unsubscribe: async () => {
          await wampy.unsubscribe(subscriptionKey);
        },
      };
    },
    async publish(topic, payload) {
      await wampy.publish(topic, given(payload));
    },
    async register(procedure, endpoint) {
      await wampy.register(procedure, async ({ argsList, argsDict }) => {
        try {
          return given(await endpoint(payloadOf(argsList, argsDict)));
        } catch (failure) {
          if (!(failure instanceof CallFailure)) throw failure;
          throw { error: failure.uri, ...given(failure.payload) }; // the shape that wampy documents
        }
      });
      return {
        unregister: async () => {
          await wampy.unregister(procedure);
        },
      };
    },
    async call(procedure, payload) {
      try {
        const { argsList, argsDict } = await wampy.call(procedure, given(payload));
        return payloadOf(argsList, argsDict);
      } catch (error) {
        if (!(error instanceof Error) || !("errorUri" in error)) throw error;
        const { argsList, argsDict } = error as Seen;
        throw new CallFailure(String(error.errorUri), payloadOf(argsList, argsDict));
      }
    },
    close: async () => {
      await wampy.disconnect();
    },
  };
}

/** wampy writes what is given, also what is empty: an absent dict stays absent. */
function given({ args, kwargs }: Payload): { argsList: unknown[]; argsDict?: Record<string, unknown> } {
  return { argsList: [...args], ...(Object.keys(kwargs).length > 0 && { argsDict: { ...kwargs } }) };
}
