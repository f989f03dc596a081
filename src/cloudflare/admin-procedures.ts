/**
 * What an administrator may ask, as procedures of the realm: `edgebahn.device.add` and so on. Arguments by name or in the
 * order of the table; the answer is one argument. Who may call them at all the gateway decides (desk.ts).
 */
import { isOperation, type Json, OPERATIONS, type Operation } from "../auth/device-operations.ts";
import type { Desk } from "../gateway/desk.ts";
import type { Arguments } from "../router/payload-reader.ts";
import { WampError } from "../wamp/error.ts";
import type { Administration } from "./administration.ts";

const SPACE = "edgebahn.";

/** Each procedure throws a WampError that says what is wrong with its arguments. */
export function adminDesk(administration: Administration): Desk {
  return (caller, procedure) => {
    const operation = procedure.slice(SPACE.length);
    if (!procedure.startsWith(SPACE) || !isOperation(operation)) return undefined;
    return async (call) => {
      const fields = fieldsOf(operation, call);
      const answer = await administration.answer({ operation, fields, by: `wamp ${caller.authid}` });
      if (!answer.ok) throw new WampError(answer.error, answer.message);
      return { args: [answer.result] };
    };
  };
}

/** @throws WampError where there are more arguments than the operation takes, or one is given twice */
function fieldsOf(operation: Operation, { args, kwargs }: Arguments): { readonly [name: string]: Json } {
  const names: readonly string[] = OPERATIONS[operation];
  if (args.length > names.length) {
    const takes = names.length > 0 ? names.join(", ") : "nothing";
    throw new WampError("wamp.error.invalid_argument", `${SPACE}${operation} takes by position: ${takes}`);
  }
  const given = new Map(Object.entries(kwargs));
  for (const [at, value] of args.entries()) {
    const name = names[at] ?? "";
    if (given.has(name)) throw new WampError("wamp.error.invalid_argument", `${name} is given twice`);
    given.set(name, value);
  }
  return Object.fromEntries(given) as { [name: string]: Json }; // checked as they are read
}
