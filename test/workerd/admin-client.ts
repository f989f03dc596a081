/** Whoever uses the admin API, in the tests that run beside the objects. */
import { exports } from "cloudflare:workers";
import { ADMIN_SECRET } from "../fleet-realm.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface Asking {
  readonly body?: unknown;
  readonly headers?: Record<string, string | undefined>;
}

let fleets = 0;

/** The name of a realm with devices that no test of this file has used. */
export function freshFleet(): string {
  fleets++;
  return `fleet${fleets}`;
}

/** Asks with the right secret, unless told otherwise. A header that is undefined is left out. */
export async function ask(
  method: string,
  path: string,
  { body, headers = {} }: Asking = {},
): Promise<Answer> {
  const response = await request(method, path, { body, headers });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

export function request(
  method: string,
  path: string,
  { body, headers = {} }: Asking = {},
): Promise<Response> {
  const all = {
    Authorization: `Bearer ${ADMIN_SECRET}`,
    ...(body !== undefined && { "Content-Type": "application/json" }),
    ...headers,
  };
  const given = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
  return exports.default.fetch(`http://localhost${path}`, {
    method,
    headers: given,
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
