/** An issuer's web server on this machine: a real one, that answers with its keys or misbehaves as the test says. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Issuer } from "./tokens.ts";

export class JwksServer {
  readonly #server: Server;
  /** What was asked for, oldest first. */
  readonly asked: { readonly url: string | undefined; readonly accept: string | undefined }[] = [];
  answer: RequestListener = (_, response) => response.writeHead(500).end();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push({ url: request.url, accept: request.headers.accept });
      this.answer(request, response);
    });
  }

  static async start(): Promise<JwksServer> {
    const server = new JwksServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // a server on TCP
    return `http://127.0.0.1:${port}/keys`;
  }

  /** From now on these are the issuer's keys. */
  publish(...issuers: readonly Issuer[]): void {
    this.say(JSON.stringify({ keys: issuers.map(({ publicKey }) => publicKey) }));
  }

  /** From now on it answers with this. */
  say(text: string | Uint8Array, status = 200, headers: Readonly<Record<string, string>> = {}): void {
    this.answer = (_, response) => response.writeHead(status, { ...headers }).end(text);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
