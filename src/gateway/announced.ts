/** What each WELCOME of a realm says of the router's roles: most of the message, and always the same. Written once a format. */
import type { Announcement } from "../router/announcement.ts";
import type { Serializer } from "../serializer/serializer.ts";
import { written } from "../serializer/written.ts";
import { unparse } from "../wamp/message.ts";
import type { Format, RawItem } from "../wamp/payload.ts";

export class Announced {
  readonly #announcement: Announcement;
  readonly #written: Partial<Record<Format, RawItem>> = {};

  constructor(announcement: Announcement) {
    this.#announcement = announcement;
  }

  /** WELCOME.Details.roles for a peer that speaks this. */
  by(serializer: Serializer): RawItem {
    const { format } = serializer;
    this.#written[format] ??= written(serializer, this.#roles());
    return this.#written[format];
  }

  /** As they travel, which is WELCOME's to say. */
  #roles(): unknown {
    const { broker, dealer } = this.#announcement;
    const { header } = unparse({ type: "WELCOME", session: 1, details: { roles: { broker, dealer } } });
    return (header[2] as { readonly roles: unknown }).roles; // the details, as WELCOME is declared
  }
}
