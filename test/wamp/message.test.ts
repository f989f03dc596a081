/**
 * The project's own table of messages (requirements section 2): every layout of every type, in the direction in which it
 * travels, from envelope to message and back. It needs no vectors and no serializer. One test for each
 * message type, hence its length.
 */
import { expect, test } from "vitest";
import { ProtocolViolation } from "../../src/wamp/error.ts";
import { id, uri } from "../../src/wamp/field.ts";
import {
  type ClientMessage,
  parse,
  parseFromRouter,
  type RouterMessage,
  unparse,
  unparseFromClient,
} from "../../src/wamp/message.ts";
import type { Payload } from "../../src/wamp/payload.ts";
import { shape } from "../../src/wamp/shape.ts";
import { violation } from "./violation.ts";

const ARGS: Payload = { format: "json", count: 1, body: '["a",1]' };
const BOTH: Payload = {
  format: "cbor",
  count: 2,
  body: Uint8Array.of(0x81, 0x61, 0x61, 0xa1, 0x61, 0x62, 0x01),
};
/** What may stand after the header of a message that carries Arguments and ArgumentsKw. */
const PAYLOADS = [undefined, ARGS, BOTH];

/** A client says `message` by sending `header`, and the router reads just that. */
function fromClient(header: readonly unknown[], message: ClientMessage): void {
  const payload = "payload" in message ? message.payload : undefined;
  expect(parse({ header, payload })).toStrictEqual(message);
  expect(unparseFromClient(message)).toStrictEqual({ header, payload });
}

/** The router says `message` by sending `header`, and a client reads just that. */
function fromRouter(header: readonly unknown[], message: RouterMessage): void {
  const payload = "payload" in message ? message.payload : undefined;
  expect(unparse(message)).toStrictEqual({ header, payload });
  expect(parseFromRouter({ header, payload })).toStrictEqual(message);
}

/** A type that only the router sends: from a client it is refused, whatever follows the type code (MSG-47). */
function onlyTheRouterSends(header: readonly unknown[]): void {
  violation(header, `a client may not send message type ${header[0]}`);
  violation([header[0]], `a client may not send message type ${header[0]}`);
}

/** The other way round. */
function onlyAClientSends(header: readonly unknown[]): void {
  const receive = () => parseFromRouter({ header, payload: undefined });
  expect(receive).toThrow(new ProtocolViolation(`a router may not send message type ${header[0]}`));
}

test("MSG-01 HELLO names a realm or null, and the roles of the client", () => {
  const features = { call_canceling: true };
  const written = { roles: { caller: { features } } };
  fromClient([1, "realm1", written], {
    type: "HELLO",
    realm: "realm1",
    details: { roles: { caller: ["call_canceling"] } },
  });
  fromClient([1, null, written], {
    type: "HELLO",
    realm: null,
    details: { roles: { caller: ["call_canceling"] } },
  });
  fromClient(
    [
      1,
      "realm1",
      {
        roles: { publisher: { features: {} }, subscriber: { features: {} } },
        agent: "device/1",
        authmethods: ["ticket", "anonymous"],
        authid: "joe",
        authrole: "device",
        authextra: { pubkey: "ab" },
      },
    ],
    {
      type: "HELLO",
      realm: "realm1",
      details: {
        roles: { publisher: [], subscriber: [] },
        agent: "device/1",
        authmethods: ["ticket", "anonymous"],
        authid: "joe",
        authrole: "device",
        authextra: { pubkey: "ab" },
      },
    },
  );
  onlyAClientSends([1, "realm1", { roles: { caller: {} } }]);
});

test("MSG-02 WELCOME gives the session id and the roles of the router", () => {
  const header = [
    2,
    9_007_199_254_740_992,
    {
      roles: {
        broker: { features: { publisher_exclusion: true } },
        dealer: { features: { call_canceling: true, call_timeout: true } },
      },
      agent: "edgebahn",
      realm: "realm1",
      authid: "joe",
      authrole: "device",
      authmethod: "ticket",
      authprovider: "static",
      authextra: { x: 1 },
    },
  ];
  fromRouter(header, {
    type: "WELCOME",
    session: 9_007_199_254_740_992,
    details: {
      roles: { broker: ["publisher_exclusion"], dealer: ["call_canceling", "call_timeout"] },
      agent: "edgebahn",
      realm: "realm1",
      authid: "joe",
      authrole: "device",
      authmethod: "ticket",
      authprovider: "static",
      authextra: { x: 1 },
    },
  });
  onlyTheRouterSends(header);
});

