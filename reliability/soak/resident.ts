/** The memory of the router over a soak run: looked at every few seconds, summed up for each period between two sleeps. */
import type { Figure } from "../row.ts";
import { type Point, slopeOf } from "../slope.ts";

const MEBI = 1_048_576;
const HOUR = 3_600_000;
/** The part of the periods that is warm-up: buffers and the heap find their size. */
const WARM_UP = 1 / 3;
const MOST = 1;
/** Below so many periods there is no slope worth a target. */
const FEWEST = 6;

export class Resident {
  readonly #looked: () => Promise<number>;
  readonly #began = performance.now();
  #samples: Point[] = [];
  /** For each period: when its middle was, in hours, and the mean of its samples in MB of 1,048,576 octets. */
  readonly #means: Point[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(looked: () => Promise<number>) {
    this.#looked = looked;
  }

  begin(every: number): void {
    this.#timer = setInterval(() => {
      void this.#looked().then((octets) => {
        if (octets > 0) this.#samples.push([(performance.now() - this.#began) / HOUR, octets / MEBI]);
      });
    }, every);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** A period is over. @returns what it was like */
  close(): string {
    const samples = this.#samples;
    this.#samples = [];
    const mean = (at: 0 | 1) => samples.reduce((sum, point) => sum + point[at], 0) / samples.length;
    if (samples.length > 0) this.#means.push([mean(0), mean(1)]);
    const sizes = samples.map(([, size]) => size);
    return `${mean(1).toFixed(1)} MB (${Math.min(...sizes).toFixed(1)} to ${Math.max(...sizes).toFixed(1)})`;
  }

  /** MB/h after warm-up with its standard error, which tells whether a miss or a hit means anything. */
  get figure(): Figure {
    const points = this.#means.slice(Math.floor(this.#means.length * WARM_UP));
    if (points.length < FEWEST) return { value: "not measured, too short", met: true };
    const { slope, error } = slopeOf(points);
    const value = `${slope.toFixed(2)} MB/h, standard error ${error.toFixed(2)}`;
    return { value, target: `<= ${MOST} MB/h`, met: slope <= MOST };
  }

  get first(): number {
    return this.#means[0]?.[1] ?? Number.NaN;
  }

  get last(): number {
    return this.#means.at(-1)?.[1] ?? Number.NaN;
  }
}
