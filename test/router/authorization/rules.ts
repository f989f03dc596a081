/** What a scene's sessions may do, as a table that a test can change while the realm runs. Notes what it was asked. */
import { type May, type Permit, Undecided } from "../../../src/router/authorization.ts";
import { WampError } from "../../../src/wamp/error.ts";

/** `ask`: nobody can say yet. `broken`: who should say failed. `parts`: the pattern, but not everything it matches. */
export type Answer = "yes" | "no" | "ask" | "broken" | "parts" | "tell";

const PERMIT: Permit = { allow: true, disclose: false, exceptions: false };

export class Rules {
  /** As in `alice publish com.x` or `alice subscribe com. (prefix)`; who is an authid or an authrole. */
  readonly answers: Record<string, Answer>;
  otherwise: Answer = "yes";
  asked: string[] = [];

  constructor(answers: Record<string, Answer> = {}) {
    this.answers = answers;
  }

  readonly may: May = (identity, action, uri, match) => {
    const wish = `${action} ${uri}${match === "exact" ? "" : ` (${match})`}`;
    this.asked.push(`${identity.authid} ${wish}`);
    const { answers } = this;
    const answer =
      answers[`${identity.authid} ${wish}`] ?? answers[`${identity.authrole} ${wish}`] ?? this.otherwise;
    switch (answer) {
      case "ask":
        throw new Undecided(identity, { action, uri, match });
      case "broken":
        throw new WampError("wamp.error.authorization_failed", "the authorizer gave no answer");
      default:
        return {
          ...PERMIT,
          allow: answer !== "no",
          exceptions: answer === "parts",
          disclose: answer === "tell",
        };
    }
  };

  /** What was asked since this was last called. */
  questions(): string[] {
    const { asked } = this;
    this.asked = [];
    return asked;
  }
}
