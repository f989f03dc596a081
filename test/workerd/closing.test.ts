/** How a realm's object answers the end of a socket: a close frame is answered, and where none came there is nobody to. */
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { SocketPeer } from "../../src/cloudflare/socket-peer.ts";
import { Client } from "./client.ts";
import { freshRealm, stub } from "./object.ts";

interface End {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

/** Tells a realm's object of the end of a session's socket, as the runtime does. @returns how it closed that one */
function ends(realm: string, session: number, { code, reason, wasClean }: End): Promise<unknown[][]> {
  return runInDurableObject(stub(realm), (object, state) => {
    const socket = state.getWebSockets().find((each) => {
      const memo = SocketPeer.recall(each);
      return memo?.state.phase === "joined" && memo.state.identity.session === session;
    });
    if (!socket) throw new Error("nobody is there");
    const closings: unknown[][] = [];
    Object.defineProperty(socket, "close", { value: (...closing: unknown[]) => closings.push(closing) });
    object.webSocketClose(socket, code, reason, wasClean);
    return closings;
  });
}

test.each([
  [
    "TRN-22 a close frame is answered with its code",
    { code: 4001, reason: "enough", wasClean: true },
    [[4001, "enough"]],
  ],
  ["TRN-22 one without a code is answered without one", { code: 1005, reason: "", wasClean: true }, [[]]],
  [
    "R9 a connection that was cut is not answered, which costs more than all else",
    { code: 1006, reason: "", wasClean: false },
    [],
  ],
] as const)("%s, and its session has left", async (_, end, closings) => {
  const realm = freshRealm();
  const watcher = await Client.join(realm);
  watcher.send(32, 1, {}, "wamp.session.on_leave");
  await watcher.next();
  const { session } = await Client.join(realm);
  expect(await ends(realm, session, end)).toStrictEqual(closings);
  const left = [36, expect.any(Number), expect.any(Number), {}, [session, expect.any(String), "anonymous"]];
  expect(await watcher.next()).toEqual(left);
});
