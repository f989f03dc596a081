/** The devices of a realm as the book in which sign-in looks principals up. A device that is disabled is not in it. */
import type { CredentialFor, CredentialMethod, Known, PrincipalBook } from "./credential.ts";
import type { Device, DeviceStore } from "./device-store.ts";
import type { Principal } from "./method.ts";

/** Who a session is. */
interface Guest {
  readonly authid: string;
  readonly authrole: string;
  readonly authprovider: string;
}

export class DeviceBook implements PrincipalBook {
  readonly #store: DeviceStore;

  constructor(store: DeviceStore) {
    this.#store = store;
  }

  find<M extends CredentialMethod>(method: M, authid: string): Known<M> | undefined {
    return known(method, this.#store.find(authid));
  }

  owners<M extends "cryptosign" | "tls">(method: M, key: string): readonly Known<M>[] {
    const authid = this.#store.owner(method, key);
    const owner = authid === undefined ? undefined : known(method, this.#store.find(authid));
    return owner ? [owner] : [];
  }

  knows(authid: string): boolean {
    return this.#store.find(authid) !== undefined;
  }

  /**
   * Whether somebody who signed in as a device may be here: the device may have been changed meanwhile. Whoever is only
   * joining showed what the device had when it was found (`as`): that must be what it has now.
   */
  welcomes({ authid, authrole, authprovider }: Guest, joining?: Pick<Principal, "as">): boolean {
    if (authprovider !== "device") return true;
    const device = this.#store.find(authid);
    if (!device || device.disabled || device.authrole !== authrole) return false;
    return joining === undefined || joining.as === device.changed;
  }

  has(method: CredentialMethod): boolean {
    return this.#store.shapes().some((shape) => shape.method === method);
  }

  samples<M extends CredentialMethod>(method: M): readonly CredentialFor<M>[] {
    return this.#store.shapes().filter((shape): shape is CredentialFor<M> => shape.method === method);
  }
}

function known<M extends CredentialMethod>(method: M, device: Device | undefined): Known<M> | undefined {
  if (!device || device.disabled || device.credential.method !== method) return undefined;
  return {
    authid: device.authid,
    authrole: device.authrole,
    authprovider: "device",
    version: device.changed,
    credential: device.credential as CredentialFor<M>, // its method was just compared
  };
}
