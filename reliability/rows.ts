/** The rows, in the order of the table. */
import type { Row } from "./row.ts";
import { bombs } from "./rows/bombs.ts";
import { clock } from "./rows/clock.ts";
import { deploy } from "./rows/deploy.ts";
import { evict } from "./rows/evict.ts";
import { frames } from "./rows/frames.ts";
import { fuzz } from "./rows/fuzz.ts";
import { halfOpen } from "./rows/half-open.ts";
import { isolation } from "./rows/isolation.ts";
import { kill } from "./rows/kill.ts";
import { lossOrder } from "./rows/loss-order.ts";
import { model } from "./rows/model.ts";
import { patterns } from "./rows/patterns.ts";
import { pendingCalls } from "./rows/pending-calls.ts";
import { poison } from "./rows/poison.ts";
import { silentSockets } from "./rows/silent-sockets.ts";
import { sleep } from "./rows/sleep.ts";
import { slowConsumer } from "./rows/slow-consumer.ts";
import { soak } from "./rows/soak.ts";
import { storageFailure } from "./rows/storage-failure.ts";
import { storm } from "./rows/storm.ts";
import { vectors } from "./rows/vectors.ts";

export const ROWS: readonly Row[] = [
  vectors,
  model,
  lossOrder,
  sleep,
  evict,
  deploy,
  kill,
  halfOpen,
  storm,
  slowConsumer,
  pendingCalls,
  soak,
  storageFailure,
  clock,
  isolation,
  silentSockets,
  poison,
  fuzz,
  bombs,
  frames,
  patterns,
];
