/** WAMP in any serializer, written from templates and read by prefix: the bench trusts nothing but spends nothing. */
import { BenchSocket } from "../client/web-socket.ts";
import { type Arrival, ask, BATCH, type Dialect, type Role, type Speech, unexpected } from "./dialect.ts";
import { NOTATIONS, type Plain } from "./notation.ts";

const REALM = "realm1";
const TOPIC = "com.bench.topic";
const PROCEDURE = "com.bench.proc";

/** What a role asks for once it is welcome, and the answer: its type and how many elements it has. */
const PREPARATION: { readonly [role in Role]?: readonly [ask: Plain, answer: number] } = {
  callee: [[64, 1, {}, PROCEDURE], 65],
  subscriber: [[32, 1, {}, TOPIC], 33],
};

export const HELLO: Plain = [1, REALM, { roles: { caller: {}, callee: {}, publisher: {}, subscriber: {} } }];

/** @param path where the router is found, as in `/ws` */
export function wamp({ format, batched, payload: size }: Speech, path: string): Dialect {
  const { open, comma, close, none, int, text, write, intAt, lastText } = NOTATIONS[format];

  /** A message from its type to its first integer. */
  const start = (type: number, elements: number) => open(elements) + int(type) + comma;
  /** From after the first integer to the payload. */
  const towards = (...middle: readonly string[]) => comma + [...middle, open(1)].join(comma);

  function reader(type: number, elements: number): (message: string) => Arrival {
    const prefix = start(type, elements);
    return (message) => {
      const payload = lastText(message, size);
      if (payload === undefined || !message.startsWith(prefix)) throw unexpected(message, String(type));
      return { id: intAt(message, prefix.length), payload };
    };
  }

  function answerReader(type: number, what: string): (message: string) => number {
    const prefix = start(type, 3);
    return (message) => {
      if (!message.startsWith(prefix)) throw unexpected(message, what);
      return intAt(message, prefix.length);
    };
  }

  const [callStart, callMiddle] = [start(48, 5), towards(none, text(PROCEDURE))];
  const [yieldStart, yieldMiddle] = [start(70, 4), towards(none)];
  const [publishStart, publishMiddle] = [start(16, 5), towards(none, text(TOPIC))];
  const acknowledgedMiddle = towards(write({ acknowledge: true }), text(TOPIC));
  const end = close + close;

  return {
    async join(port, role) {
      const batches = batched === "everybody" || (batched === "subscribers" && role === "subscriber");
      const protocol = `wamp.2.${format}${batches ? ".batched" : ""}`;
      const binary = format !== "json";
      const socket = await BenchSocket.open({ port, path, protocol, binary, batch: batches ? BATCH : 0 });
      await ask(socket, write(HELLO), start(2, 3));
      const preparation = PREPARATION[role];
      if (preparation) await ask(socket, write(preparation[0]), start(preparation[1], 3));
      return socket;
    },

    call: (request, payload) => callStart + int(request) + callMiddle + text(payload) + end,
    invocation: reader(68, 5),
    answer: ({ id, payload }) => yieldStart + int(id) + yieldMiddle + text(payload) + end,
    result: reader(50, 4),

    register: (request, procedure) => write([64, request, {}, procedure]),
    registered: answerReader(65, "REGISTERED"),
    subscribe: (request, topic) => write([32, request, {}, topic]),
    subscribed: answerReader(33, "SUBSCRIBED"),
    publish: (request, payload) => publishStart + int(request) + publishMiddle + text(payload) + end,
    event: reader(36, 5),
    publishAcknowledged: (request, payload) =>
      publishStart + int(request) + acknowledgedMiddle + text(payload) + end,
    published: answerReader(17, "PUBLISHED"),
  };
}
