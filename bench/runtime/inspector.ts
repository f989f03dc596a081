/** The runtime's inspector: ask, and get the answer (Chrome DevTools Protocol). */

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export class Inspector {
  readonly #socket: WebSocket;
  /** Question -> who waits for its answer. */
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  static async open(port: number | undefined): Promise<Inspector> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/main`);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error("the inspector does not answer")));
    });
    return new Inspector(socket);
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer: Answer = JSON.parse(String(data));
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  async ask(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#asked;
    const { error, result } = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  close(): void {
    this.#socket.close();
  }
}
