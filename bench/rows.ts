/** Every row the bench can run, in the order of goals.md. */
import type { Row } from "./row.ts";
import { acknowledgedPublish } from "./rows/acknowledged-publish.ts";
import { call } from "./rows/call.ts";
import { fanOut } from "./rows/fan-out.ts";

export const ROWS: readonly Row[] = [...call, ...fanOut, ...acknowledgedPublish];
