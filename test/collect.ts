/** Asks the engine to clean up at once, for tests of what is let go of. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void; // what the flag adds

/** A weak reference holds what it refers to until the turn ends that made it, so the next one cleans up. */
export async function collect(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  gc();
}
