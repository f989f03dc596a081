/**
 * Devices at run time: principals that an administrator adds, changes and removes without a deploy. Hashing takes a while, so
 * a request is checked before and again after it; each change and the end of the sessions that it concerns are one turn.
 */
import { changeKeys, type Made, MOST_KEYS, readCredential } from "./device-credential.ts";
import { AdminError, DEVICE_EXISTS, INVALID, invalid, NO_SUCH_DEVICE } from "./device-error.ts";
import type { Fields } from "./device-fields.ts";
import { type Device, type DeviceStore, keysOf } from "./device-store.ts";

/** Characters. */
const MAX_AUTHID = 128;
const MAX_NOTE = 256;
/** Devices in one page of a list. */
export const MOST_LISTED = 1_000;
const LISTED = 100;
/** Devices of one realm: a bound on what an administrator's script may have the realm keep. */
export const MOST_DEVICES = 100_000;

export interface DevicePorts {
  readonly store: DeviceStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The realm's roles, by the configuration. */
  readonly roles: readonly string[];
  /** Whether the configuration itself has a principal of that authid. */
  readonly configured: (authid: string) => boolean;
  /** Ends the live sessions of a device, at once. */
  readonly ended: (authid: string, why: string) => void;
  /** Devices that the realm may have. */
  readonly most: number;
}

/** What is told of a device: nothing that it could be recognized by but its public keys, and those only of one device. */
export interface DeviceView {
  readonly authid: string;
  readonly role: string;
  readonly method: string;
  readonly disabled: boolean;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly changed: string;
  readonly note?: string;
}

export interface DeviceDetails extends DeviceView {
  /** cryptosign: Ed25519 public keys. tls: SHA-256 of certificates. 64 hex digits each. */
  readonly keys?: readonly string[];
}

export interface NewDevice extends DeviceDetails {
  /** Made by the router and kept nowhere: this answer is the only one that ever holds it. */
  readonly secret?: string;
}

export interface DevicePage {
  readonly devices: readonly DeviceView[];
  /** To be given as `after` for the next page; absent where this is the last. */
  readonly next?: string;
}

/** Every method reads a request's fields and throws an AdminError that names what is wrong with them. */
export class Devices {
  readonly #ports: DevicePorts;

  constructor(ports: DevicePorts) {
    this.#ports = ports;
  }

  /** `{authid, role, method, credential? | publicKeys? | fingerprints?, note?}` */
  async add(fields: Fields): Promise<NewDevice> {
    const authid = readAuthid(fields);
    const authrole = this.#readRole(fields);
    const make = readCredential(fields);
    const note = fields.optionalText("note", MAX_NOTE);
    fields.done();
    this.#checkFree(authid);
    const made = await make();
    this.#checkFree(authid); // somebody else may have taken it while we hashed
    const now = this.#ports.now();
    const device = { authid, authrole, disabled: false, created: now, changed: now };
    return this.#put({ ...device, credential: made.credential, ...(note !== undefined && { note }) }, made);
  }

  /** `{limit?, after?}`: at most 1,000 at once, by authid. */
  list(fields: Fields): DevicePage {
    const limit = fields.limit(MOST_LISTED, LISTED);
    const after = fields.optionalText("after", MAX_AUTHID) ?? "";
    fields.done();
    // One more than asked for tells whether there are more.
    const found = this.#ports.store.list({ after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1)?.authid;
    return {
      devices: page.map(viewOf),
      ...(found.length > limit && last !== undefined && { next: last }),
    };
  }

