/** Deployments as people make them at first: with nothing, with half of it, with what the documentation shows. */

export interface Deployment {
  readonly what: string;
  /** The Worker's variables and secrets. */
  readonly env: Readonly<Record<string, unknown>>;
  /** What `/` says has to be set. */
  readonly says: string;
  /** The configuration is refused as a whole. */
  readonly broken: boolean;
}

const ROLES = [{ name: "device", permissions: [{ uri: "", match: "prefix", allow: { publish: true } }] }];
const ticket = { authid: "alice", role: "device", method: "ticket", secret: "ALICE_TICKET" };
const withTicket = { REALMS: [{ name: "realm1", roles: ROLES, principals: [ticket] }] };
const realm = (settings: object) => ({ REALMS: [{ name: "realm1", roles: ROLES, ...settings }] });

const broken = (what: string, env: Deployment["env"], says: string) => ({ what, env, says, broken: true });
const closed = (what: string, env: Deployment["env"], says: string) => ({ what, env, says, broken: false });

const NO_REALM = "It has no realm, so it admits nobody";
const PUT = "npx wrangler secret put ALICE_TICKET";

/** Those with a configuration that is right admit nobody either, and `/` then says the address only. */
export const DEPLOYMENTS: readonly Deployment[] = [
  closed("nothing at all", {}, NO_REALM),
  closed("an empty list of realms", { REALMS: [] }, NO_REALM),
  closed("templates only", { TEMPLATES: [{ name: "house", roles: ROLES }] }, NO_REALM),
  closed("a realm that is only named", { REALMS: [{ name: "realm1" }] }, "realm1"),
  closed("a realm with a role that nobody has", realm({}), "realm1"),
  closed(
    "a realm for the developer's machine, deployed",
    realm({ anonymous: "local", roles: [{ name: "anonymous" }] }),
    "realm1",
  ),
  broken("realms that are no list", { REALMS: "realm1" }, "vars.REALMS"),
  broken("a setting misspelled", realm({ anonymus: "everybody" }), "did you mean anonymous?"),
  broken("a word that opens nothing", realm({ anonymous: "yes" }), "vars.REALMS[0].anonymous"),
  broken("an open realm without the role for it", realm({ anonymous: "everybody" }), "anonymous"),
  broken("no secret", withTicket, PUT),
  broken(
    "a secret under another name",
    { ...withTicket, ALICE_TICKTE: "q9Vt3mXz7Lr1Kp5Ws8Yd" },
    "did you mean ALICE_TICKTE?",
  ),
  broken("an empty secret", { ...withTicket, ALICE_TICKET: "" }, "openssl rand -base64 32"),
  broken("a short secret", { ...withTicket, ALICE_TICKET: "q9Vt3mXz7Lr1" }, "openssl rand -base64 32"),
  broken("a sample secret", { ...withTicket, ALICE_TICKET: "change-me" }, "everybody knows it"),
  broken(
    "a sample secret made longer",
    { ...withTicket, ALICE_TICKET: "Your Secret Here!" },
    "everybody knows it",
  ),
  broken(
    "a secret of one letter",
    { ...withTicket, ALICE_TICKET: "a".repeat(40) },
    "openssl rand -base64 32",
  ),
  broken(
    "the secret itself in place of its name",
    {
      REALMS: [
        { name: "realm1", roles: ROLES, principals: [{ ...ticket, secret: "hunter2-hunter2-hunter2" }] },
      ],
    },
    "never the secret itself",
  ),
  broken(
    "a principal of a role that is not there",
    { ...realm({ principals: [{ ...ticket, role: "devcie" }] }), ALICE_TICKET: "q9Vt3mXz7Lr1Kp5Ws8Yd" },
    "did you mean",
  ),
  broken(
    "tokens without a key",
    realm({ jwt: { issuer: "https://login.example.com/" } }),
    "vars.REALMS[0].jwt",
  ),
  broken(
    "a sample secret for tokens",
    { ...realm({ jwt: { secret: "JWT_SECRET" } }), JWT_SECRET: "this-is-a-secret" },
    "everybody knows it",
  ),
  broken(
    "the router's key of the specification",
    {
      ...realm({ routerKey: "ROUTER_KEY" }),
      ROUTER_KEY: "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510",
    },
    "everybody knows it",
  ),
  broken(
    "an admin API without its secret",
    { ...realm({}), ADMIN: {} },
    "npx wrangler secret put ADMIN_SECRET",
  ),
];
