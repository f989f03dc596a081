/** R15: WebSocket frames, right and wrong, octet by octet over TCP. What becomes of each, and that nobody else notices. */
import { OPCODE, RawSocket } from "../../test/interop/raw-socket.ts";
import { openRealm } from "../../test/open-realm.ts";
import { Canary } from "../canary.ts";
import { Router } from "../router.ts";
import type { Outcome, Row } from "../row.ts";
import { CASES, type FrameCase, QUESTION } from "./frame-cases.ts";

const PATIENCE = 10_000;
const HELLO = [1, "realm1", { roles: { caller: {} } }];

/** What came back, in a word for each frame, up to the answer to a question that follows, or to the end. */
async function outcomeOf(port: number, { act, asks = true }: FrameCase): Promise<string> {
  const socket = await RawSocket.open(`ws://127.0.0.1:${port}/ws`, "wamp.2.json");
  socket.tell(HELLO);
  await socket.hear();
  const said: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), PATIENCE);
  });
  try {
    await act(socket);
    if (asks) socket.tell(QUESTION);
    for (;;) {
      const frame = await Promise.race([socket.frame(), socket.ended, late]);
      if (frame === "late") return [...said, "hangs"].join(", ");
      if (frame === undefined) return [...said, "cut"].join(", ");
      const word = wordFor(frame.opcode, frame.payload);
      said.push(word);
      if (word === "lives" || word.startsWith("close")) return said.join(", ");
    }
  } finally {
    clearTimeout(timer);
    await socket.cut();
  }
}

function wordFor(opcode: number, payload: Buffer): string {
  if (opcode === OPCODE.pong) return `pong of ${payload.length}`;
  if (opcode === OPCODE.close)
    return `close ${payload.length < 2 ? "without a code" : payload.readUInt16BE()}`;
  const message = JSON.parse(payload.toString()) as unknown[];
  if (message[0] === 3) return "ABORT";
  return message[2] === QUESTION[1] ? "lives" : "answer";
}

async function run(router: Router): Promise<Outcome> {
  const canary = await Canary.hatch(router.port);
  const wrong: string[] = [];
  let [hangs, lenient] = [0, 0];
  for (const each of CASES) {
    const outcome = await outcomeOf(router.port, each);
    if (outcome.endsWith("hangs")) hangs++;
    if (outcome === each.lenient) lenient++;
    else if (![each.expected].flat().includes(outcome))
      wrong.push(`${each.name}: ${outcome}, not ${each.expected}`);
    await canary.sing();
  }
  for (const each of wrong) console.log(`       ${each}`);
  const { restarts, wrong: missed } = canary;
  await canary.fly();
  const { faults } = router.server;
  for (const fault of faults) console.log(`       ${fault.slice(0, 300)}`);
  return {
    done: { "frame cases": CASES.length, "taken by workerd though RFC 6455 refuses them": lenient },
    faults: {
      "not as documented": wrong.length,
      hangs,
      "object restarts": restarts,
      "canary calls wrong": missed,
      "uncaught or faults logged": faults.length,
    },
  };
}

export const frames: Row = {
  id: "R15",
  title: `${CASES.length} cases of WebSocket frames over raw sockets`,

  async run() {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      return await run(router);
    } finally {
      await router.end();
    }
  },
};
