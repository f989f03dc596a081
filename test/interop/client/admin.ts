/** Whoever administers a router: its admin API over HTTP, as scripts use it. */
import { randomBytes } from "node:crypto";
import type { Router } from "../router.ts";

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** As `openssl rand -base64 32` makes them. */
export function newSecret(): string {
  return randomBytes(32).toString("base64");
}

export class Admin {
  readonly #router: () => Router;
  readonly #secret: string;
  /** The text of every answer so far. */
  readonly answers: string[] = [];

  constructor(router: () => Router, secret: string) {
    this.#router = router;
    this.#secret = secret;
  }

  /** @param path behind `/api/realms/<realm>`, which is the first realm where none is named */
  ask(method: string, path: string, body?: object, realm = this.#router().realm): Promise<Answer> {
    return this.send(method, `/api/realms/${realm}${path}`, {
      headers: { Authorization: `Bearer ${this.#secret}` },
      ...(body && { body }),
    });
  }

  /** Any request, without the admin secret unless a header has it. */
  async send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Readonly<Record<string, string>>; body?: object },
  ): Promise<Answer> {
    const response = await fetch(this.#router().origin + path, {
      method,
      headers: { ...headers, ...(body && { "Content-Type": "application/json" }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    this.answers.push(`${method} ${path} ${response.status} ${text}`);
    return { status: response.status, body: JSON.parse(text) };
  }

  /** A device with a secret that the router makes, where its method has one. @throws Error where it is not added */
  async add(device: {
    readonly authid: string;
    readonly role: string;
    readonly method: string;
    readonly [field: string]: unknown;
  }): Promise<string> {
    const { status, body } = await this.ask("POST", "/devices", device);
    if (status !== 201) throw new Error(`${device.authid} was not added: ${JSON.stringify(body)}`);
    return typeof body.secret === "string" ? body.secret : "";
  }
}
