/** What the command `credential` prints can be used as it is: as a Worker secret, and as the credential of a new device. */
import { expect, test } from "vitest";
import { Fields } from "../../src/auth/device-fields.ts";
import { Devices } from "../../src/auth/devices.ts";
import { readConfig, scramSecretOf } from "../../src/config.ts";
import { makeCredential } from "../../tools/make-credential.ts";
import { MemoryDevices } from "./memory-devices.ts";

const SECRET = "Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0";

async function printed(...words: string[]): Promise<string> {
  return (await makeCredential(words, async () => SECRET)).stdout;
}

test.for(["scram", "wamp-scram"])(
  "SCR-07 what it prints for %s is the Worker secret of a principal",
  async (method) => {
    const SCRAM_OF_ALICE = await printed(method, "--iterations", "1", "--memory", "8");
    const principal = { authid: "alice", role: "device", method: "wamp-scram", secret: "SCRAM_OF_ALICE" };
    const realm = {
      name: "realm1",
      scramDialect: "both",
      roles: [{ name: "device" }],
      principals: [principal],
    };
    const env = { REALMS: [realm], SCRAM_OF_ALICE };
    expect(readConfig(env).realms.get("realm1")?.principals).toEqual([principal]);
    expect(scramSecretOf(env, "SCRAM_OF_ALICE")).toEqual(JSON.parse(SCRAM_OF_ALICE));
  },
);

test("SCR-07 what it prints for one method is no Worker secret of another", async () => {
  const principal = { authid: "alice", role: "device", method: "wamp-scram", secret: "SCRAM_OF_ALICE" };
  const realm = { name: "realm1", roles: [{ name: "device" }], principals: [principal] };
  const env = { REALMS: [realm], SCRAM_OF_ALICE: await printed("wampcra") };
  expect(() => readConfig(env)).toThrow("SCRAM_OF_ALICE must be a JSON object with kdf");
});

test.for([
  ["ticket", "ticket"],
  ["wampcra", "wampcra"],
  ["scram", "wamp-scram"],
  ["wamp-scram", "wamp-scram"],
] as const)("SCR-07 what it prints for %s is the credential of a device", async ([word, method]) => {
  const store = new MemoryDevices();
  const devices = new Devices({
    store,
    now: () => 0,
    roles: ["device"],
    configured: () => false,
    ended: () => {},
    most: 10,
  });
  const credential = JSON.parse(await printed(word));
  await devices.add(new Fields({ authid: "sensor", role: "device", method, credential }));
  expect(store.find("sensor")?.credential).toEqual(credential);
  const other = method === "ticket" ? "wampcra" : "ticket";
  await expect(
    devices.add(new Fields({ authid: "other", role: "device", method: other, credential })),
  ).rejects.toThrow(`credential.method must be one of ${other}`);
});