test("MSG-03 ABORT is read with three to five elements, and sent with three when it has no payload", () => {
  for (const payload of PAYLOADS) {
    const header = [3, { message: "no" }, "com.example.no"];
    fromClient(header, { type: "ABORT", details: { message: "no" }, reason: "com.example.no", payload });
  }
  fromRouter([3, {}, "wamp.error.no_such_realm"], {
    type: "ABORT",
    details: {},
    reason: "wamp.error.no_such_realm",
    payload: undefined,
  });
});

test("MSG-04 CHALLENGE names the authentication method and carries its extra", () => {
  const header = [4, "wampcra", { challenge: "{}", salt: "s" }];
  fromRouter(header, { type: "CHALLENGE", authmethod: "wampcra", extra: { challenge: "{}", salt: "s" } });
  onlyTheRouterSends(header);
});

test("MSG-05 AUTHENTICATE carries a signature, even an empty one, and an extra, even null", () => {
  fromClient([5, "proof", { nonce: "n" }], {
    type: "AUTHENTICATE",
    signature: "proof",
    extra: { nonce: "n" },
  });
  fromClient([5, "", {}], { type: "AUTHENTICATE", signature: "", extra: {} });
  expect(parse({ header: [5, "", null], payload: undefined })).toStrictEqual({
    type: "AUTHENTICATE",
    signature: "",
    extra: {},
  });
  onlyAClientSends([5, "", {}]);
});

test("MSG-06 GOODBYE has the same three elements in both directions, with any reason URI", () => {
  for (const reason of ["wamp.close.close_realm", "wamp.close.normal", "wamp.error.goodbye_and_out"]) {
    fromClient([6, {}, reason], { type: "GOODBYE", details: {}, reason });
    fromRouter([6, { message: "so long" }, reason], {
      type: "GOODBYE",
      details: { message: "so long" },
      reason,
    });
  }
});

test("MSG-07 ERROR from a client answers an INVOCATION, type 68, and nothing else", () => {
  for (const payload of PAYLOADS) {
    fromClient([8, 68, 7, {}, "com.example.failed"], {
      type: "ERROR",
      requestType: 68,
      request: 7,
      details: {},
      error: "com.example.failed",
      payload,
    });
  }
  for (const type of [0, 16, 32, 34, 48, 49, 64, 66, 67, 69, 70, 1000, -68, "68", null, 68.5]) {
    violation([8, type, 7, {}, "com.example.failed"], "ERROR.RequestType must be 68");
  }
});

test("MSG-07 ERROR from the router answers any of the six requests", () => {
  for (const requestType of [16, 32, 34, 48, 64, 66]) {
    for (const payload of PAYLOADS) {
      fromRouter([8, requestType, 7, {}, "wamp.error.invalid_uri"], {
        type: "ERROR",
        requestType,
        request: 7,
        details: {},
        error: "wamp.error.invalid_uri",
        payload,
      });
    }
  }
});

test("MSG-08 PUBLISH carries options, a topic and a payload, each option with its own type", () => {
  for (const payload of PAYLOADS) {
    fromClient([16, 1, {}, "com.x"], { type: "PUBLISH", request: 1, options: {}, topic: "com.x", payload });
  }
  const options = {
    acknowledge: true,
    exclude_me: false,
    disclose_me: true,
    retain: true,
    exclude: [1, 2],
    exclude_authid: ["joe"],
    exclude_authrole: ["device"],
    eligible: [3],
    eligible_authid: ["ann"],
    eligible_authrole: ["user"],
    ppt_scheme: "x_own",
    ppt_serializer: "cbor",
    ppt_cipher: "aes256gcm",
    ppt_keyid: "k1",
  };
  fromClient([16, 1, options, "com.x"], {
    type: "PUBLISH",
    request: 1,
    options,
    topic: "com.x",
    payload: ARGS,
  });
  onlyAClientSends([16, 1, {}, "com.x"]);
});

