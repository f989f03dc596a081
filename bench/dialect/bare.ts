/**
 * The bare relay's frames (see ../bare/relay.ts): byte for byte as long as the WAMP messages that they stand for, on the way
 * in and on the way out. A frame is the outgoing message, padded before its payload, and filler up to the length of the
 * incoming one.
 */
import { BenchSocket } from "../client/web-socket.ts";
import { type Arrival, ask, type Dialect, type Speech, unexpected } from "./dialect.ts";
import { NOTATIONS } from "./notation.ts";
import { HELLO, wamp } from "./wamp.ts";

/** As long as a WAMP publication id is in nine cases of ten. */
const PUBLICATION = 1234567890123456;
/** How long our WELCOME is as JSON; a warning tells if that has changed. */
const WELCOME = 784;
/** The character that stands for no filler. */
const NONE = 35;

export function bare(speech: Speech): Dialect {
  const { format, payload: size } = speech;
  const notation = NOTATIONS[format];
  const model = wamp(speech, "");
  const payload = "x".repeat(size);
  const args = [payload];
  const digits = (value: number) => notation.int(value).length;

  // Without the id that grows.
  const call = model.call(1, payload).length - digits(1);
  const publish = model.publish(1, payload).length - digits(1);
  const acknowledged = model.publishAcknowledged(1, payload).length - digits(1);
  const answer = notation.write([50, 1, {}, args]).length - digits(1);
  const invocation = notation.write([68, 1, 1, {}, args]).length - digits(1);
  const event = notation.write([36, 1, PUBLICATION, {}, args]).length;
  const published = notation.write([17, 1, PUBLICATION]).length - digits(1);

  interface Frame {
    /** Of what goes out. */
    readonly length: number;
    /** Of what comes in. */
    readonly incoming: number;
    readonly content: string;
  }
  function frame(head: string, id: number, { length, incoming, content }: Frame): string {
    const filler = Math.max(0, incoming - length);
    const start = `${head}${String.fromCharCode(NONE + Math.min(filler, 90))}${id},`;
    return `${start.padEnd(length - content.length, "_")}${content}${".".repeat(filler)}`;
  }

  function reader(kind: string): (message: string) => Arrival {
    return (message) => {
      if (!message.startsWith(kind)) throw unexpected(message, kind);
      return { id: Number.parseInt(message.slice(4, 20), 10), payload: message.slice(-size) };
    };
  }
  const echo = reader("E");

  return {
    async join(port, role, index) {
      const path = role === "caller" ? `/caller-${String(index).padStart(2, "0")}` : `/${role}`;
      const socket = await BenchSocket.open({ port, path, binary: format !== "json" });
      // HELLO and WELCOME, where they are what is measured.
      const hello = `W${String(WELCOME).padStart(4, "0")}`.padEnd(notation.write(HELLO).length, ".");
      if (role === "nobody") await ask(socket, hello, "W");
      return socket;
    },

    call(request, content) {
      const width = digits(request);
      const head = `C${content.slice(0, 2)}`;
      return frame(head, request, { length: invocation + width, incoming: call + width, content });
    },
    invocation: reader("C"),
    answer: ({ id, payload: content }) =>
      frame(`A${content.slice(0, 2)}`, id, { length: answer + digits(id), incoming: 0, content }),
    result: reader("A"),

    register: none,
    registered: none,
    subscribe: none,
    subscribed: none,
    publish: (request, content) =>
      frame("P00", request, { length: event, incoming: publish + digits(request), content }),
    event: reader("P"),
    publishAcknowledged(request) {
      const width = digits(request);
      return frame("E00", request, {
        length: published + width,
        incoming: acknowledged + width,
        content: "",
      });
    },
    published: (message) => echo(message).id,
  };
}

function none(): never {
  throw new Error("the bare relay has neither topics nor procedures");
}
