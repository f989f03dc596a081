/**
 * Decides what sessions of a realm may do: by the rules of their role, narrowed by their own scope, and by what an
 * authorizer said where no rule decides. Synchronous, and pure but for what it remembers: it is asked for every message.
 * A new policy is a new Authority.
 */
import { Decisions } from "./decisions.ts";
import { explanation, unknownRole } from "./explanation.ts";
import type { Names } from "./holes.ts";
import { type Answer, answerOf, DENIED, decided, hasExceptions, isMemorable, judge } from "./judgement.ts";
import { Asked } from "./pattern.ts";
import type { Action, Decision, Explanation, Match, Permit, RoleRules, Subject, Wish } from "./permission.ts";
import { RuleList } from "./rules.ts";
import { Standing } from "./standing.ts";

/** Most decisions remembered: of one session, of a role whose rules have no holes, of all single sessions together. */
const OF_ONE = 512;
const OF_ROLE = 4_096;
const OF_SINGLES = 16_384;

interface Role {
  readonly given: RoleRules;
  readonly rules: RuleList;
  /** What everybody without a scope may do with every URI, where the only rule matches all. */
  readonly always: Readonly<Record<Action, Permit>> | undefined;
  /** For everybody without a scope, where no rule has holes. */
  readonly shared: Standing | undefined;
}

export class Authority {
  readonly #realm: string;
  /** Role name to role. */
  readonly #roles: ReadonlyMap<string, Role>;
  /** Session to what decides for it alone. */
  #singles = new WeakMap<Subject, Standing>();
  /** Decisions remembered in `#singles`. */
  #size = 0;
  readonly #decisions: Decisions;

  /** @param now milliseconds since 1970 @throws Error where two roles have the same name */
  constructor({ realm, roles, now }: { realm: string; roles: readonly RoleRules[]; now: () => number }) {
    this.#realm = realm;
    const named = new Map<string, Role>();
    for (const given of roles) {
      const { name } = given;
      if (named.has(name)) throw new Error(`the realm ${realm} has two roles ${name}: give each name once`);
      named.set(name, roleOf(given, realm));
    }
    this.#roles = named;
    this.#decisions = new Decisions(now);
  }

  /**
   * AZN-01, AZN-09, AZN-10: what a session may do with a URI or pattern. `ask`: no rule decides, the role has an authorizer,
   * and nothing that it said can be used. What can be used but once has been used by this.
   */
  may(subject: Subject, action: Action, uri: string, match: Match): Permit | "ask" {
    const role = this.#roles.get(subject.authrole);
    if (!role) return DENIED;
    if (role.always && subject.scope === undefined) return role.always[action];
    const standing = this.#standing(subject, role);
    if (match === "exact") {
      const known = standing.known[action].get(uri);
      if (known !== undefined && known !== "ask") return known;
      if (known === "ask") return this.#said(subject, { action, uri, match }, false);
    }
    const judgement = judge(standing, action, new Asked({ uri, match }));
    const answer = answerOf(judgement, role.given.authorizer !== undefined);
    if (match === "exact" && isMemorable(judgement)) {
      const before = standing.size;
      standing.keep({ action, uri }, answer);
      if (standing !== role.shared) this.#count(standing.size - before);
    }
    return answer === "ask" ? this.#said(subject, { action, uri, match }, hasExceptions(judgement)) : answer;
  }

  /** Which rule decides, as `may` would, without using up what an authorizer said. */
  explain(subject: Subject, action: Action, uri: string, match: Match): Explanation {
    const role = this.#roles.get(subject.authrole);
    if (!role) return unknownRole(subject.authrole);
    const wish = { action, uri, match };
    const { authorizer, permissions } = role.given;
    const judgement = judge(this.#standing(subject, role), action, new Asked(wish));
    const ruled = answerOf(judgement, authorizer !== undefined);
    const said = ruled === "ask" ? this.#decisions.look(subject, wish) : undefined;
    return explanation(judgement, {
      wish,
      answer: said ? decided(said, action, hasExceptions(judgement)) : ruled,
      circumstances: {
        names: namesOf(subject, this.#realm),
        authorizer,
        said,
        permissions,
        scope: subject.scope ?? [],
      },
    });
  }

  /** The procedure to ask where `may` says `ask`. */
  authorizer({ authrole }: Subject): string | undefined {
    return this.#roles.get(authrole)?.given.authorizer;
  }

  /**
   * AZN-11: what the authorizer said, for the next `may` with the same session, action, URI and match policy.
   * @param ttl milliseconds for which it holds where it says `cache`; otherwise, or with 0, it is used once
   */
  remember(subject: Subject, wish: Wish, { decision, ttl }: { decision: Decision; ttl: number }): void {
    this.#decisions.remember(subject, wish, { decision, ttl });
  }

  /** Forgets what the authorizer said of this session, or of all. */
  purge(subject?: Subject): void {
    this.#decisions.purge(subject);
  }

  /** Another one after each purge: an authorizer that was asked before is asked again. */
  get generation(): number {
    return this.#decisions.generation;
  }

  /** How many decisions by rules are remembered. */
  get remembered(): number {
    return [...this.#roles.values()].reduce((sum, { shared }) => sum + (shared?.size ?? 0), this.#size);
  }

  #said(subject: Subject, wish: Wish, exceptions: boolean): Answer {
    const decision = this.#decisions.use(subject, wish);
    return decision ? decided(decision, wish.action, exceptions) : "ask";
  }

  #standing(subject: Subject, role: Role): Standing {
    if (role.shared && subject.scope === undefined) return role.shared;
    let found = this.#singles.get(subject);
    if (!found) {
      const names = namesOf(subject, this.#realm);
      const scope = subject.scope && new RuleList(subject.scope).for(names);
      found = new Standing({ role: role.rules.for(names), scope, most: OF_ONE });
      this.#singles.set(subject, found);
    }
    return found;
  }

  /** Counts decisions of single sessions; where they are too many together, all that is remembered of them begins again. */
  #count(more: number): void {
    this.#size += more;
    if (this.#size <= OF_SINGLES) return;
    this.#singles = new WeakMap();
    this.#size = 0;
  }
}

function roleOf(given: RoleRules, realm: string): Role {
  const { name, permissions } = given;
  const rules = new RuleList(permissions);
  const names = { authid: "", authrole: name, realm };
  const shared = rules.holed
    ? undefined
    : new Standing({ role: rules.for(names), scope: undefined, most: OF_ROLE });
  const only = permissions.length === 1 ? permissions[0] : undefined;
  return {
    given,
    rules,
    shared,
    always: only?.uri === "" && only.match === "prefix" ? shared && always(shared) : undefined,
  };
}

function always(standing: Standing): Role["always"] {
  const everything = new Asked({ uri: "", match: "prefix" });
  const permit = (action: Action): Permit => {
    const answer = answerOf(judge(standing, action, everything), false);
    return answer === "ask" ? DENIED : answer;
  };
  return {
    call: permit("call"),
    register: permit("register"),
    publish: permit("publish"),
    subscribe: permit("subscribe"),
  };
}

function namesOf({ authid, authrole }: Subject, realm: string): Names {
  return { authid, authrole, realm };
}
