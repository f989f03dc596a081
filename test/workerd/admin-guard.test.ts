import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { type AdminDoor, admitAdmin, checkSite } from "../../src/cloudflare/admin-guard.ts";
import { ADMIN_SECRET } from "../fleet-realm.ts";

const NOW = Date.UTC(2026, 10, 22);
const BY_SECRET: AdminDoor = { secret: { name: "ADMIN_SECRET", value: ADMIN_SECRET } };
let addresses = 0;
let teams = 0;

interface From {
  readonly door?: AdminDoor;
  readonly headers?: Record<string, string>;
  readonly address?: string;
  readonly now?: number;
  readonly get?: (url: string) => Promise<Response>;
}

function knock({ door = BY_SECRET, headers = {}, address = `address-${addresses++}`, now = NOW, get }: From) {
  const log: unknown[] = [];
  const verdict = admitAdmin(new Request("https://router.example/api/realms", { headers }), door, {
    address,
    now: () => now,
    get: get ?? (() => Promise.reject(new Error("nothing is to be fetched"))),
    log: (entry) => log.push(entry),
  });
  return verdict.then((found) => ({ found, log }));
}

const bearer = (secret: string) => ({ Authorization: `Bearer ${secret}` });

describe("the secret", () => {
  test("S18 without a secret and without Access the admin API is closed and says what to set", async () => {
    for (const headers of [{}, bearer(""), bearer("undefined"), bearer(ADMIN_SECRET)]) {
      const { found } = await knock({ door: {}, headers });
      expect(found).toEqual({
        status: 403,
        error: "edgebahn.error.admin_closed",
        message:
          "the admin API is closed: set [vars.ADMIN] in wrangler.toml, and the Worker secret that it names by npx wrangler secret put",
      });
    }
  });

  test("S18 whoever has it is let in", async () => {
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const { found } = await knock({ headers: { Authorization: `${scheme} ${ADMIN_SECRET}` } });
      expect(found).toEqual({ by: "secret" });
    }
  });

  test.each([
    `Bearer ${ADMIN_SECRET.slice(0, -1)}`,
    `Bearer ${ADMIN_SECRET}x`,
    `Bearer x${ADMIN_SECRET}`,
    `Bearer ${ADMIN_SECRET.toLowerCase()}`,
    `Bearer ${ADMIN_SECRET} ${ADMIN_SECRET}`,
    `Bearer ${ADMIN_SECRET},`,
    `Bearer "${ADMIN_SECRET}"`,
    `Basic ${btoa(`admin:${ADMIN_SECRET}`)}`,
    `Basic ${ADMIN_SECRET}`,
    ADMIN_SECRET,
    "Bearer",
    "Bearer undefined",
    "Bearer null",
    "Bearer ADMIN_SECRET",
  ])("S18 %s is refused, and the answer repeats nothing of it", async (Authorization) => {
    const { found, log } = await knock({ headers: { Authorization } });
    expect(found).toEqual({
      status: 401,
      error: "wamp.error.authentication_denied",
      message: expect.stringMatching(
        /^(?:what was sent is wrong or holds no longer|no secret and no token was sent): sign in by Authorization: Bearer with the Worker secret ADMIN_SECRET$/,
      ),
    });
    expect(log).toEqual([]);
  });

  test("S18 cookies, other headers and an Access token without Access open nothing", async () => {
    for (const headers of [
      { Cookie: `CF_Authorization=${ADMIN_SECRET}; Authorization=${ADMIN_SECRET}` },
      { "X-Api-Key": ADMIN_SECRET },
      { "Cf-Access-Jwt-Assertion": ADMIN_SECRET },
      { "Cf-Access-Authenticated-User-Email": "boss@example.com" },
    ]) {
      expect((await knock({ headers })).found).toMatchObject({ status: 401 });
    }
  });

  test("S6 after ten failures in a minute an address is not even compared, others are", async () => {
    const guess = { headers: bearer("wrong-wrong-wrong"), address: "2001:db8::/64" };
    for (let n = 0; n < 10; n++) expect((await knock(guess)).found).toMatchObject({ status: 401 });
    const right = { headers: bearer(ADMIN_SECRET), address: "2001:db8::/64" };
    expect((await knock({ ...right, now: NOW + 20_500 })).found).toEqual({
      status: 429,
      error: "edgebahn.error.limit_exceeded",
      message: "the limit of failed attempts a minute from one address is 10: try again in 40 s",
      retryAfter: 40,
    });
    expect((await knock({ ...right, address: "2001:db9::/64" })).found).toEqual({ by: "secret" });
    expect((await knock({ ...right, now: NOW + 60_000 })).found).toEqual({ by: "secret" });
  });

  test("S6 of fifty wrong ones at once ten are told so, and a right one after them is not told", async () => {
    const address = "parallel";
    const guesses = Array.from({ length: 50 }, (_, n) =>
      knock({ headers: bearer(`wrong-wrong-${n}`), address }),
    );
    const late = knock({ headers: bearer(ADMIN_SECRET), address });
    const statuses = (await Promise.all(guesses)).map(({ found }) => "status" in found && found.status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
    expect((await late).found).toMatchObject({ status: 429 });
  });

  test("S6 right ones at once are let in however many they are, nine wrong ones among them", async () => {
    const address = "busy";
    const wrong = Array.from({ length: 9 }, () => knock({ headers: bearer("wrong-wrong-wrong"), address }));
    const right = Array.from({ length: 30 }, () => knock({ headers: bearer(ADMIN_SECRET), address }));
    for (const { found } of await Promise.all(right)) expect(found).toEqual({ by: "secret" });
    for (const { found } of await Promise.all(wrong)) expect(found).toMatchObject({ status: 401 });
  });

  test("S6 nine failures keep nobody out, and what sends nothing is no failure", async () => {
    const address = "nine";
    for (let n = 0; n < 9; n++) await knock({ headers: bearer("wrong-wrong-wrong"), address });
    for (let n = 0; n < 20; n++) await knock({ address });
    expect((await knock({ headers: bearer(ADMIN_SECRET), address })).found).toEqual({ by: "secret" });
  });
});

