/**
 * Keeps a fixed number of requests in flight for a time, then waits for the last answer. It is the one place that
 * checks the books: a request is answered exactly once, and a round ends only when none is open.
 */

const PATIENCE_SECONDS = 10;

export class InFlight {
  readonly #window: number;
  readonly #send: (request: number) => void;
  /** Request ids sent and not answered. They count up from 1, as WAMP's do, over all rounds. */
  readonly #open = new Set<number>();
  #last = 0;
  #answered = 0;
  #until = 0;
  #finish: () => void = () => {};

  constructor(window: number, send: (request: number) => void) {
    this.#window = window;
    this.#send = send;
  }

  /** Resolves to how many were answered. */
  async run(seconds: number): Promise<number> {
    this.#answered = 0;
    this.#until = performance.now() + seconds * 1000;
    const finished = Promise.withResolvers<void>();
    this.#finish = finished.resolve;
    const timer = setTimeout(
      () => finished.reject(new Error(`${this.#open.size} requests were never answered`)),
      (seconds + PATIENCE_SECONDS) * 1000,
    );
    for (let sent = 0; sent < this.#window; sent++) this.#sendNext();
    try {
      await finished.promise;
    } finally {
      clearTimeout(timer);
    }
    return this.#answered;
  }

  /** @throws if the request is not open: an answer came twice, or to nothing. */
  answered(request: number): void {
    if (!this.#open.delete(request)) throw new Error(`request ${request} was answered twice, or never made`);
    this.#answered++;
    if (performance.now() < this.#until) this.#sendNext();
    else if (this.#open.size === 0) this.#finish();
  }

  #sendNext(): void {
    const request = ++this.#last;
    this.#open.add(request);
    this.#send(request);
  }
}
