/** A config.json of Crossbar.io with everything that the importer has to deal with. Written for these tests. */

/** Stands where a secret stands, in any of its forms; the importer may print it nowhere. */
export const CANARY = "Kanarienvogel-93c1f0";

export const KEYS = { one: "A1".repeat(32), two: "b2".repeat(32), three: "c3".repeat(32) };

const all = { call: true, register: true, publish: true, subscribe: true };

export const CROSSBAR = {
  version: 2,
  controller: {},
  workers: [
    {
      type: "router",
      options: { pythonpath: [".."] },
      realms: [
        {
          name: "realm1",
          roles: [
            {
              name: "public",
              permissions: [
                { uri: "", match: "prefix", allow: { ...all, register: false }, disclose: { caller: false } },
                { uri: "com.secret", match: "exact", allow: { call: false }, cache: false },
              ],
            },
            {
              name: "backend",
              permissions: [
                { uri: "*", publish: true, subscribe: true, call: true, register: true },
                { uri: "com.example.topic2", subscribe: false },
                {
                  uri: "com.*.status.*",
                  allow: { subscribe: true },
                  disclose: { caller: true, publisher: true },
                },
                { uri: "com.example.*", match: "exact", allow: { call: true }, validate: { call: "x" } },
                { uri: "com.{user}.x", allow: { call: true } },
                { uri: "com..bad", match: "exact", allow: { call: true } },
                { uri: "com.example.topic2", allow: { subscribe: true } },
                { allow: { call: true } },
              ],
            },
            { name: "dynamic", authorizer: "com.example.authorize" },
            { name: "lax", "allow-by-default": true, permissions: [] },
          ],
          store: {
            type: "memory",
            "event-history": [
              { uri: "com.example.oncounter", limit: 10_000 },
              { uri: "com.example.", match: "prefix" },
              { uri: "a b" },
            ],
          },
          options: { bridge_meta_api: true },
        },
        {
          name: "realm2",
          roles: [{ name: "authenticator", permissions: [{ uri: "com.auth", allow: { register: true } }] }],
        },
      ],
      transports: [
        {
          type: "rawsocket",
          endpoint: { type: "unix", path: "s" },
          auth: { anonymous: { type: "static", role: "backend" } },
        },
        {
          type: "web",
          endpoint: { type: "tcp", port: 8080 },
          paths: {
            "/": { type: "static", directory: ".." },
            ws: {
              type: "websocket",
              auth: {
                anonymous: { type: "static", role: "public" },
                cookie: {},
                ticket: {
                  type: "static",
                  principals: {
                    joe: { ticket: CANARY, role: "backend" },
                    "joe!": { ticket: CANARY, role: "backend" },
                    nobody: { ticket: CANARY, role: "missing" },
                    'x"\n[evil]': { ticket: CANARY, role: "backend" },
                    "42": { ticket: CANARY, role: "backend", realm: "realm1" },
                  },
                },
                wampcra: {
                  type: "static",
                  users: {
                    client1: { secret: CANARY, role: "backend" },
                    client2: {
                      secret: CANARY,
                      role: "backend",
                      salt: "salt123",
                      iterations: 1_000,
                      keylen: 16,
                    },
                    weak: { secret: CANARY, role: "backend", salt: "salt123", iterations: 100, keylen: 16 },
                  },
                },
                scram: {
                  type: "static",
                  principals: {
                    "foobar@example.com": {
                      role: "backend",
                      kdf: "argon2id-13",
                      memory: 512,
                      iterations: 4,
                      salt: CANARY,
                      "stored-key": CANARY,
                      "server-key": CANARY,
                    },
                  },
                },
                cryptosign: {
                  type: "static",
                  principals: {
                    "client01@example.com": {
                      realm: "realm1",
                      role: "dynamic",
                      authorized_keys: [KEYS.one, KEYS.two],
                    },
                    thief: { realm: "realm1", role: "dynamic", authorized_keys: [KEYS.two, KEYS.three] },
                    keyless: { realm: "realm1", role: "dynamic", authorized_keys: ["zz"] },
                  },
                },
                tls: {
                  type: "static",
                  principals: { client_0: { "certificate-sha1": "B6:E5", role: "backend" } },
                },
              },
            },
            ws2: {
              type: "websocket",
              auth: {
                ticket: { type: "dynamic", authenticator: "com.auth", "authenticator-realm": "realm2" },
                wampcra: { type: "dynamic", authenticator: "com.auth", "authenticator-realm": "realm2" },
                scram: { type: "dynamic", authenticator: "com.other", "authenticator-realm": "realm2" },
                cryptosign: { type: "function", create: "x.y" },
              },
            },
          },
        },
      ],
      components: [{ type: "class", classname: "backend.Session", realm: "realm1", role: "backend" }],
    },
    { type: "container", components: [{ type: "class", classname: "monitor.Monitor" }] },
  ],
};
