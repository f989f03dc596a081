/** Options and details as somebody would write them who wants to be taken for somebody else, from a seed. */
import type { Dice } from "../fuzz/permission-cases.ts";

/** What only the router writes, or nobody. */
const KEYS = [
  ...["publisher", "publisher_authid", "publisher_authrole", "publisher_authprovider", "publisher_session"],
  ...["caller", "caller_authid", "caller_authrole", "caller_authprovider", "caller_session"],
  ...["trustlevel", "topic", "procedure", "retained", "session", "authid", "authrole", "authmethod"],
  ...[
    "authprovider",
    "authextra",
    "subscription",
    "registration",
    "publication",
    "request",
    "realm",
    "origin",
  ],
  ...[
    "reason",
    "message",
    "roles",
    "scope",
    "expires",
    "uri",
    "kwargs",
    "args",
    "x_cb_node",
    "x_acknowledged",
  ],
  ...["_publisher", "_caller", "_trustlevel", "_x", "__proto__", "constructor", "toString", "hasOwnProperty"],
  ...["Publisher", "PUBLISHER", "publisher ", "publisher\u0000", "disclose", "disclose_me ", "DISCLOSE_ME"],
  ...["eligible_authprovider", "exclude_authextra", "rkey", "correlation_id", "transaction"],
];
const IDS = [0, 1, 101, 102, 103, 104, 2 ** 53, -1, 1.5];
const NAMES = ["admin", "root", "router", "trusted", "", "anonymous", "wamp.x", "x\u0000y", "canary-forged"];

/** A key that `Object.assign` and literals would take for the prototype is a key like any other here. */
export type Forged = Record<string, unknown>;

export function forged(dice: Dice): Forged {
  const dict: Forged = {};
  const count = 1 + dice.under(8);
  for (let n = 0; n < count; n++) {
    const value = anything(dice, 0);
    Object.defineProperty(dict, dice.one(KEYS), {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  if (dice.chance(25)) dict.forward_for = dice.list(3, () => forgedHop(dice));
  return dict;
}

function forgedHop(dice: Dice) {
  return {
    session: dice.one(IDS),
    authid: dice.one(NAMES),
    authrole: dice.one(NAMES),
    caller: dice.one(IDS),
  };
}

function anything(dice: Dice, depth: number): unknown {
  const kind = dice.under(depth > 2 ? 4 : 6);
  if (kind === 0) return dice.one(IDS);
  if (kind === 1) return dice.one(NAMES);
  if (kind === 2) return dice.chance(50);
  if (kind === 3) return null;
  if (kind === 4) return dice.list(3, () => anything(dice, depth + 1));
  return { [dice.one(KEYS.filter((key) => key !== "__proto__"))]: anything(dice, depth + 1) };
}
