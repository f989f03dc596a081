/**
 * An issuer's keys at a URL, kept for a while. Asked when first needed, when they are old, and when a token names one that
 * is not among them; seldom enough that nobody's tokens can make it a flood.
 */
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { type KeySource, keySetFault, PUBLIC_KEY_ALGORITHMS, unavailable } from "./jwt-keys.ts";

/** Gets a JWKS; the platform's `fetch` does. */
export type GetKeys = (
  url: string,
  init: {
    readonly headers: Readonly<Record<string, string>>;
    readonly redirect: "manual";
    readonly signal: AbortSignal;
  },
) => Promise<Response>;

export interface RemotePorts {
  readonly get: GetKeys;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log?: (entry: Readonly<Record<string, unknown>>) => void;
}

/** Milliseconds for which fetched keys are used without asking again: so long a withdrawn key is still believed. */
export const FRESH = 600_000;
/** Milliseconds between two fetches, whoever causes them: tokens with made-up key ids cause no more than these. */
export const FETCH_INTERVAL = 30_000;
/** Milliseconds after a fetch that failed. */
export const RETRY_INTERVAL = 5_000;
/** Milliseconds; less than a client's patience with its sign-in. */
const TIMEOUT = 4_000;
const MAX_OCTETS = 65_536;

export class RemoteKeys implements KeySource {
  readonly algorithms = PUBLIC_KEY_ALGORITHMS;
  readonly #url: string;
  readonly #ports: RemotePorts;
  #keys: JWTVerifyGetKey | undefined;
  #freshUntil = 0;
  #nextFetch = 0;
  /** The fetch under way: whoever needs it meanwhile waits for the same one. */
  #pending: Promise<JWTVerifyGetKey> | undefined;

  constructor(url: string, ports: RemotePorts) {
    this.#url = url;
    this.#ports = ports;
  }

  readonly key: JWTVerifyGetKey = async (header, token) => {
    const keys = this.#fresh() ?? (await this.#fetched());
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.#mayFetch()) throw error;
      return (await this.#fetched())(header, token);
    }
  };

  #fresh(): JWTVerifyGetKey | undefined {
    return this.#ports.now() < this.#freshUntil ? this.#keys : undefined;
  }

  #mayFetch(): boolean {
    return this.#ports.now() >= this.#nextFetch;
  }

  #fetched(): Promise<JWTVerifyGetKey> {
    if (!this.#mayFetch()) return Promise.reject(unavailable());
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #renew(): Promise<JWTVerifyGetKey> {
    const { now, log } = this.#ports;
    try {
      const keys = createLocalJWKSet(await this.#read());
      this.#keys = keys;
      this.#freshUntil = now() + FRESH;
      this.#nextFetch = now() + FETCH_INTERVAL;
      return keys;
    } catch (error) {
      this.#nextFetch = now() + RETRY_INTERVAL;
      const { origin, pathname } = new URL(this.#url); // a query may hold a secret
      log?.({ event: "jwks_failed", url: origin + pathname, reason: String(error) });
      throw unavailable();
    }
  }

  async #read(): Promise<JSONWebKeySet> {
    const response = await this.#ports.get(this.#url, {
      headers: { accept: "application/jwk-set+json, application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the answer has status ${response.status}, not 200`);
    }
    const set = parsed(await boundedText(response));
    const fault = keySetFault(set);
    if (fault) throw new Error(`the answer ${fault}`);
    return set as JSONWebKeySet; // keySetFault has looked
  }
}

/** What an answer said is nobody's business but its sender's: it is in no error and so in no log. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("the answer is not JSON");
  }
}

async function boundedText(response: Response): Promise<string> {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let [read, octets] = ["", 0];
  for (const reader = response.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    octets += value.length;
    if (octets > MAX_OCTETS) {
      await reader.cancel();
      throw new Error(`the answer is longer than ${MAX_OCTETS} octets`);
    }
    read += text.decode(value, { stream: true });
  }
  return read + text.decode();
}
