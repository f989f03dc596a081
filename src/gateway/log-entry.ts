/**
 * What may stand in the log: plain data of bounded length in which a stranger's text cannot look like anything but text
 * (S15). One event is one entry, and one entry is one line of JSON whoever reads it.
 */

export type LogEntry = Readonly<Record<string, unknown>>;
/** Takes one entry of the log: plain data without secrets. */
export type Log = (entry: LogEntry) => void;

const MOST = 200;
/** A fault of our own says where it happened. */
const MOST_OF_FAULT = 4_000;

/**
 * Control characters, line separators, and what is not seen or turns text around. JSON escapes only some of them, and a
 * reader may take others for the end of a line.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same entry with its texts made safe and short. */
export function plain(entry: LogEntry): LogEntry {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string") safe[key] = value;
    else safe[key] = clipped(value, key === "error" ? MOST_OF_FAULT : MOST).replace(UNSEEN, visible);
  }
  return safe;
}

function clipped(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
  return short.toWellFormed();
}

function visible(character: string): string {
  if (character === "\n") return character; // a stack has lines, and JSON escapes them
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
