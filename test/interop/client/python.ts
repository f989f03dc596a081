/** Autobahn|Python in a process of its own, steered line by line (test/interop/python/peer.py). */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { Program } from "../process.ts";
import {
  CallFailure,
  type Client,
  type ClientKind,
  type EventSeen,
  Float,
  Inbox,
  type Match,
  type Payload,
  payloadOf,
} from "./client.ts";
import { type Arrival, type Credentials, Refused, type Welcomed, welcomedBy } from "./credentials.ts";

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
    (each) => spawnSync(each, ["-c", "import autobahn.asyncio.wamp, cbor2, msgpack, argon2"]).status === 0,
  );
  if (found) return found;
  // Debian's python3-autobahn reads CBOR with python3-cbor2 and signs in by SCRAM with python3-argon2, but depends on neither.
  throw new Error(
    "No python3 has Autobahn, cbor2 and argon2. On Debian: apt-get install python3-autobahn python3-cbor2 python3-argon2",
  );
}

const PEER = join(import.meta.dirname, "../python/peer.py");

function kind(label: string, serializers: readonly string[]): ClientKind {
  const name = `autobahn-python with ${label}`;
  return {
    name,
    methods: ["ticket", "wampcra", "scram", "cryptosign"],
    open: (arrival) => openPython(arrival, { name, serializers }),
  };
}

/** With no serializers named it offers all that it has, as every tutorial does. */
export async function openPython(
  { url, realm, credentials }: Arrival,
  { name = "autobahn-python", serializers = [] }: { name?: string; serializers?: readonly string[] } = {},
): Promise<PythonClient> {
  const program = new Program([python(), PEER, url, realm, ...serializers], {
    env: { WAMP_AUTHENTICATION: JSON.stringify(credentials ? authentication(credentials) : {}) },
  });
  const welcome = JSON.parse(await program.line()) as Welcome & Line;
  if (welcome.left !== undefined) {
    await program.finish();
    throw new Refused(name, welcome.left, welcome.message);
  }
  if (serializers.length > 0 && !serializers.includes(welcome.joined)) {
    throw new Error(`${name} was given ${welcome.joined}`);
  }
  return new PythonClient(name, program, welcome);
}

/** The first line that peer.py prints where it was let in. */
interface Welcome extends Welcomed {
  /** The serializer. */
  readonly joined: string;
  readonly session: number;
  readonly authextra: Readonly<Record<string, unknown>> | null;
}

/** What the library's own authenticators are given, by method, as its Component wants it. */
function authentication({ method, ...rest }: Credentials): object {
  if (!("seed" in rest)) return { [method]: rest };
  const { seed: privkey, authid } = rest;
  return { [method]: { privkey, ...(authid && { authid }), authextra: { channel_binding: null } } };
}

/** What else it prints. */
interface Line {
  readonly done?: number;
  readonly failed?: number;
  readonly event?: number;
  readonly invocation?: number;
  readonly interrupted?: number;
  readonly progress?: number;
  readonly left?: string;
  readonly message?: string;
  readonly of?: number;
  readonly id?: number;
  readonly topic?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly uri?: string;
  readonly args?: unknown;
  readonly kwargs?: unknown;
}

/** An event with all that the library tells of it. */
export interface PythonEvent extends EventSeen {
  readonly details: Readonly<Record<string, unknown>>;
}

/** What an endpoint sees of its call besides the payload. */
export interface PythonInvocation extends Payload {
  readonly details: Readonly<Record<string, unknown>>;
  /** Sends a progressive result. */
  progress(payload: Payload): Promise<void>;
  /** Resolves when the router interrupted the endpoint. */
  readonly interrupted: Promise<void>;
}

export type PythonEndpoint = (call: PythonInvocation) => Payload | Promise<Payload>;

type Options = Readonly<Record<string, unknown>>;

export interface PythonCall {
  readonly progress: Inbox<Payload>;
  /** Rejects with CallFailure. */
  readonly result: Promise<Payload>;
  /** Cancels the future that the library gave. */
  cancel(): Promise<void>;
}

export class PythonClient implements Client {
  readonly name: string;
  readonly binary: boolean;
  readonly session: number;
  readonly authid: string;
  readonly authrole: string;
  readonly welcome: Welcomed;
  /** What WELCOME told besides. */
  readonly authextra: Readonly<Record<string, unknown>>;
  /** Resolves with the reason and the message of the GOODBYE that ended the session, or of its loss. */
  readonly left: Promise<{ readonly reason: string; readonly message: string | null }>;
  readonly #program: Program;
  #number = 0;
  #killed = false;
  /** Command number to whoever waits for its outcome. */
  readonly #commands = new Map<number, (line: Line) => void>();
  /** Number of the subscribing command to whoever gets its events. */
  readonly #events = new Map<number, (event: PythonEvent) => void>();
  /** Number of the registering command to its endpoint. */
  readonly #endpoints = new Map<number, PythonEndpoint>();
  /** Number of the calling command to its progressive results. */
  readonly #progress = new Map<number, Inbox<Payload>>();
  /** Invocation number to whoever waits for its interruption. */
  readonly #interrupted = new Map<number, () => void>();
  #leave: (line: Line) => void = () => {};

