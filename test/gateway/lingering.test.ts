/** What is remembered of clients that closed without reading: for a minute, and no longer, whatever else happens. */
import { describe, expect, test } from "vitest";
import { Congestion } from "../../src/gateway/congestion.ts";
import { Connection } from "../../src/gateway/connection.ts";
import { collect } from "../collect.ts";
import { FakePeer } from "./client.ts";
import { serializers } from "./wire.ts";

function connectionWith(backlog: number): Connection {
  const peer = Object.assign(new FakePeer(), { backlog });
  return new Connection({
    peer,
    origin: { local: true },
    serializer: serializers("wamp.2.json"),
    state: { phase: "ended" },
  });
}

/** A hundred clients have closed with something left unread. */
function stormed() {
  const room = { clock: 1_000_000 };
  const congestion = new Congestion({ backlog: 1_000, totalBacklog: 32_000 }, () => room.clock);
  const connections: WeakRef<object>[] = [];
  const peers: WeakRef<object>[] = [];
  for (let n = 0; n < 100; n++) {
    const connection = connectionWith(100);
    congestion.add(connection);
    congestion.linger(connection);
    connections.push(new WeakRef(connection));
    peers.push(new WeakRef(connection.peer));
  }
  return { room, congestion, connections, peers };
}

const held = (references: readonly WeakRef<object>[]): number =>
  references.filter((reference) => reference.deref() !== undefined).length;

test("R10 of clients that closed without reading only their sockets are kept, and those a minute", async () => {
  const { room, congestion, connections, peers } = stormed();
  room.clock += 59_999;
  congestion.add(connectionWith(0));
  await collect();
  expect([held(connections), held(peers)]).toStrictEqual([0, 100]);
});

describe.each([
  ["connects", (congestion: Congestion) => congestion.add(connectionWith(0))],
  ["closes", (congestion: Congestion) => congestion.linger(connectionWith(0))],
  ["closes without reading", (congestion: Congestion) => congestion.linger(connectionWith(100))],
] as const)("when somebody else %s", (_, act) => {
  test("R10 those whose minute is over are forgotten, though nothing was sent", async () => {
    const { room, congestion, peers } = stormed();
    room.clock += 60_000;
    act(congestion);
    await collect();
    expect([held(peers), congestion.isDue]).toStrictEqual([0, false]); // it was alive until now
  });
});
