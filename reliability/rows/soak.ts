/**
 * R16: hours of a realm's life: members who stay, newcomers who come and go, messages of every kind, and times in which all
 * are quiet and the realm sleeps. In the end everybody has left and nothing of them may be on disk.
 */
import { openRealm } from "../../test/open-realm.ts";
import { eachDatabase } from "../disk.ts";
import { HELD } from "../house.ts";
import { each, pause, until } from "../pace.ts";
import { Router } from "../router.ts";
import type { Extent, Outcome, Row } from "../row.ts";
import { Ledger } from "../soak/ledger.ts";
import { LONG, Member } from "../soak/member.ts";
import { Resident } from "../soak/resident.ts";
import { Scene } from "../soak/scene.ts";

interface Size {
  readonly members: number;
  /** Newcomers before the memory is looked at: the bare relay's grows until some 25,000 sockets have come and gone, too. */
  readonly hastened: number;
  /** Times in which something goes on, with a sleep between each and the next. */
  readonly periods: number;
  /** Seconds that each of them takes. */
  readonly seconds: number;
}

const SIZES: Readonly<Record<Extent, Size>> = {
  ci: { members: 300, hastened: 300, periods: 2, seconds: 9 },
  full: { members: 1_000, hastened: 50_000, periods: 15, seconds: 103 },
};
const HASTENED_AT_ONCE = 16;
/** The alarm parks calls after five quiet seconds, and the runtime lets the object go ten after that. */
const QUIET = 17_000;
const LOOK = 1_000;

/** All are quiet, one call is under way. It must sleep, and the call be answered afterwards. */
async function sleepThrough(router: Router, members: readonly Member[], scene: Scene, ledger: Ledger) {
  const [caller, callee] = members as [Member, Member]; // there are hundreds
  const long = caller.client.ask(48, {}, LONG, ["over sleep", true]);
  await until(() => callee.pending !== undefined, { progress: () => 0, patience: 5_000 });
  const before = router.server.lastWords().slice(-500);
  await pause(QUIET);
  scene.cutOne();
  await pause(500);
  const words = router.server.lastWords();
  const since = before === "" ? words : words.slice(words.lastIndexOf(before) + before.length);
  if (!since.includes('"event":"wake"')) ledger.faults["did not sleep"]++;
  callee.client.send([70, callee.pending, {}, ["awake"]]);
  callee.pending = undefined;
  ledger.calls++;
  if (JSON.stringify((await long)[3]) !== '["awake"]') ledger.faults["calls unanswered or wrong"]++;
}

/** Until everything that was published has come, or nothing comes any more; what did not is lost. */
async function settle(members: readonly Member[], ledger: Ledger): Promise<void> {
  const owed = () => members.reduce((sum, member) => sum + member.owed, 0);
  const wills = () => [...ledger.wills].filter((number) => !ledger.executed.has(number)).length;
  const left = () => owed() + wills();
  await until(() => left() === 0, { progress: left, patience: 5_000 });
  ledger.faults.lost += owed();
  ledger.faults["testaments lost"] += wills();
}

/** Everybody leaves, half of them without a word. @returns what the realm says that it still has */
async function goHome(members: readonly Member[], ledger: Ledger): Promise<number> {
  ledger.faults["refused or cut"] += members.filter(({ client }) => client.socket.readyState !== 1).length;
  const [witness, ...others] = members as [Member, ...Member[]];
  await Promise.all(others.map(({ client, index }) => (index % 2 === 0 ? client.close() : client.cut())));
  const count = async () =>
    Number(((await witness.client.must(48, {}, "wamp.session.count"))[3] as [number])[0]);
  for (let tries = 0; tries < 100 && (await count()) > 1; tries++) await pause(100);
  const ghosts = (await count()) - 1;
  await witness.client.close();
  await pause(1_000);
  return ghosts;
}

/** Rows of what sessions hold, in the files that the router left. */
async function rowsLeft(disk: string): Promise<number> {
  let rows = 0;
  await eachDatabase(disk, (database) => {
    const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    for (const { name } of tables) {
      if (HELD.includes(String(name)))
        rows += Number(database.prepare(`SELECT count(*) AS n FROM ${name}`).get()?.n);
    }
  });
  return rows;
}

async function soakIn(router: Router, size: Size): Promise<Outcome> {
  const { members: count, hastened, periods, seconds } = size;
  const ledger = new Ledger();
  const members: Member[] = [];
  await each(count, { atOnce: 20 }, async (index) => {
    members.push(await Member.join(router.port, index, ledger));
  });
  members.sort((one, other) => one.index - other.index);
  const scene = new Scene(router.port, members, ledger);
  await Promise.all([scene.hasten(hastened, { atOnce: HASTENED_AT_ONCE }), scene.live(seconds)]);
  const resident = new Resident(() => router.server.residentBytes());
  for (let period = 1; period <= periods; period++) {
    resident.begin(LOOK);
    await scene.live(seconds);
    resident.end();
    const memory = resident.close();
    if (periods > 2)
      console.log(`       ${period} of ${periods}: ${memory}, ${scene.present} newcomers there`);
    if (period < periods) await sleepThrough(router, members, scene, ledger);
  }
  await scene.end();
  await settle(members, ledger);
  const ghosts = await goHome(members, ledger);
  const { faults } = router.server;
  await router.kill();
  return {
    done: {
      members: count,
      newcomers: ledger.joined,
      publications: ledger.publications,
      "events heard": ledger.heard,
      calls: ledger.calls,
      testaments: ledger.wills.size,
      sleeps: periods - 1,
    },
    faults: {
      ...ledger.faults,
      "ghosts at the end": ghosts,
      "rows left": await rowsLeft(router.disk),
      "faults logged": faults.length,
    },
    figures: {
      "memory slope": resident.figure,
      "memory first and last": {
        value: `${resident.first.toFixed(0)} and ${resident.last.toFixed(0)} MB`,
        met: true,
      },
    },
  };
}

export const soak: Row = {
  id: "R16",
  title: "a realm lives on: members, newcomers, messages of every kind, sleep; at the end nothing is left",

  async run(extent): Promise<Outcome> {
    const router = await Router.start({ REALMS: [openRealm("realm1")] });
    try {
      return await soakIn(router, SIZES[extent]);
    } finally {
      await router.end();
    }
  },
};
