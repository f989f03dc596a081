/** What somebody probably meant who wrote a name that does not exist. */

/** Names as other routers have them, and near misses that are no typing errors, to ours. In lower case, letters only. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  anonymousauth: ["anonymous"],
  allowanonymous: ["anonymous"],
  realm: ["name", "{realm}"],
  uri: ["name"],
  topic: ["uri"],
  procedure: ["uri"],
  prefix: ["match"],
  authorization: ["roles"],
  user: ["authid", "{authid}"],
  userid: ["authid", "{authid}"],
  username: ["authid", "{authid}"],
  id: ["authid", "{authid}"],
  device: ["{authid}"],
  role: ["authrole", "roles", "{authrole}"],
  group: ["role", "{authrole}"],
  authrole: ["role"],
  authmethod: ["method"],
  ticket: ["secret"],
  password: ["secret"],
  token: ["secret"],
  pubkey: ["publicKeys"],
  authorizedkeys: ["publicKeys"],
  keys: ["publicKeys"],
  certificates: ["fingerprints"],
  users: ["principals"],
  accounts: ["principals"],
  credentials: ["principals"],
  domain: ["hosts"],
  hostname: ["hosts"],
  jwksuri: ["jwks"],
  jwksurl: ["jwks"],
  url: ["jwks"],
  iss: ["issuer"],
  aud: ["audience", "ADMIN.access.audience"],
  ttl: ["authorizerTtl"],
  authorizeruri: ["authorizer"],
  takeover: ["singleSession"],
  rate: ["messages"],
  maxsessions: ["sessions"],
  history: ["eventHistory"],
  enabledisclose: ["allowDisclose"],
  metastrict: ["metaApi"],
  scram: ["wamp-scram"],
  cra: ["wampcra"],
  salted: ["wampcra"],
  password1: ["ticket"],
  certificate: ["tls", "fingerprints"],
  ed25519: ["cryptosign"],
  all: ["everybody"],
  true: ["everybody"],
  anyone: ["everybody"],
  false: ["nobody"],
  none: ["nobody"],
  localhost: ["local"],
  starts: ["prefix"],
  first: ["oldest"],
  last: ["newest"],
  one: ["newest"],
  read: ["subscribe"],
  write: ["publish"],
};

/** The one of `names` that was probably meant, or undefined if none is near. */
export function didYouMean(written: string, names: readonly string[]): string | undefined {
  const bare = letters(written);
  const same = names.find((name) => letters(name) === bare);
  if (same !== undefined) return same;
  const alias = ALIASES[bare]?.find((name) => names.includes(name));
  if (alias !== undefined) return alias;
  const tolerated = Math.max(1, Math.floor(bare.length / 3));
  let [best, least] = [undefined as string | undefined, tolerated + 1];
  for (const name of names) {
    const apart = distance(bare, letters(name));
    if (apart < least) [best, least] = [name, apart];
  }
  return best;
}

/**
 * How many letters have to be changed, added, left out or swapped with their neighbour to make one of the other
 * (Damerau-Levenshtein, where no letter is changed twice). Names are short, so the table is too.
 */
export function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, at) => at)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row++) {
    rows.push([row]);
    for (let column = 1; column <= other.length; column++) {
      const changed = one[row - 1] === other[column - 1] ? 0 : 1;
      const swapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      rows[row]?.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + changed,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
}

/** `strict_uri`, `strict-uri` and `strictUri` are the same name. */
function letters(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}
