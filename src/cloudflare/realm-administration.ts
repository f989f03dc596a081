/**
 * Everything of one realm that changes at run time and is not a session's: devices, claims, and whoever administers them.
 * Puts the parts together over the object's rows; decides nothing itself.
 */

import type { Authority } from "../auth/authority.ts";
import { Claims } from "../auth/claim.ts";
import { DeviceBook } from "../auth/device-book.ts";
import { AdminError } from "../auth/device-error.ts";
import { Fields } from "../auth/device-fields.ts";
import type { AdminAnswer, AdminRequest, Json } from "../auth/device-operations.ts";
import { Devices, MOST_DEVICES } from "../auth/devices.ts";
import type { Subject } from "../auth/permission.ts";
import type { RealmConfig } from "../config.ts";
import { KILLED } from "../gateway/closing.ts";
import type { Desk } from "../gateway/desk.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { Identity, SessionId } from "../router/session.ts";
import { AddressLimit } from "./address-limit.ts";
import { adminDesk } from "./admin-procedures.ts";
import { Administration, refusal } from "./administration.ts";
import { ClaimRows } from "./claim-rows.ts";
import { DeviceRows } from "./device-rows.ts";

/** Claims that may be redeemed, or tried, from one address in a minute. */
const MOST_ENROLMENTS = 60;

export interface RealmAdministrationPorts {
  readonly realm: string;
  readonly storage: DurableObjectStorage;
  readonly config: RealmConfig | undefined;
  readonly authority: Pick<Authority, "explain" | "purge">;
  /** The gateway, which is built with the book and the desk of this: asked only once somebody administers. */
  readonly gateway: () => Pick<Gateway, "sessions" | "end">;
  /** Whom the authority decides about in a session, the same object each time; undefined: there is no such session. */
  readonly subject: (session: SessionId) => Subject | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

export class RealmAdministration {
  readonly book: DeviceBook;
  readonly #rows: DeviceRows;
  readonly desk: Desk;
  readonly #administration: Administration;
  readonly #claims: Claims;
  readonly #log: RealmAdministrationPorts["log"];

  constructor({ realm, storage, config, authority, gateway, subject, now, log }: RealmAdministrationPorts) {
    const rows = new DeviceRows(storage);
    const roles = config?.roles.map(({ name }) => name) ?? [];
    const configured = (authid: string) => config?.principals.find((each) => each.authid === authid);
    const devices = new Devices({
      store: rows,
      now,
      roles,
      configured: (authid) => configured(authid) !== undefined,
      ended: (authid, message) => {
        const theirs = (who: Identity) =>
          (who.principal ?? who).authid === authid && who.authprovider === "device";
        gateway().end(theirs, { reason: KILLED, message });
      },
      most: MOST_DEVICES,
    });
    const enrolments = new AddressLimit(MOST_ENROLMENTS);
    this.#claims = new Claims({
      realm,
      store: new ClaimRows(storage.sql),
      now,
      roles,
      enrol: (enrolment) => devices.enrol(enrolment),
      admit: (address = "") => admit(enrolments, address, now()),
    });
    this.#administration = new Administration({
      devices,
      claims: this.#claims,
      sessions: () => gateway().sessions(),
      subject,
      kick: (session, message) =>
        gateway().end((who) => who.session === session, { reason: KILLED, message }) > 0,
      explain: (who, action, uri, match) => authority.explain(who, action, uri, match),
      roleOf: (authid) => configured(authid)?.role ?? rows.find(authid)?.authrole,
      purge: (sessions) => {
        if (!sessions) authority.purge();
        for (const session of sessions ?? []) {
          const whom = subject(session);
          if (whom) authority.purge(whom);
        }
      },
      log,
    });
    this.#rows = rows;
    this.book = new DeviceBook(rows);
    this.desk = adminDesk(this.#administration);
    this.#log = log;
  }

  /** Whether these are still welcome is asked next, one by one. */
  expect(sessions: readonly Identity[]): void {
    const devices = sessions.filter(({ authprovider }) => authprovider === "device");
    this.#rows.expect(devices.map((each) => (each.principal ?? each).authid));
  }

  answer(request: AdminRequest): Promise<AdminAnswer> {
    return this.#administration.answer(request);
  }

  /** A device redeems a claim. @param address as in Origin.address */
  async redeem(fields: { readonly [name: string]: Json }, address: string): Promise<AdminAnswer> {
    try {
      const { authid, authrole } = await this.#claims.redeem(new Fields(fields), address);
      this.#log({ event: "enrolled", authid, authrole });
      return { ok: true, result: { authid, role: authrole } };
    } catch (error) {
      return refusal(error);
    }
  }
}

/** @throws AdminError */
function admit(limit: AddressLimit, address: string, now: number): void {
  const wait = limit.wait(address, now);
  if (wait > 0) {
    throw new AdminError(
      "edgebahn.error.limit_exceeded",
      `the limit of enrolments a minute from one address is ${MOST_ENROLMENTS}: try again in ${wait} s`,
    );
  }
  limit.count(address, now);
}
