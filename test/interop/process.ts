/** A program that a test starts: its lines as they come, and its end. Never outlives the test. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { Inbox } from "./client/client.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class Program {
  /** Lines of its standard output that nobody has taken yet. */
  readonly lines = new Inbox<string>();
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #said = new EventEmitter();
  #errors = "";
  #over = false;

  constructor(
    command: readonly [string, ...string[]],
    options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
  ) {
    const [program, ...args] = command;
    this.#name = command.join(" ");
    this.#child = spawn(program, args, {
      cwd: options.cwd ?? process.cwd(),
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.lines.put(line));
    stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
      this.#said.emit("error output");
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        this.#over = true;
        resolve({ code, signal });
      });
    });
    this.ended.catch(() => {}); // whoever waits for it is told
  }

  /** The next line; fails with what the program wrote to its standard error if it ends first. */
  async line(): Promise<string> {
    const line = await Promise.race([this.lines.next(), this.ended]);
    if (typeof line === "string") return line;
    throw new Error(`${this.#name} ended (${line.code ?? line.signal}):\n${this.#errors}`);
  }

  /** The next line that fits; those before it are passed over. */
  async find(pattern: RegExp): Promise<string> {
    for (;;) {
      const line = await this.line();
      if (pattern.test(line)) return line;
    }
  }

  async take(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) lines.push(await this.line());
    return lines;
  }

  /** Waits until its standard error has what the pattern asks for. */
  async error(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.#errors);
      if (found) return found;
      if (this.#over) throw new Error(`${this.#name} ended:\n${this.#errors}`);
      await Promise.race([once(this.#said, "error output"), this.ended]);
    }
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** What it wrote to its standard error so far. */
  get errors(): string {
    return this.#errors;
  }

  /** As Ctrl-C does to a program of a terminal. */
  interrupt(): Promise<Ended> {
    return this.#signal("SIGINT");
  }

  /** At once, without a word to anybody: a device that loses its power. */
  kill(): Promise<Ended> {
    return this.#signal("SIGKILL");
  }

  /** Ends its standard input and waits for it to leave by itself. */
  finish(): Promise<Ended> {
    this.#child.stdin?.end();
    return this.ended;
  }

  #signal(signal: NodeJS.Signals): Promise<Ended> {
    if (!this.#over) this.#child.kill(signal);
    return this.ended;
  }
}
