/** The stock clients of a test file, each the library itself, since what is tested here has no common shape. All are closed at its end. */
import { afterAll } from "vitest";
import type { Wampy } from "wampy";
import { type Address, type Line, openAutobahn } from "../client/autobahn-js.ts";
import { openPython, type PythonClient } from "../client/python.ts";
import { type Options, openWampy } from "../client/wampy.ts";
import { RawSocket } from "../raw-socket.ts";
import type { Router } from "../router.ts";

export class Cast {
  readonly #router: () => Router;
  readonly #closings: (() => Promise<unknown>)[] = [];

  constructor(router: () => Router) {
    this.#router = router;
  }

  /** Where the router serves a realm that is not its first. */
  elsewhere(realm: string): Address {
    return { url: `${this.#router().url}/${realm}`, realm };
  }

  async autobahn(address: Address = this.#router()): Promise<Line> {
    const line = await openAutobahn(address);
    this.#closings.push(async () => {
      if (line.connection.isOpen) line.connection.close();
      await line.closed;
    });
    return line;
  }

  async wampy(options?: Options): Promise<Wampy> {
    const wampy = await openWampy(this.#router(), options);
    this.#closings.push(() => wampy.disconnect());
    return wampy;
  }

  async python(address: Address = this.#router()): Promise<PythonClient> {
    const python = await openPython(address);
    this.#closings.push(() => python.close());
    return python;
  }

  /** A session over JSON that says only what the test does. */
  async raw(): Promise<RawSocket> {
    const { url, realm } = this.#router();
    const socket = await RawSocket.open(url, "wamp.2.json");
    this.#closings.push(() => socket.cut());
    const roles = { caller: {}, callee: {}, publisher: {}, subscriber: {} };
    socket.tell([1, realm, { roles }]);
    await socket.hear();
    return socket;
  }

  async close(): Promise<void> {
    await Promise.all(this.#closings.splice(0).map((close) => close()));
  }
}

export function castForThisFile(router: () => Router): Cast {
  const cast = new Cast(router);
  afterAll(() => cast.close());
  return cast;
}
