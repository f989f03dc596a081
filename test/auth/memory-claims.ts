/** The fake of the ClaimStore seam: rows in memory, copied in and out. */
import type { Claim, ClaimStore } from "../../src/auth/claim.ts";

export class MemoryClaims implements ClaimStore {
  /** Id to claim. */
  readonly rows = new Map<string, Claim>();

  take(id: string): Claim | undefined {
    const claim = this.rows.get(id);
    this.rows.delete(id);
    return claim;
  }

  put(claim: Claim): void {
    this.rows.set(claim.id, { ...claim });
  }

  list({ after, limit }: { readonly after: string; readonly limit: number }): readonly Claim[] {
    return [...this.rows.values()]
      .filter(({ id }) => id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  prune(now: number): void {
    for (const { id, expires } of [...this.rows.values()]) if (expires <= now) this.rows.delete(id);
  }

  count(): number {
    return this.rows.size;
  }
}
