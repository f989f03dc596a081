/** Issuers of tokens with real keys, and the tokens they sign: right ones, and whatever a test wants to be wrong. */
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, type JWK } from "jose";

/** Milliseconds since 1970, and the same in seconds, as tokens count. */
export const NOW = 1_800_000_000_000;
export const SECONDS = NOW / 1_000;

export const SECRET = "a secret of at least 32 octets, shared with the issuer";

/** What a right token says: alice is a user of realm1 for another hour. */
export const CLAIMS = {
  iss: "https://issuer.example/",
  aud: "realm1",
  sub: "alice",
  role: "user",
  iat: SECONDS,
  nbf: SECONDS,
  exp: SECONDS + 3_600,
};

export interface Issuer {
  readonly alg: string;
  readonly publicKey: JWK;
  readonly privateKey: CryptoKey;
  /** Signs claims, or a text that is signed as it is. */
  sign(claims: unknown, header?: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function newIssuer(kid: string | undefined = "k1", alg = "ES256"): Promise<Issuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const named = kid === "" ? {} : { kid };
  return {
    alg,
    publicKey: { ...(await exportJWK(publicKey)), ...named },
    privateKey,
    sign: (claims, header) => sign(claims, privateKey, { alg, ...named, ...header }),
  };
}

export function signHs256(
  claims: unknown,
  secret: string | Uint8Array = SECRET,
  header = {},
): Promise<string> {
  const key = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return sign(claims, key, { alg: "HS256", ...header });
}

/** Claims that nobody signed. */
export function unsigned(claims: unknown, header: unknown = { alg: "none" }): string {
  return `${part(header)}.${part(claims)}.`;
}

/** One of the three parts of a token. */
export function part(value: unknown): string {
  return Buffer.from(text(value)).toString("base64url");
}

function sign(
  claims: unknown,
  key: CryptoKey | Uint8Array,
  header: { readonly alg: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  return new CompactSign(Buffer.from(text(claims))).setProtectedHeader({ ...header }).sign(key);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
