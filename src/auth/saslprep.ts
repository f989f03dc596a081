/**
 * SASLprep (RFC 4013): the one form of a name or password that is written in several ways. Text is taken as a query is:
 * what Unicode 3.2 did not know passes. NFKC is the engine's own, the other tables are RFC 3454's.
 */

/** Table B.1: mapped to nothing. */
const IGNORED = ranges("ad 34f 1806 180b-180d 200b-200d 2060 fe00-fe0f feff");
/** Table C.1.2: mapped to a space. */
const SPACES = ranges("a0 1680 2000-200b 202f 205f 3000");
/**
 * Tables C.1.2 and C.2.1 to C.9: spaces other than U+0020, controls, private use, noncharacters, surrogates, and what
 * is not for plain text, canonical, or for changing the display.
 */
const PROHIBITED = ranges(`
  0-1f 7f-a0 340-341 6dd 70f 1680 180e 2000-200f 2028-202f 205f-2063 206a-206f 2ff0-2ffb 3000 d800-f8ff
  fdd0-fdef feff fff9-ffff 1d173-1d17a 1fffe-1ffff 2fffe-2ffff 3fffe-3ffff 4fffe-4ffff 5fffe-5ffff
  6fffe-6ffff 7fffe-7ffff 8fffe-8ffff 9fffe-9ffff afffe-affff bfffe-bffff cfffe-cffff dfffe-dffff e0001
  e0020-e007f efffe-10ffff
`);
/** Table D.1: written from right to left. */
const RIGHT_TO_LEFT = ranges(`
  5be 5c0 5c3 5d0-5ea 5f0-5f4 61b 61f 621-63a 640-64a 66d-66f 671-6d5 6dd 6e5-6e6 6fa-6fe 700-70d 710
  712-72c 780-7a5 7b1 200f fb1d fb1f-fb28 fb2a-fb36 fb38-fb3c fb3e fb40-fb41 fb43-fb44 fb46-fbb1 fbd3-fd3d
  fd50-fd8f fd92-fdc7 fdf0-fdfc fe70-fe74 fe76-fefc
`);
/** Table D.2: written from left to right. The gaps between the ranges and their lengths, base 36. */
const LEFT_TO_RIGHT = gaps(`
  1t+p 7+p 1c b 5 6+m 2+u 2+88 2+h t+2l 3+8 3+6 f+1 f+4 a 3w c 2+2 2 2+j 2+17 2+11 b+3m 8+1w 2+11 3+1 7+f
  y+11 3+6 2+12 2 oq 2+1g 4+3 9+3 4 8+9 3+c i+1 2+7 3+1 3+l 2+6 2 4+3 5+2 7+1 3+1 b 5+1 2+2 5+b 3+6 b+5
  5+1 3+l 2+6 2+1 2+1 2+1 5+2 p+3 2 8+9 3+2 f 2+6 2 2+2 2+l 2+6 2+1 2+4 4+3 9 2+1 4 g 6+9 j+1 2+7 3+1 3+l
  2+6 2+1 3+3 4+1 2 7+1 3+1 b 5+1 2+2 5+a j 2+5 4+2 2+3 4+1 2 2+1 4+1 4+2 4+7 2+2 5+1 2+1 4+2 2+2 b g+b
  f+2 2+7 2+2 2+m 2+9 2+4 8+3 s+1 5+9 j+1 2+7 2+2 2+m 2+9 2+4 5 2+4 3+1 2+1 a+1 8 2+1 5+9 j+1 2+7 2+2 2+m
  2+f 5+2 6+2 2+2 b 9+1 5+9 j+1 2+h 4+n 2+8 2 3+6 9+2 7+7 j+2 d+1b 2+1 d+6 9+c 12+1 2 3+1 2 3 7+3 2+6 2+2
  2 2 3+1 2+3 2+1 a 3+4 2 a+9 3+1 z+n 3+q 2 2 6+9 2+x l 6 3+3 1f+7 2+5 3 1d+x 2+4 2+1 2 5 7 8+n 21+11 b+14
  3 5+2h 6+1v 6+29 7+6 2+1q 2 2+3 3+6 2 2+3 3+12 2 2+3 3+u 2 2+3 3+6 2 2+3 3+6 2+6 2+m 2+u 2 2+3 3+6 2+12
  2+i 7+r 10+2c d+hh b+p 6+28 g+c 2+3 f+h 4+1 a+h f+c 2+2 g+1i 8+7 2+1 c+6 2 4+9 13+9 7+2f 9+14 120+4b
  5+2h 7+l 3+5 3+11 3+5 3+7 2 2 2 2+u 3+1g 2+6 2 4+2 2+6 4+3 3+5 5+c 6+2 2+6 i 2r e 3n 5 3+9 2 4+4 7 2 2
  2+3 2+2 2+6 4+2 6+4 n+z c3+1w r 7b+25 270+2 q+8 8+4 3+4 5+2d 7+2 2+2h 2+3 6+13 5+2l 2+13 1l+18 4+z t+r
  4+1d g+b 5+1a 2+3a 5+2q 3+u 2+52t 23+g4l 2j+wc 1h0+8mb 2l+6r1 3+1m 46+6 d+4 sq+p 7+p c+2g 4+5 3+5 3+5
  3+2 mc+u 2+3 d+q 52+11 3+11 148j+6t b+12 4+1o 4+8 h+1 8+t 5+1b f7+2c 2+1y 2+1 3 3+1 3+3 2+b 2 2+3 2+1
  2+1s 2+3 3+7 2+6 2+r 2+3 2+4 2 4+6 2+9d 5+81 7xz+wye g16+f1 gvz7+1ekd 3+1ekd
`);

