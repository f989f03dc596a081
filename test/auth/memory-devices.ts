/** The fake of the DeviceStore seam: devices in memory. Written to be plain, not quick. */
import type { Credential } from "../../src/auth/credential.ts";
import {
  type Device,
  type DeviceStore,
  type KeyMethod,
  keysOf,
  shapeOf,
} from "../../src/auth/device-store.ts";

export class MemoryDevices implements DeviceStore {
  /** authid to device. */
  readonly devices = new Map<string, Device>();

  find(authid: string): Device | undefined {
    return this.devices.get(authid);
  }

  owner(method: KeyMethod, key: string): string | undefined {
    for (const { authid, credential } of this.devices.values()) {
      if (credential.method === method && keysOf(credential).includes(key)) return authid;
    }
    return undefined;
  }

  put(device: Device): void {
    this.devices.set(device.authid, device);
  }

  remove(authid: string): void {
    this.devices.delete(authid);
  }

  list({ after, limit }: { readonly after: string; readonly limit: number }): readonly Device[] {
    const sorted = [...this.devices.values()].sort((one, other) => order(one.authid, other.authid));
    return sorted.filter(({ authid }) => order(authid, after) > 0).slice(0, limit);
  }

  count(): number {
    return this.devices.size;
  }

  shapes(): readonly Credential[] {
    const enabled = [...this.devices.values()].filter(({ disabled }) => !disabled);
    const texts = enabled.map(({ credential }) => JSON.stringify(shapeOf(credential)));
    return [...new Set(texts)].map((text) => JSON.parse(text) as Credential);
  }
}

/** By code points, as SQLite orders text. */
function order(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