test("MSG-09 PUBLISHED pairs the request with the publication", () => {
  fromRouter([17, 1, 4_429_313_566], { type: "PUBLISHED", request: 1, publication: 4_429_313_566 });
  onlyTheRouterSends([17, 1, 2]);
});

test("MSG-10 SUBSCRIBE carries options and a topic or pattern", () => {
  fromClient([32, 1, {}, "com.x"], { type: "SUBSCRIBE", request: 1, options: {}, topic: "com.x" });
  const options = { match: "wildcard", get_retained: true } as const;
  fromClient([32, 2, options, "com..x"], { type: "SUBSCRIBE", request: 2, options, topic: "com..x" });
  onlyAClientSends([32, 1, {}, "com.x"]);
});

test("MSG-11 SUBSCRIBED pairs the request with the subscription", () => {
  fromRouter([33, 1, 5], { type: "SUBSCRIBED", request: 1, subscription: 5 });
  onlyTheRouterSends([33, 1, 5]);
});

test("MSG-12 UNSUBSCRIBE names a subscription and may bring a fourth element, a dict", () => {
  fromClient([34, 1, 5], { type: "UNSUBSCRIBE", request: 1, subscription: 5 });
  fromClient([34, 1, 5, {}], { type: "UNSUBSCRIBE", request: 1, subscription: 5, options: {} });
  violation([34, 1, 5, "x"], "UNSUBSCRIBE.Options must be a dict");
  onlyAClientSends([34, 1, 5]);
});

test("MSG-13 UNSUBSCRIBED mirrors the request, or is 0 with details when it revokes", () => {
  fromRouter([35, 1], { type: "UNSUBSCRIBED", request: 1 });
  fromRouter([35, 0, { subscription: 5, reason: "wamp.authentication.lost" }], {
    type: "UNSUBSCRIBED",
    request: 0,
    details: { subscription: 5, reason: "wamp.authentication.lost" },
  });
  onlyTheRouterSends([35, 1]);
});

test("MSG-14 EVENT always has its details, even empty ones", () => {
  for (const payload of PAYLOADS) {
    fromRouter([36, 5, 9, {}], { type: "EVENT", subscription: 5, publication: 9, details: {}, payload });
  }
  const details = {
    publisher: 77,
    publisher_authid: "joe",
    publisher_authrole: "device",
    topic: "com.x",
    trustlevel: 0,
    retained: true,
    ppt_scheme: "x_own",
  };
  fromRouter([36, 5, 9, details], {
    type: "EVENT",
    subscription: 5,
    publication: 9,
    details,
    payload: BOTH,
  });
  onlyTheRouterSends([36, 5, 9, {}]);
});

test("MSG-15 CALL carries options, a procedure and a payload", () => {
  for (const payload of PAYLOADS) {
    fromClient([48, 1, {}, "com.p"], {
      type: "CALL",
      request: 1,
      options: {},
      procedure: "com.p",
      payload,
    });
  }
  const options = {
    receive_progress: true,
    progress: false,
    disclose_me: true,
    timeout: 0,
    ppt_keyid: "k",
  };
  fromClient([48, 1, options, "com.p"], {
    type: "CALL",
    request: 1,
    options,
    procedure: "com.p",
    payload: ARGS,
  });
  onlyAClientSends([48, 1, {}, "com.p"]);
});

test("MSG-16 CANCEL names the call and at most a mode", () => {
  fromClient([49, 1, {}], { type: "CANCEL", request: 1, options: {} });
  for (const mode of ["skip", "kill", "killnowait"] as const) {
    fromClient([49, 1, { mode }], { type: "CANCEL", request: 1, options: { mode } });
  }
  onlyAClientSends([49, 1, {}]);
});

test("MSG-17 RESULT mirrors the call and may be progressive", () => {
  for (const payload of PAYLOADS) {
    fromRouter([50, 1, {}], { type: "RESULT", request: 1, details: {}, payload });
    fromRouter([50, 1, { progress: true }], {
      type: "RESULT",
      request: 1,
      details: { progress: true },
      payload,
    });
  }
  onlyTheRouterSends([50, 1, {}]);
});

