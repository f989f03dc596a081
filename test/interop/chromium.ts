/** Debian's Chromium without a window, steered through the DevTools protocol. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import WebSocket from "ws";
import { Inbox } from "./client/client.ts";
import { Program } from "./process.ts";

const CHROMIUM = "/usr/bin/chromium";

export interface Page {
  /** Evaluates an expression in the page and waits for it if it is a promise. */
  evaluate(expression: string): Promise<unknown>;
}

export class Chromium {
  readonly #program: Program;
  readonly #profile: string;
  readonly #socket: WebSocket;
  /** Number of a command to whoever waits for its answer. */
  readonly #commands = new Map<number, (answer: Answer) => void>();
  /** One entry for each page that was loaded. */
  readonly #loaded = new Inbox<string>();
  #number = 0;

  private constructor(program: Program, profile: string, socket: WebSocket) {
    this.#program = program;
    this.#profile = profile;
    this.#socket = socket;
    socket.on("message", (text) => {
      const message = JSON.parse(String(text)) as Answer & { method?: string };
      if (message.id !== undefined) this.#commands.get(message.id)?.(message);
      else if (message.method === "Page.loadEventFired") this.#loaded.put("a page");
    });
  }

  static async start(): Promise<Chromium> {
    if (!existsSync(CHROMIUM))
      throw new Error(`There is no ${CHROMIUM}. On Debian: apt-get install chromium`);
    const profile = await mkdtemp(join(tmpdir(), "edgebahn-chromium-"));
    const program = new Program([
      CHROMIUM,
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ]);
    const [, address = ""] = await program.error(/^DevTools listening on (ws:\S+)/m);
    const socket = new WebSocket(address);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return new Chromium(program, profile, socket);
  }

  /** A page, loaded with its scripts. */
  async open(url: string): Promise<Page> {
    const { targetId } = await this.#ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.#ask("Target.attachToTarget", { targetId, flatten: true });
    await this.#ask("Page.enable", {}, String(sessionId));
    await this.#ask("Page.navigate", { url }, String(sessionId));
    await this.#loaded.next();
    return {
      evaluate: async (expression) => {
        const command = { expression, awaitPromise: true, returnByValue: true };
        const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", command, String(sessionId));
        if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
        return (result as { value?: unknown }).value;
      },
    };
  }

  async close(): Promise<void> {
    await this.#ask("Browser.close", {});
    await this.#program.ended;
    await rm(this.#profile, { recursive: true, force: true });
  }

  #ask(method: string, params: object, sessionId?: string): Promise<Record<string, unknown>> {
    this.#number++;
    const id = this.#number;
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => {
      this.#commands.set(id, ({ result, error }) => {
        this.#commands.delete(id);
        if (result) resolve(result);
        else reject(new Error(`${method}: ${error?.message}`));
      });
    });
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}
