/**
 * Where the router's CPU time goes under a row's load: `node bench/profile.ts B1`. Prints the functions by their own
 * time and leaves the profile in bench/profiles/, to be opened in a browser's developer tools. `(program)` is the
 * runtime outside JavaScript: sockets, and the crossing into and out of V8.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ContenderName, Contenders } from "./contender.ts";
import { readOptions } from "./options.ts";
import { ownTimes, type Profile } from "./own-times.ts";
import { loadsOf } from "./rows.ts";
import { Inspector } from "./runtime/inspector.ts";
import { Scene } from "./scene.ts";

const SECONDS = 3;
const SHOWN = 30;
const FOLDER = join(import.meta.dirname, "profiles");

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
    for (const [name, share] of [...ownTimes(profile)].slice(0, SHOWN)) {
      console.log(`${(share * 100).toFixed(1).padStart(6)} %  ${name}`);
    }
  }
} finally {
  await contenders.end();
}
