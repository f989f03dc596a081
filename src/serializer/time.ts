/**
 * Times that CBOR tags 0 and 1 may hold. A receiver turns them into a date of its own as it reads; cbor2 for Python raises
 * on one that does not exist, so such a time must not get past us.
 */

const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))$/;
/** Seconds since 1970 of the years 2 and 9998: a day inside what Python can show in any time zone. */
const FIRST = -62_104_060_800;
const LAST = 253_370_764_799;

/** Whether a text is an RFC 3339 time of a day that exists. */
export function isDateTime(text: string): boolean {
  const parts = DATE_TIME.exec(text)?.slice(1).map(Number);
  if (!parts) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] =
    parts;
  if (year < 2 || year > 9_998 || hour > 23 || minute > 59 || second > 59) return false;
  if (Number.isNaN(zoneHour)) return isDay(year, month, day);
  return zoneHour < 24 && zoneMinute < 60 && isDay(year, month, day);
}

/** Whether so many seconds since 1970 are a time that every receiver can show. */
export function isEpochTime(seconds: number): boolean {
  return seconds >= FIRST && seconds <= LAST;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1;
}
