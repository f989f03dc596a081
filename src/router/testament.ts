/**
 * Testaments: events that a session leaves behind, published when it ends (section 11.5). They are rows from the start, so
 * a session that dies while the realm sleeps, or with the process, still has its last word.
 */
import { WampError } from "../wamp/error.ts";
import { dict } from "../wamp/field.ts";
import { PUBLISH_OPTIONS } from "../wamp/message.ts";
import type { Payload } from "../wamp/payload.ts";
import { isOurs, isReserved, type UriRule, uriFault } from "../wamp/uri.ts";
import { type May, NOT_AUTHORIZED, permitted } from "./authorization.ts";
import { octetsOf } from "./retention.ts";
import type { Session } from "./session.ts";
import type { RealmSettings } from "./settings.ts";
import type { RealmStore, TestamentRow, TestamentScope } from "./store.ts";
import type { Writing } from "./writing.ts";

export interface TestamentPorts {
  readonly store: RealmStore;
  readonly uriRule: UriRule;
  readonly limits: RealmSettings["keep"];
  readonly may: May;
  readonly writing: Writing;
}

export interface Will {
  readonly topic: unknown;
  readonly scope: unknown;
  readonly options: unknown;
  readonly payload: Payload | undefined;
}

const publishOptions = dict(PUBLISH_OPTIONS);

export class Testaments {
  readonly #ports: TestamentPorts;

  constructor(ports: TestamentPorts) {
    this.#ports = ports;
  }

  /**
   * @throws WampError invalid_uri, invalid_argument, not_authorized (TES-15), option_not_allowed where the session has too
   * many (TES-18), storage_failed @throws Undecided
   */
  add(session: Session, { topic, scope: wanted, options: given, payload }: Will): void {
    const { store, uriRule, limits, may, writing } = this.#ports;
    if (typeof topic !== "string")
      throw new WampError("wamp.error.invalid_argument", "topic must be a string");
    const fault =
      uriFault(topic, "exact", uriRule) ?? (isReserved(topic) ? "is the router's to publish" : undefined);
    if (fault) throw new WampError("wamp.error.invalid_uri", `topic ${fault}`);
    // S9: who may not publish under a name of the router's may not leave anything under it either.
    if (isOurs(topic)) throw new WampError(NOT_AUTHORIZED, `topic ${topic} is the router's to publish`);
    const options = readOptions(given);
    const scope = readScope(wanted);
    permitted(may, session.identity, { action: "publish", uri: topic, match: "exact" });
    // The lists of the options may be as long as the payload.
    const octets = octetsOf(payload) + JSON.stringify(options).length;
    const kept = store.testamentSize(session.id);
    if (kept.count >= limits.testaments || kept.octets + octets > limits.testamentOctets) {
      throw new WampError(
        "wamp.error.option_not_allowed",
        `a session may leave ${limits.testaments} testaments of ${limits.testamentOctets} octets together`,
      );
    }
    // With a row of the session, without which nobody would publish what it leaves behind (RULE-12).
    writing.hold(session, () => store.addTestament({ session: session.id, scope, topic, options, payload }));
  }

  flush(session: Session, scope: unknown): void {
    const { store, writing } = this.#ports;
    const which = readScope(scope);
    writing.write(session, () => store.removeTestaments(session.id, which));
  }

  /** TES-10: the detached ones, then the destroyed ones, each in the order added. The rows go with the session's. */
  of(session: Session): TestamentRow[] {
    const rows = [...this.#ports.store.testaments(session.id)];
    return [
      ...rows.filter(({ scope }) => scope === "detached"),
      ...rows.filter(({ scope }) => scope === "destroyed"),
    ];
  }
}

function readScope(scope: unknown): TestamentScope {
  if (scope === undefined || scope === null) return "destroyed";
  if (scope === "destroyed" || scope === "detached") return scope;
  throw new WampError("wamp.error.invalid_argument", "scope must be destroyed or detached");
}

/** TES-05: options of PUBLISH; acknowledge has no meaning here, and forward_for none anywhere (XMA-03). */
function readOptions(given: unknown): TestamentRow["options"] {
  try {
    const { acknowledge: _, forward_for: __, ...rest } = publishOptions.read(given, "publish_options");
    return rest;
  } catch (error) {
    throw new WampError("wamp.error.invalid_argument", (error as Error).message); // read() throws only Errors
  }
}
