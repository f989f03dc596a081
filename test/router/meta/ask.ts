/** Calls to the router's own procedures, and what answers them. Every one of them is request 1. */
import { failed } from "../answers.ts";
import type { Scene, Sent, Wire } from "../scene.ts";

/** `payload` is Arguments and ArgumentsKw. */
export function ask(scene: Scene, caller: string, procedure: string, ...payload: unknown[]): Sent {
  return scene.send(caller, 48, 1, {}, procedure, ...payload);
}

/** A RESULT with these Arguments, or without any. */
export function result(...args: unknown[]): Wire {
  return args.length > 0 ? [50, 1, {}, args] : [50, 1, {}];
}

/** The ERROR that answers a call to the router. */
export function refused(uri: string): Wire {
  return failed(48, 1, uri);
}

export const NO_SUCH_PROCEDURE = refused("wamp.error.no_such_procedure");
export const INVALID_ARGUMENT = refused("wamp.error.invalid_argument");

/** What a subscriber with the prefix `wamp.` and the subscription 1 is told, publications counted from `first`. */
export function told(first: number, ...events: readonly (readonly [topic: string, ...args: unknown[]])[]) {
  return events.map(([topic, ...args], at) => [36, 1, first + at, { topic }, args]);
}

/** What a scene's clock says when nothing passed. */
export const CREATED = "1970-01-01T00:16:40.000Z";
