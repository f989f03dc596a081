/**
 * Where the router's CPU time goes under a row's load: `node bench/profile.ts B1`. Prints the functions by their own
 * time and leaves the profile in bench/profiles/, to be opened in a browser's developer tools. `(program)` is the
 * runtime outside JavaScript: sockets, and the crossing into and out of V8.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ContenderName, Contenders } from "./contender.ts";
import { readOptions } from "./options.ts";
import { loadsOf } from "./rows.ts";
import { Inspector } from "./runtime/inspector.ts";
import { Scene } from "./scene.ts";

const SECONDS = 3;
const SHOWN = 30;
const FOLDER = join(import.meta.dirname, "profiles");

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
}

const options = readOptions(process.argv.slice(2));
const [id = "B1", name = "router"] = options.ids;
const contenders = await Contenders.create();
await mkdir(FOLDER, { recursive: true });
try {
  for (const row of loadsOf(options).filter((row) => row.id === id)) {
    const { speech } = row.entrants.find((entrant) => entrant.name === name) ?? row.entrants[0];
    const scene = await Scene.open(contenders.get(name as ContenderName, speech), { inspect: true }); // a wrong name ends here
    const round = await scene.during(row.prepare(scene));
    await scene.during(round(SECONDS));

    const inspector = await Inspector.open(scene.server.inspectorPort);
    await inspector.ask("Profiler.enable");
    await inspector.ask("Profiler.setSamplingInterval", { interval: 200 }); // microseconds
    await inspector.ask("Profiler.start");
    await scene.during(round(SECONDS));
    const { profile } = (await inspector.ask("Profiler.stop")) as { profile: Profile }; // as the protocol says
    inspector.close();
    await scene.close();

    const file = join(FOLDER, `${name}-${row.id}-${row.work.replaceAll(/\W+/g, "-")}.cpuprofile`);
    await writeFile(file, JSON.stringify(profile));
    console.log(`\n${name}: ${row.id} ${row.work}  (${file})`);
    for (const line of ownTimes(profile).slice(0, SHOWN)) console.log(line);
  }
} finally {
  await contenders.end();
}

/** One line for each function, the busiest first; shares are of the time that was not idle. */
function ownTimes({ nodes, samples }: Profile): string[] {
  /** Node -> the function it is a call of. */
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, lineNumber } }) => [
      id,
      `${functionName || "(anonymous)"}${lineNumber > 0 ? `:${lineNumber + 1}` : ""}`,
    ]),
  );
  /** Function -> samples taken in it. */
  const taken = new Map<string, number>();
  for (const sample of samples) {
    const name = names.get(sample) ?? "?";
    if (name !== "(idle)") taken.set(name, (taken.get(name) ?? 0) + 1);
  }
  const busy = [...taken.values()].reduce((sum, count) => sum + count, 0);
  return [...taken]
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => `${((count / busy) * 100).toFixed(1).padStart(6)} %  ${name}`);
}
