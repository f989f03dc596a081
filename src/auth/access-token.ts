/** The token by which Cloudflare Access says that it let somebody through. A header, so it counts only if it verifies. */
import { errors, jwtVerify } from "jose";
import { type GetKeys, RemoteKeys } from "./remote-keys.ts";

export interface AccessApplication {
  /** What stands before `.cloudflareaccess.com`. */
  readonly team: string;
  /** The application's audience tag. */
  readonly audience: string;
}

export interface AccessPorts {
  readonly get: GetKeys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

export class AccessTokens {
  readonly #application: AccessApplication;
  readonly #issuer: string;
  readonly #keys: RemoteKeys;
  readonly #now: () => number;

  constructor(application: AccessApplication, ports: AccessPorts) {
    this.#application = application;
    this.#issuer = `https://${application.team}.cloudflareaccess.com`;
    this.#keys = new RemoteKeys(`${this.#issuer}/cdn-cgi/access/certs`, ports);
    this.#now = ports.now;
  }

  /**
   * Who was let through: an address, or the name of a service token; undefined where the token is not one of this
   * application, now. @throws Refusal authentication_failed where the team's keys cannot be had
   */
  async verify(token: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.#keys.key, {
        issuer: this.#issuer,
        audience: this.#application.audience,
        algorithms: ["RS256"],
        requiredClaims: ["exp"],
        currentDate: new Date(this.#now()),
      });
      const { email, common_name: service, sub } = payload;
      const who = [email, service, sub].find((each) => typeof each === "string" && each !== "");
      return typeof who === "string" ? who : "access";
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }
}