describe("Cloudflare Access", () => {
  const AUDIENCE = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
  let pair: CryptoKeyPair;
  let other: CryptoKeyPair;
  let jwks: object;

  beforeAll(async () => {
    pair = await generateKeyPair("RS256");
    other = await generateKeyPair("RS256");
    jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "k1", alg: "RS256", use: "sig" }] };
  });

  /** A team of its own for each test, so that none finds keys that another fetched. */
  function team() {
    const name = `team${teams++}`;
    const asked: string[] = [];
    const door = (rest: Partial<AdminDoor> = {}): AdminDoor => ({
      access: { team: name, audience: AUDIENCE },
      ...rest,
    });
    const get = async (url: string) => {
      asked.push(url);
      return Response.json(jwks);
    };
    const token = (
      claims: object = {},
      { key = pair.privateKey, header = {} }: { key?: CryptoKey | Uint8Array; header?: object } = {},
    ) =>
      new SignJWT({
        iss: `https://${name}.cloudflareaccess.com`,
        aud: [AUDIENCE],
        email: "boss@example.com",
        exp: NOW / 1_000 + 60,
        ...claims,
      })
        .setProtectedHeader({ alg: "RS256", kid: "k1", ...header })
        .sign(key);
    const enter = async (assertion: string | Promise<string>, rest: From = {}) =>
      (await knock({ door: door(), get, headers: { "Cf-Access-Jwt-Assertion": await assertion }, ...rest }))
        .found;
    return { asked, door, get, token, enter, name };
  }

  test("S18 whom Access let through is let in, by name, and the keys are fetched once", async () => {
    const { enter, token, asked, name } = team();
    expect(await enter(token())).toEqual({ by: "boss@example.com" });
    expect(await enter(token({ email: undefined, common_name: "ci.access" }))).toEqual({ by: "ci.access" });
    expect(await enter(token({ email: "", sub: "user-1" }))).toEqual({ by: "user-1" });
    expect(await enter(token({ aud: AUDIENCE, email: undefined }))).toEqual({ by: "access" });
    expect(asked).toEqual([`https://${name}.cloudflareaccess.com/cdn-cgi/access/certs`]);
  });

  test("S18 a token of another application, team, key or time is refused", async () => {
    const { enter, token } = team();
    const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${(await token()).split(".")[1]}.`;
    const wrong = [
      token({ aud: ["other"] }),
      token({ aud: [] }),
      token({ aud: undefined }),
      token({ iss: "https://evil.cloudflareaccess.com" }),
      token({ iss: undefined }),
      token({ exp: NOW / 1_000 - 1 }),
      token({ exp: undefined }),
      token({ nbf: NOW / 1_000 + 60 }),
      token({}, { key: other.privateKey }),
      token({}, { header: { kid: "k2" } }),
      token({}, { key: new TextEncoder().encode(JSON.stringify(jwks)), header: { alg: "HS256" } }),
      Promise.resolve(unsigned),
      token().then((good) => `${good}x`),
      Promise.resolve("x"),
      Promise.resolve("a.b.c"),
    ];
    for (const each of wrong) {
      expect(await enter(each)).toEqual({
        status: 401,
        error: "wamp.error.authentication_denied",
        message: "what was sent is wrong or holds no longer: sign in by Cloudflare Access",
      });
    }
  });

  test("S18 where the keys cannot be had nobody is let in by a token, and it is no failure of theirs", async () => {
    const { enter, token, door } = team();
    const broken = { get: async () => new Response("no", { status: 500 }), address: "broken" };
    for (let n = 0; n < 12; n++) {
      expect(await enter(token(), broken)).toMatchObject({ status: 503 });
    }
    const both = door(BY_SECRET);
    expect((await knock({ door: both, headers: bearer(ADMIN_SECRET), address: "broken" })).found).toEqual({
      by: "secret",
    });
  });

  test("S18 the secret opens nothing where only Access does", async () => {
    const { enter, token } = team();
    expect(await enter("", { headers: bearer(ADMIN_SECRET) })).toMatchObject({ status: 401 });
    expect(await enter(token(), { address: "access" })).toEqual({ by: "boss@example.com" });
  });
});

describe("the site", () => {
  const check = (headers: Record<string, string>, url = "https://router.example/api/realms") =>
    checkSite(new Request(url, { headers }))?.status;

  test("S18 a page of this host and whoever is no page may ask", () => {
    expect(check({})).toBeUndefined();
    expect(check({ Origin: "https://router.example" })).toBeUndefined();
    expect(check({ "Sec-Fetch-Site": "same-origin" })).toBeUndefined();
    expect(check({ "Sec-Fetch-Site": "none" })).toBeUndefined();
  });

  test.each([
    "https://evil.example",
    "https://router.example.evil.example",
    "https://evil-router.example",
    "http://router.example",
    "https://router.example:8443",
    "https://sub.router.example",
    "null",
    "",
    "https://router.example/",
    "*",
    "file://",
    "http://localhost:8080",
  ])("S18 a page of %j may not", (Origin) => {
    expect(check({ Origin })).toBe(403);
  });

  test.each(["cross-site", "same-site", "x"])("S18 what comes %s may not", (site) => {
    expect(check({ "Sec-Fetch-Site": site })).toBe(403);
    expect(check({ "Sec-Fetch-Site": site, Origin: "https://router.example" })).toBe(403);
  });
});
