/** The fake of the AttemptStore seam: rows in memory, which counts what it is asked to write. */
import type { AttemptStore } from "../../src/gateway/attempts.ts";

export class MemoryAttempts implements AttemptStore {
  readonly rows = new Map<string, readonly number[]>();
  writes = 0;
  broken = false;

  get(key: string): readonly number[] | undefined {
    return this.rows.get(key);
  }

  put(key: string, failures: readonly number[]): void {
    if (this.broken) throw new Error("SQLITE_FULL");
    this.writes++;
    this.rows.set(key, failures);
  }

  prune(before: number, most: number): void {
    const latest = (failures: readonly number[]) => failures.at(-1) ?? 0;
    for (const [key, failures] of this.rows) if (latest(failures) < before) this.rows.delete(key);
    const oldest = [...this.rows].sort(([, a], [, b]) => latest(a) - latest(b));
    for (const [key] of oldest.slice(0, Math.max(0, this.rows.size - most))) this.rows.delete(key);
  }
}
