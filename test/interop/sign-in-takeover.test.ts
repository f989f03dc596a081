/** A second session of one authid, by stock clients: the newest takes over, the oldest stays, or both live side by side. */
import { describe, expect, test } from "vitest";
import { openRole } from "../open-realm.ts";
import { newSecret } from "./client/admin.ts";
import { autobahnByDefault, openAutobahn } from "./client/autobahn-js.ts";
import { args, fresh } from "./client/client.ts";
import { openPython } from "./client/python.ts";
import { refusal } from "./client/visit.ts";
import { openWampy } from "./client/wampy.ts";
import { routerForThisFile } from "./router.ts";

const TICKET = newSecret();
const REALM = "com.example.fleet";
const ROLES = ["newest", "oldest", "many"] as const;

const router = routerForThisFile({
  realms: [
    {
      name: REALM,
      roles: ROLES.map((name) => ({ name, singleSession: name, permissions: openRole.permissions })),
      principals: ROLES.map((role) => ({ authid: role, role, method: "ticket", secret: "TICKET" })),
    },
  ],
  secrets: { TICKET },
});

const as = (authid: (typeof ROLES)[number]) => ({
  ...router().at(REALM),
  credentials: { method: "ticket", authid, ticket: TICKET } as const,
});

/** A device of each library, which registers what it is there for, and how its user learns that its session is over. */
const DEVICES = {
  "autobahn-js 26": async (procedure: string, name: string) => {
    const { session, closed } = await openAutobahn(as("newest"));
    await session.register(procedure, () => name);
    return { closed, close: async () => session.leave() };
  },
  "autobahn-python": async (procedure: string, name: string) => {
    const python = await openPython(as("newest"));
    await python.register(procedure, () => args(name));
    return { closed: python.left.then(({ reason }) => reason), close: () => python.close() };
  },
  "wampy 8": async (procedure: string, name: string) => {
    let end: (reason: string) => void = () => {};
    const closed = new Promise<string>((resolve) => {
      end = resolve;
    });
    // It tells its user that the connection is over, not why.
    const wampy = await openWampy(as("newest"), { onClose: () => end("it is over") });
    await wampy.register(procedure, () => ({ argsList: [name] }));
    return { closed, close: () => wampy.disconnect() };
  },
};

describe.each(Object.entries(DEVICES))("%s", (library, open) => {
  test("R8 a device that comes back takes over: the old session is told, and the new one registers at once", async () => {
    const procedure = fresh("lamp");
    const caller = await autobahnByDefault.open(as("many"));
    const old = await open(procedure, "old");
    expect(await caller.call(procedure, args())).toEqual(args("old"));
    // Nothing is waited for in between: procedure_already_exists would be thrown here.
    const device = await open(procedure, "new");
    expect(await caller.call(procedure, args())).toEqual(args("new"));
    expect(await old.closed).toBe(library === "wampy 8" ? "it is over" : "edgebahn.close.replaced");
    const {
      args: [count],
    } = await caller.call("wamp.session.count", args(["newest"]));
    expect(count).toBe(1);
    await device.close();
    await caller.close();
  });
});

test("AUT-10 AZN-15 where the oldest session stays, the user of the second one is told why it is refused", async () => {
  const first = await autobahnByDefault.open(as("oldest"));
  expect(await refusal(autobahnByDefault, as("oldest"))).toEqual({
    reason: "wamp.error.not_authorized",
    text: expect.stringContaining("oldest"),
  });
  await first.close();
  await expect
    .poll(() =>
      autobahnByDefault
        .open(as("oldest"))
        .then((again) => again.close())
        .then(
          () => "in",
          () => "out",
        ),
    )
    .toBe("in");
});

test("AUT-15 where many may live side by side, they do", async () => {
  const [one, other] = [await autobahnByDefault.open(as("many")), await autobahnByDefault.open(as("many"))];
  const procedure = fresh("side");
  await one.register(procedure, () => args("one"));
  expect(await other.call(procedure, args())).toEqual(args("one"));
  await expect(other.register(procedure, () => args("other"))).rejects.toMatchObject({
    error: "wamp.error.procedure_already_exists",
  });
  await one.close();
  await other.close();
});