test("MSG-18 REGISTER carries options and a procedure or pattern", () => {
  fromClient([64, 1, {}, "com.p"], { type: "REGISTER", request: 1, options: {}, procedure: "com.p" });
  const options = {
    match: "prefix",
    invoke: "roundrobin",
    disclose_caller: true,
    forward_timeout: true,
  } as const;
  fromClient([64, 1, options, "com."], { type: "REGISTER", request: 1, options, procedure: "com." });
  onlyAClientSends([64, 1, {}, "com.p"]);
});

test("MSG-19 REGISTERED pairs the request with the registration", () => {
  fromRouter([65, 1, 5], { type: "REGISTERED", request: 1, registration: 5 });
  onlyTheRouterSends([65, 1, 5]);
});

test("MSG-20 UNREGISTER names a registration and may bring a fourth element, a dict", () => {
  fromClient([66, 1, 5], { type: "UNREGISTER", request: 1, registration: 5 });
  fromClient([66, 1, 5, {}], { type: "UNREGISTER", request: 1, registration: 5, options: {} });
  violation([66, 1, 5, []], "UNREGISTER.Options must be a dict");
  onlyAClientSends([66, 1, 5]);
});

test("MSG-21 UNREGISTERED mirrors the request, or is 0 with details when it revokes", () => {
  fromRouter([67, 1], { type: "UNREGISTERED", request: 1 });
  fromRouter([67, 0, { registration: 5, reason: "com.example.moved" }], {
    type: "UNREGISTERED",
    request: 0,
    details: { registration: 5, reason: "com.example.moved" },
  });
  onlyTheRouterSends([67, 1]);
});

test("MSG-22 INVOCATION carries its own request id, the registration and details", () => {
  for (const payload of PAYLOADS) {
    fromRouter([68, 1, 5, {}], { type: "INVOCATION", request: 1, registration: 5, details: {}, payload });
  }
  const details = {
    procedure: "com.p",
    caller: 77,
    caller_authid: "joe",
    caller_authrole: "device",
    receive_progress: true,
    progress: true,
    timeout: 500,
    trustlevel: 2,
    ppt_scheme: "wamp",
  };
  fromRouter([68, 1, 5, details], {
    type: "INVOCATION",
    request: 1,
    registration: 5,
    details,
    payload: BOTH,
  });
  onlyTheRouterSends([68, 1, 5, {}]);
});

test("MSG-23 INTERRUPT has mode kill or killnowait, never skip", () => {
  fromRouter([69, 1, {}], { type: "INTERRUPT", request: 1, options: {} });
  for (const mode of ["kill", "killnowait"] as const) {
    fromRouter([69, 1, { mode, reason: "wamp.error.canceled" }], {
      type: "INTERRUPT",
      request: 1,
      options: { mode, reason: "wamp.error.canceled" },
    });
  }
  const skip = { header: [69, 1, { mode: "skip" }], payload: undefined };
  expect(() => parseFromRouter(skip)).toThrow(/INTERRUPT.Options.mode must be one of kill, killnowait/);
  onlyTheRouterSends([69, 1, {}]);
});

test("MSG-24 YIELD mirrors the invocation and may be progressive", () => {
  for (const payload of PAYLOADS) {
    fromClient([70, 1, {}], { type: "YIELD", request: 1, options: {}, payload });
    fromClient([70, 1, { progress: true }], {
      type: "YIELD",
      request: 1,
      options: { progress: true },
      payload,
    });
  }
  onlyAClientSends([70, 1, {}]);
});

test("MSG-45 EVENT_RECEIVED is understood, so that it can be ignored", () => {
  fromClient([337, 9], { type: "EVENT_RECEIVED", publication: 9 });
  onlyAClientSends([337, 9]);
});

test("MSG-30 what makes a message in one piece says just what its fields say", () => {
  const fields = { request: id, topic: uri };
  const right = { message: (request: never, topic: never) => ({ type: "X", request, topic }) } as const;
  expect(shape("X", 99, fields, right).read({ header: [99, 1, "com.x"], payload: undefined })).toStrictEqual({
    type: "X",
    request: 1,
    topic: "com.x",
  });
  const swapped = { message: (topic: never, request: never) => ({ type: "X", request, topic }) } as const;
  expect(() => shape("X", 99, fields, swapped)).toThrow(new TypeError("X is cast wrongly"));
  const header = () => [99, "com.x", 1];
  expect(() => shape("X", 99, fields, { header })).toThrow(new TypeError("X is cast wrongly"));
});
