/** Who may sign in, as Crossbar's transports say it. Secrets are read only to see whether they are any good. */
import { type ImportedRealm, procedureOf } from "./crossbar-realm.ts";
import { at, entries, isTable, type Json, list, table, text } from "./json.ts";

/** Where what happens on the way is told. */
export interface Told {
  /** A line about something that cannot be carried over. */
  readonly note: (line: string) => void;
  /** Name of a secret to what it is. */
  readonly secrets: Map<string, string>;
}

type Principal = ImportedRealm["principals"][number];

/** Crossbar's name of a method to ours. */
const OURS: Readonly<Record<string, string>> = {
  ticket: "ticket",
  wampcra: "wampcra",
  scram: "wamp-scram",
  cryptosign: "cryptosign",
  tls: "tls",
};

/** Adds to the realms whom the transports of a worker admit. */
export function importPrincipals(worker: Json, realms: readonly ImportedRealm[], told: Told): void {
  for (const { auth, where } of list(worker, "transports").flatMap(authSections)) {
    if (!auth) {
      admitAnonymous({}, where, realms, told); // Crossbar's default
      continue;
    }
    for (const [method, settings] of Object.entries(auth)) {
      if (method === "anonymous") admitAnonymous(settings, where, realms, told);
      else if (OURS[method] === undefined) told.note(`${where}: sign-in by ${method}: edgebahn has none`);
      else if (text(settings, "type") === "static") importStatic(method, settings, { where, realms, told });
      else importDynamic(method, settings, { where, realms, told });
    }
  }
}

/** The auth sections of a transport: its own, or those of its paths. Only transports that WAMP clients use have any. */
function authSections(
  transport: Json,
): { auth: Readonly<Record<string, Json>> | undefined; where: string }[] {
  const type = text(transport, "type") ?? "?";
  const paths = type === "web" ? entries(transport, "paths") : [];
  const own = ["websocket", "rawsocket", "universal"].includes(type)
    ? [{ auth: table(transport, "auth"), where: `transport ${type}` }]
    : [];
  return [
    ...own,
    ...paths.flatMap(([path, settings]) =>
      text(settings, "type") === "websocket"
        ? [{ auth: table(settings, "auth"), where: `transport ${type}, path ${path}` }]
        : [],
    ),
  ];
}

interface Place {
  readonly where: string;
  readonly realms: readonly ImportedRealm[];
  readonly told: Told;
}

function admitAnonymous(settings: Json, where: string, realms: readonly ImportedRealm[], told: Told): void {
  const role = text(settings, "role") ?? "anonymous";
  const named = text(settings, "realm");
  for (const realm of realms.filter(({ name }) => named === undefined || name === named)) {
    const given = realm.roles.find(({ name }) => name === role);
    if (!given) continue; // Crossbar would refuse them: there is no such role
    if (where.includes("rawsocket")) {
      told.note(
        `${where}: anonymous clients of the role ${role}: a raw socket is local, the internet is not; give them a sign-in`,
      );
      continue;
    }
    const own = realm.roles.find(({ name }) => name === "anonymous");
    if (own && role !== "anonymous") {
      told.note(
        `${where}: anonymous clients get the role ${role} there, and the role anonymous here: compare the two`,
      );
    }
    if (!own) {
      realm.roles.push({ ...given, name: "anonymous" });
      told.note(`${where}: anonymous clients get the role anonymous here, so it is a copy of ${role}`);
    }
    realm.anonymous = "everybody";
  }
}

function importDynamic(method: string, settings: Json, { where, realms, told }: Place): void {
  const procedure = procedureOf(text(settings, "authenticator"), `${where}: the authenticator`, told);
  const realm = realms.find(({ name }) => name === text(settings, "authenticator-realm")) ?? onlyOne(realms);
  const ours = OURS[method];
  if (
    text(settings, "type") !== "dynamic" ||
    procedure === undefined ||
    ours === undefined ||
    !realm?.roles.length
  ) {
    told.note(
      `${where}: ${method} of the type ${text(settings, "type") ?? "?"}: make it an authenticator, or principals`,
    );
    return;
  }
  if (realm.authenticator && realm.authenticator.procedure !== procedure) {
    told.note(
      `${where}: the authenticator ${procedure}: realm ${realm.name} has ${realm.authenticator.procedure} already`,
    );
    return;
  }
  realm.authenticator ??= { procedure, methods: [] };
  if (!realm.authenticator.methods.includes(ours)) realm.authenticator.methods.push(ours);
  if (text(settings, "authenticator-realm") !== undefined) {
    told.note(
      `${where}: the authenticator ${procedure} signs clients in to its own realm, ${realm.name}, only`,
    );
  }
}

