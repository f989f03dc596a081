/**
 * Every message of the Basic and the Advanced Profile, declared once, fields in wire order: this page is the protocol
 * (requirements section 2). A client message is checked here on its way in and nowhere again.
 */
import { ProtocolViolation } from "./error.ts";
import {
  anyDict,
  count,
  dict,
  dictItem,
  flag,
  id,
  idOrZero,
  listOf,
  oneOf,
  orWritten,
  required,
  roles,
  shortText,
  text,
  uri,
} from "./field.ts";
import type { Envelope } from "./payload.ts";
import { type MessageOf, optional, payload, type Shape, shape } from "./shape.ts";

const match = oneOf("exact", "prefix", "wildcard");
const forward_for = listOf(dictItem);

/** Autobahn's older payload transparency (PPT-14) has its types checked as the test-suite wants (MSG-33). */
const passthru = {
  ppt_scheme: shortText,
  ppt_serializer: shortText,
  ppt_cipher: shortText,
  ppt_keyid: shortText,
  enc_algo: { read: readEncAlgo },
  enc_serializer: shortText,
  enc_key: shortText,
  transaction_hash: shortText,
  forward_for,
};

const principal = { authid: text, authrole: text, authmethod: text, authprovider: text, authextra: anyDict };
const because = dict({ message: text });

export const HELLO = shape("HELLO", 1, {
  realm: { read: (value: unknown, where: string) => (value === null ? null : uri.read(value, where)) },
  details: dict({
    roles: required(roles("publisher", "subscriber", "caller", "callee")),
    agent: text,
    authmethods: listOf(text),
    authid: text,
    authrole: text,
    authextra: anyDict,
  }),
});
export const WELCOME = shape("WELCOME", 2, {
  session: id,
  details: dict({
    roles: required(orWritten(roles("broker", "dealer"))),
    agent: text,
    realm: uri,
    ...principal,
  }),
});
export const ABORT = shape("ABORT", 3, { details: because, reason: uri, payload });
export const CHALLENGE = shape("CHALLENGE", 4, { authmethod: text, extra: anyDict });
export const AUTHENTICATE = shape("AUTHENTICATE", 5, { signature: text, extra: anyDict });
export const GOODBYE = shape("GOODBYE", 6, { details: because, reason: uri });
const failure = { request: id, details: dict(passthru), error: uri };
export const ERROR = shape("ERROR", 8, { requestType: count, ...failure, payload });
/** What a client can fail is an INVOCATION and nothing else (MSG-07, SES-36). */
const CLIENT_ERROR = shape("ERROR", 8, {
  requestType: { read: readInvocationType },
  ...failure,
  payload,
});

/** The options of PUBLISH; a testament takes them too (TES-05). */
export const PUBLISH_OPTIONS = {
  acknowledge: flag,
  exclude_me: flag,
  disclose_me: flag,
  retain: flag,
  exclude: listOf(id),
  exclude_authid: listOf(text),
  exclude_authrole: listOf(text),
  eligible: listOf(id),
  eligible_authid: listOf(text),
  eligible_authrole: listOf(text),
  ...passthru,
};

export const PUBLISH = shape(
  "PUBLISH",
  16,
  {
    request: id,
    options: dict(PUBLISH_OPTIONS),
    topic: uri,
    payload,
  },
  {
    message: (request, options, topic, payload) => ({ type: "PUBLISH", request, options, topic, payload }),
  },
);
export const PUBLISHED = shape(
  "PUBLISHED",
  17,
  { request: id, publication: id },
  {
    header: ({ request, publication }) => [17, request, publication],
  },
);
export const SUBSCRIBE = shape("SUBSCRIBE", 32, {
  request: id,
  options: dict({ match, get_retained: flag, forward_for }),
  topic: uri,
});
export const SUBSCRIBED = shape("SUBSCRIBED", 33, { request: id, subscription: id });
export const UNSUBSCRIBE = shape("UNSUBSCRIBE", 34, {
  request: id,
  subscription: id,
  options: optional(dict({ forward_for })),
});
export const UNSUBSCRIBED = shape("UNSUBSCRIBED", 35, {
  request: idOrZero,
  details: optional(dict({ subscription: id, reason: uri })),
});
export const EVENT = shape(
  "EVENT",
  36,
  {
    subscription: id,
    publication: id,
    details: dict({
      publisher: id,
      publisher_authid: text,
      publisher_authrole: text,
      topic: uri,
      trustlevel: count,
      retained: flag,
      x_acknowledged_delivery: flag, // MSG-45: the router never sends it; the test-suite has its type checked
      ...passthru,
    }),
    payload,
  },
  {
    header: ({ subscription, publication, details }) => [36, subscription, publication, details],
  },
);
/** Private and unratified: never asked for, and ignored when it comes (MSG-45). */
export const EVENT_RECEIVED = shape("EVENT_RECEIVED", 337, { publication: id });

