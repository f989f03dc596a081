/**
 * Provisioning by claim: whoever holds a token that was issued once may enrol one key of its own, so that devices can be made
 * without knowing their secrets. Only the token's digest is kept; what enrols is one synchronous turn.
 */
import { AdminError, invalid } from "./device-error.ts";
import type { Fields } from "./device-fields.ts";
import { type Enrolment, readAuthid } from "./devices.ts";
import { isSmallOrder, KEY_OCTETS, SIGNATURE_OCTETS, verify } from "./ed25519.ts";
import { type Octets, utf8 } from "./encoding.ts";
import { hexOf, octetsOfHex } from "./hex.ts";
import { digestOf, newSecret } from "./secret.ts";

export interface Claim {
  /** SHA-256 of the token, base64url without padding: 43 characters. Opens nothing, and is shown to administrators. */
  readonly id: string;
  /** Whom it enrols; undefined where the device chooses its own name. */
  readonly authid?: string;
  readonly authrole: string;
  /** Whether the key of a device that has this authid already may be replaced. */
  readonly replace: boolean;
  /** Milliseconds since 1970. From then on it enrols nobody. */
  readonly expires: number;
}

/** The seam to the rows of claims that are open. Every method is synchronous. */
export interface ClaimStore {
  /** Removes the claim and returns it; undefined where there is none. */
  take(id: string): Claim | undefined;
  put(claim: Claim): void;
  /** At most `limit` claims whose id is greater than `after`, by id in the order of code points. */
  list(from: { readonly after: string; readonly limit: number }): readonly Claim[];
  /** Removes what expires at `now` or before, in milliseconds since 1970. */
  prune(now: number): void;
  count(): number;
}

export interface ClaimPorts {
  readonly realm: string;
  readonly store: ClaimStore;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The realm's roles, by the configuration. */
  readonly roles: readonly string[];
  /** Adds the device at once, as Devices.enrol does. @throws AdminError where that cannot be */
  readonly enrol: (enrolment: Enrolment) => unknown;
  /** Counts an attempt to redeem. @throws WampError where there were too many from this address */
  readonly admit: (address: string | undefined) => void;
}

/** A bound on what an administrator's script may have the realm keep. */
export const MOST_CLAIMS = 10_000;
/** Milliseconds: a year. */
const LONGEST = 366 * 24 * 60 * 60 * 1_000;
/** Names that a device may give itself: plain, and never one that an anonymous session could have. */
const CHOSEN = /^(?!wamp$|anonymous)[A-Za-z0-9_-]{1,64}$/i;
/** Claims in one page of a list. */
const MOST_LISTED = 1_000;
const LISTED = 100;
const ID_LENGTH = 43;
const CLAIM_REFUSED = "edgebahn.error.claim_refused";

/** What administrators are told of a claim. */
export interface ClaimView {
  readonly id: string;
  readonly role: string;
  readonly authid?: string;
  readonly replace: boolean;
  /** ISO 8601, UTC. */
  readonly expires: string;
}

/** What a device signs with the key that it enrols, by its plain Ed25519 signature over the UTF-8 octets. */
export function claimText(realm: string, token: string): string {
  return `edgebahn-claim:${realm}:${token}`;
}

export class Claims {
  readonly #ports: ClaimPorts;

  constructor(ports: ClaimPorts) {
    this.#ports = ports;
  }

  /**
   * `{role, authid?, replace?, expires}`: expires in milliseconds since 1970, within a year. The token, of 256 random bits,
   * is shown here and never again. @throws AdminError
   */
  async issue(fields: Fields): Promise<ClaimView & { readonly token: string }> {
    const { now, roles, store } = this.#ports;
    const authrole = fields.choice("role", roles);
    const authid = fields.has("authid") ? readAuthid(fields) : undefined;
    const replace = fields.optionalFlag("replace") ?? false;
    const expires = fields.count("expires", { least: now() + 1, most: now() + LONGEST });
    fields.done();
    if (replace && authid === undefined) {
      throw invalid("replace", "needs authid: only a device that is named can be given another key");
    }
    const token = newSecret();
    const id = await idOf(token);
    store.prune(now());
    if (store.count() >= MOST_CLAIMS) {
      throw new AdminError(
        "edgebahn.error.limit_exceeded",
        `the limit claims is ${MOST_CLAIMS}: wait until some are redeemed or expire`,
      );
    }
    const claim = { id, authrole, replace, expires, ...(authid !== undefined && { authid }) };
    store.put(claim);
    return { ...viewOf(claim), token };
  }

