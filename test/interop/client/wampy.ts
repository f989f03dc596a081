/** wampy.js 8 and 7, in Node: there they need a WebSocket of the package ws. */
import { Wampy as Wampy8 } from "wampy";
import { CborSerializer as Cbor8 } from "wampy/CborSerializer.js";
import { sign as signKey8 } from "wampy/cryptosign.js";
import { JsonSerializer as Json8 } from "wampy/JsonSerializer.js";
import { MsgpackSerializer as Msgpack8 } from "wampy/MsgpackSerializer.js";
import { sign as signCra8 } from "wampy/wampcra.js";
import { Wampy as Wampy7 } from "wampy7";
import { CborSerializer as Cbor7 } from "wampy7/CborSerializer.js";
import { sign as signKey7 } from "wampy7/cryptosign.js";
import { JsonSerializer as Json7 } from "wampy7/JsonSerializer.js";
import { MsgpackSerializer as Msgpack7 } from "wampy7/MsgpackSerializer.js";
import { sign as signCra7 } from "wampy7/wampcra.js";
import WebSocket from "ws";
import { Key } from "../../auth/key.ts";
import { CallFailure, type Client, type ClientKind, Inbox, type Payload, payloadOf } from "./client.ts";
import { type Arrival, type Credentials, Refused, welcomedBy } from "./credentials.ts";

export type Options = NonNullable<ConstructorParameters<typeof Wampy8>[1]>;
type Serializer = NonNullable<Options["serializer"]>;

interface Library {
  readonly name: string;
  readonly Wampy: typeof Wampy8;
  readonly signCra: typeof signCra8;
  readonly signKey: typeof signKey8;
}
const WAMPY8: Library = { name: "wampy 8", Wampy: Wampy8, signCra: signCra8, signKey: signKey8 };
const WAMPY7: Library = { name: "wampy 7", Wampy: Wampy7, signCra: signCra7, signKey: signKey7 };

/** Every serializer that the libraries have. */
export const wampy8Kinds: readonly ClientKind[] = [
  kind(WAMPY8, () => new Json8()),
  kind(WAMPY8, () => new Msgpack8()),
  kind(WAMPY8, () => new Cbor8()),
];
export const wampy7Kinds: readonly ClientKind[] = [
  kind(WAMPY7, () => new Json7()),
  kind(WAMPY7, () => new Msgpack7()),
  kind(WAMPY7, () => new Cbor7()),
];

function kind(library: Library, serializer: () => Serializer): ClientKind {
  const { protocol } = serializer();
  const name = `${library.name} with ${protocol}`;
  return {
    name,
    methods: ["ticket", "wampcra", "cryptosign"],
    async open(arrival) {
      const { wampy, details } = await connect(library, arrival, { serializer: serializer() });
      return client(name, wampy, { binary: protocol !== "json", details });
    },
  };
}

/** A connected Wampy 8 itself, for what only it can say. */
export async function openWampy(arrival: Arrival, options: Options = {}): Promise<Wampy8> {
  return (await connect(WAMPY8, arrival, options)).wampy;
}

/** @throws Refused where the router does not let it in */
async function connect(library: Library, { url, realm, credentials }: Arrival, options: Options) {
  const wampy = new library.Wampy(url, {
    realm,
    ws: WebSocket as unknown as NonNullable<Options["ws"]>, // it has what wampy calls
    autoReconnect: false,
    ...(credentials && signingIn(library, credentials)),
    ...options,
  });
  try {
    const details: Readonly<Record<string, unknown>> = { ...(await wampy.connect()) };
    return { wampy, details };
  } catch (error) {
    if (!(error instanceof Error) || !("errorUri" in error)) throw error;
    const { errorUri, details } = error as Aborted;
    throw new Refused(library.name, errorUri, details?.message);
  }
}

/** What the libraries throw for an ABORT. */
interface Aborted extends Error {
  readonly errorUri: string;
  readonly details?: { readonly message?: unknown };
}

/** As their documentation has it: its plugins answer by themselves, a ticket is given by hand. */
function signingIn({ signCra, signKey }: Library, credentials: Credentials): Options {
  const { method, authid = "" } = credentials;
  const named = { authid, authmethods: [method] };
  switch (method) {
    case "ticket":
      return { ...named, onChallenge: () => credentials.ticket };
    case "wampcra":
      return { ...named, authMode: "auto", authPlugins: { wampcra: plugin(signCra(credentials.secret)) } };
    case "cryptosign":
      return {
        ...named,
        authMode: "auto",
        authPlugins: { cryptosign: plugin(signKey(credentials.seed)) },
        authextra: { pubkey: new Key(credentials.seed).publicKey },
      };
    case "scram":
      throw new Error("wampy has no SCRAM");
  }
}

type Plugin = NonNullable<Options["authPlugins"]>[string];

/** Its own plugins know more of what they are called with than its own type for plugins does. */
function plugin(sign: ReturnType<typeof signCra8> | ReturnType<typeof signKey8>): Plugin {
  return sign as unknown as Plugin;
}

interface Seen {
  readonly argsList?: unknown[];
  readonly argsDict?: Record<string, unknown>;
}

function client(
  name: string,
  wampy: InstanceType<typeof Wampy8>,
  { binary, details }: { binary: boolean; details: Readonly<Record<string, unknown>> },
): Client {
  return {
    name,
    welcome: welcomedBy(details),
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
