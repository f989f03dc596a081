/** Counts by itself, from what was said and heard alone: that each call ends exactly once, and that the dead hear nothing. */
import type { Happening } from "./reference.ts";
import type { Wire, World } from "./world.ts";

type Report = (what: string, more: object) => never;

export class Tally {
  /** `connection request` of calls that were made and have not ended. */
  readonly #open = new Set<string>();
  /** Connection to the highest id that it gave a CALL. */
  readonly #highest: number[] = [];
  /** Connections that were told that it is over, and have not said HELLO since. */
  readonly #over = new Set<number>();
  readonly #faults: string[] = [];

  note(happening: Happening, heard: readonly (readonly Wire[])[]): void {
    if (happening.what === "say") for (const wire of happening.wires) this.#said(happening.connection, wire);
    for (const [connection, messages] of heard.entries()) {
      for (const message of messages) this.#heard(connection, message);
    }
  }

  /** Calls without an end. */
  get pending(): readonly string[] {
    return [...this.#open];
  }

  checkAgainst({ calls, members, connections }: World, report: Report): void {
    if (this.#faults.length > 0) report("what never may be", { faults: this.#faults });
    for (const [at, { phase }] of connections.entries()) if (phase !== "joined") this.#forget(at);
    const expected = calls.map(({ caller, request }) => {
      const connection = members.find(({ n }) => n === caller)?.connection;
      return `${connection} ${request}`;
    });
    const same = expected.length === this.#open.size && expected.every((each) => this.#open.has(each));
    if (!same) report("other calls are under way", { found: this.pending, expected });
  }

  #said(connection: number, wire: Wire): void {
    const [type, request] = wire;
    if (type === 1) {
      this.#over.delete(connection);
      return;
    }
    const call = `${connection} ${String(request)}`;
    if (type !== 48 || Number(request) <= (this.#highest[connection] ?? 0)) return; // a chunk, perhaps a late one
    this.#highest[connection] = Number(request);
    this.#open.add(call);
  }

  #heard(connection: number, message: Wire): void {
    const [type, request] = message;
    if (this.#over.has(connection))
      this.#faults.push(`${connection} hears after the end: ${JSON.stringify(message)}`);
    if (type === 6 || type === 3) this.#over.add(connection);
    const isResult = type === 50 && (message[2] as { progress?: boolean }).progress !== true;
    const isError = type === 8 && request === 48;
    if (!isResult && !isError) return;
    const call = `${connection} ${String(isError ? message[2] : request)}`;
    if (!this.#open.delete(call))
      this.#faults.push(`the call ${call} ends again: ${JSON.stringify(message)}`);
  }

  /** Its session is over, and so are its calls; request ids go on. */
  #forget(connection: number): void {
    const its = (call: string) => call.startsWith(`${connection} `);
    for (const call of [...this.#open].filter(its)) this.#open.delete(call);
  }
}
