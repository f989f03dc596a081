/** WAMP over wamp.2.json, built from templates and read by prefix: the bench trusts nothing but spends nothing. */
import { BenchSocket } from "../client/web-socket.ts";
import { type Arrival, type Dialect, type Role, unexpected } from "./dialect.ts";

const REALM = "realm1";
const TOPIC = "com.bench.topic";
const PROCEDURE = "com.bench.proc";

/** What a role asks for once it is welcome, and the prefix of the answer. */
const PREPARATION: { readonly [role in Role]?: readonly [ask: string, answer: string] } = {
  callee: [`[64,1,{},"${PROCEDURE}"]`, "[65,1,"],
  subscriber: [`[32,1,{},"${TOPIC}"]`, "[33,1,"],
};

export const wampJson: Dialect = {
  async join(port, role) {
    const socket = await BenchSocket.open({ port, path: "/ws", protocol: "wamp.2.json" });
    await ask(
      socket,
      `[1,"${REALM}",{"roles":{"caller":{},"callee":{},"publisher":{},"subscriber":{}}}]`,
      "[2,",
    );
    const preparation = PREPARATION[role];
    if (preparation) await ask(socket, ...preparation);
    return socket;
  },

  call: (request, payload) => `[48,${request},{},"${PROCEDURE}",["${payload}"]]`,
  invocation: (frame) => arrival(frame, "[68,"),
  answer: ({ id, payload }) => `[70,${id},{},["${payload}"]]`,
  result: (frame) => arrival(frame, "[50,"),

  publish: (request, payload) => `[16,${request},{},"${TOPIC}",["${payload}"]]`,
  event: (frame) => arrival(frame, "[36,"),
  publishAcknowledged: (request, payload) => `[16,${request},{"acknowledge":true},"${TOPIC}",["${payload}"]]`,
  published(frame) {
    if (!frame.startsWith("[17,")) throw unexpected(frame, "PUBLISHED");
    return Number.parseInt(frame.slice(4), 10);
  },
};

/** The one argument is text, so it stands between the first `["` and the closing `"]]`. */
function arrival(frame: string, prefix: string): Arrival {
  if (!frame.startsWith(prefix) || !frame.endsWith('"]]')) throw unexpected(frame, prefix);
  return { id: Number.parseInt(frame.slice(4), 10), payload: frame.slice(frame.indexOf('["') + 2, -3) };
}

async function ask(socket: BenchSocket, question: string, prefix: string): Promise<void> {
  const answer = await new Promise<string>((resolve, reject) => {
    socket.onMessage = resolve;
    socket.onFault = reject;
    socket.send(question);
  });
  if (!answer.startsWith(prefix)) throw unexpected(answer, prefix);
}