const PLAIN = /^[ -~]*$/;

/**
 * @returns the prepared text, perhaps empty
 * @throws RangeError whose text says what is wrong with it, to follow its name: "has U+0007, which SASLprep prohibits"
 */
export function saslprep(text: string): string {
  if (PLAIN.test(text)) return text;
  const mapped = pointsOf(text)
    .filter((point) => !holds(IGNORED, point))
    .map((point) => (holds(SPACES, point) ? " " : String.fromCodePoint(point)));
  const prepared = mapped.join("").normalize("NFKC");
  const points = pointsOf(prepared);

  const prohibited = points.find((point) => holds(PROHIBITED, point));
  if (prohibited !== undefined) throw new RangeError(`has ${named(prohibited)}, which SASLprep prohibits`);

  // RFC 3454 section 6: all from right to left, and so at both ends, or nothing.
  const rightToLeft = points.map((point) => holds(RIGHT_TO_LEFT, point));
  if (!rightToLeft.includes(true)) return prepared;
  if (points.some((point) => holds(LEFT_TO_RIGHT, point))) {
    throw new RangeError(
      "mixes letters that are written from left to right with others, which SASLprep prohibits",
    );
  }
  if (!rightToLeft[0] || !rightToLeft.at(-1)) {
    throw new RangeError("is written from right to left and must begin and end so, says SASLprep");
  }
  return prepared;
}

function pointsOf(text: string): number[] {
  return Array.from(text, (each) => each.codePointAt(0) ?? 0); // each is never empty
}

/** First and last code point of each range, in order. */
type Ranges = readonly (readonly [first: number, last: number])[];

function holds(table: Ranges, point: number): boolean {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const [first, last] = table[middle] ?? [Infinity, -1]; // never past the end
    if (point < first) high = middle;
    else if (point > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** Ranges as they stand in the RFC, hexadecimal: "1680 2000-200f". */
function ranges(table: string): Ranges {
  return table
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [first = "", last = first] = range.split("-");
      return [Number.parseInt(first, 16), Number.parseInt(last, 16)] as const;
    });
}

/** "gap" or "gap+length" for each range, base 36: how far it begins after the last one's end, and ends after its own beginning. */
function gaps(table: string): Ranges {
  let at = 0;
  return table
    .trim()
    .split(/\s+/)
    .map((range) => {
      const [gap = "", length = "0"] = range.split("+");
      const first = at + Number.parseInt(gap, 36);
      at = first + Number.parseInt(length, 36);
      return [first, at] as const;
    });
}

function named(point: number): string {
  return `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
}
