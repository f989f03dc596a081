/** One entry of the log as one line of JSON, in which nobody's text can look like anything but text (S15). */
import { plain } from "../gateway/log-entry.ts";

export function logLine(entry: object): string {
  return JSON.stringify(plain({ ...entry }));
}
