/** Scenarios in which the object itself once said something else than the reference, made as small as they get. */
import type { Scenario } from "./scenario.ts";

export interface KeptOnObject {
  /** What was wrong. */
  readonly fault: string;
  readonly scenario: Scenario;
}

const settings = { allowDisclose: true, progressiveResults: "compat" } as const;
const join = { do: "join", as: "alice", over: "wamp.2.json", announces: [] } as const;
const subscribe = (who: number, topic: string) =>
  ({ do: "subscribe", who, topic, match: "exact", retained: false }) as const;

export const KEPT_ON_OBJECT: readonly KeptOnObject[] = [
  {
    fault: "the subscriptions of who leaves are not told in the order of their ids",
    scenario: {
      settings,
      commands: [
        join,
        join,
        subscribe(1, "com.a"),
        subscribe(0, "com.b"),
        subscribe(0, "com.a"),
        subscribe(1, "wamp.subscription.on_unsubscribe"),
        { do: "drop", who: 0 },
      ],
    },
  },
  {
    fault: "after sleep they are told in another order than before (RULE-10)",
    scenario: {
      settings,
      commands: [
        join,
        join,
        subscribe(1, "com.a"),
        subscribe(0, "com.b"),
        subscribe(0, "com.a"),
        subscribe(1, "wamp.subscription.on_unsubscribe"),
        { do: "sleep", vanish: [] },
        { do: "drop", who: 0 },
      ],
    },
  },
];
