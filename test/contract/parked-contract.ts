/** What every RealmStore keeps of calls under way, and of callees' options. Imports nothing of Node's. */
import { expect } from "vitest";
import type { InvocationRow } from "../../src/router/store.ts";
import { PAYLOADS } from "./payloads.ts";
import type { Open } from "./store-contract.ts";

const MAX_ID = 2 ** 53;

const ROW: InvocationRow = {
  callee: 5,
  id: 1,
  caller: 6,
  request: MAX_ID,
  terms: {
    procedure: "com.é\u{1F600}'\"",
    registration: 2 ** 32,
    disclosed: true,
    receivesProgress: true,
    timeout: 86_400_000,
    received: 1_790_000_000_000,
    passthru: { ppt_scheme: "x_own", ppt_serializer: "cbor", ppt_cipher: "", ppt_keyid: "\u0000k" },
  },
  details: {
    procedure: "com.x.y",
    caller: MAX_ID,
    caller_authid: "Zoë 'O\"Brien'",
    caller_authrole: "",
    receive_progress: true,
    trustlevel: 0,
    ppt_scheme: "x_own",
  },
  chunks: "open",
  interrupted: true,
  deadline: 1_790_000_000_000,
  reroute: undefined,
};

export function parkedContract(promise: (title: string, use: (open: Open) => void) => void): void {
  promise("R4 every field of a parked call comes back", (open) => {
    const plain: InvocationRow = {
      ...ROW,
      id: 2,
      terms: { ...ROW.terms, disclosed: false, receivesProgress: false, timeout: 0, passthru: {} },
      details: {},
      chunks: "none",
      interrupted: false,
      deadline: undefined,
    };
    const rows = [ROW, plain, { ...plain, id: 3, chunks: "complete" } as const];
    for (const row of rows) open().putInvocation(row);
    expect([...open().invocations()].toSorted(byId)).toStrictEqual(rows);
  });

  promise("RRT-07 a call that can still move comes back with its payload and whoever refused it", (open) => {
    const rows = PAYLOADS.map((payload, n) => ({
      ...ROW,
      id: n + 1,
      reroute: { payload, refused: [[], [7], [MAX_ID, 1, 7]][n % 3] ?? [] },
    }));
    for (const row of rows) open().putInvocation(row);
    expect([...open().invocations()].toSorted(byId)).toStrictEqual(rows);
  });

  promise("R4 putting a call again replaces all of its row", (open) => {
    const store = open();
    const reroute = { payload: PAYLOADS[3], refused: [7] };
    store.putInvocation({ ...ROW, reroute });
    store.putInvocation({ ...ROW, callee: 8, reroute });
    store.putInvocation({ ...ROW, chunks: "complete", interrupted: false, deadline: undefined });
    expect([...open().invocations()].toSorted((a, b) => a.callee - b.callee)).toStrictEqual([
      { ...ROW, chunks: "complete", interrupted: false, deadline: undefined },
      { ...ROW, callee: 8, reroute },
    ]);
    store.putInvocation({ ...ROW, reroute: { payload: undefined, refused: [] } });
    expect([...open().invocations()].find(({ callee }) => callee === 5)?.reroute).toStrictEqual({
      payload: undefined,
      refused: [],
    });
  });

  promise("R4 each of a callee's options comes back", (open) => {
    const callees = [true, false].flatMap((forwardTimeout, n) =>
      [true, false].map((discloseCaller, m) => ({
        id: 1,
        session: 2 * n + m + 1,
        forwardTimeout,
        discloseCaller,
      })),
    );
    for (const row of callees) open().addCallee(row);
    expect([...open().callees()]).toStrictEqual(callees);
  });
}

function byId(a: InvocationRow, b: InvocationRow): number {
  return a.id - b.id;
}
