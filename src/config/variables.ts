/** The variables that are ours: `[vars]` of wrangler.toml. Everything else in a Worker's environment is let be. */
import * as v from "valibot";
import { realm } from "./realm.ts";
import { flag, secretName, text, toml } from "./setting.ts";

export const DEFAULT_ADMIN_SECRET = "ADMIN_SECRET";

const origin = v.pipe(
  v.string(),
  v.check(
    (written) => written === "*" || isOrigin(written),
    "must be an origin: scheme and host, in lower case, with no path and no slash at the end, such as https://app.example.com",
  ),
  v.examples(["https://app.example.com"]),
);

const admin = v.pipe(
  v.strictObject({
    secret: v.exactOptional(
      secretName(
        `the name of the Worker secret that opens the admin API; \`${DEFAULT_ADMIN_SECRET}\` where neither it nor \`access\` is given`,
        DEFAULT_ADMIN_SECRET,
      ),
    ),
    access: v.exactOptional(
      v.pipe(
        v.strictObject({
          team: v.pipe(
            text("the team's name: what stands before `.cloudflareaccess.com`", "example"),
            v.regex(/^[a-z0-9-]+$/, "must be the team's name only: what stands before .cloudflareaccess.com"),
          ),
          audience: text(
            "the application's audience tag",
            "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2",
          ),
        }),
        v.description("admits whom Cloudflare Access admits to this application"),
        toml(`[vars.ADMIN.access]
team = "example"
audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2"`),
      ),
    ),
  }),
  v.description("who may use the admin API `/api/`. Without it there is none"),
  toml(`[vars.ADMIN]
secret = "ADMIN_SECRET"   # npx wrangler secret put ADMIN_SECRET`),
);

export const variables = v.object({
  REALMS: v.optional(v.array(realm), []),
  TEMPLATES: v.optional(
    v.pipe(
      v.array(realm),
      v.description(
        "realms that the admin API can make at run time: as `REALMS`, with the template's name as `name` and no `hosts`",
      ),
    ),
    [],
  ),
  ASSUME_JSON: v.optional(
    flag("whether a client that names no subprotocol is served as `wamp.2.json`"),
    false,
  ),
  ALLOWED_ORIGINS: v.optional(
    v.pipe(
      v.array(origin),
      v.description(
        'origins of web pages, besides the router\'s own host, that may connect; `["*"]`: all. Devices send no origin',
      ),
    ),
    [],
  ),
  FRONT_DESK: v.optional(
    flag("whether `/ws` reads the realm from HELLO, at the price of a hop and of hidden backpressure"),
    false,
  ),
  ADMIN: v.exactOptional(admin),
});

export type AdminConfig = v.InferOutput<typeof admin>;

function isOrigin(written: string): boolean {
  if (!/^https?:/.test(written) || written.includes("*") || !URL.canParse(written)) return false;
  return new URL(written).origin === written;
}