  /** `{limit?, after?}`: what is open, at most 1,000 at once, by id. @throws AdminError */
  list(fields: Fields): { readonly claims: readonly ClaimView[]; readonly next?: string } {
    const { store, now } = this.#ports;
    const limit = fields.limit(MOST_LISTED, LISTED);
    const after = fields.optionalText("after", ID_LENGTH) ?? "";
    fields.done();
    store.prune(now());
    const found = store.list({ after, limit: limit + 1 }); // one more tells whether there are more
    const page = found.slice(0, limit);
    const last = page.at(-1)?.id;
    return {
      claims: page.map(viewOf),
      ...(found.length > limit && last !== undefined && { next: last }),
    };
  }

  /** `{id}` @throws AdminError where there is no such claim */
  revoke(fields: Fields): ClaimView {
    const id = fields.text("id", ID_LENGTH);
    fields.done();
    this.#ports.store.prune(this.#ports.now());
    const claim = this.#ports.store.take(id);
    if (claim) return viewOf(claim);
    throw new AdminError(
      "edgebahn.error.no_such_claim",
      "there is no claim of this id: it was redeemed, revoked or has expired",
      "id",
    );
  }

  /**
   * `{token, authid?, pubkey, proof}`: the public key in 64 hex digits, the proof in 128, see claimText. A claim that is
   * refused for what the device chose can be redeemed again. @param address as in Origin.address @throws AdminError
   */
  async redeem(
    fields: Fields,
    address: string | undefined,
  ): Promise<{ readonly authid: string; readonly authrole: string }> {
    this.#ports.admit(address);
    const token = fields.text("token", 128);
    const chosen = fields.optionalText("authid", 128);
    const publicKey = readHex(fields, "pubkey", KEY_OCTETS);
    const signature = readHex(fields, "proof", SIGNATURE_OCTETS);
    fields.done();
    if (isSmallOrder(publicKey)) throw invalid("pubkey", "is a key for which anybody can sign: make another");
    const message = utf8(claimText(this.#ports.realm, token));
    const genuine = await verify({ publicKey, signature, message });
    const id = await idOf(token);
    if (!genuine) {
      throw new AdminError(
        CLAIM_REFUSED,
        `proof must be the signature by pubkey over "${claimText(this.#ports.realm, "<token>")}"`,
        "proof",
      );
    }
    return this.#enrol({ id, publicKey: hexOf(publicKey), chosen });
  }

  /** Synchronous, so that of two who redeem the same claim at once only one finds it. */
  #enrol(device: { readonly id: string; readonly publicKey: string; readonly chosen: string | undefined }): {
    readonly authid: string;
    readonly authrole: string;
  } {
    const { store, enrol, now } = this.#ports;
    store.prune(now());
    const claim = store.take(device.id);
    if (!claim) {
      throw new AdminError(
        CLAIM_REFUSED,
        "there is no such claim, or it was redeemed, or it has expired: sign in if this key was enrolled, or ask for another",
      );
    }
    try {
      const authid = nameFor(claim, device.chosen);
      const { authrole, replace } = claim;
      enrol({ authid, authrole, publicKey: device.publicKey, replace });
      return { authid, authrole };
    } catch (error) {
      store.put(claim);
      throw error;
    }
  }
}

/** @throws AdminError */
function nameFor({ authid }: Claim, chosen: string | undefined): string {
  if (authid !== undefined) {
    if (chosen === undefined || chosen === authid) return authid;
    throw invalid("authid", "is not the one that this claim is for: leave it out");
  }
  if (chosen === undefined) throw invalid("authid", "is missing: with this claim a device chooses its own");
  if (CHOSEN.test(chosen)) return chosen;
  throw invalid("authid", "must be 1 to 64 letters, digits, '-' or '_', and not begin with anonymous");
}

function readHex(fields: Fields, name: string, length: number): Octets {
  const octets = octetsOfHex(fields.text(name, 2 * length), length);
  if (!octets) throw invalid(fields.path(name), `must be ${length} octets in ${2 * length} hex digits`);
  return octets;
}

async function idOf(token: string): Promise<string> {
  return (await digestOf(token)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

function viewOf({ id, authrole, authid, replace, expires }: Claim): ClaimView {
  return {
    id,
    role: authrole,
    ...(authid !== undefined && { authid }),
    replace,
    expires: new Date(expires).toISOString(),
  };
}
