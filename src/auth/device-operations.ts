/**
 * What an administrator may ask of a realm, by name: the one table behind the admin API and behind the procedures
 * `edgebahn.<operation>` in the realm. A request is plain data, and so is its answer, so that both may cross objects.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Operation to the fields that a procedure takes by position; all of them may be given by name. */
export const OPERATIONS = {
  "device.add": ["authid", "role", "method"],
  "device.list": [],
  "device.get": ["authid"],
  "device.rotate": ["authid", "method"],
  "device.change": ["authid"],
  "device.set_role": ["authid", "role"],
  "device.disable": ["authid"],
  "device.enable": ["authid"],
  "device.delete": ["authid"],
  "claim.issue": ["role"],
  "claim.list": [],
  "claim.revoke": ["id"],
  "session.list": [],
  "session.kick": ["session", "message"],
  explain: ["authid", "action", "uri"],
  "authorizer.purge": ["authid"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Operation = keyof typeof OPERATIONS;

export interface AdminRequest {
  readonly operation: Operation;
  /** As they came: read and checked by whoever carries out the operation. */
  readonly fields: { readonly [name: string]: Json };
  /** Who asks, for the log: never a secret. */
  readonly by: string;
}

export type AdminAnswer =
  | { readonly ok: true; readonly result: Json }
  /** `error` is an error URI; `path` the field that is wrong. */
  | { readonly ok: false; readonly error: string; readonly message: string; readonly path?: string };

export function isOperation(name: string): name is Operation {
  return Object.hasOwn(OPERATIONS, name);
}
