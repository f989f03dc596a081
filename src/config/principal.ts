/**
 * Principals that the configuration names, and others to whom a realm listens about who somebody is. Secrets are named
 * here and live in the Worker's secrets.
 */
import * as v from "valibot";
import { count, flag, hex, oneOf, procedure, secretName, text, toml } from "./setting.ts";

export const METHODS = ["ticket", "wampcra", "wamp-scram", "cryptosign", "tls"] as const;

const who = {
  authid: text("who it is", "sensor-1"),
  role: text("the role that it gets: one of the realm's `roles`", "device"),
};
const most = 16; // keys that one principal can have: the new one and the old one, and some

export const principal = v.pipe(
  v.variant("method", [
    v.strictObject({
      ...who,
      method: v.pipe(v.literal("ticket"), v.description("a text that the client sends as it is")),
      secret: secretName("the name of the Worker secret that is the ticket", "SENSOR_1_TICKET"),
    }),
    v.pipe(
      v.strictObject({
        ...who,
        method: v.pipe(v.literal("wampcra"), v.description("a secret that signs what the router sends")),
        secret: secretName(
          "the name of the Worker secret that is the secret; with `salt`: what PBKDF2 derived from it, base64",
          "BACKEND_SECRET",
        ),
        salt: v.exactOptional(text("what the client salts its secret with", "k7Zq2f")),
        iterations: v.exactOptional(
          count("rounds of PBKDF2 that the client does", { least: 1_000, most: 10_000_000 }),
        ),
        keylen: v.exactOptional(count("octets of the derived key", { least: 16, most: 64 })),
      }),
    ),
    v.strictObject({
      ...who,
      method: v.pipe(
        v.literal("wamp-scram"),
        v.description("a password of which the router knows only what verifies it"),
      ),
      secret: secretName(
        "the name of the Worker secret that is a JSON object `{salt, kdf, iterations, memory, storedKey, serverKey}`",
        "ALICE_SCRAM",
      ),
    }),
    v.strictObject({
      ...who,
      method: v.pipe(v.literal("cryptosign"), v.description("an Ed25519 key of the client's own")),
      publicKeys: v.pipe(
        v.array(hex(32, "an Ed25519 public key: 64 hex digits")),
        v.minLength(1),
        v.maxLength(most),
        v.description("the public keys, any of which signs in"),
      ),
    }),
    v.strictObject({
      ...who,
      method: v.pipe(v.literal("tls"), v.description("a TLS client certificate that Cloudflare verified")),
      fingerprints: v.pipe(
        v.array(hex(32, "SHA-256 of a certificate: 64 hex digits")),
        v.minLength(1),
        v.maxLength(most),
        v.description("the certificates, any of which signs in"),
      ),
    }),
  ]),
  v.description("who may sign in. Devices that come and go are added by the admin API instead"),
  toml(`[[vars.REALMS.principals]]
authid = "backend"
role = "backend"
method = "wampcra"
secret = "BACKEND_SECRET"   # npx wrangler secret put BACKEND_SECRET

[[vars.REALMS.principals]]
authid = "sensor-1"
role = "device"
method = "cryptosign"
publicKeys = ["..."]        # 64 hex digits, of a key that the device made`),
);

export const jwt = v.pipe(
  v.strictObject({
    jwks: v.exactOptional(
      v.pipe(
        text("where the issuer publishes its keys", "https://login.example.com/.well-known/jwks.json"),
        v.check(
          isKeyAddress,
          "must be an https address without a password, such as https://login.example.com/.well-known/jwks.json",
        ),
      ),
    ),
    secret: v.exactOptional(
      secretName(
        "the name of the Worker secret shared with the issuer (HS256), in place of `jwks`",
        "JWT_SECRET",
      ),
    ),
    issuer: v.exactOptional(text("what the `iss` claim must be", "https://login.example.com/")),
    audience: v.exactOptional(
      text("what the `aud` claim must be; the realm's name where not given", "realm1"),
    ),
    authidClaim: v.optional(text("the claim that is the authid"), "sub"),
    roleClaim: v.optional(text("the claim that is the role"), "role"),
    defaultRole: v.exactOptional(
      text("the role of tokens without that claim; without it they are refused", "user"),
    ),
    roles: v.exactOptional(
      v.pipe(
        v.array(text("a role")),
        v.minLength(1),
        v.description(
          "the roles that tokens may grant; where not given: all of the realm's but `anonymous` and those with `admin`",
        ),
      ),
    ),
    topicsRequired: v.optional(flag("whether tokens without `topicsClaim` are refused"), false),
    topicsClaim: v.optional(text("the claim that narrows what the role may do to some topics"), "topics"),
  }),
  v.description("tickets that are JSON Web Tokens of an issuer that the realm believes"),
  toml(`[vars.REALMS.jwt]
jwks = "https://login.example.com/.well-known/jwks.json"
issuer = "https://login.example.com/"
defaultRole = "user"`),
);

export const authenticator = v.pipe(
  v.strictObject({
    procedure: procedure("the procedure of the realm that says who somebody is", "com.example.authenticate"),
    methods: v.pipe(
      v.array(oneOf(METHODS, "a method")),
      v.minLength(1),
      v.description("the methods for which it is asked"),
    ),
    timeout: v.optional(
      count("milliseconds that it may take; a sign-in has five seconds in all", { least: 100, most: 4_500 }),
      4_000,
    ),
  }),
  v.description("a procedure in the realm that is asked about whoever the realm does not know"),
  toml(`[vars.REALMS.authenticator]
procedure = "com.example.authenticate"
methods = ["ticket"]`),
);

export type PrincipalConfig = v.InferOutput<typeof principal>;
export type JwtConfig = v.InferOutput<typeof jwt>;
export type AuthenticatorConfig = v.InferOutput<typeof authenticator>;

function isKeyAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return false; // would be a secret in the configuration
  return (
    protocol === "https:" || (protocol === "http:" && (hostname === "localhost" || hostname === "127.0.0.1"))
  );
}
