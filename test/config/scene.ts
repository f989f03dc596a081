/** What tests of the configuration begin with. No secret here opens anything: they are made up for each run. */
import { randomBytes } from "node:crypto";
import { ConfigError, readConfig } from "../../src/config.ts";

/** A secret as `openssl rand -base64 32` makes it. */
export function newSecret(): string {
  return randomBytes(32).toString("base64");
}

export const SCRAM = {
  kdf: "pbkdf2",
  iterations: 4_096,
  memory: null,
  salt: randomBytes(16).toString("base64"),
  storedKey: randomBytes(32).toString("base64"),
  serverKey: randomBytes(32).toString("base64"),
};

export const KEY = "1a".repeat(32);
export const OTHER_KEY = "2b".repeat(32);

/** The secrets that `farm` names. */
export const SECRETS = {
  BACKEND_SECRET: newSecret(),
  DERIVED_KEY: newSecret(),
  SENSOR_TICKET: newSecret(),
  ALICE_SCRAM: JSON.stringify(SCRAM),
  ROUTER_KEY: randomBytes(32).toString("hex"),
  JWT_SECRET: newSecret(),
  ADMIN_SECRET: newSecret(),
};

/** A realm that uses everything there is. */
export function farm() {
  return {
    name: "com.example.farm",
    hosts: ["farm.example.com"],
    anonymous: "local",
    roles: [
      {
        name: "anonymous",
        permissions: [{ uri: "com.farm.weather", allow: { subscribe: true } }],
        limits: { messages: 0, sessions: 10, sessionsPerAuthid: 2 },
      },
      {
        name: "device",
        permissions: [
          { uri: "com.farm.{authid}.", match: "prefix", allow: { publish: true, register: true } },
          { uri: "com..{authrole}", match: "wildcard", allow: { subscribe: true }, cache: false },
        ],
        singleSession: "newest",
        limits: { messages: 20, burst: 100 },
      },
      {
        name: "backend",
        permissions: [{ uri: "", match: "prefix", allow: { call: true }, disclose: { caller: true } }],
        authorizer: "com.farm.authorize",
        authorizerTtl: 60,
        admin: true,
      },
    ],
    principals: [
      { authid: "backend", role: "backend", method: "wampcra", secret: "BACKEND_SECRET" },
      {
        authid: "old",
        role: "device",
        method: "wampcra",
        secret: "DERIVED_KEY",
        salt: "k7Zq2f",
        iterations: 1_000,
        keylen: 32,
      },
      { authid: "sensor", role: "device", method: "ticket", secret: "SENSOR_TICKET" },
      { authid: "alice", role: "backend", method: "wamp-scram", secret: "ALICE_SCRAM" },
      { authid: "sensor", role: "device", method: "cryptosign", publicKeys: [KEY.toUpperCase()] },
      { authid: "sensor", role: "device", method: "tls", fingerprints: [OTHER_KEY] },
    ],
    jwt: { secret: "JWT_SECRET", issuer: "https://login.example.com/", defaultRole: "device" },
    authenticator: { procedure: "com.farm.authenticate", methods: ["ticket", "cryptosign"] },
    scramDialect: "both",
    routerKey: "ROUTER_KEY",
    limits: { sessions: 100, messages: 1_000 },
    liveness: { silence: 90 },
    authFailures: { perAuthid: 3 },
    revealUnknown: true,
    eventHistory: [{ uri: "com.farm.", match: "prefix", limit: 10 }],
    publicationTrust: [{ uri: "com.farm.alarm", authrole: "device", level: 1 }],
  };
}

/** The error that this environment gives, or undefined. */
export function errorOf(env: unknown): ConfigError | undefined {
  try {
    readConfig(env);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** Its faults as lines, in order. */
export function faultsOf(env: unknown): string[] {
  return errorOf(env)?.faults.map(({ path, reason }) => `${path}: ${reason}`) ?? [];
}
