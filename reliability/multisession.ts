/**
 * A scene of several sessions as the specification's vectors write it down, played against a router: what clients send is
 * sent, and what the router must answer is compared whole. Ids that the router gives take their value when first met.
 */
import { deepStrictEqual } from "node:assert/strict";
import { Inbox } from "../test/interop/client/client.ts";
import { Client, type Codec, type Wire } from "./client.ts";
import { pause } from "./pace.ts";

export interface Scenario {
  readonly description: string;
  readonly sessions: readonly { readonly session_id: string; readonly realm: string }[];
  readonly sequence: readonly {
    readonly from: string;
    readonly to: string;
    readonly message: Readonly<Record<string, unknown>> & { readonly type: string };
  }[];
}

/** The messages that scenes have: code and elements in wire order. */
const SHAPES: Readonly<Record<string, readonly [number, ...string[]]>> = {
  PUBLISH: [16, "request_id", "options", "topic", "args", "kwargs"],
  PUBLISHED: [17, "request_id", "publication_id"],
  SUBSCRIBE: [32, "request_id", "options", "topic"],
  SUBSCRIBED: [33, "request_id", "subscription_id"],
  EVENT: [36, "subscription_id", "publication_id", "details", "args", "kwargs"],
};
/** Milliseconds within which an answer has to come. */
const PATIENCE = 5_000;
const GIVEN_BY_ROUTER = ["subscription_id", "publication_id"];

/** @throws AssertionError where the router says something else, or more */
export async function play(port: number, scenario: Scenario, codec: Codec): Promise<void> {
  const clients = new Map<string, { client: Client; inbox: Inbox<Wire> }>();
  for (const { session_id, realm } of scenario.sessions) {
    const client = await Client.join(port, { realm, codec });
    const inbox = new Inbox<Wire>();
    client.onMessage = (message) => inbox.put(message);
    clients.set(session_id, { client, inbox });
  }
  const of = (session: string) => {
    const found = clients.get(session);
    if (!found) throw new Error(`the scene has no session ${session}`);
    return found;
  };
  /** The scene's name and number of an id to the router's. */
  const given = new Map<string, unknown>();
  for (const { from, to, message } of scenario.sequence) {
    const shape = SHAPES[message.type];
    if (!shape) throw new Error(`no shape for ${message.type}`);
    const [code, ...names] = shape;
    if (to === "router") {
      const elements = names.map((name) => message[name]).filter((each) => each !== undefined);
      of(from).client.send([code, ...elements]);
      continue;
    }
    const heard = await soon(of(to).inbox.next());
    const expected = names.map((name, at) => {
      if (!GIVEN_BY_ROUTER.includes(name)) return message[name];
      const key = `${name} ${message[name]}`;
      if (!given.has(key)) given.set(key, heard[at + 1]);
      return given.get(key);
    });
    deepStrictEqual(heard, [code, ...expected.filter((each) => each !== undefined)]);
  }
  for (const { client, inbox } of clients.values()) {
    // Whatever else were on its way would come before this answer.
    await client.must(48, {}, "wamp.session.count");
    deepStrictEqual(inbox.left, 0);
    await client.close();
  }
}

async function soon(answer: Promise<Wire>): Promise<Wire> {
  const late = pause(PATIENCE).then(() => Promise.reject(new Error("the router says nothing")));
  return Promise.race([answer, late]);
}
