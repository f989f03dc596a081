import { expect, test } from "vitest";
import { type Admission, admit, type Denial } from "../../src/cloudflare/upgrade.ts";
import { readConfig } from "../../src/config.ts";
import { SUBPROTOCOLS } from "../../src/serializer/serializer.ts";

interface Upgrade {
  readonly url?: string;
  readonly realm?: string;
  readonly offers?: string;
  readonly origin?: string;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Realms made at run time to their templates. */
  readonly templates?: Readonly<Record<string, string>>;
}

const REALMS = [{ name: "realm1" }, { name: "com.example.sensors" }];

function upgrade({
  url = "https://router.example/ws",
  realm,
  offers,
  origin,
  vars,
  templates = Object.create(null),
}: Upgrade) {
  const headers = new Headers();
  if (offers !== undefined) headers.set("Sec-WebSocket-Protocol", offers);
  if (origin !== undefined) headers.set("Origin", origin);
  return admit(new Request(url, { headers }), realm, {
    config: readConfig({ REALMS, ...vars }),
    templateOf: (name) => Promise.resolve(templates[name]),
  });
}

function admission(given: Partial<Admission>): Admission {
  return { realm: "realm1", subprotocol: "wamp.2.json", named: true, origin: { local: false }, ...given };
}

const NO_SUBPROTOCOL: Denial = {
  status: 400,
  text: "Sec-WebSocket-Protocol must name at least one of wamp.2.json, wamp.2.msgpack, wamp.2.cbor, wamp.2.json.batched, wamp.2.msgpack.batched, wamp.2.cbor.batched.",
};

function denied(origin: string): Denial {
  return {
    status: 403,
    text: `Web pages of ${origin} may not connect to this router. Its ALLOWED_ORIGINS would have to name that origin.`,
  };
}

test("TRN-01 one offered and supported subprotocol is picked, exactly as it was written", async () => {
  expect(await upgrade({ offers: "chat, wamp.2.cbor" })).toEqual(admission({ subprotocol: "wamp.2.cbor" }));
});

test.each(["wamp.2.json", "wamp.2.msgpack", "wamp.2.cbor"] as const)(
  "TRN-02 %s is spoken",
  async (offers) => {
    expect(await upgrade({ offers })).toEqual(admission({ subprotocol: offers }));
  },
);

test.each(["wamp.2.json.batched", "wamp.2.msgpack.batched", "wamp.2.cbor.batched"] as const)(
  "TRN-03 %s is spoken",
  async (offers) => {
    expect(await upgrade({ offers })).toEqual(admission({ subprotocol: offers }));
  },
);

test("TRN-04 of several supported subprotocols the client's first wins", async () => {
  const autobahnPython =
    "wamp.2.ubjson.batched,wamp.2.cbor.batched,wamp.2.cbor,wamp.2.msgpack.batched,wamp.2.msgpack,wamp.2.json.batched,wamp.2.json";
  expect(await upgrade({ offers: autobahnPython })).toEqual(
    admission({ subprotocol: "wamp.2.cbor.batched" }),
  );
  for (const last of SUBPROTOCOLS) {
    const offers = [last, ...SUBPROTOCOLS.filter((name) => name !== last)].join(" , ");
    expect(await upgrade({ offers })).toEqual(admission({ subprotocol: last }));
  }
});

test.each(["wamp.2.ubjson", "wamp.2", "WAMP.2.JSON", "wamp.2.json2, xwamp.2.json", ","])(
  "TRN-05 without a subprotocol in common the upgrade is refused and the names are told: %s",
  async (offers) => {
    expect(await upgrade({ offers })).toEqual(NO_SUBPROTOCOL);
    expect(await upgrade({ offers, vars: { ASSUME_JSON: true } })).toEqual(NO_SUBPROTOCOL);
  },
);

test("TRN-06 a client that names no subprotocol is refused, or by configuration served as wamp.2.json", async () => {
  expect(await upgrade({})).toEqual(NO_SUBPROTOCOL);
  expect(await upgrade({ vars: { ASSUME_JSON: true } })).toEqual(admission({ named: false }));
});

