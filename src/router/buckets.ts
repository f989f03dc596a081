/**
 * Where in a list the rows with a hash stand: open addressing in one typed array, eight octets a cell, so that a look-up
 * touches one line of memory. Rows are told apart by the caller; several may have the same hash.
 */

/** Cells for each row at the least, when it grows. */
const ROOM = 2;
/** Cells for each row at the most, before it shrinks: apart enough that adding and removing in turn copies nothing. */
const WASTE = 8;
const LEAST = 8;

export class Buckets {
  /** Pairs of a hash and a row plus one; 0 is an empty cell. */
  #cells = new Int32Array(2 * LEAST);
  #mask = LEAST - 1;
  #size = 0;

  /** The first cell with the hash; -1 where there is none. */
  first(hash: number): number {
    return this.#seek(hash, hash & this.#mask);
  }

  /** The next one after `cell`. */
  after(hash: number, cell: number): number {
    return this.#seek(hash, (cell + 1) & this.#mask);
  }

  row(cell: number): number {
    return (this.#cells[2 * cell + 1] ?? 0) - 1;
  }

  add(hash: number, row: number): void {
    if ((this.#size + 1) * ROOM > this.#mask + 1) this.#resize(2 * (this.#mask + 1));
    this.#size++;
    this.#put(hash, row);
  }

  /** Says that the row with the hash stands at `to` from now on. */
  move(hash: number, from: number, to: number): void {
    const cell = this.#cellOf(hash, from);
    if (cell >= 0) this.#cells[2 * cell + 1] = to + 1;
  }

  remove(hash: number, row: number): void {
    let hole = this.#cellOf(hash, row);
    if (hole < 0) return;
    this.#size--;
    const cells = this.#cells;
    // What stands behind and could stand in the hole goes there, so that no search ends at a gap.
    for (let at = (hole + 1) & this.#mask; cells[2 * at + 1] !== 0; at = (at + 1) & this.#mask) {
      const home = (cells[2 * at] ?? 0) & this.#mask;
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue;
      cells.copyWithin(2 * hole, 2 * at, 2 * at + 2);
      hole = at;
    }
    cells.fill(0, 2 * hole, 2 * hole + 2);
    const wasted = this.#size * WASTE < this.#mask + 1;
    if (wasted && this.#mask + 1 > LEAST) this.#resize((this.#mask + 1) / 2);
  }

  #seek(hash: number, from: number): number {
    const cells = this.#cells;
    const mask = this.#mask;
    let at = from;
    while (cells[2 * at + 1] !== 0) {
      if (cells[2 * at] === hash) return at;
      at = (at + 1) & mask;
    }
    return -1;
  }

  #cellOf(hash: number, row: number): number {
    let cell = this.first(hash);
    while (cell >= 0 && this.row(cell) !== row) cell = this.after(hash, cell);
    return cell;
  }

  #put(hash: number, row: number): void {
    let at = hash & this.#mask;
    while (this.#cells[2 * at + 1] !== 0) at = (at + 1) & this.#mask;
    this.#cells[2 * at] = hash;
    this.#cells[2 * at + 1] = row + 1;
  }

  #resize(length: number): void {
    const old = this.#cells;
    this.#cells = new Int32Array(2 * length);
    this.#mask = length - 1;
    for (let at = 0; at < old.length; at += 2) {
      const row = old[at + 1] ?? 0;
      if (row !== 0) this.#put(old[at] ?? 0, row - 1);
    }
  }
}