  /** `{authid}` */
  get(fields: Fields): DeviceDetails {
    const authid = readAuthid(fields);
    fields.done();
    return detailsOf(this.#find(authid));
  }

  /** `{authid, addKeys?, removeKeys?}`, or a whole new credential as `add` has it. What signed in by the old one ends. */
  async rotate(fields: Fields): Promise<NewDevice> {
    const authid = readAuthid(fields);
    const add = fields.optionalKeys("addKeys", MOST_KEYS);
    const remove = fields.optionalKeys("removeKeys", MOST_KEYS);
    if (add || remove) {
      fields.done();
      const before = this.#find(authid);
      const credential = changeKeys(before.credential, { add: add ?? [], remove: remove ?? [] });
      const answer = this.#put(this.#changed(before, { credential }));
      // A key that was only added leaves whoever is there with what it had.
      if (remove) this.#ports.ended(authid, "a key of this device was removed");
      return answer;
    }
    const make = readCredential(fields);
    fields.done();
    this.#find(authid);
    const made = await make();
    const answer = this.#put(this.#changed(this.#find(authid), { credential: made.credential }), made);
    this.#ports.ended(authid, "this device was given a new credential");
    return answer;
  }

  /** `{authid, role?, disabled?, note?}`, at least one of them. An empty note is none. */
  change(fields: Fields): DeviceDetails {
    const authid = readAuthid(fields);
    const authrole = fields.has("role") ? this.#readRole(fields) : undefined;
    const disabled = fields.optionalFlag("disabled");
    const note = fields.optionalText("note", MAX_NOTE);
    fields.done();
    if (authrole === undefined && disabled === undefined && note === undefined) {
      throw invalid("role", "or disabled or note must say what is to be changed");
    }
    return this.#change(authid, {
      ...(authrole !== undefined && { authrole }),
      ...(disabled !== undefined && { disabled }),
      ...(note !== undefined && { note }),
    });
  }

  /** `{authid, role}` */
  setRole(fields: Fields): DeviceDetails {
    const authid = readAuthid(fields);
    const authrole = this.#readRole(fields);
    fields.done();
    return this.#change(authid, { authrole });
  }

  /** `{authid}` */
  setDisabled(fields: Fields, to: "yes" | "no"): DeviceDetails {
    const authid = readAuthid(fields);
    fields.done();
    return this.#change(authid, { disabled: to === "yes" });
  }

  /** `{authid}` */
  remove(fields: Fields): { readonly authid: string } {
    const authid = readAuthid(fields);
    fields.done();
    this.#find(authid);
    this.#ports.store.remove(authid);
    this.#ports.ended(authid, "this device was deleted");
    return { authid };
  }

  /**
   * For a claim that was redeemed: gives the device its own public key. It is added, or where `replace` allows it its
   * credential is replaced. @throws AdminError
   */
  enrol({ authid, authrole, publicKey, replace }: Enrolment): DeviceDetails {
    this.#checkRole(authrole);
    const before = this.#ports.store.find(authid);
    const credential = { method: "cryptosign", publicKeys: [publicKey] } as const;
    if (!before || !replace) {
      this.#checkFree(authid);
      const now = this.#ports.now();
      return this.#put({ authid, authrole, credential, disabled: false, created: now, changed: now });
    }
    if (before.disabled) throw new AdminError(NO_SUCH_DEVICE, "this device is disabled");
    const answer = this.#put(this.#changed(before, { credential, authrole }));
    this.#ports.ended(authid, "this device was given a new credential");
    return answer;
  }

  #put(device: Device, { secret }: Partial<Made> = {}): NewDevice {
    const { store } = this.#ports;
    const { credential, authid } = device;
    if (credential.method === "cryptosign" || credential.method === "tls") {
      for (const key of keysOf(credential)) {
        const owner = store.owner(credential.method, key) ?? authid;
        // CRY-02: who signs in by a key alone must be one, not one of several.
        if (owner !== authid)
          throw new AdminError(DEVICE_EXISTS, `the key ${key} is another device's: ${owner}`);
      }
    }
    const { note, ...unnoted } = device;
    store.put(note === "" ? unnoted : device);
    return { ...detailsOf(note === "" ? unnoted : device), ...(secret !== undefined && { secret }) };
  }

  #change(authid: string, change: Partial<Pick<Device, "authrole" | "disabled" | "note">>): DeviceDetails {
    const before = this.#find(authid);
    const after = this.#changed(before, change);
    const answer = this.#put(after);
    if (after.disabled) this.#ports.ended(authid, "this device was disabled");
    else if (after.authrole !== before.authrole)
      this.#ports.ended(authid, "this device was given another role");
    return answer;
  }

  #changed(device: Device, change: Partial<Device>): Device {
    // Later than before, in the same millisecond too: whoever is signing in is judged by it.
    return { ...device, ...change, changed: Math.max(this.#ports.now(), device.changed + 1) };
  }

  #find(authid: string): Device {
    const device = this.#ports.store.find(authid);
    if (!device) throw new AdminError(NO_SUCH_DEVICE, `there is no device ${authid}`, "authid");
    return device;
  }

  #checkFree(authid: string): void {
    const { store, configured, most } = this.#ports;
    if (configured(authid)) {
      throw new AdminError(
        DEVICE_EXISTS,
        `the configuration has a principal ${authid}: choose another name`,
        "authid",
      );
    }
    if (store.find(authid)) {
      throw new AdminError(DEVICE_EXISTS, `there is a device ${authid}: rotate or delete it`, "authid");
    }
    if (store.count() >= most) {
      throw new AdminError(
        "edgebahn.error.limit_exceeded",
        `the limit devices is ${most}: delete some that are not used any more`,
      );
    }
  }

  #readRole(fields: Fields): string {
    const role = fields.text("role", 256);
    this.#checkRole(role);
    return role;
  }

  #checkRole(role: string): void {
    const { roles } = this.#ports;
    if (roles.includes(role)) return;
    const known = roles.length > 0 ? `it has ${roles.join(", ")}` : "it has none: add one to its roles";
    throw new AdminError(
      "wamp.error.no_such_role",
      `the realm's configuration has no role ${role}; ${known}`,
      "role",
    );
  }
}

export interface Enrolment {
  readonly authid: string;
  readonly authrole: string;
  /** 64 hex digits, lower case. */
  readonly publicKey: string;
  readonly replace: boolean;
}

// One component of a URI, so that `{authid}` in a permission is filled by it and by nothing that means more.
const AUTHID = /^[^\p{Cc}\p{Cf}\p{Z}\p{Cs}\p{Co}\p{Cn}#.*{}]+$/u;

/** Why this cannot be the authid of a device; undefined where it can. */
export function authidFault(authid: string): string | undefined {
  if (authid.length > MAX_AUTHID) return `is longer than ${MAX_AUTHID} characters`;
  if (authid === "wamp") return "must not be wamp, which is the router's own";
  if (AUTHID.test(authid)) return undefined;
  return "must be one component of a URI: no dot, white space, control character, '#', '*', '{' or '}'";
}

/** @throws AdminError */
export function readAuthid(fields: Fields): string {
  const authid = fields.text("authid", MAX_AUTHID);
  const fault = authidFault(authid);
  if (fault !== undefined) throw new AdminError(INVALID, `authid ${fault}`, "authid");
  return authid;
}

function viewOf({ authid, authrole, credential, disabled, created, changed, note }: Device): DeviceView {
  return {
    authid,
    role: authrole,
    method: credential.method,
    disabled,
    created: new Date(created).toISOString(),
    changed: new Date(changed).toISOString(),
    ...(note !== undefined && { note }),
  };
}

function detailsOf(device: Device): DeviceDetails {
  const keys = keysOf(device.credential);
  return { ...viewOf(device), ...(keys.length > 0 && { keys }) };
}
