/** What decides for a session, or for everybody of a role whose rules name nobody, and what is remembered of it. */
import type { Answer } from "./judgement.ts";
import type { Action, Wish } from "./permission.ts";
import type { RulesOfOne } from "./rules.ts";

export class Standing {
  readonly role: RulesOfOne;
  readonly scope: RulesOfOne | undefined;
  /** Action to URI to what the rules say. */
  readonly known: Readonly<Record<Action, Map<string, Answer>>>;
  readonly #most: number;

  /** @param most decisions that are remembered */
  constructor({ role, scope, most }: { role: RulesOfOne; scope: RulesOfOne | undefined; most: number }) {
    this.role = role;
    this.scope = scope;
    this.known = { call: new Map(), register: new Map(), publish: new Map(), subscribe: new Map() };
    this.#most = most;
  }

  /** How many decisions are remembered. */
  get size(): number {
    const { call, register, publish, subscribe } = this.known;
    return call.size + register.size + publish.size + subscribe.size;
  }

  /** Remembers one more; where there are too many, it begins again with this one. */
  keep({ action, uri }: Pick<Wish, "action" | "uri">, answer: Answer): void {
    if (this.size >= this.#most) for (const uris of Object.values(this.known)) uris.clear();
    this.known[action].set(uri, answer);
  }
}