  constructor(name: string, program: Program, welcome: Welcome) {
    const { joined, session, authid, authrole, authextra } = welcome;
    this.welcome = welcomedBy({ ...welcome });
    this.authextra = authextra ?? {};
    this.name = name;
    this.binary = !joined.startsWith("json");
    this.session = session;
    this.authid = authid;
    this.authrole = authrole;
    this.#program = program;
    this.left = new Promise((resolve) => {
      this.#leave = ({ left = "", message = null }) => resolve({ reason: left, message });
    });
    void this.#read();
  }

  async subscribe(topic: string, match: Match = "exact") {
    const events = new Inbox<EventSeen>();
    return {
      events,
      ...(await this.hear(topic, { match }, ({ details: _, ...event }) => events.put(event))),
    };
  }

  /** As subscribe, with any option, and with all that the library tells of an event. */
  async listen(topic: string, options: Options = {}) {
    const events = new Inbox<PythonEvent>();
    return { events, ...(await this.hear(topic, options, (event) => events.put(event))) };
  }

  async hear(topic: string, options: Options, handler: (event: PythonEvent) => void) {
    const number = this.#number + 1;
    this.#events.set(number, handler);
    const { id } = await this.#tell({ do: "subscribe", topic, options });
    return {
      id,
      unsubscribe: async () => {
        await this.#tell({ do: "unsubscribe", made: number });
      },
    };
  }

  async publish(topic: string, payload: Payload, options: Options = {}): Promise<void> {
    await this.#tell({ do: "publish", topic, options, ...payload });
  }

  /** Where `interrupted` is given, an interrupted endpoint answers with that error; without it, Autobahn answers nothing. */
  async register(
    procedure: string,
    endpoint: PythonEndpoint,
    { interrupted, ...options }: Options & { readonly interrupted?: string } = {},
  ) {
    const number = this.#number + 1;
    this.#endpoints.set(number, endpoint);
    const { id } = await this.#tell({ do: "register", procedure, options, interrupted });
    return {
      id,
      unregister: async () => {
        await this.#tell({ do: "unregister", made: number });
      },
    };
  }

  call(procedure: string, payload: Payload, options: Options = {}): Promise<Payload> {
    return this.begin(procedure, payload, options).result;
  }

  /** A call that may bring progressive results and may be canceled. */
  begin(procedure: string, payload: Payload, options: Options = {}): PythonCall {
    const number = this.#number + 1;
    const progress = new Inbox<Payload>();
    this.#progress.set(number, progress);
    const result = this.#tell({ do: "call", procedure, options, ...payload }).then(({ args, kwargs }) =>
      payloadOf(args, kwargs),
    );
    return {
      progress,
      result,
      cancel: async () => {
        await this.#tell({ do: "cancel", made: number });
      },
    };
  }

  /** Ends the process at once: its connection is gone without a close frame. */
  async kill(): Promise<void> {
    this.#killed = true;
    await this.#program.kill();
  }

  async close(): Promise<void> {
    const { code } = await this.#program.finish();
    if (code !== 0 && !this.#killed)
      throw new Error(`${this.name} ended with ${code}:\n${this.#program.errors}`);
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
      const { event, invocation, of, details = {} } = line;
      const payload = payloadOf(line.args, line.kwargs);
      if (event !== undefined) {
        this.#events.get(event)?.({ ...payload, topic: line.topic, details });
      } else if (invocation !== undefined && of !== undefined) {
        void this.#answer(invocation, this.#endpoints.get(of), { ...payload, details });
      } else if (line.progress !== undefined) {
        this.#progress.get(line.progress)?.put(payload);
      } else if (line.interrupted !== undefined) {
        this.#interrupted.get(line.interrupted)?.();
      } else if (line.left !== undefined) {
        this.#leave(line);
      } else {
        const number = line.done ?? line.failed ?? 0;
        this.#commands.get(number)?.(line);
        this.#commands.delete(number);
      }
    }
  }

  async #answer(
    invocation: number,
    endpoint: PythonEndpoint | undefined,
    call: Payload & { readonly details: Readonly<Record<string, unknown>> },
  ): Promise<void> {
    if (!endpoint) throw new Error("an invocation came for what was never registered");
    const interrupted = new Promise<void>((resolve) => this.#interrupted.set(invocation, resolve));
    const progress = async (payload: Payload) => {
      await this.#tell({ do: "progress", invocation, ...payload });
    };
    try {
      const result = await endpoint({ ...call, interrupted, progress });
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
