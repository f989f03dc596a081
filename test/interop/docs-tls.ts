/**
 * A TLS server before the router, which asks for a client certificate and remembers whose it was shown. Believes none: that
 * is for Cloudflare, and the router is told nothing of it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";

export class TlsFront {
  /** As a client has to call it. */
  readonly address: string;
  /** For a shell: makes programs believe this server. */
  readonly trust: string;
  /** SHA-256 of the certificates that were shown, in 64 hex digits. */
  readonly certificates: readonly string[];
  readonly #server: Server;

  private constructor(server: Server, pem: string, certificates: readonly string[]) {
    const { port } = server.address() as AddressInfo; // it listens to a port
    this.address = `wss://localhost:${port}`;
    this.trust = `export NODE_EXTRA_CA_CERTS=${pem} SSL_CERT_FILE=${pem}`;
    this.certificates = certificates;
    this.#server = server;
  }

  /** @param folder where its key may be kept */
  static async open(folder: string, { hostname, port }: URL): Promise<TlsFront> {
    const [key, pem] = [join(folder, "front.key"), join(folder, "front.pem")];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", ...names, "-keyout", key, "-out", pem];
    execFileSync("openssl", words, { stdio: "ignore" });
    const certificates: string[] = [];
    const files = { key: readFileSync(key), cert: readFileSync(pem) };
    const server = createServer({ ...files, requestCert: true, rejectUnauthorized: false }, (socket) => {
      const { fingerprint256 = "" } = socket.getPeerCertificate();
      certificates.push(fingerprint256.replaceAll(":", "").toLowerCase());
      const router = connect(Number(port), hostname);
      for (const each of [socket, router]) each.on("error", () => {}); // a reset is an end like any other here
      socket.pipe(router).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    return new TlsFront(server, pem, certificates);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