test("TRN-07 the answer names a subprotocol where, and only where, the client did", async () => {
  expect(await upgrade({ offers: "wamp.2.json", vars: { ASSUME_JSON: true } })).toEqual(
    admission({ named: true }),
  );
  expect(await upgrade({ vars: { ASSUME_JSON: true } })).toEqual(admission({ named: false }));
});

test.each([
  ["no web page at all", {}],
  ["a page of the router's own host", { origin: "https://router.example" }],
  [
    "a page of its own host and port",
    { url: "http://router.example:8080/ws", origin: "http://router.example:8080" },
  ],
  [
    "a page of a listed origin",
    { origin: "https://app.example", vars: { ALLOWED_ORIGINS: ["https://app.example"] } },
  ],
])("TRN-19 %s may connect", async (_what, given: Upgrade) => {
  expect(await upgrade({ offers: "wamp.2.json", ...given })).toEqual(admission({}));
});

test.each([
  ["another host", "https://evil.example"],
  ["another port", "https://router.example:8443"],
  ["a host that only begins alike", "https://router.example.evil.example"],
  ["a listed host by another scheme", "http://app.example"],
  ["a page without an origin", "null"],
  ["something that is no origin", "router.example"],
  ["a page on somebody's own machine", "http://localhost:3000"],
])("TRN-19 a page of %s is refused", async (_what, origin) => {
  const vars = { ALLOWED_ORIGINS: ["https://app.example"] };
  expect(await upgrade({ offers: "wamp.2.json", origin, vars })).toEqual(denied(origin));
});

test.each(["localhost", "127.0.0.1", "[::1]"])(
  "TRN-19 on a developer's machine every local page may connect, at %s too",
  async (host) => {
    const url = `http://${host}:8080/ws`;
    const local = admission({ origin: { local: true } });
    expect(await upgrade({ url, offers: "wamp.2.json", origin: "http://localhost:3000" })).toEqual(local);
    expect(await upgrade({ url, offers: "wamp.2.json", origin: "http://127.0.0.1:5173" })).toEqual(local);
    expect(await upgrade({ url, offers: "wamp.2.json", origin: "https://evil.example" })).toEqual(
      denied("https://evil.example"),
    );
  },
);

test("RULE-04 a realm that is not configured is refused before any object exists", async () => {
  const offers = "wamp.2.json";
  expect(await upgrade({ offers, realm: "com.example.sensors" })).toEqual(
    admission({ realm: "com.example.sensors" }),
  );
  for (const realm of ["realm2", "Realm1", "realm1 ", "", "__proto__"]) {
    expect(await upgrade({ offers, realm })).toEqual({
      status: 404,
      text: `There is no realm ${JSON.stringify(realm)} on this router; /ws is "realm1".`,
    });
  }
  const sensors = {
    REALMS: [{ name: "realm1" }, { name: "com.example.sensors", hosts: ["sensors.example.com"] }],
  };
  const url = "https://sensors.example.com/ws/realm2";
  expect(await upgrade({ offers, url, realm: "realm2", vars: sensors })).toEqual({
    status: 404,
    text: 'There is no realm "realm2" on this router; /ws is "com.example.sensors".',
  });
  expect(await upgrade({ offers, vars: { REALMS: [] } })).toEqual({
    status: 404,
    text: "No realm is configured. Add one to [[vars.REALMS]] in wrangler.toml.",
  });
});

test("RULE-04 nothing that a client writes makes it local", async () => {
  const headers = {
    "Sec-WebSocket-Protocol": "wamp.2.json",
    "edgebahn-admission": JSON.stringify(admission({ origin: { local: true } })),
    "X-Forwarded-Host": "localhost",
    Forwarded: "host=localhost",
  };
  for (const url of [
    "https://localhost.evil.example/ws",
    "https://router.example/ws?host=localhost#localhost",
  ]) {
    const request = new Request(url, { headers });
    const config = readConfig({ REALMS });
    expect(await admit(request, undefined, { config, templateOf: async () => undefined })).toEqual(
      admission({}),
    );
  }
});
