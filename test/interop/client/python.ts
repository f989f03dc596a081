/** Autobahn|Python in a process of its own, steered line by line (test/interop/python/peer.py). */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Program } from "../process.ts";
import {
  CallFailure,
  type Client,
  type ClientKind,
  type Endpoint,
  type EventSeen,
  Float,
  Inbox,
  payloadOf,
} from "./client.ts";

/** The serializers that it has and the router too, in the words of its own factory. */
export const PYTHON_SERIALIZERS = [
  "json",
  "json.batched",
  "msgpack",
  "msgpack.batched",
  "cbor",
  "cbor.batched",
] as const;

export const pythonKinds: readonly ClientKind[] = PYTHON_SERIALIZERS.map((name) => kind(name, [name]));
/** As every tutorial does it: no serializer named, so that it offers all it has. */
export const pythonByDefault = kind("its default offer", []);

let found: string | undefined;

/** The first Python that has Autobahn with its serializers; the one on the PATH need not be the one that Debian installs packages for. */
export function python(): string {
  found ??= ["python3", "/usr/bin/python3"].find(
    (each) => spawnSync(each, ["-c", "import autobahn.asyncio.wamp, cbor2, msgpack"]).status === 0,
  );
  if (found) return found;
  // Debian's python3-autobahn reads CBOR with python3-cbor2, but does not depend on it.
  throw new Error(
    "No python3 has Autobahn and cbor2. On Debian: apt-get install python3-autobahn python3-cbor2",
  );
}

const PEER = join(import.meta.dirname, "../python/peer.py");

function kind(label: string, serializers: readonly string[]): ClientKind {
  const name = `autobahn-python with ${label}`;
  return {
    name,
    async open({ url, realm }) {
      const program = new Program([python(), PEER, url, realm, ...serializers]);
      const { joined } = JSON.parse(await program.line()) as { joined: string };
      if (serializers.length > 0 && !serializers.includes(joined)) {
        throw new Error(`${name} was given ${joined}`);
      }
      return new PythonClient(name, program, !joined.startsWith("json"));
    },
  };
}

/** What peer.py prints. */
interface Line {
  readonly done?: number;
  readonly failed?: number;
  readonly event?: number;
  readonly invocation?: number;
  readonly of?: number;
  readonly topic?: string;
  readonly uri?: string;
  readonly args?: unknown;
  readonly kwargs?: unknown;
}

class PythonClient implements Client {
  readonly name: string;
  readonly binary: boolean;
  readonly #program: Program;
  #number = 0;
  /** Command number to whoever waits for its outcome. */
  readonly #commands = new Map<number, (line: Line) => void>();
  /** Number of the subscribing command to its events. */
  readonly #events = new Map<number, Inbox<EventSeen>>();
  /** Number of the registering command to its endpoint. */
  readonly #endpoints = new Map<number, Endpoint>();

  constructor(name: string, program: Program, binary: boolean) {
    this.name = name;
    this.binary = binary;
    this.#program = program;
    void this.#read();
  }

  async subscribe(topic: string, match = "exact") {
    const number = this.#number + 1;
    const events = new Inbox<EventSeen>();
    this.#events.set(number, events);
    await this.#tell({ do: "subscribe", topic, match });
    return {
      events,
      unsubscribe: async () => {
        await this.#tell({ do: "unsubscribe", made: number });
      },
    };
  }

  async publish(topic: string, payload: object): Promise<void> {
    await this.#tell({ do: "publish", topic, ...payload });
  }

  async register(procedure: string, endpoint: Endpoint) {
    const number = this.#number + 1;
    this.#endpoints.set(number, endpoint);
    await this.#tell({ do: "register", procedure });
    return {
      unregister: async () => {
        await this.#tell({ do: "unregister", made: number });
      },
    };
  }

  async call(procedure: string, payload: object) {
    const { args, kwargs } = await this.#tell({ do: "call", procedure, ...payload });
    return payloadOf(args, kwargs);
  }

  async close(): Promise<void> {
    const { code } = await this.#program.finish();
    if (code !== 0) throw new Error(`${this.name} ended with ${code}:\n${this.#program.errors}`);
  }

  #tell(command: object): Promise<Line> {
    this.#number++;
    const number = this.#number;
    this.#program.write(JSON.stringify(out({ number, ...command })));
    return new Promise((resolve, reject) => {
      this.#commands.set(number, (line) => {
        if (line.failed === undefined) resolve(line);
        else reject(new CallFailure(String(line.uri), payloadOf(line.args, line.kwargs)));
      });
    });
  }

  async #read(): Promise<void> {
    for (;;) {
      const text = await Promise.race([this.#program.lines.next(), this.#program.ended]);
      if (typeof text !== "string") {
        const why = [`${this.name} is gone: ${this.#program.errors}`];
        for (const done of this.#commands.values()) done({ failed: 0, uri: "test.error.gone", args: why });
        return;
      }
      const line = JSON.parse(text, (_, value) => into(value)) as Line;
      const { event, invocation, of } = line;
      if (event !== undefined) {
        this.#events.get(event)?.put({ ...payloadOf(line.args, line.kwargs), topic: line.topic });
      } else if (invocation !== undefined && of !== undefined) {
        void this.#answer(invocation, this.#endpoints.get(of), line);
      } else {
        const number = line.done ?? line.failed ?? 0;
        this.#commands.get(number)?.(line);
        this.#commands.delete(number);
      }
    }
  }

  async #answer(invocation: number, endpoint: Endpoint | undefined, line: Line): Promise<void> {
    if (!endpoint) throw new Error("an invocation came for what was never registered");
    try {
      const result = await endpoint(payloadOf(line.args, line.kwargs));
      await this.#tell({ do: "answer", invocation, ...result });
    } catch (failure) {
      if (!(failure instanceof CallFailure)) throw failure;
      await this.#tell({ do: "answer", invocation, uri: failure.uri, ...failure.payload });
    }
  }
}

function out(value: unknown): unknown {
  if (value instanceof Float) return { $float: value.value };
  if (value instanceof Uint8Array) return { $octets: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(out);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, out(each)]));
}

function into(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("$float" in value) return new Float(Number(value.$float));
  if ("$octets" in value) return Uint8Array.from(Buffer.from(String(value.$octets), "hex"));
  return value;
}
