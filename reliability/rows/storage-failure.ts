/** R17: each statement that writes fails once. A test, since only the test runner gets at the object's SQLite. */

import type { Outcome, Row } from "../row.ts";
import { runTest } from "../vitest.ts";

/** As the test has it. */
const STATEMENTS = 50;

export const storageFailure: Row = {
  id: "R17",
  title: "each of the first statements that write fails once, in the object's own SQLite",

  async run(extent): Promise<Outcome> {
    const failure = await runTest("test/workerd/storage-failure.test.ts", extent);
    if (failure !== undefined) console.error(failure);
    return {
      done: { "statements that failed": STATEMENTS },
      faults: { "promises broken or half kept": failure === undefined ? 0 : 1 },
    };
  },
};