function importStatic(method: string, settings: Json, place: Place): void {
  for (const [authid, given] of [...entries(settings, "principals"), ...entries(settings, "users")]) {
    const { where, realms, told } = place;
    const who = `${where}: ${method} principal ${JSON.stringify(authid)}`;
    const role = text(given, "role") ?? "anonymous";
    const named = text(given, "realm");
    const admitting = realms.filter(
      (realm) =>
        (named === undefined || realm.name === named) && realm.roles.some(({ name }) => name === role),
    );
    const realm = admitting[0];
    if (authid === "" || authid.length > 256 || /\p{Cc}/u.test(authid) || !authid.isWellFormed()) {
      told.note(`${who}: its name is too long, empty, or holds control characters`);
      continue;
    }
    if (!realm) told.note(`${who}: there is no realm with the role ${JSON.stringify(role)} for it`);
    if (!realm || !isTable(given)) continue;
    if (admitting.length > 1)
      told.note(
        `${who}: it could join ${admitting.map(({ name }) => name).join(", ")}; it is in ${realm.name} only`,
      );
    const ours = OURS[method] ?? "";
    if (realm.principals.some((each) => each.authid === authid && each.method === ours)) {
      told.note(`${who}: it is there already, from another transport`);
      continue;
    }
    const principal = credential(method, { authid, role, method: ours }, { given, who, told, realm });
    if (principal) realm.principals.push(principal);
    if (principal && method === "scram") realm.scramDialect = "both";
  }
}

/** The principal with what it signs in with, or undefined where that cannot be carried over. */
function credential(
  method: string,
  principal: Principal,
  { given, who, told, realm }: { given: Json; who: string; told: Told; realm: ImportedRealm },
): Principal | undefined {
  const secret = (says: string) => ({ secret: secretName(principal, told, says) });
  switch (method) {
    case "ticket":
      return { ...principal, ...secret(`the ticket of ${JSON.stringify(principal.authid)}`) };
    case "wampcra": {
      const salted = ["salt", "iterations", "keylen"].filter((key) => at(given, key) !== undefined);
      if (salted.length === 0)
        return { ...principal, ...secret(`the secret of ${JSON.stringify(principal.authid)}`) };
      const [salt, iterations, keylen] = [text(given, "salt"), at(given, "iterations"), at(given, "keylen")];
      if (
        salt === undefined ||
        typeof iterations !== "number" ||
        typeof keylen !== "number" ||
        iterations < 1_000 ||
        keylen < 16 ||
        keylen > 64
      ) {
        told.note(
          `${who}: its salt needs iterations of 1000 or more and a keylen from 16 to 64: derive a new key`,
        );
        return undefined;
      }
      const says = `the derived key of ${JSON.stringify(principal.authid)}, base64, as it stands in config.json`;
      return { ...principal, ...secret(says), salt, iterations, keylen };
    }
    case "scram":
      return {
        ...principal,
        ...secret(
          `a JSON object for ${JSON.stringify(principal.authid)}: kdf, iterations, memory, and salt, storedKey and serverKey, which config.json has in hex, in base64`,
        ),
      };
    case "cryptosign": {
      const keys = list(given, "authorized_keys");
      const publicKeys = freeKeys(keys, realm);
      if (publicKeys.length > 0 && publicKeys.length < keys.length) {
        told.note(`${who}: those of its keys that are not 64 hex digits, or that somebody else has`);
      }
      if (publicKeys.length > 0) return { ...principal, publicKeys };
      told.note(`${who}: it has no authorized_keys of 64 hex digits that nobody else has`);
      return undefined;
    }
    default:
      told.note(
        `${who}: Crossbar knows its certificate by SHA-1, edgebahn by SHA-256: add it with fingerprints`,
      );
      return undefined;
  }
}

/** CRY-02: a key belongs to one principal. */
function freeKeys(given: readonly Json[], realm: ImportedRealm): string[] {
  const taken = realm.principals.flatMap(({ publicKeys }) => (Array.isArray(publicKeys) ? publicKeys : []));
  const keys = given.flatMap((key) =>
    typeof key === "string" && /^[0-9a-fA-F]{64}$/.test(key) ? [key.toLowerCase()] : [],
  );
  return [...new Set(keys)].filter((key) => !taken.includes(key)).slice(0, 16);
}

/** A name that no other secret has, made of the authid and of the method. */
function secretName({ authid, method }: Principal, { secrets }: Told, says: string): string {
  const plain = String(authid)
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "");
  const kind = { ticket: "TICKET", wampcra: "SECRET", "wamp-scram": "SCRAM" }[String(method)] ?? "SECRET";
  const base = `${/^[A-Z]/.test(plain) ? plain : `PRINCIPAL_${plain}`}_${kind}`
    .replace(/_+/g, "_")
    .slice(0, 56);
  let name = base;
  for (let at = 2; secrets.has(name); at++) name = `${base}_${at}`;
  secrets.set(name, says);
  return name;
}

function onlyOne(realms: readonly ImportedRealm[]): ImportedRealm | undefined {
  return realms.length === 1 ? realms[0] : undefined;
}