export const CALL = shape(
  "CALL",
  48,
  {
    request: id,
    options: dict({
      receive_progress: flag,
      progress: flag,
      disclose_me: flag,
      timeout: count,
      ...passthru,
    }),
    procedure: uri,
    payload,
  },
  {
    message: (request, options, procedure, payload) => ({
      type: "CALL",
      request,
      options,
      procedure,
      payload,
    }),
  },
);
export const CANCEL = shape("CANCEL", 49, {
  request: id,
  options: dict({ mode: oneOf("skip", "kill", "killnowait"), forward_for }),
});
export const RESULT = shape(
  "RESULT",
  50,
  {
    request: id,
    details: dict({ progress: flag, ...passthru }),
    payload,
  },
  {
    header: ({ request, details }) => [50, request, details],
  },
);
export const REGISTER = shape("REGISTER", 64, {
  request: id,
  options: dict({
    match,
    invoke: oneOf("single", "roundrobin", "random", "first", "last"),
    disclose_caller: flag,
    forward_timeout: flag,
    forward_for,
  }),
  procedure: uri,
});
export const REGISTERED = shape("REGISTERED", 65, { request: id, registration: id });
export const UNREGISTER = shape("UNREGISTER", 66, {
  request: id,
  registration: id,
  options: optional(dict({ forward_for })),
});
export const UNREGISTERED = shape("UNREGISTERED", 67, {
  request: idOrZero,
  details: optional(dict({ registration: id, reason: uri })),
});
export const INVOCATION = shape(
  "INVOCATION",
  68,
  {
    request: id,
    registration: id,
    details: dict({
      procedure: uri,
      caller: id,
      caller_authid: text,
      caller_authrole: text,
      receive_progress: flag,
      progress: flag,
      timeout: count,
      trustlevel: count,
      ...passthru,
    }),
    payload,
  },
  {
    header: ({ request, registration, details }) => [68, request, registration, details],
  },
);
export const INTERRUPT = shape("INTERRUPT", 69, {
  request: id,
  options: dict({ mode: oneOf("kill", "killnowait"), reason: uri }),
});
export const YIELD = shape(
  "YIELD",
  70,
  {
    request: id,
    options: dict({ progress: flag, ...passthru }),
    payload,
  },
  {
    message: (request, options, payload) => ({ type: "YIELD", request, options, payload }),
  },
);

const FROM_CLIENT = [
  HELLO,
  ABORT,
  AUTHENTICATE,
  GOODBYE,
  CLIENT_ERROR,
  PUBLISH,
  SUBSCRIBE,
  UNSUBSCRIBE,
  EVENT_RECEIVED,
  CALL,
  CANCEL,
  REGISTER,
  UNREGISTER,
  YIELD,
] as const;
const FROM_ROUTER = [
  WELCOME,
  ABORT,
  CHALLENGE,
  GOODBYE,
  ERROR,
  PUBLISHED,
  SUBSCRIBED,
  UNSUBSCRIBED,
  EVENT,
  RESULT,
  REGISTERED,
  UNREGISTERED,
  INVOCATION,
  INTERRUPT,
] as const;

export type ClientMessage = MessageOf<(typeof FROM_CLIENT)[number]>;
export type RouterMessage = MessageOf<(typeof FROM_ROUTER)[number]>;
/** One message by its name, as in `Message<"PUBLISH">`. */
export type Message<N extends string> = Extract<ClientMessage | RouterMessage, { type: N }>;

/** Type code to shape, for each direction. */
const CLIENT_SHAPES = byCode(FROM_CLIENT);
const ROUTER_SHAPES = byCode(FROM_ROUTER);
/** Message name to shape, for each direction. */
const CLIENT_SHAPE_OF = new Map<string, Shape>(FROM_CLIENT.map((each) => [each.type, each]));
const ROUTER_SHAPE_OF = new Map<string, Shape>(FROM_ROUTER.map((each) => [each.type, each]));

/** How many elements of a message with this type code precede its payload; undefined where it has none. */
export function payloadAt(code: unknown): number | undefined {
  if (typeof code !== "number") return undefined;
  return (CLIENT_SHAPES[code] ?? ROUTER_SHAPES[code])?.payloadAt;
}

/** An envelope from a client becomes a message we trust. @throws ProtocolViolation */
export function parse(envelope: Envelope): ClientMessage {
  return read(envelope, CLIENT_SHAPES, "client") as ClientMessage; // CLIENT_SHAPES holds no others
}

/** The other direction: what a client does with a frame from the router. @throws ProtocolViolation */
export function parseFromRouter(envelope: Envelope): RouterMessage {
  return read(envelope, ROUTER_SHAPES, "router") as RouterMessage; // ROUTER_SHAPES holds no others
}

/** A message of the router becomes the envelope that a serializer encodes. */
export function unparse(message: RouterMessage): Envelope {
  return write(message, ROUTER_SHAPE_OF);
}

/** The other direction: what a client says. */
export function unparseFromClient(message: ClientMessage): Envelope {
  return write(message, CLIENT_SHAPE_OF);
}

function byCode(shapes: readonly Shape[]): (Shape | undefined)[] {
  const table: (Shape | undefined)[] = [];
  for (const each of shapes) table[each.code] = each;
  return table;
}

function read(envelope: Envelope, shapes: readonly (Shape | undefined)[], sender: string): unknown {
  const code = envelope.header[0];
  if (typeof code !== "number" || !Number.isInteger(code)) {
    throw new ProtocolViolation("a message must be a list that begins with its type code, an integer");
  }
  const shape = shapes[code];
  if (!shape) throw new ProtocolViolation(`a ${sender} may not send message type ${code}`);
  return shape.read(envelope);
}

function write(message: ClientMessage | RouterMessage, shapes: ReadonlyMap<string, Shape>): Envelope {
  const shape = shapes.get(message.type);
  if (!shape) throw new TypeError(`${message.type} does not go this way`);
  return { header: shape.header(message), payload: "payload" in message ? message.payload : undefined };
}

function readInvocationType(value: unknown, where: string): number {
  if (value === 68) return value;
  throw new ProtocolViolation(`${where} must be 68, an INVOCATION: a client can fail nothing else`);
}

function readEncAlgo(value: unknown, where: string): string {
  const algorithm = shortText.read(value, where);
  if (["cryptobox", "mqtt", "xbr"].includes(algorithm) || algorithm.startsWith("x_")) return algorithm;
  throw new ProtocolViolation(`${where} must be cryptobox, mqtt, xbr or begin with x_`);
}
