/** The columns that retained events and history share. Only what is given to toKept ever stands in them. */
import type { HistoryRow, RetainedRow } from "../router/store.ts";
import { fromColumns, type PayloadColumns } from "./payload-columns.ts";

export type KeptColumns = {
  topic: string;
  publication: number;
  time: number;
  details: string;
  lists: string;
} & PayloadColumns;

export function fromKept({ topic, publication, time, details, lists, ...payload }: KeptColumns) {
  return {
    topic,
    publication,
    time,
    details: JSON.parse(details) as RetainedRow["details"],
    lists: JSON.parse(lists) as RetainedRow["lists"] & HistoryRow["lists"],
    payload: fromColumns(payload),
  };
}
