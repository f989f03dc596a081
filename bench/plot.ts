/** A line plot as SVG text: a few series over a logarithmic axis. Readable on light and on dark pages. */

export interface Series {
  readonly name: string;
  /** In the order of x. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly series: readonly Series[];
  /** Whether y is logarithmic, too; otherwise it begins at 0. */
  readonly logarithmic?: boolean;
}

const [WIDTH, HEIGHT] = [800, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [80, 250, 44, 56];
const COLOURS = ["#2f7ed8", "#d9534f", "#3a9d5d", "#b9770e", "#8e5bb5", "#5f6b76", "#0b8f9c", "#c2498d"];
/** When the colours are used up they come again, with other lines. */
const DASHES = ["", ' stroke-dasharray="6 4"', ' stroke-dasharray="2 3"'];

export function svg({ title, x, y, series, logarithmic = false }: Plot): string {
  const points = series.flatMap((each) => each.points);
  const across = logarithmicScale(
    points.map((point) => point.x),
    [LEFT, WIDTH - RIGHT],
  );
  const up = (logarithmic ? logarithmicScale : linearScale)(
    points.map((point) => point.y),
    [HEIGHT - BOTTOM, TOP],
  );
  const lines = series.map(({ name, points }, at) => {
    const colour = COLOURS[at % COLOURS.length];
    const dashes = DASHES[Math.floor(at / COLOURS.length)] ?? "";
    const places = points.map(({ x, y }) => [across.place(x).toFixed(1), up.place(y).toFixed(1)] as const);
    const legend = TOP + 18 + at * 20;
    return [
      `<polyline fill="none" stroke="${colour}" stroke-width="2"${dashes} points="${places.join(" ")}"/>`,
      ...places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`),
      `<line x1="${WIDTH - RIGHT + 16}" x2="${WIDTH - RIGHT + 34}" y1="${legend - 4}" y2="${legend - 4}" stroke="${colour}" stroke-width="2"${dashes}/>`,
      text(WIDTH - RIGHT + 40, legend, name),
    ].join("\n");
  });
  const grid = [
    ...across.ticks.map((tick) => text(across.place(tick), HEIGHT - BOTTOM + 18, short(tick), "middle")),
    ...up.ticks.map((tick) => {
      const at = up.place(tick).toFixed(1);
      return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}" stroke="#8888" stroke-width="0.5"/>\n${text(LEFT - 8, Number(at) + 4, short(tick), "end")}`;
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(title)}</title>
<style>text { fill: #24292f } rect { fill: #fff } @media (prefers-color-scheme: dark) { text { fill: #d0d7de } rect { fill: #0d1117 } }</style>
<rect width="${WIDTH}" height="${HEIGHT}"/>
${text(LEFT, 24, title, "start", 'font-size="15" font-weight="600"')}
${grid.join("\n")}
${lines.join("\n")}
${text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x, "middle")}
${text(-(TOP + HEIGHT - BOTTOM) / 2, 18, y, "middle", 'transform="rotate(-90)"')}
</svg>
`;
}

interface Scale {
  place(value: number): number;
  readonly ticks: readonly number[];
}

type Span = readonly [from: number, to: number];

function logarithmicScale(values: readonly number[], [from, to]: Span): Scale {
  const least = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const most = Math.max(least + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return {
    place: (value) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
    ticks: Array.from({ length: most - least + 1 }, (_, at) => 10 ** (least + at)),
  };
}

function linearScale(values: readonly number[], [from, to]: Span): Scale {
  const largest = Math.max(...values, Number.MIN_VALUE);
  const step = niceStep(largest / 5);
  const count = Math.ceil(largest / step);
  return {
    place: (value) => from + (value / (count * step)) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, at) => at * step),
  };
}

/** The next of 1, 2, 5, 10, 20 ... */
function niceStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  return ([1, 2, 5, 10].find((each) => each * power >= step) ?? 10) * power;
}

function text(x: number, y: number, content: string, anchor = "start", more = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" ${more}>${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function short(value: number): string {
  return value >= 1e6
    ? `${value / 1e6} M`
    : value >= 1e3
      ? value.toLocaleString("en-GB")
      : String(Number(value.toPrecision(3)));
}
