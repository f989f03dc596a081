/** A straight line through points, by least squares, and how sure its slope is. */

export type Point = readonly [x: number, y: number];

export interface Slope {
  /** Units of y for one of x. */
  readonly slope: number;
  /** Standard error of the slope, where the points scatter about the line independently; NaN below three points. */
  readonly error: number;
}

export function slopeOf(points: readonly Point[]): Slope {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = points.reduce((sum, [each]) => sum + (each - x) ** 2, 0);
  const slope = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0) / spread;
  const scatter = points.reduce((sum, [at, value]) => sum + (value - y - slope * (at - x)) ** 2, 0);
  const error = points.length < 3 ? Number.NaN : Math.sqrt(scatter / (points.length - 2) / spread);
  return { slope, error };
}
