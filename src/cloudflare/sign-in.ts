/** The ways into a realm that its configuration opens, put together: methods, and the books that they look in. */
import { Anonymous } from "../auth/anonymous.ts";
import { Books } from "../auth/books.ts";
import { Cryptosign } from "../auth/cryptosign.ts";
import type { DeviceBook } from "../auth/device-book.ts";
import { type Ask, DynamicAuthenticator } from "../auth/dynamic.ts";
import { JwtVerifier } from "../auth/jwt.ts";
import type { AuthMethod, Principal } from "../auth/method.ts";
import { Scram } from "../auth/scram.ts";
import { StaticBook, type StaticPrincipal } from "../auth/static-book.ts";
import { Ticket } from "../auth/ticket.ts";
import { Tls } from "../auth/tls.ts";
import { WampCra } from "../auth/wampcra.ts";
import {
  grantedByTokens,
  type PrincipalConfig,
  type RealmConfig,
  scramSecretOf,
  secretOf,
} from "../config.ts";
import type { Identity } from "../router/session.ts";

export interface SignInPorts {
  readonly realm: string;
  readonly config: RealmConfig | undefined;
  /** Where the secrets are that the configuration names. */
  readonly env: unknown;
  readonly devices: DeviceBook;
  readonly mockKey: () => Uint8Array;
  /** Calls a procedure of the realm, which has so many milliseconds to answer. */
  readonly ask: (...asked: [...Parameters<Ask>, timeout?: number]) => ReturnType<Ask>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (entry: Readonly<Record<string, unknown>>) => void;
}

export interface SignInDoors {
  readonly methods: readonly AuthMethod[];
  /** Asked at waking: whether somebody who was admitted once would be today. At joining with what the method found. */
  readonly stillWelcome: (identity: Identity, joining?: Principal) => boolean;
}

export function signInDoors(ports: SignInPorts): SignInDoors {
  const { config, env, devices, now } = ports;
  // A realm that is not configured any more admits nobody.
  if (!config) return { methods: [], stillWelcome: () => false };
  const configured = new StaticBook(config.principals.map((each) => principalOf(each, env)));
  const dynamic = authenticatorOf(config, ports);
  const book = new Books([configured, devices], dynamic);
  const jwt = tokensOf(config, ports);
  const { routerKey, scramDialect, revealUnknown } = config;
  const challenged = { book, now, mockKey: ports.mockKey(), revealUnknown };
  const decidesTickets = config.authenticator?.methods.includes("ticket") ?? false;
  return {
    methods: [
      new Anonymous(config.anonymous),
      new Ticket({
        book,
        revealUnknown,
        ...(jwt && { jwt }),
        ...(dynamic && decidesTickets && { ask: (signIn, ticket) => dynamic.judgeTicket(signIn, ticket) }),
      }),
      new WampCra(challenged),
      ...(scramDialect === "prototype" ? [] : [new Scram(challenged)]),
      ...(scramDialect === "spec" ? [] : [new Scram({ ...challenged, dialect: "prototype" })]),
      new Cryptosign({
        book,
        revealUnknown,
        ...(routerKey !== undefined && { routerSeed: secretOf(env, routerKey) }),
      }),
      new Tls({ book }),
    ],
    stillWelcome: (identity, joining) => {
      if (!config.roles.some(({ name }) => name === identity.authrole)) return false;
      const guest = { ...identity, ...identity.principal };
      if (identity.authmethod === "anonymous") return config.anonymous !== "nobody";
      switch (identity.authprovider) {
        case "static":
          return configured.welcomes(guest);
        case "device":
          return devices.welcomes(guest, joining);
        case "jwt":
          return config.jwt !== undefined;
        default:
          return config.authenticator !== undefined;
      }
    },
  };
}

function principalOf(principal: PrincipalConfig, env: unknown): StaticPrincipal {
  const { authid, role: authrole } = principal;
  switch (principal.method) {
    case "ticket":
      return { authid, authrole, credential: { method: "ticket", ticket: secretOf(env, principal.secret) } };
    case "wampcra": {
      const { salt, iterations, keylen } = principal;
      const key = secretOf(env, principal.secret);
      const isSalted = salt !== undefined && iterations !== undefined && keylen !== undefined;
      const salted = isSalted && { salted: { salt, iterations, keylen } };
      return { authid, authrole, credential: { method: "wampcra", key, ...salted } };
    }
    case "wamp-scram":
      return {
        authid,
        authrole,
        credential: { method: "wamp-scram", ...scramSecretOf(env, principal.secret) },
      };
    case "cryptosign":
      return { authid, authrole, credential: { method: "cryptosign", publicKeys: principal.publicKeys } };
    case "tls":
      return { authid, authrole, credential: { method: "tls", fingerprints: principal.fingerprints } };
  }
}

function authenticatorOf({ authenticator, roles }: RealmConfig, { ask, log }: SignInPorts) {
  if (!authenticator) return undefined;
  const { procedure, methods, timeout } = authenticator;
  const procedures = Object.fromEntries(methods.map((method) => [method, procedure]));
  return new DynamicAuthenticator({
    procedures,
    ask: (asked, args) => ask(asked, args, timeout),
    log,
    // A role that is not there is refused as one, later.
    grants: (authrole) =>
      authrole !== "anonymous" && !roles.some(({ name, admin }) => name === authrole && admin),
  });
}

function tokensOf(config: RealmConfig, { realm, env, now, log }: SignInPorts): JwtVerifier | undefined {
  if (!config.jwt) return undefined;
  const { jwks, secret, issuer, audience, authidClaim, roleClaim, topicsClaim, topicsRequired, defaultRole } =
    config.jwt;
  return new JwtVerifier(
    {
      realm,
      ...(jwks !== undefined && { jwks: { url: jwks } }),
      ...(secret !== undefined && { secret: secretOf(env, secret) }),
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      ...(defaultRole !== undefined && { defaultRole }),
      claims: { authid: authidClaim, authrole: roleClaim, topics: topicsClaim },
      roles: grantedByTokens(config),
      topicsRequired,
    },
    { now, log, fetch: (...request) => fetch(...request) },
  );
}
